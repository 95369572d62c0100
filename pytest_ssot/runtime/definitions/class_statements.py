"""Sees class statements, wherever they are executed.

A class statement calls ``builtins.__build_class__`` (``Python/bytecodes.c``:
LOAD_BUILD_CLASS). What stands in for it is an object whose ``__call__`` is a property:
CPython reads that (``Objects/typeobject.c``: slot_tp_call), which tells us, and calls
what it got, the original. So no frame of ours is on the stack while the class is
made: tracebacks, and metaclasses that look at their caller, are as they were.
"""

from __future__ import annotations

import builtins
from opcode import EXTENDED_ARG, opmap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Set
    from types import CodeType, FrameType
    from typing import Any

from pytest_ssot.runtime.stack.frames import get_caller

_BUILD_CLASS = opmap["LOAD_BUILD_CLASS"]
_LOAD_CONST = opmap["LOAD_CONST"]
#: What the body of each class may name: what the compiler puts there, and no more.
_GIVEN = frozenset(
    (
        "__classdictcell__",
        "__doc__",
        "__firstlineno__",
        "__module__",
        "__name__",
        "__qualname__",
        "__slots__",
        "__static_attributes__",
    )
)
_IS_FUNCTION = 0x2  # CO_NEWLOCALS
_TYPE_PARAMETERS = "<generic parameters of "


class ClassStatements:
    """Calls *on_class* with each frame that is about to execute a class statement.

    Only of code that says any of *names*: all other costs one look.
    """

    def __init__(self, names: Set[str], on_class: Callable[[FrameType], None]) -> None:
        self._names = names
        self._on_class = on_class
        self._original: Any = None
        self._mine: Any = None
        self._last: CodeType | None = None

    @property
    def stands(self) -> bool:
        """Whether class statements still come here, maybe by way of somebody who wrapped this."""
        if builtins.__build_class__ is self._mine:
            return True
        self._last = None
        exec("class asked: pass", {"__builtins__": builtins})
        return self._last is not None

    def install(self) -> None:
        original: Any = builtins.__build_class__
        self._original = original
        is_relevant, on_class = self._is_relevant, self._on_class
        relevant = False

        def read(stand_in: object) -> Any:
            nonlocal relevant
            frame = get_caller()
            if frame.f_code is not self._last:
                self._last = frame.f_code
                relevant = is_relevant(frame.f_code)
            if relevant:
                on_class(frame)
            return original

        members = {"__call__": property(read), "__slots__": (), "__name__": original.__name__}
        self._mine = type(type(original).__name__, (), members)()
        builtins.__build_class__ = self._mine

    def put_back(self) -> None:
        builtins.__build_class__ = self._mine

    def remove(self) -> None:
        if builtins.__build_class__ is self._mine:
            builtins.__build_class__ = self._original

    def _is_relevant(self, code: CodeType) -> bool:
        """Whether *code* says any of the names, or only calls for other code that may."""
        if not self._names.isdisjoint(code.co_names) or (
            code.co_flags & _IS_FUNCTION and not self._names.isdisjoint(_list_local_names(code))
        ):
            return True
        return builtins.__build_class__ is not self._mine


def _list_local_names(code: CodeType) -> tuple[str, ...]:
    # The code of a generic class's parameters has the name as no variable of its own.
    parameters = (code.co_name[len(_TYPE_PARAMETERS) : -1],)
    return code.co_varnames + code.co_cellvars + code.co_freevars + parameters


def read_class_statement(frame: FrameType) -> tuple[str, CodeType] | None:
    """Read the name and the body of the class whose statement *frame* is at, if it is at any.

    They are the first constants after LOAD_BUILD_CLASS (``Python/compile.c``:
    compiler_class; later ``Python/codegen.c``: codegen_class).
    """
    code, raw = frame.f_code, frame.f_code.co_code
    at = frame.f_lasti
    while at >= 0 and raw[at] != _BUILD_CLASS:
        at -= 2
    if at < 0:
        return None
    body: Any = None
    extended = 0
    for position in range(at, frame.f_lasti, 2):
        argument = raw[position + 1] | extended << 8
        extended = argument if raw[position] == EXTENDED_ARG else 0
        if raw[position] != _LOAD_CONST or argument >= len(code.co_consts):
            continue
        value = code.co_consts[argument]
        if body is not None and isinstance(value, str):
            return value, body
        if hasattr(value, "co_names"):
            body = value
    return None


def adds_nothing(body: CodeType) -> bool:
    """Whether a class with that *body* can have nothing of its own."""
    return _GIVEN.issuperset(body.co_names)
