"""What a class or a function statement is: only another name, or no definition of its own."""

from __future__ import annotations

import ast

import pytest

from pytest_ssot.syntax.definitions import find_renamed_base, is_no_definition
from pytest_ssot.syntax.nodes import Definition

#: A class, and the base that it only gives another name to.
RENAMES = {
    "class X(A): pass": "A",
    "class X(a.B): 'doc'": "a.B",
    "class X(A): ...": "A",
    "class X(A):\n 'doc'\n __slots__ = ()": "A",
    "class X(A): __slots__ = []": "A",
    "class X(A): __doc__ = A.__doc__": "A",
    "class X(A): __module__ = __qualname__ = 'a'": "A",
    "class X(A): __slots__ = ('a',)": None,
    "class X(A): x = 1": None,
    "class X(A): x = __doc__ = 1": None,
    "class X(A): x: int": None,
    "class X(A):\n def f(self): pass": None,
    "class X: pass": None,
    "class X(A, B): pass": None,
    "class X(A[int]): pass": None,
    "class X(f()): pass": None,
    "class X(A, metaclass=M): pass": None,
    "@d\nclass X(A): pass": None,
}


@pytest.mark.parametrize("text", RENAMES)
def test_what_a_class_only_renames(text: str) -> None:
    (node,) = ast.parse(text).body
    assert isinstance(node, ast.ClassDef)
    base = find_renamed_base(node)
    assert (None if base is None else ast.unparse(base)) == RENAMES[text]


#: A statement, and whether it defines nothing to be called by its name.
NONE_OF_ITS_OWN = {
    "def f(): pass": False,
    "@overload\ndef f(): pass": True,
    "@typing.overload\ndef f(): pass": True,
    "@fixture\ndef f(): pass": True,
    "@pytest.fixture(scope='session')\nasync def f(): pass": True,
    "@d\n@pytest.fixture\ndef f(): pass": True,
    "@d.fixtures\ndef f(): pass": False,
    "class C: pass": False,
}


@pytest.mark.parametrize("text", NONE_OF_ITS_OWN)
def test_what_is_no_definition(text: str) -> None:
    (node,) = ast.parse(text).body
    assert isinstance(node, Definition)
    assert is_no_definition(node) is NONE_OF_ITS_OWN[text]
