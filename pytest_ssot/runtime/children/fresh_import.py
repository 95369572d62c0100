"""Imports one module in an interpreter that does nothing else, and tells what came of it.

The interpreter is started by :mod:`pytest_ssot.policy.startup.interpreter` with :data:`PROGRAM`.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # signal makes enums of all that it has
import _thread
import faulthandler
import marshal
import os
import sys
from time import perf_counter, sleep

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

from pytest_ssot.runtime.evidence.channel import FOLDER, Channel
from pytest_ssot.runtime.watcher import get_active

#: What ``python -c`` is given. By its name no user wrote it: see ``frames.is_machinery``.
PROGRAM = """\
__name__ = "pytest_ssot.startup"
from pytest_ssot.runtime.children.fresh_import import run_task
run_task()
"""
#: Files of the channel's folder: what to do, and where the interpreter is when it dies.
TASK = "task"
TRACE = "trace"
#: The signal that asks it where it is; not every system has signals.
ASK: int | None = getattr(_signal, "SIGUSR2", None)
#: The folder of the channel's folder that tells what came of it.
OUTCOME = "outcome"
#: Seconds that the threads and exit handlers of the module have, once it is imported.
_GRACE = 2.0
#: Seconds after which there is nobody left who would have ended the process in time.
_ORPHANED = 30


def run_task() -> None:
    """Do what the task says: import a module, and tell the time, or the error."""
    folder = os.environ[FOLDER]
    with open(os.path.join(folder, TASK), "rb") as file:
        module, path, timeout, watch_children = marshal.loads(file.read())
    if get_active() is None:
        sys.exit("the watch did not start")  # why is told where a child's would be, too
    outcome = Channel(os.path.join(folder, OUTCOME))
    if not watch_children:
        _leave_children_alone()
    sys.path[:] = [*path, *(one for one in sys.path if one and one not in path)]
    # For the module, this is "python -c": nothing is in the main module.
    sys.modules["__main__"] = type(sys)("__main__")
    end = _ProcessEnd()
    if hasattr(_signal, "alarm"):
        _signal.alarm(int(timeout) + _ORPHANED)
    _trace_to(os.open(os.path.join(folder, TRACE), os.O_WRONLY | os.O_CREAT, 0o600))
    outcome.write("begun")
    _import_module(module, outcome, end)


class _ProcessEnd:
    """Ends the process, whatever the module has put in the place of the functions for it."""

    def __init__(self) -> None:
        self._calls = _thread.start_new_thread, sleep, os._exit, os.getpid
        self._pid = os.getpid()

    @property
    def is_fork(self) -> bool:
        """Whether this is a fork that has left the module's own code behind."""
        return self._calls[-1]() != self._pid

    def end_soon(self) -> None:
        """Let the interpreter end by itself, but not wait for what never ends."""
        start_thread, wait, leave, _ = self._calls

        def leave_after_grace() -> None:
            wait(_GRACE)
            leave(0)

        start_thread(leave_after_grace, ())


def _import_module(module: str, outcome: Channel, end: _ProcessEnd) -> None:
    """Import *module* and tell how that went."""
    clock = perf_counter
    told: tuple[Any, ...] = ("imported",)
    began = clock()
    try:
        __import__(module)  # the interpreter's own way, which leaves nothing in tracebacks
        seconds = clock() - began
    except BaseException as error:
        seconds = clock() - began
        told = ("failed", *_describe_failure(error))
    if end.is_fork:
        return  # of the module's, whose code it has left behind
    outcome.write(*told, seconds)
    end.end_soon()


def _trace_to(trace: int) -> None:
    """Let the process write where it is to *trace*, when it crashes and when it is asked.

    By a signal, as faulthandler's timer is a thread: with one, a fork is deprecated
    (``Modules/posixmodule.c``: warn_about_fork_with_threads) and waits for it at its end.
    """
    faulthandler.enable(trace)
    if ASK is not None:
        faulthandler.register(ASK, trace)


def _describe_failure(error: BaseException) -> tuple[str, str, str]:
    """The error in a line, its traceback without us, and the module that it misses, if one."""
    missing = error.name if isinstance(error, ModuleNotFoundError) else None
    trace = error.__traceback__
    try:
        import traceback

        lines = traceback.format_exception(type(error), error, trace and trace.tb_next)
    except Exception:  # a module may have left nothing of sys.path, or of the error
        lines = []
    return _describe_in_a_line(error), "".join(lines), missing or ""


def _describe_in_a_line(error: BaseException) -> str:
    name, module = type(error).__qualname__, type(error).__module__
    try:
        words = str(error).strip().partition("\n")[0]
    except Exception:  # it is the module's own code that tells them
        words = ""
    known = name if module == "builtins" else f"{module}.{name}"
    return f"{known}: {words}" if words else known


def _leave_children_alone() -> None:
    active: Any = get_active()
    if active is not None:
        active.children.remove()
    os.environ.pop(FOLDER, None)
