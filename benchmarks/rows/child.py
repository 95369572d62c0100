"""A child process' start under watch."""

from __future__ import annotations

from pathlib import Path

from benchmarks.model import Limit, Pair, Row
from benchmarks.processes import pairs, process

_WATCHED = """\
from pytest_ssot.rules.lookup import Target
from pytest_ssot.runtime.watcher import Watcher
Watcher(
    [Target(f"rule-{n}", f"app.legacy.old_{n}") for n in range(50)],
    categories=["DeprecationWarning", "PendingDeprecationWarning"],
    discover=True,
).start()
"""


def measure(folder: Path, rounds: int) -> list[Pair]:
    return pairs(process(["-c", _WATCHED], folder), process(["-c", "pass"], folder), rounds)


ROW = Row(
    name="child",
    what="a child's start under watch, 50 rules",
    against="python -c pass",
    unit="difference",
    limit=Limit(0.005),
    rounds=101,
    measure=measure,
)
