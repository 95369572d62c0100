"""What a module has, read past all code of its own."""

from __future__ import annotations

from types import GetSetDescriptorType, MemberDescriptorType, MethodType, ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: What the import system asks a module for, and nobody who only fails to find a name in it: that
#: looks into the module's dictionary (``Objects/moduleobject.c``). A stub may have none.
SPEC = "__spec__"
_DICTIONARY: Any = type.__getattribute__(ModuleType, "__dict__")["__dict__"]
_MRO: Any = type.__dict__["__mro__"]
_CLASS_DICTIONARY: Any = type.__dict__["__dict__"]
#: Read what the interpreter keeps of an object: nobody's code.
_SLOTS = (GetSetDescriptorType, MemberDescriptorType)
_MISSING = object()


def namespace_of(module: object) -> dict[str, object]:
    """The names of what stands in ``sys.modules``, past its own ``__getattribute__``.

    ``importlib.util``'s lazy modules load at the first look at them.
    """
    try:
        if issubclass(type(module), ModuleType):
            namespace: dict[str, object] = _DICTIONARY.__get__(module)
        else:
            namespace = object.__getattribute__(module, "__dict__")
    except (AttributeError, TypeError):
        return {}
    return namespace if type(namespace) is dict else {}


def read_plainly(thing: object, name: str, default: Any = None) -> Any:
    """Read the attribute *name* of *thing*, *default* if only code of somebody's could tell."""
    if type(thing) is MethodType and name not in ("__func__", "__self__"):
        thing = thing.__func__
    slot: Any = _find_in_classes(type(thing), name)
    if type(slot) in _SLOTS:
        try:
            return slot.__get__(thing)
        except AttributeError:  # not set
            return default
    if issubclass(type(thing), type):
        own = _find_in_classes(thing, name)
    else:
        own = namespace_of(thing).get(name, _MISSING)
    found = slot if own is _MISSING else own
    return default if found is _MISSING or type(found) is property else found


def _find_in_classes(kind: Any, name: str) -> object:
    for cls in _MRO.__get__(kind):
        names = _CLASS_DICTIONARY.__get__(cls)
        if name in names:
            return names[name]
    return _MISSING
