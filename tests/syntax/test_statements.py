"""The statements of a scope: whether they run, for whom, and up to where what they bind holds."""

from __future__ import annotations

import ast

import pytest

from pytest_ssot.syntax.imports import list_imports_run
from pytest_ssot.syntax.module import Module
from pytest_ssot.syntax.statements import ALWAYS, walk_statements

#: A source whose simple statements are names: each with how it runs.
RUNS = {
    "a\nb": "a always, b always",
    "if x:\n a\nelif y:\n b\nelse:\n c": "a perhaps 2, b perhaps 4, c perhaps 6",
    "if True:\n a\nelse:\n b": "a always, b never 4",
    "if TYPE_CHECKING:\n a\nelse:\n b": "a checking 2, b always",
    "if not TYPE_CHECKING:\n a\nelse:\n b": "a always, b checking 4",
    "if TYPE_CHECKING:\n if x:\n  a\n try:\n  b\n finally:\n  c": (
        "a checking 3, b checking 5, c checking 7"
    ),
    "if x:\n if TYPE_CHECKING:\n  a\n else:\n  b": "a checking 3, b perhaps 5",
    "if 0:\n if x:\n  a": "a never 3",
    "if __name__ == '__main__':\n a": "a never 2",
    "try:\n a\nexcept E:\n b\nelse:\n c\nfinally:\n d": (
        "a perhaps 2, b perhaps 4, c perhaps 6, d always"
    ),
    "with x:\n a": "a always",
    "if x:\n with y:\n  a": "a perhaps 3",
    "for i in x:\n a\nelse:\n b": "a perhaps 2, b perhaps 4",
    "while x:\n a\nelse:\n b": "a perhaps 2, b perhaps 4",
    "match x:\n case 1:\n  a\n case 2:\n  b": "a perhaps 3, b perhaps 5",
    "def f():\n a\nb": "b always",
    "class C:\n a\nb": "b always",
    "if x:\n def f():\n  a\n b": "b perhaps 4",
}
#: Where classes are entered.
INTO_CLASSES = {
    "class C:\n a\n def f():\n  b\nc": "a always, c always",
    "class C:\n if TYPE_CHECKING:\n  a\n class D:\n  b": "a checking 3, b always",
    "if x:\n class C:\n  a": "a perhaps 3",
}


def told(text: str, *, into_classes: bool = False) -> str:
    module = Module(text, ast.parse(text))
    words = {True: "always", False: "never", None: "perhaps"}
    found = []
    body = module.tree.body
    for node, block in walk_statements(body, module.guards, into_classes=into_classes):
        if isinstance(node, ast.Expr):
            how = "checking" if block.checking else words[block.runs]
            until = "" if block.until == ALWAYS else f" {block.until}"
            found.append(f"{ast.unparse(node)} {how}{until}")
    return ", ".join(found)


@pytest.mark.parametrize("text", RUNS)
def test_what_runs(text: str) -> None:
    assert told(text) == RUNS[text]


@pytest.mark.parametrize("text", INTO_CLASSES)
def test_what_runs_in_classes(text: str) -> None:
    assert told(text, into_classes=True) == INTO_CLASSES[text]


#: A module of the package ``p``, and the imports that its own import runs.
IMPORTS = {
    "import a, b.c as d": ["1 a", "1 b.c"],
    "from a import b, c as d": ["1 a: b c"],
    "from . import a": ["1 p: a"],
    "from .. import a": [],
    "from a import *": ["1 a: *"],
    "def f():\n import a": [],
    "class C:\n import a": ["2 a"],
    "try:\n import a\nexcept ImportError:\n import b": ["2 a", "4 b"],
    "if x:\n import a\nelse:\n import b": ["2 a", "4 b"],
    "if TYPE_CHECKING:\n import a\nelse:\n import b": ["4 b"],
    "if 0:\n import a": [],
    "if __name__ == '__main__':\n import a": [],
    "for i in x:\n with y:\n  import a": ["3 a"],
}


@pytest.mark.parametrize("text", IMPORTS)
def test_the_imports_that_run(text: str) -> None:
    module = Module(text, ast.parse(text), lambda: ["p"])
    told = []
    for stated in list_imports_run(module):
        names = "" if stated.names is None else f": {' '.join(stated.names)}"
        told.append(f"{stated.line} {stated.module}{names}")
    assert told == IMPORTS[text]
