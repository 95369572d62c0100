"""How child processes tell what they see: a folder with one file for each of them.

A record is written at the moment of what it tells of, whole, by one write: whatever
becomes of the process, it is there, and nobody has to wait for its end. Records
are tuples, marshalled in a version that every Python reads, each behind its length.
"""

from __future__ import annotations

import marshal
import os
from time import time_ns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    #: Strings, numbers, and dictionaries and tuples of them.
    Record = tuple[Any, ...]

#: The environment variables that a child finds the folder and its owner's number by.
FOLDER = "PYTEST_SSOT_CHANNEL"
OWNER = "PYTEST_SSOT_OWNER"
_CONFIG = "watch"
_NEW = ".new"
_VERSION = 2
_LENGTH = 4
#: File systems keep the time of a change no finer than this, in nanoseconds.
_TICK = 100_000_000


class Channel:
    """The end of a process that writes."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._file = -1
        self._pid = 0

    def config(self) -> Record:
        with open(os.path.join(self.folder, _CONFIG), "rb") as file:
            config: Record = marshal.loads(file.read())
        return config

    def write(self, *record: Any) -> None:
        """Write one record; none is written once the run is over and the folder gone."""
        data = marshal.dumps(record, _VERSION)
        pid = os.getpid()
        try:
            if pid != self._pid:  # the first time, or in a fork
                path = os.path.join(self.folder, str(pid))
                self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
                self._pid = pid
            os.write(self._file, len(data).to_bytes(_LENGTH, "little") + data)
        except OSError:
            return


class Reader:
    """The end of the process that runs the tests."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._read: dict[str, int] = {}
        self._changed = 0
        self._listed = 0

    def configure(self, *config: Any) -> None:
        """Say what children are to watch."""
        path = os.path.join(self._folder, _CONFIG)
        with open(path + _NEW, "wb") as file:
            file.write(marshal.dumps(config, _VERSION))
        os.replace(path + _NEW, path)

    def new(self) -> Iterator[Record]:
        """The records that have come in. Costs one ``stat`` while no child has written any."""
        if self._has_new_files():
            names = {name for name in os.listdir(self._folder) if not name.startswith(_CONFIG)}
            self._read.update(dict.fromkeys(names - self._read.keys(), 0))
        for name in sorted(self._read):
            yield from self._rest_of(name)

    def _has_new_files(self) -> bool:
        changed = os.stat(self._folder).st_mtime_ns
        if changed == self._changed and self._listed > changed + _TICK:
            return False
        self._changed, self._listed = changed, time_ns()
        return True

    def _rest_of(self, name: str) -> Iterator[Record]:
        with open(os.path.join(self._folder, name), "rb") as file:
            file.seek(self._read[name])
            data = file.read()
        position = 0
        while position + _LENGTH <= len(data):
            start = position + _LENGTH
            end = start + int.from_bytes(data[position:start], "little")
            if end > len(data):
                break  # it is being written
            yield marshal.loads(data[start:end])
            position = end
        self._read[name] += position
