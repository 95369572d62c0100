"""Subclasses that stand in for the class of a module or of a spec."""

from __future__ import annotations

import copyreg
from types import ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def disguised(base: type, members: dict[str, object]) -> type:
    """A subclass of *base* with *members* that is printed as *base* itself.

    Picklers that know modules know them by their exact class (cloudpickle), and
    look into ``copyreg`` for all others: a module's stand-in is named there,
    until :func:`dropped`.
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
    from importlib import import_module

    return import_module, (module.__name__,)
