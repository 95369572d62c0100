"""Imports the modules that a file lists, under as many rules as asked for; prints its cost.

Arguments: the folder, and the number of rules; 0 is without the plugin.
"""

from __future__ import annotations

import importlib
import sys
import time
from pathlib import Path


def watch(rules: int) -> None:
    from pytest_ssot.rules.lookup import Target
    from pytest_ssot.runtime.watcher import Watcher

    targets = [Target(f"rule-{n}", f"app.legacy.old_{n}") for n in range(0, rules, 2)]
    targets += [Target(f"rule-{n}", f"app.part_{n}:OldThing") for n in range(1, rules, 2)]
    Watcher(targets, categories=["DeprecationWarning"], discover=True).start()


def main() -> None:
    folder, rules = Path(sys.argv[1]), int(sys.argv[2])
    names = (folder / "names.txt").read_text(encoding="utf-8").split()
    sys.path.insert(0, str(folder))
    if rules:
        watch(rules)
    wall, cpu = time.perf_counter(), time.process_time()
    for name in names:
        importlib.import_module(name)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    print(wall, cpu)


main()
