"""Who else imported it, and when, changes no verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Project

TEST = "tests/test_it.py"
GATED = 'mission-critical = ["tests"]'


@pytest.mark.parametrize("before", ["pass", "import app"], ids=["first", "cached"])
@pytest.mark.parametrize(
    "line",
    ["import app.old", "import app.old as o", "from app.old import X", "from app import old"],
)
def test_a_package_that_imports_its_submodule_itself(
    project: Project, line: str, before: str
) -> None:
    """Its import loads the package first, and finds the submodule loaded after that."""
    project.configure(GATED)
    project.write(
        {
            "app/__init__.py": "from app import own\n",
            "app/own.py": "import app.old\n",
            TEST: f"def test_it():\n    {before}\n    {line}\n",
        }
    )
    name = "X" if line.endswith("X") else None
    assert project.run().sites == [
        ("fails", "app.old", None, "app/own.py:1:0"),
        ("fails", "app.old", name, f"{TEST}:3:4 test_it"),
    ]


def test_a_package_that_imports_its_submodule_which_warns(project: Project) -> None:
    project.configure(GATED, "")
    project.write(
        {
            "app/__init__.py": "import app.old\n",
            "app/old.py": "import warnings\nwarnings.warn('app.old is old', DeprecationWarning)\n",
            TEST: "def test_it():\n    import app.old\n",
        }
    )
    assert project.run().sites == [
        ("fails", "app.old", None, "app/__init__.py:1:0"),
        ("fails", "app.old", None, f"{TEST}:2:4 test_it"),
    ]


@pytest.mark.parametrize("line", ["from app.old import X", "from app.old import *"])
@pytest.mark.parametrize("first", ["app.old", "app.user"])
def test_a_name_of_a_module_that_is_still_loading(project: Project, line: str, first: str) -> None:
    project.configure(GATED, '[[tool.pytest-ssot.rules]]\ndeprecated = "app.old:X"\n')
    project.write(
        {
            "app/old.py": "X = 1\nimport app.user\n",
            "app/user.py": f"{line}\n",
            TEST: f"import {first}\ndef test_it(): pass\n",
        }
    )
    assert project.run().sites == [("fails", "app.old:X", "X", "app/user.py:1:0")]


@pytest.mark.parametrize(
    "line",
    [
        "import app.old",
        "from app.old import X",
        "from app import old",
        "__import__('app.old')",
        "import importlib; importlib.import_module('app.old')",
    ],
)
@pytest.mark.parametrize("first", ["app.old", "app.user"])
def test_a_module_that_is_still_loading(project: Project, line: str, first: str) -> None:
    project.configure(GATED)
    project.write(
        {
            "app/old.py": "X = 1\nimport app.user\n",
            "app/user.py": f"{line}\n",
            TEST: f"import {first}\ndef test_it(): pass\n",
        }
    )
    name = "X" if line.endswith("X") else None
    column = line.find("importlib.") if ";" in line else 0
    assert ("fails", "app.old", name, f"app/user.py:1:{column}") in project.run().sites


def test_one_line_that_calls_the_import_machinery_often_hides_no_other(project: Project) -> None:
    project.configure(GATED)
    project.write(
        {
            TEST: """
                from importlib import import_module

                def test_it():
                    for _ in range(3):
                        import_module("app.old")
                    import_module("app.old")
                """
        }
    )
    assert [at for *_, at in project.run().sites] == [
        f"{TEST}:5:8 test_it",
        f"{TEST}:6:4 test_it",
    ]


@pytest.mark.forked
def test_a_conftest_is_not_its_neighbour(project: Project) -> None:
    """Both are the module "conftest"."""
    project.configure(GATED)
    project.write(
        {
            "tests/a/conftest.py": "import app.old\n",
            "tests/a/test_a.py": "def test_it(): pass\n",
            "tests/b/conftest.py": "",
            "tests/b/test_b.py": "def test_it(): pass\n",
        }
    )
    for args in ([], ["tests/b", "tests/a"], ["-n2"]):
        ran = project.run(*args)
        assert ran.failed == ["tests/a/test_a.py::test_it"]
        assert [one.tests for one in ran.violations] == ["tests/a/test_a.py::test_it"]


@pytest.mark.parametrize("mode", ["prepend", "importlib"])
def test_a_package_of_tests_is_everyones_below(project: Project, mode: str) -> None:
    """The first test below it loads it, where the folder between is no package."""
    project.configure(GATED)
    project.write(
        {
            "tests/__init__.py": "import app.old\n",
            "tests/a/test_a.py": "def test_a(): pass\ndef test_b(): pass\n",
        }
    )
    ran = project.run(f"--import-mode={mode}")
    assert ran.failed == ["tests/a/test_a.py::test_a", "tests/a/test_a.py::test_b"]


@pytest.mark.parametrize("before", ["", "import app.part"], ids=["first", "cached"])
def test_dunder_import_passes_through_the_package_that_it_returns(
    project: Project, before: str
) -> None:
    rule = '[[tool.pytest-ssot.rules]]\ndeprecated = "app"\nsubmodules = false\n'
    project.configure(GATED, rule)
    project.write(
        {"app/part.py": "", TEST: f"{before}\ndef test_it():\n    __import__('app.part')\n"}
    )
    assert project.run().sites == []
    project.write({TEST: f"{before}\ndef test_it():\n    __import__('app')\n"})
    assert project.run().sites == [("fails", "app", None, f"{TEST}:3:4 test_it")]


@pytest.mark.parametrize("scope", ["module", "session"])
def test_a_fixture_that_takes_the_one_it_overrides(project: Project, scope: str) -> None:
    """Every test that uses it uses both, not only the first, for which they are set up."""
    fixture = f"@pytest.fixture(scope='{scope}')\n"
    project.configure(GATED)
    project.write(
        {
            "tests/conftest.py": f"import pytest\n{fixture}def it():\n    import app.old\n",
            TEST: (
                f"import pytest\n{fixture}def it(it): pass\n"
                "class TestIt:\n    @pytest.fixture\n    def it(self, it): pass\n"
                "    def test_a(self, it): pass\n    def test_b(self, it): pass\n"
                "def test_c(it): pass\n"
                "def test_d(request): request.getfixturevalue('it')\n"
            ),
        }
    )
    tests = [f"{TEST}::TestIt::test_a", f"{TEST}::TestIt::test_b"]
    tests += [f"{TEST}::test_c", f"{TEST}::test_d"]
    ran = project.run()
    assert ran.failed == tests
    assert [one.tests for one in ran.violations] == [" ".join(tests)]


def test_a_package_on_the_way_is_told_once(project: Project) -> None:
    """The top one is there, the one below is loaded on the way."""
    project.configure(GATED, '[[tool.pytest-ssot.rules]]\ndeprecated = "app"\n')
    project.write(
        {
            "app/sub/__init__.py": "",
            "app/sub/deep.py": "Y = 1\n",
            "conftest.py": "import app  # ssot: allow[app] loads it\n",
            TEST: "def test_it():\n    from app.sub.deep import Y\n",
        }
    )
    assert [one for one in project.run().sites if one[0] == "fails"] == [
        ("fails", "app", "Y", f"{TEST}:2:4 test_it")
    ]
