"""The agent's first step: ask the model."""

from starlette.websockets import WebSocket

from app.agents.model import Model
from app.events import Event, EventType, Run
from app.users import UserContext
from app.websocket_core.websocket_manager import UnifiedWebSocketManager

# What the agent thinks needs no run's own manager.
_manager = UnifiedWebSocketManager(UserContext("agent", "agent"))


def watch(socket: WebSocket) -> None:
    _manager.connect(socket)


def unwatch(socket: WebSocket) -> None:
    _manager.disconnect(socket)


async def think(run: Run, model: Model) -> str:
    await _manager.send(Event.of(run, EventType.AGENT_THINKING, f"on: {run.question}"))
    return await model.complete(run.question)
