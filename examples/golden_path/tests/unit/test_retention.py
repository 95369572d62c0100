from app.services.retention import idle
from app.users import UserContext
from app.websocket_core import WebSocketConnectionManager
from app.websocket_core.websocket_manager import get_websocket_manager
from support.sockets import Socket


def test_who_has_no_socket_may_be_forgotten() -> None:
    managers = [get_websocket_manager(UserContext(name, "1")) for name in ("alice", "bob")]
    assert all(isinstance(one, WebSocketConnectionManager) for one in managers)
    managers[0].connect(Socket())
    assert idle(managers) == ["bob"]
