import asyncio
from unittest import mock

from app.agents import failures
from app.events import Run
from app.users import UserContext
from support.sockets import FakeManager


@mock.patch("app.websocket_core.websocket_manager_factory.create_websocket_manager")
def test_the_user_is_told(factory: mock.Mock) -> None:
    factory.return_value = manager = FakeManager()
    asyncio.run(failures.tell(Run(UserContext("alice", "1"), "7", "?"), ValueError("no")))
    assert manager.sent == ["agent_failed"]
