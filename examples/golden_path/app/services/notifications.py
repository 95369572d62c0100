"""Notices, outside of any run."""

from app.events import Event, EventType
from app.users import UserContext
from app.websocket_core.presence import is_online
from app.websocket_core.websocket_manager_factory import create_websocket_manager


async def notify(context: UserContext, text: str) -> bool:
    """Whether the user was there to be told."""
    if not is_online(context):
        return False
    event = Event(EventType.NOTICE, context.user_id, "", text)
    await create_websocket_manager(context).send(event)
    return True
