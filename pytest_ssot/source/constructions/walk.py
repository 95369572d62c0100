"""Finds where a file makes a class that only its factory may: a walk over all of its calls."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from pytest_ssot.model import Form, Kind, Scope, Site
from pytest_ssot.source.constructions.guarded import Guarded, defined, starred
from pytest_ssot.source.constructions.private_helpers import helpers
from pytest_ssot.source.constructions.values import Value, Values
from pytest_ssot.source.names.aliases import touches
from pytest_ssot.source.names.scopes import Comprehension, Function, Scopes
from pytest_ssot.source.names.scopes import Scope as Enclosing
from pytest_ssot.source.text.columns import Columns, called_at, function_of, imported
from pytest_ssot.source.uses.calls import called_with_code
from pytest_ssot.source.uses.pytest_marks import assigned, decorating
from pytest_ssot.source.uses.quoted_source import code
from pytest_ssot.source.uses.use import Mark, Use
from pytest_ssot.source.uses.walk import Source

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
    source: Source,
    names: Sequence[str],
    classes: Sequence[Guarded],
    public: Callable[[str], Collection[str] | None],
) -> Made:
    """All constructions of *classes* in *source*, a file that goes by *names*.

    *public* tells what ``import *`` takes from a module (None: not known).
    """
    walker = _Walker(source, names, classes, public)
    walker.walk()
    return walker.made


class _Walker:
    def __init__(
        self,
        source: Source,
        names: Sequence[str],
        classes: Sequence[Guarded],
        public: Callable[[str], Collection[str] | None],
    ) -> None:
        self.made = Made([], [], [])
        self._source = source
        self._names = names
        self._classes: dict[str, list[Guarded]] = {}
        for class_ in classes:
            self._classes.setdefault(class_.dotted, []).append(class_)
        made = dict(defined(source.tree.body, names, self._classes))
        self._scopes = Scopes(
            source.tree,
            source.packages,
            source.text,
            made=made,
            starred=lambda module: starred(module, classes, public),
        )
        self._values = Values(self._scopes, source.packages, made, self._classes)
        self._columns = Columns(source.text)
        self._enclosing: list[Enclosing] = [source.tree]
        self._marked: list[tuple[Mark, ...]] = [tuple(assigned(source.tree.body))]
        self._scope = Scope.MODULE
        #: Where lazy calls are when they call: what takes all that they give.
        self._taken_by: dict[ast.expr, ast.expr] = {}
        #: The partials that were met, with what they make, and those that somebody here calls.
        self._partials: dict[ast.Call, Made] = {}
        self._called: set[ast.Call] = set()
        self._helpers: dict[tuple[str, ...], Mapping[str, frozenset[str]]] = {}
        self._imported = frozenset(imported(source.tree))
        self._postponed = any(
            isinstance(statement, ast.ImportFrom)
            and statement.module == "__future__"
            and any(alias.name == _LATER for alias in statement.names)
            for statement in source.tree.body
        )

    def walk(self) -> None:
        self._children(self._source.tree)
        for partial, made in self._partials.items():
            if partial not in self._called:
                self.made.uses.extend(made.uses)
                self.made.spared.extend(made.spared)

    # -- statements -------------------------------------------------------

    def _visit(self, node: ast.AST) -> None:
        if touches(node, self._source.lines):
            self._look(node)

    def _look(self, node: ast.AST) -> None:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                self._definition(node)
            case ast.If():
                self._if(node)
            case ast.Try() | ast.TryStar():
                with self._within(Scope.TRY):
                    self._children(node)
            case ast.ImportFrom() | ast.Assign() | ast.AnnAssign():
                self._binding(node)
            case ast.Call():
                self._call(node)
            case ast.Lambda():
                self._visit(node.args)
                with self._inside(node):
                    self._visit(node.body)
            case _ if isinstance(node, Comprehension):
                self._comprehension(node)
            case ast.arg(annotation=annotation):
                self._annotation(annotation)
            case _:
                self._displays(node)
                self._children(node)

    def _children(self, node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            self._visit(child)

    def _definition(self, node: Function | ast.ClassDef) -> None:
        for decorator in node.decorator_list:
            if touches(decorator, self._source.lines):
                self._calls(decorator, decorator)
                self._look(decorator)
        self._marked.append((*self._marked[-1], *decorating(node)))
        if isinstance(node, ast.ClassDef):
            for part in (*node.bases, *node.keywords):
                self._visit(part)
        else:
            self._visit(node.args)
            self._annotation(node.returns)
        inner = Scope.CLASS if isinstance(node, ast.ClassDef) else Scope.FUNCTION
        with self._within(inner), self._inside(node):
            for statement in node.body:
                self._visit(statement)
        self._marked.pop()

    def _if(self, node: ast.If) -> None:
        self._visit(node.test)
        typed = self._scopes.typed(node.test)
        for body, is_typed in zip((node.body, node.orelse), typed, strict=True):
            if not is_typed:  # else it never runs
                for statement in body:
                    self._visit(statement)

    def _binding(self, node: ast.ImportFrom | ast.Assign | ast.AnnAssign) -> None:
        if len(self._enclosing) == 1:
            for name, value in self._bound(node):
                if not self._scopes.replaces(self._source.tree, name, node):
                    for guarded in self._classes.get(value.path, ()):
                        self.made.exports.append((name, self._use(node, guarded)))
        if isinstance(node, ast.AnnAssign):
            if not isinstance(self._enclosing[-1], Function):  # of a local one it is never
                self._annotation(node.annotation)
            self._visit(node.target)
            if node.value is not None:
                self._visit(node.value)
        else:
            self._children(node)

    def _bound(
        self, node: ast.ImportFrom | ast.Assign | ast.AnnAssign
    ) -> Iterator[tuple[str, Value]]:
        """The names at the top of the module that *node* makes stand for classes."""
        if isinstance(node, ast.ImportFrom):
            yield from ((name, Value(path)) for name, path in self._scopes.imported(node))
            return
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets if node.value is not None else ():
            if isinstance(target, ast.Name) and node.value is not None:
                for value in self._values.classes(node.value, self._enclosing):
                    if value.partial is None:
                        yield target.id, value

    @contextmanager
    def _within(self, scope: Scope) -> Iterator[None]:
        before, self._scope = self._scope, scope
        yield
        self._scope = before

    @contextmanager
    def _inside(self, node: Enclosing) -> Iterator[None]:
        self._enclosing.append(node)
        yield
        self._enclosing.pop()

    # -- expressions ------------------------------------------------------

    def _annotation(self, node: ast.expr | None) -> None:
        if node is not None and not self._postponed:
            self._visit(node)

    def _comprehension(self, node: Comprehension) -> None:
        self._visit(node.generators[0].iter)  # is worked out before, and outside
        with self._inside(node):
            for child in ast.iter_child_nodes(node):
                if child is node.generators[0]:
                    for part in (node.generators[0].target, *node.generators[0].ifs):
                        self._visit(part)
                else:
                    self._visit(child)

    def _displays(self, node: ast.AST) -> None:
        """Where ``[*map(Manager, xs)]`` takes them."""
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            for part in node.elts:
                if isinstance(part, ast.Starred):
                    self._taken_by[part.value] = node

    def _call(self, node: ast.Call) -> None:
        self._calls(node, node.func)
        paths = {value.path for value in self._values.of(node.func, self._enclosing)}
        site = self._taken_by.get(node, node)
        for part in node.args:
            inner = part.value if isinstance(part, ast.Starred) else part
            if isinstance(part, ast.Starred) or not paths.isdisjoint(_TAKING):
                self._taken_by[inner] = node
            elif not paths.isdisjoint(_LAZY):
                self._taken_by[inner] = site
        if not paths.isdisjoint(_CALLING) and node.args:
            self._calls(site if not paths.isdisjoint(_LAZY) else node, node.args[0])
        for keyword in node.keywords:
            rooms = _FACTORIES.get(keyword.arg or "", ())
            if rooms is None or any(path.startswith(rooms) for path in paths):
                self._calls(node, keyword.value)
        self._partial(node)
        source = called_with_code(node)
        if source is not None:
            self._execute(node, source)
        self._children(node)

    def _execute(self, node: ast.Call, source: str) -> None:
        """What *node* executes, as if it stood in its place."""
        tree = code(source, node)
        if tree is not None:
            with self._inside(tree):
                self._children(tree)

    def _calls(self, site: ast.expr, called: ast.expr) -> None:
        """Tell *site*, where *called* is called, if that makes a class."""
        for value in self._values.classes(called, self._enclosing):
            if value.partial is not None:
                self._called.add(value.partial)
            self._tell(self.made, site, value)

    def _partial(self, node: ast.Call) -> None:
        """Where nobody here calls a partial, it is told where it is made."""
        for value in self._values.classes(node, self._enclosing):
            if value.partial is node:
                self._tell(self._partials.setdefault(node, Made([], [], [])), node, value)
                for class_ in self._values.classes(node.args[0], self._enclosing):
                    self._called.update([class_.partial] if class_.partial else [])

    # -- what is found ----------------------------------------------------

    def _tell(self, made: Made, site: ast.expr, value: Value) -> None:
        within = [
            node.name for node in self._enclosing if isinstance(node, Function | ast.ClassDef)
        ]
        for class_ in self._classes[value.path]:
            if class_.permits(self._names, within):
                continue
            spared = self._spared(class_, within)
            if spared:
                made.spared.append((tuple(sorted(spared)), self._use(site, class_)))
            else:
                made.uses.append(self._use(site, class_))

    def _spared(self, guarded: Guarded, within: Sequence[str]) -> frozenset[str]:
        """The functions that a site in one depends on; empty where it is told in any case."""
        here = all(isinstance(each, Function | _AT_ONCE) for each in self._enclosing[1:])
        if len(within) != 1 or not here or not guarded.has_factory_in(self._names):
            return frozenset()
        known = self._helpers.get(guarded.only_from)
        if known is None:
            known = helpers(self._source.tree, lambda inside: guarded.permits(self._names, inside))
            self._helpers[guarded.only_from] = known
        return known.get(within[0], frozenset())

    def _use(self, node: ast.stmt | ast.expr, guarded: Guarded) -> Use:
        site = called_at(node, self._imported)
        function = function_of(self._enclosing)
        return Use(
            rule=guarded.rule,
            target=guarded.target,
            kind=Kind.CONSTRUCTION,
            name=None,
            site=Site(self._source.path, site.lineno, self._columns.of(site), function),
            end_line=node.end_lineno or node.lineno,
            form=Form.CALL,
            scope=self._scope,
            marks=self._marked[-1],
            noted=self._columns.say(node, "ssot:"),
        )
