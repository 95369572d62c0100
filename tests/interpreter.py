"""Run pytest, or a command of ours, in this interpreter, and prove that it is left as it was."""

from __future__ import annotations

import asyncio.base_events
import asyncio.events
import asyncio.tasks
import atexit
import builtins
import concurrent.futures.process
import concurrent.futures.thread
import contextlib
import functools
import gc
import importlib.util
import io
import linecache
import multiprocessing.pool
import multiprocessing.process
import multiprocessing.spawn
import os
import runpy
import signal
import subprocess
import sys
import sysconfig
import threading
import time
import traceback
import unittest.mock
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import TextIO

import pytest

from pytest_ssot.cli import main
from tests.forker import Forker

#: Modules whose names, and whose classes, a run may not leave replaced.
_GUARDED = (
    *(asyncio.base_events, asyncio.events, asyncio.tasks, atexit, builtins),
    *(concurrent.futures.process, concurrent.futures.thread, importlib, importlib.util),
    *(sys.modules["importlib._bootstrap"], sys.modules["importlib._bootstrap_external"]),
    *(multiprocessing.pool, multiprocessing.process, multiprocessing.spawn, os, runpy, signal),
    *(subprocess, sys.modules["_thread"], threading, unittest.mock, warnings),
    # Not on every system, and not in every version.
    *filter(None, map(sys.modules.get, ("_posixsubprocess", "_py_warnings"))),
)
#: What modules remember for themselves.
_REMEMBERED = frozenset(
    (
        "_",
        "CHECKER_CLASS",
        "__warningregistry__",
        "_filters_version",
        "_counter",
        "_dangling",
        "_config",
        "_event_loop_policy",
        "_wrapped_pdb_cls",
        "_wm",  # from 3.14 on, the module `warnings` that was loaded last
    )
)
#: What an interpreter ignores that is started without -W, but for its own __main__.
_IGNORED = (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning)
_OF_SYS = (
    *("breakpointhook", "displayhook", "excepthook", "stderr", "stdin", "stdout"),
    "unraisablehook",
)
#: Where modules lie that a run may leave loaded.
_LIBRARIES = tuple(
    {str(Path(sysconfig.get_path(name)).resolve()) for name in ("stdlib", "platstdlib")}
    | {str(Path(sysconfig.get_path(name)).resolve()) for name in ("purelib", "platlib")}
    | {str(Path(__file__).resolve().parents[1] / "pytest_ssot")}
)
#: Seconds that the threads of a project have to end in.
_LIMIT = 30


def run_pytest(*args: str) -> pytest.RunResult:
    """What ``python -m pytest ARGS`` comes to."""
    return _run(("pytest", *args), lambda: int(pytest.main([*args])))


def run_command(*args: str) -> pytest.RunResult:
    """What ``pytest-ssot ARGS`` comes to."""
    return _run(("pytest-ssot", *args), lambda: main(args))


def run_forked(forker: Forker, module: str, *args: str) -> pytest.RunResult:
    """What ``python -m MODULE ARGS`` comes to, in a process that *forker* has forked."""
    began = time.perf_counter()
    path = os.pathsep.join([str(Path.cwd()), *_python_path()])
    with unittest.mock.patch.dict(os.environ, PYTHONPATH=path):
        return _told(*forker.run(module, *args), began)


def run_process(*command: str, typed: str = "") -> pytest.RunResult:
    """What *command* comes to, in a process of its own that is *typed* into."""
    began = time.perf_counter()
    path = os.pathsep.join([str(Path.cwd()), *_python_path()])
    ran = subprocess.run(
        command,
        env={**os.environ, "PYTHONPATH": path},
        input=typed,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return _told(ran.returncode, ran.stdout, ran.stderr, began)


def _python_path() -> list[str]:
    return list(filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep)))


def _told(code: int, out: str, err: str, began: float) -> pytest.RunResult:
    sys.stdout.write(out)  # pytest shows it where the test fails
    sys.stderr.write(err)
    duration = time.perf_counter() - began
    return pytest.RunResult(code, out.splitlines(), err.splitlines(), duration)


def _run(argv: tuple[str, ...], run: Callable[[], int]) -> pytest.RunResult:
    began = time.perf_counter()
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    with _left_as_found(), _streams(out, err), _stock_warnings():
        sys.argv = [*argv]
        sys.path[:0] = [str(Path.cwd()), *_python_path()]  # as python -m does
        try:
            code = run()
        except SystemExit as error:
            code = error.code if isinstance(error.code, int) else 1
        except Exception:
            traceback.print_exc(file=err)
            code = 1
    return _told(code, _read(out), _read(err), began)


@contextlib.contextmanager
def _streams(out: io.TextIOWrapper, err: io.TextIOWrapper) -> Iterator[None]:
    given = sys.stdin, sys.stdout, sys.stderr
    sys.stdin, sys.stdout, sys.stderr = io.StringIO(), out, err
    try:
        yield
    finally:
        sys.stdin, sys.stdout, sys.stderr = given


@contextlib.contextmanager
def _stock_warnings() -> Iterator[None]:
    """Filter and show warnings as an interpreter does at its start, whatever this suite wants."""
    with warnings.catch_warnings():
        warnings.resetwarnings()
        for category in _IGNORED:
            warnings.simplefilter("ignore", category)
        warnings.filterwarnings("default", category=DeprecationWarning, module="__main__")
        warnings.showwarning = _show
        yield


def _show(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    text = warnings.formatwarning(message, category, filename, lineno, line)
    (file or sys.stderr).write(text)


def _read(stream: io.TextIOWrapper) -> str:
    stream.flush()
    stream.seek(0)
    return stream.read()


@contextlib.contextmanager
def _left_as_found() -> Iterator[None]:
    """Put back what pytest and the project may change; fail for all else that has changed."""
    own = [name for name in sys.modules if name.partition(".")[0] == "tests"]
    hidden = {name: sys.modules.pop(name) for name in own}  # the project has tests of its own
    before = _State()
    environment = dict(os.environ)
    path, argv, cwd, bytecode = [*sys.path], sys.argv, Path.cwd(), sys.dont_write_bytecode
    os.environ.pop("PYTEST_CURRENT_TEST", None)
    sys.dont_write_bytecode = True  # what outlives a rewrite within a second would be run instead
    importlib.invalidate_caches()
    linecache.checkcache()
    gc.freeze()  # collections of what a run leaves need not look at all that was there before
    try:
        yield
    finally:
        gc.collect()
        gc.unfreeze()
        for thread in set(threading.enumerate()) - before.threads:
            if not thread.daemon:  # a process of its own would wait for it
                thread.join(_LIMIT)
        sys.path[:], sys.argv, sys.dont_write_bytecode = path, argv, bytecode
        os.chdir(cwd)
        changes = [*before.changes(), *_differing(environment)]
        before.put_back()
        sys.modules.update(hidden)
        os.environ.clear()
        os.environ.update(environment)
    assert not changes, f"the run left behind: {changes}"


class _State:
    """What the plugin could have replaced in this interpreter."""

    def __init__(self) -> None:
        self.threads = set(threading.enumerate())
        self._modules = dict(sys.modules)
        self._names = [(each, vars(each).copy()) for each in _list_namespaces()]
        self._replaced: list[tuple[ModuleType | type, str, object]] = []
        self._kinds = _kinds(self._modules)
        self._hooks = _hooks()
        self._lists = [[*each] for each in _lists()]

    def changes(self) -> list[str]:
        """What is not as it was; asked once, before it is put back."""
        told = [f"sys.{name}" for name, each in _hooks().items() if each != self._hooks[name]]
        for (name, module), then, now in zip(
            self._modules.items(), self._kinds, _kinds(self._modules), strict=True
        ):
            if sys.modules.get(name) is not module or then != now:
                told.append(f"sys.modules[{name!r}]")
        for space, names in self._names:
            self._replaced += [(space, name, names[name]) for name in _changed(space, names)]
        for space, name, _ in self._replaced:
            path = f"{space.__name__}.{name}"
            # A package gets a new name for a module that is loaded anew: those are compared above.
            if name not in _REMEMBERED and path not in sys.modules:
                told.append(path)
        lists = zip(_lists(), self._lists, strict=True)
        told += [f"{each}, not {before}" for each, before in lists if each != before]
        told += [f"{thread} runs" for thread in set(threading.enumerate()) - self.threads]
        return told

    def put_back(self) -> None:
        """Forget the modules of the project, and what it has replaced by stubs of its own."""
        added = {name: module for name, module in sys.modules.items() if name not in self._modules}
        for name, module in added.items():
            if not _is_library(module):
                del sys.modules[name]
        sys.modules.update(self._modules)
        for space, name, value in self._replaced:
            setattr(space, name, value)
        for each, before in zip(_lists(), self._lists, strict=True):
            each[:] = before


def _list_namespaces() -> list[ModuleType | type]:
    """The modules that the plugin replaces names in, its own, and pytest's; and their classes."""
    own = ("pytest_ssot", "_pytest", "pluggy")
    modules = [each for name, each in sys.modules.items() if name.partition(".")[0] in own]
    return [each for module in (*_GUARDED, *modules) for each in _with_classes(module)]


@functools.cache
def _with_classes(module: ModuleType) -> tuple[ModuleType | type, ...]:
    """*module*, and the classes that it defines: it was loaded before any run."""
    values = vars(module).values()
    kinds = [each for each in values if isinstance(each, type)]
    return module, *(each for each in kinds if each.__module__ == module.__name__)


def _changed(space: ModuleType | type, names: Mapping[str, object]) -> list[str]:
    """The names that have other values than before."""
    now = vars(space)
    if now == names:  # nearly always, and quick
        return []
    return [name for name, value in names.items() if now.get(name) is not value]


def _kinds(modules: Mapping[str, ModuleType]) -> list[tuple[type, type]]:
    """The classes of modules and of their specs: those of the plugin's own are its tripwires."""
    return [(type(each), type(getattr(each, "__spec__", None))) for each in modules.values()]


def _hooks() -> dict[str, object]:
    return {name: getattr(sys, name) for name in _OF_SYS} | {"trace": sys.gettrace()}


def _differing(environment: Mapping[str, str]) -> list[str]:
    """What of *environment* has changed, without what pytest tells by it."""
    pairs = set(environment.items()) ^ set(os.environ.items())
    return sorted({name for name, _ in pairs} - {"PYTEST_CURRENT_TEST"})


def _lists() -> tuple[list[object], ...]:
    return sys.meta_path, sys.path_hooks, warnings.filters, gc.callbacks  # type: ignore[return-value]


def _is_library(module: ModuleType) -> bool:
    spec = getattr(module, "__spec__", None)
    origin = getattr(spec, "origin", None) or ""
    return origin in ("built-in", "frozen") or origin.startswith(_LIBRARIES)
