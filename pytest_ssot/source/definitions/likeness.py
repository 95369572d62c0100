"""How much two classes are alike: the share of their methods' bodies that is the same.

The measure is that of I. Baxter and others, "Clone Detection Using Abstract Syntax Trees"
(ICSM 1998): 2 S / (2 S + L + R), where S is the number of nodes that both have, L and R are those
that one of them has alone. Nodes are compared statement by statement, whatever their order,
between methods of one name; a statement is the same but for the names of local variables and
of the class itself (a clone of type 2). What users are told besides, docstrings, comments and
annotations, does not count, nor does a statement that does nothing.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pytest_ssot.syntax.bindings import GLOBAL, find_bound_within
from pytest_ssot.syntax.nodes import Clause, Function

#: What tells of types, of the compiler's view, or is looked at by itself.
_LEFT_OUT = frozenset(
    ("annotation", "returns", "type_comment", "ctx", "decorator_list", "type_params", "kind")
)
#: What stands for the class's own name.
_OWN = "\0own"
#: A copy shares some methods with what it is a copy of, one of them of its own choosing.
_METHODS = 2
#: So few statements are alike by chance.
_HANDFUL = 5


class ClassOutline(NamedTuple):
    """The methods of a class: of each the statements that do something, and their size in nodes.

    ``size`` is that of all.
    """

    methods: Mapping[str, Counter[tuple[str, int]]]
    sizes: Mapping[str, int]
    size: int


def outline_class(node: ast.ClassDef) -> ClassOutline:
    """The outline of the class *node*."""
    methods: dict[str, Counter[tuple[str, int]]] = {}
    for statement in node.body:
        if isinstance(statement, Function):
            said = methods.setdefault(statement.name, Counter())
            said.update(_tell_statements(statement, node.name, _find_locals(statement)))
    sizes = {name: _measure_size(statements) for name, statements in methods.items()}
    return ClassOutline(methods, sizes, sum(sizes.values()))


def _measure_size(statements: Counter[tuple[str, int]]) -> int:
    return sum(size * number for (_, size), number in statements.items())


def measure_likeness(one: ClassOutline, other: ClassOutline) -> float:
    """How much they are alike, from 0 to 1; 0 where there is too little to tell.

    Both ways round it is the same.
    """
    shared = {
        name: both
        for name in one.methods.keys() & other.methods.keys()
        if (both := one.methods[name] & other.methods[name])
    }
    statements = sum(map(Counter.total, shared.values()))
    if len(shared) < _METHODS or statements < _HANDFUL or all(map(is_special, shared)):
        return 0.0
    return 2 * sum(map(_measure_size, shared.values())) / (one.size + other.size)


def is_special(name: str) -> bool:
    """Whether Python gives *name* its meaning: every class may have it."""
    return name.startswith("__") and name.endswith("__")


def _find_locals(function: Function) -> frozenset[str]:
    """The names that *function*, and what is nested in it, binds; not what it imports."""
    bound = [one for one in find_bound_within(function) if not isinstance(one.by, ast.alias)]
    outside = {one.name for one in bound if one.start == GLOBAL}
    return frozenset(one.name for one in bound if one.by is not function) - outside


def _tell_statements(node: ast.AST, own: str, local: frozenset[str]) -> Iterator[tuple[str, int]]:
    """Each statement inside of *node*: what it says, without its block, and its size."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt):
            if not _does_nothing(child):
                teller = _Teller(own, local)
                teller.tell_node(child)
                yield " ".join(teller.said), teller.size
            yield from _tell_statements(child, own, local)
        elif isinstance(child, Clause):
            yield from _tell_statements(child, own, local)


def _does_nothing(node: ast.stmt) -> bool:
    match node:
        case ast.Pass() | ast.Expr(value=ast.Constant()):
            return True
        case ast.Raise(
            exc=ast.Name(id="NotImplementedError")
            | ast.Call(func=ast.Name(id="NotImplementedError"))
        ):
            return True
    return False


class _Teller:
    """Tells a statement, the local names in it by the order in which it says them."""

    def __init__(self, own: str, local: frozenset[str]) -> None:
        self.said: list[str] = []
        self.size = 0
        self._own = own
        self._local = local
        self._order: dict[str, int] = {}

    def tell_node(self, node: ast.AST) -> None:
        self.size += 1
        self.said.append(type(node).__name__)
        for name, value in ast.iter_fields(node):
            if name in _LEFT_OUT:
                continue
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, ast.AST):
                    if not isinstance(one, ast.stmt | ast.expr_context):
                        self.tell_node(one)
                elif one is not None:
                    self.said.append(self._spell_value(node, one))

    def _spell_value(self, node: ast.AST, value: object) -> str:
        if not isinstance(value, str):
            return repr(value)
        if isinstance(node, ast.Constant):
            return repr(value.replace(self._own, _OWN))
        if value in self._local and not isinstance(node, ast.Attribute | ast.keyword):
            return f"\0{self._order.setdefault(value, len(self._order))}"
        return _OWN if value == self._own else value
