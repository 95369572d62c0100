"""A symbol that is to be single: what is another of it fails the tests that reach it."""

from __future__ import annotations

import sys
from textwrap import dedent, indent
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Project, Ran

SINGLE = """\
[[tool.pytest-ssot.single]]
symbol = "app.ws.manager:Manager"
also-from = ["app.ws"]
"""
#: What a module holds -> form, name and place of each violation in it.
Shapes = dict[str, tuple[str, list[tuple[str, str, str]]]]

DEFINED: Shapes = {
    "a class": ("class Manager:\n    x = 1", [("definition", "Manager", "1:0")]),
    "decorated": (
        "from dataclasses import *\n@dataclass(\n    slots=True\n)\nclass Manager:\n    x: int",
        [("definition", "Manager", "5:0")],
    ),
    "a named tuple": (
        "import typing\nclass Manager(typing.NamedTuple):\n    x: int",
        [("definition", "Manager", "2:0")],
    ),
    "a decorator returns another": (
        "def other(kind):\n    return type('Other', (), {})\n@other\nclass Manager: pass",
        [("definition", "Manager", "4:0")],
    ),
    "with a metaclass": (
        "import abc\nclass Manager(metaclass=abc.ABCMeta): pass",
        [("definition", "Manager", "2:0")],
    ),
    "a subclass of its name": (
        "from app.ws import manager\nclass Manager(manager.Manager): pass",
        [("definition", "Manager", "2:0")],
    ),
    "where another is missing": (
        "try:\n    from app.none import Manager\nexcept ImportError:\n    class Manager: pass",
        [("definition", "Manager", "4:4")],
    ),
    "one of two": (
        "if not __name__:\n    class Manager: pass\nelse:\n    class Manager:\n        x = 1",
        [("definition", "Manager", "4:4")],
    ),
    "in a class": ("class Outer:\n    class Manager: pass", [("definition", "Manager", "2:4")]),
    "in a function": (
        "def make():\n    class Manager: pass\n    return Manager\nmake()",
        [("definition", "Manager", "2:4 make")],
    ),
    "in a method": (
        "class Maker:\n    def make(self):\n        class Manager: pass\nMaker().make()",
        [("definition", "Manager", "3:8 Maker.make")],
    ),
    "global in a function": (
        "def make():\n    global Manager\n    class Manager: pass\nmake()",
        [("definition", "Manager", "3:4 make")],
    ),
    "deleted": ("class Manager: pass\ndel Manager", [("definition", "Manager", "1:0")]),
    "after a wide character": (
        "if '→ä': x = 1; y = 2\nif 'ä':\n  'ä'; Manager = type('Manager', (), {})",
        [("definition", "Manager", "3:7")],
    ),
    "type()": ("Manager = type('Manager', (), {})", [("definition", "Manager", "1:0")]),
    "namedtuple()": (
        "from collections import namedtuple\nManager = namedtuple('Manager', 'x')",
        [("definition", "Manager", "2:0")],
    ),
    "NewType()": (
        "from typing import NewType\nManager = NewType('Manager', int)",
        [("definition", "Manager", "2:0")],
    ),
    "a function": ("def Manager(): pass", [("definition", "Manager", "1:0")]),
    "a wrapped function": (
        "import functools\n@functools.lru_cache\ndef Manager(): pass",
        [("definition", "Manager", "3:0")],
    ),
    "exec": ("exec('class Manager: pass')", [("definition", "Manager", "1:0")]),
    "by globals()": (
        "'''Makes Manager.'''\nglobals()['Manager'] = type('Manager', (), {})",
        [("definition", "Manager", "2:0")],
    ),
}
NAMED: Shapes = {
    "an alias": (
        "from app.ws.manager import Manager\n\nUnified = Manager",
        [("alias", "Unified", "3:0")],
    ),
    "of a module's": (
        "from app.ws import manager\nUnified = manager.Manager",
        [("alias", "Unified", "2:0")],
    ),
    "its own name": (
        "import app.ws.manager\nManager = app.ws.manager.Manager",
        [("alias", "Manager", "2:0")],
    ),
    "two at once": (
        "from app.ws.manager import Manager\nA = B = Manager",
        [("alias", "A", "2:0"), ("alias", "B", "2:0")],
    ),
    "with a type": (
        "from app.ws.manager import Manager\nA: type = Manager",
        [("alias", "A", "2:0")],
    ),
    "in a condition": (
        "from app.ws.manager import Manager\nif True:\n    A = Manager",
        [("alias", "A", "3:4")],
    ),
    "in a tuple": (
        "from app.ws.manager import Manager\nA, b = Manager, 1",
        [("alias", "A", "2:0")],
    ),
    "of an alias": (
        "from app.ws.manager import Manager as M\nA = M",
        [("alias", "A", "2:0")],
    ),
    "computed": (
        "import importlib\nA = getattr(importlib.import_module('app.ws.manager'), 'Manager')",
        [("alias", "A", "2:0")],
    ),
    "by globals()": (
        "from app.ws.manager import Manager\n__all__ = ['A']\nglobals()['A'] = Manager",
        [("alias", "A", "3:0")],
    ),
    "by setattr": (
        "import sys, app.ws.manager as m\n\nsetattr(sys.modules[__name__], 'A', m.Manager)",
        [("alias", "A", "3:0")],
    ),
    "said nowhere": (
        "import app.ws.manager as m\nfor i in '0':\n    globals()['A' + i] = m.Manager",
        [("alias", "A0", "1:0")],
    ),
    "a subclass": (
        "from app.ws.manager import Manager\nclass Other(Manager):\n    '''The same.'''",
        [("subclass", "Other", "2:0")],
    ),
    "a subclass of a module's": (
        "from app.ws import manager\nclass Other(manager.Manager):\n    __slots__ = ()\n    ...",
        [("subclass", "Other", "2:0")],
    ),
    "a subclass by an alias": (
        "from app.ws.manager import Manager as M\nclass Other(M): pass",
        [("subclass", "Other", "2:0")],
    ),
    "a subclass in a function": (
        "from app.ws.manager import Manager\ndef make():\n    class Other(Manager): pass\nmake()",
        [("subclass", "Other", "3:4 make")],
    ),
}
PASSED_ON: Shapes = {
    "in __all__": (
        "from app.ws.manager import (\n    Manager,\n)\n__all__ = ['Manager']",
        [("from", "Manager", "1:0")],
    ),
    "in a made __all__": (
        "from app.ws.manager import Manager\n__all__ = []\n__all__ += [Manager.__name__]",
        [("from", "Manager", "1:0")],
    ),
    "as another name in __all__": (
        "from app.ws.manager import Manager as Other\n__all__ = ('Other',)",
        [("from", "Other", "1:0")],
    ),
    "redundant": ("from app.ws.manager import Manager as Manager", [("from", "Manager", "1:0")]),
    "from who may": ("from app.ws import Manager as Manager", [("from", "Manager", "1:0")]),
    "star": ("from app.ws.manager import *", [("star", "Manager", "1:0")]),
}
FINE = {
    "an import": "from app.ws.manager import Manager",
    "an import as": "from app.ws.manager import Manager as Other",
    "used": "from app.ws.manager import *\nmade = Manager()",
    "said in quotes": "from app.ws.manager import *\ndef f(x: 'Manager') -> None: pass",
    "a method": "class Bridge:\n    def Manager(self): pass",
    "a nested function": "def f():\n    def Manager(): pass\n    return Manager\nf()",
    "a local": "from app.ws.manager import Manager\ndef f():\n    M = Manager\n    return M\nf()",
    "an attribute": "from app.ws.manager import Manager\nclass C:\n    manager_class = Manager",
    "in a dictionary": "from app.ws.manager import Manager\nKINDS = {'m': Manager}\nL = [Manager]",
    "an instance": "from app.ws import manager\nmade = manager.Manager()",
    "an instance of the name": "class Other: pass\nManager = Other()",
    "nothing of the name": "try:\n    import app.none\nexcept ImportError:\n    Manager = None",
    "a module of the name": "import json as Manager",
    "a loop's variable": "from app.ws.manager import Manager\nfor one in (Manager, int): pass",
    "a loop's last variable": "from app.ws.manager import Manager\nfor one in (int, Manager): pass",
    "a function's global": (
        "from app.ws import manager\nkind = None\n"
        "def load():\n    global kind\n    kind = manager.Manager\nload()"
    ),
    "a class never made": "def f():\n    class Manager: pass",
    "for types alone": (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    class Manager: pass\n"
        "else:\n    from app.ws.manager import Manager"
    ),
    "a mock": "from unittest import mock\nManager = mock.Mock()",
    "another class under the name": "class Other: pass\nManager = Other",
    "a subclass with more": "from app.ws.manager import Manager\nclass O(Manager):\n    x = 1",
    "a subclass with a method": (
        "from app.ws.manager import Manager\nclass O(Manager):\n    def __init__(self): pass"
    ),
    "a subclass of two": (
        "from app.ws.manager import Manager\nclass A: pass\nclass O(Manager, A): pass"
    ),
    "a subclass with a keyword": (
        "from app.ws.manager import Manager\nclass O(Manager, metaclass=type): pass"
    ),
    "a decorated subclass": ("from app.ws.manager import Manager\n@str\nclass O(Manager): pass"),
    "a subclass with a field": "from app.ws.manager import Manager\nclass O(Manager):\n    x: int",
    "a subclass of a parameter's": (
        "from app.ws import manager\nclass Other(manager.Manager[int]): pass"
    ),
    "a subclass of another": "from app.ws.manager import Base\nclass Other(Base): pass",
    "an overload": (
        "from typing import overload\n@overload\ndef Manager(x: int) -> int: ...\n"
        "def f(): pass\ndel Manager"
    ),
    "a fixture": "import pytest\n@pytest.fixture\ndef Manager(): pass",
    "__slots__ of another": "class Other:\n    __slots__ = ('Manager',)",
}
FILES = {
    "app/ws/__init__.py": "from app.ws.manager import Manager\n__all__ = ['Manager']\n",
    "app/ws/manager.py": (
        "class Base:\n    def __class_getitem__(cls, key): return cls\n"
        "class Manager(Base):\n    def send(self): pass\n"
    ),
}


@pytest.fixture
def single(project: Project) -> Project:
    project.configure('mission-critical = ["tests/*"]', SINGLE)
    project.write(FILES)
    return project


def found(ran: Ran) -> list[tuple[str, str, str]]:
    """Form, name and place of each violation."""
    assert ran.report["not_observed"] == []
    assert ran.report["errors"] == []
    forms = [one["form"] for one in ran.report["violations"]]
    return [(form, str(one.name), one.at) for form, one in zip(forms, ran.violations, strict=True)]


def by_test(ran: Ran) -> dict[str, set[str]]:
    """The places that each test saw."""
    tests: dict[str, set[str]] = {}
    for one in ran.violations:
        for nodeid in one.tests.split():
            tests.setdefault(nodeid.partition("::")[2], set()).add(one.at)
    return tests


def shapes(project: Project, table: dict[str, str], *args: str) -> Ran:
    """Run a test for each entry of *table*, a module of its own."""
    tests = []
    for number, code in enumerate(table.values()):
        project.write({f"app/shape_{number}.py": code + "\n"})
        tests.append(f"def test_{number}():\n    import app.shape_{number}\n")
    project.write({"tests/test_shapes.py": "\n".join(tests)})
    return project.run(*args)


@pytest.mark.parametrize("table", [DEFINED, NAMED, PASSED_ON], ids=["defined", "named", "passed"])
def test_each_shape_fails_the_test_that_reaches_it(single: Project, table: Shapes) -> None:
    ran = shapes(single, {name: code for name, (code, _) in table.items()})
    wanted = {
        name: [(form, called, f"app/shape_{number}.py:{at}") for form, called, at in places]
        for number, (name, (_, places)) in enumerate(table.items())
    }
    seen = found(ran)
    told = {
        name: [one for one in seen if one[2].startswith(f"app/shape_{number}.py:")]
        for number, name in enumerate(table)
    }
    assert told == wanted
    assert ran.counts == {"failed": len(table)}


def test_what_looks_alike_is_fine(single: Project) -> None:
    ran = shapes(single, FINE)
    assert found(ran) == []
    assert ran.counts == {"passed": len(FINE)}


@pytest.mark.skipif(sys.version_info < (3, 12), reason="no Python there")
def test_python_312s_statements(single: Project) -> None:
    code = {
        "a generic": "class Manager[T]: pass",
        "in a function": "def f():\n    class Manager[T]: pass\nf()",
    }
    ran = shapes(single, code)
    assert [(form, at) for form, _, at in found(ran)] == [
        ("definition", "app/shape_0.py:1:0"),
        ("definition", "app/shape_1.py:2:4 f"),
    ]


def test_a_package_that_only_passes_on(single: Project) -> None:
    single.write(
        {
            "app/api/__init__.py": "from app.ws.manager import Manager\n",
            "app/stars/__init__.py": "from app.ws.manager import *\nmade = Manager()\n",
            "app/uses/__init__.py": "from app.ws.manager import Manager\nmade = Manager()\n",
            "tests/test_it.py": "def test_it():\n    import app.api, app.stars, app.uses\n",
        }
    )
    assert found(single.run()) == [
        ("from", "Manager", "app/api/__init__.py:1:0"),
        ("star", "Manager", "app/stars/__init__.py:1:0"),
    ]


def test_other_names_at_home(single: Project) -> None:
    """Another name for it is one wherever it stands; another class is its own business."""
    single.write(
        {
            "app/ws/manager.py": FILES["app/ws/manager.py"] + "Old = Manager\n"
            "def make():\n    class Manager: pass\nmake()\n",
            "app/ws/__init__.py": "from .manager import Manager as Other\n__all__ = ['Other']",
            "tests/test_it.py": "def test_it():\n    import app.ws.manager\n",
        }
    )
    assert found(single.run()) == [("alias", "Old", "app/ws/manager.py:5:0")]


def test_an_exception_is_one_more_to_catch(single: Project) -> None:
    single.configure(
        'mission-critical = ["tests/*"]',
        '[[tool.pytest-ssot.single]]\nsymbol = "app.errors:Trouble"\n',
    )
    single.write(
        {
            "app/errors.py": "class Trouble(Exception): pass\n",
            "app/more.py": "from app.errors import Trouble\nclass Worse(Trouble): pass\n",
            "tests/test_it.py": "def test_it():\n    import app.more\n",
        }
    )
    ran = single.run()
    assert ran.violations == []
    assert ran.code == 0


def test_a_single_function(single: Project) -> None:
    single.configure(
        'mission-critical = ["tests/*"]',
        '[[tool.pytest-ssot.single]]\nsymbol = "app.ws.manager:get"\n',
    )
    single.write(
        {
            "app/ws/manager.py": FILES["app/ws/manager.py"] + "def get(): pass\n",
            "app/other.py": "from app.ws.manager import get\nfetch = get\n",
            "app/again.py": "async def get(): pass\n",
            "app/fine.py": "class C:\n    def get(self): pass\nget_it = {}.get\n",
            "tests/test_it.py": "def test_it():\n    import app.other, app.again, app.fine\n",
        }
    )
    assert found(single.run()) == [
        ("definition", "get", "app/again.py:1:0"),
        ("alias", "fetch", "app/other.py:2:0"),
    ]


def test_values_that_are_one_object_for_other_reasons(single: Project) -> None:
    single.configure(
        'mission-critical = ["tests/*"]',
        '[[tool.pytest-ssot.single]]\nsymbol = "app.limits:LIMIT"\n',
    )
    single.write(
        {
            "app/limits.py": "LIMIT = 5\n",
            "app/other.py": "FIVE = 5\n",
            "tests/test_it.py": "def test_it():\n    import app.limits, app.other\n",
        }
    )
    assert single.run().violations == []


# -- who it belongs to --------------------------------------------------------

ALIAS = "from app.ws.manager import Manager\nUnified = Manager\n"
AT = "app/names.py:2:0"


def test_the_failure_tells_the_way_there(single: Project) -> None:
    single.write(
        {
            "app/names.py": ALIAS,
            "app/bridge.py": "import app.names\n",
            "tests/test_it.py": "def test_it():\n    import app.bridge\ndef test_other(): pass\n",
        }
    )
    ran = single.run()
    assert ran.failed == ["tests/test_it.py::test_it"]
    assert ran.failure("test_it")[:6] == [
        "tests/test_it.py:2: in test_it",
        "    import app.bridge",
        "app/bridge.py:1: in <module>",
        "    import app.names",
        "app/names.py:2: in <module>",
        ">   Unified = Manager",
    ]


WAYS = {
    "first": "import app.names",
    "cached": "import app.names",
    "from the package": "from app import names",
    "a name of it": "from app.names import Unified",
    "by another": "import app.bridge",
    "by another, cached": "import app.bridge",
    "by import_module": "import importlib; importlib.import_module('app.names')",
    "by an early importer": "import app.early",
}


@pytest.mark.parametrize("loaded", ["by tests", "by a conftest", "in collection", "by a fixture"])
@pytest.mark.parametrize("reverse", [False, True], ids=["in order", "reversed"])
def test_whoever_reaches_it_fails_in_any_order(single: Project, loaded: str, reverse: bool) -> None:
    ways = list(WAYS.values())
    tests = [f"def test_{n}():\n    {way}\n" for n, way in enumerate(ways)]
    tests.append("def test_none():\n    import app.ws.manager\n")
    single.write(
        {
            "app/names.py": "import app.circle\n" + ALIAS,
            "app/circle.py": "import app.names\n",
            "app/bridge.py": "def f(): pass\nimport app.names\n",
            "app/early.py": "import app.circle\n",
            "tests/test_it.py": "\n".join(reversed(tests) if reverse else tests),
        }
    )
    everywhere = {f"test_{n}" for n in range(len(ways))}
    if loaded == "by a conftest":
        single.write({"conftest.py": "import app.bridge\n"})
        everywhere.add("test_none")
    elif loaded == "in collection":
        single.write({"other/test_first.py": "import app.bridge\ndef test_it(): pass\n"})
        everywhere.add("test_it")
    elif loaded == "by a fixture":
        code = "import pytest\n@pytest.fixture(scope='session', autouse=True)\n"
        single.write({"conftest.py": code + "def load():\n    import app.early\n"})
        everywhere.add("test_none")
    ran = single.run("other", "tests") if loaded == "in collection" else single.run()
    assert by_test(ran) == {name: {"app/names.py:3:0"} for name in everywhere}


MODES = ["prepend", "append", "importlib"]


@pytest.mark.parametrize("mode", MODES)
def test_a_test_file_and_a_conftest_that_do_it_themselves(single: Project, mode: str) -> None:
    single.write(
        {
            "tests/a/test_own.py": ALIAS + "def test_own(): pass\n",
            "tests/b/conftest.py": ALIAS,
            "tests/b/test_below.py": "def test_below(): pass\n",
            "tests/c/test_none.py": "def test_none(): pass\n",
        }
    )
    single.configure('mission-critical = ["tests/**"]', SINGLE)
    ran = single.run(f"--import-mode={mode}")
    assert by_test(ran) == {
        "test_own": {"tests/a/test_own.py:2:0"},
        "test_below": {"tests/b/conftest.py:2:0"},
    }
    assert ran.counts == {"failed": 1, "errors": 0, "passed": 2} or ran.failed == [
        "tests/a/test_own.py::test_own",
        "tests/b/test_below.py::test_below",
    ]


@pytest.mark.forked
@pytest.mark.parametrize("count", ["2", "3"])
def test_under_xdist(single: Project, count: str) -> None:
    single.write(
        {
            "app/names.py": ALIAS,
            **{
                f"tests/test_{n}.py": "def test_it():\n    import app.names\ndef test_ok(): pass\n"
                for n in range(4)
            },
        }
    )
    ran = single.run("-n", count)
    assert found(ran) == [("alias", "Unified", AT)]
    assert ran.failed == [f"tests/test_{n}.py::test_it" for n in range(4)]


def test_a_plugin_loaded_before_the_watch(single: Project) -> None:
    single.write(
        {
            "app/names.py": ALIAS,
            "early.py": "import app.names\n",
            "tests/test_it.py": "def test_it():\n    import app.names\ndef test_ok(): pass\n",
        }
    )
    single.configure('mission-critical = ["tests/*"]', SINGLE, 'addopts = "-p early"')
    ran = single.run()
    assert "test_it" in by_test(ran)
    assert by_test(ran)["test_it"] == {AT}


def test_a_module_that_no_import_loads(single: Project) -> None:
    load = """
    import importlib.util, sys
    spec = importlib.util.spec_from_file_location("loaded", "app/names.py")
    module = sys.modules["loaded"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    """
    single.write(
        {
            "app/names.py": ALIAS,
            "tests/test_it.py": f"def test_loads():\n{indent(dedent(load), '    ')}\n"
            "def test_between(): pass\ndef test_imports():\n    import loaded\n",
        }
    )
    ran = single.run()
    assert by_test(ran) == {"test_loads": {AT}, "test_imports": {AT}}


@pytest.mark.forked
def test_threads_and_children(single: Project) -> None:
    single.write(
        {
            "app/names.py": ALIAS,
            "app/second.py": "class Manager: pass\n",
            "tests/test_it.py": """
    import multiprocessing, os, subprocess, sys, threading

    def load():
        import app.names

    def test_thread():
        thread = threading.Thread(target=load)
        thread.start()
        thread.join()

    def test_child():
        subprocess.run([sys.executable, "-c", "import app.second"], check=True)

    def test_fork():
        pid = os.fork()
        if not pid:
            try:
                import app.second
            finally:
                os._exit(0)
        os.waitpid(pid, 0)

    def test_none(): pass
    """,
        }
    )
    ran = single.run()
    assert by_test(ran) == {
        "test_thread": {AT},
        "test_child": {"app/second.py:1:0"},
        "test_fork": {"app/second.py:1:0"},
    }


@pytest.mark.usefixtures("installed")
@pytest.mark.fresh
def test_a_run_inside_of_a_test(single: Project) -> None:
    single.write(
        {
            "app/names.py": ALIAS,
            "tests/test_it.py": """
    pytest_plugins = ["pytester"]
    INNER = "def test_it():\\n    import app.names\\n    class Manager: pass\\n"

    def test_in_process(pytester):
        pytester.makepyfile(INNER)
        pytester.runpytest_inprocess("-p", "no:cacheprovider")

    def test_in_a_child(pytester, request):
        pytester.syspathinsert(request.config.rootpath)
        pytester.makepyfile(INNER)
        pytester.runpytest_subprocess("-p", "no:cacheprovider")

    def test_none(): pass
    """,
        }
    )
    ran = single.run()
    told = by_test(ran)
    assert AT in told.get("test_in_process", set())
    assert AT in told.get("test_in_a_child", set())
    assert "test_none" not in told


# -- one file, two names ------------------------------------------------------


def test_its_own_file_by_another_name(single: Project) -> None:
    """Each who imports it by that name is told, whoever was first; the file itself is right."""
    single.write(
        {
            "app/ws/__init__.py": "from .manager import Manager\n__all__ = ['Manager']\n",
            "app/ws/helpers.py": "from . import manager\n",
            "tests/conftest.py": "import sys\nsys.path.insert(0, 'app')\n",
            "tests/test_it.py": """
    def test_first():
        from ws.manager import Manager
    def test_again():
        import ws.manager as m
    def test_package():
        import ws
    def test_beside():
        from ws import helpers
    def test_right():
        from app.ws import Manager
        from app.ws import helpers
    """,
        }
    )
    first = single.run()
    assert [(form, at) for form, _, at in found(first)] == [
        ("from", f"tests/test_it.py:{line}:4 {test}")
        for line, test in [
            (2, "test_first"),
            (4, "test_again"),
            (6, "test_package"),
            (8, "test_beside"),
        ]
    ]
    reverse = [
        f"tests/test_it.py::test_{n}" for n in ("right", "beside", "package", "again", "first")
    ]
    assert by_test(single.run(*reverse)) == by_test(first)


@pytest.mark.process
def test_a_script_that_is_also_imported(single: Project) -> None:
    """``python -m app.ws.manager``, where what it imports imports ``app.ws.manager``."""
    main = "if __name__ == '__main__':\n    import app.bridge\n"
    single.write(
        {
            "app/ws/manager.py": FILES["app/ws/manager.py"] + main,
            "app/ws/__init__.py": "",
            "app/bridge.py": "from app.ws.manager import Manager\n",
            "app/alone.py": "class Alone: pass\n",
            "tests/test_it.py": """
    import subprocess, sys
    def test_run():
        subprocess.run([sys.executable, "-m", "app.ws.manager"], check=True)
    def test_in_process():
        import runpy
        runpy.run_module("app.ws.manager")
    def test_alone():
        subprocess.run([sys.executable, "-m", "app.alone"], check=True)
    """,
        }
    )
    assert by_test(single.run()) == {"test_run": {"app/bridge.py:1:0"}}


def test_a_copy_is_no_other_name(single: Project) -> None:
    single.write(
        {
            "vendor/__init__.py": "",
            "vendor/app/__init__.py": "",
            "vendor/app/ws/__init__.py": "",
            "vendor/app/ws/manager.py": FILES["app/ws/manager.py"],
            "tests/test_it.py": "def test_it():\n    import vendor.app.ws.manager\n",
        }
    )
    assert found(single.run()) == [("definition", "Manager", "vendor/app/ws/manager.py:3:0")]


def test_a_reload_is_the_same_class(single: Project) -> None:
    single.write(
        {
            "tests/test_it.py": """
    import importlib, sys
    import app.ws.manager
    def test_reload():
        importlib.reload(app.ws.manager)
    def test_again():
        del sys.modules["app.ws.manager"]
        import app.ws.manager
    """,
        }
    )
    assert single.run().violations == []


# -- the code under test is left as it was -----------------------------------


def test_classes_are_made_as_without(single: Project) -> None:
    """No frame of ours is in tracebacks, nor before a metaclass that looks at its caller."""
    single.write(
        {
            "app/made.py": """
    import sys

    class Looks(type):
        def __new__(cls, *args):
            made = super().__new__(cls, *args)
            made.caller = sys._getframe(1).f_globals["__name__"], sys._getframe(1).f_code.co_name
            return made

    class Manager(metaclass=Looks): pass

    def broken():
        class Manager:
            1 / 0
    """,
            "tests/test_it.py": """
    import builtins, traceback
    import app.made

    def test_caller():
        assert app.made.Manager.caller == ("app.made", "<module>")

    def test_traceback():
        try:
            app.made.broken()
        except ZeroDivisionError as error:
            frames = [one.name for one in traceback.extract_tb(error.__traceback__)]
        assert frames == ["test_traceback", "broken", "Manager"]

    def test_import_errors():
        try:
            import app.broken
        except ZeroDivisionError as error:
            frames = [one.name for one in traceback.extract_tb(error.__traceback__)]
        assert frames == ["test_import_errors", "<module>"]
    """,
            "app/broken.py": "1 / 0\n",
        }
    )
    single.configure("", SINGLE)
    ran = single.run()
    assert ran.counts == {"passed": 3}
    assert [at for _, _, at in found(ran)] == ["app/made.py:9:0", "app/made.py:12:4 broken"]


def test_whoever_wraps_what_makes_classes(single: Project) -> None:
    single.write(
        {
            "tests/test_it.py": """
    import builtins

    def test_wrapped(monkeypatch):
        original = builtins.__build_class__
        monkeypatch.setattr(
            builtins, "__build_class__", lambda *args, **kwargs: original(*args, **kwargs)
        )
        class Manager: pass
    """,
        }
    )
    ran = single.run()
    assert found(ran) == [("definition", "Manager", "tests/test_it.py:8:4 test_wrapped")]


def test_whoever_replaces_it_is_told(single: Project) -> None:
    single.write(
        {
            "tests/test_it.py": """
    import builtins, types

    def test_replaced():
        def make(body, name, *bases, **kwargs):
            return types.new_class(name, bases, kwargs)
        builtins.__build_class__ = make

    def test_after():
        class Manager: pass
    """,
        }
    )
    ran = single.run()
    lost = "replaced builtins.__build_class__: class statements after that were not seen"
    assert ran.report["not_observed"] == [f"tests/test_it.py::test_replaced {lost}"]
    assert [one.at for one in ran.violations] == ["tests/test_it.py:9:4 test_after"]


@pytest.mark.fresh
def test_nothing_is_watched_where_nothing_is_single(single: Project) -> None:
    single.configure()
    single.write(
        {
            "tests/test_it.py": """
    import builtins, sys, types
    def test_it():
        assert type(builtins.__build_class__) is types.BuiltinFunctionType
        assert "pytest_ssot.runtime.watcher" in sys.modules
        assert "pytest_ssot.runtime.definitions" not in sys.modules
    """,
        }
    )
    assert single.run().counts == {"passed": 1}


def test_an_allowance_at_the_line(single: Project) -> None:
    single.write(
        {
            "app/names.py": """
    from app.ws.manager import Manager
    Unified = Manager  # ssot: allow[app.ws.manager:Manager] the old clients' name
    class Other(  # ssot: allow[app.ws.manager:Manager] registered by its name
        Manager,
    ):
        pass
    """,
            "tests/test_it.py": "def test_it():\n    import app.names\n",
        }
    )
    ran = single.run()
    assert [one.verdict for one in ran.violations] == ["allowed", "allowed"]
    assert ran.code == 0


# -- a run and a scan ---------------------------------------------------------

#: What only running tells, and what did not run.
DYNAMIC = {"exec", "by globals()", "by setattr", "computed", "said nowhere", "in a made __all__"}
UNREACHED = {"one of two": "2:4"}


@pytest.mark.parametrize("table", [DEFINED, NAMED, PASSED_ON], ids=["defined", "named", "passed"])
def test_a_scan_says_the_same(single: Project, table: Shapes) -> None:
    ran = shapes(single, {name: code for name, (code, _) in table.items()}, "--ssot-scan")
    names = list(table)
    alone = {}
    for one, told in zip(ran.report["violations"], ran.violations, strict=True):
        if one["seen"] != ["runtime", "static"]:
            path, _, at = told.at.partition(":")
            name = names[int(path.removeprefix("app/shape_").removesuffix(".py"))]
            alone[name] = (*one["seen"], at)
    assert alone == {
        **{name: ("runtime", table[name][1][0][2]) for name in DYNAMIC & table.keys()},
        **{name: ("static", UNREACHED[name]) for name in UNREACHED.keys() & table.keys()},
    }
