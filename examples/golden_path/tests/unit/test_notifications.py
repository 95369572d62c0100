import asyncio

import pytest

from app.services import notifications
from app.users import UserContext
from support.sockets import FakeManager


@pytest.mark.parametrize(("online", "sent"), [(True, ["notice"]), (False, [])])
def test_only_who_is_there_is_told(
    monkeypatch: pytest.MonkeyPatch, online: bool, sent: list[str]
) -> None:
    manager = FakeManager()
    monkeypatch.setattr(notifications, "is_online", lambda context: online)
    monkeypatch.setattr(notifications, "create_websocket_manager", lambda context: manager)
    assert asyncio.run(notifications.notify(UserContext("alice", "1"), "hello")) is online
    assert manager.sent == sent
