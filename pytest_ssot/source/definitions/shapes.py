"""Shapes of statements: what makes a class, what only renames one, what a header is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

Function = ast.FunctionDef | ast.AsyncFunctionDef

#: Make a class, and are told its name first.
_MAKERS = frozenset(
    (
        *("type", "new_class", "namedtuple", "NamedTuple", "TypedDict", "make_dataclass"),
        *("NewType", "Enum", "IntEnum", "StrEnum", "Flag", "IntFlag", "create_model"),
    )
)
#: What a body may assign without being a body of its own.
_SAYS_NOTHING = frozenset(("__doc__", "__module__", "__qualname__"))
#: Decorators of functions that are no definition of their own, or that nobody calls by name.
_NO_DEFINITIONS = frozenset(("overload", "fixture"))
#: ``type A = …``, where Python has it.
_TYPE_ALIAS = "TypeAlias"
_COLON = re.compile(r":\s*(?:#.*)?$")


def assigned(node: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    """The names that *node* gives a value to by ``=``, each with the expression."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _pairs(target, node.value)
    elif isinstance(node, ast.AnnAssign):
        if node.value is not None:
            yield from _pairs(node.target, node.value)
    elif type(node).__name__ == _TYPE_ALIAS and not getattr(node, "type_params", ()):
        yield from _pairs(node.name, node.value)  # type: ignore[attr-defined]


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Tuple | ast.List) and isinstance(value, ast.Tuple | ast.List):
        starred = any(isinstance(elt, ast.Starred) for elt in (*target.elts, *value.elts))
        if not starred and len(target.elts) == len(value.elts):
            for one, other in zip(target.elts, value.elts, strict=True):
                yield from _pairs(one, other)


def values(node: ast.expr) -> Iterator[ast.expr]:
    """What the expression *node* may come to: ``a if b else c`` is one of two."""
    if isinstance(node, ast.IfExp):
        yield from values(node.body)
        yield from values(node.orelse)
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from values(value)
    elif isinstance(node, ast.NamedExpr):
        yield from values(node.value)
    else:
        yield node


def makes_class(node: ast.expr, name: str) -> bool:
    """Whether *node* makes a class called *name*: ``type("Name", …)``, ``namedtuple("Name", …)``.

    A metaclass is called with a name, bases in a tuple, and a namespace.
    """
    match node:
        case ast.Call(func=function, args=[ast.Constant(value=str(said)), *more]):
            called = getattr(function, "attr", getattr(function, "id", ""))
            by_metaclass = len(more) == 2 and isinstance(more[0], ast.Tuple)
            is_class = called in _MAKERS and not (called == "type" and not more)
            return said == name and (is_class or by_metaclass)
    return False


def only_renames(node: ast.ClassDef) -> ast.expr | None:
    """The one base of *node*, where it adds nothing to it; None where it does."""
    more: Sequence[ast.AST] = getattr(node, "type_params", ())
    plain = not (node.keywords or node.decorator_list or more)
    if plain and len(node.bases) == 1 and all(map(_says_nothing, node.body)):
        return node.bases[0]
    return None


def _says_nothing(node: ast.stmt) -> bool:
    match node:
        case ast.Pass() | ast.Expr(value=ast.Constant()):
            return True
        case ast.Assign(targets=[ast.Name(id="__slots__")], value=value):
            return isinstance(value, ast.Tuple | ast.List) and not value.elts
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name in _SAYS_NOTHING
    return False


def is_no_definition(node: Function) -> bool:
    """Whether a decorator says that the function is none to be called by its name."""
    called = (one.func if isinstance(one, ast.Call) else one for one in node.decorator_list)
    return any(getattr(node, "attr", getattr(node, "id", "")) in _NO_DEFINITIONS for node in called)


def header_end(node: ast.stmt, lines: Sequence[str]) -> int:
    """The last line of what *node* says before its block; of any other statement its last."""
    body: Sequence[ast.stmt] | None = getattr(node, "body", None)
    if not body:
        return node.end_lineno or node.lineno
    inner = body[0]
    decorators: Sequence[ast.expr] = getattr(inner, "decorator_list", ())
    start = decorators[0].lineno if decorators else inner.lineno
    for number in range(_said_until(node), start):
        if _COLON.search(lines[number - 1]):
            return number
    return max(start - 1, node.lineno)


def _said_until(node: ast.stmt) -> int:
    """The last line of the bases, parameters and annotations of *node*."""
    parts: list[ast.AST] = [*getattr(node, "bases", ()), *getattr(node, "type_params", ())]
    parts += [keyword.value for keyword in node.keywords] if isinstance(node, ast.ClassDef) else []
    if isinstance(node, Function):
        parts += [one for one in ast.walk(node.args) if hasattr(one, "end_lineno")]
        parts += [node.returns] if node.returns is not None else []
    return max([node.lineno, *(getattr(part, "end_lineno", 0) for part in parts)])
