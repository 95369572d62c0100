"""Sees the first import of each watched module, and lets the others find it."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.machinery import ModuleSpec
    from types import FrameType, ModuleType

from pytest_ssot.runtime.frames import caller


class Finder:
    """A meta-path finder that finds nothing itself.

    For a name that *wanted* says yes to, it asks the finders behind it, so that
    whoever would have loaded the module (pytest's assertion rewriting, a zip
    importer) still does, and hands the spec to *on_found*. All other names cost
    one look.
    """

    def __init__(
        self,
        wanted: Callable[[str], bool],
        on_found: Callable[[str, ModuleSpec | None, FrameType], None],
    ) -> None:
        self._wanted = wanted
        self._on_found = on_found

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        if not self._wanted(fullname):
            return None
        spec = self._ask_the_others(fullname, path, target)
        self._on_found(fullname, spec, caller())
        return spec

    def install(self) -> None:
        """Stand first; where it stands already it stays: tests put finders in front."""
        if self not in sys.meta_path:
            sys.meta_path.insert(0, self)

    def remove(self) -> None:
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    def _ask_the_others(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None
    ) -> ModuleSpec | None:
        for finder in list(sys.meta_path):
            find = getattr(finder, "find_spec", None)
            if finder is self or find is None:
                continue
            spec: ModuleSpec | None = find(fullname, path, target)
            if spec is not None:
                return spec
        return None
