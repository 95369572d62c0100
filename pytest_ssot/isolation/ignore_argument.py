"""What a caller says is shared by right."""

from __future__ import annotations

import threading
import types
from typing import Any, NamedTuple

from pytest_ssot.isolation import introspection
from pytest_ssot.isolation.shared_by_right import is_leaf

#: What a caller may give. No dict and no text: their entries would be taken for names.
Ignore = list[Any] | tuple[Any, ...] | set[Any] | frozenset[Any]


class IgnoredThings(NamedTuple):
    """Types (with their subclasses), names of attributes, and objects by identity."""

    types: tuple[type, ...] = ()
    names: frozenset[str] = frozenset()
    objects: tuple[object, ...] = ()


def parse_ignore(ignore: Ignore) -> IgnoredThings:
    """*ignore* as a caller gave it.

    Raises TypeError for what is no collection, and for an entry that ignores nothing.
    """
    if not any(type(ignore) is cls for cls in (list, tuple, set, frozenset)):
        raise TypeError(
            f"ignore is a list of types, attribute names and objects, not "
            f"{introspection.name_of(type(ignore))}: write ignore=[…]"
        )
    kinds, names, objects = [], [], []
    for entry in ignore:
        if any(entry is factory for factory in (threading.Lock, threading.RLock)):
            # A function, before 3.13 or at all: what it makes is meant.
            kinds.append(type(entry()))
        elif introspection.is_a(entry, type):
            kinds.append(entry)
        elif type(entry) is str:
            names.append(_check_name(entry))
        else:
            objects.append(_check_object(entry))
    return IgnoredThings(tuple(kinds), frozenset(names), tuple(objects))


def _check_name(entry: str) -> str:
    if not entry.isidentifier():
        raise TypeError(
            f"ignore: {entry!r} is no attribute's name. For what one path leads to, "
            f"give the object itself, as in ignore=[a.settings]"
        )
    return entry


def _check_object(entry: object) -> object:
    never = (types.ModuleType, types.GenericAlias, types.UnionType)
    if is_leaf(type(entry)) or any(introspection.is_a(entry, cls) for cls in never):
        raise TypeError(
            f"ignore: a value of type {introspection.name_of(type(entry))} is never told. "
            f"Give a type, an attribute's name, or the object that may be shared"
        )
    return entry
