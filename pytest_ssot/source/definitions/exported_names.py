"""Whether a name that a module imports is there for others, or for its own use."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from pytest_ssot.source.uses.site_walker import ScannedFile
from pytest_ssot.syntax.module import Module, read_module


class Offers:
    """The names of *file* and who they are for."""

    def __init__(self, file: ScannedFile) -> None:
        self._module = file.module
        self._is_package = file.path.rpartition("/")[2] == "__init__.py"

    def offers(self, name: str) -> bool:
        """Whether an import of *name* says, or can only mean, that others may take it.

        A package's own file is where imports for others stand, unless it reads what it imports.
        """
        return name in self._module.listed[0] or (self._is_package and not self.uses(name))

    def offers_all(self, names: Iterable[str], *, home: bool) -> bool:
        """Whether an ``import *`` that brings *names* can only mean that others may take them.

        From a symbol's *home* who reads none of them has taken them for others; elsewhere
        the symbol may have come along.
        """
        return self._is_package or (home and not any(map(self.uses, names)))

    def uses(self, name: str) -> bool:
        """Whether the module's own code reads *name*, or a quoted annotation says it."""
        return self._whole.uses(name)

    @cached_property
    def _whole(self) -> Module:
        """All of the file: elsewhere only what speaks of a symbol is looked at."""
        return read_module(self._module.text) or self._module
