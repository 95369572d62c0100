"""Finds who makes an object, where a class's ``__init__`` is asked for and any is made."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container
    from types import FrameType
    from typing import Any

from pytest_ssot.runtime.constructions.init_descriptor import NAME
from pytest_ssot.runtime.stack import bytecode, frames, intent
from pytest_ssot.runtime.stack.namespaces import read_plainly

#: Make an object of an object: its copy, or what was pickled.
_COPY = frozenset(("copy", "copyreg", "pickle"))
_COPYING = frozenset(
    (
        ("attr._funcs", "evolve"),
        ("attr._make", "evolve"),
        ("dataclasses", "_replace"),
        ("dataclasses", "replace"),
    )
)
#: By these names a C function unpickles, or reads attributes; one of Python has its own frame.
_MAKING_NONE = frozenset(("__getattribute__", "getattr", "hasattr", "load", "loads"))


def find_maker(frame: FrameType, through: Container[int]) -> FrameType | None:
    """Find the innermost frame that a user wrote, or that calls what a user gave to a thread.

    The standard library knows no user's class but by being handed it. None where
    all is machinery.
    """
    first = None
    for current in frames.walk_outward(frame):
        if frames.is_machinery(current) or id(current.f_code) in through:
            continue
        if frames.is_starter(current) or not is_shared(current):
            return current
        first = first or current
    return first


def is_shared(frame: FrameType) -> bool:
    """Whether *frame* runs for whoever called it: it makes what it was given."""
    return intent.is_stdlib(frame) or frames.is_transport(frame)


def is_call(frame: FrameType, through: Container[int]) -> bool:
    """Whether the object is a new one, and not a copy, nor was only its ``__init__`` read."""
    while id(frame.f_code) in through and frame.f_back is not None:
        frame = frame.f_back
    module = frames.module_of(frame)
    if module in _COPY or (module, frame.f_code.co_name) in _COPYING:
        return False
    instruction = bytecode.read_instruction(frame)
    if instruction.op == "attribute":
        return instruction.name != NAME
    if instruction.op != "call":
        return True
    called = bytecode.read_callee(frame)
    return not called or _MAKING_NONE.isdisjoint((called[-1], _find_own_name(called, frame)))


def _find_own_name(called: list[str], frame: FrameType) -> str:
    """Find the name that what is called has itself, if it is of C and has another name here."""
    thing: Any = None
    if len(called) == 1:
        thing = frame.f_locals.get(called[0], frame.f_globals.get(called[0]))
    name = read_plainly(thing, "__name__")
    return name if isinstance(name, str) and read_plainly(thing, "__code__") is None else ""
