"""What a name stands for where it is read: the imports that bind it, if nothing else does."""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from pytest_ssot.source.uses.calls import find_given
from pytest_ssot.syntax.bindings import (
    GLOBAL,
    UNSURE,
    Bound,
    find_bindings,
    find_targets,
    find_walruses,
    list_parameters,
    name_imported,
)
from pytest_ssot.syntax.heads import is_on
from pytest_ssot.syntax.imports import list_taken_names
from pytest_ssot.syntax.module import Module
from pytest_ssot.syntax.nodes import Comprehension, Function, Position, Scope, get_end
from pytest_ssot.syntax.statements import ALWAYS, Block, walk_statements

_FIRST: Position = (0, 0)


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
    """Resolves names in the file of *module*.

    *made* has the dotted paths of what is defined in it and matters; *starred* tells which of
    the names that matter ``import *`` takes from a module.
    """

    def __init__(
        self,
        module: Module,
        *,
        made: Mapping[ast.AST, str] = MappingProxyType({}),
        starred: Callable[[str], Iterable[str]] = lambda module: (),
    ) -> None:
        self._module = module
        self._made = made
        self._starred = starred
        self._known: dict[ast.AST, dict[str, list[Binding]]] = {}
        self._given: dict[ast.expr, list[str]] = {}
        self._instead: dict[Block, frozenset[str]] = {}
        self._has_walruses = ":=" in module.text
        lines = module.lines if "global" in module.text else ()
        self._say_global = [number for number, line in enumerate(lines, 1) if "global" in line]

    def find_paths(self, name: ast.Name, scopes: Sequence[Scope]) -> list[str]:
        """The dotted paths that *name* may stand for, read in the last of *scopes*."""
        bound = self.find_bindings(name, scopes)
        if bound is None:
            return []
        bindings, where = bound
        return list(
            dict.fromkeys(
                path for binding in bindings for path in self._find_values(binding, where)
            )
        )

    def find_bindings(
        self, name: ast.Name, scopes: Sequence[Scope]
    ) -> tuple[list[Binding], Sequence[Scope]] | None:
        """What *name*, read in the last of *scopes*, may have got, and the scopes it got it in.

        None where nothing here binds it.
        """
        last = len(scopes) - 1
        at = last
        while at >= 0:
            bindings = self._map_bindings(scopes[at]).get(name.id)
            if bindings is None or (isinstance(scopes[at], ast.ClassDef) and at < last):
                at -= 1  # a class's names are not its methods'
            elif bindings[0].start < _FIRST:
                at = 0 if bindings[0].start == GLOBAL else at - 1
            else:
                return _keep_alive(bindings, name, scopes[at + 1 :]), scopes[: at + 1]
        return None

    def resolve_chain(
        self, node: ast.expr, scopes: Sequence[Scope]
    ) -> Iterator[tuple[str, list[str]]]:
        """What ``name.one.two`` may start from, each with the attributes behind it."""
        attributes: list[str] = []
        while isinstance(node, ast.Attribute):
            attributes.append(node.attr)
            node = node.value
        if isinstance(node, ast.Name):
            for path in self.find_paths(node, scopes):
                yield path, attributes[::-1]
        elif isinstance(node, ast.Call | ast.Subscript):
            given = find_given(node, self._module.packages)
            if given is not None:
                yield given, attributes[::-1]

    def list_names(self, scope: Scope) -> frozenset[str]:
        """The names that *scope* binds."""
        return frozenset(self._map_bindings(scope))

    def list_imported(self, node: ast.ImportFrom) -> Iterator[tuple[str, str]]:
        """The names that *node* binds, each with its dotted path."""
        for name, binding in self._bind_imported(node, ALWAYS):
            if binding.dotted is not None:
                yield name, binding.dotted

    def _find_values(self, binding: Binding, scopes: Sequence[Scope]) -> list[str]:
        """The dotted paths that *binding*, made in the last of *scopes*, may give."""
        if binding.dotted is not None:
            return [binding.dotted]
        if binding.value is None:
            return []
        known = self._given.get(binding.value)
        if known is None:
            self._given[binding.value] = []  # names may stand for each other
            chains = self.resolve_chain(binding.value, scopes)
            known = list(dict.fromkeys(".".join((path, *rest)) for path, rest in chains))
            self._given[binding.value] = known
        return known

    def _map_bindings(self, scope: Scope) -> dict[str, list[Binding]]:
        known = self._known.get(scope)
        if known is None:
            known = {}
            for name, binding in self._list_bindings(scope):
                # ``global`` at the top says nothing.
                if binding.start >= _FIRST or not isinstance(scope, ast.Module):
                    known.setdefault(name, []).append(binding)
            for bindings in known.values():
                bindings.sort(key=_get_start)
            self._known[scope] = known
        return known

    def _list_bindings(self, scope: Scope) -> Iterator[tuple[str, Binding]]:
        if isinstance(scope, Comprehension):
            for generator in scope.generators:
                yield from _bind_unknown(
                    bound.name for bound in find_targets(generator.target, _FIRST)
                )
            return
        if isinstance(scope, Function | ast.Lambda):
            yield from _bind_unknown(parameter.arg for parameter in list_parameters(scope.args))
        if isinstance(scope, ast.Lambda):
            for bound in find_walruses(scope.body) if self._has_walruses else ():
                yield bound.name, _make_binding(bound, ALWAYS)
        else:
            yield from self._bind_in_body(scope.body)
        if isinstance(scope, ast.Module) and self._say_global:
            yield from self._bind_from_inside(scope)

    def _bind_in_body(self, body: Sequence[ast.stmt]) -> Iterator[tuple[str, Binding]]:
        for node, block in walk_statements(body, self._module.guards):
            instead = self._find_given_instead(block) if block.checking else frozenset()
            for name, binding in self._bind_by(node, block.until):
                if name not in instead:
                    yield name, binding

    def _bind_from_inside(self, module: ast.Module) -> Iterator[tuple[str, Binding]]:
        """What functions bind at the top of *module*, by ``global``; nobody knows when."""
        found: dict[tuple[str, Binding], None] = {}
        todo: list[ast.AST] = list(module.body)
        for node in todo:  # grows
            if isinstance(node, ast.expr) or not is_on(node, self._say_global):
                continue
            todo += ast.iter_child_nodes(node)
            if isinstance(node, Function):
                for name, (first, *more) in self._map_bindings(node).items():
                    if first.start == GLOBAL:
                        for binding in more:
                            found[name, binding._replace(start=_FIRST, until=UNSURE)] = None
        yield from found

    def _bind_by(self, node: ast.stmt, until: int) -> Iterator[tuple[str, Binding]]:
        """What the statement *node* itself binds in its scope."""
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from self._bind_imported(node, until)
            return
        for bound in find_bindings(node):
            yield bound.name, _make_binding(bound, until, self._made.get(bound.by))
        for bound in find_walruses(node) if self._has_walruses else ():
            yield bound.name, _make_binding(bound, until)

    def _find_given_instead(self, block: Block) -> frozenset[str]:
        """The names that get values at run time where *block* only tells type checkers of them."""
        while block.outer is not None and block.outer.checking:
            block = block.outer
        known = self._instead.get(block)
        if known is None:
            body = getattr(block.node, "orelse" if block.part == "body" else "body", ())
            runs = walk_statements(body, self._module.guards)
            names = {name for node, _ in runs for name, _ in self._bind_by(node, ALWAYS)}
            known = self._instead[block] = frozenset(names)
        return known

    def _bind_imported(
        self, node: ast.Import | ast.ImportFrom, until: int
    ) -> Iterator[tuple[str, Binding]]:
        start = get_end(node)
        taken = list(list_taken_names(node, self._module.packages))
        for bound, module, name in taken:
            if name == "*":
                for starred in self._starred(module):
                    yield starred, Binding(start, until, f"{module}.{starred}")
            else:
                yield bound, Binding(start, until, module if name is None else f"{module}.{name}")
        if not taken:  # nobody knows from where
            yield from ((name_imported(alias), Binding(start, until)) for alias in node.names)


def _bind_unknown(names: Iterable[str]) -> Iterator[tuple[str, Binding]]:
    """*names* that have some value all over their scope."""
    return ((name, Binding(_FIRST, ALWAYS)) for name in names)


def _make_binding(bound: Bound, until: int, dotted: str | None = None) -> Binding:
    if bound.start < _FIRST:
        return Binding(bound.start, ALWAYS)
    until = until if bound.until is None else min(until, bound.until)
    return Binding(bound.start, until, dotted, bound.value)


def _get_start(binding: Binding) -> Position:
    return binding.start


def _keep_alive(bindings: list[Binding], name: ast.Name, inside: Sequence[Scope]) -> list[Binding]:
    """Those that may hold where *name* is read, in the scopes *inside* of theirs.

    What a function reads may also have been bound after the function was made.
    """
    function = next((one for one in inside if isinstance(one, Function | ast.Lambda)), None)
    place = name if function is None else function
    position = (place.lineno, place.col_offset)
    here = bisect_right(bindings, position, key=_get_start)
    last = len(bindings) if function is not None or not here else here
    for at in range(here - 1, -1, -1):
        if bindings[at].until >= position[0]:
            return bindings[at:last]
    return bindings[:last]
