"""What an expression may come to, and whether that is a new class."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pytest_ssot.syntax.nodes import name_called

#: Make a class, and are told its name first.
_MAKERS = frozenset(
    (
        *("type", "new_class", "namedtuple", "NamedTuple", "TypedDict", "make_dataclass"),
        *("NewType", "Enum", "IntEnum", "StrEnum", "Flag", "IntFlag", "create_model"),
    )
)


def list_values(node: ast.expr) -> Iterator[ast.expr]:
    """What the expression *node* may come to: ``a if b else c`` is one of two."""
    if isinstance(node, ast.IfExp):
        yield from list_values(node.body)
        yield from list_values(node.orelse)
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from list_values(value)
    elif isinstance(node, ast.NamedExpr):
        yield from list_values(node.value)
    else:
        yield node


def makes_class(node: ast.expr, name: str) -> bool:
    """Whether *node* makes a class called *name*: ``type("Name", …)``, ``namedtuple("Name", …)``.

    A metaclass is called with a name, bases in a tuple, and a namespace.
    """
    match node:
        case ast.Call(func=function, args=[ast.Constant(value=str(said)), *more]):
            called = name_called(function)
            by_metaclass = len(more) == 2 and isinstance(more[0], ast.Tuple)
            is_class = called in _MAKERS and not (called == "type" and not more)
            return said == name and (is_class or by_metaclass)
    return False
