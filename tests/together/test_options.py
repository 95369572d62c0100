"""pytest's own options: what stops a run, picks its tests, or changes what is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Project

FIRST, SECOND = "tests/test_first.py", "tests/test_second.py"
FAILED = [f"{FIRST}::test_reaches", f"{SECOND}::test_reaches"]
#: Two files that reach the target over one module, in gated tests and in others.
FILES = {
    "app/bridge.py": "from app.old import make\n",
    FIRST: """
        import pytest
        import warnings

        def test_free():
            import app.bridge
            app.bridge.make()

        @pytest.mark.mission_critical
        def test_reaches(tmp_path):
            print("printed")
            try:
                import app.bridge
            except ImportError:
                pass

        @pytest.mark.mission_critical
        def test_sound(): pass
        """,
    SECOND: """
        import pytest

        @pytest.mark.mission_critical
        def test_reaches():
            from app.bridge import make

        def test_plain(): pass
        """,
}


@pytest.mark.parametrize(
    "args",
    [
        ["-p", "no:warnings"],
        ["-W", "error"],
        ["-W", "ignore"],
        ["--import-mode=importlib"],
        ["--import-mode=append"],
        ["--setup-show"],
        ["-s"],
        ["--capture=sys"],
        ["-p", "no:logging"],
        ["--tb=no"],
        ["--tb=native", "-vv"],
        ["-p", "no:python_path", "-p", "no:faulthandler"],
        ["--strict-markers", "--strict-config"],
        ["--assert=plain"],
        ["--trace-config"],
        ["--runxfail"],
        ["--durations=3"],
    ],
    ids=" ".join,
)
def test_a_run_sees_the_same(project: Project, args: list[str]) -> None:
    project.write(FILES)
    if "no:python_path" in args:
        project.write({"conftest.py": ""})  # with the default import mode: its folder goes in front
    ran = project.run("-rf", *args)
    assert (ran.code, ran.failed) == (1, FAILED)
    assert ran.bytes == project.run().bytes


def test_without_a_terminal(project: Project) -> None:
    project.write(FILES)
    ran = project.run("-p", "no:terminal")
    assert (ran.code, ran.text) == (1, "")
    assert ran.bytes == project.run().bytes


@pytest.mark.parametrize("option", ["-x", "--maxfail=1", "--maxfail=2", "--maxfail=3"])
def test_a_run_stops_at_a_violation_as_at_any_failure(project: Project, option: str) -> None:
    project.write(FILES)
    ran = project.run(option)
    ends = {"-x": 1, "--maxfail=1": 1, "--maxfail=2": 2, "--maxfail=3": 2}
    assert len(ran.failed) == ends[option]
    assert ("stopping after" in ran.text) == (option != "--maxfail=3")
    number = f"{ends[option]} test" + "s" * (ends[option] > 1)
    assert ran.summary == [f"app/bridge.py:1  app.old  fails {number}"]


@pytest.mark.parametrize("picks", ["--lf", "--ff", "--sw"])
def test_what_failed_before(project: Project, picks: str) -> None:
    """A violation is a failure to be run again, and to stop at."""
    project.write(FILES)
    cached = ("-p", "cacheprovider", "-p", "stepwise")
    assert project.run(*cached).failed == FAILED
    ran = project.run(*cached, picks)
    counts = {
        "--lf": {"failed": 2},
        "--ff": {"failed": 2, "passed": 3},
        "--sw": {"failed": 1, "passed": 1},
    }
    assert {name: n for name, n in ran.counts.items() if name != "warnings"} == counts[picks]
    again = project.run(*cached, picks)
    assert again.failed == (FAILED if picks != "--sw" else FAILED[:1])


def test_what_failed_before_is_mended(project: Project) -> None:
    project.write(FILES)
    cached = ("-p", "cacheprovider", "-p", "stepwise")
    project.run(*cached)
    project.write({"app/bridge.py": "def make(): pass\n"})
    assert project.run(*cached, "--lf").counts["passed"] == 2
    assert project.run(*cached, "--lf").counts["passed"] == 5


def test_only_collecting(project: Project) -> None:
    """Files are imported, and nothing is judged: no test has run."""
    project.write({**FILES, "tests/test_third.py": "import app.old\ndef test_third(): pass\n"})
    ran = project.run("--co", "-q")
    assert (ran.code, ran.failed) == (0, [])
    assert f"{FIRST}::test_reaches" in ran.lines
    assert ran.violations == []
