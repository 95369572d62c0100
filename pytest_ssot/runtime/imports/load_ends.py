"""Sees the end of each load, when a module is what it is going to be.

Whoever loads a module holds its lock meanwhile (``Lib/importlib/_bootstrap.py``:
_find_and_load, _exec for a reload), and lets it go by the end of a ``with``: nothing
of ours is on the stack while a module loads.
"""

from __future__ import annotations

import _frozen_importlib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any

from pytest_ssot.runtime.stack.frames import get_caller

_FILE = "<frozen importlib._bootstrap>"
_BOOTSTRAP: Any = _frozen_importlib
#: The classes whose objects hold the lock; the second is for submodules, from 3.15 on.
_MANAGERS = [
    name for name in ("_ModuleLockManager", "_HierarchicalLockManager") if hasattr(_BOOTSTRAP, name)
]


class LoadEnds:
    """Calls *on_load_end* with the name of a module that was loaded or waited for, and the frame.

    The module may still be loading, further out or in another thread. All loads of a process
    end here, so *is_due* is asked first if it is given, which is to tell that for less.
    """

    def __init__(
        self,
        on_load_end: Callable[[str, FrameType], None],
        is_due: Callable[[], bool] | None = None,
    ) -> None:
        self._on_load_end = on_load_end
        self._is_due = is_due
        self._originals: dict[str, Any] = {}
        self._mine: dict[str, Any] = {}

    @property
    def stands(self) -> bool:
        for name, mine in self._mine.items():
            now = getattr(_BOOTSTRAP, name)
            if now is not mine and mine not in now.__mro__:  # another of these may stand on it
                return False
        return bool(self._mine)

    def install(self) -> None:
        for name in _MANAGERS:
            original = self._originals[name] = getattr(_BOOTSTRAP, name)
            self._mine[name] = self._make_manager(original)
        self.put_back()

    def _make_manager(self, original: Any) -> type:
        on_load_end, is_due, release = self._on_load_end, self._is_due, original.__exit__

        def leave(self: Any, kind: object, error: object, trace: object) -> None:
            release(self, kind, error, trace)
            if kind is None and (is_due is None or is_due()):
                on_load_end(self._name, get_caller())

        # One of the import system's own: left out of tracebacks as those are.
        leave.__code__ = leave.__code__.replace(co_filename=_FILE)
        return type(original.__name__, (original,), {"__exit__": leave})

    def put_back(self) -> None:
        for name, mine in self._mine.items():
            setattr(_BOOTSTRAP, name, mine)

    def remove(self) -> None:
        if self.stands:
            for name, original in self._originals.items():
                setattr(_BOOTSTRAP, name, original)
