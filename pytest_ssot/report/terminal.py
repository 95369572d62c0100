"""What pytest's terminal shows: a violation as a traceback, and the summary of a run."""

from __future__ import annotations

import linecache
from collections.abc import Iterable
from pathlib import Path

import pytest
from _pytest._code.code import ReprEntry, ReprExceptionInfo, ReprFileLocation, ReprTraceback

from pytest_ssot.model import Site, Step, Violation
from pytest_ssot.policy.run.outcome import Outcome
from pytest_ssot.policy.run.watched_run import Run
from pytest_ssot.report import run_summary
from pytest_ssot.report.violation_text import Cause, causes

#: The title of the section that a test with a failure of its own gets.
SECTION = "pytest-ssot"
#: The same, for a test that took the watch away.
BLIND = "pytest-ssot: the watch was lost"
#: Where a report keeps the violations that failed it, as JSON values.
FAILING = "ssot_failing"


def fail(report: pytest.TestReport, failing: list[Violation], run: Run) -> None:
    """Fail *report* with *failing*, or add them to the failure that it has."""
    told = causes(failing, run.rules.by_id)
    setattr(report, FAILING, [violation.to_json() for violation in failing])
    if report.failed:
        report.sections.append((SECTION, _as_text(_in_full(told, run.settings.root))))
        return
    # An expected failure, or an unexpected pass, excuses no violation.
    report.__dict__.pop("wasxfail", None)
    report.outcome = "failed"
    report.longrepr = _shown(_in_full(told, run.settings.root), told[0])


def fail_blind(report: pytest.TestReport, lost: list[str]) -> None:
    """Fail *report* for what its test took away of the watch, or add that to its failure."""
    path, line, name = report.location
    lines = [f"E   the watch was lost: the test {one}" for one in lost]
    lines.append("E   fix:  leave that as it is, or do it in a process of its own")
    entry = _entry(Step(path, (line or 0) + 1, name), lines)
    if report.failed:
        report.sections.append((BLIND, _as_text([entry])))
        return
    report.__dict__.pop("wasxfail", None)
    report.outcome = "failed"
    crash = ReprFileLocation(path, (line or 0) + 1, lines[0].removeprefix("E   "))
    shown = ReprTraceback([entry], extraline=None, style="short")
    report.longrepr = ReprExceptionInfo(reprtraceback=shown, reprcrash=crash)


def tell_once(report: pytest.TestReport, told: dict[object, str], run: Run) -> None:
    """Shorten a failure whose causes *told* has: which test's failure tells each in full."""
    failing = report.__dict__.pop(FAILING, None)
    if failing is None or not report.failed:  # a try that is done again is not shown
        return
    own = causes(map(Violation.from_json, failing), run.rules.by_id)
    if all(cause.key in told for cause in own):
        entries = _in_a_line(own, told)
    else:
        new = [cause for cause in own if cause.key not in told]
        known = [cause for cause in own if cause.key in told]
        entries = [*_in_full(new, run.settings.root), *_in_a_line(known, told)]
        told.update((cause.key, report.nodeid) for cause in new)
    for number, (title, _) in enumerate(report.sections):
        if title == SECTION:
            report.sections[number] = (title, _as_text(entries))
            return
    report.longrepr = _shown(entries, own[0])


def summarize(reporter: pytest.TerminalReporter, outcome: Outcome) -> None:
    """The summary as a section of its own; nothing where there is nothing to tell."""
    lines = run_summary.lines(outcome, verbose=reporter.config.get_verbosity() > 0)
    if lines:
        reporter.ensure_newline()
        reporter.section("ssot", "=")
        for line in lines:
            reporter.write_line(line)


def tell_faults(reporter: pytest.TerminalReporter, faults: list[str]) -> None:
    """What broke where the summary could not tell it."""
    reporter.ensure_newline()
    for fault in faults:
        reporter.write_line(f"error inside pytest-ssot: {fault}", red=True)


def _in_full(told: Iterable[Cause], root: Path) -> list[ReprEntry]:
    """Each line from the test to the importer, which is last and marked."""
    entries: list[ReprEntry] = []
    for cause in told:
        entries += [_entry(step, [f"    {_source(step, root)}"]) for step in cause.first.chain]
        advice = [f"E   {line}" for line in (cause.headline(), *cause.advice())]
        entries.append(_entry(cause.importer, [f">   {_source(cause.importer, root)}", *advice]))
    return entries


def _in_a_line(causes: Iterable[Cause], told: dict[object, str]) -> list[ReprEntry]:
    return [
        _entry(cause.importer, [f"E   {cause.headline()}; told in full by {told[cause.key]}"])
        for cause in causes
    ]


def _entry(place: Site | Step, lines: list[str]) -> ReprEntry:
    location = ReprFileLocation(place.path, place.line, f"in {place.function}")
    return ReprEntry(lines, None, None, location, "short")


def _shown(entries: list[ReprEntry], first: Cause) -> ReprExceptionInfo:
    importer = first.importer
    crash = ReprFileLocation(importer.path, importer.line, f"{importer}: {first.headline()}")
    return ReprExceptionInfo(
        reprtraceback=ReprTraceback(entries, extraline=None, style="short"), reprcrash=crash
    )


def _as_text(entries: Iterable[ReprEntry]) -> str:
    lines: list[str] = []
    for entry in entries:
        place = entry.reprfileloc
        if place is not None:
            lines.append(f"{place.path}:{place.lineno}: {place.message}")
        lines += entry.lines
    return "\n".join(lines)


def _source(place: Site | Step, root: Path) -> str:
    return linecache.getline(str(root / place.path), place.line).strip()
