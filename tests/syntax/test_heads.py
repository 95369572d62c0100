"""Where a statement begins, and where its head ends."""

from __future__ import annotations

import ast

import pytest

from pytest_ssot.syntax.heads import find_end_of_head, find_first_line, is_on

#: A source: the first line of its statement, the last of its head, the last of all.
HEADS = {
    "x = 1": (1, 1, 1),
    "x = [\n 1,\n]": (1, 3, 3),
    "import a": (1, 1, 1),
    "from a import (\n b,\n)": (1, 3, 3),
    "def f():\n pass": (1, 1, 2),
    "def f(): pass": (1, 1, 1),
    "def f(\n a,\n):\n pass": (1, 3, 4),
    "def f(a,\n  b): # x\n # y\n pass": (1, 2, 4),
    "def f(a={\n 1: 2,\n}):\n pass": (1, 3, 4),
    "def f() -> (\n int\n):\n\n pass": (1, 3, 5),
    "def f(\n    a: 'x:' = 1\n):\n 'doc'": (1, 3, 4),
    "@a\n@b(\n)\ndef f():\n pass": (1, 4, 5),
    "async def f(a):\n\n # x\n\n pass": (1, 1, 5),
    "class C:\n pass": (1, 1, 2),
    "class C: pass": (1, 1, 1),
    "class C(\n A,\n metaclass=M,\n):\n\n @a\n def f(): pass": (1, 4, 7),
    "class C:  # ssot: allow[x] y\n # more:\n pass": (1, 1, 3),
    "if (\n x\n):\n pass\nelse:\n pass": (1, 3, 6),
    "with (\n a as b,\n c\n):\n pass": (1, 4, 5),
    "for a in [\n 1\n]:\n pass": (1, 3, 4),
    "try:\n pass\nfinally:\n pass": (1, 1, 4),
    "match x:\n case 1:\n  pass": (1, 1, 3),
}


@pytest.mark.parametrize("text", HEADS)
def test_where_a_head_ends(text: str) -> None:
    (node,) = ast.parse(text).body
    lines = text.split("\n")
    assert (find_first_line(node), find_end_of_head(node, lines), node.end_lineno) == HEADS[text]
    ended = [f"{line}\n" for line in lines]
    assert find_end_of_head(node, ended) == HEADS[text][1], (
        "whether or not the lines have their ends"
    )


@pytest.mark.parametrize(
    ("lines", "expected"),
    [((), False), ((1,), True), ((4, 9), True), ((5,), False), ((0, 5), False)],
)
def test_whether_it_is_on_certain_lines(lines: tuple[int, ...], expected: bool) -> None:
    (node,) = ast.parse("@a\n@b\ndef f():\n  pass").body
    assert is_on(node, lines) is expected
