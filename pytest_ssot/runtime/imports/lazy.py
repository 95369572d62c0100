"""Sees each lazy import where it is stated: that line is the use, whoever needs it first.

When its name is first read, Python imports in the frame that reads, be it a collector of
tests. What executes the statement asks the filter of lazy imports, for each and for no
other import (``Python/import.c``: PyImport_LazyImportModuleLevelObject; 3.15 on).
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Set
    from types import FrameType
    from typing import Any

    #: Gets the module that imports, the one that is imported, and the names taken from it.
    Filter = Callable[[str, str, tuple[str, ...] | None], object]

from pytest_ssot.runtime.stack.frames import find_request, get_caller

_FILE = "<frozen importlib._bootstrap>"


class LazyStatements:
    """Calls *on_lazy* with a module, the names that are taken from it, and the frame that says so.

    For modules that begin with one of *tops* alone. A filter of the user's is asked as it was.
    """

    def __init__(
        self, tops: Set[str], on_lazy: Callable[[str, tuple[str, ...], FrameType], None]
    ) -> None:
        self._tops = tops
        self._on_lazy = on_lazy
        self._theirs: Filter | None = None
        self._mine = self._make_filter()
        self._functions: tuple[Any, Any] | None = None

    @property
    def stands(self) -> bool:
        return self._functions is None or self._functions[0]() is self._mine

    def install(self) -> None:
        module: Any = sys
        if hasattr(module, "set_lazy_imports_filter"):
            self._functions = module.get_lazy_imports_filter, module.set_lazy_imports_filter
            self.put_back()
            module.get_lazy_imports_filter = lambda: self._theirs
            module.set_lazy_imports_filter = self._take

    def put_back(self) -> None:
        """Stand before the filter that there is now."""
        if self._functions is not None:
            get, put = self._functions
            self._theirs = get()
            put(self._mine)

    def remove(self) -> None:
        if self._functions is not None:
            module: Any = sys
            if self.stands:
                self._functions[1](self._theirs)
            module.get_lazy_imports_filter, module.set_lazy_imports_filter = self._functions
            self._functions = None

    def _take(self, theirs: Filter | None) -> None:
        """Take a filter of the user's, if it is one."""
        if self._functions is not None:
            self._functions[1](theirs)
            self.put_back()

    def _make_filter(self) -> Filter:
        tops, on_lazy = self._tops, self._on_lazy

        def ask(importer: str, name: str, names: tuple[str, ...] | None) -> object:
            # The watch of a run outside of this one stands before it, and asks it.
            asker = find_request(get_caller())[1]
            if asker is not None and name.partition(".")[0] in tops:
                on_lazy(name, names or (), asker)
            return self._theirs is None or self._theirs(importer, name, names)

        # One of the import system's own: left out of tracebacks as those are.
        ask.__code__ = ask.__code__.replace(co_filename=_FILE)
        return ask
