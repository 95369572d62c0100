"""Subclasses that stand in for the class of a module or of a spec."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def disguised(base: type, members: dict[str, object]) -> type:
    """A subclass of *base* with *members* that is printed as *base* itself."""
    names = {"__module__": base.__module__, "__qualname__": base.__qualname__}
    metaclass: Any = type(base)
    made: type = metaclass(base.__name__, (base,), {**names, **members})
    return made
