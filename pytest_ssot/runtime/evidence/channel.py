"""The channel by which child processes tell what they see: a folder with a file for each.

A record is written at the moment of what it tells of, whole, by one write: whatever
becomes of the process, it is there, and nobody has to wait for its end. Records
are tuples, marshalled in a version that every Python reads, each behind its length.

Tests replace functions of ``os`` and ``open`` itself: those that are used here are
taken beforehand.
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
_BINARY = getattr(os, "O_BINARY", 0)
_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | _BINARY
#: On Windows signal 0 is one that ends processes.
_CAN_ASK = os.name == "posix"
_CHUNK = 1 << 20


class Channel:
    """The end of the channel in a process that writes."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._calls = os.open, os.write, os.close, os.getpid, os.urandom
        self._path = ""
        self._pid = 0

    def read_config(self) -> Record:
        """Read what to watch."""
        with open(os.path.join(self.folder, _CONFIG), "rb") as file:
            config: Record = marshal.loads(file.read())
        return config

    def write(self, *record: Any) -> None:
        """Write one record; none is written once the run is over and the folder gone.

        The file is opened each time: code may close all files that it did not open.
        """
        data = marshal.dumps(record, _VERSION)
        open_file, write, close, getpid, urandom = self._calls
        pid = getpid()
        if pid != self._pid:  # the first time, or in a fork
            self._pid, self._path = pid, f"{self.folder}/{pid}-{urandom(4).hex()}"
        try:
            file = open_file(self._path, _APPEND, 0o600)
            try:
                write(file, len(data).to_bytes(_LENGTH, "little") + data)
            finally:
                close(file)
        except OSError:
            return


class _RecordFile:
    """The file of a process that writes: how much of it is read."""

    __slots__ = ("pid", "read")

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.read = 0


class ChannelReader:
    """The end of the channel in the process that runs the tests."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._calls = os.stat, os.listdir, os.open, os.lseek, os.read, os.close, os.kill
        self._now = time_ns
        self._open: dict[str, _RecordFile] = {}
        self._done: set[str] = set()
        self._changed = 0
        self._listed = 0

    def write_config(self, *config: Any) -> None:
        """Write what children are to watch."""
        path = os.path.join(self._folder, _CONFIG)
        with open(path + _NEW, "wb") as file:
            file.write(marshal.dumps(config, _VERSION))
        os.replace(path + _NEW, path)

    def read_new(self) -> Iterator[Record]:
        """Read the records that have come in; costs a ``stat`` while no child has written any."""
        stat, list_folder, *_ = self._calls
        changed = stat(self._folder).st_mtime_ns
        if changed != self._changed or self._listed <= changed + _TICK:
            listed = self._now()
            for name in list_folder(self._folder):
                pid = name.partition("-")[0]
                if pid.isdecimal() and name not in self._done:
                    self._open.setdefault(name, _RecordFile(int(pid)))
            self._changed, self._listed = changed, listed
        for name in sorted(self._open):
            yield from self._read_rest(name, self._open[name])

    def _read_rest(self, name: str, file: _RecordFile) -> Iterator[Record]:
        ended = not self._is_alive(file.pid)  # before it is read: what comes after is nothing
        data = self._read_from(f"{self._folder}/{name}", file.read)
        position = 0
        while position + _LENGTH <= len(data):
            start = position + _LENGTH
            end = start + int.from_bytes(data[position:start], "little")
            if end > len(data):
                break  # it is being written
            yield marshal.loads(data[start:end])
            position = end
            file.read += end - start + _LENGTH
        if ended:
            del self._open[name]
            self._done.add(name)

    def _read_from(self, path: str, offset: int) -> bytes:
        _, _, open_file, seek, read, close, _ = self._calls
        file = open_file(path, os.O_RDONLY | _BINARY)
        try:
            seek(file, offset, 0)
            parts = []
            while part := read(file, _CHUNK):
                parts.append(part)
        finally:
            close(file)
        return b"".join(parts)

    def _is_alive(self, pid: int) -> bool:
        try:
            if _CAN_ASK:
                self._calls[-1](pid, 0)
        except OSError as error:
            return not isinstance(error, ProcessLookupError)
        return True
