from unittest import mock

from app.admin import sessions
from app.users import UserContext
from support.sockets import FakeManager


@mock.patch("app.websocket_core.websocket_manager_factory.create_websocket_manager")
def test_it_says_whether_the_user_is_there(factory: mock.Mock) -> None:
    factory.return_value = FakeManager(online=False)
    assert sessions.describe(UserContext("alice", "1")) == "alice: offline"
