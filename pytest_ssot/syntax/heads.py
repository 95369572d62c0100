"""Where a statement begins and where its own words end, before its block."""

from __future__ import annotations

import ast
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from pytest_ssot.syntax.nodes import Definition, list_head_parts

_COLON = re.compile(r":\s*(?:#.*)?$")


def find_first_line(node: ast.AST) -> int:
    """The line that *node* begins in: that of its first decorator, as code objects have it."""
    decorators: Sequence[ast.expr] = getattr(node, "decorator_list", ())
    line: int = getattr(decorators[0] if decorators else node, "lineno", 0)
    return line


def is_on(node: ast.AST, lines: Sequence[int]) -> bool:
    """Whether *node* is on one of *lines*, sorted; what has no place of its own may be."""
    last: int | None = getattr(node, "end_lineno", None)
    if last is None:
        return True
    # Asked of each node of a walk: a call of `first_line` would show.
    first = find_first_line(node) if isinstance(node, Definition) else node.lineno  # type: ignore[attr-defined]
    at = bisect_left(lines, first)
    return at < len(lines) and lines[at] <= last


def find_end_of_head(node: ast.stmt, lines: Sequence[str]) -> int:
    """The last line of what *node* says before its block; of any other statement its last.

    *lines* are those of the file.
    """
    body: Sequence[ast.stmt] = getattr(node, "body", ())
    if isinstance(node, ast.Match):
        start = node.cases[0].pattern.lineno
    elif body:
        start = find_first_line(body[0])
    else:
        return node.end_lineno or node.lineno
    for number in range(_find_last_line(node), start):
        if _COLON.search(lines[number - 1].rstrip("\r\n")):
            return number
    return max(start - 1, node.lineno)


def _find_last_line(node: ast.stmt) -> int:
    """The last line of the bases, parameters, conditions and the like of *node*."""
    return max([node.lineno, *_list_ends(node)])


def _list_ends(node: ast.AST) -> Iterator[int]:
    for part in list_head_parts(node):
        end: int | None = getattr(part, "end_lineno", None)
        if end is None:
            yield from _list_ends(part)  # arguments, items of a with statement
        else:
            yield end
