"""The pytest marks around a site, as far as source tells them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from pytest_ssot.source.uses.use import Mark
from pytest_ssot.syntax.nodes import Definition


def marks_of(node: Definition) -> Iterator[Mark]:
    """The marks that *node* is given, and that its body assigns if it is a class."""
    for one in node.decorator_list:
        yield from _marks(one)
    if isinstance(node, ast.ClassDef):
        yield from marks_assigned(node.body)


def marks_assigned(body: Sequence[ast.stmt]) -> Iterator[Mark]:
    """``pytestmark = pytest.mark.slow``, or a list of them."""
    for node in body:
        match node:
            case ast.Assign(targets=[ast.Name(id="pytestmark")], value=value):
                yield from _marks(value)
            case ast.AnnAssign(target=ast.Name(id="pytestmark"), value=ast.expr() as value):
                yield from _marks(value)


def _marks(node: ast.expr) -> Iterator[Mark]:
    if isinstance(node, ast.List | ast.Tuple):
        for elt in node.elts:
            yield from _marks(elt)
        return
    call = node if isinstance(node, ast.Call) else None
    match call.func if call is not None else node:
        case ast.Attribute(value=ast.Attribute(attr="mark") | ast.Name(id="mark"), attr=name):
            yield name, _values(call), _keywords(call)


def _values(call: ast.Call | None) -> tuple[object, ...]:
    return tuple(_value(argument) for argument in call.args) if call is not None else ()


def _keywords(call: ast.Call | None) -> tuple[tuple[str, object], ...]:
    if call is None:
        return ()
    return tuple(
        (keyword.arg, _value(keyword.value)) for keyword in call.keywords if keyword.arg is not None
    )


def _value(node: ast.expr) -> object:
    """A literal's value; None for what only running it tells."""
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, MemoryError, RecursionError):
        return None
