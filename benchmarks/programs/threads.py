"""64 threads that import one module 1,000 times each; prints what that cost.

With the argument "watched" the module is a target: what was seen has to be exact.
"""

from __future__ import annotations

import sys
import threading
import time

from pytest_ssot.rules.lookup import Target
from pytest_ssot.runtime.evidence.evidence import Evidence
from pytest_ssot.runtime.watcher import Watcher

THREADS, TIMES = 64, 1_000


def work(gate: threading.Barrier) -> None:
    gate.wait()
    for _ in range(TIMES):
        import colorsys  # noqa: F401


def cost() -> tuple[float, float]:
    gate = threading.Barrier(THREADS)
    workers = [threading.Thread(target=work, args=(gate,)) for _ in range(THREADS)]
    wall, cpu = time.perf_counter(), time.process_time()
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    return time.perf_counter() - wall, time.process_time() - cpu


def watched() -> tuple[float, float]:
    watcher = Watcher([Target("colorsys", "colorsys")])
    watcher.start()
    evidence = Evidence()
    with watcher.owned_by(evidence):
        found = cost()
    watcher.stop()
    lines = [sighting.line for sighting, *_ in watcher.gather([evidence]).values()]
    assert lines == [work.__code__.co_firstlineno + 3], lines
    return found


print(*(watched() if sys.argv[1] == "watched" else cost()))
