"""A share of work for each processor: forks that answer questions until they are done."""

from __future__ import annotations

import marshal
import os
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import IO, Any

#: Answers one question; both are plain values, as marshal takes them.
Serve = Callable[[Any], Any]


class Workers:
    """Asks each of *serving* in a process of its own; one alone is served right here.

    Where there is no ``fork``, all are served here.
    """

    def __init__(self, serving: Sequence[Serve]) -> None:
        self._here: list[Serve] = list(serving)
        self._forks: list[_Fork] = []
        if len(serving) > 1 and hasattr(os, "fork"):
            for one in serving:
                self._forks.append(_Fork(one, self._forks))
            self._here = []

    def ask(self, question: Any) -> list[Any]:
        """Every answer. Raises ChildProcessError where a process died of it."""
        for fork in self._forks:
            fork.ask(question)
        here = [serve(question) for serve in self._here]
        return here + [fork.answer() for fork in self._forks]

    def close(self) -> None:
        for fork in self._forks:
            fork.close()


class _Fork:
    def __init__(self, serve: Serve, others: Sequence[_Fork]) -> None:
        down, up = os.pipe(), os.pipe()
        self._pid = os.fork()
        if not self._pid:
            # An end that another process holds open never tells that it is over.
            unused = [down[1], up[0], *(end.fileno() for one in others for end in one.ends)]
            _serve(serve, os.fdopen(down[0], "rb"), os.fdopen(up[1], "wb"), unused)
        os.close(down[0])
        os.close(up[1])
        self._down: IO[bytes] = os.fdopen(down[1], "wb")
        self._up: IO[bytes] = os.fdopen(up[0], "rb")
        self.ends: tuple[IO[bytes], ...] = (self._down, self._up)

    def ask(self, question: Any) -> None:
        with suppress(BrokenPipeError):  # told when the answer is missing
            marshal.dump(question, self._down)
            self._down.flush()

    def answer(self) -> Any:
        try:
            return marshal.load(self._up)
        except EOFError:
            raise ChildProcessError("a process of the scan ended before it had answered") from None

    def close(self) -> None:
        with suppress(OSError):
            self._down.close()
        self._up.close()
        os.waitpid(self._pid, 0)


def _serve(serve: Serve, down: IO[bytes], up: IO[bytes], others: Sequence[int]) -> None:
    """Answer until nobody asks any more; never returns to what the fork was made by."""
    status = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # who asks is told, and closes
        for other in others:
            os.close(other)
        while True:
            marshal.dump(serve(marshal.load(down)), up)
            up.flush()
    except (EOFError, BrokenPipeError):
        status = 0
    finally:
        os._exit(status)
