"""Where a symbol is defined that other modules re-export, as the project's source says."""

from __future__ import annotations

import ast
import sys

from pytest_ssot.source.names.scopes import Scopes
from pytest_ssot.source.project.modules import Modules

#: What passes a name on may have it from another; chains that are longer are cut.
_DEEPEST = 20


def home(modules: Modules, symbol: str) -> str:
    """``a.b:Name``, and what follows the name, in the module that defines it.

    The last that is known, where a module on the way is not of this project or does not parse.
    """
    for _ in range(_DEEPEST):
        module, _, path = symbol.partition(":")
        name, dot, rest = path.partition(".")
        origin = _origin(modules, module, name)
        if origin is None:
            break
        symbol = f"{origin}{dot}{rest}"
    return symbol


def _origin(modules: Modules, module: str, name: str) -> str | None:
    """What *name* in *module* stands for; None where that is its own, or nobody knows."""
    path = modules.file(module)
    if path is None:
        return None
    source = modules.parsed(path)
    if source is None:
        return None
    end = ast.Name(name, ast.Load(), lineno=sys.maxsize, col_offset=0)
    for dotted in Scopes(source).paths(end, [source.tree]):
        owner, _, last = dotted.rpartition(".")
        if owner != module and modules.is_module(owner):
            return f"{owner}:{last}"
    return None
