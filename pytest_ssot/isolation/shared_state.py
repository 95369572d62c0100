"""What two objects both reach, and the ways there."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import NamedTuple

from pytest_ssot.isolation.class_sorts import Kinds
from pytest_ssot.isolation.edges import Label
from pytest_ssot.isolation.graph_walk import Walk


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

    A thing that each side reaches only by way of others that are shared is none of them,
    nor is one that a side reaches by way of the other side itself alone.
    """
    left, right = Walk(a, kinds), Walk(b, kinds)
    common = set(_common(left, right, kinds))
    if not common:
        return [], 0
    mine, theirs = _itself(a, kinds), _itself(b, kinds)
    # What knows all that it made is told, and not that the two find each other there.
    one = _Side(a, kinds, left, common - (mine - theirs))
    two = _Side(b, kinds, right, common - (theirs - mine))
    # What is one's own is not told where the other finds it by way of the first alone.
    here, there = _past(a, kinds, left, theirs - mine), _past(b, kinds, right, mine - theirs)
    hits = (one.hits & two.hits) | (one.hits & there) | (two.hits & here)
    if not hits:  # as where each holds the other in a list of its own
        one, two = _Side(a, kinds, left, common), _Side(b, kinds, right, common)
        hits = one.hits | two.hits

    def order(key: int) -> tuple[int, int, int]:
        (there, place), (here, other) = one.length(key), two.length(key)
        return there + here, place, other

    nearest = heapq.nsmallest(limit, hits, key=order)
    return [Shared(left.find(key), one.steps(key), two.steps(key)) for key in nearest], len(hits)


def _itself(root: object, kinds: Kinds) -> set[int]:
    """*root*, and what it shows as its own: its ``__dict__``."""
    kind = kinds.known[id(type(root))]
    openings = kind.openings if kind else ()
    holders = [one.holder for opening in openings for one in opening(root) if not one.reads_only]
    return {id(holder) for holder in (root, *holders)}


def _past(root: object, kinds: Kinds, full: Walk, other: set[int]) -> set[int]:
    """The addresses of all that *root* reaches, but not by way of *other*."""
    walk = full if other.isdisjoint(full.seen) else Walk(root, kinds, other)
    return {*walk.seen, *walk.viewed}


def _common(left: Walk, right: Walk, kinds: Kinds) -> Iterator[int]:
    """What both reach, and at least one of them can change."""
    both = left.seen.keys() & right.seen.keys()
    both |= left.seen.keys() & right.viewed.keys()
    both |= left.viewed.keys() & right.seen.keys()
    set_by_code = left.owned | right.owned
    for key in both:
        if key in set_by_code or kinds.is_state(left.find(key)):
            yield key
