"""A Python process for one module: started, waited for, and ended with all that it started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from threading import Lock, Thread
from typing import Any

from pytest_ssot.errors import UsageError

#: Of what a process prints, its last bytes are kept.
_KEPT = 1 << 14
#: Seconds for what a process has printed to come in, once it has ended.
_DRAIN = 0.2
#: Seconds for an answer to a signal.
_ANSWER = 0.5
_POSIX = os.name == "posix"
#: Flags that the watch could not start with, or that say what the interpreter itself does.
_NOT_HANDED_ON = frozenset("EISdqv")


class Interpreter:
    """One process that runs *program* in *folder*; nothing that it starts outlives :meth:`end`.

    Raises UsageError where it cannot be started.
    """

    def __init__(self, program: str, folder: Path, env: Mapping[str, str]) -> None:
        if not sys.executable:
            raise UsageError("this Python does not know its own executable (sys.executable)")
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-u", *_list_flags(), "-c", program],
                cwd=folder,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=_POSIX,
            )
        except OSError as error:
            raise UsageError(f"{sys.executable} cannot be started: {error}") from None
        self._lock = Lock()
        self._printed = bytearray()
        self._reader = Thread(target=self._read_output, daemon=True)
        self._reader.start()

    def wait(self, seconds: float) -> int | None:
        """Its exit status, negative for a signal; None where it has not ended by then."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def send_signal(self, number: int) -> None:
        """Send it the signal *number*, and give it time to answer."""
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            self._process.send_signal(number)
            self._process.wait(_ANSWER)

    def kill(self) -> None:
        """Kill it and what it has started; who waits for it goes on."""
        with contextlib.suppress(OSError):  # all of it is gone
            if _POSIX:
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()

    def end(self) -> None:
        """Let go of it, and of what it has started: that could hold its output for ever."""
        if self._process.returncode is not None:
            self._reader.join(_DRAIN)
        self.kill()
        self._process.wait()
        self._reader.join(_DRAIN)

    def read_printed(self) -> str:
        """The end of what it wrote to standard output and standard error."""
        with self._lock:
            data = bytes(self._printed)
        return data.decode("utf-8", "backslashreplace")

    def _read_output(self) -> None:
        stream: Any = self._process.stdout
        with stream:
            while data := os.read(stream.fileno(), _KEPT):
                with self._lock:
                    self._printed += data
                    del self._printed[:-_KEPT]


def _list_flags() -> list[str]:
    """The flags of this interpreter that say how code runs, for another one.

    What multiprocessing does (``Lib/subprocess.py``: _args_from_interpreter_flags). Where
    the environment is ignored, or the user's site, or the folder of the program, the path that
    is handed on says so.
    """
    given: Any = subprocess
    flags = iter(given._args_from_interpreter_flags())
    kept: list[str] = []
    for flag in flags:
        if flag == "-X":
            kept += (flag, next(flags))
        elif not _NOT_HANDED_ON.intersection(flag[1:2]):
            kept.append(flag)
    return kept
