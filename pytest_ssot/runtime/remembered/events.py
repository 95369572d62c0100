"""Has Python tell what single functions do, at no cost to any other: ``sys.monitoring``."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import CodeType
    from typing import Any

_monitoring: Any = getattr(sys, "monitoring", None)
#: Numbers that no debugger, coverage or profiler goes by.
_NUMBERS = (4, 3, 5)
_NAME = "pytest-ssot"
_TAKEN = "other tools have taken the numbers of sys.monitoring"

#: What there is to be told of. From 3.14 on the two ways of a branch are two events.
START, RETURN, BRANCH, INSTRUCTION = "start", "return", "branch", "instruction"
_EVENTS = {
    START: ("PY_START",),
    RETURN: ("PY_RETURN",),
    BRANCH: ("BRANCH_LEFT", "BRANCH_RIGHT") if sys.version_info >= (3, 14) else ("BRANCH",),
    INSTRUCTION: ("INSTRUCTION",),
}
#: What a callback returns that is to be told of a place no more.
DISABLE: object = getattr(_monitoring, "DISABLE", None)


class CodeEvents:
    """Calls each of *callbacks* for what it goes by, of the code that is watched for that."""

    def __init__(self, callbacks: Mapping[str, Callable[..., object]]) -> None:
        self._callbacks = callbacks
        self._number: int | None = None
        self._watched: dict[int, CodeType] = {}

    def watch(self, code: CodeType, kinds: Iterable[str]) -> str:
        """Tell of these *kinds* of events in *code*, and of no others. Returns why that cannot be.

        It holds for calls that have begun, too.
        """
        why = self._start() if self._number is None else ""
        if not why and not self._is_mine():
            return _TAKEN
        if not why:
            self._watched[id(code)] = code
            events = sum(self._list_numbers(kinds))
            _monitoring.set_local_events(self._number, code, events)
        return why

    def remove(self) -> None:
        """Leave everything as it was found."""
        if self._number is None or not self._is_mine():
            return
        for code in self._watched.values():
            _monitoring.set_local_events(self._number, code, 0)
        for event in self._list_numbers(_EVENTS):
            _monitoring.register_callback(self._number, event, None)
        _monitoring.free_tool_id(self._number)
        self._number = None

    def _start(self) -> str:
        if _monitoring is None:
            version = ".".join(map(str, sys.version_info[:2]))
            return f"Python {version} does not tell of them"
        for number in _NUMBERS:
            if _monitoring.get_tool(number) is None:
                break
        else:
            return _TAKEN
        _monitoring.use_tool_id(number, _NAME)
        self._number = number
        for kind, callback in self._callbacks.items():
            for event in self._list_numbers((kind,)):
                _monitoring.register_callback(number, event, callback)
        return ""

    def _is_mine(self) -> bool:
        mine: bool = _monitoring.get_tool(self._number) == _NAME
        return mine

    @staticmethod
    def _list_numbers(kinds: Iterable[str]) -> list[int]:
        return [getattr(_monitoring.events, name) for kind in kinds for name in _EVENTS[kind]]
