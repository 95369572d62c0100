"""First imports of modules that no rule is about."""

from __future__ import annotations

from pathlib import Path

from benchmarks import projects
from benchmarks.model import Limit, Pair, Row
from benchmarks.processes import pairs, program


def measure(folder: Path, rounds: int) -> list[Pair]:
    names = projects.library(folder, modules=2000)
    projects.write(folder / "names.txt", "\n".join(names))
    watched = program("importing", str(folder), "1000", "0", folder=folder)
    plain = program("importing", str(folder), "0", "0", folder=folder)
    return pairs(watched, plain, rounds)


ROW = Row(
    name="unrelated",
    what="importing 2,000 unrelated modules, 1,000 rules",
    against="without the plugin",
    unit="ratio",
    limit=Limit(1.02),
    rounds=61,
    measure=measure,
)
