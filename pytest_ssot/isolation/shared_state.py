"""What two objects both reach, and the ways there."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import NamedTuple

from pytest_ssot.isolation.class_sorts import ClassSorts
from pytest_ssot.isolation.edges import Label
from pytest_ssot.isolation.graph_walk import GraphWalk


class SharedThing(NamedTuple):
    """One thing that both sides reach, and the steps to it from each."""

    thing: object
    left: list[Label]
    right: list[Label]


class _Side:
    """The ways from one of the two: where there is one, on that meets nothing shared before."""

    def __init__(self, root: object, sorts: ClassSorts, full: GraphWalk, common: set[int]) -> None:
        self._near = GraphWalk(root, sorts, common)
        self._full = full
        self._depths = {id(walk): walk.count_depths() for walk in (self._near, full)}
        self.hits = self._near.hits

    def measure(self, key: int) -> tuple[int, int]:
        """How long the way is, and its place among those of that length."""
        walk, index = self._find_way(key)
        return self._depths[id(walk)][index], index

    def list_steps(self, key: int) -> list[Label]:
        walk, index = self._find_way(key)
        return walk.list_steps(index)

    def _find_way(self, key: int) -> tuple[GraphWalk, int]:
        walk = self._near if key in self.hits else self._full
        return walk, walk.index_of(key)


def find_shared(
    a: object, b: object, sorts: ClassSorts, limit: int
) -> tuple[list[SharedThing], int]:
    """The *limit* things with the shortest ways, these first, and how many there are.

    A thing that each side reaches only by way of others that are shared is none of them,
    nor is one that a side reaches by way of the other side itself alone.
    """
    left, right = GraphWalk(a, sorts), GraphWalk(b, sorts)
    common = set(_find_common(left, right, sorts))
    if not common:
        return [], 0
    mine, theirs = _find_itself(a, sorts), _find_itself(b, sorts)
    # What knows all that it made is told, and not that the two find each other there.
    left_side = _Side(a, sorts, left, common - (mine - theirs))
    right_side = _Side(b, sorts, right, common - (theirs - mine))
    # What is one's own is not told where the other finds it by way of the first alone.
    here, there = (
        _reach_past(a, sorts, left, theirs - mine),
        _reach_past(b, sorts, right, mine - theirs),
    )
    hits = (left_side.hits & right_side.hits) | (left_side.hits & there) | (right_side.hits & here)
    if not hits:  # as where each holds the other in a list of its own
        left_side, right_side = _Side(a, sorts, left, common), _Side(b, sorts, right, common)
        hits = left_side.hits | right_side.hits

    def order(key: int) -> tuple[int, int, int]:
        (there, place), (here, other) = left_side.measure(key), right_side.measure(key)
        return there + here, place, other

    nearest = heapq.nsmallest(limit, hits, key=order)
    return [
        SharedThing(left.find_object(key), left_side.list_steps(key), right_side.list_steps(key))
        for key in nearest
    ], len(hits)


def _find_itself(root: object, sorts: ClassSorts) -> set[int]:
    """*root*, and what it shows as its own: its ``__dict__``."""
    sort = sorts.known[id(type(root))]
    openings = sort.openings if sort else ()
    holders = [
        holder.holder for opening in openings for holder in opening(root) if not holder.reads_only
    ]
    return {id(holder) for holder in (root, *holders)}


def _reach_past(root: object, sorts: ClassSorts, full: GraphWalk, other: set[int]) -> set[int]:
    """The addresses of all that *root* reaches, but not by way of *other*."""
    walk = full if other.isdisjoint(full.seen) else GraphWalk(root, sorts, other)
    return {*walk.seen, *walk.viewed}


def _find_common(left: GraphWalk, right: GraphWalk, sorts: ClassSorts) -> Iterator[int]:
    """What both reach, and at least one of them can change."""
    both = left.seen.keys() & right.seen.keys()
    both |= left.seen.keys() & right.viewed.keys()
    both |= left.viewed.keys() & right.seen.keys()
    set_by_code = left.owned | right.owned
    for key in both:
        if key in set_by_code or sorts.is_state(left.find_object(key)):
            yield key
