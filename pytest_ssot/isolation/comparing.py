"""What two objects both reach, and the ways there."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import NamedTuple

from pytest_ssot.isolation.edges import Label
from pytest_ssot.isolation.kinds import Kinds
from pytest_ssot.isolation.walk import Walk


class Shared(NamedTuple):
    """One thing that both sides reach, and the steps to it from each."""

    thing: object
    left: list[Label]
    right: list[Label]


class _Side:
    """The ways from one of the two: where there is one, on that meets nothing shared before."""

    def __init__(self, root: object, kinds: Kinds, full: Walk, common: set[int]) -> None:
        self._near = Walk(root, kinds, common)
        self._full = full
        self._depths = {id(walk): walk.depths() for walk in (self._near, full)}
        self.hits = self._near.hits

    def length(self, key: int) -> tuple[int, int]:
        """How long the way is, and its place among those of that length."""
        walk, index = self._way(key)
        return self._depths[id(walk)][index], index

    def steps(self, key: int) -> list[Label]:
        walk, index = self._way(key)
        return walk.steps(index)

    def _way(self, key: int) -> tuple[Walk, int]:
        walk = self._near if key in self.hits else self._full
        return walk, walk.index(key)


def shared(a: object, b: object, kinds: Kinds, limit: int) -> tuple[list[Shared], int]:
    """The *limit* things with the shortest ways, these first, and how many there are.

    A thing that each side reaches only by way of others that are shared is none of them.
    """
    left, right = Walk(a, kinds), Walk(b, kinds)
    common = set(_common(left, right, kinds))
    if not common:
        return [], 0
    one, two = _Side(a, kinds, left, common), _Side(b, kinds, right, common)

    def order(key: int) -> tuple[int, int, int]:
        (there, place), (here, other) = one.length(key), two.length(key)
        return there + here, place, other

    told = one.hits | two.hits
    nearest = heapq.nsmallest(limit, told, key=order)
    return [Shared(left.find(key), one.steps(key), two.steps(key)) for key in nearest], len(told)


def _common(left: Walk, right: Walk, kinds: Kinds) -> Iterator[int]:
    """What both reach, and at least one of them can change."""
    both = left.seen.keys() & right.seen.keys()
    both |= left.seen.keys() & right.viewed.keys()
    both |= left.viewed.keys() & right.seen.keys()
    set_by_code = left.owned | right.owned
    for key in both:
        if key in set_by_code or kinds.is_state(left.find(key)):
            yield key
