"""Descriptors for single names of a module: they see the name read, set or deleted.

They stand on a subclass of the module's own class. Code inside the module reads
its globals and is not disturbed; ``vars(module)`` stays the truth.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import FrameType
    from typing import Any

    OnRead = Callable[[object, str, FrameType, bool], None]

from pytest_ssot.runtime.stack.class_swap import (
    find_inherited,
    forget_disguise,
    make_disguise,
    set_class,
)
from pytest_ssot.runtime.stack.frames import get_caller

_MISSING = object()


class Attributes:
    """Puts descriptors on modules and takes every one of them off again.

    *on_read* gets the module, the name, the frame, and whether the name exists.
    """

    def __init__(self, on_read: OnRead) -> None:
        self._on_read = on_read
        self._modules: dict[int, tuple[Any, type, type]] = {}

    def watch_names(self, module: Any, names: Iterable[str]) -> None:
        """Watch *names* of *module*. TypeError where its class cannot be changed."""
        _, base, mine = self._modules.get(id(module), (None, type(module), None))
        if mine is None or type(module) is not mine:
            base = type(module)
            mine = base if _has_own_class(base) else make_disguise(base, {}, self._follow_class)
            if mine is not base:
                set_class(module, mine)
            self._modules[id(module)] = (module, base, mine)
        for name in names:
            above = find_inherited(base, name, _MISSING)
            if name not in mine.__dict__ and not self._is_mine(above):
                setattr(mine, name, _AttributeDescriptor(name, above, self._on_read))

    def unwatch_name(self, module: object, name: str) -> None:
        """Watch *name* of *module* no more."""
        _, _, mine = self._modules.get(id(module), (None, None, None))
        if mine is not None and self._is_mine(mine.__dict__.get(name)):
            delattr(mine, name)

    def remove_all(self) -> None:
        for module, base, mine in self._modules.values():
            if mine is base:
                for name, value in list(vars(mine).items()):
                    if isinstance(value, _AttributeDescriptor):
                        delattr(mine, name)
            elif type(module) is mine:
                set_class(module, base)
            forget_disguise(mine)
        self._modules.clear()

    def _follow_class(self, module: Any) -> None:
        """Watch the names of *module* on the other class that code gave to it."""
        mine = self._modules[id(module)][2]
        forget_disguise(mine)
        self.watch_names(module, [name for name, one in vars(mine).items() if self._is_mine(one)])

    def _is_mine(self, value: object) -> bool:
        return isinstance(value, _AttributeDescriptor) and value.on_read is self._on_read


def _has_own_class(kind: type) -> bool:
    """Whether *kind* is made for one object alone, as ``unittest.mock`` does, and cannot change."""
    return any(base.__name__ == "NonCallableMock" for base in kind.__mro__)


class _AttributeDescriptor:
    """One name of one module, with the precedence that the name had before."""

    __slots__ = ("_inherited", "_name", "on_read")

    def __init__(self, name: str, inherited: object, on_read: OnRead) -> None:
        self._name = name
        self._inherited = inherited
        self.on_read = on_read

    def __get__(self, module: Any, owner: type | None = None) -> object:
        if module is None:
            return self
        name, inherited = self._name, self._inherited
        namespace = vars(module)
        exists = name in namespace or inherited is not _MISSING or "__getattr__" in namespace
        self.on_read(module, name, get_caller(), exists)
        if _is_data_descriptor(inherited):
            return _get_bound(inherited, module, owner)
        if name in namespace:
            return namespace[name]
        if inherited is not _MISSING:
            return _get_bound(inherited, module, owner)
        # Bare: the module's own lookup goes on to __getattr__ and its own message.
        raise AttributeError(name)

    def __set__(self, module: Any, value: object) -> None:
        self.on_read(module, self._name, get_caller(), True)
        if _is_data_descriptor(self._inherited):
            self._inherited.__set__(module, value)  # type: ignore[attr-defined]
        else:
            vars(module)[self._name] = value

    def __delete__(self, module: Any) -> None:
        self.on_read(module, self._name, get_caller(), self._name in vars(module))
        if _is_data_descriptor(self._inherited):
            self._inherited.__delete__(module)  # type: ignore[attr-defined]
        elif vars(module).pop(self._name, _MISSING) is _MISSING:
            raise AttributeError(self._name)


def _is_data_descriptor(value: object) -> bool:
    return hasattr(type(value), "__set__")


def _get_bound(value: Any, module: object, owner: type | None) -> object:
    get = getattr(type(value), "__get__", None)
    return value if get is None else get(value, module, owner)
