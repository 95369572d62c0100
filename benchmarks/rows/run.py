"""A whole pytest run in which nothing is violated."""

from __future__ import annotations

from pathlib import Path

from benchmarks import projects
from benchmarks.model import Limit, Pair, Row
from benchmarks.processes import pairs, process


def measure(folder: Path, rounds: int) -> list[Pair]:
    projects.suite(folder, rules=50)
    command = ["-m", "pytest", "-q"]
    plain = process([*command, "-p", "no:ssot"], folder)
    return pairs(process(command, folder), plain, rounds)


ROW = Row(
    name="run",
    what="pytest, 5,000 passing tests, 50 rules",
    against="-p no:ssot",
    unit="ratio",
    limit=Limit(1.02),
    rounds=11,
    measure=measure,
)
