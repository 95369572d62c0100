"""Classes that several modules define under one name.

Whether they mean the same is asked of what they offer, since that is what callers move between;
how much of the code of two classes is the same is measured in ``source/definitions``.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from itertools import combinations

from pytest_ssot.source.deprecated.finding import Double
from pytest_ssot.source.names.library import Library
from pytest_ssot.syntax.nodes import join_dotted

#: More than these is a convention of the project (``Migration``, ``Command``), not a copy.
_COPIES = 4
#: One method in common is chance: most things that run have a ``run``.
_SHARED = 2


def find_doubles(defined: Mapping[str, Collection[str]], library: Library) -> Iterator[Double]:
    """The names whose classes share at least half of their public methods, sorted."""
    for name in sorted(defined):
        modules = sorted(defined[name])
        if not 2 <= len(modules) <= _COPIES or name.startswith("_") or not name[:1].isupper():
            continue
        classes = {
            module: found for module in modules if (found := _find_class(library, module, name))
        }
        alike = {
            one
            for pair in combinations(classes, 2)
            if _are_alike(classes[pair[0]], classes[pair[1]])
            for one in pair
        }
        if alike:
            yield _make_double(name, sorted(alike), library, classes)


def _make_double(
    name: str, modules: list[str], library: Library, classes: Mapping[str, ast.ClassDef]
) -> Double:
    outlines = [library.outline(module) for module in modules]
    return Double(
        name,
        tuple(f"{module}:{name}" for module in modules),
        tuple(
            f"{outline.path}:{classes[outline.dotted].lineno}" for outline in outlines if outline
        ),
        tuple(tuple(_list_reexporting(library, module, name)) for module in modules),
    )


def _list_reexporting(library: Library, module: str, name: str) -> Iterator[str]:
    """The packages around *module* that offer its *name* too."""
    package = module.rpartition(".")[0]
    while package:
        if library.find_origin(f"{package}:{name}", into_private=True) == f"{module}:{name}":
            yield package
        package = package.rpartition(".")[0]


def _find_class(library: Library, module: str, name: str) -> ast.ClassDef | None:
    outline = library.outline(module)
    if outline is None:
        return None
    for step in outline.steps:
        node = step.node
        if isinstance(node, ast.ClassDef) and node.name == name and step.where == "always":
            return node
    return None


def _are_alike(node: ast.ClassDef, other: ast.ClassDef) -> bool:
    """Whether they share public methods; a class on top of its namesake is no copy."""
    named = [join_dotted(base).rpartition(".")[2] for each in (node, other) for base in each.bases]
    if node.name in named:
        return False
    mine, theirs = _list_methods(node), _list_methods(other)
    shared = len(mine & theirs)
    return shared >= _SHARED and 2 * shared >= min(len(mine), len(theirs))


def _list_methods(node: ast.ClassDef) -> set[str]:
    return {
        statement.name
        for statement in node.body
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef)
        and not statement.name.startswith("_")
    }
