"""A text that parses, for one that does not: with its lines, and all statements that can stay.

The parts at the top level that parse stay as they are. In the others each statement is
tried alone, reworded (`spelling`) or replaced, and the blocks are then put in order.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable, Iterator

from pytest_ssot.source.text.spelling import list_rewordings

_REFUSALS = (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError)

#: Left by a merge that nobody ended; both sides stay.
_CONFLICT = re.compile(r"^(?:<{7}|>{7}|\|{7})(?: .*)?$|^={7}$", re.MULTILINE)

#: Lines without code, and the indentation of the next with some.
_GAP = re.compile(r"((?:[ \t\f]*(?:#[^\n]*)?\n)*)([ \t\f]*)")
_TOKEN = re.compile(
    r"""
      \n | \#[^\n]* | \\(?:.|\n) | [()\[\]{}]
    | \"\"\"[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*\"\"\"
    | '''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''
    | "[^"\\\n]*(?:\\.[^"\\\n]*)*" | '[^'\\\n]*(?:\\.[^'\\\n]*)*'
    | ["'][^\n]*
    """,
    re.VERBOSE | re.DOTALL,
)
#: What begins a line within brackets only where one was not closed.
_BEGINS = re.compile(
    r"[ \t\f]*(?:(?:lazy[ \t]+)?(?:import[ \t]+\w|from[ \t]+[\w.]+[ \t]+import\b)|@\w[\w.]*\n"
    r"|(?:async[ \t]+)?def[ \t]+\w|class[ \t]+\w+[ \t]*[:(]|(?:return|pass|break|continue)\b"
    r"|(?:raise|del|assert|global|nonlocal)[ \t]+\w|(?:try|finally|else)[ \t]*:"
    r"|(?:if|elif|while|with|except|for)\b[^\n]*:[ \t]*\n)"
)
_WORD = re.compile(r"@|(?:async\s+)?([a-z]+)\b")

#: What makes a clause a statement that can be tried alone.
_AROUND = {
    **dict.fromkeys(("elif", "else"), ("if 1: pass\n", "")),
    **dict.fromkeys(("except", "finally"), ("try: pass\n", "")),
    "try": ("", "\nfinally: pass"),
    "@": ("", "\ndef f(): pass"),
}
#: What may follow a clause on its level.
_NEXT = {
    **dict.fromkeys(("if", "elif"), ("elif", "else")),
    **dict.fromkeys(("for", "while"), ("else",)),
    "try": ("except", "finally"),
    "except": ("except", "else", "finally"),
}
_CLAUSES = frozenset(("elif", "else", "except", "finally"))
#: What stands for a clause that cannot be kept.
_INSTEAD = {"elif": "elif 1:", "else": "else:", "except": "except:", "finally": "finally:"}
_DECORATED = frozenset(("def", "class", "@"))

#: How often a part is tried as a whole after its statements have been; then it is given up.
_TRIES = 8


class _Line:
    """A logical line: what stands before it, its indentation, its code, and what follows that."""

    __slots__ = ("after", "before", "code", "indent", "word")

    def __init__(self, before: str, indent: str, code: str, after: str) -> None:
        self.before = before
        self.indent = indent
        self.code = code
        self.after = after
        self.word = _find_word(code)

    def replace_code(self, code: str) -> None:
        """Be *code* instead, with as many lines as before."""
        self.code = code + "\n" * (self.code.count("\n") - code.count("\n"))
        self.word = _find_word(code)

    @property
    def is_header(self) -> bool:
        return self.code.rstrip("\n").endswith(":")

    def __str__(self) -> str:
        return f"{self.before}{self.indent}{self.code}{self.after}"


class _IndentedBlock:
    """An open block: its indentation, as it was and as it is now, and its last statement."""

    __slots__ = ("cases", "decorator", "indent", "next", "tried", "width")

    def __init__(self, width: int, indent: str, match: _Line | None = None) -> None:
        self.width = width
        self.indent = indent
        #: The header of a ``match`` and its cases so far.
        self.cases = [match] if match else []
        self.next: tuple[str, ...] = ()
        #: A ``try`` that has got no ``except`` yet.
        self.tried: _Line | None = None
        self.decorator: _Line | None = None

    def settle_clauses(self) -> None:
        """No clause follows any more."""
        if self.tried:
            self.tried.replace_code(re.sub(r"^try\s*", "if 1", self.tried.code))
            self.tried = None
        if self.decorator:
            self.decorator.replace_code("pass")
            self.decorator = None
        self.next = ()


def repair_text(text: str) -> str | None:
    r"""*text* if it parses, else one with the same lines that does; None where none is found.

    Lines end with ``\n``. What is kept stands in its line and, where the indentation
    makes sense, in its column. Takes a few times as long as parsing.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of escapes and the like; as errors they are refusals
        if _parses(text):
            return text
        text = _CONFLICT.sub("", text.replace("\0", " "))
        parts = (_repair_part(lines) for lines in _split_parts(_split_lines(text)))
        found = "".join(parts)
        return found if _parses(found) else None


def _parses(code: str) -> bool:
    try:
        ast.parse(code)
    except _REFUSALS:
        return False
    return True


def _find_word(code: str) -> str:
    found = _WORD.match(code)
    return (found[1] or found[0]) if found else ""


def _split_lines(text: str) -> Iterator[_Line]:
    place = 0
    while place < len(text):
        gap = _GAP.match(text, place)
        assert gap is not None
        start = gap.end()
        end, place = _find_end(text, start)
        yield _Line(gap[1], gap[2], text[start:end], text[end:place])


def _find_end(text: str, start: int) -> tuple[int, int]:
    """Where the code that begins at *start* ends, and where the next line begins."""
    depth = 0
    comment = -1
    for token in _TOKEN.finditer(text, start):
        first = text[token.start()]
        if first in "([{":
            depth += 1
        elif first in ")]}":
            depth = max(0, depth - 1)
        elif first == "#":
            comment = token.start()
        elif first == "\n":
            if not depth or _BEGINS.match(text, token.end()):
                end = token.start() if comment < 0 else comment
                return start + len(text[start:end].rstrip(" \t\f")), token.end()
            comment = -1
    end = len(text) if comment < 0 else comment
    return start + len(text[start:end].rstrip(" \t\f\n")), len(text)


def _split_parts(lines: Iterable[_Line]) -> Iterator[list[_Line]]:
    """Statements of the top level, each with its clauses, its block and its decorators."""
    part: list[_Line] = []
    for line in lines:
        begins = not line.indent and line.word not in _CLAUSES
        if part and begins and part[-1].word != "@":
            yield part
            part = []
        part.append(line)
    if part:
        yield part


def _repair_part(lines: list[_Line]) -> str:
    text = "".join(map(str, lines))
    if _parses(text):
        return text
    for line, following in zip(lines, [*lines[1:], None], strict=True):
        _mend_line(line, following)
    for _ in range(_TRIES):
        _arrange_blocks(lines)
        text = "".join(map(str, lines))
        try:
            ast.parse(text)
        except SyntaxError as error:
            _replace_statement(lines, error.lineno or 1)
        except _REFUSALS:
            break
        else:
            return text
    return "\n" * text.count("\n")


def _mend_line(line: _Line, following: _Line | None) -> None:
    """Make *line* a statement or a header that parses alone."""
    if not line.code or _stands_alone(line.code, line.word):
        return
    deeper = _is_deeper(following, line)
    for code in list_rewordings(line.code):
        if code.endswith(":") and not deeper and not line.is_header:
            continue
        if _stands_alone(code, _find_word(code)):
            line.replace_code(code)
            return
    line.replace_code(_make_placeholder(line, deeper))


def _make_placeholder(line: _Line, deeper: bool) -> str:
    if line.word in _INSTEAD:
        return _INSTEAD[line.word]
    return "if 1:" if deeper else "pass"


def _stands_alone(code: str, word: str) -> bool:
    before, after = _AROUND.get(word, ("", ""))
    open_ = code.rstrip("\n").endswith(":")
    if word in ("match", "case") and open_:
        if word == "match":
            return _parses(f"{code}\n case _: pass")
        return _parses(f"match 1:\n {code} pass")
    return _parses(f"{before}{code}{' pass' if open_ else ''}{after}")


def _measure_indent(indent: str) -> int:
    return len(indent.rpartition("\f")[2].expandtabs(8))


def _is_deeper(line: _Line | None, than: _Line) -> bool:
    return line is not None and _measure_indent(line.indent) > _measure_indent(than.indent)


def _arrange_blocks(lines: list[_Line]) -> None:
    """Give each header a block, each clause its statement, each line a level that is there."""
    blocks = [_IndentedBlock(0, "")]
    header: _Line | None = None
    for line in lines:
        if not line.code:
            continue
        width = _measure_indent(line.indent)
        if header and width > blocks[-1].width:
            _enter_block(blocks, line, header)
        elif header:
            header.replace_code(f"{header.code.rstrip(chr(10))} pass")
        while width < blocks[-1].width:
            blocks.pop().settle_clauses()
        line.indent = blocks[-1].indent
        _join_block(blocks[-1], line)
        header = line if line.is_header else None
    if header:
        header.replace_code(f"{header.code.rstrip(chr(10))} pass")
    for block in blocks:
        block.settle_clauses()


def _enter_block(blocks: list[_IndentedBlock], line: _Line, header: _Line) -> None:
    outer = blocks[-1].indent
    indent = line.indent
    if not indent.startswith(outer) or indent == outer:
        indent = f"{outer} "  # tabs and blanks that cannot be compared
    match = header if header.word == "match" else None
    blocks.append(_IndentedBlock(_measure_indent(line.indent), indent, match))


def _join_block(block: _IndentedBlock, line: _Line) -> None:
    """Let *line* be the next statement of *block*, or a clause of the last."""
    if line.word in _CLAUSES and line.word in block.next:
        block.tried = None
        after_except = line.word == "else" and "finally" in block.next
        block.next = ("finally",) if after_except else _NEXT.get(line.word, ())
        return
    decorator = block.decorator
    if line.word in _DECORATED:
        block.decorator = None
    block.settle_clauses()
    if line.word != "case":  # nothing else can stand between them
        for case in block.cases:
            case.replace_code("if 1:" if case.is_header else "pass")
        block.cases.clear()
    if block.cases:
        block.cases.append(line)
    elif line.word in _CLAUSES or (line.word == "case" and line.is_header):
        line.replace_code("if 1:" if line.is_header else "pass")
    block.next = _NEXT.get(line.word, ())
    block.tried = line if line.word == "try" else None
    if line.word in _DECORATED:
        block.decorator = (decorator or line) if line.word == "@" else None


def _replace_statement(lines: list[_Line], number: int) -> None:
    """Replace the statement at line *number*, counted from the first of *lines*."""
    reached = 1
    for line, following in zip(lines, [*lines[1:], None], strict=True):
        reached += str(line).count("\n")
        if reached > number or following is None:
            line.replace_code("if 1:" if _is_deeper(following, line) else "pass")
            return
