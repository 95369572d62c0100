"""Subclasses that stand in for the class of a module or of a spec."""

from __future__ import annotations

import copyreg
from types import ModuleType

from pytest_ssot.runtime.stack.frames import get_caller, module_of, walk_outward
from pytest_ssot.runtime.stack.namespaces import find_inherited, namespace_of, read_plainly

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_CLASS: Any = object.__dict__["__class__"]
_BASES: Any = type.__dict__["__bases__"]
_NO_SUBCLASS_CODE = object.__dict__["__init_subclass__"]


class _Plain:
    """Has the layout of a class of its own, and no code."""


class _PlainModule(ModuleType):
    """The same of modules."""


def make_disguise(
    base: type, members: dict[str, object], on_change: Callable[[Any], object]
) -> type:
    """Make a subclass of *base* with *members* that is printed as *base* itself.

    Its objects say that their class is *base*, so that code which compares them
    with it (``importlib.util``'s lazy modules) still works. Where that class
    is set to another, *on_change* gets the object, which has that class then.

    cloudpickle knows modules by their exact class and looks into ``copyreg`` for
    all others: a module's stand-in is named there, until :func:`forget_disguise`,
    and the stand-in of a stand-in (a pytest run inside of a test) too.
    """
    made = make_namesake(base, {"__class__": _make_class_property(base, on_change), **members})
    if type(base) is type and (
        base is ModuleType or copyreg.dispatch_table.get(base) is _pickle_by_name
    ):
        copyreg.pickle(made, _pickle_by_name)  # type: ignore[arg-type]
    return made


def make_namesake(base: type, members: dict[str, object]) -> type:
    """Make a subclass of *base* with *members* and the name of *base*.

    No code that *base* or its metaclass has for new subclasses is run.
    """
    names = {one: read_plainly(base, one) for one in ("__module__", "__qualname__")} | members
    metaclass: Any = type(base)
    name = read_plainly(base, "__name__")
    if metaclass is type and find_inherited(base, "__init_subclass__") is _NO_SUBCLASS_CODE:
        return type(name, (base,), names)
    plain = _PlainModule if issubclass(base, ModuleType) else _Plain
    made: type = type.__new__(metaclass, name, (plain,), names)
    _BASES.__set__(made, (base,))  # where nobody is asked
    return made


def set_class(thing: object, kind: type) -> None:
    """Set the class of *thing*, past what it says of itself. TypeError where that cannot be."""
    _CLASS.__set__(thing, kind)


def answers_for_names(module: object) -> bool:
    """Whether code answers for names that *module* does not have."""
    if "__getattr__" in namespace_of(module):
        return True
    return find_inherited(type(module), "__getattr__") is not None


def forget_disguise(made: type) -> None:
    """Drop the entry of the class *made*, which nothing has any more."""
    if type(made) is type:
        copyreg.dispatch_table.pop(made, None)


def _make_class_property(base: type, on_change: Callable[[Any], object]) -> property:
    under = find_inherited(base, "__class__")

    def read(thing: object) -> object:
        return base if under is _CLASS else under.__get__(thing, base)

    def write(thing: object, kind: type) -> None:
        under.__set__(thing, kind)
        on_change(thing)

    return property(read, write)


def _pickle_by_name(module: ModuleType) -> tuple[object, tuple[str]]:
    """Pickle a module as cloudpickle does, vendored or not; no other pickler takes one."""
    from importlib import import_module

    for frame in walk_outward(get_caller()):
        if "cloudpickle" in module_of(frame):
            return import_module, (module.__name__,)
    raise TypeError("cannot pickle 'module' object")
