"""The runs of one connection."""

import asyncio
import uuid

from app.agents.model import Model
from app.agents.runner import run_agent
from app.events import Run
from app.users import UserContext
from app.websocket_core import WebSocketConnectionManager
from app.websocket_core.websocket_manager import get_websocket_manager


class Supervisor:
    def __init__(self, context: UserContext, model: Model) -> None:
        self._context = context
        self._model = model
        self._manager: WebSocketConnectionManager = get_websocket_manager(context)
        self._runs: set[asyncio.Task[None]] = set()

    def start(self, question: str) -> None:
        run = Run(self._context, uuid.uuid4().hex, question)
        self._runs.add(asyncio.create_task(run_agent(run, self._model)))

    async def finish(self) -> None:
        """Wait for all that was started."""
        await asyncio.gather(*self._runs)
        self._runs.clear()
