"""Sees each warning before any filter does, whoever issues it and however.

``warnings.warn`` is bound early (``from warnings import warn``), issued from C, and
hidden by filters and registries, so it is not the place to watch. But each way
reads ``warnings.filters`` to look for the first filter that matches
(``Python/_warnings.c``: get_filter). So that attribute gets a data descriptor:
C code is handed the list with another filter in front, which looks and never
matches; Python code gets the list itself.

The descriptor sees each list of filters that takes the place of another, too. Filters are
added by one function (``Lib/warnings.py``: _add_filter), which is wrapped.
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
from pytest_ssot.runtime.warnings.in_force import InForce, is_pytests_own

_getframe = sys._getframe
_READERS = frozenset(("getattr", "hasattr", "vars"))
_ENOUGH = 256


class FilterSpy:
    """Stands in front of ``warnings.filters``.

    *on_warning* gets a warning's text, its category, the module that its
    ``stacklevel`` points at, and the innermost Python frame. *in_force* is told of what is
    set.
    """

    def __init__(self, on_warning: OnWarning, in_force: InForce, guard: Guard) -> None:
        self._on_warning = guard(on_warning)
        self._is_python_read = PythonReads(guard)
        self._note_list = guard(in_force.note_list)
        self._note_filter = guard(in_force.note_filter)
        self._base: type | None = None
        self._mine: type | None = None
        self._add_filter: Any = None
        self._wrapper: object = None

    @property
    def stands(self) -> bool:
        """Whether what C code takes for the module ``warnings`` is the one that is watched."""
        return sys.modules.get("warnings") is warnings

    def install(self) -> None:
        self._base = type(warnings)
        spy = _make_spy_filter(self._on_warning)
        filters = _FiltersDescriptor(spy, self._is_python_read, self._note_list)
        self._mine = make_disguise(self._base, {"filters": filters}, self._follow_class)
        set_class(warnings, self._mine)
        self.wrap()

    def wrap(self) -> None:
        """Wrap what adds a filter, unless it is: a reload of ``warnings`` defines it anew."""
        add_filter = vars(warnings).get("_add_filter")
        if add_filter is None or add_filter is self._wrapper:
            return
        note = self._note_filter

        def add_and_note(*item: object, append: bool) -> None:
            add_filter(*item, append=append)
            frame = _getframe(1)
            if not is_pytests_own(frame.f_back):  # asked before the guard, as it is for each test
                note(frame, append)

        self._add_filter, self._wrapper = add_filter, add_and_note
        vars(warnings)["_add_filter"] = add_and_note

    def put_back(self) -> None:
        sys.modules["warnings"] = warnings

    def remove(self) -> None:
        if self._base is not None and self._mine is not None and type(warnings) is self._mine:
            set_class(warnings, self._base)
            forget_disguise(self._mine)
        if vars(warnings).get("_add_filter") is self._wrapper is not None:
            vars(warnings)["_add_filter"] = self._add_filter

    def _follow_class(self, module: object) -> None:
        """Watch the filters on the other class that code gave to the module."""
        self.install()


class _FiltersDescriptor:
    """Gives the real list to Python code, and a list with the spy in front to C code."""

    def __init__(
        self,
        spy: tuple[object, ...],
        is_python_read: Callable[[FrameType], bool],
        note_list: Callable[[object, object, FrameType], None],
    ) -> None:
        self._spy = spy
        self._is_python_read = is_python_read
        self._note_list = note_list

    def __get__(self, module: Any, owner: type | None = None) -> object:
        if module is None:
            return self
        filters = vars(module)["filters"]
        return filters if self._is_python_read(_getframe(1)) else [self._spy, *filters]

    def __set__(self, module: Any, value: Any) -> None:
        if self._spy in value:
            value = [one for one in value if one is not self._spy]
        names = vars(module)
        before = names["filters"]
        names["filters"] = value
        self._note_list(before, value, _getframe(1))


class PythonReads:
    """Tells whether a frame reads the attribute itself, as no C code that warns does.

    The same few lines of ``warnings`` ask for each test, so the answers are kept.
    """

    def __init__(self, guard: Guard) -> None:
        self._is_read = guard(_is_python_read)
        self._known: dict[tuple[int, int], tuple[bool, CodeType]] = {}

    def __call__(self, frame: FrameType) -> bool:
        code = frame.f_code
        key = (id(code), frame.f_lasti)
        known = self._known.get(key)
        if known is not None:
            return known[0]
        reads: bool | None = self._is_read(frame)
        if reads is not None and len(self._known) < _ENOUGH:
            self._known[key] = reads, code  # held, so that no other code gets its identity
        return reads is not False


def _is_python_read(frame: FrameType) -> bool:
    instruction = bytecode.read_instruction(frame)
    if instruction.op == "call":
        return bytecode.read_callee_root(frame) in _READERS
    return instruction.name == "filters"


class _FilterLookup(_thread._local):
    """The text and the module that a lookup of a filter has asked for; each thread does its own."""

    text = ""
    module = ""


def _make_spy_filter(on_warning: OnWarning) -> tuple[object, ...]:
    """Make a filter whose parts are asked for the text, the module and the category, in turn."""
    lookup = _FilterLookup()

    class TextPattern:
        def match(self, text: str) -> bool:
            lookup.text = text
            return False

    class ModulePattern:
        def match(self, module: str, *start: int) -> bool:
            if not start:  # from 3.15 on, without a module, the parts of its path are tried too
                lookup.module = module
            return False

    class CategoryListener(type):
        def __subclasscheck__(cls, category: type) -> bool:
            on_warning(lookup.text, category, lookup.module, get_caller())
            return False

    return (
        "ignore",
        TextPattern(),
        CategoryListener("AnyWarning", (Warning,), {}),
        ModulePattern(),
        0,
    )
