"""Other plugins in the same run: what they reorder, repeat, limit or measure."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Project

pytestmark = pytest.mark.forked

TEST = "tests/test_it.py"
MARKED = "@pytest.mark.mission_critical\n"
#: A gated test that reaches the target over a module, one that reaches nothing, one not gated.
SCENARIO = {
    "app/bridge.py": "from app.old import make\n",
    "tests/test_a.py": "import app.bridge\ndef test_free(): app.bridge.make()\n",
    TEST: """
        import pytest

        @pytest.mark.mission_critical
        def test_fails():
            try:
                import app.bridge
            except ImportError:
                pass

        @pytest.mark.mission_critical
        def test_sound(): pass
        """,
}
FAILED = [f"{TEST}::test_fails"]


@pytest.mark.parametrize("seed", range(4))
def test_randomly(project: Project, seed: int) -> None:
    project.write(SCENARIO)
    ran = project.run("-p", "randomly", "-p", "no:xdist", f"--randomly-seed={seed}")
    assert f"Using --randomly-seed={seed}" in ran.text
    assert (ran.failed, ran.bytes) == (FAILED, project.run().bytes)


RERUN = {
    TEST: """
        import pytest

        pytestmark = pytest.mark.mission_critical
        tries = []

        def test_flaky():
            tries.append("flaky")
            assert tries.count("flaky") == 2

        def test_reaches():
            import app.old

        def test_reaches_at_first():
            tries.append("at first")
            if tries.count("at first") == 1:
                import app.old

        def test_flaky_and_reaches():
            tries.append("and reaches")
            import app.old
            assert tries.count("and reaches") == 2

        @pytest.fixture(scope="module")
        def fixture(): import app.old

        def test_fixture(fixture): pass
        """
}
TOLD_ONCE = [
    "tests/test_it.py:11: in test_reaches",
    ">   import app.old",
    "E   deprecated import: app.old",
    "E   use:  import app.new",
    "E   fix:  change tests/test_it.py:11",
]


@pytest.mark.parametrize("dealt", [["-p", "no:xdist"], ["-n2"]], ids=["one process", "workers"])
def test_a_rerun_excuses_nothing(project: Project, dealt: list[str]) -> None:
    project.write(RERUN)
    ran = project.run("-p", "rerunfailures", "--reruns=1", *dealt)
    assert ran.counts == {"failed": 4, "passed": 1, "rerun": 5}
    assert ran.failed == [
        f"{TEST}::test_{name}"
        for name in ("fixture", "flaky_and_reaches", "reaches", "reaches_at_first")
    ]
    assert ran.failure("test_reaches")[-5:] == TOLD_ONCE
    assert ran.bytes == project.run("-p", "no:xdist").bytes
    assert all("fails 1 test" in line for line in ran.summary)


def test_cov(project: Project) -> None:
    project.write(SCENARIO)
    ran = project.run("-p", "pytest_cov", "--cov=app", "--cov-report=term", "--cov-branch")
    assert (ran.failed, ran.bytes) == (FAILED, project.run().bytes)
    (covered,) = (line.split() for line in ran.lines if line.startswith("app/bridge.py  "))
    assert covered in (["app/bridge.py", *"1000", "100%"], ["app/bridge.py", "app.old"])


SLOW = {
    "tests/test_slow.py": """
        import pytest

        @pytest.mark.mission_critical
        def test_slow():
            import app.old
            while True:
                pass
        """
}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGALRM")
def test_a_timeout_by_signal_keeps_what_the_test_saw(project: Project) -> None:
    project.write({**SCENARIO, **SLOW})
    ran = project.run("-p", "timeout", "--timeout=0.5", "--timeout-method=signal")
    assert ran.failed == [*FAILED, "tests/test_slow.py::test_slow"]
    assert "Timeout" in "\n".join(ran.failure("test_slow"))
    assert "tests/test_slow.py:5  app.old  fails 1 test" in ran.summary


def test_a_timeout_by_thread_ends_the_process(project: Project) -> None:
    """It leaves by ``os._exit``: of the plugins nobody can tell anything."""
    project.write({**SCENARIO, **SLOW})
    ran = project.run("-p", "timeout", "--timeout=0.5", "--timeout-method=thread")
    assert (ran.code, ran.bytes) == (1, b"")


def test_a_timeout_by_thread_ends_one_worker(project: Project) -> None:
    project.write({**SCENARIO, **SLOW})
    ran = project.run("-p", "timeout", "--timeout=1", "--timeout-method=thread", "-n1")
    assert ran.failed == [*FAILED, "tests/test_slow.py::test_slow"]
    assert "app/bridge.py:1  app.old  fails 1 test" in ran.summary
    assert ran.report["errors"] == ["worker gw0 ended before it could report"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot fork")
def test_forked(project: Project) -> None:
    project.write(SCENARIO)
    args = ("-p", "pytest_forked", "--forked")
    if project.bare("-p", "no:ssot", *args).counts.get("failed"):
        pytest.skip("this pytest-forked cannot carry this pytest's reports")
    ran = project.run(*args)
    assert (ran.failed, ran.bytes) == (FAILED, project.run().bytes)
