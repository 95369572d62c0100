"""Looks at what a place holds, without running any code of the user's."""

from __future__ import annotations

from _weakref import ref
from types import MemberDescriptorType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any

    from pytest_ssot.runtime.remembered.instructions import Place

#: Nothing is there, or only code of the user's would tell.
MISSING = object()
_PLAIN = (str, bytes, int, float, bool, type(None))
_find_line: Any = vars(type)["__mro__"].__get__
_find_names: Any = vars(type)["__dict__"].__get__


def look_up(frame: FrameType, place: Place) -> Any:
    """Look up what is at *place* for the function that *frame* executes."""
    kind, name, *attributes = place
    value = (frame.f_globals if kind == "global" else frame.f_locals).get(name, MISSING)
    for attribute in attributes:
        if value is MISSING:
            break
        value = type(value) if attribute == "__class__" else peek(value, attribute)
    return value


def peek(owner: object, name: str) -> Any:
    """Look up an attribute where instances and classes keep it: no descriptor is asked."""
    if issubclass(type(owner), type):
        return _peek_in_classes(owner, name)
    try:
        own: Any = object.__getattribute__(owner, "__dict__")
    except AttributeError:
        own = {}
    if type(own) is dict and name in own:
        return own[name]
    value = _peek_in_classes(type(owner), name)
    if type(value) is MemberDescriptorType:  # a slot
        try:
            return value.__get__(owner)
        except AttributeError:
            return MISSING
    return value


def _peek_in_classes(cls: object, name: str) -> Any:
    for base in _find_line(cls):
        names = _find_names(base)
        if name in names:
            return names[name]
    return MISSING


def list_values(cls: object) -> list[object]:
    """List what the class *cls* has itself."""
    return list(_find_names(cls).values())


def identify(value: object) -> object:
    """Return what two values that are the same have in common: what is not plain, by identity.

    Another object may come to lie where one was: that is known by its weak reference, where
    it has one.
    """
    if type(value) is tuple:
        return tuple(map(identify, value))
    if type(value) in _PLAIN:
        return type(value), value
    try:
        return _Identity(ref(value))
    except TypeError:
        return id(value)


class _Identity:
    """What an object is known by that lives: it has one weak reference that calls nothing."""

    __slots__ = ("_reference",)

    def __init__(self, reference: ref[object]) -> None:
        self._reference = reference

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identity) and self._reference is other._reference

    def __hash__(self) -> int:
        return id(self._reference)
