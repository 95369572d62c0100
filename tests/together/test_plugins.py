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


REMEMBERS = {
    "app/agent.py": """
        _it = None
        def get():
            global _it
            if _it is None:
                from app.old import make
                _it = make()
            return _it
        """,
    TEST: """
        import pytest
        from app.agent import get

        pytestmark = pytest.mark.mission_critical

        def test_first(): get()

        def test_second(): get()

        def test_sound(): pass
        """,
}
#: What pytest-forked does, for a pytest whose reports that cannot carry.
FORK = """
    import json, os
    import pytest
    from _pytest.runner import runtestprotocol

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(item):
        config, hook = item.config, item.config.hook
        hook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            reports = runtestprotocol(item, log=False, nextitem=None)
            told = [hook.pytest_report_to_serializable(config=config, report=r) for r in reports]
            with open(writing, "w") as file:
                json.dump(told, file)
            os._exit(0)
        os.close(writing)
        with open(reading) as file:
            told = json.load(file)
        os.waitpid(child, 0)
        for data in told:
            report = hook.pytest_report_from_serializable(config=config, data=data)
            hook.pytest_runtest_logreport(report=report)
        hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True
    """


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot fork")
@pytest.mark.parametrize("plugin", ["pytest_forked", "fork"])
def test_what_is_remembered_is_exact_where_each_test_has_a_fork(
    project: Project, plugin: str
) -> None:
    project.write({**REMEMBERS, "fork.py": FORK})
    args = ["-p", plugin, *(["--forked"] if plugin == "pytest_forked" else [])]
    if project.bare("-p", "no:ssot", *args).counts.get("failed"):
        pytest.skip("this pytest-forked cannot carry this pytest's reports")
    ran = project.run(*args)
    assert ran.failed == [f"{TEST}::test_first", f"{TEST}::test_second"]
    assert (ran.report["remembered"], ran.report["not_observed"]) == ([], [])
    assert project.run().failed == [f"{TEST}::test_first"]
