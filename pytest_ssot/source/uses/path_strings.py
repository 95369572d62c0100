"""Strings that may be the path of a module or of what is in one."""

from __future__ import annotations

import re
from collections.abc import Iterator

#: ``a.b``, or ``a.b:Name``.
_PATH = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*(?::[^\W\d]\w*(?:\.[^\W\d]\w*)*)?")
#: A line of ``entry_points`` in setup.py: ``name = a.b:main``.
_ENTRY = re.compile(r"\s*[\w.\- ]+?\s*=\s*([\w.]+(?::[\w.]+)?)\s*(?:\[.*\])?\s*")
#: Of the names of files.
_ENDINGS = tuple(
    f".{one}"
    for one in (
        *("cfg", "conf", "css", "csv", "db", "html", "ini", "js", "json", "lock", "log", "md"),
        *("py", "pyc", "pyi", "rst", "sh", "so", "sql", "toml", "txt", "xml", "yaml", "yml"),
    )
)


def is_path(text: str) -> bool:
    return _PATH.fullmatch(text) is not None


def may_name(text: str) -> bool:
    """Whether *text*, of which nobody says what it is, may be a path and is likely one.

    One word alone may be anything, and ``settings.json`` is no name in a module.
    """
    return ":" in text or ("." in text and not text.endswith(_ENDINGS))


def list_entries(text: str) -> Iterator[str]:
    """The objects that entry points in *text* name."""
    for line in text.splitlines():
        entry = _ENTRY.fullmatch(line)
        if entry is not None:
            yield entry[1]
