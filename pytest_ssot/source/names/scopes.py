"""What a name stands for where it is read: the imports that bind it, if nothing else does."""

from __future__ import annotations

import ast
import sys
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from pytest_ssot.source.names.aliases import touches
from pytest_ssot.source.names.statements import aliases_of_typing, climbed, plainly_bound
from pytest_ssot.source.uses.calls import gives

Function = ast.FunctionDef | ast.AsyncFunctionDef
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
Scope = ast.Module | ast.ClassDef | Function | ast.Lambda | Comprehension

#: A place in source: line, and column in bytes, as the tree has them.
Position = tuple[int, int]

_FIRST: Position = (0, 0)
_ALWAYS = sys.maxsize
#: Where what ``global`` and ``nonlocal`` name is bound: not here.
_GLOBAL: Position = (-2, 0)
_NONLOCAL: Position = (-1, 0)


class Binding(NamedTuple):
    """A name gets a value: that of the dotted path, of an expression, or one unknown.

    It holds from ``start`` on, up to line ``until`` for sure: the end of the
    block; after that it may not have run.
    """

    start: Position
    until: int
    dotted: str | None = None
    value: ast.expr | None = None


class Scopes:
    """Resolves names in the file *tree*, a module in one of *packages*.

    *text* is its source. *made* has the dotted paths of what is defined in it and matters;
    *starred* tells which of the names that matter ``import *`` takes from a module.
    """

    def __init__(
        self,
        tree: ast.Module,
        packages: Sequence[str],
        text: str,
        *,
        made: Mapping[ast.AST, str] = MappingProxyType({}),
        starred: Callable[[str], Iterable[str]] = lambda module: (),
    ) -> None:
        self._packages = packages
        self._made = made
        self._starred = starred
        self._known: dict[ast.AST, dict[str, list[Binding]]] = {}
        self._given: dict[ast.expr, list[str]] = {}
        self._stated: dict[ast.AST, frozenset[str]] = {}
        self._typing = frozenset(("TYPE_CHECKING", "MYPY", *aliases_of_typing(tree.body)))
        lines = text.split("\n") if "global" in text else ()
        self._say_global = [number for number, line in enumerate(lines, 1) if "global" in line]
        self._last_bound: dict[str, ast.stmt] | None = None

    def paths(self, name: ast.Name, scopes: Sequence[Scope]) -> list[str]:
        """The dotted paths that *name* may stand for, read in the last of *scopes*."""
        bound = self.bound(name, scopes)
        if bound is None:
            return []
        bindings, where = bound
        return list(
            dict.fromkeys(path for binding in bindings for path in self._values(binding, where))
        )

    def bound(
        self, name: ast.Name, scopes: Sequence[Scope]
    ) -> tuple[list[Binding], Sequence[Scope]] | None:
        """What *name*, read in the last of *scopes*, may have got, and the scopes it got it in.

        None where nothing here binds it.
        """
        last = len(scopes) - 1
        at = last
        while at >= 0:
            bindings = self._bound(scopes[at]).get(name.id)
            if bindings is None or (isinstance(scopes[at], ast.ClassDef) and at < last):
                at -= 1  # a class's names are not its methods'
            elif bindings[0].start < _FIRST:
                at = 0 if bindings[0].start == _GLOBAL else at - 1
            else:
                return _alive(bindings, name, scopes[at + 1 :]), scopes[: at + 1]
        return None

    def chain(self, node: ast.expr, scopes: Sequence[Scope]) -> Iterator[tuple[str, list[str]]]:
        """What ``name.one.two`` may start from, each with the attributes behind it."""
        attributes: list[str] = []
        while isinstance(node, ast.Attribute):
            attributes.append(node.attr)
            node = node.value
        if isinstance(node, ast.Name):
            for path in self.paths(node, scopes):
                yield path, attributes[::-1]
        elif isinstance(node, ast.Call | ast.Subscript):
            given = gives(node, self._packages)
            if given is not None:
                yield given, attributes[::-1]

    def names(self, scope: Scope) -> frozenset[str]:
        """The names that *scope* binds."""
        return frozenset(self._bound(scope))

    def imported(self, node: ast.ImportFrom) -> Iterator[tuple[str, str]]:
        """The names that *node* binds, each with its dotted path."""
        for name, binding in self._imported(node, _ALWAYS):
            if binding.dotted is not None:
                yield name, binding.dotted

    def replaces(self, module: ast.Module, name: str, taken: ast.stmt) -> bool:
        """Whether *name* has got another value than *taken* gave it when *module* is loaded."""
        if self._last_bound is None:
            self._last_bound = {name: node for node in module.body for name in plainly_bound(node)}
        last = self._last_bound.get(name, taken)
        if isinstance(last, ast.Assign) and _mentions(last.value, name):
            return False  # wrapped
        return _end(last) > _end(taken)

    def states(self, scopes: Sequence[Scope], module: str, *, below: bool) -> bool:
        """Whether an import statement for *module* runs before the code in *scopes* does.

        It stands at the top of the file or in a function around; with *below*,
        one for a submodule will do too.
        """
        return any(
            one == module or (below and one.startswith(f"{module}."))
            for scope in scopes
            for one in self._imports(scope)
        )

    def typed(self, test: ast.expr) -> tuple[bool, bool]:
        """Whether what runs if *test* holds, and what runs if not, is for type checkers alone."""
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            return self.typed(test.operand)[::-1]
        if isinstance(test, ast.BoolOp):
            holds, fails = zip(*map(self.typed, test.values), strict=True)
            both = isinstance(test.op, ast.And)
            return (any(holds), all(fails)) if both else (all(holds), any(fails))
        name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")
        return name in self._typing, False

    def _values(self, binding: Binding, scopes: Sequence[Scope]) -> list[str]:
        """The dotted paths that *binding*, made in the last of *scopes*, may give."""
        if binding.dotted is not None:
            return [binding.dotted]
        if binding.value is None:
            return []
        known = self._given.get(binding.value)
        if known is None:
            self._given[binding.value] = []  # names may stand for each other
            chains = self.chain(binding.value, scopes)
            known = list(dict.fromkeys(".".join((path, *rest)) for path, rest in chains))
            self._given[binding.value] = known
        return known

    def _bound(self, scope: Scope) -> dict[str, list[Binding]]:
        known = self._known.get(scope)
        if known is None:
            known = {}
            for name, binding in self._bindings(scope):
                # ``global`` at the top says nothing.
                if binding.start >= _FIRST or not isinstance(scope, ast.Module):
                    known.setdefault(name, []).append(binding)
            for bindings in known.values():
                bindings.sort(key=_start)
            self._known[scope] = known
        return known

    def _bindings(self, scope: Scope) -> Iterator[tuple[str, Binding]]:
        if isinstance(scope, Comprehension):
            for generator in scope.generators:
                yield from _targets(generator.target, _FIRST, _ALWAYS)
            return
        if isinstance(scope, Function | ast.Lambda):
            for node in ast.walk(scope.args):
                if isinstance(node, ast.arg):
                    yield node.arg, Binding(_FIRST, _ALWAYS)
        if not isinstance(scope, ast.Lambda):
            for statement in scope.body:
                yield from self._of(statement, _ALWAYS)
        if isinstance(scope, ast.Module) and self._say_global:
            yield from self._from_inside(scope)

    def _from_inside(self, module: ast.Module) -> Iterator[tuple[str, Binding]]:
        """What functions bind at the top of *module*, by ``global``; nobody knows when."""
        found: dict[tuple[str, Binding], None] = {}
        todo: list[ast.AST] = list(module.body)
        for node in todo:  # grows
            if isinstance(node, ast.expr) or not touches(node, self._say_global):
                continue
            todo += ast.iter_child_nodes(node)
            if isinstance(node, Function):
                for name, (first, *more) in self._bound(node).items():
                    if first.start == _GLOBAL:
                        for binding in more:
                            found[name, binding._replace(start=_FIRST, until=-1)] = None
        yield from found

    def _of(self, node: ast.AST, until: int) -> Iterator[tuple[str, Binding]]:
        """What *node*, a statement or a part of one, binds in its scope."""
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from self._imported(node, until)
        elif isinstance(node, Function | ast.ClassDef):
            yield node.name, Binding(_end(node), until, self._made.get(node))
        elif isinstance(node, ast.Global | ast.Nonlocal):
            outside = _GLOBAL if isinstance(node, ast.Global) else _NONLOCAL
            yield from ((name, Binding(outside, _ALWAYS)) for name in node.names)
        elif isinstance(node, ast.Lambda | Comprehension):
            yield from _walrus(node)
        elif isinstance(node, ast.If) and any(self.typed(node.test)):
            yield from self._checked(node, until)
        else:
            yield from _assigned(node, until)
            for child, last in _parts(node, until):
                if not isinstance(child, _LEAVES):
                    yield from self._of(child, last)

    def _checked(self, node: ast.If, until: int) -> Iterator[tuple[str, Binding]]:
        """What *node* binds; not what type checkers are told of a name that it gives a value."""
        in_body = self.typed(node.test)[0]
        said, runs = (node.body, node.orelse) if in_body else (node.orelse, node.body)
        given = {name for run in runs for name, _ in self._of(run, until)}
        for child, last in _parts(node, until):
            if not isinstance(child, _LEAVES):
                for name, binding in self._of(child, last):
                    if child not in said or name not in given:
                        yield name, binding

    def _imported(
        self, node: ast.Import | ast.ImportFrom, until: int
    ) -> Iterator[tuple[str, Binding]]:
        start = _end(node)
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name if alias.asname else alias.name.partition(".")[0]
                yield alias.asname or top, Binding(start, until, top)
            return
        module = self._absolute(node)
        for alias in node.names:
            for name in self._starred(module) if alias.name == "*" else (alias.name,):
                dotted = f"{module}.{name}" if module else None
                yield alias.asname or name, Binding(start, until, dotted)

    def _absolute(self, node: ast.ImportFrom) -> str:
        return next(iter(climbed(self._packages, node.level, node.module or "")), "")

    def _imports(self, scope: Scope) -> frozenset[str]:
        known = self._stated.get(scope)
        if known is None:
            body = [] if isinstance(scope, ast.Lambda | Comprehension) else scope.body
            known = self._stated[scope] = frozenset(self._modules(body))
        return known

    def _modules(self, body: Iterable[ast.AST]) -> Iterator[str]:
        todo = list(body)
        while todo:
            node = todo.pop()
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                module = self._absolute(node)
                yield from (f"{module}.{alias.name}" for alias in node.names)
            elif isinstance(node, ast.If):
                holds, fails = self.typed(node.test)
                todo += [] if holds else node.body
                todo += [] if fails else node.orelse
            elif not isinstance(node, Function | ast.ClassDef | ast.expr):
                todo += ast.iter_child_nodes(node)


#: What may not run, or not to its end.
_MAYBE = ast.If | ast.For | ast.AsyncFor | ast.While | ast.Try | ast.TryStar
#: Binds a name for its block.
_CASE = ast.ExceptHandler | ast.match_case
#: What binds nothing, below.
_LEAVES = ast.Constant | ast.expr_context | ast.operator | ast.alias | ast.Name


def _mentions(node: ast.expr, name: str) -> bool:
    return any(isinstance(one, ast.Name) and one.id == name for one in ast.walk(node))


def _parts(node: ast.AST, until: int) -> Iterator[tuple[ast.AST, int]]:
    """The children of *node*, each with the line up to which it has run for sure."""
    if isinstance(node, _CASE):
        until = min(until, _last(node.body))
    elif isinstance(node, _MAYBE):
        for name, value in ast.iter_fields(node):
            if isinstance(value, list) and value:
                block = name != "finalbody" and isinstance(value[-1], ast.stmt)
                last = min(until, _last(value)) if block else until
                yield from ((child, last) for child in value)
            elif isinstance(value, ast.AST):
                yield value, until
        return
    yield from ((child, until) for child in ast.iter_child_nodes(node))


def _assigned(node: ast.AST, until: int) -> Iterator[tuple[str, Binding]]:
    match node:
        case ast.Assign():
            yield from _chained(node, until)
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            yield name, Binding(_end(node), until, value=value)
        case ast.NamedExpr(target=ast.Name(id=name), value=value):
            yield name, Binding(_end(node), until, value=value)
        case ast.Delete(targets=targets):
            for target in targets:
                yield from _targets(target, _end(node), until)
        case ast.AugAssign(target=target):
            yield from _targets(target, _end(node), until)
        case ast.For(target=target, iter=value) | ast.AsyncFor(target=target, iter=value):
            yield from _targets(target, _end(value), until)
        case ast.withitem(optional_vars=ast.expr() as target):
            yield from _targets(target, _end(target), until)
        case _:
            yield from _caught(node, until)


def _chained(node: ast.Assign, until: int) -> Iterator[tuple[str, Binding]]:
    """``one = other = value``."""
    for target in node.targets:
        if isinstance(target, ast.Name):
            yield target.id, Binding(_end(node), until, value=node.value)
        else:
            yield from _targets(target, _end(node), until)


def _caught(node: ast.AST, until: int) -> Iterator[tuple[str, Binding]]:
    """``except … as name``, and the names that a ``case`` gives to what it matches."""
    match node:
        case ast.ExceptHandler(name=str(name), body=body):
            yield name, Binding((body[0].lineno, body[0].col_offset), min(until, _last(body)))
        case (
            ast.MatchAs(name=str(name))
            | ast.MatchStar(name=str(name))
            | ast.MatchMapping(rest=str(name))
        ):
            yield name, Binding(_end(node), until)


def _walrus(node: ast.AST) -> Iterator[tuple[str, Binding]]:
    """``:=`` inside a comprehension binds around it (PEP 572)."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.NamedExpr):
            yield from _targets(inner.target, _end(inner), -1)


def _targets(target: ast.expr, start: Position, until: int) -> Iterator[tuple[str, Binding]]:
    for node in ast.walk(target):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id, Binding(start, until)


def _last(body: Sequence[ast.AST]) -> int:
    return getattr(body[-1], "end_lineno", None) or 0


def _start(binding: Binding) -> Position:
    return binding.start


def _end(node: ast.stmt | ast.expr | ast.pattern) -> Position:
    return node.end_lineno or node.lineno, node.end_col_offset or node.col_offset


def _alive(bindings: list[Binding], name: ast.Name, inside: Sequence[Scope]) -> list[Binding]:
    """Those that may hold where *name* is read, in the scopes *inside* of theirs.

    What a function reads may also have been bound after the function was made.
    """
    function = next((one for one in inside if isinstance(one, Function | ast.Lambda)), None)
    place = name if function is None else function
    position = (place.lineno, place.col_offset)
    here = bisect_right(bindings, position, key=_start)
    last = len(bindings) if function is not None or not here else here
    for at in range(here - 1, -1, -1):
        if bindings[at].until >= position[0]:
            return bindings[at:last]
    return bindings[:last]
