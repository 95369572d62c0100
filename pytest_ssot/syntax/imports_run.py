"""The import statements that run when a module is imported."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from pytest_ssot.syntax.module import Module
from pytest_ssot.syntax.relative_names import modules_of
from pytest_ssot.syntax.statements import statements_of


class StatedImport(NamedTuple):
    """One import: the absolute ``module``; ``names`` are None for ``import module``."""

    line: int
    module: str
    names: tuple[str, ...] | None


def imports_run_by(module: Module) -> Iterator[StatedImport]:
    """The imports that the import of *module* runs, in their order.

    Left out is what a function holds, and what stands under a condition that is never true then.
    """
    for node, block in statements_of(module.tree.body, module.guards, into_classes=True):
        if block.runs is False:
            continue
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield StatedImport(node.lineno, alias.name, None)
        elif isinstance(node, ast.ImportFrom):
            names = tuple(alias.name for alias in node.names)
            for taken_from in modules_of(node, module.packages):
                yield StatedImport(node.lineno, taken_from, names)
