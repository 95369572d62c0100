"""Deprecated: use ``app.websocket_core.websocket_manager.get_websocket_manager``."""

from app.users import UserContext
from app.websocket_core._process_manager import WebSocketManager

_manager = WebSocketManager()


def create_websocket_manager(user_context: UserContext) -> WebSocketManager:
    """Creates nothing, for all its name: the manager of the process, bound to this user."""
    return _manager.bind(user_context)
