"""Leaves out what a file's uses cannot depend on, since parsing is what takes longest."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

#: Where a statement begins at the left margin; what goes on with one (a clause, a bracket, the
#: end of a string) does not.
_START = re.compile(r"^(?!(?:elif|else|except|finally)\b)[^\W\d]|^[@(\[*]", re.MULTILINE)
#: What binds one name and does nothing else that matters outside of it.
_ONE_NAME = re.compile(
    r"(?:(?:async[ \t]+)?def|class)[ \t]+(?P<made>\w+)"
    # A value, and not another name that is bound to it.
    r"|(?!pytestmark\b)(?P<set>\w+)[ \t]*=[ \t]*(?:[rRbBuUfF]{0,2}[\"']|[\[({]|[\w.]+[(\[])"
)
#: Whole strings and comments, and what is neither.
_CLOSED = re.compile(
    r"""
    (?: [^"'#\\]++ | \#[^\n]*+ | \\.
      | \"\"\" (?: [^"\\]++ | \\. | "(?!"") )*+ \"\"\"
      | '''    (?: [^'\\]++ | \\. | '(?!'') )*+ '''
      | " (?: [^"\\\n]++ | \\. )*+ "
      | ' (?: [^'\\\n]++ | \\. )*+ '
    )*+
    """,
    re.VERBOSE | re.DOTALL,
)
#: What may bind a second name, after a value.
_MORE = (";", "] =", ") =", "]=", ")=")


def outline_text(text: str, lines: Sequence[int]) -> str | None:
    """*text* with a word in the place of definitions that hold none of *lines*.

    Its lines keep their numbers. None where that may change what the rest means,
    or is not worth it.
    """
    if "\f" in text:  # a margin of its own
        return None
    starts = [match.start() for match in _START.finditer(text)]
    if not starts:
        return None  # nothing but comments and a docstring
    parts: list[str] = []
    kept = 0
    line = 1
    decorated = False
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        if not parts:
            line += text.count("\n", 0, start)
            parts.append(text[:start])
            kept = start
        piece = text[start:end]
        breaks = piece.count("\n")
        last = line + breaks - piece.endswith("\n")
        name = None if decorated else _ONE_NAME.match(piece)
        decorated = piece.startswith("@")
        if name and breaks > 1 and not _holds_line(lines, line, last) and _is_alone(piece, name):
            if not _is_closed(piece):
                return None  # the margin may be inside of a string
            parts += [text[kept:start], f"{name['made'] or name['set']} = 0", "\n" * breaks]
            kept = end
        line += breaks
    if kept == 0:
        return None
    parts.append(text[kept:])
    return "".join(parts)


def _holds_line(lines: Sequence[int], first: int, last: int) -> bool:
    at = bisect_left(lines, first)
    return at < len(lines) and lines[at] <= last


def _is_alone(piece: str, name: re.Match[str]) -> bool:
    """Whether *piece*, which begins by binding *name*, binds no other around it, and ends."""
    if ":=" in piece or "global" in piece:
        return False
    if name["set"] and any(one in piece for one in _MORE):
        return False
    count = piece.count
    return count("(") == count(")") and count("[") == count("]") and count("{") == count("}")


def _is_closed(piece: str) -> bool:
    """Whether no string in *piece* goes on behind it."""
    several = '"""' in piece or "'''" in piece or "\\\n" in piece
    return not several or _CLOSED.fullmatch(piece) is not None
