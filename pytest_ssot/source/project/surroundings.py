"""What findings in one file depend on besides its content: which files there are around it."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

#: Of a file that was read, what changes with its content; empty for what is none.
_Key = tuple[int, ...]


class Surroundings:
    """Looks below *root*, and remembers what it saw: where all is still so, findings are too.

    Paths are relative to the root, with ``/``.
    """

    def __init__(self, root: Path) -> None:
        self._prefix = os.path.join(root, "")
        self._there: dict[str, bool | None] = {}
        self._read: dict[str, _Key | None] = {}

    def exists(self, path: str) -> bool:
        """Whether *path* is there; one that ends with ``/`` must be a folder."""
        there = os.path.exists(self._prefix + path)
        self._take_in({path: there}, {})
        return there

    def note_read(self, path: str) -> str:
        """Where *path* is, which the caller is about to read."""
        self._take_in({}, {path: self._make_key(path)})
        return self._prefix + path

    def list_answers(self, before: int | None = None) -> tuple[Any, ...]:
        """All that was seen, as plain values.

        Files that changed *before* that time, in nanoseconds, or later may change again unseen.
        """
        read = self._read
        if before is not None:
            read = {
                path: key if key is not None and max(key[1:3], default=0) < before else None
                for path, key in read.items()
            }
        return self._there, read

    def learn_answers(self, answers: tuple[Any, ...]) -> None:
        """Add what others saw. What changed in between counts as never the same again."""
        self._take_in(*answers)

    def still_hold(self, answers: tuple[Any, ...]) -> bool:
        """Whether the same would be seen now."""
        there, read = answers
        exists, prefix = os.path.exists, self._prefix
        return all(exists(prefix + path) is was for path, was in there.items()) and all(
            self._make_key(path) == key for path, key in read.items()
        )

    def _take_in(self, there: dict[str, bool | None], read: dict[str, _Key | None]) -> None:
        for path, was in there.items():
            if self._there.setdefault(path, was) is not was:
                self._there[path] = None
        for path, key in read.items():
            if self._read.setdefault(path, key) != key:
                self._read[path] = None

    def _make_key(self, path: str) -> _Key:
        try:
            found = os.stat(self._prefix + path, follow_symlinks=False)
        except (OSError, ValueError):
            return ()
        if not stat.S_ISREG(found.st_mode):
            return ()
        return (found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)
