"""A walk over those parts of a tree that are on certain lines, to build others on.

It knows the scopes around each part, which scope a decorator, a default or an annotation is
worked out in, and which arm of an ``if`` is for type checkers alone.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

from pytest_ssot.syntax.heads import is_on
from pytest_ssot.syntax.module import Module
from pytest_ssot.syntax.nodes import TYPE_ALIASES, Comprehension, Definition, Function, Scope

#: The nearest thing around a part that tells when it runs.
Standing = Literal["module", "class", "function", "try", "type-checking"]


class TreeWalker:
    """Walks over what is on *lines*, sorted, of *module*; subclasses say what they look at.

    ``enclosing`` are the scopes around, the outermost first. *checking*: all of the module is
    for type checkers alone.
    """

    #: Whether what is for type checkers alone is left out.
    leaves_out_checking = False

    def __init__(self, module: Module, lines: Sequence[int], *, checking: bool = False) -> None:
        self.module = module
        self.enclosing: list[Scope] = [module.tree]
        self.standing: Standing = "type-checking" if checking else "module"
        self._lines = lines
        #: Are not looked at: they have been, or are read as something else.
        self.done: set[ast.expr] = set()

    # -- what subclasses say --------------------------------------------------

    def look_at_statement(self, node: ast.stmt) -> None:
        """Look at *node*, which is no definition, no ``if`` and no ``try``."""
        self.visit_parts(node)

    def look_at_expression(self, node: ast.expr) -> None:
        """Look at *node*, which is no lambda and no comprehension."""
        self.visit_parts(node)

    def look_at_decorator(self, node: ast.expr) -> None:
        self.visit_expression(node)

    def look_at_annotation(self, node: ast.expr) -> None:
        self.visit_expression(node)

    def look_at_definition(self, node: Definition) -> None:
        """Look at what *node* says before its body, without its decorators."""
        if isinstance(node, ast.ClassDef):
            for base in (*node.bases, *(keyword.value for keyword in node.keywords)):
                self.visit_expression(base)
            return
        self.visit_parts(node.args)
        if node.returns is not None:
            self.look_at_annotation(node.returns)

    @contextmanager
    def enter_definition(self, node: Definition) -> Iterator[None]:
        """Be in *node*, its decorators left behind."""
        yield

    # -- the walk -------------------------------------------------------------

    def walk(self) -> None:
        self.visit_statements(self.module.tree.body)

    def concerns(self, node: ast.AST) -> bool:
        """Whether *node* is on a line that matters."""
        return is_on(node, self._lines)

    def visit_statements(self, body: Iterable[ast.stmt]) -> None:
        for node in body:
            if self.concerns(node):
                self._visit_statement(node)

    def visit_expression(self, node: ast.expr) -> None:
        if node in self.done or not self.concerns(node):
            return
        if isinstance(node, ast.Lambda):
            self.visit_parts(node.args)
            with self.enter_scope(node):
                self.visit_expression(node.body)
        elif isinstance(node, Comprehension):
            self._visit_comprehension(node)
        else:
            self.look_at_expression(node)

    def visit_parts(self, node: ast.AST) -> None:
        """Visit all that is right inside of *node*."""
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.stmt):
                if self.concerns(child):
                    self._visit_statement(child)
            elif isinstance(child, ast.expr):
                self.visit_expression(child)
            elif isinstance(child, ast.arg):
                if child.annotation is not None:
                    self.look_at_annotation(child.annotation)
            else:
                self.visit_parts(child)

    @contextmanager
    def enter_scope(self, node: Scope) -> Iterator[None]:
        """Be in the scope *node*."""
        self.enclosing.append(node)
        yield
        self.enclosing.pop()

    def _visit_statement(self, node: ast.stmt) -> None:
        if isinstance(node, Definition):
            self._visit_definition(node)
        elif isinstance(node, ast.If):
            self._visit_if(node)
        elif isinstance(node, ast.Try | ast.TryStar):
            with self._enter_standing("try"):
                self.visit_parts(node)
        elif isinstance(node, TYPE_ALIASES):
            with self._enter_type_parameters(node):
                self.look_at_statement(node)
        else:
            self.look_at_statement(node)

    def _visit_definition(self, node: Definition) -> None:
        for decorator in node.decorator_list:
            self.look_at_decorator(decorator)
        with self.enter_definition(node), self._enter_type_parameters(node):
            self.look_at_definition(node)
            standing: Standing = "function" if isinstance(node, Function) else "class"
            with self._enter_standing(standing), self.enter_scope(node):
                self.visit_statements(node.body)

    def _visit_if(self, node: ast.If) -> None:
        self.visit_expression(node.test)
        arms = self.module.guards.judge_arms(node.test)
        for body, arm in zip((node.body, node.orelse), arms, strict=True):
            if not arm.checking:
                self.visit_statements(body)
            elif not self.leaves_out_checking:
                with self._enter_standing("type-checking"):
                    self.visit_statements(body)

    def _visit_comprehension(self, node: Comprehension) -> None:
        first = node.generators[0].iter  # is worked out before, and outside
        self.visit_expression(first)
        self.done.add(first)
        with self.enter_scope(node):
            self.visit_parts(node)

    @contextmanager
    def _enter_standing(self, standing: Standing) -> Iterator[None]:
        before = self.standing
        # What only a type checker reads stays so, whatever stands inside of it.
        self.standing = before if before == "type-checking" else standing
        yield
        self.standing = before

    @contextmanager
    def _enter_type_parameters(self, node: ast.stmt) -> Iterator[None]:
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
        with self.enter_scope(ast.copy_location(scope, node)):
            if not isinstance(node, TYPE_ALIASES):  # its parts are looked at anyway
                for parameter in parameters:
                    self.visit_parts(parameter)
            yield
