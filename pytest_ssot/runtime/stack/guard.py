"""Makes the watch harmless: it never raises into the code that is watched."""

from __future__ import annotations

import _thread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from pytest_ssot.runtime.evidence.channel import Channel


class Guard:
    """Wraps the watch's callbacks.

    While ``on``, a wrapped callback does its work, once at a time in a thread:
    what the watch itself imports or reads is not watched. Otherwise, and when
    it raises, it returns its default. ``faults`` describes each error once.
    """

    def __init__(self) -> None:
        self.on = False
        self._busy: set[int] = set()
        self._faults: dict[str, None] = {}
        self._channel: Channel | None = None

    @property
    def faults(self) -> list[str]:
        return list(self._faults)

    def __call__(self, callback: Callable[..., Any], default: object = None) -> Callable[..., Any]:
        busy, current_thread = self._busy, _thread.get_ident

        def guarded(*args: object) -> Any:
            thread = current_thread()
            if not self.on or thread in busy:
                return default
            busy.add(thread)
            try:
                return callback(*args)
            except Exception as error:
                self.keep_error(error)
                return default
            finally:
                busy.discard(thread)

        return guarded

    def run_unwatched(self, work: Callable[[], Any]) -> Any:
        """Do *work* of our own, whose imports and processes are nobody's; it may raise."""
        thread = _thread.get_ident()
        mine = thread not in self._busy
        self._busy.add(thread)
        try:
            return work()
        finally:
            if mine:
                self._busy.discard(thread)

    def keep_error(self, error: Exception) -> None:
        """Keep an error inside the plugin, for the report."""
        self.keep_fault(_describe_error(error))

    def keep_fault(self, fault: str) -> None:
        """Keep the description of an error, and write it to the channel if there is one."""
        if fault not in self._faults:
            self._faults[fault] = None
            if self._channel is not None:
                self._channel.write("fault", fault)

    def hand_over(self, channel: Channel) -> None:
        """Go on in a child process: errors are for the run that reads *channel*."""
        self._channel = channel

    def forget_threads(self) -> None:
        """Go on in a fork: only the thread that forked does."""
        self._busy.clear()


def _describe_error(error: Exception) -> str:
    """Tell what the error says, and where: for the report, and for us."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = ""
    if trace is not None:
        module = trace.tb_frame.f_globals.get("__name__")
        where = f" (line {trace.tb_lineno} of {module})"
    return f"{type(error).__name__}: {error}{where}"
