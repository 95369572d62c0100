"""The application starts: each module in an interpreter of its own, and the server."""

import asyncio
import subprocess
import sys

import pytest

from app.agents.model import EchoModel
from support.people import Person, request
from support.server import play, serving


@pytest.mark.parametrize("module", ["app.main", "app.admin.sessions", "app.services.export"])
def test_a_fresh_interpreter_imports(module: str) -> None:
    subprocess.run([sys.executable, "-c", f"import {module}"], check=True)


async def _health() -> dict[str, str]:
    async with serving(EchoModel()) as address:
        return await asyncio.to_thread(request, address, "GET", "/health")


def test_the_server_says_that_it_is_well() -> None:
    assert play(_health()) == {"status": "ok", "manager": "WebSocketManager"}


async def _usage(person: Person) -> dict[str, object]:
    async with serving(EchoModel()) as address:
        await person.log_in(address)
        async with person.connected(address) as browser:
            await browser.ask("What is my PIN?")
            return await asyncio.to_thread(request, address, "GET", "/usage", None, person.token)


def test_who_has_logged_in_may_look_at_her_usage() -> None:
    assert play(_usage(Person("alice")))["online"] is True
