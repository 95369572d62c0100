"""The statements of a scope: in what blocks they stand, whether they run, and for whom."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from pytest_ssot.syntax.nodes import Definition, list_blocks
from pytest_ssot.syntax.type_checking import Guards

ALWAYS = sys.maxsize
#: Blocks of these, and no other, run whenever what stands before them has.
_PLAIN = ast.With | ast.AsyncWith | ast.ClassDef


class Block(NamedTuple):
    """A block of a scope: its own body, or one of a compound statement.

    That is the block *part* of *node*, which stands in *outer*. ``runs`` when the scope's own
    body does, in a module that is imported; None where only running it tells. ``checking``: it
    is for type checkers alone. What it binds is bound for sure up to the line ``until``.
    """

    node: ast.stmt | None = None
    part: str = "body"
    outer: Block | None = None
    runs: bool | None = True
    checking: bool = False
    until: int = ALWAYS


class Placed(NamedTuple):
    """A statement, and the block that it stands in."""

    node: ast.stmt
    block: Block


_OWN = Block()


def walk_statements(
    body: Iterable[ast.stmt], guards: Guards, *, into_classes: bool = False, block: Block = _OWN
) -> Iterator[Placed]:
    """The statements of the scope whose *body* it is, in their order; none of an inner scope.

    *into_classes*: those of classes too, whose bodies run where they stand.
    """
    for node in body:
        yield Placed(node, block)
        inside = (
            into_classes if isinstance(node, ast.ClassDef) else not isinstance(node, Definition)
        )
        for part, statements in list_blocks(node) if inside else ():
            inner = describe_block(node, part, statements, block, guards)
            yield from walk_statements(statements, guards, into_classes=into_classes, block=inner)


def describe_block(
    node: ast.stmt, part: str, statements: Sequence[ast.stmt], outer: Block, guards: Guards
) -> Block:
    """The block *part* of *node*, which stands in *outer*: *statements*."""
    runs: bool | None = None
    checking = outer.checking
    if isinstance(node, ast.If):
        arm = guards.judge_arms(node.test)[part == "orelse"]
        runs, checking = arm.runs, checking or arm.checking
    elif isinstance(node, _PLAIN) or part == "finalbody":
        runs = True
    until = outer.until if runs else min(outer.until, statements[-1].end_lineno or 0)
    if False in (outer.runs, runs):
        runs = False
    elif outer.runs is None:
        runs = None
    return Block(node, part, outer, runs, checking, until)
