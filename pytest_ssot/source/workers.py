"""A share of work for each processor: forks that answer questions until they are done."""

from __future__ import annotations

import gc
import marshal
import os
import signal
import sys
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import IO, Any

#: Answers one question; both are plain values, as marshal takes them.
Serve = Callable[[Any], Any]

#: How many bytes tell the length of what follows in a pipe.
_LENGTH = 8
#: What ended a fork that would end this process as well.
_CRASHES = frozenset(
    getattr(signal, name, None) for name in ("SIGSEGV", "SIGBUS", "SIGABRT", "SIGILL", "SIGFPE")
)


class Workers:
    """Asks each of *serving* in a process of its own; one alone is served right here.

    All are where a fork is not possible or not safe, and so is what a fork leaves that was
    killed. Each has to answer any question, whether or not it was asked the ones before.
    """

    def __init__(self, serving: Sequence[Serve]) -> None:
        self._here: list[Serve] = list(serving)
        self._forks: list[_Fork] = []
        if len(serving) < 2 or not _may_fork():
            return
        try:
            while self._here:
                self._forks.append(_Fork(self._here[-1], self._forks))
                self._here.pop()
        except OSError:  # there may be no more processes, or pipes
            return
        except BaseException:
            self.close()
            raise

    def ask(self, question: Any) -> list[Any]:
        """Every answer, in no order. Raises ChildProcessError where a process crashed of it."""
        plain = marshal.dumps(question)
        for fork in self._forks:
            fork.ask(plain)
        answers = [serve(question) for serve in self._here]
        for fork in list(self._forks):
            try:
                answers.append(fork.answer())
            except EOFError:
                self._forks.remove(fork)
                self._here.append(fork.serve)
                fork.bury()
                answers.append(fork.serve(question))
        return answers

    def close(self) -> None:
        """End the forks, whatever they are doing."""
        while self._forks:
            self._forks.pop().kill()


class _Fork:
    def __init__(self, serve: Serve, others: Sequence[_Fork]) -> None:
        self.serve = serve
        down, up = _open_pipes()
        try:
            # An end that another process holds open never tells that it is over.
            unused = [down[1], up[0], *(end.fileno() for other in others for end in other.ends)]
            self._pid = _start_fork(lambda: _answer_questions(serve, down[0], up[1], unused))
        except BaseException:
            _close_handles(*down, *up)
            raise
        _close_handles(down[0], up[1])
        self.ends: tuple[IO[bytes], IO[bytes]] = (os.fdopen(down[1], "wb"), os.fdopen(up[0], "rb"))

    def ask(self, question: bytes) -> None:
        with suppress(BrokenPipeError):  # told when the answer is missing
            _send_plain(self.ends[0], question)

    def answer(self) -> Any:
        """Raises EOFError where the process ended before it had answered."""
        return _receive_plain(self.ends[1])

    def bury(self) -> None:
        """Take leave of one that ends by itself. Raises ChildProcessError where it crashed."""
        self._close_ends()
        status = 0
        with suppress(ChildProcessError):  # who ignores SIGCHLD has nothing to wait for
            status = os.waitpid(self._pid, 0)[1]
        number = -os.waitstatus_to_exitcode(status)
        if number in _CRASHES:
            name = signal.Signals(number).name
            raise ChildProcessError(
                f"a process that read a part of the source crashed ({name}): some file there, "
                "nested too deep perhaps, is more than this Python bears. Check folder by folder "
                "to find it, and exclude it"
            )

    def kill(self) -> None:
        self._close_ends()
        with suppress(ChildProcessError):
            # The id of one that somebody else has waited for may be another's by now.
            if os.waitpid(self._pid, os.WNOHANG) == (0, 0):
                os.kill(self._pid, signal.SIGKILL)
                os.waitpid(self._pid, 0)

    def _close_ends(self) -> None:
        for end in self.ends:
            with suppress(OSError):
                end.close()


def count_processors() -> int:
    """How many this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS, Windows
        return os.cpu_count() or 1


def _may_fork() -> bool:
    """Whether there is no other thread: what that one has locked stays locked in a fork."""
    if not hasattr(os, "fork") or len(sys._current_frames()) > 1:
        return False
    try:
        return len(os.listdir("/proc/self/task")) == 1
    except OSError:  # no Linux
        return True


def _open_pipes() -> tuple[tuple[int, int], tuple[int, int]]:
    down = os.pipe()
    try:
        return down, os.pipe()
    except OSError:
        _close_handles(*down)
        raise


def _close_handles(*handles: int) -> None:
    for handle in handles:
        os.close(handle)


def _start_fork(run: Callable[[], None]) -> int:
    """The id of a new process, which does nothing but *run*."""
    # A handler that raises must not run there before nothing but *run* is left of the caller.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of threads: see `_may_fork`
            pid = os.fork()
        if not pid:
            status = 1
            try:
                _ignore_signals()
                signal.pthread_sigmask(signal.SIG_SETMASK, before)
                run()
                status = 0
            finally:
                os._exit(status)
        return pid
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _ignore_signals() -> None:
    """Leave it to who asks to see to signals; by those for this process alone it ends."""
    for number in signal.valid_signals():
        if callable(signal.getsignal(number)):
            signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _answer_questions(serve: Serve, down: int, up: int, unused: Sequence[int]) -> None:
    """Answer until nobody asks any more."""
    gc.disable()  # it would look for cycles among what is shared with who forked, and unshare it
    _close_handles(*unused)
    with (
        suppress(EOFError, BrokenPipeError),
        os.fdopen(down, "rb") as asked,
        os.fdopen(up, "wb") as answers,
    ):
        while True:
            _send_plain(answers, marshal.dumps(serve(_receive_plain(asked))))


def _send_plain(end: IO[bytes], plain: bytes) -> None:
    end.write(len(plain).to_bytes(_LENGTH, "big"))
    end.write(plain)
    end.flush()


def _receive_plain(end: IO[bytes]) -> Any:
    """Raises EOFError where it ends before it is whole."""
    length = end.read(_LENGTH)
    size = int.from_bytes(length, "big")
    plain = end.read(size) if len(length) == _LENGTH else b""
    if len(plain) < size or not plain:
        raise EOFError
    return marshal.loads(plain)
