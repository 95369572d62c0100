"""Threads that import one watched module at once."""

from __future__ import annotations

from pathlib import Path

from benchmarks.model import Pair, Row
from benchmarks.processes import pairs, program


def measure(folder: Path, rounds: int) -> list[Pair]:
    watched = program("threads", "watched", folder=folder)
    return pairs(watched, program("threads", "plain", folder=folder), rounds)


ROW = Row(
    name="threads",
    what="64 threads, 1,000 imports each of one watched module",
    against="without the plugin",
    unit="ratio",
    limit=None,
    rounds=11,
    measure=measure,
)
