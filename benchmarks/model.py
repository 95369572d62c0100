"""A row of the table: what is compared with what, how, and what was found."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, NamedTuple


class Cost(NamedTuple):
    """What one run took, in seconds; ``cpu`` is what others on the machine hardly change."""

    wall: float
    cpu: float


class Pair(NamedTuple):
    """Two runs made one right after the other."""

    watched: Cost
    plain: Cost


class Limit(NamedTuple):
    """At most ``most``, a ratio or a difference in seconds; ``noise`` more is none."""

    most: float
    noise: float = 0.0


class Row(NamedTuple):
    """One comparison. ``limit`` is None where the design sets none.

    ``measure`` makes that many pairs; it may build what it needs in the folder it gets.
    """

    name: str
    what: str
    against: str
    unit: Literal["ratio", "difference"]
    limit: Limit | None
    rounds: int
    measure: Callable[[Path, int], list[Pair]]


class Found(NamedTuple):
    """What the pairs of a row say: medians, the middle half, and what two best runs say."""

    cpu: float
    wall: float
    low: float
    high: float
    best: float
    plain: float


def judge(row: Row, pairs: Sequence[Pair]) -> Found:
    compare = _ratio if row.unit == "ratio" else _difference
    cpu = [compare(pair.watched.cpu, pair.plain.cpu) for pair in pairs]
    wall = [compare(pair.watched.wall, pair.plain.wall) for pair in pairs]
    low, _, high = statistics.quantiles(cpu, n=4, method="inclusive") if len(cpu) > 1 else cpu * 3
    watched, plain = (min(pair[side].cpu for pair in pairs) for side in (0, 1))
    return Found(
        cpu=statistics.median(cpu),
        wall=statistics.median(wall),
        low=low,
        high=high,
        best=compare(watched, plain),
        plain=statistics.median(pair.plain.cpu for pair in pairs),
    )


def holds(limit: Limit, found: Found) -> bool:
    return found.cpu <= limit.most + limit.noise


def _ratio(watched: float, plain: float) -> float:
    return watched / plain


def _difference(watched: float, plain: float) -> float:
    return watched - plain
