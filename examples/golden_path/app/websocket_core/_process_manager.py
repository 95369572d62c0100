"""The manager of 1.x, from when one process served one user."""

import asyncio
from collections import deque

from starlette.websockets import WebSocket, WebSocketDisconnect

from app import journal
from app.events import Event
from app.users import UserContext


class WebSocketManager:
    """Sends to the user that it was last asked for, by one outbox."""

    def __init__(self) -> None:
        self._user_id = ""
        self._sockets: dict[str, WebSocket] = {}
        self._outbox: deque[tuple[str, Event, bool]] = deque()
        self._emptied: asyncio.Future[None] | None = None

    def bind(self, user_context: UserContext) -> "WebSocketManager":
        self._user_id = user_context.user_id
        return self

    @property
    def online(self) -> bool:
        return self._user_id in self._sockets

    def connect(self, socket: WebSocket) -> None:
        self._sockets[self._user_id] = socket

    def disconnect(self, socket: WebSocket) -> None:
        self._sockets = {name: one for name, one in self._sockets.items() if one is not socket}

    async def send(self, event: Event) -> None:
        await self._put(event, new=True)

    async def resend(self, event: Event) -> None:
        await self._put(event, new=False)

    async def drain(self) -> None:
        """Wait until the outbox is empty."""
        if self._emptied is not None:
            await self._emptied

    async def _put(self, event: Event, *, new: bool) -> None:
        self._outbox.append((self._user_id, event, new))
        if self._emptied is not None:
            return  # whoever is sending takes it along
        self._emptied = asyncio.get_running_loop().create_future()
        try:
            while self._outbox:
                await self._send_next()
        finally:
            self._emptied.set_result(None)
            self._emptied = None

    async def _send_next(self) -> None:
        user_id, event, new = self._outbox.popleft()
        if new:
            await asyncio.to_thread(journal.write, event)
        socket = self._sockets.get(user_id)
        if socket is not None:
            try:
                await socket.send_json(event.as_json())
            except WebSocketDisconnect:
                self.disconnect(socket)
