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
    get_end,
    get_start,
    list_clauses,
    list_head_parts,
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


def find_bindings(node: ast.stmt) -> Iterator[Bound]:
    """What the statement *node* binds, by itself: what stands in its blocks does so too.

    What an expression in it binds is `walruses_of`. ``import *`` binds the name ``*``, a name
    that is ``global`` or ``nonlocal`` is bound elsewhere.
    """
    form = _FORMS.get(type(node))
    return iter(()) if form is None else form(node)


def find_walruses(node: ast.AST, *, sure: bool = True) -> Iterator[Bound]:
    """What ``:=`` in *node*, an expression or a statement's own part, binds in its scope.

    A comprehension hands on what it binds (PEP 572), a lambda has it for itself.
    """
    if isinstance(node, ast.NamedExpr):
        value, until = (node.value, None) if sure else (None, UNSURE)
        yield Bound(node.target.id, node.target, get_end(node), value, until)
    sure = sure and not isinstance(node, Comprehension)
    for part in list_defaults(node.args) if isinstance(node, ast.Lambda) else list_head_parts(node):
        yield from find_walruses(part, sure=sure)
    for clause in list_clauses(node) if isinstance(node, ast.stmt) else ():
        for part in list_head_parts(clause):
            yield from find_walruses(part, sure=False)


def list_bound_names(node: ast.stmt) -> set[str]:
    """The names that have a value once the statement *node* has run, by what it says itself.

    Not that of an ``except … as``, which is gone by then.
    """
    return {
        bound.name
        for bound in (*find_bindings(node), *find_walruses(node))
        if bound.start > NONLOCAL
        and not bound.is_deletion
        and not isinstance(bound.by, ast.ExceptHandler)
    }


def find_bound_within(tree: ast.AST) -> Iterator[Bound]:
    """All that is bound anywhere in *tree*, in whatever scope: parameters and the like too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt):
            yield from find_bindings(node)
        elif isinstance(node, ast.NamedExpr):
            yield from find_targets(node.target, get_end(node))
        elif isinstance(node, ast.comprehension):
            yield from find_targets(node.target, get_end(node.iter))
        elif isinstance(node, ast.arg):
            yield Bound(node.arg, node, (node.lineno, node.col_offset))


def name_imported(alias: ast.alias) -> str:
    """The name that an import binds: ``import a.b`` binds ``a``."""
    return alias.asname or alias.name.partition(".")[0]


def list_parameters(arguments: ast.arguments) -> Iterator[ast.arg]:
    """The parameters of a function, in their order."""
    yield from (*arguments.posonlyargs, *arguments.args)
    yield from filter(None, (arguments.vararg,))
    yield from arguments.kwonlyargs
    yield from filter(None, (arguments.kwarg,))


def list_defaults(arguments: ast.arguments) -> list[ast.expr]:
    """The defaults of parameters: worked out where the function is made."""
    return [*arguments.defaults, *(value for value in arguments.kw_defaults if value is not None)]


def find_targets(target: ast.AST, start: Position, until: int | None = None) -> Iterator[Bound]:
    """The names in *target*, which may be a tuple of some: bound, or deleted."""
    if isinstance(target, ast.Name):
        if not isinstance(target.ctx, ast.Load):
            yield Bound(target.id, target, start, until=until)
    elif isinstance(target, ast.Tuple | ast.List | ast.Starred):
        for part in ast.iter_child_nodes(target):
            yield from find_targets(part, start, until)


def find_pairs(node: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    """The names that *node* gives a value to by ``=`` or ``:=``, each with the expression."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _match_pairs(target, node.value)
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        yield from _match_pairs(node.target, node.value)
    elif isinstance(node, TYPE_ALIASES) and not getattr(node, "type_params", ()):
        yield from ((bound.name, bound.value) for bound in _bind_aliased(node) if bound.value)
    yield from ((bound.name, bound.value) for bound in find_walruses(node) if bound.value)


def _match_pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Tuple | ast.List) and isinstance(value, ast.Tuple | ast.List):
        starred = any(isinstance(part, ast.Starred) for part in (*target.elts, *value.elts))
        if not starred and len(target.elts) == len(value.elts):
            for part, given in zip(target.elts, value.elts, strict=True):
                yield from _match_pairs(part, given)


def _bind_imported(node: ast.Import | ast.ImportFrom) -> Iterator[Bound]:
    return (Bound(name_imported(alias), alias, get_end(node)) for alias in node.names)


def _bind_defined(node: Definition) -> Iterator[Bound]:
    yield Bound(node.name, node, get_end(node))


def _bind_assigned(node: ast.Assign) -> Iterator[Bound]:
    start = get_end(node)
    for target in node.targets:
        if isinstance(target, ast.Name):
            yield Bound(target.id, target, start, node.value)
        else:
            yield from find_targets(target, start)


def _bind_annotated(node: ast.AnnAssign) -> Iterator[Bound]:
    """Nothing, where there is no value."""
    if node.value is not None and isinstance(node.target, ast.Name):
        yield Bound(node.target.id, node.target, get_end(node), node.value)


def _bind_augmented(node: ast.AugAssign) -> Iterator[Bound]:
    return find_targets(node.target, get_end(node))


def _bind_deleted(node: ast.Delete) -> Iterator[Bound]:
    for target in node.targets:
        yield from find_targets(target, get_end(node))


def _bind_looped(node: ast.For | ast.AsyncFor) -> Iterator[Bound]:
    return find_targets(node.target, get_end(node.iter))


def _bind_entered(node: ast.With | ast.AsyncWith) -> Iterator[Bound]:
    for item in node.items:
        if item.optional_vars is not None:
            yield from find_targets(item.optional_vars, get_end(item.optional_vars))


def _bind_global(node: ast.Global) -> Iterator[Bound]:
    return (Bound(name, node, GLOBAL) for name in node.names)


def _bind_nonlocal(node: ast.Nonlocal) -> Iterator[Bound]:
    return (Bound(name, node, NONLOCAL) for name in node.names)


def _bind_aliased(node: ast.stmt) -> Iterator[Bound]:
    """``type A = …`` (PEP 695)."""
    name, value = node.name, node.value  # type: ignore[attr-defined]
    yield Bound(name.id, name, get_end(node), value)


def _bind_caught(node: ast.Try | ast.TryStar) -> Iterator[Bound]:
    """``except … as name``, for the clause alone."""
    for handler in node.handlers:
        if handler.name is not None:
            until = handler.body[-1].end_lineno
            yield Bound(handler.name, handler, get_start(handler.body[0]), until=until)


def _bind_matched(node: ast.Match) -> Iterator[Bound]:
    """The names that a ``case`` gives to what it matches."""
    for case in node.cases:
        yield from _find_captured(case.pattern, case.body[-1].end_lineno)


def _find_captured(pattern: ast.pattern, until: int | None) -> Iterator[Bound]:
    match pattern:
        case (
            ast.MatchAs(name=str(name))
            | ast.MatchStar(name=str(name))
            | ast.MatchMapping(rest=str(name))
        ):
            yield Bound(name, pattern, get_end(pattern), until=until)
    for part in ast.iter_child_nodes(pattern):
        if isinstance(part, ast.pattern):
            yield from _find_captured(part, until)


#: Every form of statement that binds, up to Python 3.15 (``Parser/Python.asdl``), whose
#: ``lazy import`` is an import to the tree too.
_FORMS: dict[type[ast.stmt], Callable[[Any], Iterator[Bound]]] = {
    ast.Import: _bind_imported,
    ast.ImportFrom: _bind_imported,
    ast.FunctionDef: _bind_defined,
    ast.AsyncFunctionDef: _bind_defined,
    ast.ClassDef: _bind_defined,
    ast.Assign: _bind_assigned,
    ast.AnnAssign: _bind_annotated,
    ast.AugAssign: _bind_augmented,
    ast.Delete: _bind_deleted,
    ast.For: _bind_looped,
    ast.AsyncFor: _bind_looped,
    ast.With: _bind_entered,
    ast.AsyncWith: _bind_entered,
    ast.Global: _bind_global,
    ast.Nonlocal: _bind_nonlocal,
    ast.Try: _bind_caught,
    ast.TryStar: _bind_caught,
    ast.Match: _bind_matched,
    **dict.fromkeys(TYPE_ALIASES, _bind_aliased),
}
