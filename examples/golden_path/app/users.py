"""Who is asking."""

from dataclasses import dataclass


@dataclass(frozen=True)
class UserContext:
    """One user, in one session."""

    user_id: str
    session_id: str
