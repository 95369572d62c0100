"""Who makes an object, and whether one is made at all where a class's ``__init__`` is asked for."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container
    from types import FrameType
    from typing import Any

from pytest_ssot.runtime import bytecode, frames, usage
from pytest_ssot.runtime.constructions.inits import NAME

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
#: By these names a C function that unpickles is called; one of Python has a frame of its own.
_UNPICKLING = frozenset(("load", "loads"))
_LOOKING = frozenset(("getattr", "hasattr"))


def maker(frame: FrameType, through: Container[int]) -> FrameType | None:
    """The innermost frame that a user wrote, or that calls what a user gave to a thread.

    The standard library knows no user's class but by being handed it. None where
    all is machinery.
    """
    first = None
    for one in frames.outward(frame):
        if frames.is_machinery(one) or id(one.f_code) in through:
            continue
        if frames.is_starter(one) or not is_shared(one):
            return one
        first = first or one
    return first


def is_shared(frame: FrameType) -> bool:
    """Whether *frame* runs for whoever called it: it makes what it was given."""
    return usage.is_stdlib(frame) or frames.is_carrier(frame)


def is_call(frame: FrameType, through: Container[int]) -> bool:
    """Whether the object is a new one, and not a copy, nor was only its ``__init__`` read."""
    while id(frame.f_code) in through and frame.f_back is not None:
        frame = frame.f_back
    module = frames.module_of(frame)
    if module in _COPY or (module, frame.f_code.co_name) in _COPYING:
        return False
    instruction = bytecode.current(frame)
    if instruction.op == "attribute":
        return instruction.name != NAME
    if instruction.op != "call":
        return True
    called = bytecode.called(frame)
    if not called:
        return True
    return called[0] not in _LOOKING and not _unpickles(called, frame)


def _unpickles(called: list[str], frame: FrameType) -> bool:
    if called[-1] in _UNPICKLING:
        return True
    thing: Any = None
    if len(called) == 1:
        thing = frame.f_locals.get(called[0], frame.f_globals.get(called[0]))
    return getattr(thing, "__name__", None) in _UNPICKLING and not hasattr(thing, "__code__")
