"""``pytest-ssot baseline``: makes the file of known violations, shrinks it, lets it grow."""

from __future__ import annotations

import argparse
import datetime
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from pytest_ssot.commands.project import find_baseline, find_root, load_project, show_progress
from pytest_ssot.commands.run_reports import read_report as read_report
from pytest_ssot.errors import UsageError
from pytest_ssot.files import relative
from pytest_ssot.model import Verdict, Violation
from pytest_ssot.patterns import path_matches
from pytest_ssot.policy.baseline.baseline_file import write_entries
from pytest_ssot.policy.baseline.entries import BaselineEntry
from pytest_ssot.policy.baseline.grow_and_shrink import (
    Grounds,
    find_only_in_runs,
    grow_entries,
    shrink_entries,
)
from pytest_ssot.policy.baseline.load_baseline import load_baseline, make_is_examined
from pytest_ssot.policy.baseline.ratchet import Ratchet
from pytest_ssot.policy.run.inventory import take_inventory
from pytest_ssot.policy.verdict.mission_critical import make_is_critical
from pytest_ssot.report.baseline_text import describe_stale
from pytest_ssot.report.check_listing import name_target
from pytest_ssot.report.violation_text import count_noun


def run(options: argparse.Namespace) -> int:
    """Carry out what is asked for; returns 1 where the baseline would have to grow for it."""
    _check_options(options)
    state = _BaselineState(options)
    if options.add:
        return _add_entries(state, options)
    if not options.update and state.path.exists():
        return _compare_baseline(state)
    if not options.update:
        state.write(state.grow(state.new, Grounds()))
        return state.refuse(state.critical)
    state.write(shrink_entries(state.ratchet.baseline.entries, state.stale))
    for stale in state.stale:
        state.tell(describe_stale(stale, state.rules.by_id))
    return state.refuse([*state.new, *state.critical])


class _BaselineState:
    """The project's violations, next to its baseline.

    ``new`` are those that the baseline does not know, ``critical`` those that it
    never may, ``stale`` is what it knows and is gone.
    """

    def __init__(self, options: argparse.Namespace) -> None:
        root = find_root(options.root)
        project = load_project(root, {"baseline": options.baseline})
        self.root = root
        self.rules = project.rules
        self.path = find_baseline(project.settings, options.baseline)
        self._shown = relative(str(self.path), root)
        self._quiet = options.quiet
        self._creates = not (options.update or options.add)
        required = options.baseline is not None and not self._creates
        before = load_baseline(project, self.path, required=required, merging=options.update)
        today = datetime.date.today()
        self.ratchet = Ratchet(before, today)
        with show_progress("scanning", options):
            scan = take_inventory(project, today)
        self._is_critical = make_is_critical(project.settings, scan.critical)
        if scan.mistakes:
            raise UsageError("\n".join(scan.mistakes))
        for path, error in scan.unreadable:
            print(f"{path}: not read: {error}", file=sys.stderr)
        reported = [
            violation for path in options.runs for violation in read_report(path).violations
        ]
        found = [*scan.violations, *find_only_in_runs(scan.violations, reported)]
        self._judged = self.ratchet.mark_known(found, self._is_critical)
        self.stale = self.ratchet.find_stale(
            scan.violations, make_is_examined(root, scan), self._is_critical
        )
        failing = [violation for violation in self._judged if violation.verdict is Verdict.FAILS]
        self.critical = [violation for violation in failing if self._is_critical(violation)]
        self.new = [violation for violation in failing if not self._is_critical(violation)]

    def grow(self, wanted: Iterable[Violation], grounds: Grounds) -> tuple[BaselineEntry, ...]:
        return grow_entries(self.ratchet, self._judged, wanted, self._is_critical, grounds)

    def write(self, entries: Sequence[BaselineEntry]) -> None:
        """Write *entries* if they are not what the file holds."""
        before = self.ratchet.baseline
        if tuple(entries) == before.written and (self.path.exists() or not self._creates):
            self.tell(f"{self._shown}: nothing changed")
            return
        write_entries(self.path, self._shown, entries)
        for old, new in sorted(before.moved.items()):
            self.tell(f"moved: {old} -> {new}")
        sites = sum(entry.number for entry in entries)
        self.tell(f"{self._shown}: {_count_entries(len(entries))}, {count_noun(sites, 'site')}")

    def refuse(self, violations: Sequence[Violation]) -> int:
        """Tell what the baseline does not take; returns the exit code."""
        for violation in violations:
            print(_format_refused(violation, critical=violation in self.critical))
        new = [violation for violation in violations if violation not in self.critical]
        if new:
            self.tell(
                f"{count_noun(len(new), 'violation')} not in the baseline: change the code, or"
            )
            self.tell('run: pytest-ssot baseline --add RULE|PATH --reason "why"')
        if len(new) < len(violations):
            number = count_noun(len(violations) - len(new), "violation")
            self.tell(f"{number} in mission-critical tests, which no baseline excuses")
        return 1 if violations else 0

    def tell(self, line: str) -> None:
        if not self._quiet:
            print(line, file=sys.stderr)


def _compare_baseline(state: _BaselineState) -> int:
    """There is a baseline, and nobody said what to do with it: only say what there is to do."""
    moved = state.ratchet.baseline.moved
    if state.stale or moved:
        for stale in state.stale:
            state.tell(describe_stale(stale, state.rules.by_id))
        for old, new in sorted(moved.items()):
            state.tell(f"moved: {old} -> {new}")
        state.tell("run: pytest-ssot baseline --update")
    refused = state.refuse([*state.new, *state.critical])
    if not (refused or state.stale or moved):
        state.write(state.ratchet.baseline.entries)
    return refused


def _add_entries(state: _BaselineState, options: argparse.Namespace) -> int:
    wanted = [_Wanted.parse(named, state) for named in options.add]

    def is_wanted(violation: Violation) -> bool:
        return any(named.has_violation(violation) for named in wanted)

    grounds = Grounds(options.reason, options.owner, options.until)
    state.write(state.grow(filter(is_wanted, state.new), grounds))
    return state.refuse([violation for violation in state.critical if is_wanted(violation)])


class _Wanted(NamedTuple):
    """What ``--add`` names: a rule by its id, or else a path."""

    rule: str | None
    path: str = ""

    @classmethod
    def parse(cls, text: str, state: _BaselineState) -> _Wanted:
        """What *text* names; raises UsageError if it is neither."""
        rule = state.rules.find(text)
        if rule is not None or any(violation.rule == text for violation in state.new):
            return cls(rule.id if rule else text)
        # Not resolved: a link under the root may lead anywhere.
        path = Path(os.path.abspath(text))
        if not (path.exists() and path.is_relative_to(state.root)):
            raise UsageError(
                f"--add {text}: no rule has this id or target, and no file or folder of "
                f"{state.root} is there"
            )
        return cls(None, path.relative_to(state.root).as_posix())

    def has_violation(self, violation: Violation) -> bool:
        if self.rule is not None:
            return violation.rule == self.rule
        return self.path == "." or path_matches(violation.importer.path, (self.path,))


def _check_options(options: argparse.Namespace) -> None:
    if options.add and not (options.reason or "").strip():
        raise UsageError('--add needs a reason: --reason "why"')
    for name in ("reason", "owner", "until"):
        if getattr(options, name) is not None and not options.add:
            raise UsageError(f"--{name} goes with --add, which adds entries")
    if options.until is not None and options.until < datetime.date.today():
        raise UsageError(f"--until {options.until}: is past; an entry of then excuses nothing")


def _format_refused(violation: Violation, *, critical: bool) -> str:
    site = violation.importer
    standing = violation.kind.value if violation.kind.traits.stands else ""
    why = violation.reason or ("mission-critical" if critical else standing)
    line = f"{site.path}:{site.line}:{site.column}: {violation.rule} {name_target(violation)}"
    return f"{line} ({why})" if why else line


def _count_entries(number: int) -> str:
    return "1 entry" if number == 1 else f"{number} entries"
