"""Reads classes and objects as they are, whatever their code says that they are.

A metaclass may lie about ``__mro__``, a class about ``__class__`` and ``__dict__``:
the descriptors of :class:`type` ask neither.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator, Mapping
from typing import Any

#: The classes of a class, itself first.
mro: Callable[[type], tuple[type, ...]] = type.__dict__["__mro__"].__get__
#: What the body of a class and later assignments have put into it.
namespace: Callable[[type], Mapping[str, Any]] = type.__dict__["__dict__"].__get__
_BASIC_SIZE: Callable[[type], int] = type.__dict__["__basicsize__"].__get__
_DICT_OFFSET: Callable[[type], int] = type.__dict__["__dictoffset__"].__get__
_MODULE: Callable[[type], object] = type.__dict__["__module__"].__get__
_QUALNAME: Callable[[type], object] = type.__dict__["__qualname__"].__get__
_VARIABLES: Any = vars(types.ModuleType)["__dict__"]

#: Members of classes made in C that are machinery, or what a function sees by being code.
_MACHINERY = frozenset(("__dict__", "__weakref__", "__module__", "__doc__", "__vectorcalloffset__"))


def is_a(obj: object, cls: type) -> bool:
    """As isinstance, and asks the type alone."""
    return any(base is cls for base in mro(type(obj)))


def module_of(cls: type) -> str:
    try:
        module = _MODULE(cls)
    except AttributeError:  # deleted, or never set
        return ""
    return module if type(module) is str else ""


def name_of(cls: type) -> str:
    """``app.ws.Manager``; without the module for what is built in."""
    module, name = module_of(cls), _QUALNAME(cls)
    name = name if type(name) is str else "?"
    return name if module in ("", "builtins") else f"{module}.{name}"


def attributes_getter(cls: type) -> Callable[[Any], dict[str, Any]] | None:
    """What reads the ``__dict__`` of an instance, None where there is none to read.

    A property of that name is code and is passed over.
    """
    for base in mro(cls):
        found: Any = namespace(base).get("__dict__")
        if type(found) in (types.GetSetDescriptorType, types.MemberDescriptorType):
            getter: Callable[[Any], dict[str, Any]] = found.__get__
            return getter
    return None


def list_members(cls: type, below: type = object) -> Iterator[tuple[str, Callable[[Any], object]]]:
    """Slots, and members of classes made in C, of *cls* and its bases before *below*.

    Names are as they are found in the class: a private one is mangled.
    """
    seen = set(_MACHINERY)
    for base in mro(cls):
        if base is below:
            return
        for name, value in list(namespace(base).items()):
            if type(value) is types.MemberDescriptorType and name not in seen:
                seen.add(name)
                yield name, value.__get__


def is_bare(cls: type) -> bool:
    """Whether instances have no room for anything, as those of :class:`object`."""
    return _BASIC_SIZE(cls) == object.__basicsize__ and not _DICT_OFFSET(cls)


def is_descriptor(value: object) -> bool:
    return any("__get__" in namespace(cls) for cls in mro(type(value)))


def variables_of(module: types.ModuleType) -> dict[str, Any]:
    found: dict[str, Any] = _VARIABLES.__get__(module)
    return found
