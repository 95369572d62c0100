"""A run in which every test file imports one module that carries a violation."""

from __future__ import annotations

from pathlib import Path

from benchmarks import projects
from benchmarks.model import Pair, Row
from benchmarks.processes import pairs, process


def measure(folder: Path, rounds: int) -> list[Pair]:
    projects.suite(folder, rules=50, head="import app.carrier\n")
    # No test is gated: what fails costs pytest itself a traceback.
    projects.write(folder / "pyproject.toml", projects.configuration(projects.targets(50)))
    projects.write(folder / "app" / "carrier.py", "from app.legacy import old_001\n")
    projects.write(folder / "app" / "legacy" / "__init__.py", "")
    projects.write(folder / "app" / "legacy" / "old_001.py", "")
    command = ["-m", "pytest", "-q"]
    plain = process([*command, "-p", "no:ssot"], folder)
    return pairs(process(command, folder), plain, rounds)


ROW = Row(
    name="carried",
    what="the run, every test file reaching one violation",
    against="-p no:ssot",
    unit="ratio",
    limit=None,
    rounds=7,
    measure=measure,
)
