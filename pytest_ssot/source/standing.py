"""Whether what a rule names is still there, as the project's source says."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import NamedTuple

from pytest_ssot.source.modules import Modules
from pytest_ssot.source.reading import Unreadable, decoded, read
from pytest_ssot.source.scopes import Scopes


class Standing(NamedTuple):
    """The file of the target's module, None if the project has none; whether it is there.

    ``exists`` is None where the source does not tell: its module computes names, or
    does not parse.
    """

    file: str | None
    exists: bool | None


def standing(root: Path, module: str, name: str | None) -> Standing:
    """Where *module*, or *name* in it, stands in the project at *root*."""
    modules = Modules(root)
    file = modules.file(module)
    if file is None:
        return Standing(None, False)
    if name is None or modules.is_module(f"{module}.{name}"):
        return Standing(file, True)
    return Standing(file, _binds(root / file, name))


def _binds(path: Path, name: str) -> bool | None:
    try:
        text = decoded(read(str(path)))
        tree = ast.parse(text)
    except (Unreadable, SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    names = Scopes(tree, (), text).names(tree)
    if name in names:
        return True
    computed = "__getattr__" in names or any(
        isinstance(one, ast.ImportFrom) and one.names[0].name == "*" for one in ast.walk(tree)
    )
    return None if computed else False
