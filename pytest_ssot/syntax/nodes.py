"""Words for the nodes of a tree: what is a scope, where a node begins and ends, its parts."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = Function | ast.ClassDef
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
#: What has names of its own.
Scope = ast.Module | ast.ClassDef | Function | ast.Lambda | Comprehension
#: Has a block, and is no statement by itself: ``except …:`` and ``case …:``.
Clause = ast.ExceptHandler | ast.match_case
#: ``type A = …`` (3.12); on an older Python nothing is one.
TYPE_ALIASES: tuple[type[ast.stmt], ...] = tuple(
    kind for kind in ast.stmt.__subclasses__() if kind.__name__ == "TypeAlias"
)
#: A source that no tree can be made of; what parses one says why.
REFUSALS = (SyntaxError, ValueError, RecursionError, MemoryError)

#: A place in source: line, and column in bytes, as the tree has them.
Position = tuple[int, int]

_IN_BLOCKS = ast.stmt | ast.ExceptHandler | ast.match_case
#: The fields that have blocks, or clauses with such, in their order.
_BLOCKS: dict[type[ast.AST], tuple[str, ...]] = {
    **dict.fromkeys((ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef), ("body",)),
    **dict.fromkeys((ast.With, ast.AsyncWith), ("body",)),
    **dict.fromkeys((ast.If, ast.For, ast.AsyncFor, ast.While), ("body", "orelse")),
    **dict.fromkeys((ast.Try, ast.TryStar), ("body", "handlers", "orelse", "finalbody")),
    ast.Match: ("cases",),
}


def parse_source(text: str) -> ast.Module | None:
    """The tree of *text*; None where Python takes it for no source."""
    try:
        return ast.parse(text)
    except REFUSALS:
        return None


def get_start(node: ast.stmt | ast.expr | ast.pattern) -> Position:
    return node.lineno, node.col_offset


def get_end(node: ast.stmt | ast.expr | ast.pattern) -> Position:
    return node.end_lineno or node.lineno, node.end_col_offset or node.col_offset


def list_head_parts(node: ast.AST) -> Iterator[ast.AST]:
    """The children of *node* that are in none of its blocks."""
    return (child for child in ast.iter_child_nodes(node) if not isinstance(child, _IN_BLOCKS))


def list_clauses(node: ast.stmt) -> Sequence[Clause]:
    """The ``except`` of a try statement, the ``case`` of a match statement."""
    if isinstance(node, ast.Match):
        return node.cases
    return node.handlers if isinstance(node, ast.Try | ast.TryStar) else ()


def list_blocks(node: ast.stmt) -> Iterator[tuple[str, Sequence[ast.stmt]]]:
    """The blocks of *node* in their order, each with the field of the tree that has it."""
    for field in _BLOCKS.get(type(node), ()):
        block = getattr(node, field)
        if field in ("handlers", "cases"):
            yield from ((field, clause.body) for clause in block)
        elif block:
            yield field, block


def name_called(node: ast.expr) -> str:
    """The last name of what is called, or of what a decorator is: ``name`` of ``a.name(…)``."""
    if isinstance(node, ast.Call):
        node = node.func
    return str(getattr(node, "attr", getattr(node, "id", "")))


def join_dotted(node: ast.expr) -> str:
    """``a.b.c`` of nested attributes; empty where *node* is no such thing."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""
