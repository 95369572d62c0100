"""What ``import *`` takes from a module, as its source says."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

from pytest_ssot.source.names.scopes import Scopes
from pytest_ssot.source.names.statements import climbed
from pytest_ssot.source.project.modules import Modules
from pytest_ssot.source.text.reading import Unreadable, decoded, read


class Surfaces:
    """The public names of the modules of a project."""

    def __init__(self, modules: Modules) -> None:
        self._modules = modules
        self.of = lru_cache(maxsize=None)(self._names)
        #: The modules that are being looked at: they may take everything from each other.
        self._open: set[str] = set()

    def _names(self, module: str) -> frozenset[str] | None:
        """The names that ``from module import *`` binds; None where no source tells."""
        path = self._modules.file(module)
        if path is None or module in self._open:
            return None
        try:
            text = decoded(read(self._modules.around.reads(path)))
            tree = ast.parse(text)
        except (Unreadable, SyntaxError, ValueError, RecursionError, MemoryError):
            return None
        packages = self._modules.packages(path)
        said, whole = listed(tree)
        if whole:
            return said
        self._open.add(module)
        stars = (module for _, module in starred(tree, packages))
        names = set(said).union(*(self.of(star) or () for star in stars))
        self._open.discard(module)
        names |= Scopes(tree, packages, text).names(tree) - set(_modules(tree))
        return said | {name for name in names if name[0] not in "_*"}


def listed(tree: ast.Module) -> tuple[frozenset[str], bool]:
    """What the module adds to ``__all__``, and whether that is all of it."""
    found: set[str] = set()
    whole = False
    for node in tree.body:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id="__all__")], value=value)
                | ast.AnnAssign(target=ast.Name(id="__all__"), value=ast.expr() as value)
            ):
                found.clear()
                whole = _strings(value, found)
            case (
                ast.AugAssign(target=ast.Name(id="__all__"), value=value)
                | ast.Expr(
                    value=ast.Call(
                        func=ast.Attribute(
                            value=ast.Name(id="__all__"), attr="append" | "extend" | "insert"
                        ),
                        args=[*_, value],
                    )
                )
            ):
                whole = _strings(value, found) and whole
    return frozenset(found), whole


def _strings(node: ast.expr, found: set[str]) -> bool:
    """Add the strings in *node* to *found*; False where there is more than source tells."""
    match node:
        case ast.Constant(value=str(text)):
            found.add(text)
            return True
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
            known = [_strings(part, found) for part in parts]  # all of them, whatever is first
            return all(known)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return all([_strings(left, found), _strings(right, found)])
        case (
            ast.Starred(value=value)
            | ast.Call(func=ast.Name(id="list" | "tuple" | "sorted"), args=[value])
        ):
            return _strings(value, found)
    return False


def _modules(tree: ast.Module) -> Iterator[str]:
    """What ``import`` binds: nobody means ``json`` when taking all that a module has to give."""
    for node in tree.body:
        if isinstance(node, ast.Import):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)


def starred(tree: ast.Module, packages: tuple[str, ...]) -> Iterator[tuple[ast.ImportFrom, str]]:
    """The imports of everything in *tree*, each with its module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
            for module in climbed(packages, node.level, node.module or "")[:1]:
                yield node, module
