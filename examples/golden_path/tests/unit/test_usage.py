from unittest import mock

from app.services import usage
from app.users import UserContext
from app.websocket_core import websocket_manager_factory
from support.sockets import FakeManager


def test_it_is_what_the_manager_says() -> None:
    manager = FakeManager(online=True)
    with mock.patch.object(
        websocket_manager_factory, "create_websocket_manager", return_value=manager
    ):
        assert usage.online(UserContext("alice", "1"))
