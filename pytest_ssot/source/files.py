"""The Python files of a project, found without leaving its root."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

#: Suffixes of Python source; a file without any may be a script.
SUFFIXES = (".py", ".pyi", ".pyw")

#: Folders that hold no source of the project, whatever git says.
_NEVER = frozenset(
    (
        *(".eggs", ".git", ".hg", ".mypy_cache", ".nox", ".pytest_cache", ".ruff_cache"),
        *(".svn", ".tox", ".venv", "__pycache__", "__pypackages__", "node_modules"),
        "site-packages",
    )
)


class Entry(NamedTuple):
    """A file: its path relative to the root with ``/``, and what changes when its content may.

    ``key`` is size, modification and change time in nanoseconds, and inode.
    """

    path: str
    key: tuple[int, int, int, int]


def walk(root: Path, paths: Sequence[str] = (), exclude: Sequence[str] = ()) -> Iterator[Entry]:
    """The files of *root* that may be Python, in no order.

    *paths* are files and folders under the root, relative to it; none means all.
    *exclude* are folders, files or globs. Links are not followed.
    """
    todo = [os.path.join(root, one) for one in paths] or [str(root)]
    cut = len(str(root)) + 1
    while todo:
        with os.scandir(todo.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    todo += [entry.path] if entry.name not in _NEVER else []
                elif entry.name.endswith(SUFFIXES):
                    found = entry.stat(follow_symlinks=False)
                    key = (found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)
                    yield Entry(entry.path[cut:].replace(os.sep, "/"), key)
