"""What a caller says may be shared."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable
from typing import Any

import pytest

from pytest_ssot.isolation import assert_isolated

Told = Callable[..., list[str]]


class Settings:
    def __init__(self) -> None:
        self.values: list[int] = []


class Special(Settings):
    pass


class Manager:
    registry: dict[str, object] = {}  # noqa: RUF012  # it is what is looked for

    def __init__(self, settings: object, lock: object) -> None:
        self.settings, self.lock = settings, lock
        self.registry = {}


@pytest.fixture
def pair() -> tuple[Any, Any]:
    settings, lock = Special(), threading.Lock()
    return Manager(settings, lock), Manager(settings, lock)


def test_without_it_all_is_told(told: Told, pair: tuple[Any, Any]) -> None:
    lines = ["a.settings is b.settings", "a.lock is b.lock"]
    assert told(*pair) == lines
    assert told(*pair, ignore=[]) == lines


def test_a_type_and_its_subclasses(told: Told, pair: tuple[Any, Any]) -> None:
    assert told(*pair, ignore=[Settings]) == ["a.lock is b.lock"]
    assert told(*pair, ignore=(Special,)) == ["a.lock is b.lock"]
    assert told(*pair, ignore={Settings, type(threading.Lock())}) == []


@pytest.mark.parametrize("lock", [threading.Lock, threading.RLock, threading.Event, asyncio.Lock])
def test_locks(told: Told, lock: Callable[[], object]) -> None:
    """Some of these names are functions, in some Pythons."""
    shared = lock()
    one, two = Manager(None, shared), Manager(None, shared)
    assert told(one, two) == ["a.lock is b.lock"]
    assert told(one, two, ignore=[lock]) == []


def test_an_object_and_what_only_it_leads_to(told: Told, pair: tuple[Any, Any]) -> None:
    one, two = pair
    assert told(one, two, ignore=[one.settings]) == ["a.lock is b.lock"]
    one.values = one.settings.values
    assert told(one, two, ignore=[one.settings, one.lock]) == []
    two.values = one.values
    assert told(one, two, ignore=[one.settings, one.lock]) == ["a.values is b.values"]


def test_a_name(told: Told, pair: tuple[Any, Any]) -> None:
    one, two = pair
    assert told(one, two, ignore=["settings", "lock"]) == []
    one.other = one.settings
    assert told(one, two, ignore=["settings", "lock"]) == []
    two.other = one.settings
    assert told(one, two, ignore=["settings", "lock"]) == ["a.other is b.other"]


def test_a_name_is_one_of_attributes_of_a_class_too(told: Told) -> None:
    class Registry:
        found: list[int] = []  # noqa: RUF012  # it is what is looked for

    class Slots:
        __slots__ = ("found",)

    assert told(Registry(), Registry(), ignore=["found"]) == []
    one: Any = Slots()
    two: Any = Slots()
    one.found = two.found = []
    assert told(one, two, ignore=["found"]) == []
    assert told({"found": one}, {"found": one}, ignore=["found"]) == ['a["found"] is b["found"]']


def test_either_itself(told: Told, pair: tuple[Any, Any]) -> None:
    assert told(*pair, ignore=[Manager]) == []
    assert told(pair[0], pair[0], ignore=[pair[0]]) == []


@pytest.mark.parametrize(
    ("ignore", "message"),
    [
        ("settings", "ignore is a list of types, attribute names and objects, not str"),
        (threading.Thread, "not type"),
        ({"settings": 1}, "not dict"),
        (None, "not NoneType"),
        (["a.settings"], "'a.settings' is no attribute's name"),
        (["settings[0]"], "ignore=[a.settings]"),
        ([3], "a value of type int is never told"),
        ([None], "a value of type NoneType is never told"),
        ([list[int]], "a value of type types.GenericAlias is never told"),
        ([int | str], "is never told"),
        ([re], "a value of type module is never told"),
    ],
)
def test_what_cannot_be_meant(ignore: Any, message: str) -> None:
    with pytest.raises(TypeError, match=re.escape(message)):
        assert_isolated([], [], ignore=ignore)
