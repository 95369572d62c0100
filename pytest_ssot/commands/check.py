"""``pytest-ssot check``: the inventory of every use in source, judged."""

from __future__ import annotations

import argparse
import datetime
import io
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pytest_ssot.commands.project import find_baseline, find_root, load_project, show_progress
from pytest_ssot.config.settings import Settings
from pytest_ssot.errors import UsageError
from pytest_ssot.files import relative
from pytest_ssot.model import Verdict, Violation
from pytest_ssot.patterns import path_matches
from pytest_ssot.policy.baseline import ratchet
from pytest_ssot.policy.baseline.entries import EntryKey
from pytest_ssot.policy.baseline.load_baseline import load_baseline, make_is_examined
from pytest_ssot.policy.baseline.ratchet import Ratcheted
from pytest_ssot.policy.run.inventory import Inventory, take_inventory
from pytest_ssot.policy.verdict.mission_critical import make_is_critical
from pytest_ssot.report import check_listing
from pytest_ssot.report.baseline_text import describe_expired, describe_stale, describe_update
from pytest_ssot.report.violation_text import describe_suspect
from pytest_ssot.rules.configured import Configured

if TYPE_CHECKING:
    from pytest_ssot.commands.run_reports import RunReport
    from pytest_ssot.policy.rules.unused_rules import UnusedRule


class CheckedProject(NamedTuple):
    """What a check comes to."""

    project: Configured
    baseline: ratchet.Baseline
    inventory: Inventory
    ratcheted: Ratcheted
    runs: tuple[RunReport, ...]
    partial: bool

    @property
    def not_observed(self) -> list[str]:
        """What nobody saw: of the runs, and whether a target is overdue."""
        unseen = {sentence for run in self.runs for sentence in run.not_observed}
        return sorted(unseen.union(self.inventory.due.unknown))

    def find_unused_rules(self) -> list[UnusedRule]:
        """The rules that match nothing; none where not all was asked for."""
        sites = {(violation.rule, violation.importer) for violation in self.ratcheted.violations}
        number = Counter(rule for rule, _ in sites)
        # One site may be that of the package around the target, which passes it on to nobody.
        if self.partial or all(number[rule.id] > 1 for rule in self.project.rules.rules):
            return []
        from pytest_ssot.policy.rules.unused_rules import (  # it parses
            Doubts,
            KnownUses,
            find_unused_rules,
        )

        root, found = self.project.settings.root, self.inventory
        entries = self.baseline.entries
        known = KnownUses(self.ratcheted.violations, found.uses, entries, found.examined)
        return find_unused_rules(
            self.project, known, Doubts(root, found.unreadable, self.not_observed)
        )

    @property
    def failed(self) -> bool:
        fails = any(violation.verdict is Verdict.FAILS for violation in self.ratcheted.violations)
        return fails or bool(self.ratcheted.stale)


def run(options: argparse.Namespace) -> int:
    """Print the inventory; returns 1 if anything fails."""
    found = check_project(options)
    if options.output_format != "text" and isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # as files are written, whatever the screen is
    sys.stdout.write(_render_output(found, options))
    for line in _list_stale(found) if options.quiet else _list_besides(found):
        print(line, file=sys.stderr)
    return int(found.failed)


def check_project(options: argparse.Namespace) -> CheckedProject:
    """The project's inventory, judged. Raises UsageError for what is wrong in what users wrote."""
    project = load_project(find_root(options.root), {"baseline": options.baseline})
    root, today = project.settings.root, datetime.date.today()
    path = find_baseline(project.settings, options.baseline)
    before = load_baseline(project, path, required=options.baseline is not None)
    runs = _read_reports(options.runs)
    paths = [_check_exists(path) for path in options.paths]
    with show_progress("scanning", options):
        found = take_inventory(project, today, paths, cache=not options.no_cache)
    if found.mistakes:
        raise UsageError("\n".join(found.mistakes))
    violations = found.violations
    if runs:
        from pytest_ssot.policy.baseline.reconcile_runs import reconcile_runs

        seen = [violation for run in runs for violation in run.violations]
        violations = tuple(reconcile_runs(violations, seen))
    result = ratchet.apply_baseline(
        before,
        violations,
        examined=_make_is_examined(root, found, paths),
        is_critical=make_is_critical_in_source(project.settings, found),
        today=today,
    )
    return CheckedProject(project, before, found, result, runs, partial=bool(paths))


def make_is_critical_in_source(settings: Settings, found: Inventory) -> Callable[[Violation], bool]:
    """Whether a violation stands in a mission-critical test; see `make_is_critical`.

    Of what is in source, runs tell who executes it, and change no verdict: with their
    reports a check says the same as without.
    """
    stands = make_is_critical(settings, found.critical)
    return lambda violation: stands(
        violation._replace(tests=()) if "static" in violation.seen else violation
    )


def _read_reports(paths: Sequence[Path]) -> tuple[RunReport, ...]:
    if not paths:
        return ()
    from pytest_ssot.commands.run_reports import read_report

    return tuple(map(read_report, paths))


def _check_exists(path: str) -> str:
    if not os.path.lexists(path):
        raise UsageError(f"{path}: there is no such file or folder")
    return os.path.abspath(path)


def _make_is_examined(
    root: Path, found: Inventory, paths: Sequence[str]
) -> Callable[[EntryKey], bool]:
    """Whether all violations of a key were found; what is gone was looked for only in *paths*."""
    examined = make_is_examined(root, found)
    asked = [relative(path, root) for path in paths]
    everything = not asked or "." in asked
    return lambda key: examined(key) and (everything or path_matches(key.path, asked))


def _render_output(checked: CheckedProject, options: argparse.Namespace) -> str:
    """What goes to standard output, in the format that was asked for."""
    rules = checked.project.rules
    violations = checked.ratcheted.violations
    if options.output_format == "text":
        shown = [
            violation
            for violation in violations
            if options.verbose or violation.verdict is Verdict.FAILS
        ]
        lines = [
            check_listing.format_violation(
                violation, rules.by_id.get(violation.rule), runs=bool(checked.runs)
            )
            for violation in shown
        ]
        return "".join(f"{line}\n" for line in lines)
    from pytest_ssot.report.document import make_document
    from pytest_ssot.report.rendering import render

    data = make_document(
        violations,
        rules.all,
        check_listing.count_matched(violations, rules.all),
        checked.inventory.unreadable,
        checked.not_observed,
        unused=checked.find_unused_rules(),
        suspects=checked.inventory.suspects,
    )
    return render(options.output_format, data, checked.project.settings.root)


def _list_besides(checked: CheckedProject) -> Iterator[str]:
    """What is told next to the inventory."""
    found, result = checked.inventory, checked.ratcheted
    rules = checked.project.rules
    yield from (f"{path}: not read whole: {error}" for path, error in found.unreadable)
    yield from (f"suspect: {describe_suspect(suspect)}" for suspect in found.suspects)
    yield from _list_stale(checked)
    yield from (f"expired in the baseline: {describe_expired(entry)}" for entry in result.expired)
    yield from found.due.unknown
    yield from map(check_listing.format_unused_rule, checked.find_unused_rules())
    if not rules.all:
        yield check_listing.NO_RULES
    yield check_listing.summarize_check(result.violations, len(found.examined))


def _list_stale(checked: CheckedProject) -> Iterator[str]:
    """What fails besides the violations."""
    stale = checked.ratcheted.stale
    yield from (describe_stale(stale_entry, checked.project.rules.by_id) for stale_entry in stale)
    yield from sorted({describe_update(stale_entry) for stale_entry in stale})
