"""A user's manager by itself."""

import asyncio

from app.events import Event, EventType
from app.users import UserContext
from app.websocket_core.websocket_manager import UnifiedWebSocketManager, get_websocket_manager
from support.sockets import Socket

ALICE, BOB = UserContext("alice", "1"), UserContext("bob", "2")


def test_a_user_has_one_manager() -> None:
    manager = get_websocket_manager(ALICE)
    assert isinstance(manager, UnifiedWebSocketManager)
    assert get_websocket_manager(UserContext("alice", "another session")) is manager
    assert get_websocket_manager(BOB) is not manager


def test_it_sends_to_each_of_the_users_sockets() -> None:
    manager = get_websocket_manager(ALICE)
    sockets = [Socket(), Socket()]
    for socket in sockets:
        manager.connect(socket)
    asyncio.run(manager.send(Event(EventType.NOTICE, "alice", "", "hello")))
    assert [socket.texts for socket in sockets] == [["hello"], ["hello"]]


def test_a_socket_that_is_gone_is_left_out() -> None:
    manager = get_websocket_manager(ALICE)
    gone = Socket(gone=True)
    manager.connect(gone)
    asyncio.run(manager.send(Event(EventType.NOTICE, "alice", "", "hello")))
    assert not manager.online
