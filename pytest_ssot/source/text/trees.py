"""From a file's bytes to the tree of what matters in it, also where Python would not read it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import NamedTuple

from pytest_ssot.source.text.partial_text import outline_text
from pytest_ssot.source.text.reading import Unreadable, decode_source, salvage_text
from pytest_ssot.syntax.module import Module


class ReadFile(NamedTuple):
    """A file as it was read: its *module*, whose *lines* matter; None where it has no tree.

    Parts that hold none of the lines may be left out. ``error`` is why it could not be read
    whole.
    """

    module: Module | None
    lines: Sequence[int] = ()
    error: str | None = None


def read_file(
    data: bytes,
    lines_of: Callable[[str], Sequence[int]],
    find_packages: Callable[[], Sequence[str]],
    *,
    entire: bool = False,
) -> ReadFile:
    """The file that holds *data*; *lines_of* tells which lines of a text matter.

    It is *entire* where the others may matter too; see `Module` for *find_packages*.
    """
    error: str | None = None
    try:
        text = decode_source(data)
    except Unreadable as why:
        error, text = str(why), salvage_text(data)
    lines = lines_of(text)
    tree = (None if entire else _parse_outline(text, lines)) or _parse_text(text)
    if not isinstance(tree, str):
        return ReadFile(Module(text, tree, find_packages), lines, error)
    from pytest_ssot.source.text.repair import repair_text  # few projects hold such a file

    error = error or tree
    text = repair_text(text) or ""
    tree = _parse_text(text)
    if isinstance(tree, str):
        return ReadFile(None, error=error)
    return ReadFile(Module(text, tree, find_packages), lines_of(text), error)


def _parse_outline(text: str, lines: Sequence[int]) -> ast.Module | None:
    """The tree of those parts of *text* that matter; None where it has to be read whole.

    What is wrong with the other parts is not noticed, and does not matter.
    """
    outline = outline_text(text, lines)
    tree = _parse_text(outline) if outline is not None else ""
    return None if isinstance(tree, str) else tree


def _parse_text(text: str) -> ast.Module | str:
    """The tree of *text*, or what is wrong with it."""
    try:
        return ast.parse(text)
    except SyntaxError as error:
        return f"line {error.lineno or 1}: {error.msg}"
    except ValueError as error:
        return str(error)
    except (RecursionError, MemoryError):
        return "is nested too deep"
