"""What a module has, read past all code of its own."""

from __future__ import annotations

from types import ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: What the import system asks a module for, and nobody who only fails to find a name in it: that
#: looks into the module's dictionary (``Objects/moduleobject.c``). A stub may have none.
SPEC = "__spec__"
_DICTIONARY: Any = type.__getattribute__(ModuleType, "__dict__")["__dict__"]


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
