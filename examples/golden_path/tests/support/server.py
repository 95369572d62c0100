"""The application on a real socket of this machine."""

import asyncio
import socket
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import TypeVar

import uvicorn

from app.agents.model import Model
from app.main import create_app

T = TypeVar("T")


@asynccontextmanager
async def serving(model: Model) -> AsyncIterator[str]:
    """Its address, such as ``127.0.0.1:49152``."""
    # It listens before the server has started, so nobody who connects has to wait for that.
    listening = socket.create_server(("127.0.0.1", 0), backlog=128)
    config = uvicorn.Config(
        create_app(model), ws="websockets-sansio", lifespan="off", log_level="warning"
    )
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield f"127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await running


async def _in_time(scenario: Coroutine[None, None, T]) -> T:
    async with asyncio.timeout(60):  # a hang is told as such, and not by CI an hour later
        return await scenario


def play(scenario: Coroutine[None, None, T]) -> T:
    return asyncio.run(_in_time(scenario))
