"""Each shape that state is reached through, with the look-alike that is fine."""

from __future__ import annotations

import array
import asyncio
import collections
import contextvars
import dataclasses
import functools
import io
import itertools
import queue
import socket
import sys
import threading
import types
import weakref
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import pytest

Told = Callable[..., list[str]]


class Box:
    """An object with the attributes that it is made with."""

    items: Any
    other: Any
    parent: Any

    def __init__(self, **attributes: object) -> None:
        self.__dict__.update(attributes)

    def method(self) -> None:
        pass


class Slotted:
    __slots__ = ("__hidden", "unset", "value")

    def __init__(self, value: object) -> None:
        self.value = value
        self.__hidden = [value]


class Below(Slotted):
    __slots__ = ("more",)


class Named(NamedTuple):
    value: object


@dataclasses.dataclass(frozen=True)
class Frozen:
    value: object


@dataclasses.dataclass(frozen=True, slots=True)
class FrozenSlots:
    value: object


@dataclasses.dataclass(slots=True)
class Data:
    value: object


def closure(value: object) -> Callable[[], object]:
    return lambda: value


def defaults(value: object) -> Callable[..., object]:
    def function(first: object = value, *, second: object = value) -> object:
        return first, second

    return function


def attribute_of_a_function(value: object) -> Callable[[], None]:
    def function() -> None: ...

    function.registry = value  # type: ignore[attr-defined]
    return function


def wrapped(value: object) -> Callable[..., object]:
    @functools.wraps(closure(value))
    def wrapper() -> None: ...

    return wrapper


def remembering(value: object) -> Callable[..., object]:
    @functools.lru_cache(maxsize=4)
    def function() -> object:
        return value

    function()
    return function


def remembering_all(value: object) -> Callable[..., object]:
    @functools.cache
    def function() -> object:
        return value

    function()
    return function


def generator(value: object) -> Iterator[object]:
    def function() -> Iterator[object]:
        local = value
        yield None
        yield local

    made = function()
    next(made)
    return made


def raised(value: object) -> ValueError:
    error = ValueError(value)
    error.add_note("a note")
    return error


def chained(value: object) -> BaseException:
    error = ValueError()
    error.__cause__ = KeyError(value)
    return error


def thread(value: object) -> threading.Thread:
    return threading.Thread(target=print, args=(value,))


def local(value: object) -> threading.local:
    made = threading.local()
    made.value = value
    return made


def future(value: object) -> asyncio.Future[object]:
    loop = asyncio.new_event_loop()
    made: asyncio.Future[object] = loop.create_future()
    made.set_result(value)
    loop.close()
    return made


def simple_queue(value: object) -> queue.SimpleQueue[object]:
    made: queue.SimpleQueue[object] = queue.SimpleQueue()
    made.put(value)
    return made


def full_queue(value: object) -> queue.Queue[object]:
    made: queue.Queue[object] = queue.Queue()
    made.put(value)
    return made


def context(value: object) -> contextvars.Context:
    variable: contextvars.ContextVar[object] = contextvars.ContextVar("user")
    made = contextvars.Context()
    made.run(variable.set, value)
    return made


def mocked(value: object) -> mock.MagicMock:
    made = mock.MagicMock()
    made.child.grandchild = value
    return made


class Tag(str):
    __slots__ = ("__dict__",)


def tagged(value: object) -> Tag:
    made = Tag("a")
    made.__dict__["value"] = value
    return made


LOCALS = ".<locals>.local" if sys.version_info >= (3, 13) else ".<local>"
SHAPES: dict[str, tuple[Callable[[Any], object], str]] = {
    "attribute": (lambda value: Box(value=value), ".value"),
    "attribute that is no name": (lambda v: Box(**{"a b": v}), '.__dict__["a b"]'),
    "slot": (Slotted, ".value"),
    "slot of a base": (Below, ".value"),
    "dataclass with slots": (Data, ".value"),
    "namespace": (lambda value: types.SimpleNamespace(value=value), ".value"),
    "list": (lambda value: [0, value], "[1]"),
    "dict": (lambda value: {"x": value}, '["x"]'),
    "dict by number": (lambda value: {7: value}, "[7]"),
    "OrderedDict": (lambda value: collections.OrderedDict(x=value), '["x"]'),
    "defaultdict": (lambda value: collections.defaultdict(list, x=value), '["x"]'),
    "its factory": (
        lambda v: collections.defaultdict(closure(v)),
        ".default_factory.<closure>.value",
    ),
    "UserDict": (lambda value: collections.UserDict(x=value), '.data["x"]'),
    "ChainMap": (lambda value: collections.ChainMap({}, {"x": value}), '.maps[1]["x"]'),
    "deque": (lambda value: collections.deque([value]), "[0]"),
    "tuple": (lambda value: (1, (value,)), "[1][0]"),
    "named tuple": (Named, "[0]"),
    "slice": (lambda value: slice(value), ".stop"),
    "mapping proxy": (lambda value: types.MappingProxyType({"x": value}), '["x"]'),
    "view": (lambda value: {"x": value}.values(), '["x"]'),
    "frozen dataclass": (Frozen, ".value"),
    "frozen dataclass with slots": (FrozenSlots, ".value"),
    "value with attributes": (tagged, ".value"),
    "closure": (closure, ".<closure>.value"),
    "default": (defaults, ".__defaults__[0]"),
    "attribute of a function": (attribute_of_a_function, ".registry"),
    "wrapped function": (wrapped, ".__wrapped__.<closure>.value"),
    "lru_cache": (remembering, ".<cache>"),
    "cache": (remembering_all, ".<cache>"),
    "bound method": (lambda value: Box(value=value).method, ".__self__.value"),
    "method of a function": (
        lambda v: types.MethodType(closure(v), 0),
        ".__func__.<closure>.value",
    ),
    "method from C": (lambda value: [value].append, ".__self__[0]"),
    "partial": (lambda value: functools.partial(print, value), ".args[0]"),
    "partial by keyword": (lambda value: functools.partial(print, end=value), '.keywords["end"]'),
    "generator": (generator, LOCALS),
    "iterator": (lambda value: iter([value]), ".<referent>[0]"),
    "itertools": (lambda value: itertools.repeat(value), ".<referent>"),
    "exception": (raised, ".args[0]"),
    "cause": (chained, ".__cause__.args[0]"),
    "thread": (thread, "._args[0]"),
    "threading.local": (local, ".value"),
    "future": (future, ".<referent>"),
    "Queue": (full_queue, ".queue[0]"),
    "SimpleQueue": (
        simple_queue,
        ".<referent>[0]" if sys.version_info < (3, 13) else ".<referent>",
    ),
    "context": (context, "[<ContextVar user>]"),
    "mock": (mocked, '._mock_children["child"].grandchild'),
    **(
        {"template": (lambda value: eval("t'a {value}'"), ".interpolations[0].value")}
        if sys.version_info >= (3, 14)
        else {}
    ),
    **(
        {"frozen dict": (lambda value: eval("frozendict(x=value)"), '["x"]')}
        if sys.version_info >= (3, 15)
        else {}
    ),
}


@pytest.mark.parametrize(("make", "path"), SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("state", [list, dict, set, bytearray, Box, threading.Lock, asyncio.Event])
def test_state_is_told_where_it_is(
    told: Told, make: Callable[[Any], object], path: str, state: Callable[[], Any]
) -> None:
    shared = state()
    if state is set and make in (remembering, remembering_all):
        shared = {1}
    assert told(make(shared), make(shared)) == [f"a{path} is b{path}"]
    assert told(make(shared), [shared]) == [f"a{path} is b[0]"]
    assert told([shared], make(shared)) == [f"a[0] is b{path}"]


@pytest.mark.parametrize(("make", "path"), SHAPES.values(), ids=SHAPES)
def test_equal_state_is_not_the_same(told: Told, make: Callable[[Any], object], path: str) -> None:
    assert told(make([1]), make([1])) == []
    assert told(make("text"), make("text")) == []
    assert told(make(("text", 1)), make(("text", 1))) == []


UNHASHED = {
    "key of a dict": (lambda value: {(value,): 1}, ".<key tuple>[0]"),
    "set": (lambda value: {value}, ".<item {}>"),
    "frozenset": (lambda value: frozenset([value]), ".<item {}>"),
    "WeakKeyDictionary": (lambda value: weakref.WeakKeyDictionary({value: 1}), ""),
    "WeakValueDictionary": (lambda value: weakref.WeakValueDictionary(x=value), '.data["x"]()'),
    "weak set": (lambda value: weakref.WeakSet([value]), ""),
    "weak reference": (lambda value: [weakref.ref(value)], "[0]()"),
    "weak reference with a callback": (lambda value: [weakref.ref(value, print)], "[0]()"),
    "weak proxy": (lambda value: [weakref.proxy(value)], "[0]()"),
    "weak method": (lambda value: [weakref.WeakMethod(value.method)], "[0]()"),
}


@pytest.mark.parametrize(("make", "path"), UNHASHED.values(), ids=UNHASHED)
def test_state_that_has_a_hash(told: Told, make: Callable[[Any], object], path: str) -> None:
    one, two = Box(), Box()
    name = f"{Box.__module__}.Box"
    (line,) = told(make(one), [one])
    assert line.endswith(f"{path.format(name)} is b[0]")
    assert told(make(one), make(two)) == []


def test_a_dead_weak_reference_reaches_nothing(told: Told) -> None:
    box = Box()
    one, two = [weakref.ref(box)], [weakref.ref(box)]
    assert told(one, two) == ["a[0]() is b[0]()"]
    del box
    assert told(one, two) == []


class Registry:
    connections: dict[str, object] = {}  # noqa: RUF012  # it is what is looked for
    limit = 3
    names = ("a", "b")
    empty: Any = None

    @property
    def fresh(self) -> list[int]:
        raise NotImplementedError

    @classmethod
    def made(cls) -> None: ...

    @staticmethod
    def helped(found: list[int] = []) -> None: ...  # noqa: B006  # code is shared by right

    @functools.cached_property
    def kept(self) -> list[int]:
        return []


class Hiding(Registry):
    def __init__(self) -> None:
        self.connections = {}


class HidingInTheClass(Registry):
    connections = None  # type: ignore[assignment]


def test_a_mutable_attribute_of_a_class(told: Told) -> None:
    name = f"{Registry.__module__}.Registry"
    line = f"a.connections is b.connections (class attribute of {name})"
    assert told(Registry(), Registry()) == [line]
    assert told([Registry()], {"x": Registry()}) == [
        f'a[0].connections is b["x"].connections (class attribute of {name})'
    ]
    assert told(Registry(), Registry.connections) == [
        f"a.connections is b (class attribute of {name})"
    ]
    assert told(Hiding(), Hiding()) == []
    assert told(Registry(), Hiding()) == []
    assert told(HidingInTheClass(), HidingInTheClass()) == []


def test_a_singleton_in_its_class(told: Told) -> None:
    class Single:
        _instance: Single | None = None

    Single._instance = one = Single()
    assert told(one, Single()) == [
        f"a is b._instance (class attribute of {Single.__module__}.{Single.__qualname__})"
    ]


def test_a_shared_dict_of_attributes(told: Told) -> None:
    one, two = Box(x=[]), Box(x=[])
    two.__dict__ = one.__dict__
    assert told(one, two) == ["a.__dict__ is b.__dict__"]


def test_a_mapping_that_one_side_can_change(told: Told) -> None:
    table = {"x": 1}
    one, two = types.MappingProxyType(table), types.MappingProxyType(table)
    assert told([one], [two]) == []
    assert told([table], [two]) == ["a[0] is b[0].<mapping>"]
    assert told([one], [table]) == ["a[0].<mapping> is b[0]"]
    assert told([table.keys()], [table]) == ["a[0].<mapping> is b[0]"]


def counter() -> tuple[Callable[[], None], Callable[[], int]]:
    count = 0

    def up() -> None:
        nonlocal count
        count += 1

    return up, lambda: count


def nested() -> Callable[[], object]:
    count = 0

    def outer() -> Callable[[], None]:
        def inner() -> None:
            nonlocal count
            count += 1

        return inner

    return outer


def test_a_variable_that_a_closure_sets(told: Told) -> None:
    up, get = counter()
    line = ["a.<closure>.count is b.<closure>.count"]
    assert told(up, get) == told(get, up) == told(up, up) == line
    assert told(get, get) == []
    assert told(up, counter()[1]) == []
    one = nested()
    assert told(one, one) == line
    assert told(one, nested()) == []


def test_memory_that_is_looked_at_twice(told: Told) -> None:
    memory = bytearray(4)
    assert told(memoryview(memory), memoryview(memory)[1:]) == ["a.obj is b.obj"]
    assert told(memoryview(memory), memory) == ["a.obj is b"]
    assert told(memoryview(b"text"), memoryview(b"text")) == []
    numbers = array.array("i", [1])
    assert told([memoryview(numbers)], [numbers]) == ["a[0].obj is b[0]"]
    released = memoryview(memory)
    released.release()
    assert told(released, [memory]) == []


def test_a_file_and_its_number(told: Told, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("text")
    with open(path) as one, open(path) as two, open(one.fileno(), closefd=False) as same:
        assert told([one], [one]) == ["a[0] is b[0]"]
        assert told(one, two) == []
        assert told(one, same) == ["a.<referent>.fileno() is b.<referent>.fileno()"]
    assert told(one, same) == []
    assert told(io.StringIO(), io.StringIO()) == []


def test_a_socket(told: Told) -> None:
    one, two = socket.socketpair()
    with one, two, socket.socket(fileno=one.fileno()) as same:
        assert told(one, two) == []
        assert told(one, same) == ["a.fileno() is b.fileno()"]
        same.detach()


def test_what_is_below_something_shared_is_not_told(told: Told) -> None:
    shared = Box(items=[[], {}], next=Box())
    assert told(Box(x=shared), Box(y=shared)) == ["a.x is b.y"]
    assert told(Box(x=shared), Box(y=shared, z=shared.items)) == [
        "a.x is b.y",
        "a.x.items is b.z",
    ]


def test_two_that_lead_to_each_other(told: Told) -> None:
    one, two = Box(), Box()
    one.other, two.other = two, one
    assert sorted(told(one, two)) == ["a is b.other", "a.other is b"]
    parent, child = Box(), Box()
    child.parent = parent
    assert told(parent, child) == ["a is b.parent"]
    assert told([one], [Box()]) == []


def test_the_same_object_twice(told: Told) -> None:
    one = Box(x=[])
    assert told(one, one) == ["a is b"]
    assert told((one,), (one,)) == ["a[0] is b[0]"]
    for value in ("text", 1, None, (1, 2), frozenset([1]), object()):
        assert told(value, value) == []


def test_the_shortest_path(told: Told) -> None:
    shared: list[int] = []
    one = Box(long=Box(x=Box(y=shared)), short=Box(z=shared))
    assert told(one, shared) == ["a.short.z is b"]


def test_a_way_that_meets_nothing_shared_is_shown(told: Told) -> None:
    """The shorter one says nothing new: it goes by way of what is told already."""
    state: list[int] = []
    short = Box(x=state)
    one, two = Box(short=short, long=Box(x=Box(y=Box(z=state)))), Box(short=short, x=state)
    assert told(one, two) == ["a.short is b.short", "a.long.x.y.z is b.x"]


def test_an_asynchronous_generator_that_waits(told: Told) -> None:
    async def function(local: object) -> AsyncIterator[object]:
        await asyncio.sleep(100)
        yield local

    async def waiting(value: object) -> list[str]:
        one, two = function(value), function([])
        tasks = [asyncio.ensure_future(anext(one)), asyncio.ensure_future(anext(two))]
        await asyncio.sleep(0)
        found = told([one], [value]), told([one], [two])
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        assert found[1] == []
        return found[0]

    line = [f"a[0]{LOCALS} is b[0]"]
    # Until 3.12 it cannot be told from one that runs now.
    assert asyncio.run(waiting([1])) == (line if sys.version_info >= (3, 12) else [])


def test_methods_of_a_class_are_code(told: Told) -> None:
    class Owner:
        @classmethod
        @remembers
        def made(cls) -> None: ...

        @remembers
        def run(self) -> None: ...

    one, two = Owner(), Owner()
    assert told([one.run, one.made], [two.run, two.made]) == []
    assert told([one.run], [one]) == ["a[0].__self__ is b[0]"]


def remembers(function: Callable[..., None]) -> Callable[..., None]:
    calls: list[object] = []
    return lambda *args: calls.append(args)
