"""The hooks of ``.pre-commit-hooks.yaml``, and what they rely on the commands for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conftest import Project

ROOT = Path(__file__).parents[2]
HOOKS = [
    dict(re.findall(r"^(?:- |  )([a-z_]+): (.+)$", one, re.MULTILINE))
    for one in re.split(
        r"^(?=- )", (ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"), flags=re.MULTILINE
    )[1:]
]


def typed(project: Project, *args: str) -> tuple[int, list[str], list[str]]:
    ran = project.command(*args)
    return int(ran.ret), ran.outlines, [line for line in ran.errlines if line]


def test_they_look_at_all_files_at_every_commit() -> None:
    assert [one["id"] for one in HOOKS] == ["pytest-ssot-check", "pytest-ssot-baseline"]
    for one in HOOKS:
        assert (one["language"], one["pass_filenames"]) == ("python", "false")
        assert (one["always_run"], one["require_serial"]) == ("true", "true")


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_their_commands_run(hook: dict[str, str], project: Project) -> None:
    command, *args = hook["entry"].split()
    assert command == "pytest-ssot"
    assert typed(project, *args)[0] == 0
    project.write({"app/a.py": "import app.old\n"})
    code, lines, _ = typed(project, *args)
    assert code == 1
    assert lines[0].startswith("app/a.py:1:0: app.old ")


def test_a_quiet_check_tells_of_stale_entries_as_they_fail(project: Project) -> None:
    project.write({"app/a.py": "import app.old\n"})
    typed(project, "baseline")
    project.write({"app/a.py": ""})
    assert typed(project, "check", "--quiet") == (
        1,
        [],
        [
            "thank you: app/a.py no longer reaches app.old, 1 -> 0",
            "run: pytest-ssot baseline --update",
        ],
    )


def test_a_check_next_to_runs_judges_as_one_without(project: Project) -> None:
    """A mission-critical test alone executes what the baseline knows: that fails the test."""
    project.configure('mission-critical = ["tests"]')
    project.write(
        {"app/a.py": "import app.old\n", "tests/test_a.py": "def test_a(): import app.a\n"}
    )
    assert typed(project, "baseline")[0] == 0
    assert project.run().code == 1
    code, lines, said = typed(project, "check", "--verbose", "--run", "ssot-report.json")
    assert (code, said[0].partition(";")[0]) == (0, "1 known")
    assert lines[0].endswith("executed by tests/test_a.py::test_a; known")
