"""The index on disk: what the last scan found, file by file.

It spares work and decides nothing: without it, or with one that is broken,
written by another version or meant for other rules, all is scanned anew.
"""

from __future__ import annotations

import marshal
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

from pytest_ssot.files import write_atomically
from pytest_ssot.source.files import Entry
from pytest_ssot.source.use import Scan, Use

#: Grows when scans find more, or otherwise, than before.
VERSION = 1
#: The folder under the root, which tells git and backups by itself to leave it out.
FOLDER = ".ssot_cache"

_HEADER = b"pytest-ssot index 1\n"
_DIGEST = 16
#: A file that changed so shortly before a scan may change again and look the same: file
#: systems tell times to two seconds at worst (FAT). The same as git's "racily clean".
_YOUNG = 2_000_000_000

_Plain = tuple[Any, ...]


class Pass(NamedTuple):
    """One pass over the files: uses and exports by path, what is wrong with which, no Python."""

    found: dict[str, tuple[list[_Plain], list[tuple[str, _Plain]]]]
    unreadable: dict[str, str]
    skipped: list[str]


class State:
    """What is known from the last scan under the same *key*, kept in *path*; None: nothing is.

    *key* stands for all that findings depend on besides the files: the rules,
    the version. *touching* are files on which the findings in others depend.
    """

    def __init__(self, path: Path | None, key: str, touching: Sequence[str] = ()) -> None:
        self._path = path
        self._key = key
        self._touching = frozenset(touching)
        self._started = time.time_ns()
        self._entries: dict[str, tuple[int, int, int, int]] = {}
        self._changed: list[str] | None = None
        self._passes: list[tuple[Any, _Plain]] = []
        self._old: Mapping[str, Any] = {}

    def begin(self, entries: Sequence[Entry]) -> Scan | None:
        """Take note of the files; the last scan's findings if none has changed."""
        self._entries = {entry.path: entry.key for entry in entries}
        layout = _layout(self._entries)
        old = self._load()
        if old is None or old["layout"] != layout:
            self._old = {"passes": [], "layout": layout}
            return None
        self._old = old
        files = old["files"]
        if files == self._entries:
            uses, unreadable, skipped = old["result"]
            examined = self._entries.keys() - skipped
            return Scan(tuple(map(Use.unpacked, uses)), unreadable, frozenset(examined))
        changed = [path for path, key in self._entries.items() if files.get(path) != key]
        gone = files.keys() - self._entries.keys()
        if self._touching.isdisjoint(changed) and self._touching.isdisjoint(gone):
            self._changed = changed
        return None

    def touch(self, files: Sequence[str]) -> None:
        """Let the findings of the passes to come depend on *files* too."""
        if self._changed is not None and not set(self._changed).isdisjoint(files):
            self._changed = None

    def again(self, number: int, targets: object) -> list[str] | None:
        """The files that pass *number*, for *targets*, has to look at; None: all."""
        if self._changed is None or number >= len(self._old["passes"]):
            return None
        return self._changed if self._old["passes"][number][0] == _plainly(targets) else None

    def add(self, number: int, targets: object, done: Pass) -> Pass:
        """*done*, and what is known of the files that it did not look at."""
        if self.again(number, targets) is not None:
            looked = frozenset(self._changed or ())
            _, (found, unreadable, skipped) = self._old["passes"][number]
            stays = self._entries.keys() - looked
            done.found.update((path, one) for path, one in found.items() if path in stays)
            done.unreadable.update((path, one) for path, one in unreadable.items() if path in stays)
            done.skipped.extend(path for path in skipped if path in stays)
        self._passes.append((_plainly(targets), tuple(done)))
        return done

    def keep(self, scan: Scan) -> Scan:
        """Write all of it down for the next time; returns *scan*."""
        if self._path is not None:
            old = self._started - _YOUNG
            data = {
                "layout": self._old["layout"],
                # Of a young file nothing is known: the next scan reads it again.
                "files": {
                    path: key if max(key[1:3]) < old else () for path, key in self._entries.items()
                },
                "passes": self._passes,
                "result": (
                    [use.packed() for use in scan.uses],
                    dict(scan.unreadable),
                    sorted(self._entries.keys() - scan.examined),
                ),
            }
            with suppress(OSError):  # a full disk, a read-only one: the next scan takes longer
                self._write(self._path, marshal.dumps(data))
        return scan

    def _write(self, path: Path, payload: bytes) -> None:
        if not path.parent.exists():
            write_atomically(path.parent / ".gitignore", "*\n", durable=False)
            tag = "Signature: 8a477f597d28d172789f06886806bc55\n"  # https://bford.info/cachedir/
            write_atomically(path.parent / "CACHEDIR.TAG", tag, durable=False)
        write_atomically(path, _HEADER + self._digest(payload) + payload, durable=False)

    def _load(self) -> dict[str, Any] | None:
        if self._path is None:
            return None
        try:
            with open(self._path, "rb") as file:
                data = file.read()
        except OSError:
            return None
        start = len(_HEADER) + _DIGEST
        payload = memoryview(data)[start:]
        if data[:start] != _HEADER + self._digest(payload):
            return None
        loaded: dict[str, Any] = marshal.loads(payload)
        return loaded

    def _digest(self, payload: bytes | memoryview) -> bytes:
        return blake2b(payload, digest_size=_DIGEST, key=self._key.encode()[:64]).digest()


def path_of(root: Path) -> Path:
    """Where the index of the project at *root* is; each version of Python has its own."""
    return root / FOLDER / f"scan-{sys.implementation.cache_tag}"


def key_of(*parts: object) -> str:
    """A key for `State` that stands for *parts*, by their repr."""
    return blake2b(repr(parts).encode("utf-8", "backslashreplace"), digest_size=32).hexdigest()


def _layout(entries: Mapping[str, object]) -> str:
    """What the files' dotted names depend on: which packages there are, and what is at the top."""
    files = [path for path in entries if "/" not in path or "__init__." in path]
    tops = {path.partition("/")[0] for path in entries}
    return key_of(sorted(files), sorted(tops))


def _plainly(targets: object) -> object:
    return [list(one) for one in targets] if isinstance(targets, list) else targets
