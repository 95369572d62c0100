"""Makes objects of one class again and again, guarded and not in turns; prints each pair's costs.

Arguments: who makes them ("factory", "elsewhere" or "subclass"), and the number of
pairs. One process makes all pairs: what two processes differ in is more than what is
measured.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable

from pytest_ssot.rules.lookup import Owned
from pytest_ssot.runtime.evidence.evidence import Evidence
from pytest_ssot.runtime.watcher import Watcher

LOOPS = 200_000
TURNS = range(LOOPS)


class Manager:
    def __init__(self, user: int) -> None:
        self.user = user


class Special(Manager):
    def __init__(self, user: int) -> None:
        self.user = user


def factory() -> None:
    for turn in TURNS:
        Manager(turn)


def elsewhere() -> None:
    for turn in TURNS:
        Manager(turn)


def subclass() -> None:
    for turn in TURNS:
        Special(turn)


FORMS = {"factory": factory, "elsewhere": elsewhere, "subclass": subclass}


def cost(form: Callable[[], None]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    form()
    return time.perf_counter() - wall, time.process_time() - cpu


def guarded(form: Callable[[], None]) -> tuple[float, float]:
    watcher = Watcher(
        [], owned=Owned((), (("manager", "__main__:Manager", ("__main__:factory",)),))
    )
    watcher.start()
    evidence = Evidence()
    try:
        with watcher.owned_by(evidence):
            return cost(form)
    finally:
        watcher.stop()
        seen = len(watcher.gather([evidence]))
        assert seen == (form is elsewhere), seen
        assert not watcher.guard.faults, watcher.guard.faults


def main() -> None:
    form, rounds = FORMS[sys.argv[1]], int(sys.argv[2])
    gc.disable()
    guarded(form)
    cost(form)
    for number in range(rounds):
        if number % 2:
            of_plain = cost(form)
            of_guarded = guarded(form)
        else:
            of_guarded = guarded(form)
            of_plain = cost(form)
        print(*of_guarded, *of_plain)


main()
