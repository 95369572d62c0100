"""Leaves out the tests that need what a build for WebAssembly lacks, and tells which they are.

A test is left out if it failed and had asked for a process or a thread before, or if it failed
for something else that such a build lacks. What passes without counts.
"""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import warnings
from asyncio import runners
from collections import Counter
from collections.abc import Generator
from typing import Any

import pytest

#: What failures say that are the build's, and what was missing.
_MISSING = {
    "emscripten does not support processes": "a process",
    "can't start new thread": "a thread",
    "has no attribute 'fork'": "a process",
    "has no attribute 'mkfifo'": "a named pipe",
    "has no attribute 'AF_UNIX'": "a socket",
    "in _fallback_socketpair": "a socket",
}
#: Tests of what is otherwise there: parts of their names.
_DIFFERENT = {
    "[too deep]": "a stack that ends before the recursion does",
    "test_a_shape[parentheses]": "a parser with the stack that it has elsewhere",
    "test_names_that_are_no_text_are_told_and_read": "file names that are no text",
}

_tried: set[str] = set()
_left_out: dict[str, str] = {}


def _watch() -> None:
    start = subprocess.Popen.__init__

    def started(self: Any, *args: Any, **options: Any) -> None:
        _tried.add("a process")
        start(self, *args, **options)

    def heard(event: str, args: tuple[Any, ...]) -> None:
        if event in ("_thread.start_new_thread", "_thread.start_joinable_thread"):
            _tried.add("a thread")
        elif event == "os.system":  # node would run it, outside of the build
            _tried.add("a process")
            raise OSError("emscripten does not support processes")
        elif event == "import" and args[0] == "_multiprocessing":
            _tried.add("a process")

    subprocess.Popen.__init__ = started  # type: ignore[method-assign]
    sys.addaudithook(heard)


def _restore_asyncio() -> None:
    """Have the standard library's event loop, not one of JavaScript's that cannot be waited for.

    It does without the socket by which other threads would wake it.
    """
    from asyncio import selector_events

    loop: Any = selector_events.BaseSelectorEventLoop
    loop._make_self_pipe = loop._close_self_pipe = lambda self: None
    loop._csock = None
    asyncio.run = runners.run
    asyncio._set_running_loop(None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        asyncio.set_event_loop_policy(None)


_watch()
_restore_asyncio()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logstart() -> None:
    _tried.clear()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    needed = _needed(report) if report.failed else None
    if needed:
        _left_out[item.nodeid] = needed
        report.outcome = "skipped"
        report.longrepr = (str(item.path), 0, f"Skipped: needs {needed}")
    return report


def _needed(report: pytest.TestReport) -> str | None:
    """What the test that *report* tells of needs and this build lacks, if that is why it failed."""
    for part, what in _DIFFERENT.items():
        if part in report.nodeid:
            return what
    text = str(report.longrepr)
    missing = {what for words, what in _MISSING.items() if words in text}
    return " and ".join(sorted(_tried | missing)) or None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    counts = Counter(
        (re.sub(r"\[.*", "", nodeid, flags=re.DOTALL), needed)
        for nodeid, needed in _left_out.items()
    )
    terminalreporter.section(f"left out: {len(_left_out)} tests")
    for (test, needed), count in sorted(counts.items()):
        terminalreporter.write_line(f"{count:5} {test} needs {needed}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail where more is left out than is run: something else is wrong then."""
    if 2 * len(_left_out) > session.testscollected:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
