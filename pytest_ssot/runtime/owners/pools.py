"""Finds who submitted the work that a pool does; whoever started the pool is not asked.

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


def find_submitter(frame: FrameType) -> int | None:
    """Find the number of who submitted the work that *frame* is part of; None if it is no work.

    Work of a pool that was made before the watch belongs to nobody.
    """
    for one in walk_outward(frame):
        read_number = _WORK.get((module_of(one), one.f_code.co_name))
        number = None if read_number is None else read_number(one.f_locals)
        if number is not None:
            return number
    return None


def is_pool_worker(frame: FrameType) -> bool:
    """Whether *frame* runs in a thread that works for a pool."""
    return any((module_of(one), one.f_code.co_name) in _WORKERS for one in walk_outward(frame))


def _make_item_reader(name: str) -> Callable[[dict[str, Any]], int | None]:
    def read_number(local: dict[str, Any]) -> int | None:
        item = local.get(name)
        return None if item is None else getattr(item, _KEY, 0)

    return read_number


def _read_job_number(local: dict[str, Any]) -> int | None:
    job = local.get("job")
    return None if job is None else job & ((1 << _BITS) - 1)


def _read_prepared_number(local: dict[str, Any]) -> int | None:
    data = local.get("preparation_data")
    return None if data is None else data.get(_KEY)


#: Who does the work: module and function, and how the call is found there.
_WORK: dict[tuple[str, str], Callable[[dict[str, Any]], int | None]] = {
    ("concurrent.futures.thread", "run"): _make_item_reader("self"),
    ("concurrent.futures.process", "_process_worker"): _make_item_reader("call_item"),
    ("multiprocessing.pool", "worker"): _read_job_number,
    ("multiprocessing.spawn", "_main"): _read_prepared_number,
}


_WORKERS = frozenset((("concurrent.futures.thread", "_worker"), ("multiprocessing.pool", "worker")))


class Pools:
    """Gives each submitted call the number that *number_submission* returns for it.

    *number_process* returns a number for the process that is started at a frame.
    """

    def __init__(
        self, number_submission: Callable[[], int], number_process: Callable[[FrameType], int]
    ) -> None:
        self._number_submission = number_submission
        self._number_process = number_process
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

    def _replace_name(self, module: Any, name: str, make: Callable[[Any], Any]) -> None:
        original = getattr(module, name, None)
        if original is not None:
            mine = make(original)
            setattr(module, name, mine)
            self._replaced.append((module, name, original, mine))

    def _number_items(self, module: Any) -> None:
        self._replace_name(module, "_WorkItem", self._make_numbered_class)

    def _number_calls(self, module: Any) -> None:
        self._replace_name(module, "_WorkItem", self._make_numbered_class)
        self._replace_name(module, "_CallItem", _make_handing_on_class)

    def _number_jobs(self, module: Any) -> None:
        self._replace_name(
            module, "job_counter", lambda counter: _NumberedJobs(counter, self._number_submission)
        )

    def _number_processes(self, module: Any) -> None:
        def wrap_preparation(
            original: Callable[..., dict[str, Any]],
        ) -> Callable[..., dict[str, Any]]:
            def get_preparation_data(*args: Any, **options: Any) -> dict[str, Any]:
                return {**original(*args, **options), _KEY: self._number_process(get_caller())}

            return get_preparation_data

        self._replace_name(module, "get_preparation_data", wrap_preparation)

    def _make_numbered_class(self, base: Any) -> Any:
        """Make a class whose instances have the number of who makes them."""
        number = self._number_submission

        def __init__(item: Any, *args: Any, **options: Any) -> None:  # noqa: N807 - it is one
            base.__init__(item, *args, **options)
            setattr(item, _KEY, number())

        return make_namesake(base, {"__init__": __init__})


def _make_handing_on_class(base: Any) -> Any:
    """Make a class whose instances have the number of the ``work_item`` they are made from."""

    def __init__(item: Any, *args: Any, **options: Any) -> None:  # noqa: N807 - it is one
        base.__init__(item, *args, **options)
        setattr(item, _KEY, getattr(get_caller().f_locals.get("work_item"), _KEY, 0))

    return make_namesake(base, {"__init__": __init__})


class _NumberedJobs:
    """Counts jobs on, with the owner's number in each."""

    def __init__(self, counter: Any, number: Callable[[], int]) -> None:
        self._counter = counter
        self._number = number

    def __iter__(self) -> _NumberedJobs:
        return self

    def __next__(self) -> int:
        job: int = next(self._counter)
        return job << _BITS | self._number()
