"""Which imports have run wherever a place is reached: one row for each way to stand there."""

from __future__ import annotations

import ast

import pytest

from pytest_ssot.syntax.module import Module

#: A source in the package ``app`` whose ``HERE`` are where imports that have run are asked for,
#: and for each whether ``app.old`` is one.
PLACES = {
    # In one block.
    "import app.old\nHERE": "yes",
    "HERE\nimport app.old": "no",
    "HERE; import app.old; HERE": "no yes",
    "import app.old as o\nHERE": "yes",
    "from app import old\nHERE": "yes",
    "from app.old import X\nHERE": "yes",
    "from app.old import *\nHERE": "yes",
    "from . import old\nHERE": "yes",
    "from .old import X\nHERE": "yes",
    "from .. import old\nHERE": "no",
    "import app\nHERE": "no",
    "import app.older\nHERE": "no",
    "import app.old.sub\nHERE": "yes",
    "'''\nimport app.old\n'''\nHERE": "no",
    # Under conditions.
    "if x:\n import app.old\n HERE\nelse:\n HERE\nHERE": "yes no no",
    "if x:\n HERE\n import app.old": "no",
    "if x:\n import app.old\nelse:\n import app.old\nHERE": "no",
    "if x:\n pass\nelse:\n import app.old\n HERE\nHERE": "yes no",
    "import app.old\nif HERE: HERE\nelse: HERE": "yes yes yes",
    "if sys.platform == 'nowhere':\n import app.old\nHERE": "no",
    "if True:\n import app.old\nHERE": "yes",
    "if False:\n import app.old\nHERE": "no",
    "if TYPE_CHECKING:\n import app.old\n HERE\nHERE": "yes no",
    "if TYPE_CHECKING:\n pass\nelse:\n import app.old\nHERE": "yes",
    "if not TYPE_CHECKING:\n import app.old\nHERE": "yes",
    "if not TYPE_CHECKING and x:\n import app.old\nHERE": "no",
    "while x:\n import app.old\n HERE\nHERE": "yes no",
    "for i in x:\n HERE\n import app.old": "no",
    "for i in x:\n import app.old\nelse:\n HERE": "no",
    "match x:\n case 1:\n  import app.old\n  HERE\n case 2:\n  HERE": "yes no",
    "x = HERE if y else HERE\nimport app.old": "no no",
    # In blocks that run wherever what is before them has.
    "with x:\n import app.old\n HERE\nHERE": "yes yes",
    "class C:\n import app.old\n HERE\nHERE": "yes yes",
    "class C:\n class D:\n  import app.old\nHERE": "yes",
    "if x:\n with y:\n  import app.old\nHERE": "no",
    # In a try statement.
    "try:\n import app.old\nexcept E:\n HERE\nelse:\n HERE\nfinally:\n HERE\nHERE": (
        "yes yes yes yes"
    ),
    "try:\n import x\n import app.old\nexcept E:\n HERE\nelse:\n HERE\nHERE": "no yes no",
    "try:\n import x\n import app.old\nexcept E:\n raise\nHERE": "yes",
    "try:\n import x\n import app.old\nexcept E:\n return\nHERE": "yes",
    "try:\n import x\n import app.old\nfinally:\n HERE\nHERE": "no yes",
    "try:\n import app.old\nexcept HERE:\n pass": "yes",
    "try:\n import x\nexcept E:\n import app.old\n HERE\nHERE": "yes no",
    "try:\n import x\nfinally:\n import app.old\nHERE": "yes",
    "try:\n import x\nexcept E:\n raise\nelse:\n import app.old\nHERE": "yes",
    "try:\n import app.old\n HERE\nexcept* E:\n HERE": "yes yes",
    # In functions: what is around them has run when they are called, all of it.
    "def f():\n import app.old\n HERE": "yes",
    "def f():\n HERE\n import app.old": "no",
    "def f():\n if x: return HERE\n import app.old": "no",
    "def f():\n import app.old\nHERE": "no",
    "def f():\n import app.old\ndef g():\n HERE": "no",
    "import app.old\ndef f():\n HERE": "yes",
    "def f():\n HERE\nimport app.old": "yes",
    "def f():\n import app.old\n def g():\n  HERE": "yes",
    "def f():\n def g():\n  HERE\n import app.old": "yes",
    "def f():\n import app.old\n def g():\n  def h():\n   HERE": "yes",
    "def f():\n def g():\n  import app.old\n def h():\n  HERE": "no",
    "async def f():\n import app.old\n async def g():\n  HERE": "yes",
    "def f():\n if x:\n  import app.old\n  def g():\n   HERE\n else:\n  def h():\n   HERE": (
        "yes no"
    ),
    "if x:\n def f():\n  HERE\n import app.old": "yes",
    "if x:\n import app.old\ndef f():\n HERE": "no",
    "class C:\n import app.old\n def f(self):\n  HERE": "yes",
    "class C:\n def f(self):\n  HERE\n import app.old": "yes",
    "class C:\n def f(self):\n  import app.old\n def g(self):\n  HERE": "no",
    "def f():\n global app\n import app.old\ndef g():\n HERE": "no",
    # In lambdas and comprehensions.
    "import app.old\nf = lambda: HERE": "yes",
    "f = lambda: HERE\nimport app.old": "yes",
    "f = lambda x=HERE: x\nimport app.old": "no",
    "f = g(lambda: [HERE for _ in x], HERE)\nimport app.old": "yes no",
    "def f():\n import app.old\n return lambda: HERE": "yes",
    "import app.old\n[HERE for _ in HERE if HERE]": "yes yes yes",
    "[HERE for _ in x]\nimport app.old": "no",
    "def f():\n import app.old\n [HERE for _ in x], {HERE: 1 for _ in x}, (HERE for _ in x)": (
        "yes yes yes"
    ),
    "async def f():\n import app.old\n return [HERE async for _ in x]": "yes",
    # In heads, which are worked out where the statement stands.
    "import app.old\n@HERE\ndef f(a=HERE, *, b: HERE = HERE) -> HERE: pass": "yes yes yes yes yes",
    "@HERE\ndef f(a=HERE): pass\nimport app.old": "no no",
    "@HERE\nclass C(HERE, metaclass=HERE): pass\nimport app.old": "no no no",
    "def f():\n import app.old\n @x\n @HERE\n def g(a=HERE):\n  HERE": "yes yes yes",
    "@x\ndef f():\n import app.old\n @y\n def g():\n  HERE": "yes",
    "class C:\n import app.old\n @HERE\n def f(self): pass": "yes",
}


@pytest.mark.parametrize("text", PLACES)
def test_whether_it_has_run(text: str) -> None:
    module = Module(text, ast.parse(text), lambda: ["app"])
    places = sorted(
        (node.lineno, node.col_offset)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Name) and node.id == "HERE"
    )
    have = [module.imports_before.has_run("app.old", at, below=True) for at in places]
    assert " ".join("yes" if one else "no" for one in have) == PLACES[text]


#: Without *below*: a package's own surface.
SURFACE = {
    "import app.old\nHERE": "yes",
    "import app.old.sub\nHERE": "no",
    "from app import old\nHERE": "yes",
    "from . import old\nHERE": "yes",
    "from app.old import X\nHERE": "no",
}


@pytest.mark.parametrize("text", SURFACE)
def test_a_submodule_is_not_the_package(text: str) -> None:
    module = Module(text, ast.parse(text), lambda: ["app"])
    have = module.imports_before.has_run("app.old", (2, 0), below=False)
    assert ("yes" if have else "no") == SURFACE[text]


def test_a_line_whose_column_nobody_knows() -> None:
    text = "import app.old\ndef f():\n  import app.new\n  x = [y for _ in z]\n"
    module = Module(text, ast.parse(text), lambda: ["app"])
    assert module.imports_before.has_run("app.new", (4, 1_000), below=False)


def test_code_that_is_executed() -> None:
    module = Module("", ast.parse(""), lambda: ["app"])
    executed = ast.parse("if x:\n import app.old\nfrom . import new")
    assert not module.imports_before.runs_in(executed, "app.old", below=True)
    assert module.imports_before.runs_in(executed, "app.new", below=True)
