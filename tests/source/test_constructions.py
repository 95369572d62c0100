"""Where a class is made outside of its factory, and what only looks like that."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pytest_ssot.model import Form, Kind
from tests.source.conftest import Scan, places

MANAGER = """\
class Manager:
    def __class_getitem__(cls, key): return cls

    @classmethod
    def create(cls): return cls()

def get(): return Manager()
"""
FILES = {"app/ws/__init__.py": "from app.ws.manager import Manager\n", "app/ws/manager.py": MANAGER}
FACTORY = '[[tool.pytest-ssot.factories]]\nclass = "{}"\nonly-from = [{}]\n'
TABLES = FACTORY.format(
    "app.ws.manager:Manager", '"app.ws.manager:get", "app.ws.manager:Manager.create"'
)
IMPORT = "from app.ws.manager import Manager\n"


def sites(found: list[str]) -> list[str]:
    """Without what is the same for all of them."""
    return [one.replace(" - call", "") for one in found]


def made(scan: Scan, body: str, *, tables: str = TABLES, **more: str) -> list[str]:
    """The places in ``t.py``, which holds *body*, and in *more* files."""
    files = {f"{name.replace('__', '/')}.py": text for name, text in more.items()}
    found = scan({**FILES, **files, "t.py": body}, tables=tables)
    assert not found.unreadable
    for one in found.violations:
        assert (one.kind, one.form, one.name) == (Kind.CONSTRUCTION, Form.CALL, None)
        assert (one.rule, one.target) == ("app.ws.manager:Manager()", "app.ws.manager:Manager")
    return sites(places(found))


WAYS = {
    "by its module": ("import app.ws.manager\napp.ws.manager.Manager()", ["2:0"]),
    "by an alias of its module": ("import app.ws.manager as m\nm.Manager()", ["2:0"]),
    "from its package": ("from app.ws import manager\nmanager.Manager(1)", ["2:0"]),
    "under another name": ("from app.ws.manager import Manager as M\nM()", ["2:0"]),
    "star": ("from app.ws.manager import *\nManager()", ["2:0"]),
    "import_module": (
        "from importlib import import_module\nimport_module('app.ws.manager').Manager()",
        ["2:0"],
    ),
    "import_module, bound": (
        "import importlib\nm = importlib.import_module('app.ws.manager')\nm.Manager()",
        ["3:0"],
    ),
    "sys.modules": ("import sys\nsys.modules['app.ws.manager'].Manager()", ["2:0"]),
    "resolve_name": ("import pkgutil\npkgutil.resolve_name('app.ws.manager:Manager')()", ["2:0"]),
    "getattr": ("import app.ws.manager as m\ngetattr(m, 'Manager')()", ["2:0"]),
    "in a function": (
        "def test_f():\n    from app.ws.manager import Manager\n    return Manager()",
        ["3:11 test_f function"],
    ),
    "exec": (f"{IMPORT}exec('Manager()')", ["2:0"]),
    "exec, all of it": ("exec('from app.ws.manager import Manager; Manager()')", ["1:0"]),
}


@pytest.mark.parametrize("way", WAYS)
def test_ways_to_the_class(scan: Scan, way: str) -> None:
    body, expected = WAYS[way]
    assert made(scan, body) == expected


SHAPES = {
    "several on a line": ("Manager(), [Manager(1)]", ["2:0", "2:12"]),
    "beyond ascii": ("'ä', Manager()", ["2:5"]),
    "over lines": ("x = (\n    Manager\n    (\n    ))", ["3:4"]),
    "alias": ("M = Manager\nM()", ["3:0"]),
    "aliases at once": ("M = N = Manager\nN()", ["3:0"]),
    "annotated alias": ("M: type = Manager\nM()", ["3:0"]),
    "alias of an alias": ("M = Manager\nN = M\nN()", ["4:0"]),
    "alias in a function": ("def f():\n    M = Manager\n    M()", ["4:4 f function"]),
    "alias from around": ("M = Manager\ndef f(): M()", ["3:9 f function"]),
    "alias by a walrus": ("(M := Manager)()\nM()", ["2:0", "3:0"]),
    "alias, perhaps": ("try:\n    M = Manager\nexcept E:\n    M = None\nM()", ["6:0"]),
    "chosen": ("(Manager if x else Other)()", ["2:0"]),
    "chosen before": ("M = Manager if x else Other\nM()", ["3:0"]),
    "or": ("def f(M=None): (M or Manager)()", ["2:15 f function"]),
    "generic": ("Manager[int]()", ["2:0"]),
    "generic alias": ("Managers = Manager[int]\nManagers()", ["3:0"]),
    "await": ("async def f(): await Manager()", ["2:21 f function"]),
    "decorator": ("@Manager\ndef f(): pass", ["2:1"]),
    "decorator of a class": ("@Manager\nclass C: pass", ["2:1"]),
    "decorator with arguments": ("@Manager(1)\ndef f(): pass", ["2:1"]),
    "base": ("class X(Manager()): pass", ["2:8"]),
    "metaclass": ("class X(metaclass=Manager()): pass", ["2:18"]),
    "default": ("def f(a=Manager(), *, b=Manager()): pass", ["2:8", "2:24"]),
    "lambda": ("f = lambda: Manager()", ["2:12"]),
    "lambda's default": ("f = lambda a=Manager(): a", ["2:13"]),
    "comprehension": ("[Manager() for _ in range(9)]", ["2:1"]),
    "comprehension's source": ("[x for x in Manager()]", ["2:12"]),
    "f-string": ("f'{Manager()}'", ["2:3"]),
    "class body": ("class C:\n    one = Manager()", ["3:10 class"]),
    "method": ("class C:\n    def f(self): Manager()", ["3:17 C.f function"]),
    "try": ("try: Manager()\nexcept E: pass", ["2:5 try"]),
    "guard of a case": ("match x:\n    case 1 if Manager(): pass", ["3:14"]),
    "with": ("with Manager() as m: pass", ["2:5"]),
    "annotation that is worked out": ("def f(x: Annotated[int, Manager()]): pass", ["2:24"]),
    "its module's main": ("if __name__ == '__main__':\n    Manager()", ["3:4"]),
    "negated type checking": (
        "from typing import TYPE_CHECKING\nif not TYPE_CHECKING: Manager()",
        ["3:22"],
    ),
    "map": ("list(map(Manager, xs))", ["2:0"]),
    "map, unpacked": ("[0, *map(Manager, xs)]", ["2:0"]),
    "map, handed on": ("f(*map(Manager, xs))", ["2:0"]),
    "map, later": ("ms = map(Manager, xs)", ["2:5"]),
    "map of a map": ("list(map(str, map(Manager, xs)))", ["2:0"]),
    "filter": ("list(filter(Manager, xs))", ["2:0"]),
    "starmap": ("from itertools import starmap\n[*starmap(Manager, xs)]", ["3:0"]),
    "reduce": ("import functools\nfunctools.reduce(Manager, xs)", ["3:0"]),
    "defaultdict": ("from collections import defaultdict\nd = defaultdict(Manager)", ["3:4"]),
    "a dataclass's field": (
        "class C:\n    m: Manager = field(default_factory=Manager)",
        ["3:17 class"],
    ),
    "an attrs field": ("import attr\nm = attr.ib(factory=Manager)", ["3:4"]),
    "attr.Factory": ("import attr\nm = attr.ib(attr.Factory(Manager))", ["3:12"]),
    "partial, called": ("from functools import partial\np = partial(Manager, 1)\np()", ["4:0"]),
    "partial, called at once": ("import functools as f\nf.partial(Manager, 1)()", ["3:0"]),
    "partial, called in a function": (
        "from functools import partial\np = partial(Manager)\ndef f(): return p()",
        ["4:16 f function"],
    ),
    "partial of a partial": (
        "from functools import partial\np = partial(partial(Manager, 1), 2)\np()",
        ["4:0"],
    ),
    "partial, mapped": ("from functools import partial\n[*map(partial(Manager, 1), xs)]", ["3:0"]),
    "partial, handed on": ("from functools import partial\nrun(partial(Manager, 1))", ["3:4"]),
    "partial, for a field": (
        "from functools import partial\nm = field(default_factory=partial(Manager, 1))",
        ["3:4"],
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_shapes_of_a_construction(scan: Scan, shape: str) -> None:
    body, expected = SHAPES[shape]
    assert made(scan, f"{IMPORT}{body}\n") == expected


FINE = {
    "the factory": "from app.ws.manager import get\nget()",
    "its class method": "Manager.create()",
    "looked at": "isinstance(x, Manager), type(x) is Manager, Manager.__name__",
    "caught": "try: pass\nexcept Manager: pass",
    "annotations": "def f(m: Manager, n: 'Manager()') -> Manager:\n    x: Manager() = m",
    "postponed annotations": "\nfrom typing import Annotated\ndef f(m: Manager[int]): pass",
    "subclass": "class Sub(Manager): pass\nSub()",
    "case": "match x:\n    case Manager(): pass",
    "handed on": "Depends(Manager), register(Manager, name=Manager), run(target=Manager)",
    "in a display": "KINDS = {'m': Manager, 'n': [Manager]}",
    "without __init__": "object.__new__(Manager), Manager.__new__(Manager)",
    "copied": "import copy\nfrom app.ws.manager import get\ncopy.copy(get())",
    "a local of the name": "def f():\n    Manager = int\n    Manager()",
    "a parameter of the name": "def f(Manager): Manager()",
    "a lambda's parameter": "f = lambda Manager: Manager()",
    "another's attribute": "self.Manager(), app.Manager()",
    "rebound": "Manager = int\nManager()",
    "another import": "from other import Manager\nManager()",
    "string and comment": "'Manager()'  # Manager()",
    "docstring": "def f():\n    'Manager()'",
    "patched": "mock.patch('app.ws.manager.Manager')",
    "one's own map": "from other import map\nmap(Manager, xs)",
    "a method called map": "registry.map(Manager, table)",
    "one's own partial": "def partial(x): pass\npartial(Manager)()",
    "a field's other argument": "field(metadata=Manager), attr.ib(validator=Manager)",
    "another's factory": "web.mount(factory=Manager)",
    "partial, never called with it": "from functools import partial\npartial(print, Manager)()",
    "for type checkers": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    Manager()",
    "an attribute that holds it": "class C:\n    kind = Manager\nC.kind",
    "its type": "type(Manager)()",
}


@pytest.mark.parametrize("what", FINE)
def test_what_only_looks_like_one(scan: Scan, what: str) -> None:
    assert made(scan, f"{IMPORT}{FINE[what]}\n") == []


def test_postponed_annotations_are_never_worked_out(scan: Scan) -> None:
    body = (
        f"from __future__ import annotations\n{IMPORT}def f(m: Annotated[int, Manager()]): pass\n"
    )
    assert made(scan, body) == []


OWN = """\
class Manager:
    pool = []

    @classmethod
    def create(cls):
        one = cls()
        return [cls(), *(cls() for _ in cls.pool)]

    @classmethod
    def other(cls, kind=None):
        kind = kind or cls
        return kind()

    def twin(self):
        return type(self)(), self.__class__(), Manager()

    def __new__(cls):
        return super().__new__(cls)

    @staticmethod
    def static(cls, self):
        cls(), type(self)()

    def inner(self):
        class Other:
            def f(self): return type(self)()
        def g(): return type(self)()

class Sub(Manager):
    @classmethod
    def create(cls): return cls()

def get(cls): return cls()

first = Manager()
"""


@pytest.mark.parametrize(
    ("callers", "expected"),
    [
        (
            '"app.ws.manager:Manager.create"',
            [
                *("12:15 Manager.other function", "15:15 Manager.twin function"),
                *("15:29 Manager.twin function", "15:47 Manager.twin function"),
                *("27:24 Manager.inner.g function", "35:8"),
            ],
        ),
        ('"app.ws.manager:Manager"', ["35:8"]),
        ('"app.ws.manager"', []),
        (
            '"app.ws.manager:Manager.twin", "app.ws.manager:Manager.inner.g"',
            [
                *("6:14 Manager.create function", "7:16 Manager.create function"),
                *("7:25 Manager.create function", "12:15 Manager.other function", "35:8"),
            ],
        ),
    ],
    ids=["a class method", "the class", "the module", "methods"],
)
def test_in_the_class_itself(scan: Scan, callers: str, expected: list[str]) -> None:
    tables = FACTORY.format("app.ws.manager:Manager", callers)
    found = scan({"app/ws/manager.py": OWN}, tables=tables)
    assert sites(places(found, "app/ws/manager.py")) == expected


def test_what_is_inside_of_a_factory_belongs_to_it(scan: Scan) -> None:
    body = f"""\
{IMPORT}
def make(a=Manager()):
    def inner(): return Manager()
    class C:
        one = Manager()
        def f(self): return Manager()
    return [Manager() for _ in range(9)], lambda: Manager()

def made(): return Manager()

class C:
    def make(self): return Manager()
"""
    tables = FACTORY.format("app.ws.manager:Manager", '"app.ws.manager", "t:make"')
    assert made(scan, body, tables=tables) == [
        "3:11",
        "10:19 made function",
        "13:27 C.make function",
    ]


HELPED = """\
from app.ws.manager import Manager

def make(): return _first()

def _first(): return [_second(n) for n in range(9)]

def _second(n):
    return Manager(n)
"""
SECOND = ["8:11 _second function"]
#: What is done to the helpers, and what is then told.
HELPERS = {
    "as they are": ("", []),
    "called by each other": ("def _third(): _third()\n", []),
    "called elsewhere": ("def other(): return _second(1)\n", SECOND),
    "called by one that is": ("def other(): return _first()\n", SECOND),
    "called at the top": ("_first()\n", SECOND),
    "called by a default": ("def other(x=_first()): pass\n", SECOND),
    "called later": ("def _third(): return lambda: _second(1)\n", SECOND),
    "handed on": ("run(_second)\n", SECOND),
    "in __all__": ("__all__ = ['_second']\n", SECOND),
    "bound again": ("_second = cache(_second)\n", SECOND),
    "defined again": ("if x:\n    def _second(n): pass\n", SECOND),
    "a method called so": ("class C:\n    def f(self): self._second()\n", []),
}


@pytest.mark.parametrize("case", HELPERS)
def test_a_helper_of_a_factory(scan: Scan, case: str) -> None:
    more, expected = HELPERS[case]
    tables = FACTORY.format("app.ws.manager:Manager", '"app.ws.manager", "t:make"')
    assert made(scan, f"{HELPED}{more}", tables=tables) == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("def _second", "@register\ndef _second"), ["9:11 _second function"]),
        (("def _second", "async def _second"), SECOND),
        (("return Manager(n)", "yield Manager(n)"), ["8:10 _second function"]),
        (("return Manager(n)", "return lambda: Manager(n)"), ["8:19 _second function"]),
        (("return Manager(n)", "return (Manager(n) for _ in n)"), ["8:12 _second function"]),
        (("return Manager(n)", "def f(): return Manager(n)"), ["8:20 _second.f function"]),
        (("[_second(n) for n in range(9)]", "(_second(n) for n in range(9))"), SECOND),
        (("[_second(n) for n in range(9)]", "map(_second, range(9))"), SECOND),
    ],
)
def test_no_helper(scan: Scan, change: tuple[str, str], expected: list[str]) -> None:
    tables = FACTORY.format("app.ws.manager:Manager", '"app.ws.manager", "t:make"')
    assert made(scan, HELPED.replace(*change), tables=tables) == expected


def test_an_async_helper_is_awaited(scan: Scan) -> None:
    body = f"{IMPORT}async def make(): return await _make()\nasync def _make(): return Manager()\n"
    tables = FACTORY.format("app.ws.manager:Manager", '"app.ws.manager", "t:make"')
    assert made(scan, body, tables=tables) == []
    scheduled = body.replace("await _make()", "create_task(_make())")
    assert made(scan, scheduled, tables=tables) == ["3:26 _make function"]


@pytest.mark.parametrize(
    "other",
    [
        "from t import _second\n",
        "import t\nt._second(1)\n",
        "import t as u\ndef f(): u._first()\n",
        "from importlib import import_module\nimport_module('t')._second\n",
    ],
)
def test_a_helper_that_another_file_mentions(scan: Scan, other: str) -> None:
    tables = FACTORY.format("app.ws.manager:Manager", '"app.ws.manager", "t:make"')
    assert made(scan, HELPED, tables=tables, app__other=other) == SECOND
    harmless = "from t import make\n_second = 1\nself._second()\n"
    assert made(scan, HELPED, tables=tables, app__other=harmless) == []


def test_a_class_that_is_passed_on(scan: Scan) -> None:
    found = made(
        scan,
        "from app.ws import Manager\nManager()\nfrom app.api import Unified\nUnified()\n"
        "import app.api\napp.api.Kept()\nfrom app.far import *\nUnified2()\n",
        app__api="from .ws import Manager as Kept\nUnified = Other = Kept\n_hidden = Kept\n",
        app__far="from app.api import *\nUnified2: type = Unified\n",
    )
    assert found == [
        "2:0 via app/ws/__init__.py:1",
        "4:0 via app/api.py:2 via app/ws/__init__.py:1",
        "6:0 via app/api.py:1 via app/ws/__init__.py:1",
        "8:0 via app/far.py:2 via app/api.py:2 via app/ws/__init__.py:1",
    ]


@pytest.mark.parametrize(
    "api",
    [
        "from app.ws import Manager\nManager = None\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from app.ws import Manager\n",
        "def f():\n    from app.ws import Manager\n",
        "class C:\n    Manager = Manager\n",
        "Manager = make()\n",
    ],
)
def test_a_class_that_is_not_passed_on(scan: Scan, api: str) -> None:
    assert made(scan, "from app.api import Manager\nManager()\n", app__api=api) == []


def test_the_path_that_is_configured_may_be_a_re_export(scan: Scan) -> None:
    tables = FACTORY.format("app.ws:Manager", '"app.ws:make"')
    files = {
        "app/ws/__init__.py": "from .manager import Manager, get as make\nManager()\n",
        "app/ws/manager.py": MANAGER,
        "t.py": "from app.ws import Manager, manager\nManager()\n\nmanager.Manager()\n",
    }
    found = scan(files, tables=tables)
    assert {one.target for one in found.violations} == {"app.ws:Manager"}
    assert sites(places(found)) == [
        "app/ws/__init__.py:2:0",
        "app/ws/manager.py:5:28 Manager.create function",
        "2:0",
        "4:0",
    ]


def test_who_is_ours_and_what_is_allowed(scan: Scan) -> None:
    body = f"{IMPORT}Manager()\nManager()  # ssot: allow[app.ws.manager:Manager()] moves later\n"
    found = scan(
        {**FILES, "t.py": body, "vendor/x.py": body},
        settings='first-party = ["app", "t.py"]',
        tables=TABLES,
    )
    assert sites(places(found)) == [
        "2:0",
        "3:0 allowed",
        "vendor/x.py:2:0 indirect",
        "vendor/x.py:3:0 allowed",
    ]


@pytest.mark.parametrize("test", ["TYPE_CHECKING", "not TYPE_CHECKING"])
def test_another_class_to_type_checkers(scan: Scan, test: str) -> None:
    branches = [f"    {IMPORT}", "    Manager = Proxy('Manager')\n"]
    said, given = branches[::-1] if "not" in test else branches
    text = f"from typing import TYPE_CHECKING\nif {test}:\n{said}else:\n{given}"
    made = f"{text}Manager()\ndef f(): return Manager()\n"
    found = scan({**FILES, "t.py": made}, tables=TABLES)
    assert [one for one in sites(places(found)) if one[0].isdigit()] == []


def test_files_that_are_broken_and_stubs(scan: Scan) -> None:
    files = {
        "t.py": f"{IMPORT}def f(:\n    pass\nManager()\n",
        "t.pyi": f"{IMPORT}x = Manager()\n",
        "app/ws/manager.pyi": "class Manager: ...\n",
        "bin/run": f"#!/usr/bin/env python3\n{IMPORT}Manager()\n",
    }
    found = scan({**FILES, **files}, tables=TABLES)
    assert sites(places(found)) == ["bin/run:3:0", "4:0"]
    assert dict(found.unreadable).keys() == {"t.py"}


def test_a_rule_and_a_factory_about_one_class(scan: Scan) -> None:
    found = scan(
        {**FILES, "t.py": "from app.ws import Manager\nManager()\n"},
        'deprecated = "app.ws.manager:Manager"\nid = "old"',
        tables=TABLES,
    )
    told = [(one.rule, str(one.importer), len(one.chain)) for one in found.violations]
    assert told == [
        ("old", "app/ws/__init__.py:1", 0),
        ("old", "t.py:1", 1),
        ("app.ws.manager:Manager()", "t.py:2", 1),
    ]


def test_many_factories(scan: Scan) -> None:
    classes = "".join(f"class M{n}: pass\n" for n in range(30))
    tables = "".join(FACTORY.format(f"app.many:M{n}", f'"app.many:make{n}"') for n in range(30))
    body = "from app.many import *\n" + "".join(f"def make{n}(): M{n}()\n" for n in range(30))
    found = scan({"app/many.py": classes, "t.py": body}, tables=tables)
    assert [one.rule for one in found.violations] == [f"app.many:M{n}()" for n in range(30)]


#: Text that nobody wrote by hand -> where; None: it is told as nested too deep.
ODD: dict[str, tuple[str, list[str] | None]] = {
    "a long chain of aliases": (
        "a0 = Manager\n" + "".join(f"a{n + 1} = a{n}\n" for n in range(2_000)) + "a2000()",
        ["2003:0"],
    ),
    "a long chain of partials": (
        "from functools import partial\na0 = partial(Manager)\n"
        + "".join(f"a{n + 1} = partial(a{n})\n" for n in range(300))
        + "a300()",
        ["304:0"],
    ),
    "aliases of each other": ("if z: a = b\nif z: b = a\na()\nManager()", ["5:0"]),
    "a wide line": (f"x = ['ä', {'Manager, ' * 5_000} Manager()]", ["2:45011"]),
    "many functions": ("def f():\n    x = Manager\n" * 5_000 + "Manager()", ["10002:0"]),
    "many globals": ("def f():\n    global o\n    o = Manager\n" * 500 + "o()", ["1502:0"]),
    "a sum that is too deep": ("x = " + " + ".join(["Manager()"] * 10_000), None),
    "too many subscripts": (f"Manager{'[0]' * 10_000}()", None),
}


@pytest.mark.parametrize("shape", ODD)
def test_an_odd_shape(scan: Scan, shape: str) -> None:
    body, expected = ODD[shape]
    if expected is not None:  # what is quadratic would take minutes
        assert made(scan, f"{IMPORT}{body}\n") == expected
        return
    found = scan({**FILES, "t.py": f"{IMPORT}{body}\n"}, tables=TABLES)
    assert [path for path, _ in found.unreadable] == ["t.py"]


def test_a_check_from_the_first_look_to_the_baseline(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": "[tool.pytest-ssot]\n"
        + FACTORY.format("app.ws.manager:Manager", '"app.ws.manager:get"'),
        **FILES,
        "app/__init__.py": "",
        "app/bridge.py": f"{IMPORT}first, second = Manager(1), Manager(2)\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def run(*arguments: str) -> tuple[int, str]:
        command = [sys.executable, "-m", "pytest_ssot", *arguments]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout

    says = "app.ws.manager:Manager() made outside its factory: app.ws.manager:Manager; use: "
    assert run("check") == (
        1,
        (
            f"app/bridge.py:2:16: {says}from app.ws.manager import get\n"
            f"app/bridge.py:2:28: {says}from app.ws.manager import get\n"
            f"app/ws/manager.py:5:28: {says}get\n"
        ),
    )
    scanned = [sys.executable, "-m", "pytest", "--ssot-scan", "-m", "ssot_scan"]
    told = subprocess.run(
        [*scanned, "-p", "no:cacheprovider", "-p", "no:asyncio"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    assert (
        "app/ws/manager.py:5: in Manager.create\n"
        ">   def create(cls): return cls()\n"
        "E   made outside its factory: app.ws.manager:Manager\n"
        "E   use:  get\n"
        "E   fix:  change app/ws/manager.py:5\n"
    ) in told
    assert run("baseline")[0] == 0
    assert run("check") == (0, "")
    bridge = tmp_path / "app/bridge.py"
    bridge.write_text(f"{bridge.read_text()}third = Manager()\n")
    code, told = run("check")
    assert (code, told.count("app/bridge.py"), "app/ws" in told) == (1, 3, False)
