"""Finds in one file what is another of a symbol that is to be single: a walk over statements."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from pytest_ssot.model import Form, Kind, Scope, Site
from pytest_ssot.source.definitions.exported_names import Offers
from pytest_ssot.source.definitions.routes import Home, Route, Routes
from pytest_ssot.source.definitions.shapes import (
    assigned,
    header_end,
    is_no_definition,
    makes_class,
    only_renames,
    values,
)
from pytest_ssot.source.names.scopes import Function, Scopes
from pytest_ssot.source.names.scopes import Scope as Enclosing
from pytest_ssot.source.names.statements import climbed
from pytest_ssot.source.text.columns import Columns
from pytest_ssot.source.text.trees import Tree
from pytest_ssot.source.uses.pytest_marks import assigned as marks_assigned
from pytest_ssot.source.uses.pytest_marks import decorating
from pytest_ssot.source.uses.use import Mark, Use


class File(NamedTuple):
    """A file: its *path*, the *names* that it goes by, the *packages* its imports start from.

    *public* tells what ``import *`` takes from a module (None: not known).
    """

    path: str
    names: Collection[str]
    packages: Sequence[str]
    public: Callable[[str], frozenset[str] | None]


class Wished(NamedTuple):
    """What to look for: the homes of each name, routes, and whose subclasses count.

    *sources* are the modules that a home itself has its symbol from.
    """

    defined: Mapping[str, Sequence[Home]]
    routes: Routes
    sources: Callable[[Home], frozenset[str]]
    renamed: Callable[[Home], bool]


class Found(NamedTuple):
    """Violations; which names of the module are routes too; all local names of a symbol.

    The ``rule`` of each use is the key of the route that it came by.
    """

    uses: list[Use]
    exports: list[tuple[str, Use]]
    names: set[str]


class Walker:
    """Walks over those parts of *tree* that matter."""

    def __init__(self, file: File, tree: Tree, wished: Wished) -> None:
        assert tree.tree is not None
        self.found = Found([], [], set())
        self._file = file
        self._wished = wished
        self._module = tree.tree
        self._lines = tree.lines
        self._text = tree.text.split("\n")
        self._columns = Columns(tree.text)
        self._scopes = Scopes(tree.tree, file.packages, tree.text)
        self._offers = Offers(file.path, tree)
        self._enclosing: list[Enclosing] = [tree.tree]
        self._marked: list[tuple[Mark, ...]] = [tuple(marks_assigned(tree.tree.body))]
        self._scope = Scope.MODULE
        #: What stars brought, by name: no statement says these.
        self._starred: dict[str, Route] = {}

    def walk(self) -> Found:
        self._statements(self._module.body)
        return self.found

    # -- statements -----------------------------------------------------------

    def _statements(self, body: Sequence[ast.stmt]) -> None:
        for node in body:
            if self._concerns(node):
                self._statement(node)

    def _statement(self, node: ast.stmt) -> None:
        if isinstance(node, ast.ImportFrom):
            self._from(node)
        elif isinstance(node, ast.ClassDef):
            self._class(node)
        elif isinstance(node, Function):
            self._function(node)
        elif isinstance(node, ast.If):
            for body, typed in zip(
                (node.body, node.orelse), self._scopes.typed(node.test), strict=True
            ):
                if not typed:  # never comes to life
                    self._statements(body)
        elif isinstance(node, ast.Try | ast.TryStar):
            with self._within(Scope.TRY):
                self._blocks(node)
        else:
            if len(self._enclosing) == 1:
                self._assigned(node)
            self._blocks(node)

    def _blocks(self, node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.stmt):
                if self._concerns(child):
                    self._statement(child)
            elif isinstance(child, ast.ExceptHandler | ast.match_case):
                self._blocks(child)

    def _class(self, node: ast.ClassDef) -> None:
        self._marked.append((*self._marked[-1], *decorating(node)))
        if not self._defined(node):
            base = only_renames(node)
            for route in self._meant(base) if base is not None else ():
                if self._wished.renamed(route.home):
                    self._tell(node, route, Form.SUBCLASS, node.name)
        with self._within(Scope.CLASS, node):
            self._statements(node.body)
        self._marked.pop()

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._marked.append((*self._marked[-1], *decorating(node)))
        if len(self._enclosing) == 1 and not is_no_definition(node):
            self._defined(node)
        with self._within(Scope.FUNCTION, node):
            self._statements(node.body)
        self._marked.pop()

    def _defined(self, node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
        """Whether *node* defines again what has another home, which is then told."""
        again = list(self._again(node.name))
        for home in again:
            self.found.uses.append(self._use(node, home.symbol, home, Form.DEFINITION, node.name))
        return bool(again)

    def _again(self, name: str) -> Iterator[Home]:
        """The homes of what is called *name*, if this file is none of them."""
        called = self._wished.defined.get(name, ())
        if not any(self._is_home(home) for home in called):
            yield from called

    def _is_home(self, home: Home) -> bool:
        names = self._file.names
        return home.module in names or not self._wished.sources(home).isdisjoint(names)

    def _assigned(self, node: ast.stmt) -> None:
        for name, value in assigned(node):
            for home in self._again(name) if makes_class(value, name) else ():
                use = self._use(node, home.symbol, home, Form.DEFINITION, name)
                self.found.uses.append(use)
            for route in self._meant(value):
                self._alias(node, route, name)

    def _alias(self, node: ast.stmt, route: Route, name: str) -> None:
        home = route.home
        self.found.names.add(name)
        is_own = name == home.name and self._may_offer(home)
        use = self._use(node, route.key, home, Form.ALIAS, name)
        if not is_own:
            self.found.uses.append(use)
        self._export(name, node, use)

    @contextmanager
    def _within(self, scope: Scope, node: Enclosing | None = None) -> Iterator[None]:
        before, self._scope = self._scope, scope
        if node is not None:
            self._enclosing.append(node)
        yield
        if node is not None:
            self._enclosing.pop()
        self._scope = before

    # -- imports --------------------------------------------------------------

    def _from(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            for module in climbed(self._file.packages, node.level, node.module or ""):
                taken = list(self._taken(module, alias.name))
                for route in taken:
                    self._imported(node, alias, route)
                if taken:
                    break

    def _taken(self, module: str, name: str) -> Iterator[Route]:
        routes = self._wished.routes.of(module)
        if name != "*":
            yield from filter(None, (routes.get(name),))
        elif routes:
            public = self._file.public(module)
            for one, route in routes.items():
                if one in public if public is not None else not one.startswith("_"):
                    yield route

    def _imported(self, node: ast.ImportFrom, alias: ast.alias, route: Route) -> None:
        star = alias.name == "*"
        bound = route.name if star else alias.asname or alias.name
        self.found.names.add(bound)
        if star:
            self._starred[bound] = route
        if route.home.module in self._file.names:
            return  # the home's own business
        use = self._use(node, route.key, route.home, Form.STAR if star else Form.FROM, bound)
        offered = len(self._enclosing) == 1 and not self._may_offer(route.home)
        if (offered and self._is_offered(alias, route, bound)) or self._is_detour(alias, route):
            self.found.uses.append(use)
        self._export(bound, node, use)

    def _is_offered(self, alias: ast.alias, route: Route, bound: str) -> bool:
        """Whether an import at the top is there for others."""
        if alias.name == "*":
            home = route.key == route.home.symbol
            brought = {bound, *(self._file.public(route.home.module) or ())} if home else {bound}
            return route.state == "right" and self._offers.offers_all(brought, home=home)
        return self._offers.offers(bound) or alias.asname == alias.name

    def _is_detour(self, alias: ast.alias, route: Route) -> bool:
        """Whether an import takes what another module has for its own use alone.

        A star takes what comes with it, and means what is used.
        """
        return route.state == "open" and (alias.name != "*" or self._offers.uses(route.name))

    def _may_offer(self, home: Home) -> bool:
        may = {home.module, *home.also_from}
        return not may.isdisjoint(self._file.names)

    # -- names ----------------------------------------------------------------

    def _meant(self, node: ast.expr) -> list[Route]:
        """The routes that the expression *node* may take."""
        found = [route for value in values(node) for route in self._routes(value)]
        return list(dict.fromkeys(found))

    def _routes(self, node: ast.expr) -> Iterator[Route]:
        if not isinstance(node, ast.Name | ast.Attribute):
            return
        for path, rest in self._scopes.chain(node, self._enclosing):
            route = self._wished.routes.dotted(".".join((path, *rest)))
            if route is not None:
                yield route
        if isinstance(node, ast.Name):
            yield from self._own(node)

    def _own(self, node: ast.Name) -> Iterator[Route]:
        """What the top of this module binds by itself, or by a star."""
        bound = self._scopes.bound(node, self._enclosing)
        if bound is None:
            yield from filter(None, (self._starred.get(node.id),))
        elif len(bound[1]) == 1:
            for module in self._file.names:
                yield from filter(None, (self._wished.routes.of(module).get(node.id),))

    # -- what is found --------------------------------------------------------

    def _concerns(self, node: ast.stmt) -> bool:
        """Whether any line of *node* speaks of what is looked for."""
        at = bisect_left(self._lines, node.lineno)
        return at < len(self._lines) and self._lines[at] <= (node.end_lineno or node.lineno)

    def _tell(self, node: ast.stmt, route: Route, form: Form, name: str) -> None:
        self.found.uses.append(self._use(node, route.key, route.home, form, name))

    def _export(self, name: str, node: ast.stmt, use: Use) -> None:
        at_top = len(self._enclosing) == 1
        if at_top and not self._scopes.replaces(self._module, name, node):
            self.found.exports.append((name, use))

    def _use(self, node: ast.stmt, key: str, home: Home, form: Form, name: str) -> Use:
        end = header_end(node, self._text)
        site = Site(
            self._file.path, node.lineno, self._columns.of(node), self._qualified(self._enclosing)
        )
        return Use(
            rule=key,
            target=home.symbol,
            kind=Kind.DEFINITION,
            name=name,
            site=site,
            end_line=end,
            form=form,
            scope=self._scope,
            marks=self._marked[-1],
            noted=any("ssot:" in line for line in self._text[node.lineno - 1 : end]),
        )

    @staticmethod
    def _qualified(enclosing: Sequence[Enclosing]) -> str:
        """As a traceback has it; a class body counts as where the class stands."""
        names: list[str] = []
        last = 0
        for node in enclosing:
            if isinstance(node, Function | ast.ClassDef):
                names.append(node.name)
                last = len(names) if isinstance(node, Function) else last
        return ".".join(names[:last]) or "<module>"
