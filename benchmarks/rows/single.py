"""First imports of modules that are looked into: symbols are to be single."""

from __future__ import annotations

from pathlib import Path

from benchmarks import projects
from benchmarks.model import Pair, Row
from benchmarks.processes import pairs, program


def measure(folder: Path, rounds: int) -> list[Pair]:
    names = projects.library(folder, modules=2000)
    projects.write(folder / "names.txt", "\n".join(names))
    watched = program("importing", str(folder), "50", "10", folder=folder)
    plain = program("importing", str(folder), "50", "0", folder=folder)
    return pairs(watched, plain, rounds)


ROW = Row(
    name="single",
    what="importing 2,000 unrelated modules, 10 single symbols",
    against="no single symbol",
    unit="ratio",
    limit=None,
    rounds=61,
    measure=measure,
)
