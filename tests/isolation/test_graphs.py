"""Random graphs, and large ones, against what is known of them."""

from __future__ import annotations

import collections
import dataclasses
import gc
import itertools
import random
import sys
import threading
import types
from collections.abc import Callable, Collection
from typing import Any, NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from pytest_ssot.isolation import assert_isolated
from pytest_ssot.isolation.class_sorts import ClassSorts
from pytest_ssot.isolation.edges import ATTRIBUTE, ITEM, Label
from pytest_ssot.isolation.ignore_argument import parse_ignore
from pytest_ssot.isolation.shared_state import find_shared


class Box:
    def __init__(self, children: Collection[object] = ()) -> None:
        self.__dict__.update({f"c{number}": child for number, child in enumerate(children)})


class Slots:
    __slots__ = ("c0", "c1", "c2")


@dataclasses.dataclass(frozen=True)
class Frozen:
    c0: object = None
    c1: object = None
    c2: object = None


def closure(c0: object = None, c1: object = None, c2: object = None) -> Callable[[], object]:
    return lambda: (c0, c1, c2)


def fill_dict(obj: dict[object, object], children: Collection[object]) -> None:
    obj.update({f"k{number}": child for number, child in enumerate(children)})


def fill_attributes(obj: object, children: Collection[object]) -> None:
    for number, child in enumerate(children):
        setattr(obj, f"c{number}", child)


#: How to make it, and how to fill it later. What cannot be filled cannot change.
STATES: dict[str, tuple[Callable[[], Any], Callable[[Any, Collection[object]], None]]] = {
    "list": (list, list.extend),
    "deque": (collections.deque, collections.deque.extend),
    "dict": (dict, fill_dict),
    "box": (Box, fill_attributes),
    "slots": (Slots, fill_attributes),
    "namespace": (types.SimpleNamespace, fill_attributes),
}
VALUES: dict[str, Callable[[list[object]], object]] = {
    "tuple": tuple,
    "frozen": lambda children: Frozen(*children),
    "closure": lambda children: closure(*children),
    "proxy": lambda children: types.MappingProxyType(
        {f"k{number}": child for number, child in enumerate(children)}
    ),
}


class Node(NamedTuple):
    sort: str
    children: list[int]


class Graph(NamedTuple):
    """Nodes by number. One that cannot change leads to smaller numbers, or to states."""

    nodes: list[Node]

    def states(self) -> set[int]:
        return {number for number, node in enumerate(self.nodes) if node.sort in STATES}

    def distances(self, start: int, stop: Collection[int] = ()) -> dict[int, int]:
        """How far the nodes are from *start* that are reached, not going on at *stop*."""
        found, todo = {start: 0}, [start]
        for number in todo:
            if number in stop:
                continue
            for child in self.nodes[number].children:
                if child not in found:
                    found[child] = found[number] + 1
                    todo.append(child)
        return found

    def made(self) -> list[Any]:
        objects: list[Any] = [
            STATES[node.sort][0]() if node.sort in STATES else None for node in self.nodes
        ]
        for number, node in enumerate(self.nodes):
            if node.sort in VALUES:
                objects[number] = VALUES[node.sort]([objects[child] for child in node.children])
        for number, node in enumerate(self.nodes):
            if node.sort in STATES:
                STATES[node.sort][1](objects[number], [objects[child] for child in node.children])
        return objects


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    sorts = draw(st.lists(st.sampled_from([*STATES, *VALUES]), min_size=2, max_size=14))
    numbers = range(len(sorts))
    states = [number for number in numbers if sorts[number] in STATES]
    nodes = []
    for number, sort in enumerate(sorts):
        among = list(numbers) if sort in STATES else [*range(number), *states]
        children = draw(st.lists(st.sampled_from(among), max_size=3)) if among else []
        nodes.append(Node(sort, children))
    return Graph(nodes)


def followed(obj: Any, steps: list[Label]) -> object:
    """What Python finds at the end of a path."""
    for form, key in steps:
        if form == ATTRIBUTE:
            obj = getattr(obj, str(key))
        elif form == ITEM:
            obj = obj[key]
        else:
            name = str(key).removeprefix(".<closure>.")
            obj = obj.__closure__[obj.__code__.co_freevars.index(name)].cell_contents
    return obj


@given(graphs(), st.data())
def test_what_is_told_is_what_both_reach(graph: Graph, data: st.DataObject) -> None:
    numbers = st.sampled_from(range(len(graph.nodes)))
    left, right = data.draw(numbers), data.draw(numbers)
    objects = graph.made()
    there, here = graph.distances(left), graph.distances(right)
    common = there.keys() & here.keys() & graph.states()
    ends = common - ({left} - {right}), common - ({right} - {left})
    near = graph.distances(left, ends[0]), graph.distances(right, ends[1])
    mine, theirs = ends[0] & near[0].keys(), ends[1] & near[1].keys()
    # What is one's own, and found by the other by way of the first alone, is not told.
    past = graph.distances(left, {right} - {left}), graph.distances(right, {left} - {right})
    expected = (mine & theirs) | (mine & past[1].keys()) | (theirs & past[0].keys())
    if not expected:
        near = graph.distances(left, common), graph.distances(right, common)
        expected = common & (near[0].keys() | near[1].keys())

    found, total = find_shared(
        objects[left], objects[right], ClassSorts(parse_ignore(()), frozenset()), 10**6
    )

    # A tuple of nothing is one object, wherever it is made.
    number_of = {id(obj): number for number, obj in enumerate(objects)}
    assert {number_of[id(one.thing)] for one in found} == expected
    assert len(found) == total
    for one in found:
        number = number_of[id(one.thing)]
        assert followed(objects[left], one.left) is one.thing
        assert followed(objects[right], one.right) is one.thing
        assert len(one.left) == near[0].get(number, there[number])
        assert len(one.right) == near[1].get(number, here[number])
    lengths = [len(one.left) + len(one.right) for one in found]
    assert lengths == sorted(lengths)


@given(graphs())
def test_it_is_the_same_from_either_side(graph: Graph) -> None:
    one, two, kinds = graph.made()[0], graph.made()[0], ClassSorts(parse_ignore(()), frozenset())
    assert find_shared(one, two, kinds, 10) == ([], 0)
    objects = graph.made()
    one, two = objects[0], objects[1]
    found, back = find_shared(one, two, kinds, 10**6)[0], find_shared(two, one, kinds, 10**6)[0]
    assert {id(each.thing) for each in found} == {id(each.thing) for each in back}


def large(count: int) -> list[object]:
    made: list[Any] = [Box([number, [number]]) for number in range(count)]
    chosen = random.Random(count)
    for _ in range(count):
        chosen.choice(made).x = chosen.choice(made)
    return made


def test_a_large_graph(told: Callable[..., list[str]]) -> None:
    one, two = large(10_000), large(10_000)
    assert told(one, two) == []
    one[9_999].c1 = two[123].c1 = [1]  # type: ignore[attr-defined]
    assert told(one, two)[0] == "a[9999].c1 is b[123].c1"


def test_a_chain_that_recursion_would_break_at(told: Callable[..., list[str]]) -> None:
    state: list[int] = []
    links: dict[str, Callable[[Any], Any]] = {
        "tuple": lambda chain: (chain,),
        "list": lambda chain: [chain],
        "box": lambda chain: Box([chain]),
        "closure": closure,
    }
    for link in links.values():
        one: Any = state
        for _ in range(20_000):
            one = link(one)
        (line,) = told(one, state)
        assert "…19982 steps…" in line
        assert len(line) < 500
        # Python itself would free a chain of frozen links by recursion.
        while one is not state:
            one = followed(one, [(ITEM, 0)]) if isinstance(one, list | tuple) else _next(one)


def _next(one: Any) -> Any:
    return vars(one)["c0"] if isinstance(one, Box) else one.__closure__[0].cell_contents


def test_nothing_is_kept() -> None:
    state, box = Box(), Box()
    box.state = state  # type: ignore[attr-defined]
    before = sys.getrefcount(state), sys.getrefcount(box)
    caught = None
    for _ in range(3):
        try:
            assert_isolated(box, [state])
        except AssertionError as error:
            caught = error
        assert_isolated(box, [Box()])
    assert caught is not None
    assert (sys.getrefcount(state), sys.getrefcount(box)) == before


def test_the_garbage_collector_is_left_as_it_was() -> None:
    assert gc.isenabled()
    assert_isolated([], [])
    assert gc.isenabled()
    gc.disable()
    try:
        assert_isolated([], [])
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_several_threads_ask_about_what_another_one_changes() -> None:
    state: dict[int, list[int]] = {number: [number] for number in range(500)}
    errors: list[BaseException] = []
    done = threading.Event()

    def change() -> None:
        for number in itertools.count():
            state[number % 700] = [number]
            state.pop(number * 7 % 700, None)
            if done.is_set():
                return

    def ask() -> None:
        try:
            for _ in range(20):
                assert_isolated([state], [{}])
        except BaseException as error:
            errors.append(error)

    changing = threading.Thread(target=change)
    changing.start()
    asking = [threading.Thread(target=ask) for _ in range(3)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    done.set()
    changing.join()
    assert errors == []
    assert gc.isenabled()


class Hub:
    def __init__(self) -> None:
        self.made: list[object] = []


class Made:
    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.queue: list[object] = []
        hub.made.append(self)


def test_who_knows_all_that_it_made_is_told_alone(told: Callable[..., list[str]]) -> None:
    hub = Hub()
    assert told(Made(hub), Made(hub)) == ["a.hub is b.hub"]


def test_one_that_holds_the_other_is_told_alone(told: Callable[..., list[str]]) -> None:
    one, two = Made(Hub()), Made(Hub())
    two.queue.append(one)
    assert told(one, two) == ["a is b.queue[0]"]
    assert told(two, one) == ["a.queue[0] is b"]


def test_each_holds_the_other(told: Callable[..., list[str]]) -> None:
    one, two = Made(Hub()), Made(Hub())
    one.queue.append(two)
    two.queue.append(one)
    assert told(one, two) == ["a is b.queue[0]", "a.queue[0] is b"]


def test_two_with_one_namespace(told: Callable[..., list[str]]) -> None:
    one, two = Made(Hub()), Made(Hub())
    two.__dict__ = one.__dict__
    assert told(one, two) == ["a.__dict__ is b.__dict__"]
