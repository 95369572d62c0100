"""The one manager of a user's WebSockets: ``get_websocket_manager(user_context)``."""

import asyncio
from weakref import WeakValueDictionary

from starlette.websockets import WebSocket, WebSocketDisconnect

from app import journal
from app.events import Event
from app.users import UserContext


class WebSocketManager:
    """Sends events to the browsers of one user, each when the one before has been sent."""

    def __init__(self, user_context: UserContext) -> None:
        self.user_context = user_context
        self._sockets: list[WebSocket] = []

    @property
    def online(self) -> bool:
        return bool(self._sockets)

    def connect(self, socket: WebSocket) -> None:
        self._sockets.append(socket)

    def disconnect(self, socket: WebSocket) -> None:
        if socket in self._sockets:
            self._sockets.remove(socket)

    async def send(self, event: Event) -> None:
        await asyncio.to_thread(journal.write, event)
        await self.resend(event)

    async def resend(self, event: Event) -> None:
        """Send what is in the journal already."""
        for socket in tuple(self._sockets):
            try:
                await socket.send_json(event.as_json())
            except WebSocketDisconnect:
                self.disconnect(socket)


# As long as anyone holds it.
_managers: WeakValueDictionary[str, WebSocketManager] = WeakValueDictionary()


def get_websocket_manager(user_context: UserContext) -> WebSocketManager:
    """The user's manager, the same one for all who ask."""
    manager = _managers.get(user_context.user_id)
    if manager is None:
        manager = _managers[user_context.user_id] = WebSocketManager(user_context)
    return manager


UnifiedWebSocketManager = WebSocketManager  # the name of 2.x
