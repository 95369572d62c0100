"""The pytest marks around a site, as far as source tells them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from pytest_ssot.source.uses.use import Mark
from pytest_ssot.syntax.nodes import Definition


def find_marks(node: Definition) -> Iterator[Mark]:
    """The marks that *node* is given, and that its body assigns if it is a class."""
    for one in node.decorator_list:
        yield from _read_marks(one)
    if isinstance(node, ast.ClassDef):
        yield from find_assigned_marks(node.body)


def find_assigned_marks(body: Sequence[ast.stmt]) -> Iterator[Mark]:
    """``pytestmark = pytest.mark.slow``, or a list of them."""
    for node in body:
        match node:
            case ast.Assign(targets=[ast.Name(id="pytestmark")], value=value):
                yield from _read_marks(value)
            case ast.AnnAssign(target=ast.Name(id="pytestmark"), value=ast.expr() as value):
                yield from _read_marks(value)


def _read_marks(node: ast.expr) -> Iterator[Mark]:
    if isinstance(node, ast.List | ast.Tuple):
        for elt in node.elts:
            yield from _read_marks(elt)
        return
    call = node if isinstance(node, ast.Call) else None
    match call.func if call is not None else node:
        case ast.Attribute(value=ast.Attribute(attr="mark") | ast.Name(id="mark"), attr=name):
            yield name, _read_values(call), _read_keywords(call)


def _read_values(call: ast.Call | None) -> tuple[object, ...]:
    return tuple(_read_value(argument) for argument in call.args) if call is not None else ()


def _read_keywords(call: ast.Call | None) -> tuple[tuple[str, object], ...]:
    if call is None:
        return ()
    return tuple(
        (keyword.arg, _read_value(keyword.value))
        for keyword in call.keywords
        if keyword.arg is not None
    )


def _read_value(node: ast.expr) -> object:
    """A literal's value; None for what only running it tells."""
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, MemoryError, RecursionError):
        return None
