"""Ordinary projects, which must neither break nor be told what they cannot understand."""

from __future__ import annotations

import sys

import pytest

from tests.conftest import Project

TEST = "tests/test_it.py"


def quiet(project: Project) -> None:
    """A project that has never heard of the plugin."""
    (project.path / "pyproject.toml").unlink()
    project.write({"pytest.ini": "[pytest]\npythonpath = .\naddopts = -p no:hypothesispytest\n"})


def test_a_rule_pack_leaves_importlib_metadata_alone(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write(
        {
            "packs/acme-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: acme\nVersion: 1\n",
            "packs/acme-1.dist-info/entry_points.txt": (
                "[pytest_ssot.rules]\nacme = acme_rules:rules\n"
            ),
            "packs/acme_rules.py": "def rules(): return [{'deprecated': 'app.older'}]\n",
            "app/older.py": "",
            TEST: """
                import pytest
                import app.older
                from importlib.metadata import version

                @pytest.mark.mission_critical
                def test_it(): assert version("pytest")
                """,
        }
    )
    monkeypatch.setenv("PYTHONPATH", str(project.path / "packs"))
    ran = project.run()
    assert [one.target for one in ran.violations] == ["app.older"]
    assert ran.matched == {"app.old": 0, "app.older": 1}
    assert ran.report["errors"] == []


def test_a_finder_that_a_test_puts_in_front_stays_there(project: Project) -> None:
    project.write(
        {
            TEST: """
                import sys
                import pytest

                class Finder:
                    def find_spec(self, name, path=None, target=None): return None

                @pytest.fixture
                def finder():
                    mine = Finder()
                    sys.meta_path.insert(0, mine)
                    yield mine
                    assert sys.meta_path.pop(0) is mine

                def test_first(finder): assert sys.meta_path[0] is finder
                def test_second(finder): assert sys.meta_path[0] is finder
                """
        }
    )
    assert project.run().counts == {"passed": 2}


def test_a_repeated_warning_is_shown_as_often_as_without(project: Project) -> None:
    project.write(
        {
            TEST: """
                import warnings

                def deep(): warnings.warn("deep", DeprecationWarning)

                def test_it():
                    with warnings.catch_warnings(record=True) as seen:
                        warnings.resetwarnings()
                        warnings.simplefilter("default")
                        for _ in range(3): deep()
                    assert len(seen) == 1
                """
        }
    )
    assert project.run().counts == {"passed": 1}


CLOUDPICKLE = {
    "app/cloudpickle.py": """
        import copyreg, importlib, io, pickle, types
        from collections import ChainMap

        def by_name(module): return importlib.import_module, (module.__name__,)

        class Pickler(pickle.Pickler):
            dispatch_table = ChainMap({types.ModuleType: by_name}, copyreg.dispatch_table)

        def dumps(value):
            stream = io.BytesIO()
            Pickler(stream).dump(value)
            return stream.getvalue()
        """,
    TEST: """
        import pickle, warnings
        import app.old
        from app.cloudpickle import dumps

        def test_it():
            for module in (warnings, app.old, app):
                assert pickle.loads(dumps(module)) is module
        """,
}


def test_modules_go_through_cloudpickle(project: Project) -> None:
    """It has a table by exact class, and copyreg's for all others."""
    project.write(CLOUDPICKLE)
    assert project.run().counts == {"passed": 1}


def test_modules_go_through_cloudpickle_in_a_run_inside_of_a_test(project: Project) -> None:
    """Where what stands in for a module's class stands in for a stand-in."""
    project.write(CLOUDPICKLE)
    project.write(
        {
            "test_outer.py": f"""
                import pytest

                def test_it(): assert pytest.main(["{TEST}", "-p", "no:cacheprovider"]) == 0
                """
        }
    )
    assert project.run("test_outer.py").counts["passed"] == 1


def test_a_project_that_did_not_ask_gets_one_line(project: Project) -> None:
    quiet(project)
    project.write(
        {
            "app/lib.py": "import warnings\ndef f(): warnings.warn('old', DeprecationWarning, 2)\n",
            TEST: "from app import lib\n"
            + "".join(f"def test_{n}(): lib.f()\n" for n in range(20)),
        }
    )
    ran = project.run()
    assert ran.summary == ["20 deprecated uses seen (-v lists them)"]
    assert len(project.run("-v").summary) == 20


def test_what_is_not_gated_is_told_in_a_few_lines(project: Project) -> None:
    project.write(
        {TEST: "".join(f"def test_{n}():\n    import app.old\n" for n in range(20))},
    )
    assert len(project.run().summary) == 11
    assert project.run().summary[-1] == "10 more (-v shows them)"


def test_a_run_from_a_subfolder_is_no_full_run(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write({TEST: "def test_it(): pass\n"})
    assert len(project.run().summary) == 1
    monkeypatch.chdir(project.path / "tests")
    assert project.bare().summary == []


def test_a_setting_that_is_warned_of_is_no_deprecated_module(project: Project) -> None:
    project.configure("", "")
    project.write(
        {
            "app/settings.py": (
                "import warnings\nwarnings.warn('CACHE_URL is not read', DeprecationWarning)\n"
            ),
            TEST: "import app.settings\ndef test_it(): pass\n",
        }
    )
    ran = project.run()
    assert [(one.kind, one.at) for one in ran.violations] == [("warning", "app/settings.py:2:0")]
    assert ran.report["rules"] == []


def test_a_discovered_rule_says_what_was_said(project: Project) -> None:
    project.configure('mission-critical = ["tests"]', "")
    project.write(
        {
            "app/dep.py": "import warnings\nwarnings.warn('app.dep: gone', DeprecationWarning)\n",
            TEST: "import app.dep\ndef test_it(): pass\n",
        }
    )
    ran = project.run()
    assert ran.failed == [f"{TEST}::test_it"]
    assert "E   says: app.dep: gone" in ran.failure("test_it")


@pytest.mark.parametrize("order", [["-p", "no:randomly"], ["tests/test_b.py"]], ids=["all", "b"])
@pytest.mark.parametrize(
    ("filter_", "verdict"),
    [
        ("ignore:app.dep is old:DeprecationWarning", "allowed"),
        ("ignore::DeprecationWarning", "fails"),
    ],
)
def test_a_filter_that_names_it_is_honoured_for_a_discovered_module(
    project: Project, filter_: str, verdict: str, order: list[str]
) -> None:
    project.configure('mission-critical = ["tests/test_b.py"]', "")
    project.write(
        {
            "app/dep.py": "import warnings\nwarnings.warn('app.dep is old', DeprecationWarning)\n",
            "tests/test_a.py": "def test_it():\n    import app.dep\n",
            "tests/test_b.py": "def test_it():\n    import app.dep\n",
        }
    )
    ran = project.run("-W", filter_, *order)
    assert {one.verdict for one in ran.violations} == {verdict}
    assert ran.code == (0 if verdict == "allowed" else 1)


ORDERS = [["tests/test_a.py", "tests/test_b.py"], ["tests/test_b.py", "tests/test_a.py"]]


@pytest.mark.parametrize("order", [*ORDERS, ["tests/test_b.py"]])
def test_who_expects_a_module_to_warn_excuses_nobody_else(
    project: Project, order: list[str]
) -> None:
    project.configure("", "")
    project.write(
        {
            "app/dep.py": "import warnings\nwarnings.warn('app.dep is old', DeprecationWarning)\n",
            "tests/test_a.py": (
                "import pytest, sys\ndef test_it():\n    sys.modules.pop('app.dep', None)\n"
                "    with pytest.warns(DeprecationWarning):\n        import app.dep\n"
            ),
            "tests/test_b.py": (
                "import pytest\n@pytest.mark.mission_critical\ndef test_it():\n    import app.dep\n"
            ),
        }
    )
    assert project.run(*order).failed == ["tests/test_b.py::test_it"]


@pytest.mark.parametrize("order", [*ORDERS, ["tests/test_b.py"]])
def test_a_body_that_calls_its_own_is_the_importer(project: Project, order: list[str]) -> None:
    project.configure("", "")
    project.write(
        {
            "app/m.py": (
                "import warnings\ndef old(): warnings.warn('x', DeprecationWarning, 2)\nX = old()\n"
            ),
            "tests/test_a.py": "import app.m\ndef test_it(): pass\n",
            "tests/test_b.py": (
                "import app.m\nimport pytest\n@pytest.mark.mission_critical\ndef test_it(): pass\n"
            ),
        }
    )
    ran = project.run(*order)
    assert ran.failed == ["tests/test_b.py::test_it"]
    assert [one.at for one in ran.violations] == ["app/m.py:3:4"]


C_CODE = {
    "in a function": ("Y = True\ndef test_it(): return_ = ~Y\n", "2:25 test_it"),
    "in a body": ("Y = True\nX = ~Y\ndef test_it(): pass\n", "2:4"),
}


@pytest.mark.skipif(sys.version_info < (3, 12), reason="~True is deprecated since 3.12")
@pytest.mark.parametrize("where", C_CODE)
def test_what_c_code_warns_of_is_used_by_who_stands_there(project: Project, where: str) -> None:
    project.configure("", "")
    text, at = C_CODE[where]
    project.write({TEST: text})
    ran = project.run()
    assert [(one.kind, one.target, one.at) for one in ran.violations] == [
        ("warning", "builtins", f"{TEST}:{at}")
    ]
    assert ran.report["rules"] == []


def test_a_chain_shows_no_unittest(project: Project) -> None:
    project.configure('mission-critical = ["tests"]')
    project.write(
        {
            TEST: """
                import unittest

                class TestIt(unittest.TestCase):
                    def test_it(self): self.reach()
                    def reach(self):
                        import app.old
                """
        }
    )
    assert project.run().violations[0].chain == f"{TEST}:4 TestIt.test_it"
