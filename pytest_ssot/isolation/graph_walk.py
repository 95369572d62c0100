"""From one object to all that it reaches, breadth first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from pytest_ssot.isolation.class_sorts import ClassSort, ClassSorts
from pytest_ssot.isolation.edges import ATTRIBUTE, CLASS, REFERENT, Edge, Label, OwnHolder

_ROOT: Label = ("root", "")


class GraphWalk:
    """What *root* reaches, each object once, and the shortest way there.

    Objects are known by address, and all of them are kept alive as long as this is.
    What is in *stop* is arrived at, and not followed. ``seen`` and ``viewed`` have the
    place of an object in ``nodes``; the latter are those that can be read from *root*,
    and not changed. ``owned`` are the addresses of what an object shows as its own and
    can change, ``hits`` those in *stop* that were arrived at.
    """

    def __init__(self, root: object, sorts: ClassSorts, stop: Collection[int] = ()) -> None:
        self.nodes: list[object] = []
        self.parents: list[int] = []
        self.labels: list[Label] = []
        self.seen: dict[int, int] = {}
        self.viewed: dict[int, int] = {}
        self.owned: set[int] = set()
        self.hits: set[int] = set()
        self._sorts = sorts
        self._stop = stop
        self._todo: list[tuple[int, ClassSort]] = []
        self._follow_edges(-1, frozenset(), ((_ROOT, root),), set())
        for index, sort in self._todo:  # it grows meanwhile
            self._expand_node(index, sort)

    def index_of(self, key: int) -> int:
        """The place in ``nodes`` of what has this address."""
        return self.seen[key] if key in self.seen else self.viewed[key]

    def find_object(self, key: int) -> object:
        return self.nodes[self.index_of(key)]

    def count_depths(self) -> list[int]:
        """How many steps each of ``nodes`` is away from the root."""
        found: list[int] = []
        for parent in self.parents:
            found.append(found[parent] + 1 if found else 0)
        return found

    def list_steps(self, index: int) -> list[Label]:
        """The way from the root to a node."""
        found = []
        while index > 0:
            found.append(self.labels[index])
            index = self.parents[index]
        return found[::-1]

    def _expand_node(self, index: int, sort: ClassSort) -> None:
        obj = self.nodes[index]
        inside: set[int] = set()
        for opening in sort.openings:
            for through in opening(obj):
                if self._enters_holder(index, through):
                    self._follow_edges(index, sort.dropped, through.content, inside)
                else:
                    inside.update(id(child) for _, child in through.content)
        for part in sort.parts:
            found = part(obj)
            # What is not to be followed by its name is not to be found without it either.
            found = _leave_out(inside, found) if inside else found
            self._follow_edges(index, sort.dropped, found, inside)

    def _enters_holder(self, parent: int, through: OwnHolder) -> bool:
        """Whether what an object shows as its own is to be looked at."""
        key = id(through.holder)
        if through.holder is None:
            return True
        if not through.reads_only:
            self.owned.add(key)
        if key in self._sorts.passed or key in self.seen:
            return False
        stopped = key in self._stop
        if through.reads_only and not stopped:
            if key not in self.viewed:
                self.viewed[key] = self._add_node(parent, through.label, through.holder)
            return True
        self.seen[key] = self._add_node(parent, through.label, through.holder)
        if stopped:
            self.hits.add(key)
        return not stopped

    def _add_node(self, parent: int, label: Label, obj: object) -> int:
        self.nodes.append(obj)
        self.parents.append(parent)
        self.labels.append(label)
        return len(self.nodes) - 1

    def _follow_edges(
        self, parent: int, dropped: frozenset[str], found: Iterable[Edge], inside: set[int]
    ) -> None:
        """Take the edges *found*. One loop, for it runs once an edge.

        What only a name in *dropped* leads to is added to *inside*.
        """
        seen, known, stop = self.seen, self._sorts.known, self._stop
        passed, find, nodes = self._sorts.passed, self._sorts.find_sort, self.nodes
        place, name_it, add = self.parents.append, self.labels.append, nodes.append
        for label, child in found:
            cls = type(child)
            # A class that is not known yet has an entry only after it was asked for.
            sort = known[id(cls)] if id(cls) in known else find(cls)
            if sort is None or (key := id(child)) in seen or key in passed:
                continue
            form, name = label
            if (form is ATTRIBUTE and name in dropped) or (
                form is CLASS and _is_dropped(dropped, name)
            ):
                inside.add(key)
                continue
            seen[key] = index = len(nodes)
            add(child), place(parent), name_it(label)
            if key in stop:
                self.hits.add(key)
            else:
                self._todo.append((index, sort))


def _leave_out(inside: Collection[int], found: Iterable[Edge]) -> Iterator[Edge]:
    return (edge for edge in found if edge[0] is not REFERENT or id(edge[1]) not in inside)


def _is_dropped(dropped: frozenset[str], name: object) -> bool:
    """Whether a class attribute is dropped: its name comes with the class."""
    return type(name) is tuple and name[0] in dropped
