"""The index on disk: what the last scan found, file by file.

It spares work and decides nothing: without it, or with one that is broken,
written by another version or meant for other rules, all is scanned anew.
"""

from __future__ import annotations

import marshal
import os
import sys
import time
import zlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from pytest_ssot.files import write_atomically
from pytest_ssot.source.project.files import Entry
from pytest_ssot.source.project.surroundings import Surroundings
from pytest_ssot.source.text.reading import Unreadable, read_bytes
from pytest_ssot.source.uses.use import Copy, Scan, Use

#: The folder under the root, which tells git and backups by itself to leave it out.
FOLDER = ".ssot_cache"

#: Grows when scans find more, or otherwise, than before.
_VERSION = 3
_HEADER = b"pytest-ssot index 3\n"
_CHECKSUM = 4
#: A file that changed so shortly before a scan may change again and look the same: file
#: systems tell times to two seconds at worst (FAT). The same as git's "racily clean".
_YOUNG = 2_000_000_000
#: The same files make the same bytes: later versions of the format depend on reference counts.
_STABLE = 2

_Plain = tuple[Any, ...]


class Pass(NamedTuple):
    """One pass over the files: what was found by path, what is wrong with which, no Python.

    Found are uses, exports, uses that depend on what other files mention, and suspects.
    """

    found: dict[
        str,
        tuple[
            list[_Plain],
            list[tuple[str, _Plain]],
            list[tuple[tuple[str, ...], _Plain]],
            list[_Plain],
        ],
    ]
    unreadable: dict[str, str]
    skipped: list[str]


class _Kept(NamedTuple):
    """What the file holds: the files' keys, what was found of them, and pass by pass.

    Each is marshalled by itself, since an unchanged tree needs but the result.
    """

    key: str
    files: bytes
    result: bytes
    passes: bytes


class State:
    """What is known from the last scan under the same *key*, kept in *path*; None: nothing is.

    *key* (`key_of`) stands for what findings depend on besides files: the rules. What they
    depend on besides the content of their own file is in *surroundings*.
    """

    def __init__(self, path: Path | None, key: str, surroundings: Surroundings) -> None:
        self._path = path
        self._key = key
        self._around = surroundings
        self._started = time.time_ns()
        self._entries: dict[str, tuple[int, ...]] = {}
        self._unread: set[str] = set()
        self._changed: list[str] | None = None
        self._passes: list[tuple[object, Pass]] = []
        self._old: list[tuple[object, Pass]] = []

    def begin_scan(self, entries: Sequence[Entry]) -> Scan | None:
        """Take note of the files; the last scan's findings if nothing has changed."""
        plain = [entry[:2] for entry in entries]
        self._entries = dict(plain)
        kept = self._load_index()
        if kept is None:
            return None
        try:
            return self._read_known(kept, plain)
        except Exception:  # an index of no shape that is written here: there is none
            self._old, self._changed = [], None
            return None

    def _read_known(self, kept: _Kept, plain: list[_Plain]) -> Scan | None:
        answers, uses, unreadable, skipped, suspects = marshal.loads(kept.result)
        if not self._around.still_hold(answers):
            return None
        if kept.files != marshal.dumps(plain, _STABLE):
            files = dict(marshal.loads(kept.files))
            changed = [path for path, key in self._entries.items() if files.get(path) != key]
            if changed or len(files) != len(self._entries):
                self._old = [
                    (targets, _check_pass(one)) for targets, one in marshal.loads(kept.passes)
                ]
                self._changed = changed
                self._around.learn_answers(answers)
                return None
        return Scan(
            tuple(map(Use.unpack, uses)),
            dict(unreadable),
            frozenset(self._entries).difference(skipped),
            tuple(map(Copy.unpack, suspects)),
        )

    def list_changed(self, number: int, targets: object) -> list[str] | None:
        """The files that pass *number*, for *targets*, has to look at; None: all."""
        if self._changed is None or number >= len(self._old):
            return None
        return self._changed if self._old[number][0] == targets else None

    def add_pass(self, number: int, targets: object, done: Pass) -> Pass:
        """*done*, and what is known of the files that it did not look at."""
        looked = self.list_changed(number, targets)
        if looked is not None:
            found, unreadable, skipped = self._old[number][1]
            stays = self._entries.keys() - looked
            done.found.update((path, one) for path, one in found.items() if path in stays)
            done.unreadable.update((path, one) for path, one in unreadable.items() if path in stays)
            done.skipped.extend(path for path in skipped if path in stays)
        self._passes.append((targets, done))
        return done

    def learn_answers(self, answers: _Plain, unread: Sequence[str] = ()) -> None:
        """Take note of the *answers* of other surroundings, and of files that could not be read."""
        self._around.learn_answers(answers)
        self._unread.update(unread)

    def keep_scan(self, scan: Scan) -> Scan:
        """Write all of it down for the next time; returns *scan*."""
        if self._path is None:
            return scan
        old = self._started - _YOUNG
        result = (
            self._around.list_answers(old),
            [use.pack() for use in scan.uses],
            dict(scan.unreadable),
            list(self._entries.keys() - scan.examined),
            [suspect.pack() for suspect in scan.suspects],
        )
        kept = _Kept(
            self._key,
            marshal.dumps(
                [(path, self._make_trusted_key(path, old)) for path in self._entries], _STABLE
            ),
            marshal.dumps(result),
            marshal.dumps([(targets, tuple(done)) for targets, done in self._passes]),
        )
        with suppress(OSError):  # a full disk, a read-only one: the next scan takes longer
            _write_index(self._path, marshal.dumps(tuple(kept)))
        return scan

    def _make_trusted_key(self, path: str, old: int) -> tuple[int, ...]:
        """The key of a file; empty where the next scan has to look at it in any case."""
        key = self._entries[path]
        # What went wrong with the reading of a file may be over, and nothing tells of it.
        return key if max(key[1:3]) < old and path not in self._unread else ()

    def _load_index(self) -> _Kept | None:
        if self._path is None:
            return None
        try:
            data = memoryview(read_bytes(str(self._path)))
        except Unreadable:
            return None
        start = len(_HEADER) + _CHECKSUM
        if data[:start] != _HEADER + _compute_checksum(data[start:]):
            return None
        try:
            kept = _Kept(*marshal.loads(data[start:]))
        except (EOFError, TypeError, ValueError):
            return None
        return kept if kept.key == self._key else None


def find_index_path(root: Path) -> Path:
    """Where the index of the project at *root* is; each version of Python has its own."""
    return root / FOLDER / f"scan-{sys.implementation.cache_tag}"


def make_key(*parts: object) -> str:
    """A key for `State` that stands for *parts*, this Python, and the code that scans."""
    return repr((_VERSION, sys.version, _measure_code(), parts))


def _measure_code() -> list[tuple[str, int]]:
    """The sizes of the modules here: tells versions apart that forgot to have another number."""
    found = []
    for folder, _, files in os.walk(os.path.dirname(__file__)):  # nothing, in a zip file
        paths = [os.path.join(folder, name) for name in files if name.endswith(".py")]
        found += [(path, os.stat(path).st_size) for path in paths]
    return sorted(found)


def _check_pass(plain: _Plain) -> Pass:
    """The pass that *plain* holds. Raises an exception of whatever class where it is none."""
    done = Pass(*plain)
    for uses, exports, spared, suspects in done.found.values():
        for use in (*uses, *(one for _, one in exports), *(one for _, one in spared)):
            Use.unpack(use)
        for suspect in suspects:
            Copy.unpack(suspect)
    return Pass(dict(done.found), dict(done.unreadable), list(done.skipped))


def _write_index(path: Path, payload: bytes) -> None:
    tag = "Signature: 8a477f597d28d172789f06886806bc55\n"  # https://bford.info/cachedir/
    for name, text in (("CACHEDIR.TAG", tag), (".gitignore", "*\n")):
        beside = path.parent / name
        if not beside.exists():
            write_atomically(beside, text, durable=False)
    write_atomically(path, _HEADER + _compute_checksum(payload) + payload, durable=False)


def _compute_checksum(payload: bytes | memoryview) -> bytes:
    return zlib.crc32(payload).to_bytes(_CHECKSUM, "big")
