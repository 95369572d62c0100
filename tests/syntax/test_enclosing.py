"""The functions and classes around a place, beside what CPython calls it."""

from __future__ import annotations

import ast

import pytest

from pytest_ssot.syntax.enclosing import find_definitions, qualify_function

#: A source, and the function around each ``class X`` in it.
AROUND = {
    "class X: pass": ["<module>"],
    "class C:\n class X: pass": ["<module>"],
    "def f():\n class X: pass": ["f"],
    "async def f():\n class X: pass": ["f"],
    "class C:\n def f(self):\n  class X: pass": ["C.f"],
    "class C:\n def f(self):\n  class D:\n   class X: pass": ["C.f"],
    "def f():\n def g():\n  class X: pass": ["f.g"],
    "if x:\n class X: pass\nelse:\n class X: pass": ["<module>", "<module>"],
    "try:\n class X: pass\nexcept E:\n def f():\n  class X: pass\nfinally:\n class X: pass": [
        "<module>",
        "f",
        "<module>",
    ],
    "match x:\n case 1:\n  with y:\n   class X: pass": ["<module>"],
    "for x in y:\n class X: pass\nelse:\n class X: pass": ["<module>", "<module>"],
}


@pytest.mark.parametrize("text", AROUND)
def test_the_function_around(text: str) -> None:
    found = find_definitions(ast.parse(text).body)
    assert [qualify_function(around) for node, around in found if node.name == "X"] == AROUND[text]
