"""A walk that tells of sites: what is around each, and how a use of a target is told there."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from pytest_ssot.model import Form, Kind, Scope, Site
from pytest_ssot.source.uses.pytest_marks import find_assigned_marks, find_marks
from pytest_ssot.source.uses.use import Mark, Use
from pytest_ssot.syntax.enclosing import qualify_function
from pytest_ssot.syntax.module import Module
from pytest_ssot.syntax.nodes import Definition
from pytest_ssot.syntax.tree_walker import TreeWalker


class ScannedFile(NamedTuple):
    """A file to look through: its *path*, and the dotted *names* that it goes by.

    *lines* are the numbers of those of *module* that speak of a target, in order; nothing
    else is looked at.
    """

    path: str
    names: Sequence[str]
    module: Module
    lines: Sequence[int]

    @property
    def is_stub(self) -> bool:
        """Whether all of it is for type checkers."""
        return self.path.endswith(".pyi")


class Meant(NamedTuple):
    """What a use is of: whose rule, the target that it tells, and what is taken from that."""

    rule: str
    target: str
    kind: Kind
    name: str | None


class SiteWalker(TreeWalker):
    """Walks over *file*, and knows the pytest marks around each part."""

    def __init__(self, file: ScannedFile) -> None:
        super().__init__(file.module, file.lines, checking=file.is_stub)
        self.file = file
        self._marks: list[tuple[Mark, ...]] = [tuple(find_assigned_marks(file.module.tree.body))]

    @contextmanager
    def enter_definition(self, node: Definition) -> Iterator[None]:
        self._marks.append((*self._marks[-1], *find_marks(node)))
        yield
        self._marks.pop()

    @property
    def is_at_top(self) -> bool:
        """Whether what is bound here is a name of the module."""
        return len(self.enclosing) == 1

    def make_use(
        self,
        node: ast.stmt | ast.expr,
        meant: Meant,
        form: Form,
        *,
        end_line: int | None = None,
        shown_at: ast.stmt | ast.expr | None = None,
    ) -> Use:
        """The use that *node* is; *shown_at* another node where a traceback has it there."""
        shown = shown_at or node
        last = end_line or node.end_lineno or node.lineno
        column = self.module.columns.find_column(shown)
        function = qualify_function(self.enclosing)
        return Use(
            *meant,
            site=Site(self.file.path, shown.lineno, column, function),
            end_line=last,
            form=form,
            scope=Scope(self.standing),
            marks=self._marks[-1],
            noted=self.module.says_on(node.lineno, last, "ssot:"),
        )
