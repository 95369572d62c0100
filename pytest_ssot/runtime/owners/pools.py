"""Whose the work is that a pool does: not of who started the pool, but of who submitted it.

Each kind of pool has one object per call that is made where the call is submitted,
and is at hand where the work is done, be it in another process. That object is
given the number of its owner (:mod:`pytest_ssot.runtime.owners.owner_numbers`).
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any

from pytest_ssot.runtime.stack.class_swap import make_namesake
from pytest_ssot.runtime.stack.frames import get_caller, module_of, walk_outward

#: The attribute, or the key, that holds the number.
_KEY = "ssot_owner"
#: The lower bits of a job's number are its owner's number.
_BITS = 32


def number_at(frame: FrameType) -> int | None:
    """The number of whoever submitted the work that *frame* is part of; None if it is none.

    Work of a pool that was made before the watch belongs to nobody.
    """
    for one in walk_outward(frame):
        look = _WORK.get((module_of(one), one.f_code.co_name))
        number = None if look is None else look(one.f_locals)
        if number is not None:
            return number
    return None


def is_worker(frame: FrameType) -> bool:
    """Whether *frame* runs in a thread that works for a pool."""
    return any((module_of(one), one.f_code.co_name) in _WORKERS for one in walk_outward(frame))


def _item(name: str) -> Callable[[dict[str, Any]], int | None]:
    def look(local: dict[str, Any]) -> int | None:
        item = local.get(name)
        return None if item is None else getattr(item, _KEY, 0)

    return look


def _job(local: dict[str, Any]) -> int | None:
    job = local.get("job")
    return None if job is None else job & ((1 << _BITS) - 1)


def _prepared(local: dict[str, Any]) -> int | None:
    data = local.get("preparation_data")
    return None if data is None else data.get(_KEY)


#: Who does the work: module and function, and how the call is found there.
_WORK: dict[tuple[str, str], Callable[[dict[str, Any]], int | None]] = {
    ("concurrent.futures.thread", "run"): _item("self"),
    ("concurrent.futures.process", "_process_worker"): _item("call_item"),
    ("multiprocessing.pool", "worker"): _job,
    ("multiprocessing.spawn", "_main"): _prepared,
}


_WORKERS = frozenset((("concurrent.futures.thread", "_worker"), ("multiprocessing.pool", "worker")))


class Pools:
    """Gives each call the number that *number* has for who submits it.

    *process_at* has one for who starts a process at a frame.
    """

    def __init__(self, number: Callable[[], int], process_at: Callable[[FrameType], int]) -> None:
        self._number = number
        self._process_at = process_at
        self._replaced: list[tuple[Any, str, Any, Any]] = []
        #: What to do with a module as soon as it is loaded.
        self.on_load: dict[str, Callable[[Any], object]] = {
            "concurrent.futures.thread": self._number_items,
            "concurrent.futures.process": self._number_calls,
            "multiprocessing.pool": self._number_jobs,
            "multiprocessing.spawn": self._number_processes,
        }

    def install(self) -> None:
        for name, install in self.on_load.items():
            if name in sys.modules:
                install(sys.modules[name])

    def remove(self) -> None:
        for module, name, original, mine in self._replaced:
            if vars(module).get(name) is mine:
                setattr(module, name, original)
        self._replaced.clear()

    def _replace(self, module: Any, name: str, make: Callable[[Any], Any]) -> None:
        original = getattr(module, name, None)
        if original is not None:
            mine = make(original)
            setattr(module, name, mine)
            self._replaced.append((module, name, original, mine))

    def _number_items(self, module: Any) -> None:
        self._replace(module, "_WorkItem", self._numbered)

    def _number_calls(self, module: Any) -> None:
        self._replace(module, "_WorkItem", self._numbered)
        self._replace(module, "_CallItem", _handing_on)

    def _number_jobs(self, module: Any) -> None:
        self._replace(module, "job_counter", lambda counter: _Jobs(counter, self._number))

    def _number_processes(self, module: Any) -> None:
        def preparing(original: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
            def get_preparation_data(*args: Any, **options: Any) -> dict[str, Any]:
                return {**original(*args, **options), _KEY: self._process_at(get_caller())}

            return get_preparation_data

        self._replace(module, "get_preparation_data", preparing)

    def _numbered(self, base: Any) -> Any:
        """A class whose instances have the number of who makes them."""
        number = self._number

        def __init__(item: Any, *args: Any, **options: Any) -> None:  # noqa: N807 - it is one
            base.__init__(item, *args, **options)
            setattr(item, _KEY, number())

        return make_namesake(base, {"__init__": __init__})


def _handing_on(base: Any) -> Any:
    """A class whose instances have the number of the ``work_item`` that they are made from."""

    def __init__(item: Any, *args: Any, **options: Any) -> None:  # noqa: N807 - it is one
        base.__init__(item, *args, **options)
        setattr(item, _KEY, getattr(get_caller().f_locals.get("work_item"), _KEY, 0))

    return make_namesake(base, {"__init__": __init__})


class _Jobs:
    """Counts on, with the owner's number in each."""

    def __init__(self, counter: Any, number: Callable[[], int]) -> None:
        self._counter = counter
        self._number = number

    def __iter__(self) -> _Jobs:
        return self

    def __next__(self) -> int:
        job: int = next(self._counter)
        return job << _BITS | self._number()
