"""Every event that is sent, for support, and for browsers that reconnect."""

import atexit
import sqlite3
from threading import Lock

from app.events import Event, EventType

_lock = Lock()
_database = sqlite3.connect(":memory:", check_same_thread=False)
_database.execute("create table events (type text, user_id text, run_id text, text text)")
atexit.register(_database.close)


def write(event: Event) -> None:
    """Blocks: call it in a thread."""
    with _lock:
        _database.execute(
            "insert into events values (?, ?, ?, ?)",
            (event.type, event.user_id, event.run_id, event.text),
        )


def last_run(user_id: str) -> list[Event]:
    """The events of the user's newest run, as they were written."""
    with _lock:
        rows = _database.execute(
            "select type, user_id, run_id, text from events where user_id = ? and run_id ="
            " (select run_id from events where user_id = ? order by rowid desc limit 1)"
            " order by rowid",
            (user_id, user_id),
        ).fetchall()
    return [Event(EventType(type), *others) for type, *others in rows]
