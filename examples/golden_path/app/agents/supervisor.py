"""The runs of one connection."""

import asyncio
import uuid

from starlette.websockets import WebSocket

from app.agents import thinking
from app.agents.runner import run_agent
from app.events import Run
from app.users import UserContext
from app.websocket_core import WebSocketConnectionManager
from app.websocket_core.websocket_manager import get_websocket_manager


class Supervisor:
    def __init__(self, context: UserContext, socket: WebSocket) -> None:
        self._context = context
        self._socket = socket
        self._manager: WebSocketConnectionManager = get_websocket_manager(context)
        self._manager.connect(socket)
        thinking.watch(socket)
        self._runs: set[asyncio.Task[None]] = set()

    def start(self, question: str) -> None:
        run = Run(self._context, uuid.uuid4().hex, question)
        self._runs.add(asyncio.create_task(run_agent(run, self._socket.app.state.model)))

    async def finish(self) -> None:
        """Wait for all that was started."""
        await asyncio.gather(*self._runs)

    def close(self) -> None:
        """Nobody is there any more."""
        for run in self._runs:
            run.cancel()
        thinking.unwatch(self._socket)
        self._manager.disconnect(self._socket)
