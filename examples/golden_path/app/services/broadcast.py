"""One notice for many."""

from collections.abc import Iterable

import app.websocket_core.websocket_manager_factory as factory
from app.events import Event, EventType
from app.users import UserContext


async def broadcast(contexts: Iterable[UserContext], text: str) -> None:
    for context in contexts:
        event = Event(EventType.NOTICE, context.user_id, "", text)
        await factory.create_websocket_manager(context).send(event)
