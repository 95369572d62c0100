"""What a walk knows of each place: the scope it is worked out in, and for whom that is."""

from __future__ import annotations

import ast
import sys

import pytest

from pytest_ssot.syntax.module import Module
from pytest_ssot.syntax.tree_walker import TreeWalker

#: A source: each name that begins with a capital letter, in the order of the walk, with the
#: scopes around it, and how it stands there.
WALKED = {
    "A": "A:module",
    "def f(a=A, *, b: B = C) -> D: E": ("B:module C:module A:module D:module E:f:function"),
    "@A\ndef f(): pass": "A:module",
    "class C(A, metaclass=B):\n D\n def f(self): E": "A:module B:module D:C:class E:C.f:function",
    "lambda a=A: B": "A:module B:lambda:module",
    "[A for x in B if C for y in D]": "B:module A:comp:module C:comp:module D:comp:module",
    "def f(): return {A: 1 for x in B}": "B:f:function A:f.comp:function",
    "try:\n A\nexcept B:\n C\nelse:\n D\nfinally:\n E": "A:try B:try C:try D:try E:try",
    "def f():\n try: A\n except B: pass\n C": "A:f:try B:f:try C:f:function",
    "try:\n def f(): A\nfinally: pass": "A:f:function",
    "if A: B\nelse: C": "A:module B:module C:module",
    "if TYPE_CHECKING: A\nelse: B": "A:type-checking B:module",
    "if not TYPE_CHECKING: A\nelse: B": "A:module B:type-checking",
    "if TYPE_CHECKING:\n def f():\n  try: A\n  finally: pass": "A:f:type-checking",
    "def f():\n if x.TYPE_CHECKING: A\n B": "A:f:type-checking B:f:function",
    "with A as x: B": "A:module B:module",
    "match A:\n case B(): C": "A:module B:module C:module",
    "for x in A: B\nelse: C": "A:module B:module C:module",
    "f'{A} {x:{B}}'": "A:module B:module",
    "f(A, *B, c=C, **D)": "A:module B:module C:module D:module",
    "x: A = B": "A:module B:module",
}
GENERIC = {
    "def f[T: A](a: B): C": "A:lambda:module B:lambda:module C:lambda.f:function",
    "class C[T: A](B): D": "A:lambda:module B:lambda:module D:lambda.C:class",
    "type x[T: A] = B": "A:lambda:module B:lambda:module",
    "type x = A": "A:module",
}
NAMES = {
    ast.Lambda: "lambda",
    **dict.fromkeys((ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp), "comp"),
}


class Recorder(TreeWalker):
    """Notes each name that begins with a capital letter."""

    def __init__(self, text: str, *, lines: range | None = None, checking: bool = False) -> None:
        module = Module(text, ast.parse(text))
        super().__init__(module, lines or range(1, text.count("\n") + 2), checking=checking)
        self.seen: list[str] = []
        self.walk()

    def look_at_expression(self, node: ast.expr) -> None:
        if isinstance(node, ast.Name) and node.id.isupper() and node.id != "TYPE_CHECKING":
            scopes = [
                NAMES.get(type(one)) or getattr(one, "name", "") for one in self.enclosing[1:]
            ]
            self.seen.append(":".join(filter(None, (node.id, ".".join(scopes), self.standing))))
        self.visit_parts(node)


@pytest.mark.parametrize("text", WALKED)
def test_what_is_around_a_place(text: str) -> None:
    assert " ".join(Recorder(text).seen) == WALKED[text]


@pytest.mark.parametrize("text", GENERIC)
def test_type_parameters_are_names_of_their_own(text: str) -> None:
    if sys.version_info >= (3, 12):
        assert " ".join(Recorder(text).seen) == GENERIC[text]
    else:
        with pytest.raises(SyntaxError):
            ast.parse(text)


def test_lines_that_do_not_matter_are_left_out() -> None:
    text = "A\ndef f():\n B\n C\n@D\ndef g(): E\n[F,\n G]"
    assert Recorder(text, lines=range(3, 4)).seen == ["B:f:function"]
    assert Recorder(text, lines=range(8, 9)).seen == ["G:module"]
    assert Recorder(text, lines=range(5, 6)).seen == ["D:module"]


def test_a_stub_is_for_type_checkers_alone() -> None:
    assert Recorder("A\ndef f(a=B): C", checking=True).seen == [
        "A:type-checking",
        "B:type-checking",
        "C:f:type-checking",
    ]


def test_who_leaves_out_what_is_for_type_checkers() -> None:
    class Running(Recorder):
        leaves_out_checking = True

    text = "if TYPE_CHECKING: A\nelse: B\nif not TYPE_CHECKING: C\nelse: D\nif x: E"
    assert Running(text).seen == ["B:module", "C:module", "E:module"]
