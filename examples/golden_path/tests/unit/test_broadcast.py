import asyncio

from app.services.broadcast import broadcast
from app.users import UserContext
from app.websocket_core.websocket_manager_factory import create_websocket_manager
from support.sockets import Socket

PEOPLE = [UserContext("alice", "1"), UserContext("bob", "2")]


def test_each_gets_one() -> None:
    sockets = [Socket(), Socket()]
    managers = [create_websocket_manager(each) for each in PEOPLE]
    for context, socket in zip(PEOPLE, sockets, strict=True):
        create_websocket_manager(context).connect(socket)
    asyncio.run(broadcast(PEOPLE, "hello"))
    for manager, socket in zip(managers, sockets, strict=True):
        manager.disconnect(socket)
    assert [socket.texts for socket in sockets] == [["hello"], ["hello"]]
