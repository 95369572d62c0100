"""Lazy imports: the statement is the use, whoever reads its name first, or nobody."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Project

pytestmark = pytest.mark.skipif(sys.version_info < (3, 15), reason="new in 3.15")
GATED = 'mission-critical = ["tests"]'
NAME = '[[tool.pytest-ssot.rules]]\ndeprecated = "app.old:X"\nuse = "app.new:X"\n'
STATED = {
    "a module": ("lazy import app.old", "app.old", None),
    "a module by another name": ("lazy import app.old as legacy", "app.old", None),
    "from its package": ("lazy from app import old", "app.old", None),
    "beside it": ("lazy from . import old", "app.old", None),
    "what is in it": ("lazy from app.old import make", "app.old", "make"),
    "some of it, beside it": ("lazy from .old import make as build, X", "app.old", "make"),
    "listed": ("__lazy_modules__ = ['app.old']; import app.old", "app.old", None),
}
#: How the names that app/bridge.py binds are read: nobody, itself, others, whoever looks.
READS = {
    "never": "def test_it(): pass",
    "there": "def test_it(): app.bridge.read()",
    "by another's import": (
        "def test_it():\n    names = {*vars(app.bridge)} & {'old', 'make', 'legacy', 'build'}\n"
        "    for name in names: exec(f'from app.bridge import {name}')"
    ),
    "by whoever looks": "def test_it(): [getattr(app.bridge, one) for one in dir(app.bridge)]",
}
BRIDGE = """
{}

def read():
    return [eval(name) for name in list(globals())]
"""


def told(project: Project) -> list[tuple[str, str, str | None, str]]:
    ran = project.run()
    assert ran.report["errors"] == []
    assert ran.report["swept"] == []
    return ran.sites


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("stated", STATED)
def test_the_statement_is_told_once(project: Project, stated: str, read: str) -> None:
    statement, target, name = STATED[stated]
    project.configure(GATED)
    project.write(
        {"app/bridge.py": BRIDGE.format(statement), "tests/test_it.py": "import app.bridge\n"}
    )
    project.write({"tests/test_it.py": f"import app.bridge\n{READS[read]}\n"})
    column = statement.find("import app.old") if ";" in statement else 0
    expected = [("fails", target, name, f"app/bridge.py:2:{column}")]
    if statement.endswith(", X"):
        expected.insert(0, ("fails", target, "X", f"app/bridge.py:2:{column}"))
    assert told(project) == expected


def test_a_test_file_that_pytest_reads_while_it_collects(project: Project) -> None:
    project.configure(GATED)
    project.write({"tests/test_it.py": "lazy from app.old import make\ndef test_it(): make()\n"})
    assert told(project) == [("fails", "app.old", "make", "tests/test_it.py:1:0")]


@pytest.mark.parametrize("read", ["pass", "app.bridge.read()"])
def test_a_name(project: Project, read: str) -> None:
    project.configure(GATED, NAME)
    project.write(
        {
            "app/bridge.py": BRIDGE.format("lazy from app.old import X as Y, make"),
            "tests/test_it.py": f"import app.bridge\ndef test_it(): {read}\n",
        }
    )
    assert told(project) == [("fails", "app.old:X", "X", "app/bridge.py:2:0")]


def test_a_name_that_is_lazy_where_it_is_at_home(project: Project) -> None:
    project.configure(GATED, NAME)
    project.write(
        {
            "app/inner.py": "X = []\n",
            "app/old.py": "lazy from app.inner import X\n",
            "app/bridge.py": "from app.old import X\nimport app.old\n",
            "tests/test_it.py": (
                "import app.bridge, app.inner\n"
                "def test_it(): assert app.bridge.X is app.bridge.app.old.X is app.inner.X\n"
            ),
        }
    )
    ran = project.run()
    assert "AssertionError" not in ran.text
    assert [site[3] for site in ran.sites] == ["app/bridge.py:1:0", "tests/test_it.py:2:38 test_it"]


def test_an_import_elsewhere_is_told_too(project: Project) -> None:
    project.configure(GATED)
    project.write(
        {
            "app/bridge.py": "lazy import app.old\n",
            "app/other.py": "from app import old\n",
            "app/third.py": "from app.old import X\n",
            "tests/test_it.py": "import app.bridge, app.other, app.third\ndef test_it(): pass\n",
        }
    )
    assert [site[3] for site in told(project)] == [
        "app/bridge.py:1:0",
        "app/other.py:1:0",
        "app/third.py:1:0",
    ]


def test_it_does_not_matter_what_has_loaded_before(project: Project) -> None:
    project.configure('mission-critical = ["tests/test_b.py"]')
    project.write(
        {
            "app/bridge.py": BRIDGE.format("lazy import app.old\nlazy from app.old import make"),
            "tests/test_a.py": "def test_it():\n    import app.old, app.bridge\n    app.old.X\n",
            "tests/test_b.py": "def test_it(): import app.bridge\n",
        }
    )
    alone, after = (
        [one.at for one in project.run(*args).violations if "test_b" in one.tests]
        for args in (["tests/test_b.py"], [])
    )
    assert alone == after == ["app/bridge.py:2:0", "app/bridge.py:3:0"]


def test_the_surface_of_a_package(project: Project) -> None:
    project.configure(
        GATED, '[[tool.pytest-ssot.rules]]\ndeprecated = "app.sub"\nsubmodules = false\n'
    )
    project.write(
        {
            "app/sub/__init__.py": "Y = 1\n",
            "app/sub/inner.py": "",
            "app/bridge.py": "lazy from app.sub import inner\nlazy from app.sub import Y\n",
            "tests/test_it.py": "import app.bridge\ndef test_it(): pass\n",
        }
    )
    assert told(project) == [("fails", "app.sub", "Y", "app/bridge.py:2:0")]


def test_what_leads_to_a_violation_is_reached_by_who_reads_it(project: Project) -> None:
    project.configure(GATED)
    project.write(
        {
            "app/carrier.py": "import app.old\n",
            "app/bridge.py": "lazy import app.carrier\ndef read(): app.carrier\n",
            "tests/test_it.py": (
                "import app.bridge\n"
                "def test_1_reads_nothing(): pass\ndef test_2_reads(): app.bridge.read()\n"
            ),
        }
    )
    (found,) = project.run().violations
    assert (found.at, found.tests) == ("app/carrier.py:1:0", "tests/test_it.py::test_2_reads")


FILTER = """
import sys, app.new

asked = []
def mine(importer, name, names):
    asked.append((importer, name, names))
    return False

def test_it():
    assert sys.get_lazy_imports_filter() is None
    try:
        sys.set_lazy_imports_filter(1)
    except ValueError:
        pass
    sys.set_lazy_imports_filter(mine)
    assert sys.get_lazy_imports_filter() is mine
    import app.bridge
    assert "app.old" in sys.modules
    assert asked == [("app.bridge", "app.old", None)]
    sys.set_lazy_imports_filter(None)
    assert sys.get_lazy_imports_filter() is None
"""


def test_a_filter_of_the_users_is_asked_and_sees_itself(project: Project) -> None:
    project.configure(GATED)
    project.write({"app/new.py": "", "app/bridge.py": "lazy import app.old\n"})
    project.write({"tests/test_it.py": FILTER})
    ran = project.run()
    assert ran.sites == [("fails", "app.old", None, "app/bridge.py:1:0")]
    assert ran.text.count("AssertionError") == 0


def test_a_child_process_states_it_too(project: Project) -> None:
    project.configure(GATED)
    project.write({"app/bridge.py": "lazy import app.old\n"})
    project.write(
        {
            "tests/test_it.py": """
                import pathlib, subprocess, sys
                ROOT = pathlib.Path(__file__).parents[1]

                def test_it():
                    subprocess.run([sys.executable, "-m", "app.bridge"], cwd=ROOT, check=True)
                """
        }
    )
    assert told(project) == [("fails", "app.old", None, "app/bridge.py:1:0")]
