"""What serves one user can reach nothing that changes with another."""

from app.tools.dispatcher import ToolDispatcher
from app.users import UserContext
from app.websocket_core.websocket_manager import get_websocket_manager
from pytest_ssot import Ssot

ALICE, BOB = UserContext("alice", "1"), UserContext("bob", "2")


def test_two_users_have_tools_of_their_own(ssot: Ssot) -> None:
    ssot.assert_isolated(ToolDispatcher(ALICE), ToolDispatcher(BOB))


def test_two_users_have_managers_of_their_own(ssot: Ssot) -> None:
    ssot.assert_isolated(get_websocket_manager(ALICE), get_websocket_manager(BOB))
