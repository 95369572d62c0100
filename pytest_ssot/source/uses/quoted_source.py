"""Source that stands in strings: quoted annotations, what ``exec`` is given."""

from __future__ import annotations

import ast
from collections.abc import Iterator

#: Takes what may look like code, and is none.
_LITERAL, _ANNOTATED = "Literal", "Annotated"


def parse_code(text: str, around: ast.expr) -> ast.Module | None:
    """The tree of *text*, all of which stands where *around* does; None where it is no code."""
    try:
        tree = ast.parse(text.strip())
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt | ast.expr):
            ast.copy_location(node, around)
    return tree


def find_quoted_types(node: ast.expr) -> Iterator[ast.Constant]:
    """The strings in the annotation *node* that are types (PEP 484), not values."""
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str):
            yield node
    elif isinstance(node, ast.Subscript):
        yield from _find_in_subscript(node)
    elif not isinstance(node, ast.Call):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                yield from find_quoted_types(child)


def _find_in_subscript(node: ast.Subscript) -> Iterator[ast.Constant]:
    name = node.value.attr if isinstance(node.value, ast.Attribute) else None
    name = node.value.id if isinstance(node.value, ast.Name) else name
    if name == _LITERAL:
        return
    inner = node.slice
    if name == _ANNOTATED and isinstance(inner, ast.Tuple):
        inner = inner.elts[0]
    yield from find_quoted_types(inner)
