import asyncio
from unittest.mock import patch

from app import journal
from app.events import Event, EventType
from app.services import history
from app.users import UserContext
from support.sockets import FakeManager


def test_the_newest_run_is_sent_again() -> None:
    journal.write(Event(EventType.AGENT_STARTED, "dave", "1", ""))
    journal.write(Event(EventType.AGENT_STARTED, "dave", "2", ""))
    journal.write(Event(EventType.AGENT_FAILED, "dave", "2", ""))
    with patch("app.websocket_core.websocket_manager_factory.create_websocket_manager") as factory:
        factory.return_value = manager = FakeManager()
        assert asyncio.run(history.replay(UserContext("dave", "1"))) == 2
    assert manager.sent == ["agent_started", "agent_failed"]
