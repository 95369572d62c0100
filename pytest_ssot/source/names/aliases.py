"""The other names by which a file calls something, so that what speaks of none is not looked at."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence


def touches(node: ast.AST, lines: Sequence[int]) -> bool:
    """Whether *node* is on one of *lines*, sorted; what has no place of its own may be."""
    last = getattr(node, "end_lineno", None)
    if last is None:
        return True
    decorators = getattr(node, "decorator_list", ())
    first: int = getattr(decorators[0] if decorators else node, "lineno", 0)
    at = bisect_left(lines, first)
    return at < len(lines) and lines[at] <= last


def aliases(tree: ast.Module, words: Collection[str], lines: Sequence[int]) -> set[str]:
    """The names that *tree* may bind to what *words* name, which are on *lines*."""
    found: set[str] = set()
    todo: list[ast.AST] = list(tree.body)
    while todo:
        node = todo.pop()
        if touches(node, lines):
            found.update(_bound(node, words))
            todo += ast.iter_child_nodes(node)
    return found


def _bound(node: ast.AST, words: Collection[str]) -> Iterator[str]:
    match node:
        case ast.alias(name=name, asname=str(other)):
            if name.rpartition(".")[2] in words:
                yield other
        case ast.Assign(targets=targets, value=value):
            if _may_be(value, words):
                yield from (target.id for target in targets if isinstance(target, ast.Name))
        case (
            ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            | ast.NamedExpr(target=ast.Name(id=name), value=value)
        ):
            if _may_be(value, words):
                yield name


def _may_be(node: ast.expr, words: Collection[str]) -> bool:
    """Whether *node* may stand for what *words* name, and not only speak of it; see `Values`."""
    match node:
        case ast.Name(id=name) | ast.Constant(value=str(name)):
            return name.replace(":", ".").rpartition(".")[2] in words
        case ast.Attribute(value=owner, attr=name):
            return name in words or (name == "__class__" and _may_be(owner, words))
        case ast.Subscript(value=owner):
            return _may_be(owner, words)
        case ast.IfExp(body=one, orelse=other):
            return _may_be(one, words) or _may_be(other, words)
        case ast.BoolOp(values=parts) | ast.Call(args=parts):
            return any(_may_be(part, words) for part in parts)
        case ast.NamedExpr(value=value):
            return _may_be(value, words)
    return False
