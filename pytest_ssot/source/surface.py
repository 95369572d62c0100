"""What ``import *`` takes from a module, as its source says."""

from __future__ import annotations

import ast
from functools import lru_cache

from pytest_ssot.source.modules import Modules
from pytest_ssot.source.reading import Unreadable, decoded, read
from pytest_ssot.source.scopes import Scopes


class Surfaces:
    """The public names of the modules of a project."""

    def __init__(self, modules: Modules) -> None:
        self._modules = modules
        self.of = lru_cache(maxsize=None)(self._names)

    def _names(self, module: str) -> frozenset[str] | None:
        """The names that ``from module import *`` binds; None where no source tells."""
        path = self._modules.file(module)
        if path is None:
            return None
        try:
            tree = ast.parse(decoded(read(self._modules.around.reads(path))))
        except (Unreadable, SyntaxError, ValueError, RecursionError, MemoryError):
            return None
        listed = _listed(tree)
        return _public(tree) if listed is None else listed


def _listed(tree: ast.Module) -> frozenset[str] | None:
    """``__all__``, where it is a plain list of strings."""
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id="__all__")], value=value):
                try:
                    return frozenset(ast.literal_eval(value))
                except (ValueError, TypeError):
                    return None
    return None


def _public(tree: ast.Module) -> frozenset[str]:
    names = Scopes(lambda node: node.module or "").names(tree)
    return frozenset(name for name in names if not name.startswith("_"))
