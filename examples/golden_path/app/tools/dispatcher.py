"""Calls tools for a run, and says so."""

import asyncio
from collections.abc import Callable

from app.events import Event, EventType, Run
from app.tools import progress
from app.users import UserContext


class ToolDispatcher:
    """The tools of one run."""

    def __init__(self, context: UserContext) -> None:
        from app.websocket_core.websocket_manager_factory import create_websocket_manager

        self._manager = create_websocket_manager(context)

    async def call(self, run: Run, tool: Callable[[Run], str]) -> str:
        await self._manager.send(Event.of(run, EventType.TOOL_EXECUTING, tool.__name__))
        result = await asyncio.to_thread(tool, run)
        await progress.tell(run, result)
        return result
