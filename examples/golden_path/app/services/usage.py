"""What a user takes up."""

from app.users import UserContext


def online(context: UserContext) -> bool:
    from app.websocket_core.websocket_manager_factory import create_websocket_manager

    return create_websocket_manager(context).online
