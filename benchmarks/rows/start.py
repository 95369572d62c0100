"""pytest's start: what everybody pays who has the plugin installed."""

from __future__ import annotations

from pathlib import Path

from benchmarks import projects
from benchmarks.model import Limit, Pair, Row
from benchmarks.processes import pairs, process

_NO_TESTS = 5


def empty(folder: Path, rounds: int) -> list[Pair]:
    projects.write(folder / "pyproject.toml", "[tool.pytest.ini_options]\n")
    return _starts(folder, rounds)


def with_rules(folder: Path, rounds: int) -> list[Pair]:
    projects.write(folder / "pyproject.toml", projects.configuration(projects.targets(50)))
    (folder / "tests").mkdir()
    return _starts(folder, rounds)


def _starts(folder: Path, rounds: int) -> list[Pair]:
    command = ["-m", "pytest", "-q", "--collect-only"]
    watched = process(command, folder, ok=[_NO_TESTS])
    plain = process([*command, "-p", "no:ssot"], folder, ok=[_NO_TESTS])
    return pairs(watched, plain, rounds)


ROW = Row(
    name="start",
    what="pytest --collect-only, empty project",
    against="-p no:ssot",
    unit="difference",
    limit=Limit(0.015),
    rounds=31,
    measure=empty,
)
WITH_RULES = Row(
    name="start-rules",
    what="the same, 50 rules in pyproject.toml",
    against="-p no:ssot",
    unit="difference",
    limit=None,
    rounds=31,
    measure=with_rules,
)
