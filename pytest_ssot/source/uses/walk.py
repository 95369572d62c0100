"""Finds the uses of targets in one file: a walk over those parts of its tree that speak of one."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import NamedTuple

from pytest_ssot.model import Form
from pytest_ssot.rules.lookup import Target
from pytest_ssot.source.names.scopes import Scopes
from pytest_ssot.source.uses import path_strings
from pytest_ssot.source.uses.calls import find_code, find_told
from pytest_ssot.source.uses.matching import Hit, Matcher
from pytest_ssot.source.uses.quoted_source import find_quoted_types, parse_code
from pytest_ssot.source.uses.site_walker import Meant, ScannedFile, SiteWalker
from pytest_ssot.source.uses.use import Use
from pytest_ssot.syntax.nodes import get_start, name_called
from pytest_ssot.syntax.relative_names import resolve_modules

#: ``f"…"``, and ``t"…"`` where Python has it: a piece of one is no string by itself.
_PIECED = frozenset(("JoinedStr", "TemplateStr"))


class FoundUses(NamedTuple):
    """The uses in a file, in no order; and those whose names others can import from it.

    *exports* are by the name that the top of the module binds.
    """

    uses: list[Use]
    exports: list[tuple[str, Use]]


def find_uses(file: ScannedFile, matcher: Matcher) -> FoundUses:
    """All uses in *file*."""
    walker = _UseWalker(file, matcher)
    walker.walk()
    return walker.found


class _UseWalker(SiteWalker):
    def __init__(self, file: ScannedFile, matcher: Matcher) -> None:
        super().__init__(file)
        self.found = FoundUses([], [])
        self._matcher = matcher
        self._scopes = Scopes(file.module)
        #: The code in strings that is being executed.
        self._executed: list[ast.Module] = []
        self._names_plugins = False
        self._in_setup = file.path.rpartition("/")[2] == "setup.py"

    # -- statements -------------------------------------------------------

    def look_at_statement(self, node: ast.stmt) -> None:
        if isinstance(node, ast.Import):
            self._visit_import(node)
        elif isinstance(node, ast.ImportFrom):
            self._visit_from(node)
        elif isinstance(node, ast.AnnAssign):
            self.look_at_annotation(node.annotation)
            for part in (node.target, node.value):
                if part is not None:
                    self.visit_expression(part)
        elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            # A string by itself is a docstring, or as good as a comment.
            self._names_plugins = isinstance(node, ast.Assign) and _is_plugins(node.targets[0])
            self.visit_parts(node)
            self._names_plugins = False

    # -- imports ----------------------------------------------------------

    def _visit_import(self, node: ast.Import) -> None:
        for alias in node.names:
            hit = self._matcher.match_import(alias.name)
            if hit is not None:
                self._add_use(node, hit, Form.IMPORT, binds=self._name_passed_on(alias))

    def _visit_from(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            for module in resolve_modules(node, self.module.packages):
                hits = list(self._matcher.match_taken(module, alias.name))
                for hit in hits:
                    self._note_taken(node, module, alias, hit)
                if hits:
                    break

    def _note_taken(self, node: ast.ImportFrom, module: str, alias: ast.alias, hit: Hit) -> None:
        if alias.name != "*":
            self._add_use(node, hit, Form.FROM, binds=self._name_passed_on(alias))
        elif hit.name != "*":
            self._add_use(node, hit, Form.STAR, binds=hit.name)
        else:
            self._add_use(node, hit, Form.STAR)
            for name in sorted(self._matcher.public(module) or ()):
                self._note_export(
                    name, node, self._make_hit_use(node, hit._replace(name=name), Form.STAR)
                )

    def _name_passed_on(self, alias: ast.alias) -> str | None:
        """The name that others may import; a stub has to say ``as`` for it (PEP 484)."""
        if self.file.is_stub:
            return alias.name if alias.asname == alias.name else None
        return alias.asname or (None if "." in alias.name else alias.name)

    # -- expressions ------------------------------------------------------

    def look_at_expression(self, node: ast.expr) -> None:
        if isinstance(node, ast.Constant):
            self._visit_string(node)
        elif isinstance(node, ast.Attribute):
            self._visit_attribute(node)
        elif isinstance(node, ast.Call):
            self._visit_call(node)
        elif type(node).__name__ in _PIECED:
            for part in ast.iter_child_nodes(node):
                if not isinstance(part, ast.Constant):
                    self.visit_parts(part)
        else:
            self.visit_parts(node)

    def _visit_attribute(self, node: ast.Attribute) -> None:
        self._note_reached(node, node, ())
        inner = node.value
        while isinstance(inner, ast.Attribute):
            inner = inner.value
        if not isinstance(inner, ast.Name):
            self.visit_expression(inner)

    def _note_reached(self, site: ast.expr, owner: ast.expr, more: Sequence[str]) -> None:
        """What *owner*, and the attributes *more* of it, reach through a name."""
        if not self._matcher.may_be_reached(_list_attributes(owner), more):
            return
        for path, attributes in self._scopes.resolve_chain(owner, self.enclosing):
            for hit, perhaps_told in self._matcher.match_attributes(path, (*attributes, *more)):
                target = hit.target
                if not (perhaps_told and self._is_stated(site, target)):
                    self._add_use(site, hit, Form.ATTRIBUTE)
                    return

    def _is_stated(self, site: ast.expr, target: Target) -> bool:
        """Whether an import statement that has run where *site* is reached tells of *target*."""
        before, below = self.module.imports_before, target.submodules
        return before.has_run(target.module, get_start(site), below=below) or any(
            before.runs_in(tree, target.module, below=below) for tree in self._executed
        )

    def _visit_call(self, node: ast.Call) -> None:
        called = name_called(node)
        if called == "ssot_allow":
            return  # names the target to excuse its use
        for one in find_told(node, self.module.packages):
            if one.owner is not None:
                self._note_reached(node, one.owner, (one.name,))
            elif self._note_dotted(one.text, node, one.form, is_module=one.is_module):
                self.done.add(one.node)
        source = find_code(node)
        if source is not None:
            self._visit_executed(node, source)
        elif called == "cast" and node.args:
            self._visit_types(node.args[0])
        self.visit_parts(node)

    def _visit_executed(self, node: ast.Call, source: str) -> None:
        """What *node* executes, as if it stood in its place."""
        tree = parse_code(source, node)
        if tree is not None:
            self.done.add(node.args[0])
            self._executed.append(tree)
            with self.enter_scope(tree):
                self.visit_statements(tree.body)
            self._executed.pop()

    def _visit_string(self, node: ast.Constant) -> None:
        text = node.value
        if not isinstance(text, str):
            return
        if self._in_setup and "=" in text:
            for name in path_strings.list_entries(text):
                self._note_dotted(name, node, Form.STRING)
        elif self._names_plugins or path_strings.may_name(text):
            self._note_dotted(text, node, Form.STRING)

    def _note_dotted(
        self, text: str, site: ast.expr, form: Form, *, is_module: bool = False
    ) -> bool:
        meant = self._matcher.match_import if is_module else self._matcher.match_string
        hit = meant(text) if path_strings.is_path(text) else None
        if hit is not None:
            self._add_use(site, hit, form)
        return hit is not None

    def look_at_annotation(self, node: ast.expr) -> None:
        if self.concerns(node):
            self._visit_types(node)
            self.visit_expression(node)

    def _visit_types(self, node: ast.expr) -> None:
        """What the annotation *node* quotes: ``"old.Name"`` is code too (PEP 484)."""
        for part in find_quoted_types(node):
            tree = parse_code(str(part.value), part) if self.concerns(part) else None
            if tree is None:
                continue
            names = [inner for inner in ast.walk(tree) if isinstance(inner, ast.Name)]
            if any(self._scopes.find_paths(name, self.enclosing) for name in names):
                self.done.add(part)
            for stmt in tree.body:
                if isinstance(stmt, ast.Expr) and not isinstance(stmt.value, ast.Constant):
                    self.look_at_annotation(stmt.value)

    # -- what is found ----------------------------------------------------

    def _add_use(
        self, node: ast.stmt | ast.expr, hit: Hit, form: Form, binds: str | None = None
    ) -> None:
        use = self._make_hit_use(node, hit, form)
        self.found.uses.append(use)
        if binds is not None and isinstance(node, ast.stmt):
            self._note_export(binds, node, use)

    def _note_export(self, name: str, node: ast.stmt, use: Use) -> None:
        checking = self.standing == "type-checking" and not self.file.is_stub
        if self.is_at_top and not checking and not self.module.replaces(name, node):
            self.found.exports.append((name, use))

    def _make_hit_use(self, node: ast.stmt | ast.expr, hit: Hit, form: Form) -> Use:
        meant = Meant(hit.target.rule, hit.target.text, hit.kind, hit.name)
        return self.make_use(node, meant, Form.DYNAMIC if self._executed else form)


def _list_attributes(node: ast.expr) -> list[str]:
    """``two``, ``one`` of ``name.one.two``."""
    found = []
    while isinstance(node, ast.Attribute):
        found.append(node.attr)
        node = node.value
    return found


def _is_plugins(target: ast.expr) -> bool:
    """Whether *target* is the name by which pytest knows a file's plugins: modules, all of them."""
    return isinstance(target, ast.Name) and target.id == "pytest_plugins"
