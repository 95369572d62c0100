"""Reads the stack: who the importer is, which modules load, and the way there."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType
    from typing import Any

#: Lines from the outermost on: file name, line, function.
Way = tuple[tuple[str, int, str], ...]

BOOTSTRAP = frozenset(("<frozen importlib._bootstrap>", "<frozen importlib._bootstrap_external>"))
#: Packages that no user can edit the import in (docs/verdicts.md: the importer).
_PACKAGES = frozenset(
    (
        "__channelexec__",  # what execnet runs in a worker of xdist
        "_frozen_importlib",
        "_frozen_importlib_external",
        "_pytest",
        "contextlib",
        "execnet",
        "importlib",
        "pkgutil",
        "pluggy",
        "pytest",
        "pytest_mock",
        "pytest_ssot",
        "runpy",
        "xdist",
        "zipimport",
    )
)
_MODULES = frozenset(("mock.mock", "mock.backports", "unittest.mock"))
#: Issue warnings, or call what does, for somebody else.
WRAPPERS = frozenset(("_py_warnings", "deprecated", "functools", "typing_extensions", "warnings"))
_WRAPPER_PACKAGES = frozenset(("deprecated", "wrapt"))
#: Only carry a call from one place to another: left out of a chain.
_CARRIERS = frozenset(
    (
        "anyio",
        "asyncio",
        "concurrent",
        "contextvars",
        "doctest",
        "hypothesis",
        "multiprocessing",
        "outcome",  # how trio sends a result
        "pytest_asyncio",
        "subprocess",
        "threading",
        "trio",
        "unittest",
    )
)
_STARTERS = frozenset(
    (
        "concurrent.futures.process",
        "concurrent.futures.thread",
        "multiprocessing.pool",
        "multiprocessing.process",
        "threading",
    )
)
#: Where pytest begins a run, or a phase of one test: what is outside of these started it,
#: as ``pytest.main`` in a script does, or a plugin that runs tests its own way.
_RUN = frozenset(("main", "wrap_session", "_prepareconfig", "from_call"))


def caller(depth: int = 1) -> FrameType:
    """The frame *depth* above the one that asks."""
    return sys._getframe(depth + 1)


def outward(frame: FrameType | None) -> Iterator[FrameType]:
    """*frame* and everything that called it, up to where pytest began the run or the phase."""
    while frame is not None:
        code = frame.f_code
        if code.co_name in _RUN and module_of(frame).partition(".")[0] == "_pytest":
            return
        yield frame
        frame = frame.f_back


def in_phase(frame: FrameType) -> bool:
    """Whether *frame* is inside of a test's setup, call or teardown, as pytest runs them."""
    for one in outward(frame):
        frame = one
    return frame.f_back is not None and frame.f_back.f_code.co_name == "from_call"


def module_of(frame: FrameType) -> str:
    name = frame.f_globals.get("__name__")
    return name if isinstance(name, str) else ""


def is_bootstrap(frame: FrameType) -> bool:
    return frame.f_code.co_filename in BOOTSTRAP


def is_machinery(frame: FrameType) -> bool:
    """Whether no user wrote this frame: import machinery, mock, pytest, this plugin.

    Code without a file (``exec`` of a string) counts too: its caller can be mended.
    """
    if frame.f_code.co_filename.startswith("<"):
        return not (is_doctest(frame) or is_command(frame))
    module = module_of(frame)
    return module.partition(".")[0] in _PACKAGES or module in _MODULES


def is_doctest(frame: FrameType) -> bool:
    return frame.f_code.co_filename.startswith("<doctest ")


def is_command(frame: FrameType) -> bool:
    """Whether *frame* executes what the command line or standard input gave the interpreter."""
    path = frame.f_code.co_filename
    given = path == "<stdin>" or (path == "<string>" and "-c" in sys.orig_argv)
    return given and module_of(frame) == "__main__"


def is_starter(frame: FrameType) -> bool:
    """Whether *frame* calls what somebody gave to a thread, a pool or a process."""
    return module_of(frame) in _STARTERS


def is_carrier(frame: FrameType) -> bool:
    """Whether *frame* only carries a call from one place to another."""
    return module_of(frame).partition(".")[0] in _CARRIERS


def place(frame: FrameType) -> tuple[str, int]:
    """The file of *frame*, and what its line numbers have to be moved by.

    An example of a doctest is code of its own, whose runner knows where it
    stands (``Lib/doctest.py``: DocTestRunner.__run).
    """
    if is_doctest(frame):
        for one in outward(frame):
            test: Any = one.f_locals.get("test")
            example: Any = one.f_locals.get("example")
            if module_of(one) == "doctest" and example is not None:
                return test.filename or "", (test.lineno or 0) + example.lineno
    return frame.f_code.co_filename, 0


def is_wrapper(frame: FrameType) -> bool:
    module = module_of(frame)
    return module in WRAPPERS or module.partition(".")[0] in _WRAPPER_PACKAGES


def innermost(
    frame: FrameType | None, skip: Callable[[FrameType], bool] | None = None
) -> FrameType | None:
    """The innermost frame from *frame* outward that is no machinery and not skipped."""
    for one in outward(frame):
        if not is_machinery(one) and (skip is None or not skip(one)):
            return one
    return None


def passes_through(frame: FrameType, until: FrameType, modules: frozenset[str]) -> bool:
    """Whether a frame of one of *modules* stands between *frame* and *until*."""
    for one in outward(frame):
        if one is until:
            return False
        if module_of(one) in modules:
            return True
    return False


def is_module_level(frame: FrameType) -> bool:
    """Whether *frame* executes a module's body."""
    return (
        frame.f_code.co_name == "<module>"
        and frame.f_locals is frame.f_globals
        and not is_doctest(frame)
    )


def function_of(frame: FrameType) -> str:
    """The enclosing function, qualified: ``<module>``, ``connect``, ``Bridge.connect``.

    A class body counts as where the class stands; so does a comprehension.
    """
    parts = [
        part
        for part in frame.f_code.co_qualname.split(".")
        if not part.startswith("<") or part == "<module>"
    ]
    if frame.f_code.co_flags & 0x2 and parts:  # CO_NEWLOCALS: a function's own body
        return ".".join(parts)
    return ".".join(parts[:-1]) or "<module>"


def way(frame: FrameType | None, until: FrameType | None = None) -> Way:
    """The lines from the start of the run to *frame*, outermost first.

    Machinery is left out. With *until*, a frame further out, the way begins
    there, that frame's own line included.
    """
    steps = []
    for one in outward(frame):
        if not (is_machinery(one) or is_carrier(one)):
            path, offset = place(one)
            steps.append((path, one.f_lineno + offset, function_of(one)))
        if one is until:
            break
    return tuple(reversed(steps))


def fixture_setups(frame: FrameType) -> list[FrameType]:
    """Where pytest sets up the fixtures that *frame* is part of, the innermost first."""
    return [
        one
        for one in outward(frame)
        if one.f_code.co_name == "pytest_fixture_setup" and module_of(one) == "_pytest.fixtures"
    ]


def requested(frame: FrameType | None) -> tuple[str | None, FrameType | None]:
    """The module that the import machinery from *frame* outward was asked for.

    Returns its name, None where nobody asked for an import (say
    ``importlib.util.find_spec``), and the frame that asked.
    """
    name = None
    while frame is not None and is_bootstrap(frame):
        if frame.f_code.co_name == "_find_and_load":
            name = frame.f_locals.get("name")
        frame = frame.f_back
    return name, frame


def entered(frame: FrameType | None) -> Iterator[FrameType]:
    """The frames from *frame* outward by which the import machinery was left for a module."""
    inside = False
    for one in outward(frame):
        if is_bootstrap(one) and not inside:
            yield one
        inside = is_bootstrap(one)


def fromlist_package(frame: FrameType | None) -> str | None:
    """The package whose ``from package import submodule`` *frame* is part of, if it is."""
    found = None
    while frame is not None and is_bootstrap(frame):
        if frame.f_code.co_name == "_handle_fromlist":
            found = getattr(frame.f_locals.get("module"), "__name__", None)
        frame = frame.f_back
    return found
