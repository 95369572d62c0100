"""The functions and classes around a place."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence

from pytest_ssot.syntax.nodes import Definition, list_blocks


def qualify_function(enclosing: Sequence[ast.AST]) -> str:
    """The function around a place in *enclosing*, the outermost first, as a traceback has it.

    A class body counts as where the class stands.
    """
    names: list[str] = []
    last = 0
    for node in enclosing:
        if isinstance(node, Definition):
            names.append(node.name)
            last = last if isinstance(node, ast.ClassDef) else len(names)
    return ".".join(names[:last]) or "<module>"


def find_definitions(
    body: Iterable[ast.stmt], enclosing: tuple[Definition, ...] = ()
) -> Iterator[tuple[Definition, tuple[Definition, ...]]]:
    """The functions and classes in *body*, wherever they stand, each with those around it."""
    for node in body:
        inside = enclosing
        if isinstance(node, Definition):
            yield node, enclosing
            inside = (*enclosing, node)
        for _, block in list_blocks(node):
            yield from find_definitions(block, inside)
