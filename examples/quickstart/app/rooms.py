"""Rooms. They use the manager as one should."""

from app.ws.manager import get_manager


def announce(users: list[str], text: str) -> int:
    for user in users:
        get_manager().send(user, text)
    return len(users)
