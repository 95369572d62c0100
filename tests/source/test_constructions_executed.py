"""What is executed is found, and nothing else: modules made of calls, run and scanned."""

from __future__ import annotations

import datetime
import sys
import textwrap
import types
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_ssot.policy.run.inventory import take_inventory
from pytest_ssot.rules.configured import load_configured

#: Where the class is; a name of its own, as the modules are put into this interpreter.
HOME = """\
class Manager:
    def __init__(self, *given):
        seen(self)

    def __class_getitem__(cls, key):
        return cls

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    @classmethod
    def create(cls):
        return cls()

    def twin(self):
        return type(self)()

def get():
    return helper()

def helper():
    return Manager()

class Sub(Manager):
    pass

Unified = Manager
"""
CONFIG = """\
[tool.pytest-ssot]
[[tool.pytest-ssot.factories]]
class = "guarded.home:Manager"
only-from = ["guarded.home:get", "guarded.home:Manager.create", "t:make"]
"""
HEAD = """\
import copy, functools
from collections import defaultdict
from contextlib import nullcontext
from functools import partial
from itertools import starmap
import guarded.home
import guarded.home as m
from guarded import home, again
from guarded.again import Other
from guarded.home import Manager, Sub, Unified, get
k = m
Alias = Manager
makes = partial(Manager, 1)
def hand(*what): return None
def make(what=None): return Manager()
async def wait(what): return what
def run(coroutine):
    try: coroutine.send(None)
    except StopIteration: pass
"""
#: Make one, somewhere; each is an expression.
MAKE = (
    *("Manager()", "m.Manager(1)", "guarded.home.Manager()", "home.Manager()", "Alias()"),
    *("Unified()", "Other()", "again.Other()", "Manager[int]()", "(Manager if True else None)()"),
    *("(None or Manager)()", "getattr(m, 'Manager')()", "[Manager() for _ in [0]][0]"),
    *("(lambda: Manager())()", "(lambda a=Manager(): a)()", "f'{Manager()!r:}'"),
    *("list(map(Manager, [0]))[0]", "[*map(m.Manager, [0, 1])]", "hand(*map(Manager, [0]))"),
    *("list(map(str, map(Manager, [0])))", "[*starmap(Manager, [()])]", "next(map(Manager, [1]))"),
    *("partial(Manager)()", "makes()", "functools.partial(partial(Manager, 1))()"),
    *("functools.reduce(Manager, [0, 1])", "(Manager(), Manager())[0]", "('ä', Manager())"),
    *("(\n Manager\n (\n 1\n ))", "(k\n .Manager(\n1))", "(k\n.Manager(*[1]))"),
    *("(k.\nManager\n(1))", "(guarded\n.home\n.Manager())", "[x for x in [Manager()]]"),
    *("{'a': Manager()}['a']", "exec('Manager()')", "{*map(Manager, [2])}", "hand(a := Manager())"),
)
#: Make none, or not here.
LOOK = (
    *("get()", "Manager.create()", "make()", "isinstance(1, Manager)", "Sub()", "Sub.create()"),
    *("hand(Manager)", "object.__new__(Manager)", "copy.copy(get())", "'Manager()'", "[Manager]"),
    *("type(get()).__name__", "(lambda Manager: Manager())(int)", "[int() for int in [Sub]]"),
    *("[Manager() for Manager in [Sub]]", "partial(hand, Manager)()", "{Manager: 1}[Manager]"),
    *("m.get()", "defaultdict(list, a=Manager)", "[*map(hand, [Manager])]", "Manager.__name__"),
)
#: Around an expression, ``#e``; ``#n`` is another number each time.
SIMPLE = (
    *("#e", "x#n = #e", "x#n: object = #e", "x#n = y#n = #e", "assert #e or True"),
    *("def f#n(a=#e): pass", "def f#n(*, a: object = #e): pass", "hand(#e)"),
    *("class C#n(type('B', (), {'a': #e})): pass", "class C#n:\n    one = #e"),
    *("for _ in [#e]: pass", "with nullcontext(#e) as x#n: pass", "if #e: pass"),
    *("while not (#e, 1): pass", "try:\n    raise KeyError(#e)\nexcept KeyError: pass"),
    *("L#n = Manager\nL#n()", "L#n = M#n = m.Manager\nM#n()", "@Manager\ndef f#n(): pass"),
    *("@m.Manager\nclass C#n: pass", "@hand\n@Alias\ndef f#n(): pass", "with Manager(): pass"),
    *(
        "match 1:\n    case Manager(): pass\n    case 1 if #e: pass",
        "p#n = partial(Manager)\np#n()",
    ),
    *(
        "def f#n(Manager): Manager()\nf#n(int)",
        "def f#n():\n    Manager = int\n    Manager()\nf#n()",
    ),
    *("class S#n(Manager): pass\nS#n()", "try:\n    T#n = Manager\nexcept OSError: pass\nT#n()"),
    *("def f#n():\n    return (yield #e)\nlist(f#n())", "g#n = [lambda: #e]\ng#n[0]()"),
    # Not in an expression: in a comprehension at the top, 3.13 says that it is on the second line.
    "x#n = (m\n .Manager())",
    *("async def f#n(): await wait(#e)\nrun(f#n())", "del [x for x in [[1]] if [#e]][0][0]"),
)
#: Around statements, ``#b``.
BLOCKS = (
    *("if True:\n    #b", "try:\n    #b\nfinally:\n    pass", "with nullcontext():\n    #b"),
    *("for _ in [0]:\n    #b", "def f#n():\n    #b\nf#n()", "class C#n:\n    #b"),
    *(
        "class C#n:\n    def f(self):\n        #b\nC#n().f()",
        "async def f#n():\n    #b\nrun(f#n())",
    ),
    *("def f#n():\n    #b\n    yield\nlist(f#n())", "match 1:\n    case 1:\n        #b"),
    *(
        "def f#n():\n    def g():\n        #b\n    return g\nf#n()()",
        "def f#n(self):\n    #b\nf#n(1)",
    ),
    *(
        "if not hand():\n    #b\nelse:\n    pass",
        "try:\n    1 / 0\nexcept ZeroDivisionError:\n    #b",
    ),
    "def f#n():\n    from guarded.home import Manager as Late\n    Late()\n    #b\nf#n()",
)


@st.composite
def programs(draw: st.DrawFn, depth: int = 0) -> str:
    """Statements that all run."""
    statements = []
    for _ in range(draw(st.integers(1, 4 - depth))):
        if depth < 3 and draw(st.booleans()):
            around = draw(st.sampled_from(BLOCKS))
            (blank,) = (one[:-2] for one in around.split("\n") if one.strip() == "#b")
            inner = textwrap.indent(draw(programs(depth + 1)), blank)
            statement = around.replace(f"{blank}#b", inner)
        else:
            made = draw(st.sampled_from(draw(st.sampled_from((MAKE, MAKE, LOOK)))))
            statement = draw(st.sampled_from(SIMPLE)).replace("#e", made)
        statements.append(statement.replace("#n", str(draw(st.integers(0, 999)))))
    return "\n".join(statements)


def executed(files: dict[str, str]) -> set[tuple[int, int]]:
    """Where ``t.py`` made one while no factory was on the stack: lines and columns."""
    found: set[tuple[int, int]] = set()
    lines = files["t.py"].split("\n")

    def seen(one: object) -> None:
        frame = sys._getframe(2)
        stack = []
        at: types.FrameType | None = frame
        while at is not None:
            stack.append(at)
            at = at.f_back
        callers = {(one.f_code.co_filename, one.f_code.co_qualname) for one in stack}
        permitted = {("home", "get"), ("home", "Manager.create"), ("t.py", "make")}
        if type(one).__name__ != "Manager" or callers & permitted:
            return
        place = next(one for one in stack if one.f_code.co_filename == "t.py")
        line, _, column, _ = list(place.f_code.co_positions())[place.f_lasti // 2]
        assert line is not None
        found.add((line, len(lines[line - 1].encode()[:column].decode())))

    package = types.ModuleType("guarded")
    modules = {"guarded": package}
    for name in ("home", "again"):
        module = types.ModuleType(f"guarded.{name}")
        vars(module)["seen"] = seen
        setattr(package, name, module)
        modules[f"guarded.{name}"] = module
    with pytest.MonkeyPatch.context() as patch:
        for name, module in modules.items():
            patch.setitem(sys.modules, name, module)
        for name in ("home", "again"):
            text = files[f"guarded/{name}.py"]
            exec(compile(text, name, "exec"), vars(modules[f"guarded.{name}"]))
        exec(compile(files["t.py"], "t.py", "exec"), {"__name__": "t"})
    return found


def scanned(files: dict[str, str]) -> set[tuple[int, int]]:
    with TemporaryDirectory() as folder:
        for name, text in files.items():
            path = Path(folder, name)
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
        taken = take_inventory(
            load_configured(Path(folder), {}, {}), datetime.date(2027, 1, 1), cache=False
        )
    assert not taken.unreadable
    sites = (one.importer for one in taken.violations)
    return {(one.line, one.column) for one in sites if one.path == "t.py"}


@given(programs())
def test_what_is_executed_is_found(program: str) -> None:
    files = {
        "pyproject.toml": CONFIG,
        "guarded/__init__.py": "",
        "guarded/home.py": HOME,
        "guarded/again.py": "from guarded.home import Manager as Other\n",
        # A partial that nobody calls is told where it is made.
        "t.py": f"{HEAD}{program}\nmakes()\n",
    }
    assert scanned(files) == executed(files)
