"""Who has logged in."""

import secrets
import uuid

from app.auth import accounts
from app.users import UserContext

_sessions: dict[str, UserContext] = {}


def log_in(name: str, password: str) -> str | None:
    """A token, or None if the password is wrong."""
    if not accounts.is_right(name, password):
        return None
    token = secrets.token_urlsafe()
    _sessions[token] = UserContext(name, uuid.uuid4().hex)
    return token


def context_of(authorization: str) -> UserContext | None:
    """The user of a header such as ``Bearer TOKEN``."""
    return _sessions.get(authorization.removeprefix("Bearer "))
