"""The import statements that run when a module is imported, as its source states them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple


class Stated(NamedTuple):
    """One import: the absolute ``module``; ``names`` are None for ``import module``."""

    line: int
    module: str
    names: tuple[str, ...] | None


def at_import(text: str, package: str) -> Iterator[Stated]:
    """The imports of *text*, a module in *package*, that its own import runs, in no order.

    Left out is what a function holds, and what stands under a condition that is
    never true then. SyntaxError or ValueError where *text* does not parse.
    """
    todo: list[ast.AST] = [ast.parse(text)]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Stated(node.lineno, alias.name, None)
        elif isinstance(node, ast.ImportFrom):
            module = next(iter(climbed((package,), node.level, node.module or "")), "")
            if module:
                yield Stated(node.lineno, module, tuple(alias.name for alias in node.names))
        elif isinstance(node, ast.If):
            holds = _holds(node.test)
            todo += node.body if holds is not False else []
            todo += node.orelse if holds is not True else []
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.expr):
            todo += ast.iter_child_nodes(node)


def at_top(body: Iterable[ast.stmt]) -> Iterator[ast.AST]:
    """The statements of a module, *body*, and those in its blocks, but not in functions."""
    todo: list[ast.AST] = list(body)
    while todo:
        node = todo.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.expr):
            todo += ast.iter_child_nodes(node)


def climbed(packages: Sequence[str], level: int, name: str) -> list[str]:
    """What *name* after *level* dots means in each of *packages*; without dots, itself."""
    if not level:
        return [name]
    found = []
    for package in packages:
        parts = package.split(".")
        base = parts[: len(parts) - level + 1]
        if base:
            found.append(".".join([*base, name] if name else base))
    return found


def aliases_of_typing(body: Iterable[ast.stmt]) -> Iterator[str]:
    """The names that ``from typing import TYPE_CHECKING as …`` gives it."""
    for node in body:
        if isinstance(node, ast.ImportFrom) and node.module in ("typing", "typing_extensions"):
            for alias in node.names:
                if alias.name == "TYPE_CHECKING" and alias.asname:
                    yield alias.asname


def plainly_bound(node: ast.stmt) -> list[str]:
    """The names that *node*, at the top of a module, binds in the plain ways."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Import | ast.ImportFrom):
        return [name.asname or name.name.partition(".")[0] for name in node.names]
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return [node.target.id] if node.value is not None else []
    return []


def _holds(test: ast.expr) -> bool | None:
    """What *test* comes to in a module that is imported; None where only running it tells."""
    if isinstance(test, ast.Constant):
        return bool(test.value)
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = _holds(test.operand)
        return None if inner is None else not inner
    if isinstance(test, ast.BoolOp):
        parts = [_holds(value) for value in test.values]
        deciding = isinstance(test.op, ast.Or)
        if deciding in parts:
            return deciding
        return None if None in parts else not deciding
    text = ast.unparse(test)
    if text == "TYPE_CHECKING" or text.endswith(".TYPE_CHECKING"):
        return False
    return False if text in ("__name__ == '__main__'", "'__main__' == __name__") else None
