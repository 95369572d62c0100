"""What an administrator sees of a user."""

import importlib

from app.users import UserContext


def describe(context: UserContext) -> str:
    try:
        factory = importlib.import_module("app.websocket_core.websocket_manager_factory")
    except ImportError:
        return f"{context.user_id}: unknown"
    online = factory.create_websocket_manager(context).online
    return f"{context.user_id}: {'online' if online else 'offline'}"
