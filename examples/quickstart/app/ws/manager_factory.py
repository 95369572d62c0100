"""The old way to a manager. It still works, it does not warn, and it makes a new one each time."""

from app.ws.manager import WebSocketManager


def create_manager() -> WebSocketManager:
    return WebSocketManager()
