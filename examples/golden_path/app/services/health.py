"""What the load balancer asks for."""

from app import websocket_core


def describe() -> dict[str, str]:
    return {"status": "ok", "manager": websocket_core.WebSocketConnectionManager.__name__}
