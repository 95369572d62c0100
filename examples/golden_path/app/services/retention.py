"""Who may be forgotten."""

from collections.abc import Iterable

from app.websocket_core.websocket_manager import UnifiedWebSocketManager


def idle(managers: Iterable[UnifiedWebSocketManager]) -> list[str]:
    return [one.user_context.user_id for one in managers if not one.online]
