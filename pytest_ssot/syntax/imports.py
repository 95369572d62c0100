"""What import statements take from where, and which of them run when a module is imported."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pytest_ssot.syntax.bindings import name_imported
from pytest_ssot.syntax.module import Module
from pytest_ssot.syntax.relative_names import resolve_modules
from pytest_ssot.syntax.statements import walk_statements


class StatedImport(NamedTuple):
    """One import: the absolute ``module``; ``names`` are None for ``import module``."""

    line: int
    module: str
    names: tuple[str, ...] | None


class TakenName(NamedTuple):
    """A name that an import binds: to the whole ``module``, or to its ``name``, which may be *."""

    bound: str
    module: str
    name: str | None


def list_taken_names(
    node: ast.Import | ast.ImportFrom, packages: Sequence[str]
) -> Iterator[TakenName]:
    """The names that *node* binds in a file of *packages*; none where it leads out of them."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            bound = name_imported(alias)
            yield TakenName(bound, alias.name if alias.asname else bound, None)
        return
    for module in resolve_modules(node, packages)[:1]:
        yield from (TakenName(name_imported(alias), module, alias.name) for alias in node.names)


def list_imports_run(module: Module) -> Iterator[StatedImport]:
    """The imports that the import of *module* runs, in their order.

    Left out is what a function holds, and what stands under a condition that is never true then.
    """
    for node, block in walk_statements(module.tree.body, module.guards, into_classes=True):
        if block.runs is False:
            continue
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield StatedImport(node.lineno, alias.name, None)
        elif isinstance(node, ast.ImportFrom):
            names = tuple(alias.name for alias in node.names)
            for taken_from in resolve_modules(node, module.packages):
                yield StatedImport(node.lineno, taken_from, names)
