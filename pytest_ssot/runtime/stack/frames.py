"""Reads the stack: who the importer is, which modules load, and the way there."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType
    from typing import Any

from pytest_ssot.runtime.stack.namespaces import namespace_of

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
#: Modules that issue warnings, or call what does, for somebody else.
WRAPPERS = frozenset(("_py_warnings", "deprecated", "functools", "typing_extensions", "warnings"))
_WRAPPER_PACKAGES = frozenset(("deprecated", "wrapt"))
#: Modules that only hand a call on: left out of a chain.
_TRANSPORTS = frozenset(
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
#: Modules that call what somebody gave to a thread, a pool or a process.
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
RUN = frozenset(("main", "wrap_session", "_prepareconfig", "from_call"))


def get_caller(depth: int = 1) -> FrameType:
    """Return the frame *depth* above that of whoever asks."""
    return sys._getframe(depth + 1)


def walk_outward(frame: FrameType | None) -> Iterator[FrameType]:
    """Yield *frame* and its callers, up to where pytest began the run or the phase."""
    while frame is not None:
        if frame.f_code.co_name in RUN and is_run(frame):
            return
        yield frame
        frame = frame.f_back


def list_outside(frame: FrameType) -> set[FrameType]:
    """List *frame* and its callers."""
    return set(walk_outward(frame))


def is_run(frame: FrameType) -> bool:
    """Whether *frame*, of a function with one of those names, is pytest's."""
    return module_of(frame).partition(".")[0] == "_pytest"


def is_in_phase(frame: FrameType) -> bool:
    """Whether *frame* is inside of a test's setup, call or teardown, as pytest runs them."""
    for current in walk_outward(frame):
        frame = current
    return frame.f_back is not None and frame.f_back.f_code.co_name == "from_call"


def module_of(frame: FrameType) -> str:
    name = frame.f_globals.get("__name__")
    return name if isinstance(name, str) else ""


def package_of(namespace: dict[str, Any]) -> str:
    """The package that relative imports of a module with these names start from."""
    package = namespace.get("__package__")
    if not isinstance(package, str):
        package = getattr(namespace.get("__spec__"), "parent", "")
    return package if isinstance(package, str) else ""


def is_bootstrap(frame: FrameType) -> bool:
    return frame.f_code.co_filename in BOOTSTRAP


def is_machinery(frame: FrameType) -> bool:
    """Whether no user wrote this frame: import machinery, mock, pytest, this plugin.

    Code without a file (``exec`` of a string) counts too: its caller can be mended.
    """
    if frame.f_code.co_filename.startswith("<"):
        return not (is_doctest(frame) or is_command_line(frame))
    module = module_of(frame)
    return module.partition(".")[0] in _PACKAGES or module in _MODULES


def is_doctest(frame: FrameType) -> bool:
    return frame.f_code.co_filename.startswith("<doctest ")


def is_command_line(frame: FrameType) -> bool:
    """Whether *frame* executes what the command line or standard input gave the interpreter."""
    path = frame.f_code.co_filename
    given = path == "<stdin>" or (path == "<string>" and "-c" in sys.orig_argv)
    return given and module_of(frame) == "__main__"


def is_starter(frame: FrameType) -> bool:
    """Whether *frame* calls what somebody gave to a thread, a pool or a process."""
    return module_of(frame) in _STARTERS


def is_transport(frame: FrameType) -> bool:
    """Whether *frame* only hands a call on, as an event loop or a pool does."""
    return module_of(frame).partition(".")[0] in _TRANSPORTS


def find_file_and_offset(frame: FrameType) -> tuple[str, int]:
    """Find the file of *frame*, and by how much its line numbers have to be moved.

    An example of a doctest is code of its own, whose runner knows where it
    stands (``Lib/doctest.py``: DocTestRunner.__run).
    """
    if is_doctest(frame):
        for current in walk_outward(frame):
            test: Any = current.f_locals.get("test")
            example: Any = current.f_locals.get("example")
            if module_of(current) == "doctest" and example is not None:
                return test.filename or "", (test.lineno or 0) + example.lineno
    return frame.f_code.co_filename, 0


def is_wrapper(frame: FrameType) -> bool:
    module = module_of(frame)
    return module in WRAPPERS or module.partition(".")[0] in _WRAPPER_PACKAGES


def find_user_frame(
    frame: FrameType | None, skip: Callable[[FrameType], bool] | None = None
) -> FrameType | None:
    """Find the innermost frame, from *frame* outward, that a user wrote and *skip* lets pass."""
    for current in walk_outward(frame):
        if not is_machinery(current) and (skip is None or not skip(current)):
            return current
    return None


def passes_through(frame: FrameType, until: FrameType, modules: frozenset[str]) -> bool:
    """Whether a frame of any of *modules* stands between *frame* and *until*."""
    for current in walk_outward(frame):
        if current is until:
            return False
        if module_of(current) in modules:
            return True
    return False


def is_module_level(frame: FrameType) -> bool:
    """Whether *frame* executes a module's body."""
    return (
        frame.f_code.co_name == "<module>"
        and frame.f_locals is frame.f_globals
        and not is_doctest(frame)
    )


def find_module_bodies(frame: FrameType | None) -> list[FrameType]:
    """Find the bodies of the modules that are loading where *frame* is, innermost first."""
    found = []
    while frame is not None:  # as walk_outward, for less: it is asked often where nothing loads
        name = frame.f_code.co_name
        if name in RUN and is_run(frame):
            break
        if name == "<module>" and is_module_level(frame):
            found.append(frame)
        frame = frame.f_back
    return found


def function_of(frame: FrameType) -> str:
    """Return the enclosing function, qualified: ``<module>``, ``connect``, ``Bridge.connect``.

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


def find_way(frame: FrameType | None, until: FrameType | None = None) -> Way:
    """Find the lines from the start of the run to *frame*, outermost first.

    Machinery is left out. With *until*, a frame further out, the way begins
    there, that frame's own line included.
    """
    steps = []
    for current in walk_outward(frame):
        if not (is_machinery(current) or is_transport(current)):
            path, offset = find_file_and_offset(current)
            steps.append((path, current.f_lineno + offset, function_of(current)))
        if current is until:
            break
    return tuple(reversed(steps))


def find_fixture_setups(frame: FrameType) -> list[FrameType]:
    """Find the frames that set up the fixtures that *frame* is part of, the innermost first."""
    return [
        current
        for current in walk_outward(frame)
        if current.f_code.co_name == "pytest_fixture_setup"
        and module_of(current) == "_pytest.fixtures"
    ]


def find_request(frame: FrameType | None) -> tuple[str | None, FrameType | None]:
    """Find the module that the import machinery, from *frame* outward, was asked for.

    Returns its name, None where nobody asked for an import (say
    ``importlib.util.find_spec``), and the frame that asked.
    """
    name = None
    while frame is not None and is_bootstrap(frame):
        if frame.f_code.co_name == "_find_and_load":
            name = frame.f_locals.get("name")
        frame = frame.f_back
    return name, frame


def find_machinery_entries(frame: FrameType | None) -> Iterator[FrameType]:
    """Find the frames, from *frame* outward, by which the import machinery called other code."""
    inside = False
    for current in walk_outward(frame):
        if is_bootstrap(current) and not inside:
            yield current
        inside = is_bootstrap(current)


def find_fromlist_package(frame: FrameType | None) -> str | None:
    """Find the package whose ``from package import submodule`` *frame* is part of, if any."""
    found: str | None = None
    while frame is not None and is_bootstrap(frame):
        if frame.f_code.co_name == "_handle_fromlist":
            name = namespace_of(frame.f_locals.get("module")).get("__name__")
            found = name if isinstance(name, str) else None
        frame = frame.f_back
    return found
