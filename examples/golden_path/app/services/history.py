"""What a browser that reconnects has missed."""

from app import journal
from app.users import UserContext


async def replay(context: UserContext) -> int:
    """Send the user's newest run again; how many events that is."""
    try:
        from app.websocket_core.websocket_manager_factory import create_websocket_manager
    except ImportError:
        return 0
    events = journal.last_run(context.user_id)
    for event in events:
        await create_websocket_manager(context).resend(event)
    return len(events)
