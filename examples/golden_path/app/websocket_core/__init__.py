"""WebSockets: who is connected, and what is sent to whom."""

from app.websocket_core.websocket_manager import WebSocketManager

WebSocketConnectionManager = WebSocketManager  # the name of 1.x
