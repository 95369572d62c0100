"""Notes who started each thread.

``threading`` starts each by a function of ``_thread`` that it has bound to a name of
its own (``Lib/threading.py``: Thread.start), so that is where to look. A thread that
is no ``threading.Thread`` has no object to note it by: its function is wrapped.
"""

from __future__ import annotations

import _thread
import sys
from _weakref import ref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from pytest_ssot.runtime.evidence.evidence import OwnerStack
    from pytest_ssot.runtime.owners.owner_numbers import FrameSnapshot

    #: The owners of a thread, the line that started it, and the classes that it may make.
    Start = tuple[OwnerStack, FrameSnapshot | None, frozenset[str]]

from pytest_ssot.runtime.stack.namespaces import read_plainly

_STARTERS = ("start_new_thread", "start_joinable_thread")


class _RawThread(_thread._local):
    """The start of the thread that asks, where that is no ``threading.Thread``."""

    start: Start | None = None


class Threads:
    """Keeps what *describe_start* returns for each thread that is started."""

    def __init__(self, describe_start: Callable[[], Start]) -> None:
        self._describe_start = describe_start
        self._noted: dict[int, tuple[object, Start]] = {}
        self._raw = _RawThread()
        self._replaced: list[tuple[str, Any, Any]] = []

    def find_starter(self) -> OwnerStack | None:
        """Find who started the thread that asks; None where that was not seen."""
        start = self._find_start()
        return None if start is None else start[0]

    def find_start_line(self) -> FrameSnapshot | None:
        """Find the line that started the thread that asks."""
        start = self._find_start()
        return None if start is None else start[1]

    def find_permitted(self) -> frozenset[str]:
        """Find the classes that the thread that asks may make, as what started it may."""
        start = self._find_start()
        return frozenset() if start is None else start[2]

    def _find_start(self) -> Start | None:
        threading: Any = sys.modules.get("threading")
        thread = threading and threading._active.get(_thread.get_ident())
        noted = self._noted.get(id(thread))
        return self._raw.start if noted is None else noted[1]

    def install(self) -> None:
        for starter in _STARTERS:
            original = getattr(_thread, starter, None)
            if original is not None:
                mine = self._wrap_starter(original)
                _swap_starter(starter, original, mine)
                self._replaced.append((starter, original, mine))

    def remove(self) -> None:
        for name, original, mine in self._replaced:
            _swap_starter(name, mine, original)
        self._replaced.clear()

    def _wrap_starter(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def start(function: Any, *args: Any, **options: Any) -> Any:
            return original(self._note_start(function), *args, **options)

        return start

    def _note_start(self, function: Any) -> Any:
        """Note who starts a thread for *function*; returns what to run instead of that."""
        if not callable(function):
            return function
        start = self._describe_start()
        thread = read_plainly(function, "__self__")
        if read_plainly(function, "__name__") == "_bootstrap" and thread is not None:
            key, noted = id(thread), self._noted
            noted[key] = ref(thread, lambda _: noted.pop(key, None)), start
            return function
        raw = self._raw

        def run(*args: Any, **options: Any) -> Any:
            raw.start = start
            return function(*args, **options)

        return run


def _swap_starter(starter: str, old: Any, new: Any) -> None:
    """Put *new* in the place of *old*. A threading that loads later binds the one in _thread."""
    for module, name in ((_thread, starter), (sys.modules.get("threading"), f"_{starter}")):
        if getattr(module, name, None) is old:
            setattr(module, name, new)
