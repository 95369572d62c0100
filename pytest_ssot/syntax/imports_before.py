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

from pytest_ssot.syntax.heads import find_first_line
from pytest_ssot.syntax.nodes import (
    Function,
    Position,
    get_end,
    get_start,
    list_blocks,
    list_head_parts,
)
from pytest_ssot.syntax.relative_names import resolve_modules
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

    def has_run(self, module: str, at: Position, *, below: bool) -> bool:
        """Whether *module* is imported by a statement that has run where *at* is reached.

        With *below* one for a submodule, or for a name in it, will do too.
        """
        return _has_module(self._list_before(at), module, below=below)

    def runs_in(self, tree: ast.Module, module: str, *, below: bool) -> bool:
        """Whether *tree*, which stands in a string that is executed, imports *module*."""
        return _has_module(self._list_stated(tree.body), module, below=below)

    def _list_before(self, at: Position) -> Iterator[str]:
        """The modules, and names in them, that statements have imported where *at* is reached."""
        later = False
        for step in reversed(list(self._find_way(at))):
            node = step.block[step.at]
            inside = isinstance(node, Function) and step.part == "body"
            later = later or inside or (not step.part and _is_in_lambda(node, at))
            for number, names in self._list_imports(step.block):
                if number < step.at or (later and number > step.at):
                    yield from names
            if isinstance(node, ast.Try | ast.TryStar) and at > get_end(node.body[-1]):
                yield from self._list_stated(node.body if step.part == "orelse" else node.body[:1])

    def _find_way(self, at: Position) -> Iterator[_Step]:
        """The blocks that lead to *at*, the outermost first."""
        block: Sequence[ast.stmt] = self._tree.body
        while block:
            number = bisect_right(block, at, key=_get_begin) - 1
            if number < 0:
                return
            parts = (
                (part, inner)
                for part, inner in list_blocks(block[number])
                if _holds_place(inner, at)
            )
            part, inner = next(parts, ("", ()))
            yield _Step(block, number, part)
            block = inner

    def _list_imports(self, block: Sequence[ast.stmt]) -> list[tuple[int, frozenset[str]]]:
        """The statements of *block* that import something whenever they run, by number."""
        known = self._by_block.get(id(block))
        if known is None:
            stated = ((number, self._collect_stated(node)) for number, node in enumerate(block))
            known = [(number, names) for number, names in stated if names]
            self._by_block[id(block)] = known
        return known

    def _collect_stated(self, node: ast.stmt) -> frozenset[str]:
        return frozenset(self._list_stated((node,)))

    def _list_stated(self, body: Iterable[ast.stmt]) -> Iterator[str]:
        """What the statements *body* import for sure, as ``a.b`` or ``a.b.name``."""
        for node in body:
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                for module in resolve_modules(node, self._packages):
                    yield from (f"{module}.{alias.name}" for alias in node.names)
            elif isinstance(node, _WHOLE):
                yield from self._list_stated(node.body)
            elif isinstance(node, ast.If):
                for arm, block in zip(
                    self._guards.judge_arms(node.test), (node.body, node.orelse), strict=True
                ):
                    yield from self._list_stated(block if arm.runs else ())
            elif isinstance(node, ast.Try | ast.TryStar):
                yield from self._list_stated(_list_surely_run(node))


def _list_surely_run(node: ast.Try | ast.TryStar) -> list[ast.stmt]:
    """What of *node* has run where it was left behind: of what may fail the first statement."""
    goes_on = any(not isinstance(handler.body[-1], _LEAVES) for handler in node.handlers)
    return [*(node.body[:1] if goes_on else (*node.body, *node.orelse)), *node.finalbody]


def _has_module(imported: Iterable[str], module: str, *, below: bool) -> bool:
    inside = f"{module}."
    return any(name == module or (below and name.startswith(inside)) for name in imported)


def _get_begin(node: ast.stmt) -> Position:
    first = find_first_line(node)
    return get_start(node) if first == node.lineno else (first, 0)


def _holds_place(block: Sequence[ast.stmt], at: Position) -> bool:
    return _get_begin(block[0]) <= at and at[0] <= (block[-1].end_lineno or 0)


def _is_in_lambda(node: ast.AST, at: Position) -> bool:
    """Whether *at* is in the body of a lambda that the head of *node* has."""
    for part in list_head_parts(node):
        if isinstance(part, ast.expr) and not part.lineno <= at[0] <= (part.end_lineno or 0):
            continue
        if isinstance(part, ast.Lambda) and get_start(part.body) <= at <= get_end(part.body):
            return True
        if _is_in_lambda(part, at):
            return True
    return False
