"""What a statement binds, in every form that Python has; and what is bound by expressions."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from pytest_ssot.syntax.nodes import (
    TYPE_ALIASES,
    Comprehension,
    Definition,
    Position,
    clauses_of,
    end_of,
    parts_of_head,
    start_of,
)

#: Where what ``global`` and ``nonlocal`` name is bound: not here.
GLOBAL: Position = (-2, 0)
NONLOCAL: Position = (-1, 0)
#: A line that holds for nothing: nobody knows whether it has run.
UNSURE = -1


class Bound(NamedTuple):
    """A name gets a value from *start* on; *by* is the smallest node that says so.

    ``value`` is the expression whose value it gets as it is, ``until`` the last line of the
    clause that it is bound for. A deletion counts: what the name was it is no more.
    """

    name: str
    by: ast.AST
    start: Position
    value: ast.expr | None = None
    until: int | None = None

    @property
    def is_deletion(self) -> bool:
        return isinstance(self.by, ast.Name) and isinstance(self.by.ctx, ast.Del)


def bindings_of(node: ast.stmt) -> Iterator[Bound]:
    """What the statement *node* binds, by itself: what stands in its blocks does so too.

    What an expression in it binds is `walruses_of`. ``import *`` binds the name ``*``, a name
    that is ``global`` or ``nonlocal`` is bound elsewhere.
    """
    form = _FORMS.get(type(node))
    return iter(()) if form is None else form(node)


def walruses_of(node: ast.AST, *, sure: bool = True) -> Iterator[Bound]:
    """What ``:=`` in *node*, an expression or a statement's own part, binds in its scope.

    A comprehension hands on what it binds (PEP 572), a lambda has it for itself.
    """
    if isinstance(node, ast.NamedExpr):
        value, until = (node.value, None) if sure else (None, UNSURE)
        yield Bound(node.target.id, node.target, end_of(node), value, until)
    sure = sure and not isinstance(node, Comprehension)
    for part in defaults_of(node.args) if isinstance(node, ast.Lambda) else parts_of_head(node):
        yield from walruses_of(part, sure=sure)
    for clause in clauses_of(node) if isinstance(node, ast.stmt) else ():
        for part in parts_of_head(clause):
            yield from walruses_of(part, sure=False)


def names_bound(node: ast.stmt) -> set[str]:
    """The names that have a value once the statement *node* has run, by what it says itself.

    Not that of an ``except … as``, which is gone by then.
    """
    return {
        bound.name
        for bound in (*bindings_of(node), *walruses_of(node))
        if bound.start > NONLOCAL
        and not bound.is_deletion
        and not isinstance(bound.by, ast.ExceptHandler)
    }


def bound_within(tree: ast.AST) -> Iterator[Bound]:
    """All that is bound anywhere in *tree*, in whatever scope: parameters and the like too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt):
            yield from bindings_of(node)
        elif isinstance(node, ast.NamedExpr):
            yield from targets_of(node.target, end_of(node))
        elif isinstance(node, ast.comprehension):
            yield from targets_of(node.target, end_of(node.iter))
        elif isinstance(node, ast.arg):
            yield Bound(node.arg, node, (node.lineno, node.col_offset))


def imported_name(alias: ast.alias) -> str:
    """The name that an import binds: ``import a.b`` binds ``a``."""
    return alias.asname or alias.name.partition(".")[0]


def parameters_of(arguments: ast.arguments) -> Iterator[ast.arg]:
    """The parameters of a function, in their order."""
    yield from (*arguments.posonlyargs, *arguments.args)
    yield from filter(None, (arguments.vararg,))
    yield from arguments.kwonlyargs
    yield from filter(None, (arguments.kwarg,))


def defaults_of(arguments: ast.arguments) -> list[ast.expr]:
    """The defaults of parameters: worked out where the function is made."""
    return [*arguments.defaults, *(value for value in arguments.kw_defaults if value is not None)]


def targets_of(target: ast.AST, start: Position, until: int | None = None) -> Iterator[Bound]:
    """The names in *target*, which may be a tuple of some: bound, or deleted."""
    if isinstance(target, ast.Name):
        if not isinstance(target.ctx, ast.Load):
            yield Bound(target.id, target, start, until=until)
    elif isinstance(target, ast.Tuple | ast.List | ast.Starred):
        for part in ast.iter_child_nodes(target):
            yield from targets_of(part, start, until)


def pairs_of(node: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    """The names that *node* gives a value to by ``=`` or ``:=``, each with the expression."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _pairs(target, node.value)
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        yield from _pairs(node.target, node.value)
    elif isinstance(node, TYPE_ALIASES) and not getattr(node, "type_params", ()):
        yield from ((bound.name, bound.value) for bound in _aliased(node) if bound.value)
    yield from ((bound.name, bound.value) for bound in walruses_of(node) if bound.value)


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Tuple | ast.List) and isinstance(value, ast.Tuple | ast.List):
        starred = any(isinstance(part, ast.Starred) for part in (*target.elts, *value.elts))
        if not starred and len(target.elts) == len(value.elts):
            for part, given in zip(target.elts, value.elts, strict=True):
                yield from _pairs(part, given)


def _imported(node: ast.Import | ast.ImportFrom) -> Iterator[Bound]:
    return (Bound(imported_name(alias), alias, end_of(node)) for alias in node.names)


def _defined(node: Definition) -> Iterator[Bound]:
    yield Bound(node.name, node, end_of(node))


def _assigned(node: ast.Assign) -> Iterator[Bound]:
    start = end_of(node)
    for target in node.targets:
        if isinstance(target, ast.Name):
            yield Bound(target.id, target, start, node.value)
        else:
            yield from targets_of(target, start)


def _annotated(node: ast.AnnAssign) -> Iterator[Bound]:
    """Nothing, where there is no value."""
    if node.value is not None and isinstance(node.target, ast.Name):
        yield Bound(node.target.id, node.target, end_of(node), node.value)


def _augmented(node: ast.AugAssign) -> Iterator[Bound]:
    return targets_of(node.target, end_of(node))


def _deleted(node: ast.Delete) -> Iterator[Bound]:
    for target in node.targets:
        yield from targets_of(target, end_of(node))


def _looped(node: ast.For | ast.AsyncFor) -> Iterator[Bound]:
    return targets_of(node.target, end_of(node.iter))


def _entered(node: ast.With | ast.AsyncWith) -> Iterator[Bound]:
    for item in node.items:
        if item.optional_vars is not None:
            yield from targets_of(item.optional_vars, end_of(item.optional_vars))


def _global(node: ast.Global) -> Iterator[Bound]:
    return (Bound(name, node, GLOBAL) for name in node.names)


def _nonlocal(node: ast.Nonlocal) -> Iterator[Bound]:
    return (Bound(name, node, NONLOCAL) for name in node.names)


def _aliased(node: ast.stmt) -> Iterator[Bound]:
    """``type A = …`` (PEP 695)."""
    name, value = node.name, node.value  # type: ignore[attr-defined]
    yield Bound(name.id, name, end_of(node), value)


def _caught(node: ast.Try | ast.TryStar) -> Iterator[Bound]:
    """``except … as name``, for the clause alone."""
    for handler in node.handlers:
        if handler.name is not None:
            until = handler.body[-1].end_lineno
            yield Bound(handler.name, handler, start_of(handler.body[0]), until=until)


def _matched(node: ast.Match) -> Iterator[Bound]:
    """The names that a ``case`` gives to what it matches."""
    for case in node.cases:
        yield from _captured(case.pattern, case.body[-1].end_lineno)


def _captured(pattern: ast.pattern, until: int | None) -> Iterator[Bound]:
    match pattern:
        case (
            ast.MatchAs(name=str(name))
            | ast.MatchStar(name=str(name))
            | ast.MatchMapping(rest=str(name))
        ):
            yield Bound(name, pattern, end_of(pattern), until=until)
    for part in ast.iter_child_nodes(pattern):
        if isinstance(part, ast.pattern):
            yield from _captured(part, until)


#: Every form of statement that binds, up to Python 3.15 (``Parser/Python.asdl``), whose
#: ``lazy import`` is an import to the tree too.
_FORMS: dict[type[ast.stmt], Callable[[Any], Iterator[Bound]]] = {
    ast.Import: _imported,
    ast.ImportFrom: _imported,
    ast.FunctionDef: _defined,
    ast.AsyncFunctionDef: _defined,
    ast.ClassDef: _defined,
    ast.Assign: _assigned,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.Delete: _deleted,
    ast.For: _looped,
    ast.AsyncFor: _looped,
    ast.With: _entered,
    ast.AsyncWith: _entered,
    ast.Global: _global,
    ast.Nonlocal: _nonlocal,
    ast.Try: _caught,
    ast.TryStar: _caught,
    ast.Match: _matched,
    **dict.fromkeys(TYPE_ALIASES, _aliased),
}
