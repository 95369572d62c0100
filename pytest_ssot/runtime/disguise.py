"""Subclasses that stand in for the class of a module or of a spec."""

from __future__ import annotations

import copyreg
from types import ModuleType

from pytest_ssot.runtime.frames import caller, module_of, outward

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_CLASS: Any = object.__dict__["__class__"]


def disguised(base: type, members: dict[str, object], on_change: Callable[[Any], object]) -> type:
    """A subclass of *base* with *members* that is printed as *base* itself.

    Its objects say that their class is *base*, so that code which compares them
    with it (``importlib.util``'s lazy modules) still works. Where that class
    is set to another, *on_change* gets the object, which has that class then.

    cloudpickle knows modules by their exact class and looks into ``copyreg`` for
    all others: a module's stand-in is named there, until :func:`dropped`, and the
    stand-in of a stand-in (a pytest run inside of a test) too.
    """
    made = namesake(base, {"__class__": _stated_class(base, on_change), **members})
    if base is ModuleType or copyreg.dispatch_table.get(base) is _by_name:
        copyreg.pickle(made, _by_name)  # type: ignore[arg-type]
    return made


def namesake(base: type, members: dict[str, object]) -> type:
    """A subclass of *base* with *members* and the name of *base*."""
    names = {"__module__": base.__module__, "__qualname__": base.__qualname__}
    metaclass: Any = type(base)
    made: type = metaclass(base.__name__, (base,), {**names, **members})
    return made


def reclass(thing: object, kind: type) -> None:
    """Set the class of *thing*, past what it says of itself. TypeError where that cannot be."""
    _CLASS.__set__(thing, kind)


def inherited(base: type, name: str, default: object = None) -> Any:
    """What objects of *base* find under *name* in their classes."""
    for one in base.__mro__:
        if name in one.__dict__:
            return one.__dict__[name]
    return default


def dropped(made: type) -> None:
    """Nothing has the class *made* any more."""
    copyreg.dispatch_table.pop(made, None)


def _stated_class(base: type, on_change: Callable[[Any], object]) -> property:
    under = inherited(base, "__class__")

    def read(thing: object) -> object:
        return base if under is _CLASS else under.__get__(thing, base)

    def write(thing: object, kind: type) -> None:
        under.__set__(thing, kind)
        on_change(thing)

    return property(read, write)


def _by_name(module: ModuleType) -> tuple[object, tuple[str]]:
    """How cloudpickle, vendored or not, has a module; no other pickler takes one."""
    from importlib import import_module

    for frame in outward(caller()):
        if "cloudpickle" in module_of(frame):
            return import_module, (module.__name__,)
    raise TypeError("cannot pickle 'module' object")
