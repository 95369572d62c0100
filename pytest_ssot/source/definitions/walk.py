"""Finds in one file what is another of a symbol that is to be single: a walk over statements."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from pytest_ssot.model import Form, Kind
from pytest_ssot.source.definitions.exported_names import Offers
from pytest_ssot.source.definitions.routes import Home, Route, Routes
from pytest_ssot.source.definitions.shapes import list_values, makes_class
from pytest_ssot.source.names.scopes import Scopes
from pytest_ssot.source.uses.site_walker import Meant, ScannedFile, SiteWalker
from pytest_ssot.source.uses.use import Use
from pytest_ssot.syntax.bindings import find_pairs
from pytest_ssot.syntax.definitions import find_renamed_base, is_no_definition
from pytest_ssot.syntax.nodes import Definition, Function
from pytest_ssot.syntax.relative_names import resolve_modules


class Wished(NamedTuple):
    """What to look for: the homes of each name, routes, and whose subclasses count.

    *sources* are the modules that a home itself has its symbol from.
    """

    defined: Mapping[str, Sequence[Home]]
    routes: Routes
    sources: Callable[[Home], frozenset[str]]
    renamed: Callable[[Home], bool]


class FoundDefinitions(NamedTuple):
    """Violations; which names of the module are routes too; all local names of a symbol.

    The ``rule`` of each use is the key of the route that it came by.
    """

    uses: list[Use]
    exports: list[tuple[str, Use]]
    names: set[str]


class DefinitionWalker(SiteWalker):
    """Walks over those parts of *file* that matter.

    *public* tells what ``import *`` takes from a module (None: not known).
    """

    leaves_out_checking = True  # never comes to life

    def __init__(
        self,
        file: ScannedFile,
        wished: Wished,
        public: Callable[[str], frozenset[str] | None],
    ) -> None:
        super().__init__(file)
        self.found = FoundDefinitions([], [], set())
        self._wished = wished
        self._public = public
        self._scopes = Scopes(file.module)
        self._offers = Offers(file)
        #: What stars brought, by name: no statement says these.
        self._starred: dict[str, Route] = {}

    # -- statements -----------------------------------------------------------

    def look_at_statement(self, node: ast.stmt) -> None:
        if isinstance(node, ast.ImportFrom):
            self._visit_from(node)
            return
        if self.is_at_top:
            self._visit_assigned(node)
        self.visit_parts(node)

    def visit_expression(self, node: ast.expr) -> None:
        """Nothing: statements define."""

    def look_at_definition(self, node: Definition) -> None:
        if isinstance(node, Function):
            if self.is_at_top and not is_no_definition(node):
                self._tell_defined(node)
        elif not self._tell_defined(node):
            base = find_renamed_base(node)
            for route in self._find_meant(base) if base is not None else ():
                if self._wished.renamed(route.home):
                    self._tell_route(node, route, Form.SUBCLASS, node.name)

    def _tell_defined(self, node: Definition) -> bool:
        """Whether *node* defines again what has another home, which is then told."""
        again = list(self._find_homes(node.name))
        for home in again:
            self.found.uses.append(
                self._make_use(node, home.symbol, home, Form.DEFINITION, node.name)
            )
        return bool(again)

    def _find_homes(self, name: str) -> Iterator[Home]:
        """The homes of what is called *name*, if this file is none of them."""
        called = self._wished.defined.get(name, ())
        if not any(self._is_home(home) for home in called):
            yield from called

    def _is_home(self, home: Home) -> bool:
        names = self.file.names
        return home.module in names or not self._wished.sources(home).isdisjoint(names)

    def _visit_assigned(self, node: ast.stmt) -> None:
        for name, value in find_pairs(node):
            for home in self._find_homes(name) if makes_class(value, name) else ():
                use = self._make_use(node, home.symbol, home, Form.DEFINITION, name)
                self.found.uses.append(use)
            for route in self._find_meant(value):
                self._tell_alias(node, route, name)

    def _tell_alias(self, node: ast.stmt, route: Route, name: str) -> None:
        home = route.home
        self.found.names.add(name)
        is_own = name == home.name and self._may_offer(home)
        use = self._make_use(node, route.key, home, Form.ALIAS, name)
        if not is_own:
            self.found.uses.append(use)
        self._note_export(name, node, use)

    # -- imports --------------------------------------------------------------

    def _visit_from(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            for module in resolve_modules(node, self.module.packages):
                taken = list(self._find_taken(module, alias.name))
                for route in taken:
                    self._tell_imported(node, alias, route)
                if taken:
                    break

    def _find_taken(self, module: str, name: str) -> Iterator[Route]:
        routes = self._wished.routes.routes_of(module)
        if name != "*":
            yield from filter(None, (routes.get(name),))
        elif routes:
            public = self._public(module)
            for one, route in routes.items():
                if one in public if public is not None else not one.startswith("_"):
                    yield route

    def _tell_imported(self, node: ast.ImportFrom, alias: ast.alias, route: Route) -> None:
        star = alias.name == "*"
        bound = route.name if star else alias.asname or alias.name
        self.found.names.add(bound)
        if star:
            self._starred[bound] = route
        if route.home.module in self.file.names:
            return  # the home's own business
        use = self._make_use(node, route.key, route.home, Form.STAR if star else Form.FROM, bound)
        offered = self.is_at_top and not self._may_offer(route.home)
        if (offered and self._is_offered(alias, route, bound)) or self._is_detour(alias, route):
            self.found.uses.append(use)
        self._note_export(bound, node, use)

    def _is_offered(self, alias: ast.alias, route: Route, bound: str) -> bool:
        """Whether an import at the top is there for others."""
        if alias.name == "*":
            home = route.key == route.home.symbol
            brought = {bound, *(self._public(route.home.module) or ())} if home else {bound}
            return route.state == "right" and self._offers.offers_all(brought, home=home)
        return self._offers.offers(bound) or alias.asname == alias.name

    def _is_detour(self, alias: ast.alias, route: Route) -> bool:
        """Whether an import takes what another module has for its own use alone.

        A star takes what comes with it, and means what is used.
        """
        return route.state == "open" and (alias.name != "*" or self._offers.uses(route.name))

    def _may_offer(self, home: Home) -> bool:
        may = {home.module, *home.also_from}
        return not may.isdisjoint(self.file.names)

    # -- names ----------------------------------------------------------------

    def _find_meant(self, node: ast.expr) -> list[Route]:
        """The routes that the expression *node* may take."""
        found = [route for value in list_values(node) for route in self._find_routes(value)]
        return list(dict.fromkeys(found))

    def _find_routes(self, node: ast.expr) -> Iterator[Route]:
        if not isinstance(node, ast.Name | ast.Attribute):
            return
        for path, rest in self._scopes.resolve_chain(node, self.enclosing):
            route = self._wished.routes.find_dotted(".".join((path, *rest)))
            if route is not None:
                yield route
        if isinstance(node, ast.Name):
            yield from self._find_own(node)

    def _find_own(self, node: ast.Name) -> Iterator[Route]:
        """What the top of this module binds by itself, or by a star."""
        bound = self._scopes.find_bindings(node, self.enclosing)
        if bound is None:
            yield from filter(None, (self._starred.get(node.id),))
        elif len(bound[1]) == 1:
            for module in self.file.names:
                yield from filter(None, (self._wished.routes.routes_of(module).get(node.id),))

    # -- what is found --------------------------------------------------------

    def _tell_route(self, node: ast.stmt, route: Route, form: Form, name: str) -> None:
        self.found.uses.append(self._make_use(node, route.key, route.home, form, name))

    def _note_export(self, name: str, node: ast.stmt, use: Use) -> None:
        if self.is_at_top and not self.module.replaces(name, node):
            self.found.exports.append((name, use))

    def _make_use(self, node: ast.stmt, key: str, home: Home, form: Form, name: str) -> Use:
        meant = Meant(key, home.symbol, Kind.DEFINITION, name)
        return self.make_use(node, meant, form, end_line=self.module.find_end_of_head(node))
