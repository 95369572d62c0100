"""Columns as users count them, and where a traceback has a call."""

from __future__ import annotations

import ast

import pytest

from pytest_ssot.syntax.columns import Columns, find_called

#: A source, and the columns of its names ``x``, in characters.
COLUMNS = {
    "x; x": [0, 3],
    "'ä'; x": [5],
    "'😀→'; x; x": [6, 9],
    "ä = x; '…'; x": [4, 12],
    "y = '''\nä'''; x": [6],
    "\tx": [1],
    "f'{x} ä {x}'": [3, 9],
    "\f x": [2],
}


@pytest.mark.parametrize("text", COLUMNS)
@pytest.mark.parametrize("backwards", [False, True])
def test_columns_are_characters(text: str, backwards: bool) -> None:
    shown = f"if 1:\n{text}" if text[0] in "\t\f" else text
    names = [
        node for node in ast.walk(ast.parse(shown)) if isinstance(node, ast.Name) and node.id == "x"
    ]
    columns = Columns(shown.split("\n"))
    ordered = sorted(names, key=lambda node: (node.lineno, node.col_offset), reverse=backwards)
    assert sorted(columns.find_column(node) for node in ordered) == COLUMNS[text]


#: A source with one call on line 1: line and column where a traceback has it.
CALLED = {
    "f()": (1, 0),
    "a.f()": (1, 0),
    "a.f(\n 1,\n)": (1, 0),
    "(a\n .f(1))": (2, 2),
    "(a.b(\n 1\n).f(1))": (3, 2),
    "(a\n .f(*b))": (1, 1),
    "(a\n .f(**b))": (1, 1),
    "(m\n .f(1))": (1, 1),
}


@pytest.mark.parametrize("text", CALLED)
def test_where_a_traceback_has_a_call(text: str) -> None:
    (statement,) = ast.parse(text).body
    assert isinstance(statement, ast.Expr)
    node = find_called(statement.value, {"m"})
    assert (node.lineno, node.col_offset) == CALLED[text]


@pytest.mark.parametrize("text", CALLED)
def test_a_traceback_has_it_there(text: str) -> None:
    """CPython's own positions of the instruction that calls."""
    code = compile(f"import m\n{text}", "", "exec")
    calls = [
        position
        for position, instruction in zip(code.co_positions(), _instructions(code), strict=True)
        if instruction == "CALL" or instruction.startswith("CALL_FUNCTION_EX")
    ]
    line, _, column, _ = calls[-1]
    assert line is not None
    assert (line - 1, column) == CALLED[text]


def _instructions(code: object) -> list[str]:
    from opcode import opname

    raw = code.co_code  # type: ignore[attr-defined]
    return [opname[raw[at]] for at in range(0, len(raw), 2)]
