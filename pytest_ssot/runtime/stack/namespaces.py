"""What a module has, read past all code of its own."""

from __future__ import annotations

from types import GetSetDescriptorType, MemberDescriptorType, MethodType, ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

#: What the import system asks a module for, and nobody who only fails to find a name in it: that
#: looks into the module's dictionary (``Objects/moduleobject.c``). A stub may have none.
SPEC = "__spec__"
_DICTIONARY: Any = type.__getattribute__(ModuleType, "__dict__")["__dict__"]
_MRO: Any = type.__dict__["__mro__"]
_CLASS_DICTIONARY: Any = type.__dict__["__dict__"]
_CLASS_NAME: Any = type.__dict__["__name__"]
#: Read what the interpreter keeps of an object: nobody's code.
_SLOTS = (GetSetDescriptorType, MemberDescriptorType)
_MISSING = object()


def namespace_of(module: object) -> dict[str, object]:
    """The names of what stands in ``sys.modules``, past its own ``__getattribute__``.

    ``importlib.util``'s lazy modules load at the first look at them.
    """
    slot: Any = _DICTIONARY
    if not issubclass(type(module), ModuleType):
        slot = find_inherited(type(module), "__dict__")
    if type(slot) not in _SLOTS:  # a class may have a property of that name
        return {}
    try:
        namespace: dict[str, object] = slot.__get__(module)
    except (AttributeError, TypeError):
        return {}
    return namespace if type(namespace) is dict else {}


def read_plainly(thing: object, name: str, default: Any = None) -> Any:
    """Read the attribute *name* of *thing*, *default* if only code of somebody's could tell."""
    if type(thing) is MethodType and name not in ("__func__", "__self__"):
        thing = thing.__func__
    slot: Any = find_inherited(type(thing), name, _MISSING)
    if type(slot) in _SLOTS:
        try:
            return slot.__get__(thing)
        except AttributeError:  # not set
            return default
    if issubclass(type(thing), type):
        own = find_inherited(thing, name, _MISSING)
    else:
        own = namespace_of(thing).get(name, _MISSING)
    found = slot if own is _MISSING else own
    return default if found is _MISSING or type(found) is property else found


def find_inherited(kind: Any, name: str, default: object = None) -> Any:
    """Find what objects of *kind* have under *name* in their classes."""
    for cls in classes_of(kind):
        names = names_in_class(cls)
        if name in names:
            return names[name]
    return default


def classes_of(kind: type) -> tuple[type, ...]:
    """The classes that objects of *kind* have their names from, *kind* first."""
    classes: tuple[type, ...] = _MRO.__get__(kind)
    return classes


def names_in_class(kind: type) -> Mapping[str, Any]:
    """What *kind* itself has."""
    names: Mapping[str, Any] = _CLASS_DICTIONARY.__get__(kind)
    return names


def has_ancestor(kind: type, name: str) -> bool:
    """Whether *kind*, or a class above it, is called *name*."""
    return any(_CLASS_NAME.__get__(cls) == name for cls in classes_of(kind))
