"""The other names by which a file calls something, so that what speaks of none is not looked at."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence

from pytest_ssot.syntax.bindings import find_bindings
from pytest_ssot.syntax.heads import is_on


def find_aliases(tree: ast.Module, words: Collection[str], lines: Sequence[int]) -> set[str]:
    """The names that *tree* may bind to what *words* name, which are on *lines*."""
    found: set[str] = set()
    todo: list[ast.AST] = list(tree.body)
    while todo:
        node = todo.pop()
        if is_on(node, lines):
            found.update(_find_bound(node, words))
            todo += ast.iter_child_nodes(node)
    return found


def _find_bound(node: ast.AST, words: Collection[str]) -> Iterator[str]:
    if isinstance(node, ast.NamedExpr) and _may_be(node.value, words):
        yield node.target.id
    for bound in find_bindings(node) if isinstance(node, ast.stmt) else ():
        named = isinstance(bound.by, ast.alias) and bound.by.name.rpartition(".")[2] in words
        if named or (bound.value is not None and _may_be(bound.value, words)):
            yield bound.name


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
