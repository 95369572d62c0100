"""Subclasses that stand in for the class of a module or of a spec."""

from __future__ import annotations

import copyreg
from types import ModuleType

from pytest_ssot.runtime.frames import caller, module_of, outward

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def disguised(base: type, members: dict[str, object]) -> type:
    """A subclass of *base* with *members* that is printed as *base* itself.

    cloudpickle knows modules by their exact class and looks into ``copyreg`` for
    all others: a module's stand-in is named there, until :func:`dropped`.
    """
    names = {"__module__": base.__module__, "__qualname__": base.__qualname__}
    metaclass: Any = type(base)
    made: type = metaclass(base.__name__, (base,), {**names, **members})
    if base is ModuleType:
        copyreg.pickle(made, _by_name)  # type: ignore[arg-type]
    return made


def dropped(made: type) -> None:
    """Nothing has the class *made* any more."""
    copyreg.dispatch_table.pop(made, None)


def _by_name(module: ModuleType) -> tuple[object, tuple[str]]:
    """How cloudpickle, vendored or not, has a module; no other pickler takes one."""
    from importlib import import_module

    for frame in outward(caller()):
        if "cloudpickle" in module_of(frame):
            return import_module, (module.__name__,)
    raise TypeError("cannot pickle 'module' object")
