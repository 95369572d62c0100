"""Finds where a file makes a class that only its factory may: a walk over all of its calls."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from pytest_ssot.model import Form, Kind
from pytest_ssot.source.constructions.guarded import (
    Guarded,
    find_defined_classes,
    find_starred_names,
)
from pytest_ssot.source.constructions.private_helpers import find_helpers
from pytest_ssot.source.constructions.values import Value, Values
from pytest_ssot.source.names.scopes import Scopes
from pytest_ssot.source.uses.calls import find_code
from pytest_ssot.source.uses.quoted_source import parse_code
from pytest_ssot.source.uses.site_walker import Meant, ScannedFile, SiteWalker
from pytest_ssot.source.uses.use import Use
from pytest_ssot.syntax.bindings import name_imported
from pytest_ssot.syntax.columns import find_called
from pytest_ssot.syntax.nodes import Definition, Function

#: Call what they are given first.
_CALLING = frozenset(
    (
        *("builtins.map", "builtins.filter", "itertools.starmap", "functools.reduce"),
        *("collections.defaultdict", "attr.Factory", "attrs.Factory"),
    )
)
#: Call what they are given first while somebody takes what they give.
_LAZY = frozenset(("builtins.map", "builtins.filter", "itertools.starmap"))
#: Take all that there is, at once.
_TAKING = frozenset(
    f"builtins.{one}"
    for one in (
        *("all", "any", "dict", "frozenset", "list", "max", "min", "next", "set", "sorted"),
        *("sum", "tuple"),
    )
)
#: The argument by which fields of dataclasses, attrs and pydantic are told what makes a value.
_FACTORIES = {"default_factory": None, "factory": ("attr.", "attrs.")}
#: Run where they stand, unlike a generator expression.
_AT_ONCE = ast.ListComp | ast.SetComp | ast.DictComp
#: Before Python 3.14 annotations are worked out where they stand, unless this is imported.
_LATER = "annotations"


class Made(NamedTuple):
    """The constructions in a file, in no order; the classes that others can import from it.

    *spared* are those in functions that only a factory calls: fine as long as no other file
    mentions one of these. *exports* are by the name that the top of the module binds.
    """

    uses: list[Use]
    spared: list[tuple[tuple[str, ...], Use]]
    exports: list[tuple[str, Use]]


def find_constructions(
    file: ScannedFile,
    classes: Sequence[Guarded],
    public: Callable[[str], Collection[str] | None],
) -> Made:
    """All constructions of *classes* in *file*.

    *public* tells what ``import *`` takes from a module (None: not known).
    """
    walker = _ConstructionWalker(file, classes, public)
    walker.walk()
    walker.tell_partials()
    return walker.made


class _ConstructionWalker(SiteWalker):
    leaves_out_checking = True

    def __init__(
        self,
        file: ScannedFile,
        classes: Sequence[Guarded],
        public: Callable[[str], Collection[str] | None],
    ) -> None:
        super().__init__(file)
        self.made = Made([], [], [])
        self._classes: dict[str, list[Guarded]] = {}
        for class_ in classes:
            self._classes.setdefault(class_.dotted, []).append(class_)
        made = dict(find_defined_classes(file.module, file.names, self._classes))
        self._scopes = Scopes(
            file.module,
            made=made,
            starred=lambda module: find_starred_names(module, classes, public),
        )
        self._values = Values(self._scopes, file.module.packages, made, self._classes)
        #: Where lazy calls are when they call: what takes all that they give.
        self._taken_by: dict[ast.expr, ast.expr] = {}
        #: The partials that were met, with what they make, and those that somebody here calls.
        self._partials: dict[ast.Call, Made] = {}
        self._called: set[ast.Call] = set()
        self._helpers: dict[tuple[str, ...], Mapping[str, frozenset[str]]] = {}
        self._imported = frozenset(
            name_imported(alias)
            for node, _ in file.module.statements
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        )
        self._postponed = any(
            isinstance(node, ast.ImportFrom)
            and node.module == "__future__"
            and any(alias.name == _LATER for alias in node.names)
            for node in file.module.tree.body
        )

    def tell_partials(self) -> None:
        """Tell of the partials that nobody here calls."""
        for partial, made in self._partials.items():
            if partial not in self._called:
                self.made.uses.extend(made.uses)
                self.made.spared.extend(made.spared)

    # -- statements -------------------------------------------------------

    def look_at_statement(self, node: ast.stmt) -> None:
        if isinstance(node, ast.ImportFrom | ast.Assign | ast.AnnAssign):
            self._visit_binding(node)
        else:
            self.visit_parts(node)

    def look_at_decorator(self, node: ast.expr) -> None:
        if self.concerns(node):
            self._tell_call(node, node)
            self.visit_expression(node)

    def look_at_annotation(self, node: ast.expr) -> None:
        if not self._postponed:
            self.visit_expression(node)

    def _visit_binding(self, node: ast.ImportFrom | ast.Assign | ast.AnnAssign) -> None:
        if self.is_at_top:
            for name, value in self._find_bound_classes(node):
                if not self.module.replaces(name, node):
                    for guarded in self._classes.get(value.path, ()):
                        self.made.exports.append((name, self._make_use(node, guarded)))
        if isinstance(node, ast.AnnAssign):
            if not isinstance(self.enclosing[-1], Function):  # of a local one it is never
                self.look_at_annotation(node.annotation)
            self.visit_expression(node.target)
            if node.value is not None:
                self.visit_expression(node.value)
        else:
            self.visit_parts(node)

    def _find_bound_classes(
        self, node: ast.ImportFrom | ast.Assign | ast.AnnAssign
    ) -> Iterator[tuple[str, Value]]:
        """The names at the top of the module that *node* makes stand for classes."""
        if isinstance(node, ast.ImportFrom):
            yield from ((name, Value(path)) for name, path in self._scopes.list_imported(node))
            return
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets if node.value is not None else ():
            if isinstance(target, ast.Name) and node.value is not None:
                for value in self._values.find_classes(node.value, self.enclosing):
                    if value.partial is None:
                        yield target.id, value

    # -- expressions ------------------------------------------------------

    def look_at_expression(self, node: ast.expr) -> None:
        if isinstance(node, ast.Call):
            self._visit_call(node)
        else:
            self._note_display(node)
            self.visit_parts(node)

    def _note_display(self, node: ast.AST) -> None:
        """Where ``[*map(Manager, xs)]`` takes them."""
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            for part in node.elts:
                if isinstance(part, ast.Starred):
                    self._taken_by[part.value] = node

    def _visit_call(self, node: ast.Call) -> None:
        self._tell_call(node, node.func)
        paths = {value.path for value in self._values.find_values(node.func, self.enclosing)}
        site = self._taken_by.get(node, node)
        for part in node.args:
            inner = part.value if isinstance(part, ast.Starred) else part
            if isinstance(part, ast.Starred) or not paths.isdisjoint(_TAKING):
                self._taken_by[inner] = node
            elif not paths.isdisjoint(_LAZY):
                self._taken_by[inner] = site
        if not paths.isdisjoint(_CALLING) and node.args:
            self._tell_call(site if not paths.isdisjoint(_LAZY) else node, node.args[0])
        for keyword in node.keywords:
            rooms = _FACTORIES.get(keyword.arg or "", ())
            if rooms is None or any(path.startswith(rooms) for path in paths):
                self._tell_call(node, keyword.value)
        self._note_partial(node)
        source = find_code(node)
        if source is not None:
            self._visit_executed(node, source)
        self.visit_parts(node)

    def _visit_executed(self, node: ast.Call, source: str) -> None:
        """What *node* executes, as if it stood in its place."""
        tree = parse_code(source, node)
        if tree is not None:
            with self.enter_scope(tree):
                self.visit_statements(tree.body)

    def _tell_call(self, site: ast.expr, called: ast.expr) -> None:
        """Tell *site*, where *called* is called, if that makes a class."""
        for value in self._values.find_classes(called, self.enclosing):
            if value.partial is not None:
                self._called.add(value.partial)
            self._tell_value(self.made, site, value)

    def _note_partial(self, node: ast.Call) -> None:
        """Where nobody here calls a partial, it is told where it is made."""
        for value in self._values.find_classes(node, self.enclosing):
            if value.partial is node:
                self._tell_value(self._partials.setdefault(node, Made([], [], [])), node, value)
                for class_ in self._values.find_classes(node.args[0], self.enclosing):
                    self._called.update([class_.partial] if class_.partial else [])

    # -- what is found ----------------------------------------------------

    def _tell_value(self, made: Made, site: ast.expr, value: Value) -> None:
        within = [node.name for node in self.enclosing if isinstance(node, Definition)]
        for class_ in self._classes[value.path]:
            if class_.permits(self.file.names, within):
                continue
            spared = self._find_sparing(class_, within)
            if spared:
                made.spared.append((tuple(sorted(spared)), self._make_use(site, class_)))
            else:
                made.uses.append(self._make_use(site, class_))

    def _find_sparing(self, guarded: Guarded, within: Sequence[str]) -> frozenset[str]:
        """The functions that a site in one depends on; empty where it is told in any case."""
        here = all(isinstance(each, Function | _AT_ONCE) for each in self.enclosing[1:])
        if len(within) != 1 or not here or not guarded.has_factory_in(self.file.names):
            return frozenset()
        known = self._helpers.get(guarded.only_from)
        if known is None:
            known = find_helpers(
                self.module.tree, lambda inside: guarded.permits(self.file.names, inside)
            )
            self._helpers[guarded.only_from] = known
        return known.get(within[0], frozenset())

    def _make_use(self, node: ast.stmt | ast.expr, one: Guarded) -> Use:
        meant = Meant(one.rule, one.target, Kind.CONSTRUCTION, None)
        return self.make_use(node, meant, Form.CALL, shown_at=find_called(node, self._imported))
