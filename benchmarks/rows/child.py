"""A child process' start under watch."""

from __future__ import annotations

import os
from pathlib import Path

from benchmarks.model import Limit, Pair, Row
from benchmarks.processes import pairs, process
from pytest_ssot.rules.lookup import Target
from pytest_ssot.runtime.evidence.channel import FOLDER
from pytest_ssot.runtime.watcher import Watcher


def measure(folder: Path, rounds: int) -> list[Pair]:
    targets = [Target(f"rule-{n}", f"app.legacy.old_{n}") for n in range(50)]
    watcher = Watcher(targets, categories=["DeprecationWarning"], discover=True)
    watcher.listen(str(folder))
    watcher.start()
    given = {name: os.environ[name] for name in (FOLDER, "PYTHONPATH")}
    watcher.stop()
    command = ["-c", "pass"]
    watched = process(command, folder, environment=given)
    return pairs(watched, process(command, folder), rounds)


ROW = Row(
    name="child",
    what="a child's start under watch, 50 rules",
    against="python -c pass",
    unit="difference",
    limit=Limit(0.005),
    rounds=101,
    measure=measure,
)
