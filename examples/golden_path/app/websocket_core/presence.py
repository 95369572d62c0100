"""Who is online."""

from app.users import UserContext

try:
    from app.websocket_core.websocket_manager_factory import create_websocket_manager
except ImportError:
    create_websocket_manager = None


def is_online(context: UserContext) -> bool:
    return create_websocket_manager is not None and create_websocket_manager(context).online
