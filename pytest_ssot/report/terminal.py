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
from pytest_ssot.report.violation_text import Cause, group_causes

#: The title of the section that a test with a failure of its own gets.
SECTION = "pytest-ssot"
#: The same, for a test that took the watch away.
BLIND = "pytest-ssot: the watch was lost"
#: Where a report keeps the violations that failed it, as JSON values.
FAILING = "ssot_failing"


def fail_report(report: pytest.TestReport, failing: list[Violation], run: Run) -> None:
    """Fail *report* with *failing*, or add them to the failure that it has."""
    told = group_causes(failing, run.rules.by_id)
    setattr(report, FAILING, [violation.to_json() for violation in failing])
    if report.failed:
        report.sections.append((SECTION, _as_text(_make_full_entries(told, run.settings.root))))
        return
    # An expected failure, or an unexpected pass, excuses no violation.
    report.__dict__.pop("wasxfail", None)
    report.outcome = "failed"
    report.longrepr = _make_longrepr(_make_full_entries(told, run.settings.root), told[0])


def fail_blind(report: pytest.TestReport, lost: list[str]) -> None:
    """Fail *report* for what its test took away of the watch, or add that to its failure."""
    path, line, name = report.location
    lines = [f"E   the watch was lost: the test {loss}" for loss in lost]
    lines.append("E   fix:  leave that as it is, or do it in a process of its own")
    entry = _make_entry(Step(path, (line or 0) + 1, name), lines)
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
    own = group_causes(map(Violation.from_json, failing), run.rules.by_id)
    if all(cause.key in told for cause in own):
        entries = _make_short_entries(own, told)
    else:
        new = [cause for cause in own if cause.key not in told]
        known = [cause for cause in own if cause.key in told]
        entries = [*_make_full_entries(new, run.settings.root), *_make_short_entries(known, told)]
        told.update((cause.key, report.nodeid) for cause in new)
    for number, (title, _) in enumerate(report.sections):
        if title == SECTION:
            report.sections[number] = (title, _as_text(entries))
            return
    report.longrepr = _make_longrepr(entries, own[0])


def write_summary(reporter: pytest.TerminalReporter, outcome: Outcome) -> None:
    """The summary as a section of its own; nothing where there is nothing to tell."""
    lines = run_summary.summarize_run(outcome, verbose=reporter.config.get_verbosity() > 0)
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


def _make_full_entries(told: Iterable[Cause], root: Path) -> list[ReprEntry]:
    """Each line from the test to the importer, which is last and marked."""
    entries: list[ReprEntry] = []
    for cause in told:
        entries += [
            _make_entry(step, [f"    {_read_source_line(step, root)}"])
            for step in cause.first.chain
        ]
        advice = [f"E   {line}" for line in (cause.make_headline(), *cause.list_advice())]
        entries.append(
            _make_entry(cause.importer, [f">   {_read_source_line(cause.importer, root)}", *advice])
        )
    return entries


def _make_short_entries(causes: Iterable[Cause], told: dict[object, str]) -> list[ReprEntry]:
    return [
        _make_entry(
            cause.importer, [f"E   {cause.make_headline()}; told in full by {told[cause.key]}"]
        )
        for cause in causes
    ]


def _make_entry(place: Site | Step, lines: list[str]) -> ReprEntry:
    location = ReprFileLocation(place.path, place.line, f"in {place.function}")
    return ReprEntry(lines, None, None, location, "short")


def _make_longrepr(entries: list[ReprEntry], first: Cause) -> ReprExceptionInfo:
    importer = first.importer
    crash = ReprFileLocation(importer.path, importer.line, f"{importer}: {first.make_headline()}")
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


def _read_source_line(place: Site | Step, root: Path) -> str:
    return linecache.getline(str(root / place.path), place.line).strip()
