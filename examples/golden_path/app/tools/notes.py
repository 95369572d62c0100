"""A tool: what the user has written down. Nobody else may read it."""

from app.events import Run

_notes: dict[str, str] = {}


def save(user_id: str, text: str) -> None:
    _notes[user_id] = text


def look_up(run: Run) -> str:
    """Raises LookupError if there is nothing."""
    if run.context.user_id not in _notes:
        raise LookupError("you have no notes")
    return _notes[run.context.user_id]
