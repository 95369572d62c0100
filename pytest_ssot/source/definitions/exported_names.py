"""Whether a name that a module imports is there for others, or for its own use."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cached_property

from pytest_ssot.source.names.star_exports import listed
from pytest_ssot.source.text.trees import Tree, whole


class Offers:
    """The names of the file *path* and who they are for."""

    def __init__(self, path: str, tree: Tree) -> None:
        self._tree = tree
        self._is_package = path.rpartition("/")[2] == "__init__.py"

    def offers(self, name: str) -> bool:
        """Whether an import of *name* says, or can only mean, that others may take it.

        A package's own file is where imports for others stand, unless it reads what it imports.
        """
        return name in self._listed or (self._is_package and not self.uses(name))

    def offers_all(self, names: Iterable[str], *, home: bool) -> bool:
        """Whether an ``import *`` that brings *names* can only mean that others may take them.

        From a symbol's *home* who reads none of them has taken them for others; elsewhere
        the symbol may have come along.
        """
        return self._is_package or (home and not any(map(self.uses, names)))

    def uses(self, name: str) -> bool:
        """Whether the module's own code reads *name*, or a quoted annotation says it."""
        if name in self._read:
            return True
        word = re.compile(rf"\b{re.escape(name)}\b")
        return any(word.search(text) for text in self._quoted)

    @cached_property
    def _listed(self) -> frozenset[str]:
        tree = self._tree.tree
        return frozenset() if tree is None else listed(tree)[0]

    @cached_property
    def _whole(self) -> ast.Module:
        """All of the file: elsewhere only what speaks of a symbol is looked at."""
        return whole(self._tree.text) or self._tree.tree or ast.Module([], [])

    @cached_property
    def _read(self) -> frozenset[str]:
        return frozenset(
            node.id
            for node in ast.walk(self._whole)
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Store)
        )

    @cached_property
    def _quoted(self) -> tuple[str, ...]:
        return tuple(_quoted(self._whole))


def _quoted(tree: ast.Module) -> Iterator[str]:
    """The strings in annotations (PEP 484)."""
    for node in ast.walk(tree):
        annotations = (getattr(node, "annotation", None), getattr(node, "returns", None))
        for annotation in annotations:
            if isinstance(annotation, ast.expr):
                for one in ast.walk(annotation):
                    if isinstance(one, ast.Constant) and isinstance(one.value, str):
                        yield one.value
