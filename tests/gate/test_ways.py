"""Every way to import a deprecated module or name, first and cached; and what only looks."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Project

#: What a test file holds -> name and place of each violation in it.
Table = dict[str, tuple[str, list[tuple[str | None, str]]]]

TEST = "tests/test_it.py"

WAYS: Table = {
    "import": ("import app.old", [(None, "1:0")]),
    "import as": ("import app.old as o", [(None, "1:0")]),
    "import two": ("import json, app.old", [(None, "1:0")]),
    "import after a semicolon": ("x = 1; import app.old", [(None, "1:7")]),
    "from": ("from app.old import X", [("X", "1:0")]),
    "from as": ("from app.old import X as Y", [("X", "1:0")]),
    "from two": ("from app.old import X, make", [("X", "1:0"), ("make", "1:0")]),
    "from, many lines": (
        "from app.old import (\n    X,\n    make,\n)",
        [("X", "1:0"), ("make", "1:0")],
    ),
    "from the package": ("from app import old", [(None, "1:0")]),
    "from the package as": ("from app import old as o", [(None, "1:0")]),
    "star": ("from app.old import *", [("*", "1:0")]),
    "in a try": ("try:\n    import app.old\nfinally:\n    pass", [(None, "2:4")]),
    "in a function": ("def test_f():\n    import app.old", [(None, "2:4 test_f")]),
    "from in a function": ("def test_f():\n    from app.old import X", [("X", "2:4 test_f")]),
    "in a method": (
        "class TestC:\n    def test_f(self):\n        from app import old",
        [(None, "3:8 TestC.test_f")],
    ),
    "in a lambda": (
        "def test_f():\n    (lambda: __import__('app.old'))()",
        [(None, "2:13 test_f")],
    ),
    "in a comprehension": (
        "def test_f():\n    [__import__('app.old') for _ in '12']",
        [(None, "2:5 test_f")],
    ),
    "in a coroutine": (
        "import asyncio\nasync def f():\n    import app.old\ndef test_f(): asyncio.run(f())",
        [(None, "3:4 f")],
    ),
    "in a generator": (
        "def f():\n    import app.old\n    yield\ndef test_f(): list(f())",
        [(None, "2:4 f")],
    ),
    "in a class body": ("class C:\n    import app.old", [(None, "2:4")]),
    "after a wide character": ("x = 'ä→😀'; import app.old", [(None, "1:11")]),
    "import_module": (
        "import importlib\nimportlib.import_module('app.old')",
        [(None, "2:0")],
    ),
    "import_module, bound early": (
        "from importlib import import_module\nm = import_module('app.old')",
        [(None, "2:4")],
    ),
    "import_module, relative": (
        "import importlib\nimportlib.import_module('.old', 'app')",
        [(None, "2:0")],
    ),
    "import_module, computed": (
        "import importlib\nimportlib.import_module('.'.join(['app', 'old']))",
        [(None, "2:0")],
    ),
    "__import__": ("__import__('app.old')", [(None, "1:0")]),
    "__import__ with a fromlist": ("__import__('app', fromlist=['old'])", [(None, "1:0")]),
    "builtins.__import__": ("import builtins\nbuiltins.__import__('app.old')", [(None, "2:0")]),
    "pkgutil.resolve_name": (
        "import pkgutil\npkgutil.resolve_name('app.old:X')",
        [("X", "2:0")],
    ),
    "importorskip": (
        "import pytest\nold = pytest.importorskip('app.old')",
        [(None, "2:6")],
    ),
    "exec": ("exec('import app.old')", [(None, "1:0")]),
    "eval": ("eval('__import__(\"app.old\")')", [(None, "1:0")]),
    "exec of a long string": ("exec('\\n\\n\\nfrom app.old import X')", [("X", "1:0")]),
    "patch": (
        "from unittest import mock\ndef test_f():\n    with mock.patch('app.old.X', 2): pass",
        [("X", "3:9 test_f")],
    ),
    "patch, started": (
        (
            "from unittest import mock\ndef test_f():\n    p = mock.patch('app.old.X', 2)\n"
            "    p.start()"
            "\n    p.stop()"
        ),
        [("X", "4:4 test_f")],
    ),
    "patch a function": (
        "from unittest import mock\n@mock.patch('app.old.X', 2)\ndef test_f(): pass",
        [("X", "2:1")],
    ),
    "patch a function, second line": (
        (
            "from unittest import mock\n@mock.patch('json.dumps')\n@mock.patch('app.old.X', 2)\n"
            "def test_f(_): pass"
        ),
        [("X", "3:1")],
    ),
    "patch a coroutine": (
        (
            "import asyncio\nfrom unittest import mock\n@mock.patch('app.old.X', 2)\n"
            "async def f(): pass\ndef test_f(): asyncio.run(f())"
        ),
        [("X", "3:1")],
    ),
    "patch a method": (
        (
            "from unittest import mock\nclass TestC:\n    @mock.patch('app.old.X', 2)\n"
            "    def test_f(self): pass"
        ),
        [("X", "3:5")],
    ),
    "patch a class": (
        (
            "from unittest import mock\n@mock.patch('app.old.X', 2)\nclass TestC:\n"
            "    def test_f(self): pass"
        ),
        [("X", "2:1")],
    ),
    "patch.multiple": (
        (
            "from unittest import mock\ndef test_f():\n"
            "    with mock.patch.multiple('app.old', X=2): pass"
        ),
        [(None, "3:9 test_f")],
    ),
    "patch.dict": (
        (
            "from unittest import mock\ndef test_f():\n"
            "    with mock.patch.dict('app.old.__dict__', {'Y': 2}): pass"
        ),
        [("__dict__", "3:9 test_f")],
    ),
    "monkeypatch by path": (
        "def test_f(monkeypatch):\n    monkeypatch.setattr('app.old.X', 2)",
        [("X", "2:4 test_f")],
    ),
    "monkeypatch.delattr by path": (
        "def test_f(monkeypatch):\n    monkeypatch.delattr('app.old.X')",
        [("X", "2:4 test_f")],
    ),
}


def gated(project: Project, body: str, before: str = "") -> None:
    """The file of the table, mission-critical, and a file that loads the module before."""
    tests = "" if "def test" in body else "\ndef test_it(): pass"
    project.configure(f'mission-critical = ["{TEST}"]')
    project.write({"tests/test_before.py": f"{before}\ndef test_it(): pass\n"})
    project.write({TEST: f"{body}{tests}\n"})


def seen(project: Project) -> list[tuple[str | None, str]]:
    """Name and place of what fails in the file of the table."""
    ran = project.run("tests/test_before.py", TEST)
    found = [one for one in ran.violations if one.at.startswith(f"{TEST}:")]
    assert all(one.verdict == "fails" for one in found)
    assert all(nodeid.startswith(f"{TEST}::") for nodeid in ran.failed)
    assert bool(ran.failed) == bool(found)
    assert ran.report["errors"] == []
    return [(one.name, one.at.removeprefix(f"{TEST}:")) for one in found]


def seen_each(project: Project, table: Table) -> dict[str, list[tuple[str | None, str]]]:
    """What fails in each file of the table, all of them run after a file that loads the module."""
    paths = {f"tests/test_{number}.py": way for number, way in enumerate(table)}
    project.write({"tests/test_before.py": "from app.old import X\ndef test_it(): pass\n"})
    for path, way in paths.items():
        body = table[way][0]
        tests = "" if "def test" in body else "\ndef test_it(): pass"
        project.write({path: f"{body}{tests}\n"})
    ran = project.run("--ssot-strict", "tests/test_before.py", *paths)
    assert ran.report["errors"] == []
    found: dict[str, list[tuple[str | None, str]]] = {way: [] for way in table}
    for one in ran.violations:
        path, _, place = one.at.partition(":")
        if path in paths:
            found[paths[path]].append((one.name, place))
            assert one.verdict == "fails"
            assert all(nodeid.startswith(f"{path}::") for nodeid in one.tests.split())
    return found


@pytest.mark.parametrize("way", WAYS)
def test_a_module_is_imported(project: Project, way: str) -> None:
    body, expected = WAYS[way]
    gated(project, body)
    assert seen(project) == expected


def test_a_module_is_imported_again(project: Project) -> None:
    assert seen_each(project, WAYS) == {way: expected for way, (_, expected) in WAYS.items()}


# Ways that need the module to be loaded by somebody else, or more than one statement.
CACHED: Table = {
    "attribute of the package": ("import app\nx = app.old.X", [(None, "2:4")]),
    "attribute in a function": (
        "import app\ndef test_f(): app.old.make()",
        [(None, "2:14 test_f")],
    ),
    "attribute, assigned": ("import app\napp.old.X = 2", [(None, "2:0")]),
    "attribute by getattr": ("import app\ngetattr(app, 'old').X", [(None, "2:0")]),
    "patch.object of the package": (
        (
            "import app\nfrom unittest import mock\ndef test_f():\n"
            "    with mock.patch.object(app, 'old'): pass"
        ),
        [(None, "4:9 test_f")],
    ),
    "reloaded": (
        "import importlib, sys\nimportlib.reload(sys.modules['app.old'])\nimport app.old",
        [(None, "3:0")],
    ),
    "attribute, where a function that nobody calls imports": (
        "import app\ndef f():\n    import app.old\nx = app.old.X",
        [(None, "4:4")],
    ),
    "attribute, where a docstring imports": (
        '"""\nimport app.old\n"""\nimport app\nx = app.old.X',
        [(None, "5:4")],
    ),
    "attribute, where a comment has the name": (
        "from app import __name__  # not old\nimport app\nx = app.old.X",
        [(None, "3:4")],
    ),
    "purged": (
        "import sys\ndel sys.modules['app.old']\nimport app.old",
        [(None, "3:0")],
    ),
    "purged with its package": (
        "import sys\nfor one in ['app.old', 'app']: del sys.modules[one]\nfrom app.old import X",
        [("X", "3:0")],
    ),
    "purged, twice": (
        "import sys\ndel sys.modules['app.old']\nimport app.old\nimport app.old as again",
        [(None, "3:0"), (None, "4:0")],
    ),
}


@pytest.mark.parametrize("way", CACHED)
def test_a_loaded_module_is_used(project: Project, way: str) -> None:
    body, expected = CACHED[way]
    gated(project, body, "import app.old")
    assert seen(project) == expected


def test_a_module_of_the_lineage_is_reloaded(project: Project) -> None:
    gated(
        project,
        "import importlib, sys\ndef test_f(): importlib.reload(sys.modules['app.bridge'])",
        "import app.bridge",
    )
    project.write({"app/bridge.py": "\nimport app.old\n"})
    ran = project.run("tests/test_before.py", TEST)
    assert ran.failed == [f"{TEST}::test_f"]
    assert ran.failure("test_f")[:3] == [
        "tests/test_it.py:2: in test_f",
        "    def test_f(): importlib.reload(sys.modules['app.bridge'])",
        "app/bridge.py:2: in <module>",
    ]


def test_a_script_is_run(project: Project) -> None:
    gated(project, "import runpy\ndef test_f(): runpy.run_module('app.script')")
    project.write({"app/script.py": "\nfrom app.old import X\n"})
    ran = project.run()
    assert ran.sites == [("fails", "app.old", "X", "app/script.py:2:0")]
    assert ran.violations[0].chain == f"{TEST}:2 test_f"


RELATIVE = {
    "from .old import X": [("fails", "app.old", "X", "app/user.py:1:0")],
    "from . import old": [("fails", "app.old", None, "app/user.py:1:0")],
    "from .old import *": [("fails", "app.old", "*", "app/user.py:1:0")],
    "from . import clean, old": [("fails", "app.old", None, "app/user.py:1:0")],
}


@pytest.mark.parametrize("before", ["", "import app.old"], ids=["first", "cached"])
@pytest.mark.parametrize("line", RELATIVE)
def test_a_relative_import(project: Project, line: str, before: str) -> None:
    gated(project, "import app.user", before)
    project.write({"app/user.py": f"{line}\n", "app/clean.py": ""})
    ran = project.run("tests/test_before.py", TEST)
    assert [one for one in ran.sites if "user" in one[3]] == RELATIVE[line]
    assert ran.failed == [f"{TEST}::test_it"]


def test_a_relative_import_from_above(project: Project) -> None:
    gated(project, "import app.deep.er.user")
    project.write(
        {
            "app/deep/__init__.py": "",
            "app/deep/er/__init__.py": "",
            "app/deep/er/user.py": "from ...old import X\nfrom ... import old\n",
        }
    )
    assert project.run().sites == [
        ("fails", "app.old", "X", "app/deep/er/user.py:1:0"),
        ("fails", "app.old", None, "app/deep/er/user.py:2:0"),
    ]


# -- modules that are not what they seem -----------------------------------------------

OWN_CLASS = """
    import sys, types

    class Module(types.ModuleType):
        @property
        def X(self): return 7

    sys.modules[__name__].__class__ = Module
    """
REPLACED = """
    import sys, types

    class Lazy(types.ModuleType):
        X = 7

    lazy = Lazy(__name__)
    lazy.__spec__ = __spec__
    sys.modules[__name__] = lazy
    """
REPLACED_BY_OBJECT = """
    import sys

    class Namespace:
        X = 7

    sys.modules[__name__] = Namespace()
    """
GETATTR = """
    def __getattr__(name):
        if name == "X":
            return 7
        raise AttributeError(name)
    """

STRANGE = {
    "own class": OWN_CLASS,
    "replaces itself": REPLACED,
    "replaced by an object": REPLACED_BY_OBJECT,
    "PEP 562": GETATTR,
}


@pytest.mark.parametrize("before", ["", "import app.old"], ids=["first", "cached"])
@pytest.mark.parametrize("target", ["app.old", "app.old:X"])
@pytest.mark.parametrize("line", ["from app.old import X", "import app.old; X = app.old.X"])
@pytest.mark.parametrize("module", STRANGE)
def test_a_module_with_ideas_of_its_own(
    project: Project, module: str, line: str, target: str, before: str
) -> None:
    gated(project, f"{line}\ndef test_it(): assert X == 7", before)
    project.write({"app/old.py": STRANGE[module]})
    project.configure(
        f'mission-critical = ["{TEST}"]', f'[[tool.pytest-ssot.rules]]\ndeprecated = "{target}"'
    )
    by_name = [("X", "1:0")] if line.startswith("from") else [("X", "1:20")]
    by_module = by_name if line.startswith("from") else [(None, "1:0")]
    assert seen(project) == (by_module if target == "app.old" else by_name)


@pytest.mark.parametrize(
    "line", ["import app.old", "from app.old import X", "__import__('app.old')"]
)
@pytest.mark.parametrize("where", ["conftest", "fixture", "test file"])
def test_a_stub_without_a_spec(project: Project, where: str, line: str) -> None:
    stub = "import sys, types; sys.modules['app.old'] = types.ModuleType('app.old')"
    stub += "; sys.modules['app.old'].X = 7"
    gated(project, f"def test_it(stub):\n    {line}")
    (project.path / "app/old.py").unlink()
    project.write(
        {
            "conftest.py": f"""
import pytest
@pytest.fixture
def stub():
    {stub if where == "fixture" else "pass"}
{stub if where == "conftest" else ""}
"""
        }
    )
    if where == "test file":
        project.write({"tests/test_before.py": f"{stub}\ndef test_it(): pass\n"})
    assert seen(project) == [("X" if "from" in line else None, "2:4 test_it")]


@pytest.mark.parametrize("line", ["import app.old", "from app.old import X"])
@pytest.mark.parametrize("stub", ["mock.Mock()", "mock.MagicMock()", "mock.MagicMock(spec=['X'])"])
def test_a_mock_in_the_place_of_a_module(project: Project, stub: str, line: str) -> None:
    gated(project, f"def test_it(stub):\n    {line}")
    project.write(
        {
            "conftest.py": f"""
                import pytest, sys
                from unittest import mock

                @pytest.fixture
                def stub(monkeypatch):
                    monkeypatch.setitem(sys.modules, "app.old", {stub})
                """
        }
    )
    assert seen(project) == [("X" if "from" in line else None, "2:4 test_it")]


def test_a_stub_that_cannot_be_watched_is_told(project: Project) -> None:
    gated(project, "def test_it(stub):\n    from app.old import X\n    assert X == 7")
    project.write(
        {
            "conftest.py": """
                import pytest, sys
                from types import SimpleNamespace

                @pytest.fixture
                def stub(monkeypatch):
                    monkeypatch.setitem(sys.modules, "app.old", SimpleNamespace(X=7))
                """
        }
    )
    ran = project.run()
    assert ran.report["not_observed"] == ["app.old (cannot be watched)"]
    assert ran.report["errors"] == []
    assert ran.counts == {"passed": 2}


@pytest.mark.parametrize("before", ["", "import space.old"], ids=["first", "cached"])
@pytest.mark.parametrize(
    ("line", "name"),
    [("import space.old", None), ("from space.old import X", "X"), ("from space import old", None)],
)
def test_a_namespace_package(project: Project, line: str, name: str | None, before: str) -> None:
    gated(project, line, before)
    project.write({"space/old.py": "X = 1\n"})
    project.configure(
        f'mission-critical = ["{TEST}"]', '[[tool.pytest-ssot.rules]]\ndeprecated = "space.old"'
    )
    assert seen(project) == [(name, "1:0")]


def test_a_namespace_package_that_is_deprecated_itself(project: Project) -> None:
    gated(project, "import space\nfrom space.mod import X", "import space.mod")
    project.write({"space/mod.py": "X = 1\n"})
    project.configure(
        f'mission-critical = ["{TEST}"]', '[[tool.pytest-ssot.rules]]\ndeprecated = "space"'
    )
    assert seen(project) == [(None, "1:0"), ("X", "2:0")]


@pytest.mark.parametrize("before", ["", "import zipped.old"], ids=["first", "cached"])
@pytest.mark.parametrize(
    ("line", "name"), [("import zipped.old", None), ("from zipped.old import X", "X")]
)
def test_a_module_in_a_zip(project: Project, line: str, name: str | None, before: str) -> None:
    from zipfile import ZipFile

    gated(project, line, before)
    with ZipFile(project.path / "lib.zip", "w") as archive:
        archive.writestr("zipped/__init__.py", "")
        archive.writestr("zipped/old.py", "X = 1\n")
    project.configure(
        f'mission-critical = ["{TEST}"]',
        '[[tool.pytest-ssot.rules]]\ndeprecated = "zipped.old"',
        'pythonpath = [".", "lib.zip"]'.replace("pythonpath", "# pythonpath"),
    )
    project.write(
        {"conftest.py": f"import sys; sys.path.insert(0, {str(project.path / 'lib.zip')!r})"}
    )
    assert seen(project) == [(name, "1:0")]


def test_a_user_in_a_zip(project: Project) -> None:
    from zipfile import ZipFile

    gated(project, "import zipped")
    with ZipFile(project.path / "lib.zip", "w") as archive:
        archive.writestr("zipped.py", "\nimport app.old\n")
    project.write(
        {"conftest.py": f"import sys; sys.path.insert(0, {str(project.path / 'lib.zip')!r})"}
    )
    ran = project.run()
    assert ran.sites == [("fails", "app.old", None, "lib.zip/zipped.py:2:0")]
    assert ran.failed == [f"{TEST}::test_it"]


# -- rules on names --------------------------------------------------------------------

NAMES: Table = {
    "from": ("from app.old import X", [("X", "1:0")]),
    "from with others": ("from app.old import make, X", [("X", "1:0")]),
    "star": ("from app.old import *", [("X", "1:0")]),
    "attribute": ("import app.old\nx = app.old.X", [("X", "2:4")]),
    "attribute of an alias": ("import app.old as o\nx = o.X", [("X", "2:4")]),
    "attribute, assigned": ("import app.old as o\no.X = 1", [("X", "2:0")]),
    "attribute, deleted": (
        "import app.old as o\ndel o.X\nvars(o)['X'] = 1",
        [("X", "2:4")],
    ),
    "attribute, twice": (
        "import app.old as o\ndef test_f(): return None if o.X == o.X else 1",
        [("X", "2:29 test_f"), ("X", "2:36 test_f")],
    ),
    "in a function": (
        "def test_f():\n    from app.old import X as Y",
        [("X", "2:4 test_f")],
    ),
    "getattr": ("import app.old as o\nx = getattr(o, 'X')", [("X", "2:4")]),
    "getattr with a default": ("import app.old as o\nx = getattr(o, 'X', None)", [("X", "2:4")]),
    "setattr": ("import app.old as o\nsetattr(o, 'X', 1)", [("X", "2:0")]),
    "attrgetter": (
        "import operator, app.old as o\nx = operator.attrgetter('X')(o)",
        [("X", "2:4")],
    ),
    "patch": (
        "from unittest import mock\ndef test_f():\n    with mock.patch('app.old.X', 2): pass",
        [("X", "3:9 test_f")],
    ),
    "patch a function": (
        "from unittest import mock\n@mock.patch('app.old.X', 2)\ndef test_f(): pass",
        [("X", "2:1")],
    ),
    "patch.object": (
        (
            "import app.old as o\nfrom unittest import mock\ndef test_f():\n"
            "    with mock.patch.object(o, 'X', 2): pass"
        ),
        [("X", "4:9 test_f")],
    ),
    "monkeypatch by path": (
        "def test_f(monkeypatch):\n    monkeypatch.setattr('app.old.X', 2)",
        [("X", "2:4 test_f")],
    ),
    "monkeypatch by object": (
        "import app.old as o\ndef test_f(monkeypatch):\n    monkeypatch.setattr(o, 'X', 2)",
        [("X", "3:4 test_f")],
    ),
    "the module only": ("import app.old\nfrom app import old\napp.old.make()", []),
    "another name": ("from app.old import make", []),
    "inside the module": ("from app.old import make\nmake()", []),
    "hasattr": ("import app.old as o\nhasattr(o, 'X')", []),
    "dir and getattr": (
        "import app.old as o\ndef test_f(): [getattr(o, name) for name in dir(o)]",
        [],
    ),
    "getmembers": ("import app.old as o, inspect\ndef test_f(): inspect.getmembers(o)", []),
    "vars": ("import app.old as o\ndef test_f(): vars(o)['X']", []),
    "computed": ("import app.old as o\ndef test_f(n='xx'): getattr(o, n[0].upper())", []),
    "autospec of the module": (
        (
            "import app.old\nfrom unittest import mock\ndef test_f():\n"
            "    mock.create_autospec(app.old)"
        ),
        [],
    ),
    "autospec of the parent": (
        (
            "import app.old\nfrom unittest import mock\ndef test_f():\n"
            "    with mock.patch('app.old', autospec=True): pass"
        ),
        [],
    ),
}


NAME_RULE = '[[tool.pytest-ssot.rules]]\ndeprecated = "app.old:X"\n'


@pytest.mark.parametrize("way", NAMES)
def test_a_name_is_used(project: Project, way: str) -> None:
    body, expected = NAMES[way]
    gated(project, body)
    project.configure(f'mission-critical = ["{TEST}"]', NAME_RULE)
    assert seen(project) == expected


def test_a_name_is_used_again(project: Project) -> None:
    project.configure("", NAME_RULE)
    assert seen_each(project, NAMES) == {way: expected for way, (_, expected) in NAMES.items()}


def test_a_name_that_is_missing_is_not_used(project: Project) -> None:
    gated(project, "import app.old\ndef test_it(): assert getattr(app.old, 'Gone', 1) == 1")
    project.configure(
        f'mission-critical = ["{TEST}"]', '[[tool.pytest-ssot.rules]]\ndeprecated = "app.old:Gone"'
    )
    assert seen(project) == []


# -- looking is not using --------------------------------------------------------------

LOOKS = {
    "hasattr": "import app\nhasattr(app, 'old')",
    "dir and getattr": "import app\n[getattr(app, name) for name in dir(app)]",
    "dir and getattr of all": (
        "import sys\ndef test_f():\n    for m in list(sys.modules.values()):\n"
        "        [getattr(m, name, None) for name in dir(m)]"
    ),
    "getmembers": "import app, inspect\ninspect.getmembers(app)",
    "getmembers of all": (
        "import inspect, sys\ndef test_f():\n    for m in list(sys.modules.values()):\n"
        "        m.__name__.startswith('app') and inspect.getmembers(m)"
    ),
    "sys.modules": "import sys\nsys.modules['app.old'].X",
    "vars": "import app\nvars(app)['old']",
    "computed": "import app\ngetattr(app, 'old '.strip())",
    "find_spec": "import importlib.util\nimportlib.util.find_spec('app.old')",
    "find_spec, relative": "import importlib.util\nimportlib.util.find_spec('.old', 'app')",
    "PathFinder": (
        "import app\nfrom importlib.machinery import PathFinder\n"
        "PathFinder.find_spec('app.old', app.__path__)"
    ),
    "iter_modules": "import app, pkgutil\nlist(pkgutil.iter_modules(app.__path__, 'app.'))",
    "getsource": ("import inspect, sys\ndef test_f(): inspect.getsource(sys.modules['app.old'])"),
    "getmodule": (
        "import inspect, sys\ndef test_f(): inspect.getmodule(sys.modules['app.old'].make)"
    ),
    "__spec__": "import sys\nsys.modules['app.old'].__spec__.name",
    "repr": "import sys\nrepr(sys.modules['app.old'])",
    "autospec of the parent": (
        "import app\nfrom unittest import mock\ndef test_f(): mock.create_autospec(app)"
    ),
    "patch autospec of the parent": (
        "import sys\nfrom unittest import mock\nimport app\n"
        "def test_f():\n    me = sys.modules[__name__]\n"
        "    with mock.patch.object(me, 'app', autospec=True): pass"
    ),
    "another module": "import app.older, app",
    "another module of that name": "import old, other.old\nfrom other import old as o",
    "AttributeError": (
        "import sys\ndef test_f():\n    try:\n        sys.modules['app.old'].gone\n"
        "    except AttributeError:\n        pass"
    ),
    "pickle": (
        "import pickle, sys\ndef test_f(): pickle.dumps(json_like())\n"
        "def json_like(): return sys.modules['app.old'].X"
    ),
}


@pytest.mark.parametrize("look", LOOKS)
def test_what_only_looks_fails_nothing(project: Project, look: str) -> None:
    gated(project, LOOKS[look], "import app.old")
    project.write({"app/older.py": "", "old.py": "", "other/__init__.py": "", "other/old.py": ""})
    ran = project.run("tests/test_before.py", TEST)
    assert ran.failed == []
    assert [one for one in ran.sites if one[3].startswith(TEST)] == []
    assert ran.report["errors"] == []


def test_a_sweep_is_told_as_such(project: Project) -> None:
    gated(project, "import app\n[getattr(app, name) for name in dir(app)]", "import app.old")
    ran = project.run("tests/test_before.py", TEST)
    assert ran.swept == [("app.old", None, "tests/test_it.py:2:1")]
    assert "looked at, not used: tests/test_it.py:2  app.old" in ran.summary
    assert ran.code == 0


def test_doctest_collection_looks_only(project: Project) -> None:
    project.configure('mission-critical = ["app"]', pytest='doctest_glob = ""')
    project.write(
        {
            "app/bridge.py": '"""\n>>> 1 + 1\n2\n"""\n',
            "app/__init__.py": "",
            "tests/test_before.py": "import app.old\ndef test_it(): pass\n",
        }
    )
    ran = project.run("tests", "app/bridge.py", "app/__init__.py", "--doctest-modules")
    assert ran.failed == []
    assert ran.counts["passed"] == 2


def test_a_doctest_that_imports(project: Project) -> None:
    project.configure('mission-critical = ["app"]')
    project.write({"app/bridge.py": '"""\n>>> from app.old import X\n>>> X\n1\n"""\n'})
    ran = project.run("app/bridge.py", "--doctest-modules")
    assert ran.failed == ["app/bridge.py::app.bridge"]
    assert [one.target for one in ran.violations] == ["app.old"]
    assert ran.violations[0].at.startswith("app/bridge.py:2:")


# -- submodules ------------------------------------------------------------------------

SUBMODULES: dict[str, tuple[bool, str, list[tuple[str | None, str]]]] = {
    "covered: the package": (True, "import app.ws", [(None, "1:0")]),
    "covered: a submodule": (True, "import app.ws.manager", [(None, "1:0")]),
    "covered: from a submodule": (True, "from app.ws.manager import M", [("M", "1:0")]),
    "covered: the submodule": (True, "from app.ws import manager", [("manager", "1:0")]),
    "not: the package": (False, "import app.ws", [(None, "1:0")]),
    "not: from the package": (False, "from app import ws", [(None, "1:0")]),
    "not: its surface": (
        False,
        "from app.ws import WebSocketManager",
        [("WebSocketManager", "1:0")],
    ),
    "not: all of its surface": (False, "from app.ws import *", [("*", "1:0")]),
    "not: passed through": (False, "import app.ws.manager", []),
    "not: passed through, as": (False, "import app.ws.manager as m", []),
    "not: from a submodule": (False, "from app.ws.manager import M", []),
    "not: the submodule": (False, "from app.ws import manager", []),
    "not: both": (
        False,
        "from app.ws import manager, WebSocketManager",
        [("WebSocketManager", "1:0")],
    ),
    "not: used through": (False, "import app.ws.manager\napp.ws.manager.M()", []),
    "not: surface read": (
        False,
        "import app.ws.manager\napp.ws.WebSocketManager()",
        [("WebSocketManager", "2:0")],
    ),
    "not: import_module of a submodule": (
        False,
        "import importlib\nimportlib.import_module('app.ws.manager')",
        [],
    ),
    "not: import_module": (
        False,
        "import importlib\nimportlib.import_module('app.ws')",
        [(None, "2:0")],
    ),
    "not: patch of a submodule": (
        False,
        "from unittest import mock\ndef test_f():\n    with mock.patch('app.ws.manager.M'): pass",
        [],
    ),
}


@pytest.mark.parametrize(
    "before", ["", "import app.ws", "import app.ws.manager"], ids=["first", "cached", "submodule"]
)
@pytest.mark.parametrize("case", SUBMODULES)
def test_a_rule_with_and_without_submodules(project: Project, case: str, before: str) -> None:
    covered, body, expected = SUBMODULES[case]
    gated(project, body, before)
    project.configure(
        f'mission-critical = ["{TEST}"]',
        f"""
        [[tool.pytest-ssot.rules]]
        deprecated = "app.ws"
        submodules = {str(covered).lower()}
        """,
    )
    project.write(
        {
            "app/ws/__init__.py": "from app.ws.manager import M as WebSocketManager\n",
            "app/ws/manager.py": "class M: pass\n",
        }
    )
    assert seen(project) == expected


def test_the_body_of_the_deprecated_module_is_its_own(project: Project) -> None:
    gated(project, "import app.other")
    project.write(
        {
            "app/old.py": "import app.old\nfrom app import old\nX = app.old\n",
            "app/other.py": "def get():\n    import app.old\n",
        }
    )
    assert project.run().violations == []


def test_what_a_deprecated_module_imports_is_in_its_lineage(project: Project) -> None:
    project.configure(
        f'mission-critical = ["{TEST}"]',
        """
        [[tool.pytest-ssot.rules]]
        deprecated = "app.old"
        [[tool.pytest-ssot.rules]]
        deprecated = "app.older"
        """,
    )
    project.write({"app/old.py": "\nimport app.older\n", "app/older.py": ""})
    project.write({TEST: "import app.old\ndef test_it(): pass\n"})
    assert project.run().violations == [
        ("fails", "import", "app.older", None, "app/old.py:2:0", f"{TEST}:1", f"{TEST}::test_it"),
        ("fails", "import", "app.old", None, f"{TEST}:1:0", "", f"{TEST}::test_it"),
    ]


def test_a_table_reads_well() -> None:
    """Bodies of the tables are dedented already."""
    assert all(body == dedent(body) for body, _ in (*WAYS.values(), *NAMES.values()))
