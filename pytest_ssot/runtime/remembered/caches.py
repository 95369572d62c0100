"""Caches of ``functools`` on the way to what was reached: a later hit runs no Python code.

A cache tells how often it was asked, and not for what. So a hit counts as what was reached
where all calls that it has kept reached something.
"""

from __future__ import annotations

import functools
from types import FunctionType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import CodeType, FrameType
    from typing import Any

    from pytest_ssot.runtime.evidence.recorder import Recorder
    from pytest_ssot.runtime.remembered.known import Function

from pytest_ssot.runtime.evidence.evidence import Evidence
from pytest_ssot.runtime.remembered.known import describe_function
from pytest_ssot.runtime.remembered.state import MISSING, list_values, peek
from pytest_ssot.runtime.stack import frames

_Cache: Any = functools._lru_cache_wrapper
_METHODS = (staticmethod, classmethod)
_WRAPPERS = (_Cache, FunctionType)
#: How many decorators a function is thought to have at most.
_MOST = 20


class _KnownCache:
    """A cache, and what was reached by the calls that it keeps."""

    __slots__ = ("cache", "evidence", "function", "hits", "reaching")

    def __init__(self, cache: Any, function: Function, hits: int) -> None:
        self.cache = cache
        self.function = function
        self.hits = hits
        self.evidence = Evidence()
        #: The numbers of the calls that have reached something, as the cache counts them.
        self.reaching: set[int] = set()


class CallCaches:
    """The caches on the way to what was reached, and how often they were asked since."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._known: dict[int, _KnownCache] = {}
        # By the code of functions, kept so that no other gets its identity.
        self._found: dict[int, tuple[CodeType, Any]] = {}
        # By modules' names, and the number of these.
        self._in_modules: dict[int, tuple[int, dict[int, Any]]] = {}

    def note(self, function: FrameType, add: Callable[[Evidence, FrameType], None]) -> None:
        """Note what was reached by the call *function*, if a cache is going to keep that."""
        code = function.f_code
        if id(code) not in self._found:
            self._found[id(code)] = code, self._find_cache(function)
        cache = self._found[id(code)][1]
        if cache is None:
            return
        info = _Cache.cache_info(cache)
        known = self._known.get(id(cache))
        if known is None:
            described = describe_function(function)
            known = self._known[id(cache)] = _KnownCache(cache, described, info.hits)
        if known.reaching and info.misses < max(known.reaching):
            known.reaching.clear()  # and so was the cache
        known.reaching.add(info.misses)
        add(known.evidence, function)

    def look(self) -> None:
        """Tell of what has been asked since the last time, for whom this happens."""
        for known in list(self._known.values()):
            info = _Cache.cache_info(known.cache)
            asked, known.hits = info.hits > known.hits, info.hits
            if asked and info.misses == len(known.reaching):
                reached = self._recorder.lineage.gather([known.evidence])
                owned = self._recorder.owners.at(frames.get_caller())
                for sighting, way, conditions in reached.values():
                    told = sighting.copy(remembered=known.function)
                    self._recorder.give_sighting(owned, told, way, conditions)

    def _find_cache(self, function: FrameType) -> Any:
        """Find the cache that keeps what the call *function* returns; None if there is none.

        It is looked for where the function is defined, and where it is called.
        """
        code, names, back = function.f_code, function.f_globals, function.f_back
        known = self._in_modules.get(id(names))
        if known is None or known[0] != len(names):
            known = len(names), _index_caches(list(names.values()))
            self._in_modules[id(names)] = known
        if id(code) in known[1]:
            return known[1][id(code)]
        owner = _find_class(function)
        values = list_values(owner) if issubclass(type(owner), type) else []
        if back is not None and "<locals>" in code.co_qualname:
            values += back.f_locals.values()
        return _index_caches(values).get(id(code))


def _index_caches(values: Iterable[Any]) -> dict[int, Any]:
    """Find the caches among *values*, by the code of the functions that they keep."""
    found = {}
    for one in values:
        value: Any = one.__func__ if type(one) in _METHODS else one
        for _ in range(_MOST):
            if type(value) not in _WRAPPERS:
                break
            wrapped = value.__dict__.get("__wrapped__")
            if type(value) is _Cache and type(wrapped) is FunctionType:
                found[id(wrapped.__code__)] = value
                break
            value = wrapped
    return found


def _find_class(function: FrameType) -> object:
    """Find the class that the call *function* is of a method of, if it has one by its name."""
    first, *rest = function.f_code.co_qualname.split(".")[:-1] or [""]
    owner = function.f_globals.get(first, MISSING)
    for part in rest:
        owner = MISSING if owner is MISSING else peek(owner, part)
    return owner
