"""What a user is told when a run breaks."""

from app.events import Event, EventType, Run


async def tell(run: Run, error: Exception) -> None:
    event = Event.of(run, EventType.AGENT_FAILED, f"{type(error).__name__}: {error}")
    try:
        from app.websocket_core.websocket_manager_factory import create_websocket_manager

        await create_websocket_manager(run.context).send(event)
    except OSError:
        pass  # nobody is there any more
