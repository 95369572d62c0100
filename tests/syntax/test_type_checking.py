"""Which arm of an ``if`` runs when a module is imported, and which is for type checkers alone."""

from __future__ import annotations

import ast

import pytest

from pytest_ssot.syntax.type_checking import Guards

#: A test: what becomes of its body, and of its ``else``.
ARMS = {
    "TYPE_CHECKING": "checking, runs",
    "typing.TYPE_CHECKING": "checking, runs",
    "t.TYPE_CHECKING": "checking, runs",
    "MYPY": "checking, runs",
    "not TYPE_CHECKING": "runs, checking",
    "not not TYPE_CHECKING": "checking, runs",
    "not typing.TYPE_CHECKING": "runs, checking",
    "TYPE_CHECKING and x": "checking, runs",
    "x and TYPE_CHECKING": "checking, runs",
    "TYPE_CHECKING or x": "perhaps, perhaps",
    "not TYPE_CHECKING and x": "perhaps, perhaps",
    "not TYPE_CHECKING or x": "runs, checking",
    "not (TYPE_CHECKING or x)": "perhaps, perhaps",
    "not (TYPE_CHECKING and x)": "runs, checking",
    "TYPE_CHECKING or False": "checking, runs",
    "TYPE_CHECKING or True": "runs, never",
    "TYPE_CHECKING and False": "never, runs",
    "(x := TYPE_CHECKING)": "checking, runs",
    "x": "perhaps, perhaps",
    "x.y": "perhaps, perhaps",
    "f(TYPE_CHECKING)": "perhaps, perhaps",
    "True": "runs, never",
    "1": "runs, never",
    "0": "never, runs",
    "None": "never, runs",
    "'text'": "runs, never",
    "not False": "runs, never",
    "False or x": "perhaps, perhaps",
    "False and x": "never, runs",
    "__name__ == '__main__'": "never, runs",
    "'__main__' == __name__": "never, runs",
    "__name__ != '__main__'": "runs, never",
    "__name__ == 'a'": "perhaps, perhaps",
    "sys.platform == 'nowhere'": "perhaps, perhaps",
    "sys.version_info >= (3, 12)": "perhaps, perhaps",
}


def told(test: str, top: str = "") -> str:
    """In words what becomes of the arms of ``if`` *test*, in a file that begins with *top*."""
    arms = Guards(ast.parse(top).body).judge_arms(ast.parse(test, mode="eval").body)
    words = {True: "runs", False: "never", None: "perhaps"}
    return ", ".join("checking" if arm.checking else words[arm.runs] for arm in arms)


@pytest.mark.parametrize("test", ARMS)
def test_what_becomes_of_the_arms(test: str) -> None:
    assert told(test) == ARMS[test]


#: The top of a file that gives the name another name, ``T``.
OTHERWISE = {
    "from typing import TYPE_CHECKING as T": True,
    "from typing_extensions import TYPE_CHECKING as T": True,
    "from compat import TYPE_CHECKING as T": True,
    "try:\n    from typing import TYPE_CHECKING as T\nexcept ImportError:\n    T = False": True,
    "if x:\n    from typing import TYPE_CHECKING as T": True,
    "import typing\nT = typing.TYPE_CHECKING": True,
    "from typing import TYPE_CHECKING\nT = TYPE_CHECKING": True,
    "from typing import TYPE_CHECKING": False,
    "from typing import Text as T": False,
    "T = False": False,
    "def f():\n    from typing import TYPE_CHECKING as T": False,
}


@pytest.mark.parametrize("top", OTHERWISE)
def test_its_name_under_another_name(top: str) -> None:
    assert told("T", top) == ("checking, runs" if OTHERWISE[top] else "perhaps, perhaps")
    assert told("not T", top) == ("runs, checking" if OTHERWISE[top] else "perhaps, perhaps")
    assert told("x.T", top) == "perhaps, perhaps", "an attribute is another thing"
