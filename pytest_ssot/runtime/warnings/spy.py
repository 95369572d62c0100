"""Sees each warning before any filter does, whoever issues it and however.

``warnings.warn`` is bound early (``from warnings import warn``), issued from C, and
hidden by filters and registries, so it is not the place to watch. But each way
reads ``warnings.filters`` to look for the first filter that matches
(``Python/_warnings.c``: get_filter). So that attribute gets a data descriptor:
C code is handed the list with one more filter in front, which looks and never
matches; Python code gets the list itself.
"""

from __future__ import annotations

import _thread
import sys
import warnings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType
    from typing import Any

    from pytest_ssot.runtime.stack.guard import Guard

    OnWarning = Callable[[str, type[Warning], str, FrameType], None]

from pytest_ssot.runtime.stack import bytecode
from pytest_ssot.runtime.stack.class_swap import forget_disguise, make_disguise, set_class
from pytest_ssot.runtime.stack.frames import get_caller

_READERS = frozenset(("getattr", "hasattr", "vars"))
_ENOUGH = 256


class FilterSpy:
    """Stands in front of ``warnings.filters``.

    *on_warning* gets a warning's text, its category, the module that its
    ``stacklevel`` points at, and the innermost Python frame. *by_python* tells
    whether a frame reads the attribute itself; see :class:`Readers`.
    """

    def __init__(self, on_warning: OnWarning, by_python: Callable[[FrameType], bool]) -> None:
        self._on_warning = on_warning
        self._by_python = by_python
        self._base: type | None = None
        self._mine: type | None = None

    @property
    def stands(self) -> bool:
        """Whether what C code takes for the module ``warnings`` is the one that is watched."""
        return sys.modules.get("warnings") is warnings

    def install(self) -> None:
        self._base = type(warnings)
        filters = _Filters(_spy(self._on_warning), self._by_python)
        self._mine = make_disguise(self._base, {"filters": filters}, self._follow)
        set_class(warnings, self._mine)

    def put_back(self) -> None:
        sys.modules["warnings"] = warnings

    def remove(self) -> None:
        if self._base is not None and self._mine is not None and type(warnings) is self._mine:
            set_class(warnings, self._base)
            forget_disguise(self._mine)

    def _follow(self, module: object) -> None:
        """Code gave the module another class: the filters are watched on that."""
        self.install()


class _Filters:
    """The descriptor: the real list for Python code, one filter more for C code."""

    def __init__(self, spy: tuple[object, ...], by_python: Callable[[FrameType], bool]) -> None:
        self._spy = spy
        self._by_python = by_python

    def __get__(self, module: Any, owner: type | None = None) -> object:
        if module is None:
            return self
        filters = vars(module)["filters"]
        return filters if self._by_python(get_caller()) else [self._spy, *filters]

    def __set__(self, module: Any, value: Any) -> None:
        if self._spy in value:
            value = [one for one in value if one is not self._spy]
        vars(module)["filters"] = value


class Readers:
    """Tells whether a frame reads the attribute itself, as no C code that warns does.

    The same few lines of ``warnings`` ask for each test, so the answers are kept.
    """

    def __init__(self, guard: Guard) -> None:
        self._reads = guard(_reads)
        self._known: dict[tuple[int, int], tuple[bool, CodeType]] = {}

    def __call__(self, frame: FrameType) -> bool:
        code = frame.f_code
        key = (id(code), frame.f_lasti)
        known = self._known.get(key)
        if known is not None:
            return known[0]
        reads: bool | None = self._reads(frame)
        if reads is not None and len(self._known) < _ENOUGH:
            self._known[key] = reads, code  # held, so that no other code gets its identity
        return reads is not False


def _reads(frame: FrameType) -> bool:
    instruction = bytecode.read_instruction(frame)
    if instruction.op == "call":
        return bytecode.read_callee_root(frame) in _READERS
    return instruction.name == "filters"


class _Heard(_thread._local):
    """What a filter lookup has told so far; each thread does its own."""

    text = ""
    module = ""


def _spy(on_warning: OnWarning) -> tuple[object, ...]:
    """A filter whose parts are asked for the text, the module and the category, in this order."""
    heard = _Heard()

    class Text:
        def match(self, text: str) -> bool:
            heard.text = text
            return False

    class Module:
        def match(self, module: str) -> bool:
            heard.module = module
            return False

    class Category(type):
        def __subclasscheck__(cls, category: type) -> bool:
            on_warning(heard.text, category, heard.module, get_caller())
            return False

    return ("ignore", Text(), Category("AnyWarning", (Warning,), {}), Module(), 0)
