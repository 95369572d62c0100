"""Which arm of an ``if`` runs, and which is for type checkers alone.

The name that they go by is spelled here and nowhere else: ``TYPE_CHECKING``, bare or of a
module, whoever gave it a value; another name that an import or an assignment gives it; and
``MYPY``, as mypy takes it (``mypy/reachability.py``: infer_condition_value).
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from pytest_ssot.syntax.nodes import Definition, list_blocks

_NAMES = frozenset(("TYPE_CHECKING", "MYPY"))


class Arm(NamedTuple):
    """One arm of an ``if``.

    ``runs`` when the statement is reached, in a module that is imported; None where only
    running it tells. ``checking``: it is for type checkers alone.
    """

    runs: bool | None
    checking: bool


class Guards:
    """The names that keep code for type checkers alone, in a file whose top is *body*."""

    def __init__(self, body: Iterable[ast.stmt]) -> None:
        self._body = body

    @cached_property
    def _names(self) -> frozenset[str]:
        return _NAMES.union(_find_other_names(self._body))

    def judge_arms(self, test: ast.expr) -> tuple[Arm, Arm]:
        """What runs if *test* holds, and what runs if not."""
        runs, checked = (
            self._judge_truth(test, checking=False),
            self._judge_truth(test, checking=True),
        )
        body = Arm(runs, checking=runs is False and checked is not False)
        otherwise = None if runs is None else not runs
        return body, Arm(otherwise, checking=runs is True and checked is not True)

    def _judge_truth(self, test: ast.expr, *, checking: bool) -> bool | None:
        """What *test* comes to when the module is imported, or for a type checker."""
        match test:
            case ast.Constant(value=value):
                return bool(value)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                truth = self._judge_truth(operand, checking=checking)
                return None if truth is None else not truth
            case ast.BoolOp(op=operator, values=values):
                parts = [self._judge_truth(value, checking=checking) for value in values]
                decides = isinstance(operator, ast.Or)
                if decides in parts:
                    return decides
                return None if None in parts else not decides
            case ast.NamedExpr(value=value):
                return self._judge_truth(value, checking=checking)
            case ast.Name(id=name) if name in self._names:
                return checking
            case ast.Attribute(attr=name) if name in _NAMES:
                return checking
            case ast.Compare(left=left, ops=[ast.Eq() | ast.NotEq() as sign], comparators=[right]):
                is_main = {_unparse_plain(left), _unparse_plain(right)} == {
                    "__name__",
                    "'__main__'",
                }
                return isinstance(sign, ast.NotEq) if is_main else None
        return None


def _find_other_names(body: Iterable[ast.stmt]) -> Iterator[str]:
    """The names that statements of *body* give it: ``import … as``, ``name = TYPE_CHECKING``."""
    for node in body:
        match node:
            case ast.ImportFrom(names=aliases):
                for alias in aliases:
                    if alias.name in _NAMES and alias.asname:
                        yield alias.asname
            case ast.Assign(targets=targets, value=ast.Name() | ast.Attribute() as value):
                if getattr(value, "attr", getattr(value, "id", "")) in _NAMES:
                    yield from (target.id for target in targets if isinstance(target, ast.Name))
            case _ if not isinstance(node, Definition):
                for _, block in list_blocks(node):
                    yield from _find_other_names(block)


def _unparse_plain(node: ast.expr) -> str:
    return ast.unparse(node) if isinstance(node, ast.Name | ast.Constant) else ""
