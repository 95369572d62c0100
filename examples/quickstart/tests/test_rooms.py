from app.rooms import announce
from app.ws.manager import get_manager


def test_everyone_in_the_room_is_told() -> None:
    assert announce(["ada", "grace"], "lunch") == 2
    assert get_manager().sent["grace"][-1] == "lunch"
