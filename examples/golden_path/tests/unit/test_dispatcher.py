import asyncio
from unittest.mock import patch

from app.events import Run
from app.tools.dispatcher import ToolDispatcher
from app.users import UserContext
from support.sockets import FakeManager


def test_it_tells_before_and_after() -> None:
    run = Run(UserContext("alice", "1"), "7", "?")
    with patch("app.websocket_core.websocket_manager_factory.create_websocket_manager") as factory:
        factory.return_value = manager = FakeManager()
        found = asyncio.run(ToolDispatcher(run.context).call(run, lambda run: "found"))
    assert found == "found"
    assert manager.sent == ["tool_executing", "tool_completed"]
