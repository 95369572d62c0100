"""How paths and objects are told: short, and without running anybody's code."""

from __future__ import annotations

import json
import types
from collections.abc import Sequence
from typing import Any

from pytest_ssot.isolation import edges, introspection
from pytest_ssot.isolation.class_sorts import FileDescriptor
from pytest_ssot.isolation.edges import Label

#: Of a longer path, these many steps at its start and its end are shown.
_FIRST, _LAST = 12, 6
#: Characters of a text, bits of a number, items of a container that are shown.
_CHARACTERS, _BITS, _ITEMS = 40, 128, 3


def format_path(root: str, steps: Sequence[Label]) -> str:
    """``a._connections["x"].queue``: an expression, but for what stands in ``<>``."""
    if len(steps) <= _FIRST + _LAST:
        return root + _join_steps(steps)
    left_out = len(steps) - _FIRST - _LAST
    return f"{root}{_join_steps(steps[:_FIRST])} …{left_out} steps… {_join_steps(steps[-_LAST:])}"


def name_owner(steps: Sequence[Label]) -> str | None:
    """The class whose attribute the last step reads, if it is one of a class."""
    if not steps or steps[-1][0] != edges.CLASS:
        return None
    return introspection.name_of(_of_class(steps[-1])[1])


def describe_object(obj: Any) -> str:
    """What it is: its type, and of a container how much is in it and what."""
    if introspection.is_a(obj, FileDescriptor):
        return f"file descriptor {obj.number}"
    name = introspection.name_of(type(obj))
    if type(obj) is types.CellType:
        return "variable of a closure, which a function sets"
    if introspection.is_a(obj, dict):
        pairs = list(dict.items(obj))[:_ITEMS]
        shown = [f"{_format_value(key)}: {_format_value(value)}" for key, value in pairs]
        return _describe_container(name, dict.__len__(obj), "{", shown, "}")
    if introspection.is_a(obj, list):
        shown = [_format_value(item) for item in list.__getitem__(obj, slice(_ITEMS))]
        return _describe_container(name, list.__len__(obj), "[", shown, "]")
    return name


def _describe_container(name: str, size: int, start: str, shown: list[str], end: str) -> str:
    more = ", …" if size > len(shown) else ""
    return f"{name} of {size}: {start}{', '.join(shown)}{more}{end}" if size else f"{name}, empty"


def _join_steps(steps: Sequence[Label]) -> str:
    return "".join(map(_format_step, steps))


def _format_step(label: Label) -> str:
    form, key = label
    if form == edges.CLASS:
        form, key = edges.ATTRIBUTE, _of_class(label)[0]
    if form == edges.ATTRIBUTE:
        name = str(key)
        plain = name.isidentifier() and len(name) <= 2 * _CHARACTERS
        return f".{name}" if plain else f".__dict__[{_format_value(name)}]"
    if form == edges.ITEM:
        return f"[{_format_value(key)}]"
    if form == edges.TEXT:
        return _cut_text(str(key), 2 * _CHARACTERS)
    sort = "key" if form == edges.KEY else "item"
    return f".<{sort} {_format_value(key).strip('<>')}>"


def _cut_text(text: str, length: int) -> str:
    return text if len(text) <= length else text[:length] + "…"


def _of_class(label: Label) -> Any:
    """The attribute's name, and the class that has it."""
    return label[1]


def _format_value(value: Any) -> str:
    """A plain value as Python writes it, cut; of all else the type."""
    cls = type(value)
    if cls is str:
        text: str = value
        cut = _cut_text(text, _CHARACTERS)
        return json.dumps(cut, ensure_ascii=not cut.isprintable())
    if cls is bytes and len(value) <= _CHARACTERS:
        return repr(value)
    if cls is int and value.bit_length() <= _BITS:
        return repr(value)
    if any(cls is plain for plain in (bool, float, complex, types.NoneType)):
        return repr(value)
    return f"<{introspection.name_of(cls)}>"
