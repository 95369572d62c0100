"""One module as its source states it: what defines a name, what it lists, what its code reads."""

from __future__ import annotations

import ast

import pytest

from pytest_ssot.syntax.module import Module, read_module


def read(text: str) -> Module:
    module = read_module(text, lambda: ["p"])
    assert module is not None
    return module


#: A source, and the line of what defines ``x`` in it.
DEFINED = {
    "x = 1\nx = 2": 1,
    "x = 1\ndef x(): pass": 2,
    "class x: pass\nx = 1": 1,
    "import x": 1,
    "from a import *": None,
    "from a import y as x": 1,
    "if TYPE_CHECKING:\n class x: pass\nelse:\n x = 1": 4,
    "if TYPE_CHECKING:\n x: int = 1": 2,
    "try:\n import x\nexcept E:\n x = None": 2,
    "try: pass\nexcept E as x: pass": None,
    "for x in y: pass": 1,
    "with y as x: pass": 1,
    "match y:\n case [x]: pass": 1,
    "def f():\n x = 1": None,
    "class C:\n x = 1": None,
    "def f():\n global x\n x = 1": None,
    "x: int": None,
    "del x": None,
    "(x := 1)": 1,
}


@pytest.mark.parametrize("text", DEFINED)
def test_what_defines_a_name(text: str) -> None:
    module = read(text)
    node = module.find_definition("x")
    assert (None if node is None else node.lineno) == DEFINED[text]
    assert ("x" in module.bound_names) is (DEFINED[text] is not None)


#: A source whose line 1 gives ``x`` a value: whether it has another when the module is loaded.
REPLACED = {
    "x = 1": False,
    "x = 1\nx = 2": True,
    "x = 1\ndef x(): pass": True,
    "x = 1\nfrom a import x": True,
    "x = 1\nx = wrap(x)": False,
    "x = 1\nx += 1": False,
    "x = 1\ndel x": True,
    "x = 1\nfor x in y: pass": True,
    "x = 1\nif y: x = 2": False,
    "x = 1\ntry: pass\nexcept E: x = 2": False,
    "x = 1\nif TYPE_CHECKING: x = 2": False,
    "x = 1\nif not TYPE_CHECKING: x = 2": True,
    "x = 1\nwith y: x = 2": True,
    "x = 1\ndef f():\n x = 2": False,
    "x = 1\ndef f():\n global x\n x = 2": False,
    "x = 1\nx: int": False,
}


@pytest.mark.parametrize("text", REPLACED)
def test_whether_a_name_gets_another_value(text: str) -> None:
    module = read(text)
    assert module.replaces("x", module.tree.body[0]) is REPLACED[text]


#: A source: what it lists, and whether that is all.
LISTED = {
    "": ("", False),
    "__all__ = ['a', 'b']": ("a b", True),
    "__all__ = ('a',)": ("a", True),
    "__all__: list[str] = ['a']": ("a", True),
    "__all__ = ['a'] + ['b']": ("a b", True),
    "__all__ = [*['a'], 'b']": ("a b", True),
    "__all__ = sorted(['a'])": ("a", True),
    "__all__ = ['a', *b]": ("a", False),
    "__all__ = ['a'] + b.__all__": ("a", False),
    "__all__ = f()": ("", False),
    "__all__ = ['a']\n__all__ += ['b']": ("a b", True),
    "__all__ = ['a']\n__all__ += b": ("a", False),
    "__all__ = ['a']\n__all__.append('b')\n__all__.extend(['c'])": ("a b c", True),
    "__all__ = ['a']\n__all__ = ['b']": ("b", True),
}


@pytest.mark.parametrize("text", LISTED)
def test_what_a_module_lists(text: str) -> None:
    names, whole = read(text).listed
    assert (" ".join(sorted(names)), whole) == LISTED[text]


#: A source, and whether it uses ``x``.
USED = {
    "x": True,
    "f(x)": True,
    "x.y": True,
    "del x": True,
    "x = 1": False,
    "import x": False,
    "def x(x): pass": False,
    "y.x": False,
    "'x'": False,
    "def f(a: 'x'): pass": True,
    "def f() -> 'list[x]': pass": True,
    "y: 'x.z'": True,
    "y: 'xy'": False,
    "y: list['x']": True,
}


@pytest.mark.parametrize("text", USED)
def test_whether_code_uses_a_name(text: str) -> None:
    assert read(text).uses("x") is USED[text]


def test_stars_and_globals() -> None:
    module = read(
        "from a import *\ntry:\n from .b import *\nexcept E:\n from .. import *\n"
        "def f():\n global x, y\n def g(): global z\n"
    )
    assert [(node.lineno, modules) for node, modules in module.stars] == [
        (1, ["a"]),
        (3, ["p.b"]),
        (5, []),
    ]
    assert module.global_names == {"x", "y", "z"}


def test_a_class_binds_for_itself() -> None:
    module = read("class C:\n x = 1\n if y:\n  def z(self): w = 1\n class D: v = 1\n")
    (owner,) = module.tree.body
    assert isinstance(owner, ast.ClassDef)
    assert sorted(module.find_bindings_in(owner)) == ["D", "x", "z"]
    assert list(module.bound_names) == ["C"]


def test_what_is_no_source() -> None:
    for text in ("def", "x = 'a", "\0", "(" * 10_000):
        assert read_module(text) is None


def test_packages_are_asked_for_once_and_only_where_it_matters() -> None:
    asked = []

    def find() -> list[str]:
        asked.append(1)
        return ["p"]

    module = read_module("import a\nx = 1", find)
    assert module is not None
    assert module.find_definition("x") is not None
    assert (module.stars, asked) == ((), [])
    assert module.imports_before.has_run("a", (2, 0), below=False)
    assert module.packages == ["p"]
    assert asked == [1]
