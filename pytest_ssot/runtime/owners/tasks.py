"""Tells tasks that an event loop runs of its own accord from those the tests' thread waits for.

anyio's plugin has a single task for all async tests and fixtures of a loop
(``anyio/_backends``: TestRunner), so that the tasks which a test creates would
have the context of another. That task has to be told whose turn it is.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType
    from typing import Any

from pytest_ssot.runtime.stack.frames import module_of, walk_outward
from pytest_ssot.runtime.stack.namespaces import read_plainly

_MISSING = object()

#: The module that has anyio's task, if it is loaded.
DRIVING = "anyio.pytest_plugin"
#: What anyio's task runs: pytest's hooks wait for each step of it.
_DRIVER = "_run_tests_and_fixtures"
#: Where a loop runs a callback or a task's step: asyncio.events.Handle, trio's loop.
_DISPATCHERS = frozenset((("asyncio.events", "_run"), ("trio._core._run", "unrolled_run")))
#: Who waits for a task, and under which name.
_WAITING = {
    ("asyncio.base_events", "run_until_complete"): "future",
    ("asyncio.runners", "run"): "task",
}


def is_dispatched(frame: FrameType) -> bool:
    """Whether an event loop runs *frame* for itself: a task in the background, a callback.

    What the thread only waits for (``run_until_complete``) is a call by another name.
    """
    task = _get_current_task()
    dispatched = task is not None
    for one in walk_outward(frame):
        module, name = module_of(one), one.f_code.co_name
        if name == _DRIVER and module.startswith("anyio."):
            return False
        dispatched = dispatched or (module, name) in _DISPATCHERS
        waiting = _WAITING.get((module, name))
        if waiting is not None and task is not None and one.f_locals.get(waiting) is task:
            return False
    return dispatched


def find_awaiting() -> Iterator[FrameType]:
    """Find the frames that wait for the task that runs in this thread, through other tasks too."""
    todo: list[Any] = [_get_current_task()]
    seen: dict[int, Any] = {}
    while todo:
        one = todo.pop()
        if one is None or id(one) in seen:
            continue
        if seen:
            yield from _walk_suspended(one)
        seen[id(one)] = one
        for callback, _ in read_plainly(one, "_callbacks") or ():
            todo += _find_waiting(callback)


def _walk_suspended(task: Any) -> Iterator[FrameType]:
    """Yield the frames where the coroutines of *task* stand."""
    get = getattr(task, "get_coro", None)
    coroutine = None if get is None else get()
    while coroutine is not None:
        frame = read_plainly(coroutine, "cr_frame") or read_plainly(coroutine, "gi_frame")
        if frame is not None:
            yield frame
        coroutine = read_plainly(coroutine, "cr_await") or read_plainly(coroutine, "gi_yieldfrom")


def _find_waiting(callback: Any) -> Iterator[Any]:
    """Find the futures, and tasks, that *callback* of another wakes, as asyncio's own have them.

    These are a task itself; a future, for ``gather``, ``wait`` and ``wait_for``; a group's task.
    """
    held = [read_plainly(callback, "__self__"), *(read_plainly(callback, "args") or ())]
    for cell in read_plainly(callback, "__closure__") or ():
        try:
            held.append(cell.cell_contents)
        except ValueError:  # not set
            continue
    for one in held:
        if read_plainly(one, "_callbacks", _MISSING) is not _MISSING:
            yield one
        else:
            yield read_plainly(one, "_parent_task")


def run_in_driver(capture: Callable[[], object]) -> None:
    """Call *capture* in the task that runs anyio's tests, if there is such a task just now.

    To be called where the module DRIVING is loaded.
    """
    runner = getattr(sys.modules[DRIVING], "_current_runner", None)
    if runner is None or runner.is_running():
        return

    async def run() -> None:
        capture()

    # Not by run_fixture: that raises what tasks in the background have come to.
    waited = runner._call_in_runner_task(run)
    if hasattr(waited, "__await__"):
        runner.get_loop().run_until_complete(waited)


def _get_current_task() -> object:
    """Get the asyncio task that runs in this thread; no module is imported to ask."""
    tasks: Any = sys.modules.get("asyncio.tasks")
    if tasks is None:
        return None
    try:
        return tasks.current_task()
    except RuntimeError:  # no loop runs here
        return None
