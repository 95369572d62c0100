"""Imports one loaded module again and again, watched and not in turns; prints each pair's costs.

Arguments: the form of the import, and the number of pairs. One process makes all
pairs: what two processes differ in is more than what is measured.
"""

from __future__ import annotations

import gc
import importlib
import string  # a loaded module that is watched, so that a tripwire is set
import sys
import time
from collections.abc import Callable

from pytest_ssot.rules.lookup import Target
from pytest_ssot.runtime.watcher import Watcher

LOOPS = 200_000
TURNS = range(LOOPS)


def statement() -> None:
    for _ in TURNS:
        import colorsys  # noqa: F401


def from_statement() -> None:
    for _ in TURNS:
        from colorsys import rgb_to_hls  # noqa: F401


def import_module() -> None:
    load = importlib.import_module
    for _ in TURNS:
        load("colorsys")


FORMS = {"import": statement, "from": from_statement, "import_module": import_module}


def cost(form: Callable[[], None]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    form()
    return time.perf_counter() - wall, time.process_time() - cpu


def watched(form: Callable[[], None]) -> tuple[float, float]:
    targets = [Target(f"rule-{n}", f"app.legacy.old_{n}") for n in range(49)]
    watcher = Watcher([*targets, Target("string", string.__name__)], discover=True)
    watcher.start()
    try:
        return cost(form)
    finally:
        watcher.stop()


def main() -> None:
    form, rounds = FORMS[sys.argv[1]], int(sys.argv[2])
    gc.disable()
    watched(form)
    cost(form)
    for number in range(rounds):
        if number % 2:
            of_plain = cost(form)
            of_watched = watched(form)
        else:
            of_watched = watched(form)
            of_plain = cost(form)
        print(*of_watched, *of_plain)


main()
