"""Leaves out what a file's uses cannot depend on, since parsing is what takes longest."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

#: Where a statement begins at the left margin; what goes on with one (a clause, a bracket, the
#: end of a string) does not.
_START = re.compile(r"^(?!(?:elif|else|except|finally)\b)[^\W\d]|^@", re.MULTILINE)
#: What binds one name and does nothing else that matters outside of it.
_ONE_NAME = re.compile(r"(?:(?:async[ \t]+)?def|class)[ \t]+(\w+)|(\w+)[ \t]*=(?!=)")


def outlined(text: str, lines: Sequence[int]) -> str | None:
    """*text* with a word in the place of definitions that hold none of *lines*.

    Its lines keep their numbers. None where that may change what the rest means,
    or is not worth it.
    """
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
        name = None if decorated else _ONE_NAME.match(piece)
        decorated = piece.startswith("@")
        if name is not None and breaks > 1 and not _holds(lines, line, line + breaks - 1):
            if piece.count('"""') % 2 or piece.count("'''") % 2:
                return None  # the margin may be inside of a string
            parts += [text[kept:start], f"{name[1] or name[2]} = 0", "\n" * breaks]
            kept = end
        line += breaks
    if kept == 0:
        return None
    parts.append(text[kept:])
    return "".join(parts)


def _holds(lines: Sequence[int], first: int, last: int) -> bool:
    at = bisect_left(lines, first)
    return at < len(lines) and lines[at] <= last
