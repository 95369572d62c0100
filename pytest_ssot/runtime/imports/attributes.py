"""Descriptors for single names of a module: they see the name read, set or deleted.

They stand on a subclass of the module's own class. Code inside the module reads
its globals and is not disturbed; ``vars(module)`` stays the truth.
"""

from __future__ import annotations

import types

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import FrameType
    from typing import Any

    OnRead = Callable[[object, str, FrameType, bool], None]

from pytest_ssot.runtime.stack.class_swap import (
    answers_for_names,
    forget_disguise,
    make_disguise,
    set_class,
)
from pytest_ssot.runtime.stack.frames import get_caller
from pytest_ssot.runtime.stack.namespaces import (
    classes_of,
    find_inherited,
    has_ancestor,
    names_in_class,
    namespace_of,
)

_MISSING = object()
_READ = "__getattribute__"
_LAZY = getattr(types, "LazyImportType", None)  # 3.15 on


class Attributes:
    """Puts descriptors on modules and takes every one of them off again.

    *on_read* gets the module, the name, the frame, and whether the name exists; *on_new_class*
    a module that code has given another class to.
    """

    def __init__(self, on_read: OnRead, on_new_class: Callable[[object], None]) -> None:
        self._on_read = on_read
        self._on_new_class = on_new_class
        self._modules: dict[int, tuple[Any, type, type]] = {}

    def watch_names(self, module: Any, names: Iterable[str], *, everything: bool = False) -> None:
        """Watch *names* of *module*, or *everything*.

        TypeError where its class cannot be changed.
        """
        _, base, mine = self._modules.get(id(module), (None, type(module), None))
        if mine is None or type(module) is not mine:
            base = type(module)
            mine = base if _has_own_class(base) else make_disguise(base, {}, self._follow_class)
            if mine is not base:
                set_class(module, mine)
            self._modules[id(module)] = (module, base, mine)
        for name in names:
            above = find_inherited(base, name, _MISSING)
            if name not in names_in_class(mine) and not self._is_mine(above):
                type.__setattr__(mine, name, _AttributeDescriptor(name, base, self._on_read))
        if everything and _READ not in names_in_class(mine) and mine is not base:
            type.__setattr__(mine, _READ, _make_reader(base, self._on_read))

    def unwatch_name(self, module: object, name: str) -> None:
        """Watch *name* of *module* no more."""
        _, _, mine = self._modules.get(id(module), (None, None, None))
        if mine is not None and self._is_mine(names_in_class(mine).get(name)):
            type.__delattr__(mine, name)

    def remove_all(self) -> None:
        for module, base, mine in self._modules.values():
            if mine is base:
                for name, value in list(names_in_class(mine).items()):
                    if type(value) is _AttributeDescriptor:
                        type.__delattr__(mine, name)
            elif type(module) is mine:
                set_class(module, base)
            forget_disguise(mine)
        self._modules.clear()

    def _follow_class(self, module: Any) -> None:
        """Watch the names of *module* on the other class that code gave to it."""
        mine = self._modules[id(module)][2]
        forget_disguise(mine)
        names = names_in_class(mine).items()
        self.watch_names(module, [name for name, one in names if self._is_mine(one)])
        self._on_new_class(module)

    def _is_mine(self, value: object) -> bool:
        return type(value) is _AttributeDescriptor and value.on_read is self._on_read


def _make_reader(base: type, on_read: OnRead) -> Callable[[object, str], object]:
    """Make a ``__getattribute__`` that tells of each name but those that Python itself asks for."""
    under = find_inherited(base, _READ)

    def read(module: object, name: str) -> object:
        value: object = under(module, name)
        if not name.startswith("__"):
            on_read(module, name, get_caller(), True)
        return value

    return read


def find_reader(frame: FrameType) -> FrameType:
    """Find the frame that reads an attribute, where *frame* may only look it up for that."""
    while frame.f_globals is globals() and frame.f_back is not None:
        frame = frame.f_back
    return frame


def _has_own_class(kind: type) -> bool:
    """Whether *kind* is made for one object alone, as ``unittest.mock`` does, and cannot change."""
    return has_ancestor(kind, "NonCallableMock")


class _AttributeDescriptor:
    """One name of one module, with the precedence that it has in the module's class *base*."""

    __slots__ = ("_base", "_name", "on_read")

    def __init__(self, name: str, base: type, on_read: OnRead) -> None:
        self._name = name
        self._base = base
        self.on_read = on_read

    def __get__(self, module: Any, owner: type | None = None) -> object:
        if module is None:
            return self
        name, inherited = self._name, self._find_inherited()
        namespace = namespace_of(module)
        exists = name in namespace or inherited is not _MISSING or answers_for_names(module)
        self.on_read(module, name, get_caller(), exists)
        if _has_method(inherited, "__set__"):
            return _get_bound(inherited, module, owner)
        if name in namespace:
            value: Any = namespace[name]
            if type(value) is _LAZY:  # ``Objects/moduleobject.c``: module_getattro
                value = namespace[name] = value.resolve()
            return value
        inherited = self._find_inherited()
        if inherited is not _MISSING:
            return _get_bound(inherited, module, owner)
        # Bare: the module's own lookup goes on to __getattr__ and its own message.
        raise AttributeError(name)

    def __set__(self, module: Any, value: object) -> None:
        self.on_read(module, self._name, get_caller(), True)
        inherited: Any = self._find_inherited()
        if _has_method(inherited, "__set__"):
            inherited.__set__(module, value)
        else:
            namespace_of(module)[self._name] = value

    def __delete__(self, module: Any) -> None:
        namespace = namespace_of(module)
        self.on_read(module, self._name, get_caller(), self._name in namespace)
        inherited: Any = self._find_inherited()
        if _has_method(inherited, "__set__"):
            inherited.__delete__(module)
        elif namespace.pop(self._name, _MISSING) is _MISSING:
            raise AttributeError(self._name)

    def _find_inherited(self) -> object:
        """Find what the class has now: what serves a name may take itself away.

        This may stand on the class itself, which is then made for one object alone.
        """
        for cls in classes_of(self._base):
            found = names_in_class(cls).get(self._name, _MISSING)
            if found is not _MISSING and found is not self:
                return found
        return _MISSING


def _has_method(value: object, name: str) -> bool:
    return find_inherited(type(value), name, _MISSING) is not _MISSING


def _get_bound(value: Any, module: object, owner: type | None) -> object:
    get = find_inherited(type(value), "__get__")
    return value if get is None else get(value, module, owner)
