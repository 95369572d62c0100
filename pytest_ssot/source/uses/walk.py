"""Finds the uses of targets in one file: a walk over those parts of its tree that speak of one."""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from pytest_ssot.model import Form, Scope, Site
from pytest_ssot.source.names.scopes import Comprehension, Function, Scopes
from pytest_ssot.source.names.scopes import Scope as Enclosing
from pytest_ssot.source.names.statements import climbed
from pytest_ssot.source.text.columns import Columns, function_of
from pytest_ssot.source.uses import path_strings
from pytest_ssot.source.uses.calls import called_with_code, told
from pytest_ssot.source.uses.matching import Hit, Matcher
from pytest_ssot.source.uses.pytest_marks import assigned, decorating
from pytest_ssot.source.uses.quoted_source import code, types
from pytest_ssot.source.uses.use import Mark, Use

#: ``f"…"``, and ``t"…"`` where Python has it: a piece of one is no string by itself.
_PIECED = frozenset(("JoinedStr", "TemplateStr"))
#: ``type A[T] = …``, where Python has it.
_TYPE_ALIAS: type[ast.AST] = getattr(ast, "TypeAlias", ast.Pass)


class Source(NamedTuple):
    """A file to look through.

    *lines* are the numbers of those that speak of a target, in order; nothing
    else is looked at. *typed*: all of it is for type checkers (a stub).
    """

    path: str
    text: str
    tree: ast.Module
    lines: Sequence[int]
    packages: Sequence[str]
    typed: bool = False


class Found(NamedTuple):
    """The uses in a file, in no order; and those whose names others can import from it.

    *exports* are by the name that the top of the module binds.
    """

    uses: list[Use]
    exports: list[tuple[str, Use]]


def find_uses(source: Source, matcher: Matcher) -> Found:
    """All uses in *source*."""
    walker = _Walker(source, matcher)
    walker.walk()
    return walker.found


class _Walker:
    def __init__(self, source: Source, matcher: Matcher) -> None:
        self.found = Found([], [])
        self._source = source
        self._matcher = matcher
        self._columns = Columns(source.text)
        self._enclosing: list[Enclosing] = [source.tree]
        self._marked: list[tuple[Mark, ...]] = [tuple(assigned(source.tree.body))]
        self._scope = Scope.TYPE_CHECKING if source.typed else Scope.MODULE
        self._scopes = Scopes(source.tree, source.packages, source.text)
        #: Strings that are read as code, and so not for themselves.
        self._read: set[ast.expr] = set()
        self._executed = False
        self._names_plugins = False
        self._in_setup = source.path.rpartition("/")[2] == "setup.py"

    def walk(self) -> None:
        self._statements(self._source.tree.body)

    # -- statements -------------------------------------------------------

    def _statements(self, body: Sequence[ast.stmt]) -> None:
        for node in body:
            if self._concerns(node):
                self._statement(node)

    def _statement(self, node: ast.stmt) -> None:
        if isinstance(node, ast.Import):
            self._import(node)
        elif isinstance(node, ast.ImportFrom):
            self._from(node)
        elif isinstance(node, Function | ast.ClassDef):
            self._definition(node)
        elif isinstance(node, ast.If):
            self._if(node)
        elif isinstance(node, ast.Try | ast.TryStar):
            with self._within(Scope.TRY):
                self._children(node)
        elif isinstance(node, ast.AnnAssign):
            self._annotation(node.annotation)
            for part in (node.target, node.value):
                if part is not None:
                    self._expression(part)
        elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            # A string by itself is a docstring, or as good as a comment.
            self._names_plugins = isinstance(node, ast.Assign) and _is_plugins(node.targets[0])
            with self._generic(node):
                self._children(node)
            self._names_plugins = False

    def _children(self, node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.stmt):
                if self._concerns(child):
                    self._statement(child)
            elif isinstance(child, ast.expr):
                self._expression(child)
            elif isinstance(child, ast.arg):
                self._annotation(child.annotation)
            else:
                self._children(child)

    def _definition(self, node: Function | ast.ClassDef) -> None:
        for decorator in node.decorator_list:
            self._expression(decorator)
        self._marked.append((*self._marked[-1], *decorating(node)))
        with self._generic(node):
            if isinstance(node, ast.ClassDef):
                for base in (*node.bases, *(keyword.value for keyword in node.keywords)):
                    self._expression(base)
                inner = Scope.CLASS
            else:
                self._children(node.args)
                self._annotation(node.returns)
                inner = Scope.FUNCTION
            with self._within(inner, node):
                self._statements(node.body)
        self._marked.pop()

    def _if(self, node: ast.If) -> None:
        self._expression(node.test)
        typed = self._scopes.typed(node.test)
        for body, is_typed in zip((node.body, node.orelse), typed, strict=True):
            if is_typed:
                with self._within(Scope.TYPE_CHECKING):
                    self._statements(body)
            else:
                self._statements(body)

    @contextmanager
    def _generic(self, node: ast.stmt) -> Iterator[None]:
        """The type parameters of *node* (PEP 695): names, as the parameters of a function are."""
        parameters = getattr(node, "type_params", ())
        if not parameters:
            yield
            return
        names = [ast.arg(parameter.name) for parameter in parameters]
        empty = ast.arguments(
            posonlyargs=[], args=names, kwonlyargs=[], kw_defaults=[], defaults=[]
        )
        scope = ast.Lambda(args=empty, body=ast.Constant(None))
        self._enclosing.append(ast.copy_location(scope, node))
        if not isinstance(node, _TYPE_ALIAS):  # its children are looked at anyway
            for parameter in parameters:
                self._children(parameter)
        yield
        self._enclosing.pop()

    @contextmanager
    def _within(self, scope: Scope, node: Enclosing | None = None) -> Iterator[None]:
        before = self._scope
        # What only a type checker reads stays so, whatever stands inside of it.
        self._scope = before if before is Scope.TYPE_CHECKING else scope
        if node is not None:
            self._enclosing.append(node)
        yield
        if node is not None:
            self._enclosing.pop()
        self._scope = before

    # -- imports ----------------------------------------------------------

    def _import(self, node: ast.Import) -> None:
        for alias in node.names:
            hit = self._matcher.imported(alias.name)
            if hit is not None:
                self._add(node, hit, Form.IMPORT, binds=self._passed_on(alias))

    def _from(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            for module in self._modules_of(node):
                hits = list(self._matcher.taken(module, alias.name))
                for hit in hits:
                    self._taken(node, module, alias, hit)
                if hits:
                    break

    def _taken(self, node: ast.ImportFrom, module: str, alias: ast.alias, hit: Hit) -> None:
        if alias.name != "*":
            self._add(node, hit, Form.FROM, binds=self._passed_on(alias))
        elif hit.name != "*":
            self._add(node, hit, Form.STAR, binds=hit.name)
        else:
            self._add(node, hit, Form.STAR)
            for name in sorted(self._matcher.public(module) or ()):
                self._export(name, node, self._use(node, hit._replace(name=name), Form.STAR))

    def _passed_on(self, alias: ast.alias) -> str | None:
        """The name that others may import; a stub has to say ``as`` for it (PEP 484)."""
        if self._source.typed:
            return alias.name if alias.asname == alias.name else None
        return alias.asname or (None if "." in alias.name else alias.name)

    def _modules_of(self, node: ast.ImportFrom) -> list[str]:
        """The modules that *node* may take from: a file may go by several names."""
        return climbed(self._source.packages, node.level, node.module or "")

    # -- expressions ------------------------------------------------------

    def _expression(self, node: ast.expr) -> None:
        if node in self._read or not self._concerns(node):
            return
        if isinstance(node, ast.Constant):
            self._string(node)
        elif isinstance(node, ast.Attribute):
            self._attribute(node)
        elif isinstance(node, ast.Call):
            self._call(node)
        elif type(node).__name__ in _PIECED:
            for part in ast.iter_child_nodes(node):
                if not isinstance(part, ast.Constant):
                    self._children(part)
        elif isinstance(node, ast.Lambda):
            self._children(node.args)
            self._enclosing.append(node)
            self._expression(node.body)
            self._enclosing.pop()
        elif isinstance(node, Comprehension):
            self._comprehension(node)
        else:
            self._children(node)

    def _comprehension(self, node: Comprehension) -> None:
        first = node.generators[0].iter  # is worked out before, and outside
        self._expression(first)
        self._read.add(first)
        self._enclosing.append(node)
        self._children(node)
        self._enclosing.pop()

    def _attribute(self, node: ast.Attribute) -> None:
        self._reached(node, node, ())
        inner = node.value
        while isinstance(inner, ast.Attribute):
            inner = inner.value
        if not isinstance(inner, ast.Name):
            self._expression(inner)

    def _reached(self, site: ast.expr, owner: ast.expr, more: Sequence[str]) -> None:
        """What *owner*, and the attributes *more* of it, reach through a name."""
        if not self._matcher.may_be_reached(_attributes(owner), more):
            return
        for path, attributes in self._scopes.chain(owner, self._enclosing):
            for hit, perhaps_told in self._matcher.attribute(path, (*attributes, *more)):
                target = hit.target
                stated = perhaps_told and self._scopes.states(
                    self._enclosing, target.module, below=target.submodules
                )
                if not stated:
                    self._add(site, hit, Form.ATTRIBUTE)
                    return

    def _call(self, node: ast.Call) -> None:
        called = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if called == "ssot_allow":
            return  # names the target to excuse its use
        for one in told(node, self._source.packages):
            if one.owner is not None:
                self._reached(node, one.owner, (one.name,))
            elif self._dotted(one.text, node, one.form, is_module=one.is_module):
                self._read.add(one.node)
        source = called_with_code(node)
        if source is not None:
            self._execute(node, source)
        elif called == "cast" and node.args:
            self._types(node.args[0])
        self._children(node)

    def _execute(self, node: ast.Call, source: str) -> None:
        """What *node* executes, as if it stood in its place."""
        tree = code(source, node)
        if tree is not None:
            self._read.add(node.args[0])
            self._enclosing.append(tree)
            self._executed = True
            self._statements(tree.body)
            self._executed = False
            self._enclosing.pop()

    def _string(self, node: ast.Constant) -> None:
        text = node.value
        if not isinstance(text, str):
            return
        if self._in_setup and "=" in text:
            for name in path_strings.entries(text):
                self._dotted(name, node, Form.STRING)
        elif self._names_plugins or path_strings.may_name(text):
            self._dotted(text, node, Form.STRING)

    def _dotted(self, text: str, site: ast.expr, form: Form, *, is_module: bool = False) -> bool:
        meant = self._matcher.imported if is_module else self._matcher.string
        hit = meant(text) if path_strings.is_path(text) else None
        if hit is not None:
            self._add(site, hit, form)
        return hit is not None

    def _annotation(self, node: ast.expr | None) -> None:
        if node is not None and self._concerns(node):
            self._types(node)
            self._expression(node)

    def _types(self, node: ast.expr) -> None:
        """What the annotation *node* quotes: ``"old.Name"`` is code too (PEP 484)."""
        for part in types(node):
            tree = code(str(part.value), part) if self._concerns(part) else None
            if tree is None:
                continue
            names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
            if any(self._scopes.paths(name, self._enclosing) for name in names):
                self._read.add(part)
            for statement in tree.body:
                if isinstance(statement, ast.Expr) and not isinstance(
                    statement.value, ast.Constant
                ):
                    self._annotation(statement.value)

    # -- what is found ----------------------------------------------------

    def _concerns(self, node: ast.stmt | ast.expr) -> bool:
        """Whether any line of *node* speaks of a target."""
        decorators = getattr(node, "decorator_list", ())
        first = decorators[0].lineno if decorators else node.lineno
        at = bisect_left(self._source.lines, first)
        lines = self._source.lines
        return at < len(lines) and lines[at] <= (node.end_lineno or node.lineno)

    def _add(
        self, node: ast.stmt | ast.expr, hit: Hit, form: Form, binds: str | None = None
    ) -> None:
        use = self._use(node, hit, form)
        self.found.uses.append(use)
        if binds is not None and isinstance(node, ast.stmt):
            self._export(binds, node, use)

    def _export(self, name: str, node: ast.stmt, use: Use) -> None:
        typed = self._scope is Scope.TYPE_CHECKING and not self._source.typed
        tree = self._source.tree
        if len(self._enclosing) == 1 and not typed and not self._scopes.replaces(tree, name, node):
            self.found.exports.append((name, use))

    def _use(self, node: ast.stmt | ast.expr, hit: Hit, form: Form) -> Use:
        function = function_of(self._enclosing)
        return Use(
            rule=hit.target.rule,
            target=hit.target.text,
            kind=hit.kind,
            name=hit.name,
            site=Site(self._source.path, node.lineno, self._columns.of(node), function),
            end_line=node.end_lineno or node.lineno,
            form=Form.DYNAMIC if self._executed else form,
            scope=self._scope,
            marks=self._marked[-1],
            noted=self._columns.say(node, "ssot:"),
        )


def _attributes(node: ast.expr) -> list[str]:
    """``two``, ``one`` of ``name.one.two``."""
    found = []
    while isinstance(node, ast.Attribute):
        found.append(node.attr)
        node = node.value
    return found


def _is_plugins(target: ast.expr) -> bool:
    """Whether *target* is the name by which pytest knows a file's plugins: modules, all of them."""
    return isinstance(target, ast.Name) and target.id == "pytest_plugins"
