"""What ``import *`` takes from a module, as its source says."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

from pytest_ssot.source.names.scopes import Scopes
from pytest_ssot.source.project.modules import Modules
from pytest_ssot.syntax.bindings import name_imported
from pytest_ssot.syntax.module import Module


class Surfaces:
    """The public names of the modules of a project."""

    def __init__(self, modules: Modules) -> None:
        self._modules = modules
        self.find_public = lru_cache(maxsize=None)(self._find_names)
        #: The modules that are being looked at: they may take everything from each other.
        self._open: set[str] = set()

    def _find_names(self, module: str) -> frozenset[str] | None:
        """The names that ``from module import *`` binds; None where no source tells."""
        path = self._modules.find_file(module)
        if path is None or module in self._open:
            return None
        source = self._modules.parse_file(path)
        if source is None:
            return None
        said, whole = source.listed
        if whole:
            return said
        self._open.add(module)
        stars = (taken_from for _, modules in source.stars for taken_from in modules[:1])
        names = set(said).union(*(self.find_public(star) or () for star in stars))
        self._open.discard(module)
        names |= Scopes(source).list_names(source.tree) - set(_list_modules(source))
        return said | {name for name in names if name[0] not in "_*"}


def _list_modules(module: Module) -> Iterator[str]:
    """What ``import`` binds: nobody means ``json`` when taking all that a module has to give."""
    for node, _ in module.statements:
        if isinstance(node, ast.Import):
            yield from map(name_imported, node.names)
