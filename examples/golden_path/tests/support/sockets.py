"""A socket without a network, for the unit tests."""

from starlette.websockets import WebSocketDisconnect


class Socket:
    def __init__(self, *, gone: bool = False) -> None:
        self.texts: list[str] = []
        self._gone = gone

    async def send_json(self, data: dict[str, str]) -> None:
        if self._gone:
            raise WebSocketDisconnect(1006)
        self.texts.append(data["text"])


class FakeManager:
    """Stands in for a user's manager: it keeps what it is to send."""

    def __init__(self, *, online: bool = True) -> None:
        self.online = online
        self.sent: list[str] = []

    async def send(self, event: object) -> None:
        self.sent.append(event.type)

    resend = send
