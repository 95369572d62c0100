"""The fixture ``ssot``: modules in fresh interpreters, and what a test has reached so far."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from pytest_ssot.cli import main

if TYPE_CHECKING:
    from tests.conftest import Project

BRIDGE = {
    "app/bridge.py": "import json\nfrom app.old import make\n",
    "app/main.py": "import app.bridge\n",
    "app/clean.py": "",
}
FILE = "tests/test_it.py"
HEAD = """
        import os, subprocess, sys
        import pytest
        from pytest_ssot import Ssot, StartupError, UsageError, Verdict

        def at(violations):
            return [f"{one.verdict.value} {one.importer}" for one in violations]

        """


def test_what_a_module_reaches_is_returned_and_counts_against_no_test(project: Project) -> None:
    project.write(
        {
            **BRIDGE,
            FILE: HEAD
            + """
        @pytest.mark.mission_critical
        def test_main(ssot: Ssot):
            (one,) = ssot.startup("app.main")
            assert (str(one.importer), one.rule, one.name) == ("app/bridge.py:2", "app.old", "make")
            assert [str(step) for step in one.chain] == ["app/main.py:1"]
            assert (one.verdict, one.tests) == (Verdict.FAILS, ("tests/test_it.py::test_main",))
            assert ssot.startup("app.clean") == ssot.startup("app.old") == ssot.violations == []
            assert not [name for name in sys.modules if name.startswith("app")]
        """,
        }
    )
    ran = project.run("--ssot-strict")
    assert (ran.code, ran.violations, ran.matched) == (0, [], {"app.old": 0})
    assert ran.report["not_observed"] == []


@pytest.mark.forked
def test_what_the_test_has_reached_so_far(project: Project) -> None:
    project.write(
        {
            **BRIDGE,
            "app/may.py": "import app.old  # ssot: allow[app.old] moves next\n",
            "tests/conftest.py": """
                import pytest

                @pytest.fixture(scope="session")
                def server():
                    import app.may
                """,
            FILE: HEAD
            + """
        def test_steps(ssot: Ssot, request):
            assert ssot.violations == []
            first = ssot.violations
            import app.bridge
            assert at(ssot.violations) == ["fails app/bridge.py:2"]
            request.getfixturevalue("server")
            assert at(ssot.violations) == ["fails app/bridge.py:2", "allowed app/may.py:1"]
            assert first == []

        def test_child(ssot: Ssot):
            subprocess.run([sys.executable, "-c", "import app.old"], check=True)
            (one,) = ssot.violations
            assert one.importer.function == "test_child"
            assert one.tests == ("tests/test_it.py::test_child",)

        def test_again(ssot: Ssot, server):
            assert at(ssot.violations) == ["allowed app/may.py:1"]
            assert [name for name in dir(sys.modules["app"]) if name == "o" + "ld"]
            assert at(ssot.violations) == ["allowed app/may.py:1"]
        """,
        }
    )
    ran = project.run()
    assert (ran.code, ran.counts) == (0, {"passed": 3}), ran.text


def test_what_cannot_be_imported_says_why(project: Project) -> None:
    project.write(
        {
            **BRIDGE,
            "app/broken.py": "import app.bridge\nprint('so far')\n{}['key']\n",
            "app/exits.py": "import os\nos._exit(3)\n",
            "app/hangs.py": "import time\ntime.sleep(1000)\n",
            FILE: HEAD
            + """
        def test_broken(ssot: Ssot):
            ssot.startup("app.broken")

        def test_error(ssot: Ssot):
            with pytest.raises(ImportError, match="KeyError: 'key'") as caught:
                ssot.startup("app.broken")
            assert type(caught.value) is StartupError
            assert caught.value.name == "app.broken"
            assert at(caught.value.violations) == ["fails app/bridge.py:2"]
            assert caught.value.printed == "so far\\n"
            with pytest.raises(StartupError, match="it ended the process, with exit status 3"):
                ssot.startup("app.exits")
            with pytest.raises(StartupError, match="it takes longer than 1.5 s"):
                ssot.startup("app.hangs", timeout=1.5)
            with pytest.raises(StartupError, match="No module named 'app.nowhere'"):
                ssot.startup("app.nowhere")
            assert ssot.violations == []

        def test_mistake(ssot: Ssot):
            with pytest.raises(UsageError, match="did you mean"):
                ssot.startup("app/main.py")
            with pytest.raises(UsageError, match="a time limit is more than 0"):
                ssot.startup("app.main", timeout=0)
            with pytest.raises(UsageError, match="a time limit is more than 0 .* not None"):
                ssot.startup("app.main", timeout=None)
            ssot.startup(3)
        """,
        }
    )
    ran = project.run()
    assert ran.failed == [f"{FILE}::test_broken", f"{FILE}::test_mistake"]
    shown = [line for line in ran.failure("test_broken") if line.startswith("E ")]
    assert shown[0] == (
        "E       pytest_ssot.ssot.StartupError: app.broken cannot be imported: KeyError: 'key'"
    )
    assert shown[1:3] == [
        "E       Traceback (most recent call last):",
        f'E         File "{project.path}/app/broken.py", line 3, in <module>',
    ]
    assert shown[-2:] == ["E       its last output:", "E       so far"]
    for test in ("test_broken", "test_mistake"):
        places = [line for line in ran.failure(test) if re.match(r"\S+:\d+: ", line)]
        assert [place.partition(":")[0] for place in places] == [FILE], "none of the machinery"


def test_it_can_import_what_the_test_can(project: Project) -> None:
    project.configure(pytest='addopts = ["--import-mode=importlib"]\n')
    text = (project.path / "pyproject.toml").read_text("utf-8")
    project.write({"pyproject.toml": text.replace('pythonpath = ["."]', 'pythonpath = ["lib"]')})
    project.write(
        {
            **BRIDGE,
            "lib/helper.py": "import app.old\n",
            "more/deeper.py": "import app.old\n",
            "app/asks.py": """
                import os
                assert os.environ["COLOUR"] == "red"
                assert os.path.samefile(".", os.path.dirname(os.path.dirname(__file__)))
                """,
            FILE: HEAD
            + """
        def test_paths(ssot: Ssot, monkeypatch, tmp_path):
            monkeypatch.setenv("COLOUR", "red")
            monkeypatch.syspath_prepend("more")
            # As the import system, which ignores what is no text.
            monkeypatch.setattr(sys, "path", [*sys.path, tmp_path, b"ignored", None])
            monkeypatch.chdir(tmp_path)
            assert at(ssot.startup("helper")) == ["fails lib/helper.py:1"]
            assert at(ssot.startup("app.main")) == ["fails app/bridge.py:2"]
            assert ssot.startup("app.asks") == []
            monkeypatch.chdir(os.path.dirname(os.path.dirname(__file__)))
            assert at(ssot.startup("deeper")) == ["fails more/deeper.py:1"]
        """,
        }
    )
    ran = project.run()
    assert ran.code == 0, ran.text


def test_verdicts_are_those_of_the_test(project: Project) -> None:
    project.write(
        {
            **BRIDGE,
            "app/lazy.py": "import app.old\n",
            FILE: HEAD
            + """
        def test_plain(ssot: Ssot):
            assert at(ssot.startup("app.main")) == ["known app/bridge.py:2"]

        @pytest.mark.mission_critical
        def test_critical(ssot: Ssot):
            assert at(ssot.startup("app.main")) == ["fails app/bridge.py:2"]

        @pytest.mark.ssot_allow("app.old", reason="moves next")
        def test_allowed(ssot: Ssot):
            (one,) = ssot.startup("app.main")
            assert (one.verdict, one.reason) == (Verdict.ALLOWED, "moves next")

        def test_hook(ssot: Ssot):
            (one,) = ssot.startup("app.lazy")
            assert (one.verdict, one.reason) == (Verdict.ALLOWED, "the hook says so")
        """,
        }
    )
    assert main(["baseline", "--root", str(project.path)]) == 0
    project.write(
        {
            "conftest.py": """
                def pytest_ssot_violation(item, violation):
                    if violation.importer.path == "app/lazy.py" and item.name == "test_hook":
                        return "the hook says so"
                """
        }
    )
    ran = project.run()
    assert (ran.code, ran.counts) == (0, {"passed": 4}), ran.text
    assert "unused" not in ran.text


@pytest.mark.forked
def test_however_a_test_asks_for_it(project: Project) -> None:
    project.write(
        {
            **BRIDGE,
            "tests/test_doc.txt": """
                >>> [one.importer.line for one in getfixture("ssot").startup("app.main")]
                [2]
                """,
            FILE: HEAD
            + """
        import unittest
        from concurrent.futures import ThreadPoolExecutor

        class TestCase(unittest.TestCase):
            @pytest.fixture(autouse=True)
            def _ssot(self, request):
                self.ssot = request.getfixturevalue("ssot")

            def test_it(self):
                assert at(self.ssot.startup("app.main")) == ["fails app/bridge.py:2"]
                import app.bridge
                assert at(self.ssot.violations) == ["fails app/bridge.py:2"]

        @pytest.fixture
        def started(ssot):
            return ssot.startup("app.main")

        @pytest.mark.parametrize("number", range(3))
        def test_by_a_fixture(started, number):
            assert at(started) == ["fails app/bridge.py:2"]

        def test_in_threads(ssot: Ssot):
            with ThreadPoolExecutor() as pool:
                for found in pool.map(ssot.startup, ["app.main"] * 3):
                    assert at(found) == ["fails app/bridge.py:2"]
            assert ssot.violations == []
        """,
        }
    )
    for options in (("-s",), ("-n2",)):
        ran = project.run(*options)
        assert (ran.code, ran.counts["passed"]) == (0, 6), ran.text


def test_a_wider_fixture_cannot_have_it(project: Project) -> None:
    project.write(
        {
            FILE: """
                import pytest

                @pytest.fixture(scope="class")
                def wide(ssot): pass

                def test_it(wide): pass
                """
        }
    )
    ran = project.run()
    assert ran.counts == {"errors": 1}
    assert "ScopeMismatch" in ran.text


def test_what_it_does_itself_is_nobodys(project: Project) -> None:
    """It imports, starts a process and threads: rules may be on any of that."""
    rule = '[[tool.pytest-ssot.rules]]\ndeprecated = "{}"\n'
    names = ("concurrent", "faulthandler", "marshal", "signal", "subprocess", "tempfile")
    project.configure("subprocess = false", "".join(map(rule.format, names)))
    project.write(
        {
            **BRIDGE,
            FILE: """
                import pytest

                @pytest.mark.mission_critical
                def test_it(ssot):
                    assert ssot.startup("app.main") == ssot.violations == []
                """,
        }
    )
    ran = project.run("--ssot-strict")
    assert ran.code == 0, ran.text
    assert not [one for one in ran.violations if one.verdict != "indirect"], "pytest's own"
    assert ran.counts == {"passed": 1}


@pytest.mark.fresh
def test_who_does_not_ask_for_it_does_not_load_it(project: Project) -> None:
    project.write(
        {
            FILE: """
                import sys

                def test_it():
                    late = ("pytest_ssot.ssot", "pytest_ssot.policy.startup.import_modules")
                    assert not [name for name in late if name in sys.modules]
                """
        }
    )
    assert project.run().code == 0


def test_pytest_tells_what_it_is(project: Project) -> None:
    project.write({FILE: "def test_it(): pass\n"})
    text = project.bare("--fixtures", FILE).text
    assert 'ssot.startup("app.main")`` imports a module in a fresh interpreter' in text


def test_what_two_users_share_is_told_at_the_line_that_asks(project: Project) -> None:
    project.write(
        {
            "app/manager.py": """
                class Manager:
                    sockets = {}

                    def __init__(self):
                        self.queue = []
            """,
            "tests/test_users.py": """
                from app.manager import Manager

                def test_shared(ssot):
                    ssot.assert_isolated(Manager(), Manager())

                def test_own(ssot):
                    ssot.assert_isolated(Manager(), Manager(), ignore=["sockets"])
            """,
        }
    )
    ran = project.run()
    assert ran.failed == ["tests/test_users.py::test_shared"]
    lines = [line for line in ran.failure("test_shared") if line]
    assert lines[2:5] == [
        ">       ssot.assert_isolated(Manager(), Manager())",
        "E       AssertionError: a and b share mutable state:",
        "E         a.sockets is b.sockets (class attribute of app.manager.Manager)",
    ]
    assert lines[-1] == "tests/test_users.py:4: AssertionError"


def test_what_this_process_has_loaded_is_no_part_of_a_fresh_one(project: Project) -> None:
    table = '[[tool.pytest-ssot.single]]\nsymbol = "app.one:Manager"\n'
    project.configure("", table)
    project.write(
        {
            "app/one.py": "class Manager: pass\n",
            "app/alias.py": "from app.one import Manager\nOther = Manager\n",
            "app/second.py": "class Manager: pass\n",
            "tests/test_it.py": """
                import app.one, app.second

                def test_it(ssot):
                    assert [str(one.importer) for one in ssot.startup("app.alias")] == [
                        "app/alias.py:2"
                    ]
            """,
        }
    )
    ran = project.run()
    assert (ran.counts, ran.report["not_observed"]) == ({"passed": 1}, [])
    assert [one.at for one in ran.violations] == ["app/second.py:1:0"]
