"""A user's last run as text. No test comes here."""

from app import journal
from app.users import UserContext


def as_text(context: UserContext) -> str:
    from app.websocket_core.websocket_manager_factory import create_websocket_manager

    state = "online" if create_websocket_manager(context).online else "offline"
    lines = [f"{one.type}: {one.text}" for one in journal.last_run(context.user_id)]
    return "\n".join([f"{context.user_id} ({state})", *lines])
