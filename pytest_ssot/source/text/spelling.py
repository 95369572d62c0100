"""Statements that only another Python understands, as this one would spell them.

Each rewording keeps lines, and where it can columns; it is tried on a statement that
does not parse, and taken if the result does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_Rewording = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]


def _wrap_call(match: re.Match[str]) -> str:
    """``print a, b`` and its like as a call of the same width on the left."""
    head, rest = match["head"], match["rest"]
    return f"{head}({' ' * (len(match['gap']) - 1)}{rest.rstrip(', ')})"


def _keep_digits(match: re.Match[str]) -> str:
    return f"{' ' * len(match[1])}{match[2]}{' ' * len(match[3])}"


def _blank_out(match: re.Match[str]) -> str:
    return match[1] + " " * len(match[2])


_REWORDINGS: tuple[_Rewording, ...] = (
    # 3.15: the statement begins where "lazy" does
    (re.compile(r"^lazy\s+(?=import\b|from\b)"), ""),
    # 3.14
    (re.compile(r"\b[tT](?=[\"']|[rR][\"'])"), "f"),
    (re.compile(r"\b([rR])[tT](?=[\"'])"), r"\1f"),
    (re.compile(r"^except(\*?)\s(.*?,.*?):", re.DOTALL), r"except\1(\2):"),
    # 3.12, and defaults in it of 3.13
    (re.compile(r"^type\s+(?=[^\W\d])"), ""),
    (re.compile(r"^((?:async\s+)?(?:def|class)\s+\w+\s*)(\[[^\n]*?\])(?=\s*[(:])"), _blank_out),
    # 2
    (re.compile(r"\b()(0[xX][\da-fA-F]+|\d+)([lL])\b"), _keep_digits),
    (re.compile(r"(?<![\w.])(0+)([1-7]\d*)()\b(?!\.)"), _keep_digits),
    (re.compile(r"\b[uU](?=[rR][\"'])"), " "),
    (re.compile(r"<>"), "!="),
    (re.compile(r"`([^`\n]*)`"), r"(\1)"),
    (re.compile(r"\bprint(\s*)>>"), r"print\1  "),
    (
        re.compile(r"(?P<head>(?:^|[:;]\s*)print)(?P<gap>[ \t]+)(?P<rest>[^;]*)", re.DOTALL),
        _wrap_call,
    ),
    (
        re.compile(r"(?P<head>(?:^|[:;]\s*)exec)(?P<gap>[ \t]+)(?P<rest>[^;]*)", re.DOTALL),
        _wrap_call,
    ),
    (
        re.compile(r"(?P<head>(?:^|[:;]\s*)raise)(?P<gap>[ \t]+)(?P<rest>[^;]*)", re.DOTALL),
        _wrap_call,
    ),
)

#: Longer ones are data that somebody generated; each try would take its time.
_LONG = 100_000

#: A header of which only the beginning can be kept, so that names in its block stay its own.
_HEADER = re.compile(r"^(?:async\s+)?(?:(def)|class)\s+[^\W\d]\w*")


def list_rewordings(code: str) -> Iterator[str]:
    """What *code*, one statement or the header of one, may have meant, the nearest first."""
    if len(code) > _LONG:
        return
    yield f"{code}:"
    for pattern, new in _REWORDINGS:
        changed = pattern.sub(new, code)
        if changed != code:
            code = changed
            yield code
    header = _HEADER.match(code)
    if header:
        ending = "():" if header[1] else ":"
        yield f"{header[0]}{ending}" + "\n" * code.count("\n")
