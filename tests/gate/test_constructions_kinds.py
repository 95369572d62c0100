"""Sorts of classes, and what is left of a guard when nothing is watched any more."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.gate.test_constructions import FACTORY, WS, configure, told

if TYPE_CHECKING:
    from tests.conftest import Project


def test_the_line_is_that_of_who_calls_the_class(project: Project) -> None:
    """Not of a metaclass, of a decorator, or of the standard library on the way."""
    configure(project)
    sorts = {
        "meta": "class Meta(type):\n    def __call__(cls, *args):\n"
        "        return super().__call__(*args)\n\nclass Manager(metaclass=Meta): pass\n",
        "decorated": "import functools\ndef single(kind):\n    @functools.wraps(kind)\n"
        "    def get(): return kind()\n    return get\n\n@single\nclass Manager: pass\n",
        "replaced": "import dataclasses\n@dataclasses.dataclass(slots=True)\nclass Manager:\n"
        "    a: int = 1\n",
        "subclassed": "def sub(kind):\n    return type(kind.__name__, (kind,), {})\n\n@sub\n"
        "class Manager: pass\n",
        "generic": "import typing\nT = typing.TypeVar('T')\n"
        "class Manager(typing.Generic[T]): pass\n",
        "new": "class Manager:\n    def __new__(cls):\n        return object.__new__(cls)\n",
        "reexported": "from app.base import Manager\n",
    }
    files = {f"app/{name}.py": text for name, text in sorts.items()}
    tests = [f"def test_{name}(): app.{name}.Manager()" for name in sorts]
    tests.append("def test_generic_alias(): app.generic.Manager[int]()")
    tests.append("def test_fine(): app.base.Other()")
    head = f"import {', '.join(f'app.{name}' for name in (*sorts, 'base'))}\n"
    project.write(files)
    project.write(
        {"test_it.py": head + "\n".join(tests), "app/base.py": WS + "\n    Other = Special\n"}
    )
    tables = (FACTORY.replace("app.ws:Manager", f"app.{name}:Manager") for name in sorts)
    project.configure("", "\n".join(tables))
    ran = project.run("--ssot-strict")
    assert not ran.report["not_observed"]
    assert ran.counts == {"failed": 8, "passed": 1}, ran.text
    places = {one.at.split()[1]: one.at.split(":")[:2] for one in ran.violations}
    lines = [f"test_{name}" for name in sorts] + ["test_generic_alias"]
    assert places == {name: ["test_it.py", str(n)] for n, name in enumerate(lines, 2)}


def test_what_cannot_be_watched_is_told(project: Project) -> None:
    classes = ("app.ws:Quick", "app.ws:no_class", "app.ws:Missing", "app.ws:Abstract")
    tables = [
        f'[[tool.pytest-ssot.factories]]\nclass = "{name}"\nonly-from = ["app.ws"]\n'
        for name in classes
    ]
    project.configure("", "\n".join(tables))
    project.write(
        {
            "app/ws.py": "import abc, collections\n\nQuick = getattr(collections, 'deque')\n"
            "no_class = getattr(abc, 'get_cache_token')\n"
            "if 0:\n    Missing = getattr(abc, 'ABC')\n\nclass Abstract(abc.ABC):\n"
            "    @abc.abstractmethod\n    def go(self): ...\n",
            "test_it.py": "import app.ws\n\ndef test_it():\n"
            "    app.ws.no_class()\n    app.ws.Quick()\n",
        }
    )
    ran = project.run("--ssot-strict")
    assert (ran.counts, ran.violations) == ({"passed": 1}, [])
    immutable = "cannot set '__init__' attribute of immutable type 'collections.deque'"
    why = "its constructions cannot be watched"
    assert ran.report["not_observed"] == [
        f"app.ws:Missing ({why}: app.ws has no such name)",
        f"app.ws:Quick ({why}: {immutable})",
        f"app.ws:no_class ({why}: app.ws has no class by that name)",
    ]


INNER = """
import json, sys
import pytest
import app.ws

def state():
    kinds = [app.ws.Manager, app.ws.Bare, app.ws.Special]
    return [repr(list(vars(kind).items())) for kind in kinds]

before = state()
code = pytest.main(["-q", "-p", "no:cacheprovider", *sys.argv[1:]])
assert app.ws.Bare.__init__ is object.__init__
try:
    app.ws.Bare(1)
except TypeError as error:
    assert str(error) == "Bare() takes no arguments", error
print("RESULT", json.dumps([int(code), before == state()]))
"""


@pytest.mark.fresh
@pytest.mark.parametrize("args", [[], ["--ssot-strict"]])
def test_the_class_is_left_as_it_was_found(project: Project, args: list[str]) -> None:
    configure(project)
    other = FACTORY.replace("app.ws:Manager", "app.ws:Bare")
    project.configure("", FACTORY + other)
    project.write(
        {
            "app/ws.py": WS + "\n    class Bare: pass\n",
            "inner.py": INNER,
            "test_it.py": "from app.ws import *\n\ndef test_it():\n"
            "    assert '__init__' in vars(Bare)\n    Bare()\n    Manager()\n",
        }
    )
    result = project.python("inner.py", *args)
    (line,) = [one for one in result.outlines if one.startswith("RESULT ")]
    assert json.loads(line.removeprefix("RESULT ")) == [1 if args else 0, True]


@pytest.mark.usefixtures("installed")
@pytest.mark.fresh
def test_a_run_inside_of_a_test(project: Project) -> None:
    """It sees its own factories; and the run around it is told of what it asked for."""
    configure(project)
    project.write(
        {
            "conftest.py": "pytest_plugins = ['pytester']\n",
            "test_it.py": """
            import sys, pytest
            from app.ws import Manager, get_manager

            INNER = '''
            import app.ws
            class Own: pass
            def test_own(): Own()
            def test_outer(): app.ws.Manager()
            def test_fine(): app.ws.get_manager()
            '''
            PYTEST = '[tool.pytest.ini_options]\\npythonpath = ["../.."]\\n'
            TABLES = '''
            [[tool.pytest-ssot.factories]]
            class = "test_inner:Own"
            only-from = ["app"]
            '''

            @pytest.mark.parametrize("how", ["inprocess", "subprocess"])
            def test_inside(pytester, how):
                pytester.makepyfile(test_inner=INNER)
                pytester.makepyprojecttoml(PYTEST + TABLES)
                run = getattr(pytester, f"runpytest_{how}")
                result = run("--ssot-strict", "-p", "no:cacheprovider")
                result.assert_outcomes(failed=1, passed=2)
                result.stdout.fnmatch_lines(["*made outside its factory: test_inner:Own*"])

            def test_after():
                get_manager()

            def test_after_elsewhere():
                Manager()
            """,
        }
    )
    ran = project.run("--ssot-strict")
    assert ran.counts["failed"] == 3, ran.text
    made = [one for one in ran.violations if one.kind == "construction"]
    assert {(one.target, one.verdict) for one in made} == {("app.ws:Manager", "fails")}
    assert sorted((one.tests, one.at.split()[-1]) for one in made) == [
        ("test_it.py::test_after_elsewhere", "test_after_elsewhere"),
        ("test_it.py::test_inside[inprocess]", "test_outer"),
        ("test_it.py::test_inside[subprocess]", "test_outer"),
    ]


def test_a_class_that_was_loaded_before_the_watch(project: Project) -> None:
    configure(project)
    project.write(
        {
            "early.py": "import app.ws\n",
            "test_it.py": "import app.ws\n\ndef test_it():\n    app.ws.Manager()\n",
        }
    )
    assert told(project, "-p", "early") == {"test_it": "test_it.py:4:4 test_it"}


def test_a_class_that_came_by_no_import(project: Project) -> None:
    """By its own file, put into ``sys.modules`` by hand; a test's double in its place is none."""
    configure(project)
    project.write(
        {
            "conftest.py": """
            import importlib.util, sys
            spec = importlib.util.spec_from_file_location("app.ws", "app/ws.py")
            sys.modules["app.ws"] = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(sys.modules["app.ws"])
            """,
            "test_it.py": """
            import sys, types, pytest

            class Manager: pass

            @pytest.fixture
            def double(monkeypatch):
                stub = types.ModuleType("app.ws")
                stub.Manager = Manager
                monkeypatch.setitem(sys.modules, "app.ws", stub)
                return stub

            def test_it():
                from app.ws import Manager
                Manager()

            def test_double(double): double.Manager()
            def test_double_again(double): double.Manager()
            """,
        }
    )
    assert told(project) == {"test_it": "test_it.py:14:4 test_it"}


def test_an_object_that_the_module_makes_while_it_loads(project: Project) -> None:
    """By the class's name, and kept under a name: it belongs to whoever imports the module."""
    configure(project)
    made = """
    manager = Manager("shared")
    if True:
        other: Manager = Manager(
            "ä")
    fine = get_manager()
    class Keeps:
        manager_class = Manager
    """
    project.write(
        {
            "app/ws.py": WS + made,
            "app/user.py": "import app.ws\n",
            "test_a.py": "import app.user\n\ndef test_top(): pass\n",
            "test_b.py": "def test_inside():\n    import app.user\n\ndef test_none(): pass\n",
        }
    )
    at = "app/ws.py:30:10 app/ws.py:32:21"
    assert told(project) == {"test_top": at, "test_inside": at}
    assert told(project, "test_b.py", "test_a.py") == {"test_top": at, "test_inside": at}
    configure(project, "app.ws")
    project.write({"app/ws.py": WS + made})
    assert told(project) == {}


def test_a_purged_class_is_let_go(project: Project) -> None:
    """As it is without the plugin: suites that purge modules would keep each version."""
    configure(project)
    project.write(
        {
            "test_it.py": """
            import gc, importlib, sys, weakref
            import app.ws

            def test_it():
                known = []
                for _ in range(5):
                    del sys.modules["app.ws"]
                    module = importlib.import_module("app.ws")
                    module.get_manager()
                    known.append(weakref.ref(module.Manager))
                gc.collect()
                assert [one() is not None for one in known] == [False] * 4 + [True]
            """
        }
    )
    assert told(project) == {}


def test_a_class_after_a_protocol_leads_on_to_what_it_inherits(project: Project) -> None:
    """The protocol's own first step gives the class another ``__init__``."""
    configure(project)
    project.write(
        {
            "app/ws.py": """
            import typing
            class Way(typing.Protocol):
                def go(self): ...
            class Manager(Way):
                def inherited(self):
                    super(Manager, self).__init__()
                    return self
            def get_manager(): return Manager()
            """,
            "test_it.py": """
            from app.ws import Manager, get_manager
            def test_made(): assert type(get_manager().inherited()) is Manager
            def test_only_new(): assert type(Manager.__new__(Manager).inherited()) is Manager
            """,
        }
    )
    for test in ("test_made", "test_only_new"):
        assert project.run(f"test_it.py::{test}").counts == {"passed": 1}
