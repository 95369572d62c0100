from app.users import UserContext
from app.websocket_core.presence import is_online
from support.sockets import Socket


def test_who_has_a_socket_is_online() -> None:
    from app.websocket_core.websocket_manager_factory import create_websocket_manager

    alice = UserContext("alice", "1")
    manager, socket = create_websocket_manager(alice), Socket()
    assert not is_online(alice)
    manager.connect(socket)
    assert is_online(alice)
    manager.disconnect(socket)
    assert not is_online(alice)
