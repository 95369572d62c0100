"""Finds the uses of targets in one file: a walk over those parts of its tree that speak of one."""

from __future__ import annotations

import ast
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from pytest_ssot.model import Form, Scope, Site
from pytest_ssot.source.calls import Told, told
from pytest_ssot.source.marks import marks
from pytest_ssot.source.matching import Hit, Matcher
from pytest_ssot.source.scopes import Comprehension, Function, Scopes, is_typing
from pytest_ssot.source.scopes import Scope as Enclosing
from pytest_ssot.source.use import Use

#: A dotted path with at least two parts, or ``a.b:Name``.
_DOTTED = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*(?::[^\W\d]\w*(?:\.[^\W\d]\w*)*)?")
#: A line of ``entry_points`` in setup.py: ``name = a.b:main``.
_ENTRY = re.compile(r"\s*[\w.\- ]+?\s*=\s*([\w.]+(?::[\w.]+)?)\s*(?:\[.*\])?\s*")


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
        self._text = source.text.split("\n")
        self._enclosing: list[Enclosing] = [source.tree]
        self._marked: list[ast.stmt] = []
        self._scope = Scope.TYPE_CHECKING if source.typed else Scope.MODULE
        self._scopes = Scopes(self._module_of)
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
            self._children(node)  # a string by itself is a docstring, or as good as a comment

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
        self._marked.append(node)
        for decorator in node.decorator_list:
            self._expression(decorator)
        if isinstance(node, ast.ClassDef):
            for base in (*node.bases, *(one.value for one in node.keywords)):
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
        typing = is_typing(node.test)
        for body, is_typed in ((node.body, typing is True), (node.orelse, typing is False)):
            if is_typed:
                with self._within(Scope.TYPE_CHECKING):
                    self._statements(body)
            else:
                self._statements(body)

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
                self._add(node, hit, Form.IMPORT, binds=alias.asname)

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
            self._add(node, hit, Form.FROM, binds=alias.asname or alias.name)
        elif hit.name != "*":
            self._add(node, hit, Form.STAR, binds=hit.name)
        else:
            self._add(node, hit, Form.STAR)
            for name in sorted(self._matcher.public(module) or ()):
                self._export(name, self._use(node, hit._replace(name=name), Form.STAR))

    def _modules_of(self, node: ast.ImportFrom) -> list[str]:
        """The modules that *node* may take from: a file may go by several names."""
        if not node.level:
            return [node.module or ""]
        found = []
        for package in self._source.packages:
            parts = package.split(".")
            base = parts[: len(parts) - node.level + 1]
            if base:
                found.append(".".join([*base, *filter(None, [node.module])]))
        return found

    def _module_of(self, node: ast.ImportFrom) -> str:
        return next(iter(self._modules_of(node)), "")

    # -- expressions ------------------------------------------------------

    def _expression(self, node: ast.expr) -> None:
        if not self._concerns(node):
            return
        if isinstance(node, ast.Constant):
            self._string(node)
        elif isinstance(node, ast.Attribute):
            self._attribute(node)
        elif isinstance(node, ast.Call):
            self._call(node)
        elif isinstance(node, ast.JoinedStr):
            for part in node.values:
                if isinstance(part, ast.FormattedValue):
                    self._children(part)
        elif isinstance(node, ast.Lambda | Comprehension):
            self._enclosing.append(node)
            self._children(node)
            self._enclosing.pop()
        else:
            self._children(node)

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
        consumed: list[Told] = []
        for one in told(node, self._source.packages):
            if one.owner is not None:
                self._reached(node, one.owner, (one.name,))
            elif self._dotted(one.text, node, Form.DYNAMIC if one.dynamic else Form.STRING):
                consumed.append(one)
        self._expression(node.func)
        for value in (*node.args, *(one.value for one in node.keywords)):
            if not any(value is one.node for one in consumed):
                self._expression(value)

    def _string(self, node: ast.Constant) -> None:
        text = node.value
        if not isinstance(text, str):
            return
        if self._in_setup and "=" in text:
            for line in text.splitlines():
                entry = _ENTRY.fullmatch(line)
                if entry is not None:
                    self._dotted(entry[1], node, Form.STRING)
        # One word alone may be anything.
        elif "." in text or ":" in text:
            self._dotted(text, node, Form.STRING)

    def _dotted(self, text: str, site: ast.expr, form: Form) -> bool:
        hit = self._matcher.string(text) if _DOTTED.fullmatch(text) else None
        if hit is not None:
            self._add(site, hit, form)
        return hit is not None

    def _annotation(self, node: ast.expr | None) -> None:
        """*node*, and what it quotes: ``"old.Name"`` is code too (PEP 484)."""
        if node is None or not self._concerns(node):
            return
        self._expression(node)
        for part in ast.walk(node):
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                for owner in _quoted(part.value, part.lineno):
                    self._reached(part, owner, ())

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
        if binds is not None:
            self._export(binds, use)

    def _export(self, name: str, use: Use) -> None:
        typed = self._scope is Scope.TYPE_CHECKING and not self._source.typed
        if len(self._enclosing) == 1 and not typed:
            self.found.exports.append((name, use))

    def _use(self, node: ast.stmt | ast.expr, hit: Hit, form: Form) -> Use:
        return Use(
            rule=hit.target.rule,
            target=hit.target.text,
            kind=hit.kind,
            name=hit.name,
            site=Site(self._source.path, node.lineno, self._column(node), self._function()),
            end_line=node.end_lineno or node.lineno,
            form=form,
            scope=self._scope,
            marks=marks(self._source.tree, self._marked),
            noted=any("ssot:" in line for line in self._text[node.lineno - 1 : node.end_lineno]),
        )

    def _column(self, node: ast.stmt | ast.expr) -> int:
        """Python counts bytes of UTF-8, users count characters."""
        line = self._text[node.lineno - 1]
        if line.isascii():
            return node.col_offset
        before = line.encode("utf-8", "surrogatepass")[: node.col_offset]
        return len(before.decode("utf-8", "surrogatepass"))

    def _function(self) -> str:
        """As a traceback has it; a class body counts as where the class stands."""
        names: list[str] = []
        last = 0
        for one in self._enclosing:
            if isinstance(one, Function | ast.ClassDef):
                names.append(one.name)
                last = len(names) if isinstance(one, Function) else last
        return ".".join(names[:last]) or "<module>"


def _attributes(node: ast.expr) -> list[str]:
    """``two``, ``one`` of ``name.one.two``."""
    found = []
    while isinstance(node, ast.Attribute):
        found.append(node.attr)
        node = node.value
    return found


def _quoted(text: str, line: int) -> list[ast.Attribute]:
    """The attributes that the quoted annotation *text*, which stands at *line*, reads."""
    try:
        tree = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError):
        return []
    found = [one for one in ast.walk(tree) if isinstance(one, ast.Attribute)]
    inner = {id(one.value) for one in found}
    for one in ast.walk(tree):
        if isinstance(one, ast.Name):
            one.lineno = line
    return [one for one in found if id(one) not in inner]
