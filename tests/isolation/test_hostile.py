"""No code of what is looked at runs."""

from __future__ import annotations

import collections
import sys
import types
import weakref
from collections.abc import Callable
from typing import Any, NoReturn

import pytest

from pytest_ssot.isolation import assert_isolated

Told = Callable[..., list[str]]


def never(*_: object, **__: object) -> NoReturn:
    pytest.fail("code of what is looked at has run")


HOSTILE = (
    *("__getattribute__", "__getattr__", "__eq__", "__hash__", "__repr__", "__str__", "__len__"),
    *("__iter__", "__contains__", "__getitem__", "__call__", "__bool__", "__format__", "__next__"),
    *("__dir__", "__reduce_ex__", "__get__", "__sizeof__", "keys", "items", "values", "copy"),
)


class Meta(type):
    __mro__ = property(never)
    __instancecheck__ = __subclasscheck__ = __eq__ = __hash__ = never
    __getattribute__ = __repr__ = never


def hostile(*bases: type, **body: Any) -> Any:
    """An instance of a subclass of *bases* that fails at whatever it is asked."""
    body |= dict.fromkeys(HOSTILE, never)
    body |= {"__class__": property(never), "__module__": __name__}
    made: Any = type.__call__(Meta, "Hostile", bases, body)
    new: Any = bases[0].__new__ if bases else object.__new__
    return new(made)


def put(obj: object, name: str, value: object) -> None:
    object.__setattr__(obj, name, value)


def filled_list(value: object) -> object:
    made = hostile(list)
    list.append(made, value)
    return made


def filled_dict(value: object) -> object:
    made = hostile(dict)
    dict.__setitem__(made, "x", value)
    return made


def filled_deque(value: object) -> object:
    made = hostile(collections.deque)
    collections.deque.append(made, value)
    return made


def with_attribute(value: object) -> object:
    made = hostile()
    put(made, "value", value)
    return made


def with_slot(value: object) -> object:
    made = hostile(__slots__=("value",))
    put(made, "value", value)
    return made


MADE = {
    "attribute": (with_attribute, ".value"),
    "slot": (with_slot, ".value"),
    "list": (filled_list, "[0]"),
    "dict": (filled_dict, '["x"]'),
    "deque": (filled_deque, "[0]"),
}


@pytest.mark.parametrize(("make", "path"), MADE.values(), ids=MADE)
def test_what_is_hostile_is_looked_into(
    told: Told, make: Callable[[Any], object], path: str
) -> None:
    shared: list[int] = []
    assert told(make(shared), make(shared)) == [f"a{path} is b{path}"]
    assert told(make([]), make([])) == []


def test_what_is_hostile_is_told() -> None:
    shared = hostile()
    with pytest.raises(AssertionError, match=r"a\[0\] is b\[\"x\"\]\n +\S+\.Hostile\n"):
        assert_isolated([shared], {"x": shared})
    with pytest.raises(AssertionError, match="a is b"):
        assert_isolated(shared, shared)
    keyed = {1: [shared]}
    with pytest.raises(AssertionError, match=r"list of 1: \[<\S+\.Hostile>\]"):
        assert_isolated(keyed, keyed[1])


def test_a_property_in_the_place_of_the_attributes(told: Told) -> None:
    class Hiding:
        __dict__ = property(never)

    one, two, shared = Hiding(), Hiding(), [1]
    put(one, "value", shared)
    put(two, "value", shared)
    assert len(told(one, two)) == 1
    put(two, "value", [1])
    assert told(one, two) == []


def test_a_descriptor_of_the_class_is_not_asked(told: Told) -> None:
    class Descriptor:
        __get__ = __set__ = never

    class Owner:
        described = Descriptor()
        prop = property(never)

        def __getattr__(self, name: str) -> object:
            never()

    assert told(Owner(), Owner()) == []


def test_a_weak_reference_with_a_call_of_its_own(told: Told) -> None:
    class Reference(weakref.ref[Any]):
        __call__ = __eq__ = __hash__ = never

    class Target: ...

    target = Target()
    assert told([Reference(target)], [target]) == ["a[0]() is b[0]"]


def test_a_thread_local_of_a_subclass_is_not_started(told: Told) -> None:
    import threading

    class Local(threading.local):
        def __init__(self) -> None:
            made.append(threading.current_thread())

    made: list[threading.Thread] = []
    one, found = Local(), []
    thread = threading.Thread(target=lambda: found.append(told([one], [Local])))
    thread.start()
    thread.join()
    assert (len(made), found) == (1, [[]])


def test_modules_that_are_none(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stub(types.ModuleType):
        __getattribute__ = never

    stub = Stub("stub")
    monkeypatch.setitem(sys.modules, "stub", stub)
    monkeypatch.setitem(sys.modules, "hostile", hostile())
    assert told([stub], [stub]) == []


@pytest.mark.parametrize("name", ["__module__", "__qualname__"])
def test_a_class_without_a_name(name: str) -> None:
    cls = type("Nameless", (), {})
    if name == "__module__":
        cls.__module__ = 3  # type: ignore[assignment]
    shared = cls()
    with pytest.raises(AssertionError, match="Nameless"):
        assert_isolated([shared], [shared])
