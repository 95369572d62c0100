"""Which import statements have run wherever a place in a file is reached.

That is asked of the blocks around the place, and of nothing else: a statement before it in one
of these has run; what stands under a condition may not have, nor what a ``try`` may have left
out. What a function does is done later, so the statements behind the function count there too.
"""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from pytest_ssot.syntax.heads import first_line
from pytest_ssot.syntax.nodes import (
    Function,
    Position,
    blocks_of,
    end_of,
    parts_of_head,
    start_of,
)
from pytest_ssot.syntax.relative_names import modules_of
from pytest_ssot.syntax.type_checking import Guards

_LEAVES = ast.Raise | ast.Return | ast.Continue | ast.Break
_WHOLE = ast.With | ast.AsyncWith | ast.ClassDef


class _Step(NamedTuple):
    """A block on the way to a place, and which of its statements the way leads into."""

    block: Sequence[ast.stmt]
    at: int
    #: The block of that statement that the way leads on by.
    part: str


class ImportsBefore:
    """The import statements of the file *tree*, in one of *packages*, as they have run."""

    def __init__(self, tree: ast.Module, guards: Guards, packages: Sequence[str]) -> None:
        self._tree = tree
        self._guards = guards
        self._packages = packages
        self._by_block: dict[int, list[tuple[int, frozenset[str]]]] = {}

    def have(self, module: str, at: Position, *, below: bool) -> bool:
        """Whether *module* is imported by a statement that has run where *at* is reached.

        With *below* one for a submodule, or for a name in it, will do too.
        """
        return _have(self._before(at), module, below=below)

    def have_in(self, tree: ast.Module, module: str, *, below: bool) -> bool:
        """Whether *tree*, which stands in a string that is executed, imports *module*."""
        return _have(self._stated(tree.body), module, below=below)

    def _before(self, at: Position) -> Iterator[str]:
        """The modules, and names in them, that statements have imported where *at* is reached."""
        later = False
        for step in reversed(list(self._way(at))):
            node = step.block[step.at]
            inside = isinstance(node, Function) and step.part == "body"
            later = later or inside or (not step.part and _is_in_lambda(node, at))
            for number, names in self._imports(step.block):
                if number < step.at or (later and number > step.at):
                    yield from names
            if isinstance(node, ast.Try | ast.TryStar) and at > end_of(node.body[-1]):
                yield from self._stated(node.body if step.part == "orelse" else node.body[:1])

    def _way(self, at: Position) -> Iterator[_Step]:
        """The blocks that lead to *at*, the outermost first."""
        block: Sequence[ast.stmt] = self._tree.body
        while block:
            number = bisect_right(block, at, key=_begin) - 1
            if number < 0:
                return
            parts = ((part, inner) for part, inner in blocks_of(block[number]) if _holds(inner, at))
            part, inner = next(parts, ("", ()))
            yield _Step(block, number, part)
            block = inner

    def _imports(self, block: Sequence[ast.stmt]) -> list[tuple[int, frozenset[str]]]:
        """The statements of *block* that import something whenever they run, by number."""
        known = self._by_block.get(id(block))
        if known is None:
            stated = ((number, self._of(node)) for number, node in enumerate(block))
            known = [(number, names) for number, names in stated if names]
            self._by_block[id(block)] = known
        return known

    def _of(self, node: ast.stmt) -> frozenset[str]:
        return frozenset(self._stated((node,)))

    def _stated(self, body: Iterable[ast.stmt]) -> Iterator[str]:
        """What the statements *body* import for sure, as ``a.b`` or ``a.b.name``."""
        for node in body:
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                for module in modules_of(node, self._packages):
                    yield from (f"{module}.{alias.name}" for alias in node.names)
            elif isinstance(node, _WHOLE):
                yield from self._stated(node.body)
            elif isinstance(node, ast.If):
                for arm, block in zip(
                    self._guards.arms(node.test), (node.body, node.orelse), strict=True
                ):
                    yield from self._stated(block if arm.runs else ())
            elif isinstance(node, ast.Try | ast.TryStar):
                yield from self._stated(_surely_run(node))


def _surely_run(node: ast.Try | ast.TryStar) -> list[ast.stmt]:
    """What of *node* has run where it was left behind: of what may fail the first statement."""
    goes_on = any(not isinstance(handler.body[-1], _LEAVES) for handler in node.handlers)
    return [*(node.body[:1] if goes_on else (*node.body, *node.orelse)), *node.finalbody]


def _have(imported: Iterable[str], module: str, *, below: bool) -> bool:
    inside = f"{module}."
    return any(name == module or (below and name.startswith(inside)) for name in imported)


def _begin(node: ast.stmt) -> Position:
    first = first_line(node)
    return start_of(node) if first == node.lineno else (first, 0)


def _holds(block: Sequence[ast.stmt], at: Position) -> bool:
    return _begin(block[0]) <= at and at[0] <= (block[-1].end_lineno or 0)


def _is_in_lambda(node: ast.AST, at: Position) -> bool:
    """Whether *at* is in the body of a lambda that the head of *node* has."""
    for part in parts_of_head(node):
        if isinstance(part, ast.expr) and not part.lineno <= at[0] <= (part.end_lineno or 0):
            continue
        if isinstance(part, ast.Lambda) and start_of(part.body) <= at <= end_of(part.body):
            return True
        if _is_in_lambda(part, at):
            return True
    return False
