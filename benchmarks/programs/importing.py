"""Imports the modules that a file lists, under as many rules as asked for; prints its cost.

Arguments: the folder, the number of rules (0 is without the plugin), and of symbols that are to
be single, each in a module of that folder.
"""

from __future__ import annotations

import importlib
import sys
import time
from pathlib import Path


def watch(rules: int, single: int, names: list[str]) -> None:
    from pytest_ssot.rules.lookup import Owned, Target
    from pytest_ssot.runtime.watcher import Watcher

    targets = [Target(f"rule-{n}", f"app.legacy.old_{n}") for n in range(0, rules, 2)]
    targets += [Target(f"rule-{n}", f"app.part_{n}:OldThing") for n in range(1, rules, 2)]
    homes = tuple((f"single-{n}", f"{names[n]}:Only{n}", ()) for n in range(single))
    for number in range(single):
        vars(importlib.import_module(names[number]))[f"Only{number}"] = type("Only", (), {})
    owned = Owned(homes)
    Watcher(targets, owned=owned, categories=["DeprecationWarning"], discover=True).start()


def main() -> None:
    folder, rules, single = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    names = (folder / "names.txt").read_text(encoding="utf-8").split()
    sys.path.insert(0, str(folder))
    if rules:
        watch(rules, single, names)
    wall, cpu = time.perf_counter(), time.process_time()
    for name in names:
        importlib.import_module(name)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    print(wall, cpu)


main()
