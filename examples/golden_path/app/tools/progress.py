"""What a tool has found."""

from app.events import Event, EventType, Run


async def tell(run: Run, result: str) -> None:
    from app.websocket_core.websocket_manager_factory import create_websocket_manager

    manager = create_websocket_manager(run.context)
    await manager.send(Event.of(run, EventType.TOOL_COMPLETED, result))
