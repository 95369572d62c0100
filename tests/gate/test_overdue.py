"""A run where a target is overdue: told as the session's, or as an item of the scan, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Project, Ran

RULE = """
[[tool.pytest-ssot.rules]]
deprecated = "app.old"
id = "old"
removed-in = "2.0"
distribution = "chat"
"""
ITEM = "app/old.py::ssot::old"
WAYS = [
    pytest.param(["-p", "no:xdist"], id="alone"),
    pytest.param(["-n2"], marks=pytest.mark.forked, id="xdist"),
]


@pytest.fixture
def due(project: Project) -> Project:
    """A project of version 2.1, with a test that uses what should be gone in 2.0."""
    text = (project.path / "pyproject.toml").read_text("utf-8")
    text = text[: text.index("[tool.pytest-ssot]")]
    project.write(
        {
            "pyproject.toml": f'[project]\nname = "chat"\nversion = "2.1"\n{text}{RULE}',
            "tests/test_a.py": "def test_a(): import app.old\n",
            "tests/test_b.py": """
                import pytest
                @pytest.mark.mission_critical
                def test_b(): pass
                """,
        }
    )
    return project


def overdue(ran: Ran) -> list[tuple[str, str, str]]:
    """Verdict, place and tests of each."""
    return [(one.verdict, one.at, one.tests) for one in ran.violations if one.kind == "overdue"]


@pytest.mark.parametrize("way", WAYS)
def test_it_is_told_and_fails_no_test(due: Project, way: list[str]) -> None:
    ran = due.run(*way)
    assert (ran.code, ran.failed) == (0, [])
    assert [line.split(maxsplit=2) for line in ran.summary] == [
        ["app/old.py:1", "app.old", "overdue, chat is 2.1: delete app/old.py"],
        ["tests/test_a.py:1", "app.old", "seen by 1 test, not gated"],
    ]
    assert overdue(ran) == [("fails", "app/old.py:1:0", "")]
    assert ran.report["rules"][0]["distribution"] == "chat"


@pytest.mark.parametrize("way", WAYS)
def test_a_strict_run_fails_although_its_tests_pass(due: Project, way: list[str]) -> None:
    due.write({"tests/test_a.py": "def test_a(): pass\n"})
    assert due.run(*way).code == 0
    ran = due.run("--ssot-strict", *way)
    assert (ran.code, ran.failed) == (1, [])
    assert ran.summary[0].endswith("overdue, chat is 2.1: delete app/old.py")


def test_a_part_of_the_tests_tells_it_too(due: Project) -> None:
    assert due.run("--ssot-strict", "tests/test_b.py").code == 1


@pytest.mark.parametrize("way", WAYS)
def test_an_item_of_the_scan_tells_it_once(due: Project, way: list[str]) -> None:
    ran = due.run("--ssot-scan", *way)
    assert ran.code == 1
    assert ITEM in ran.failed
    assert overdue(ran) == [("fails", "app/old.py:1:0", "")]
    told = "E   now:  chat is 2.1\nE   fix:  delete app/old.py, 1 use is left in source"
    assert ran.text.count(told) == 1
    assert [line.split()[2:] for line in ran.summary if line.startswith("app/old.py")] == [
        ["fails", "1", "test"]
    ]


def test_an_item_that_did_not_run_leaves_it_to_the_session(due: Project) -> None:
    ran = due.run("--ssot-scan", "-m", "not ssot_scan", "--ssot-strict", "-k", "test_b")
    assert (ran.code, ran.failed) == (1, [])
    assert overdue(ran) == [("fails", "app/old.py:1:0", "")]


@pytest.mark.parametrize("args", [(), ("--ssot-scan",)])
def test_what_excuses_it(due: Project, args: tuple[str, ...]) -> None:
    strict = ("--ssot-strict", *args, "-p", "no:xdist", "tests/test_b.py", "app/old.py")
    strict = tuple(one for one in strict if args or one != "app/old.py")
    due.write({"app/old.py": "X = 1  # ssot: allow[old] next week\n"})
    ran = due.run(*strict)
    assert (ran.code, overdue(ran)) == (0, [("allowed", "app/old.py:1:0", "")])
    due.write({"app/old.py": "X = 1\n"})
    assert due.run(*strict).code == 1
    due.write({"conftest.py": "def pytest_ssot_violation(violation): return 'soon'\n"})
    ran = due.run(*strict)
    assert (ran.code, {verdict for verdict, _, _ in overdue(ran)}) == (0, {"allowed"})


def test_a_comment_without_a_reason_is_a_usage_error(due: Project) -> None:
    due.write({"app/old.py": "X = 1  # ssot: allow[old]\n"})
    ran = due.run("tests/test_b.py")
    assert ran.code == 4
    assert ran.summary[-1] == "app/old.py:1: # ssot: allow[old] needs a reason after the bracket"


@pytest.mark.process
def test_the_baseline_knows_it(due: Project) -> None:
    due.write({"tests/test_a.py": "def test_a(): pass\n"})
    assert due.command("baseline").ret == 0
    for args in ((), ("--ssot-scan",)):
        ran = due.run("--ssot-strict", *args)
        assert (ran.code, [verdict for verdict, _, _ in overdue(ran)]) == (0, ["known"])
    (due.path / "app/old.py").unlink()
    ran = due.run("--ssot-strict")
    assert ran.code == 1
    assert any("app/old.py no longer has app.old (old)" in line for line in ran.summary)
    ran = due.run("--ssot-strict", "--ssot-update-baseline")
    assert ran.code == 0
    assert '"entries": [\n]' in (due.path / "ssot-baseline.json").read_text("utf-8")


def test_a_version_that_nobody_knows_is_not_observed(due: Project) -> None:
    text = (due.path / "pyproject.toml").read_text("utf-8")
    due.write({"pyproject.toml": text.replace('version = "2.1"', 'dynamic = ["version"]')})
    ran = due.run("--ssot-strict", "tests/test_b.py")
    why = "overdue or not: app.old, as chat is not installed, and has no static version"
    assert (ran.code, ran.report["not_observed"]) == (0, [why])
    assert f"not observed: {why}" in ran.summary


def test_an_error_while_it_is_looked_for_is_told(due: Project) -> None:
    """The installed metadata may be anybody's."""
    info = "chat-1.dist-info"
    due.write({f"{info}/METADATA": ""})
    (due.path / info / "METADATA").write_bytes(b"Name: ch\xff\nVersion: 1\n")
    ran = due.run("tests/test_b.py")
    assert ran.code == 0
    assert "overdue or not: app.old" in ran.report["not_observed"][0]
