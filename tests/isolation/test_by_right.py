"""What two objects may share."""

from __future__ import annotations

import abc
import argparse
import asyncio
import collections
import concurrent.futures
import configparser
import contextlib
import contextvars
import ctypes
import dataclasses
import datetime
import decimal
import email.message
import enum
import fractions
import functools
import importlib
import ipaddress
import itertools
import json
import logging
import operator
import os
import pathlib
import queue
import random
import re
import selectors
import string
import struct
import sys
import threading
import types
import typing
import unittest
import uuid
import weakref
import zoneinfo
from collections.abc import Awaitable, Callable, Iterator
from typing import Any
from unittest import mock

import pytest

Told = Callable[..., list[str]]
LOG = logging.getLogger(__name__)
TABLE: dict[str, object] = {}
VARIABLE: contextvars.ContextVar[object] = contextvars.ContextVar("variable")


class Color(enum.Enum):
    RED = ("of a member", [0])


class Empty:
    __slots__ = ()


class Model:
    """As a model of pydantic that is frozen."""

    __slots__ = ("__dict__", "__pydantic_fields_set__")
    model_config: typing.ClassVar[dict[str, bool]] = {"frozen": True}

    def __init__(self) -> None:
        self.value = 1
        self.__pydantic_fields_set__ = {"value"}


Model.__module__, Model.__qualname__ = "pydantic.main", "BaseModel"
attrs: Any = importlib.import_module("attrs")
Frozen = attrs.make_class("Frozen", {"value": attrs.field(default=1)}, frozen=True)


def reads_a_global() -> object:
    return TABLE


#: What only newer Pythons have, as expressions.
NEWER = {
    "template": ((3, 14), "t'a {(1, 2)}'"),
    "reference of an annotation": ((3, 14), "importlib.import_module('typing').ForwardRef('x')"),
    "frozen dict": ((3, 15), "frozendict(x=1, y=(2, frozendict(z=3)))"),
    "sentinel of Python": ((3, 15), "sentinel('MISSING')"),
    "lazy import": ((3, 15), "exec('lazy import this', namespace := {}) or namespace['this']"),
}
SHARED = {
    "none": None,
    "number": 2**100,
    "text": "text" * 10,
    "bytes": b"bytes",
    "range": range(3),
    "slice": slice(1, 2),
    "tuple": (1, ("a", None)),
    "frozenset": frozenset(["a", (1,)]),
    "date": datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC),
    "zone": zoneinfo.ZoneInfo("UTC"),
    "decimal": decimal.Decimal(1),
    "fraction": fractions.Fraction(1, 2),
    "path": pathlib.Path("a/b"),
    "uuid": uuid.UUID(int=1),
    "address": ipaddress.ip_network("10.0.0.0/8"),
    "pattern": re.compile("a"),
    "match": re.match("a", "a"),
    "enum": Color.RED,
    "flag": re.IGNORECASE | re.MULTILINE,
    "module": json,
    "class": Color,
    "generic": list[int],
    "type variable": typing.TypeVar("T"),
    "function": reads_a_global,
    "method from C": "text".join,
    "builtin": len,
    "getter": operator.itemgetter(1),
    "logger": LOG,
    "handler": logging.StreamHandler(),
    "context variable": VARIABLE,
    "sentinel": object(),
    "sentinel of mock": mock.sentinel.made,
    "stateless": Empty(),
    "structure": struct.Struct("<I"),
    "frozen by attrs": Frozen(),
    "frozen by attrs, without slots": type("Heir", (Frozen,), {})(),
    "frozen model": Model(),
    "frozen model's heir": type("Heir", (Model,), {"model_config": {"frozen": True}})(),
    "environment": os.environ,
    "output": sys.stdout,
    "globals": globals(),
    "selector": selectors.DefaultSelector(),
    "proxy of values": types.MappingProxyType({"x": (1, 2)}),
    "property": property(lambda _: TABLE),
    **{name: eval(text) for name, (since, text) in NEWER.items() if sys.version_info >= since},
}


@pytest.mark.parametrize("shared", SHARED.values(), ids=SHARED)
def test_it_is_shared_by_right(told: Told, shared: object) -> None:
    assert told([shared], {"x": shared}) == []


def test_an_event_loop(told: Told) -> None:
    loop = asyncio.new_event_loop()
    loop.call_soon(print, [1])
    assert told([loop], [loop]) == []
    loop.close()


class Base(abc.ABC):
    @abc.abstractmethod
    def run(self) -> object: ...


class Concrete(Base):
    log = LOG
    names = ("a", "b")
    lock_type = threading.Lock

    def __init__(self) -> None:
        self.callbacks = [self.run, self.made, self.helped, self.cached]
        self.kept  # noqa: B018  # computes it

    @contextlib.contextmanager
    def run(self) -> Iterator[None]:
        yield

    @classmethod
    def made(cls) -> None: ...

    @staticmethod
    def helped() -> None: ...

    @functools.lru_cache  # noqa: B019  # what is cached is the class's
    def cached(self) -> list[int]:
        return []

    @functools.cached_property
    def kept(self) -> list[int]:
        return []


@dataclasses.dataclass
class Data:
    items: list[int] = dataclasses.field(default_factory=list)


class Point(typing.NamedTuple):
    x: int = 0


class Struct(ctypes.Structure):
    _fields_ = (("x", ctypes.c_int),)


T = typing.TypeVar("T")


class Generic(typing.Generic[T]):
    pass


def pool() -> object:
    with concurrent.futures.ThreadPoolExecutor(1) as made:
        made.submit(len, "").result()
    return made


def failed() -> BaseException:
    """Its traceback has this test's frames, and all their locals."""
    try:
        raise ValueError(1)
    except ValueError as error:
        return error


FRESH: dict[str, Callable[[], object]] = {
    "class": Concrete,
    "dataclass": Data,
    "named tuple": Point,
    "generic": lambda: Generic[int](),
    "structure": Struct,
    "thread": threading.Thread,
    "timer": lambda: threading.Timer(1, print),
    "condition": threading.Condition,
    "thread-local": threading.local,
    "pool": pool,
    "future": concurrent.futures.Future,
    "queue": queue.Queue,
    "exception": failed,
    "stack": contextlib.ExitStack,
    "random": random.Random,
    "json": lambda: (json.JSONDecoder(), json.JSONEncoder()),
    "decimal context": decimal.Context,
    "arguments": argparse.ArgumentParser,
    "message": email.message.EmailMessage,
    "test case": unittest.TestCase,
    "configuration": configparser.ConfigParser,
    "template": lambda: string.Template("x"),
    "counter": itertools.count,
    "cycle": lambda: itertools.cycle([[1]]),
    "weak values": weakref.WeakValueDictionary,
    "weak keys": weakref.WeakKeyDictionary,
    "chain map": collections.ChainMap,
    "mock": lambda: mock.MagicMock(spec=Concrete, side_effect=[1, 2]),
    "async mock": mock.AsyncMock,
    "autospec": lambda: mock.create_autospec(Concrete),
    "adapter": lambda: logging.LoggerAdapter(LOG, {}),
    "partial": lambda: functools.partial(reads_a_global),
    "copied context": contextvars.Context,
}


@pytest.mark.parametrize("make", FRESH.values(), ids=FRESH)
def test_two_of_a_sort_are_isolated(told: Told, make: Callable[[], object]) -> None:
    assert told([make()], [make()]) == []


def test_what_is_frozen_may_hold_state(told: Told) -> None:
    shared = Frozen([])
    assert told([shared], [shared]) == ["a[0].value is b[0].value"]


def test_what_is_not_frozen_is_state(told: Told) -> None:
    plain = type("Plain", (Model,), {"model_config": {"frozen": False}})()
    defined = attrs.make_class("Defined", ["value"])(1)
    assert told([plain], [plain]) == told([defined], [defined]) == ["a[0] is b[0]"]


class Listening:
    listeners: typing.ClassVar[dict[str, object]] = {}
    lock = threading.Lock()


def test_mocks_know_the_class_that_they_look_like(told: Told) -> None:
    one, two = mock.create_autospec(Listening), mock.create_autospec(Listening)
    assert told(one, two) == []
    one.made = two.made = []
    assert told(one, two) == ["a.made is b.made"]


class Service:
    """What a connection of an asynchronous server holds."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.queue: asyncio.Queue[object] = asyncio.Queue()
        self.lock, self.event, self.ready = asyncio.Lock(), asyncio.Event(), asyncio.Condition()
        self.future = self.loop.create_future()
        self.timer = self.loop.call_later(100, self.future.set_result, 1)
        self.group = asyncio.TaskGroup()
        self.task = asyncio.create_task(self.run())
        self.inbox = self.queue

    async def run(self) -> None:
        await self.inbox.get()


async def _two_services(check: Callable[[Service, Service], None]) -> None:
    VARIABLE.set(["around both"])
    decimal.getcontext()
    one, two = Service(), Service()
    async with one.group, two.group:
        waiting = [one.group.create_task(one.run()), two.group.create_task(two.run())]
        await asyncio.sleep(0)
        check(one, two)
        for task in (*waiting, one.task, two.task):
            task.cancel()
    for service in (one, two):
        service.timer.cancel()


def test_two_of_an_event_loop(told: Told) -> None:
    def isolated(one: Service, two: Service) -> None:
        assert told(one, two) == []

    def not_isolated(one: Service, two: Service) -> None:
        two.other = one.queue  # type: ignore[attr-defined]
        (first, *_) = told(one, two)
        assert first == "a.queue is b.other"

    asyncio.run(_two_services(isolated))
    asyncio.run(_two_services(not_isolated))


def test_who_asks_is_not_found(told: Told) -> None:
    """The frame, task and generators that run now have both among their locals."""

    class Asking:
        pass

    async def ask() -> list[str]:
        a, b = Asking(), Asking()
        a.task = b.task = asyncio.current_task()  # type: ignore[attr-defined]
        a.frame = b.frame = sys._getframe()  # type: ignore[attr-defined]
        a.coroutine = running  # type: ignore[attr-defined]
        return told(a, b)

    running: Awaitable[list[str]] = ask()
    assert asyncio.run(running) == []  # type: ignore[arg-type]


def test_a_traceback_is_not_followed(told: Told) -> None:
    one, two = Data(), Data()
    try:
        raise ValueError
    except ValueError as error:
        one.error = error  # type: ignore[attr-defined]
    assert told(one, two) == []


LIBRARY = """
class Client:
    table = {}
    default = []

    def __init__(self):
        self.options = self.default
"""


@pytest.fixture
def imported(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Any]:
    def write_and_import(path: str, text: str) -> Any:
        file = tmp_path / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
        monkeypatch.syspath_prepend(file.parent)
        # What was there is put back at the end.
        monkeypatch.setitem(sys.modules, file.stem, types.ModuleType(file.stem))
        del sys.modules[file.stem]
        return importlib.import_module(file.stem)

    return write_and_import


def test_class_attributes_of_an_installed_package(
    told: Told, imported: Callable[[str, str], Any]
) -> None:
    library = imported("site-packages/isolation_library.py", LIBRARY)
    one, two = library.Client(), library.Client()
    assert told([one], [two]) == []
    # Who compares its objects asks about that package: it may be what is tested here.
    assert told(one, two) == [
        "a.options is b.options",
        "a.table is b.table (class attribute of isolation_library.Client)",
    ]


def test_a_module_that_is_called_like_one_of_the_standard_library(
    told: Told, imported: Callable[[str, str], Any]
) -> None:
    sched = imported("app/sched.py", "JOBS = []\nclass Scheduler:\n    jobs = JOBS\n")
    assert told([sched.Scheduler()], [sched.Scheduler()]) == [
        "a[0].jobs is b[0].jobs (class attribute of sched.Scheduler)"
    ]
