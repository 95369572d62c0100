"""What a statement binds: one row for each form that Python has."""

from __future__ import annotations

import ast
import symtable
import sys

import pytest

from pytest_ssot.syntax.bindings import (
    GLOBAL,
    NONLOCAL,
    find_bindings,
    find_bound_within,
    find_pairs,
    find_walruses,
    list_bound_names,
)
from pytest_ssot.syntax.statements import walk_statements
from pytest_ssot.syntax.type_checking import Guards

#: A statement, and the names that have a value when it has run.
BOUND = {
    "x = 1": "x",
    "x = y = 1": "x y",
    "x, (y, *z) = v": "x y z",
    "[x, y] = v": "x y",
    "x.a = y[0] = v": "",
    "x: int = 1": "x",
    "x: int": "",
    "x.a: int = 1": "",
    "x += 1": "x",
    "x.a += 1": "",
    "(x := 1)": "x",
    "f(x := 1)": "x",
    "y[x := 1] = 2": "x",
    "if (x := 1): y = 1": "x",
    "while (x := f()): y = 1": "x",
    "[(x := a) for a in b]": "x",
    "{a: (x := a) for a in b if (y := a)}": "x y",
    "[[(x := a) for a in b] for b in c]": "x",
    "f(x := a for a in b)": "x",
    "[a for a in b]": "",
    "lambda: (x := 1)": "",
    "lambda y=(x := 1): y": "x",
    "[lambda: (x := a) for a in b]": "",
    "for x, y in v: z = 1": "x y",
    "for x.a in v: pass": "",
    "for a in (x := v): pass": "a x",
    "with v as x, w as (y, z): a = 1": "x y z",
    "with v: pass": "",
    "with v as x.a: pass": "",
    "with (x := v): pass": "x",
    "try: x = 1\nexcept E as y: z = 1": "",
    "try: pass\nexcept (x := E): pass": "x",
    "try: pass\nexcept* E as y: pass": "",
    "match v:\n case x: y = 1": "x",
    "match v:\n case [x, *y]: pass\n case {'a': z, **w}: pass": "w x y z",
    "match v:\n case A(x, b=y) as z: pass": "x y z",
    "match v:\n case (x, 1) | (1, x): pass": "x",
    "match v:\n case _: pass\n case [*_]: pass": "",
    "match v:\n case a.b | 1: pass": "",
    "match v:\n case 1 if (x := 1): pass": "x",
    "match (x := v):\n case 1: pass": "x",
    "import x": "x",
    "import x.a.b": "x",
    "import x.a as y": "y",
    "import x, y.z": "x y",
    "from a import x, y as z": "x z",
    "from . import x": "x",
    "from a import *": "*",
    "def x(y, z=1): w = 1": "x",
    "async def x(y): w = 1": "x",
    "def x(y=(z := 1)): pass": "x z",
    "@(y := d)\ndef x(): pass": "x y",
    "def x(a: (y := int)) -> (z := int): pass": "x y z",
    "class x(a): y = 1": "x",
    "class x((y := a), metaclass=(z := b)): pass": "x y z",
    "@(y := d)\nclass x: pass": "x y",
    "del x": "",
    "global x": "",
    "assert (x := 1)": "x",
    "raise (x := E)": "x",
    "return_": "",
    "pass": "",
}
#: What only a Python that is new enough reads.
NEWER = {
    "type x = int": ("x", (3, 12)),
    "type x[y] = y": ("x", (3, 12)),
    "def x[y: int](): pass": ("x", (3, 12)),
    "class x[y]: pass": ("x", (3, 12)),
    "def x[y = int](): pass": ("x", (3, 13)),
    "try: pass\nexcept A, B: pass": ("", (3, 14)),
    "t'{(x := 1)}'": ("x", (3, 14)),
    "lazy import x": ("x", (3, 15)),
    "lazy from a import x as y": ("y", (3, 15)),
}


def statement(text: str) -> ast.stmt:
    (node,) = ast.parse(text).body
    return node


@pytest.mark.parametrize("text", BOUND)
def test_a_statement_binds(text: str) -> None:
    assert sorted(list_bound_names(statement(text))) == BOUND[text].split()


@pytest.mark.parametrize("text", NEWER)
def test_a_newer_statement_binds(text: str) -> None:
    names, version = NEWER[text]
    if sys.version_info >= version:
        assert sorted(list_bound_names(statement(text))) == names.split()
    else:
        with pytest.raises(SyntaxError):
            ast.parse(text)


#: Of comprehensions CPython's table tells something else in each version (PEP 709); a walrus
#: within an annotation it refuses from 3.14 on (PEP 649).
LEFT_OUT = ("for a in b", *(("(a: (y :=",) if sys.version_info >= (3, 14) else ()))
COMPARED = [text for text in BOUND if not any(part in text for part in LEFT_OUT)]


@pytest.mark.parametrize("text", COMPARED)
def test_what_is_bound_is_what_python_binds(text: str) -> None:
    """All that the statement and those in its blocks bind, beside CPython's own table."""
    symbols = symtable.symtable(text, "t.py", "exec").get_symbols()
    theirs = {one.get_name() for one in symbols if one.is_assigned() or one.is_imported()}
    ours = {
        bound.name
        for node, _ in walk_statements(ast.parse(text).body, Guards(()))
        for bound in (*find_bindings(node), *find_walruses(node))
        if bound.start != GLOBAL
    }
    assert ours - {"*"} == theirs - {"x" if text == "x: int" else ""}


def test_where_a_name_is_bound_elsewhere() -> None:
    assert [(b.name, b.start) for b in find_bindings(statement("global x, y"))] == [
        ("x", GLOBAL),
        ("y", GLOBAL),
    ]
    assert [(b.name, b.start) for b in find_bindings(statement("nonlocal x"))] == [("x", NONLOCAL)]


#: A statement: name, where it has its value from, that value, and the last line that it is for.
PLACES = {
    "x = v": ["x 1:5 v"],
    "x, y = v": ["x 1:8 -", "y 1:8 -"],
    "x: int = v": ["x 1:10 v"],
    "x += v": ["x 1:6 -"],
    "del x": ["x 1:5 -"],
    "for x in v:\n pass": ["x 1:10 -"],
    "with v as x:\n pass": ["x 1:11 -"],
    "import a as x": ["x 1:13 -"],
    "def x():\n pass": ["x 2:5 -"],
    "try:\n pass\nexcept E as x:\n pass\n pass": ["x 4:1 - until 5"],
    "match v:\n case [x]:\n  pass": ["x 2:8 - until 3"],
    "if (x := v): pass": ["x 1:10 v"],
    "[(x := v) for a in b]": ["x 1:8 - until -1"],
}


@pytest.mark.parametrize("text", PLACES)
def test_from_where_on_a_name_is_bound(text: str) -> None:
    node = statement(text)
    told = []
    for bound in (*find_bindings(node), *find_walruses(node)):
        value = ast.unparse(bound.value) if bound.value is not None else "-"
        until = f" until {bound.until}" if bound.until is not None else ""
        told.append(f"{bound.name} {bound.start[0]}:{bound.start[1]} {value}{until}")
    assert told == PLACES[text]


PAIRS = {
    "x = y = v": ["x v", "y v"],
    "x, y = v, w": ["x v", "y w"],
    "x, (y, z) = v, (w, u)": ["x v", "y w", "z u"],
    "x, y = v": [],
    "x, *y = v, w": [],
    "x: int = v": ["x v"],
    "x: int": [],
    "x += v": [],
    "x.a = v": [],
}


@pytest.mark.parametrize("text", PAIRS)
def test_what_is_given_which_value(text: str) -> None:
    assert [f"{name} {ast.unparse(value)}" for name, value in find_pairs(statement(text))] == PAIRS[
        text
    ]


def test_all_that_is_bound_anywhere() -> None:
    text = (
        "def f(a, /, b, *c, d, **e):\n    import g.h\n    [i for i in j if (k := i)]\n"
        "    lambda m: (n := m)\n    try: pass\n    except E as o: pass\n    global p\n"
    )
    names = {bound.name for bound in find_bound_within(ast.parse(text))}
    assert names == set("fabcdegikmnop")
