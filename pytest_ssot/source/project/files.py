"""The Python files of a project, found without leaving its root."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from pytest_ssot.errors import UsageError
from pytest_ssot.patterns import path_matches
from pytest_ssot.source.project.ignored import Ignored, read_beside, read_excluded, read_outside
from pytest_ssot.source.text.reading import explain_error

#: Suffixes of Python source; a file without any may be a script.
SUFFIXES = (".py", ".pyi", ".pyw")
#: Files that declare entry points.
DECLARING = frozenset(("pyproject.toml", "setup.cfg"))

#: Folders that hold no source of the project, whatever git says.
NEVER = frozenset(
    (
        *(".eggs", ".git", ".hg", ".mypy_cache", ".nox", ".pytest_cache", ".ruff_cache"),
        ".ssot_cache",
        *(".svn", ".tox", ".venv", "__pycache__", "__pypackages__", "node_modules"),
        "site-packages",
    )
)


VENV, _GIT, _IGNORE = "pyvenv.cfg", ".git", ".gitignore"
_SPECIAL = frozenset((VENV, _GIT, _IGNORE))


class Entry(NamedTuple):
    r"""A regular file: its path relative to the root with ``/``, as reports tell it.

    ``key`` changes when the content may have: size, modification and change time in
    nanoseconds, and inode. ``at`` is where to read it: bytes of a name that are no
    UTF-8 stand in ``path`` as ``\xe9``. A ``script`` is Python only if its first line
    says so.
    """

    path: str
    key: tuple[int, int, int, int]
    at: str
    script: bool


class Files:
    """The files of *root* that may be Python, in no order, each once.

    *paths* are files and folders, relative to the root or absolute; none means all.
    UsageError for one that is not there, or not under the root. *exclude* are folders,
    files or globs (`path_matches`), and holds for *paths* too.

    Left out is what git ignores (`outside`, `beside`), virtual environments and folders
    of tools, unless *paths* names it. A repository inside of another begins anew.
    Links are not followed: what they lead to is found where it lies, or is not ours.
    ``missed`` are the (path, reason) that the last walk could not look into.
    """

    def __init__(self, root: Path, paths: Sequence[str] = (), exclude: Sequence[str] = ()) -> None:
        self.missed: list[tuple[str, str]] = []
        self._root = os.path.realpath(root)
        self._cut = len(os.path.join(self._root, ""))
        self._exclude = tuple(exclude)
        given = [_resolve_under(self._root, path) for path in paths] or [self._root]
        self._folders = {one for one in given if os.path.isdir(one)}
        self._files = set(given) - self._folders

    def __iter__(self) -> Iterator[Entry]:
        self.missed.clear()
        for path in self._files:
            found = self._find_named(path)
            if found:
                yield found
        for path in self._folders:
            if not self._is_excluded(self._show_inside(path)):
                yield from self._walk_folder(path)

    def _find_named(self, path: str) -> Entry | None:
        name = self._show_inside(path)
        if self._is_excluded(name):
            return None
        try:
            return _make_entry(name, os.stat(path, follow_symlinks=False), path, script=False)
        except OSError as error:
            self._note_missed(name, error)
            return None

    def _walk_folder(self, start: str) -> Iterator[Entry]:
        todo = [(start, read_outside(start, self._root))]
        while todo:
            path, ignored = todo.pop()
            inside = self._show_inside(path)
            try:
                with os.scandir(path) as listing:
                    entries = list(listing)
            except OSError as error:
                self._note_missed(inside, error)
                continue
            special = _SPECIAL.intersection([entry.name for entry in entries])
            if special:
                if VENV in special and path != start:
                    continue
                if _GIT in special and path != start:
                    ignored = read_excluded(path)
                if _IGNORE in special:
                    ignored = read_beside(path, ignored)
            prefix = f"{inside}/" if inside else ""
            for entry in entries:
                try:
                    found = self._look_at(entry, prefix, ignored, todo)
                except OSError as error:
                    self._note_missed(prefix + show_path(entry.name), error)
                    continue
                if found:
                    yield found

    def _look_at(
        self,
        entry: os.DirEntry[str],
        prefix: str,
        ignored: Ignored | None,
        todo: list[tuple[str, Ignored | None]],
    ) -> Entry | None:
        """The file that *entry* is; a folder to enter is added to *todo*."""
        name = entry.name
        script = not name.endswith(SUFFIXES) and name not in DECLARING
        if script and not entry.is_dir(follow_symlinks=False) and "." in name:
            return None
        found = entry.stat(follow_symlinks=False)
        path = prefix + (name if name.isascii() else show_path(name))
        if stat.S_ISREG(found.st_mode):
            if self._files and entry.path in self._files:
                return None
            if ignored and ignored.has_file(entry.path, name, "" if script else _find_suffix(name)):
                return None
            if self._exclude and self._is_excluded(path):
                return None
            return _make_entry(path, found, entry.path, script)
        if stat.S_ISDIR(found.st_mode) and self._enters(entry, path, ignored):
            todo.append((entry.path, ignored))
        return None

    def _enters(self, entry: os.DirEntry[str], path: str, ignored: Ignored | None) -> bool:
        if entry.name in NEVER or entry.path in self._folders or self._is_excluded(path):
            return False
        return not (ignored and ignored.has_folder(entry.path, entry.name))

    def _is_excluded(self, path: str) -> bool:
        return bool(self._exclude) and path_matches(path, self._exclude)

    def _show_inside(self, path: str) -> str:
        return show_path(path[self._cut :].replace(os.sep, "/"))

    def _note_missed(self, path: str, error: OSError) -> None:
        self.missed.append((path or ".", explain_error(error)))


def show_path(path: str) -> str:
    r"""*path* as text that any output can hold: bytes that are no UTF-8 as ``\xe9``."""
    return path if path.isascii() else os.fsencode(path).decode("utf-8", "backslashreplace")


def _find_suffix(name: str) -> str:
    return name[name.rindex(".") :]


def _make_entry(path: str, found: os.stat_result, at: str, script: bool) -> Entry:
    key = (found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)
    return Entry(path, key, at, script)


def _resolve_under(root: str, one: str) -> str:
    """The real path of *one*."""
    try:
        real = os.path.realpath(os.path.join(root, one))
        mode = os.stat(real).st_mode
    except (OSError, ValueError) as error:
        raise UsageError(f"{show_path(one)}: {getattr(error, 'strerror', error)}") from error
    if real != root and not real.startswith(os.path.join(root, "")):
        raise UsageError(f"{show_path(one)} is not under the root, {show_path(root)}")
    if not stat.S_ISDIR(mode) and not stat.S_ISREG(mode):
        raise UsageError(f"{show_path(one)} is neither a file nor a folder")
    return real
