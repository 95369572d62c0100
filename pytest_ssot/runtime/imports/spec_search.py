"""Sees each module that the import system finds, whoever finds it.

A meta-path finder of our own would be asked only where nobody puts another one in
front, or empties the list. What asks the finders is
``importlib._bootstrap._find_spec`` (``Lib/importlib/_bootstrap.py``:
_find_and_load_unlocked; ``Lib/importlib/__init__.py``: reload), for first imports
and reloads alone.
"""

from __future__ import annotations

import _frozen_importlib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Set
    from importlib.machinery import ModuleSpec
    from types import FrameType
    from typing import Any

from pytest_ssot.runtime.stack.frames import get_caller

_FILE = "<frozen importlib._bootstrap>"


class SpecSearch:
    """Calls *on_searched* with a name, the spec that was found for it if any, and who asked.

    For names that begin with one of *tops* alone: all others cost one look. ``found`` counts
    the specs that were found, each of which is loaded.
    """

    def __init__(
        self,
        tops: Set[str],
        on_searched: Callable[[str, ModuleSpec | None, FrameType], None],
    ) -> None:
        self._tops = tops
        self._on_searched = on_searched
        self.found = 0
        self._original: Any = None
        self._mine: Any = None

    @property
    def stands(self) -> bool:
        found: bool = _frozen_importlib._find_spec is self._mine  # type: ignore[attr-defined]
        return found

    def install(self) -> None:
        bootstrap: Any = _frozen_importlib
        original = self._original = bootstrap._find_spec
        tops, on_searched = self._tops, self._on_searched

        def find_spec(name: str, path: object, target: object = None) -> ModuleSpec | None:
            spec: ModuleSpec | None = original(name, path, target)
            if spec is not None:
                self.found += 1
            if name.partition(".")[0] in tops:
                on_searched(name, spec, get_caller())
            return spec

        # One of the import system's own: left out of tracebacks as those are.
        find_spec.__code__ = find_spec.__code__.replace(co_filename=_FILE)
        bootstrap._find_spec = self._mine = find_spec

    def put_back(self) -> None:
        bootstrap: Any = _frozen_importlib
        bootstrap._find_spec = self._mine

    def remove(self) -> None:
        if self.stands:
            bootstrap: Any = _frozen_importlib
            bootstrap._find_spec = self._original
