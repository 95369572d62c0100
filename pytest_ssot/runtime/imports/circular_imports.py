"""Sees imports of a module that is still loading.

Such a module may become part of a lineage later, when it goes on; who imported it
until then belongs to that lineage too. CPython waits for a module that is loading by
``importlib._bootstrap._lock_unlock_module`` (``Python/import.c``:
import_ensure_initialized), and calls that for no other import.
"""

from __future__ import annotations

import _frozen_importlib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any

from pytest_ssot.runtime.stack.frames import get_caller


class CircularImports:
    """Calls *on_circular* with the name of a module that is still loading, and who imports it."""

    def __init__(self, on_circular: Callable[[str, FrameType], None]) -> None:
        self._on_circular = on_circular
        self._original: Any = None
        self._mine: Any = None

    def install(self) -> None:
        bootstrap: Any = _frozen_importlib
        original = self._original = bootstrap._lock_unlock_module

        def lock_unlock_module(name: str) -> object:
            self._on_circular(name, get_caller())
            return original(name)

        bootstrap._lock_unlock_module = self._mine = lock_unlock_module

    @property
    def stands(self) -> bool:
        found: bool = _frozen_importlib._lock_unlock_module is self._mine  # type: ignore[attr-defined]
        return found

    def put_back(self) -> None:
        bootstrap: Any = _frozen_importlib
        bootstrap._lock_unlock_module = self._mine

    def remove(self) -> None:
        bootstrap: Any = _frozen_importlib
        if bootstrap._lock_unlock_module is self._mine:
            bootstrap._lock_unlock_module = self._original
