"""The one WebSocket manager, and the one way to get it."""

from functools import cache


class WebSocketManager:
    def __init__(self) -> None:
        self.sent: dict[str, list[str]] = {}

    def send(self, user: str, text: str) -> None:
        self.sent.setdefault(user, []).append(text)


@cache
def get_manager() -> WebSocketManager:
    return WebSocketManager()
