"""A violation as a failing test's traceback, in the style of pytest's short ones."""

from __future__ import annotations

import linecache
from collections.abc import Iterable
from pathlib import Path

from _pytest._code.code import (
    ReprEntry,
    ReprExceptionInfo,
    ReprFileLocation,
    ReprTraceback,
)

from pytest_ssot.model import Site, Step
from pytest_ssot.report.text import Cause


def in_full(causes: Iterable[Cause], root: Path) -> ReprExceptionInfo:
    """Each frame from the test to the importer, which is last and marked."""
    causes = list(causes)
    entries = [entry for cause in causes for entry in _entries(cause, root)]
    return _shown(entries, causes[0])


def in_a_line(causes: Iterable[Cause], told_by: str) -> ReprExceptionInfo:
    """The importers alone: *told_by* is the test whose failure tells them in full."""
    causes = list(causes)
    entries = [
        _entry(cause.importer, [f"E   {cause.headline()}", f"E   told in full by {told_by}"])
        for cause in causes
    ]
    return _shown(entries, causes[0])


def as_lines(causes: Iterable[Cause], root: Path) -> str:
    """The same text as a section of a test that has a failure of its own."""
    entries = [entry for cause in causes for entry in _entries(cause, root)]
    return "\n".join(
        "\n".join([f"{entry.reprfileloc.path}:{entry.reprfileloc.lineno}: {entry.reprfileloc.message}"]
        + entry.lines)
        for entry in entries
        if entry.reprfileloc is not None
    )


def _shown(entries: list[ReprEntry], first: Cause) -> ReprExceptionInfo:
    trace = ReprTraceback(list(entries), extraline=None, style="short")
    importer = first.importer
    crash = ReprFileLocation(importer.path, importer.line, f"{importer}: {first.headline()}")
    return ReprExceptionInfo(reprtraceback=trace, reprcrash=crash)


def _entries(cause: Cause, root: Path) -> Iterable[ReprEntry]:
    for step in cause.first.chain:
        yield _entry(step, [f"    {_source(step, root)}"])
    told = [f"E   {line}" for line in (cause.headline(), *cause.advice())]
    yield _entry(cause.importer, [f">   {_source(cause.importer, root)}", *told])


def _entry(place: Site | Step, lines: list[str]) -> ReprEntry:
    location = ReprFileLocation(place.path, place.line, f"in {place.function}")
    return ReprEntry(lines, None, None, location, "short")


def _source(place: Site | Step, root: Path) -> str:
    return linecache.getline(str(root / place.path), place.line).strip()
