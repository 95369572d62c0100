"""All rows, in the order of the table."""

from __future__ import annotations

from benchmarks.rows import (
    cached,
    carried,
    check,
    child,
    constructing,
    reached,
    run,
    single,
    start,
    threads,
    unrelated,
)

ROWS = (
    run.ROW,
    start.ROW,
    child.ROW,
    unrelated.ROW,
    single.ROW,
    *cached.ROWS,
    *constructing.ROWS,
    start.WITH_RULES,
    carried.ROW,
    reached.ROW,
    threads.ROW,
    *check.ROWS,
)
