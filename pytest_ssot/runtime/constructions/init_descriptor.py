"""Stands on a class in the place of its ``__init__``, and sees each object that is made.

``type.__call__`` looks ``__init__`` up on the new object's class and asks what it
finds for the bound method (``Objects/typeobject.c``: slot_tp_init, lookup_method), in
the frame that makes the object. Between that and the class's own ``__init__`` is
nothing of ours then: no frame, no traceback, no other stacklevel.
"""

from __future__ import annotations

from opcode import opmap
from sys import _getframe, modules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType
    from typing import Any

    from pytest_ssot.runtime.owners.owners import Owners
    from pytest_ssot.runtime.stack.guard import Guard

NAME = "__init__"
NONE = object()
_OF_OBJECT: Any = object.__dict__[NAME]
_READS = frozenset(opmap[name] for name in ("LOAD_ATTR", "LOAD_METHOD") if name in opmap)
#: A class after a protocol gets another ``__init__`` at its first object (``Lib/typing.py``).
_TO_BE_REPLACED = "_no_init_or_replace_init"


class InitDescriptor:  # without a docstring: it shows that of what it stands for
    __slots__ = (
        "__weakref__",
        "_get",
        "_guard",
        "_kind",
        "_owners",
        "_told",
        "_told_at",
        "inside",
        "on_made",
        "own",
    )

    def __init__(
        self,
        kind: type,
        own: Any,
        on_made: Callable[[InitDescriptor, type, FrameType], None],
        guard: Guard,
        owners: Owners,
    ) -> None:
        self._kind = kind
        #: What the class had itself; NONE where it only inherits.
        self.own = own
        self._get: Any = getattr(type(own), "__get__", None)
        self.on_made = on_made
        self._guard = guard
        self._owners = owners
        #: Code that may make the class, by its identity; no more than what was met.
        self.inside: dict[int, CodeType] = {}
        self._told: dict[tuple[object, ...], CodeType] = {}
        self._told_at: tuple[object, ...] = ()

    def __get__(self, made: Any, kind: Any = None) -> Any:
        if kind is self._kind and made is not None and self._guard.on:
            frame = _getframe(1)
            if not (
                id(frame.f_code) in self.inside or self.was_told(frame) or self._is_inside(frame)
            ):
                self.on_made(self, kind, frame)
        own = self.own
        if own is NONE:
            return self._find_inherited(made, kind)
        return own if self._get is None else self._get(own, made, kind)

    def _is_inside(self, frame: FrameType) -> bool:
        """Whether *frame* is called by code that is known to be free to make the class."""
        inside, caller = self.inside, frame.f_back
        while caller is not None:
            if id(caller.f_code) in inside:
                return True
            caller = caller.f_back
        return False

    def was_told(self, frame: FrameType) -> bool:
        """Whether :meth:`mark_told` was called for this very instruction, and nothing changed.

        What may change is who owns what happens, and which modules load: these carry it.
        """
        owners = self._owners
        if (owners.turns, len(modules), next(reversed(modules))) != self._told_at:
            return False
        return (id(frame.f_code), frame.f_lasti, owners.find_key(frame)) in self._told

    def mark_told(self, frame: FrameType) -> None:
        """Tell nothing more of the instruction that *frame* is at, until something changes."""
        at = self._owners.turns, len(modules), next(reversed(modules))
        if at != self._told_at:
            self._told.clear()
            self._told_at = at
        key = id(frame.f_code), frame.f_lasti, self._owners.find_key(frame)
        self._told[key] = frame.f_code  # held, so that no other gets its identity

    def _find_inherited(self, made: Any, kind: Any) -> Any:
        """Find what would be found without this."""
        mro = type(made).__mro__ if kind is None else kind.__mro__
        if self._kind not in mro:  # inspect asks with the class as an object of its own class
            mro = self._kind.__mro__
        # What is to be replaced looks for itself on the class, and would call itself.
        resolved = made is not None or _getframe(2).f_code.co_name == _TO_BE_REPLACED
        for base in mro[mro.index(self._kind) + 1 :]:
            value = base.__dict__.get(NAME, NONE)
            if value is _OF_OBJECT and made is not None:
                return _get_object_init(made, _getframe(2))
            if value is not NONE and not (resolved and _is_to_be_replaced(value)):
                get = getattr(type(value), "__get__", None)
                return value if get is None else get(value, made, kind)
        raise AttributeError(NAME)

    # -- what looks into the class's dictionary sees what it would have seen --

    @property
    def _shown(self) -> Any:
        return self.__get__(None, self._kind)

    __class__ = property(lambda self: type(self._shown))
    __doc__ = property(lambda self: self._shown.__doc__)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._shown, name)

    def __call__(self, *args: Any, **options: Any) -> Any:
        return self._shown(*args, **options)

    def __repr__(self) -> str:
        return repr(self._shown)

    def __reduce_ex__(self, protocol: Any) -> Any:
        return self._shown.__reduce_ex__(protocol)


def set_init(kind: type, value: object) -> None:
    """Give *kind* this ``__init__``, past its metaclass. TypeError where that cannot be."""
    if value is NONE:
        type.__delattr__(kind, NAME)
    else:
        type.__setattr__(kind, NAME, value)


def _get_object_init(made: Any, frame: FrameType) -> Any:
    """Get ``object.__init__`` as *frame* would, which makes the object or reads the attribute.

    Its rule on arguments asks whether the class has another (object_init, object_new).
    """
    kind: Any = type(made)
    values = (one.__dict__.get(NAME, NONE) for one in kind.__mro__)
    first = next(value for value in values if value is not NONE and not _is_clear(value))
    if first is not _OF_OBJECT:
        return _OF_OBJECT.__get__(made, kind)
    strict = kind.__new__ is object.__new__
    raw, at = frame.f_code.co_code, frame.f_lasti
    if 0 <= at < len(raw) and raw[at] in _READS:
        stand_in = type(kind.__name__, (), {} if strict else {"__new__": _new_object})
        return _OF_OBJECT.__get__(stand_in(), stand_in)

    def __init__(*args: Any, **options: Any) -> None:  # noqa: N807 - it is one
        __tracebackhide__ = True
        if strict and (args or options):
            raise TypeError(f"{kind.__name__}() takes no arguments")

    return __init__


def _new_object(kind: type) -> object:
    return object.__new__(kind)


def _is_clear(value: object) -> bool:
    """Whether *value* stands for what is inherited."""
    if type(value) is InitDescriptor:
        return value.own is NONE
    return _is_to_be_replaced(value)


def _is_to_be_replaced(value: object) -> bool:
    return getattr(value, "__name__", "") == _TO_BE_REPLACED
