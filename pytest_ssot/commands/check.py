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

from pytest_ssot.commands.project import configured, find_baseline, progress, root_of
from pytest_ssot.config.settings import Settings
from pytest_ssot.errors import UsageError
from pytest_ssot.files import relative
from pytest_ssot.model import Verdict, Violation
from pytest_ssot.patterns import path_matches
from pytest_ssot.policy.baseline import load_baseline, ratchet
from pytest_ssot.policy.baseline.entries import Key
from pytest_ssot.policy.baseline.ratchet import Ratcheted
from pytest_ssot.policy.run import inventory
from pytest_ssot.policy.run.inventory import Inventory
from pytest_ssot.policy.verdict.mission_critical import in_source
from pytest_ssot.report import check_listing
from pytest_ssot.report.baseline_text import expired_line, stale_line, update_line
from pytest_ssot.report.violation_text import likened
from pytest_ssot.rules.configured import Configured

if TYPE_CHECKING:
    from pytest_ssot.commands.run_reports import Reported
    from pytest_ssot.policy.rules.unused_rules import Idle


class Checked(NamedTuple):
    """What a check comes to."""

    project: Configured
    baseline: ratchet.Baseline
    inventory: Inventory
    ratcheted: Ratcheted
    runs: tuple[Reported, ...]
    partial: bool

    @property
    def not_observed(self) -> list[str]:
        """What nobody saw: of the runs, and whether a target is overdue."""
        unseen = {one for run in self.runs for one in run.not_observed}
        return sorted(unseen.union(self.inventory.due.unknown))

    def idle(self) -> list[Idle]:
        """The rules that match nothing; none where not all was asked for."""
        sites = {(violation.rule, violation.importer) for violation in self.ratcheted.violations}
        number = Counter(rule for rule, _ in sites)
        # One site may be that of the package around the target, which passes it on to nobody.
        if self.partial or all(number[rule.id] > 1 for rule in self.project.rules.rules):
            return []
        from pytest_ssot.policy.rules.unused_rules import Doubts, Known, idle  # it parses

        root, found = self.project.settings.root, self.inventory
        entries = self.baseline.entries
        known = Known(self.ratcheted.violations, found.uses, entries, found.examined)
        return idle(self.project, known, Doubts(root, found.unreadable, self.not_observed))

    @property
    def failed(self) -> bool:
        fails = any(violation.verdict is Verdict.FAILS for violation in self.ratcheted.violations)
        return fails or bool(self.ratcheted.stale)


def run(options: argparse.Namespace) -> int:
    """Print the inventory; returns 1 if anything fails."""
    found = checked(options)
    if options.output_format != "text" and isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # as files are written, whatever the screen is
    sys.stdout.write(_output(found, options))
    for line in _stale(found) if options.quiet else _besides(found):
        print(line, file=sys.stderr)
    return int(found.failed)


def checked(options: argparse.Namespace) -> Checked:
    """The project's inventory, judged. Raises UsageError for what is wrong in what users wrote."""
    project = configured(root_of(options.root), {"baseline": options.baseline})
    root, today = project.settings.root, datetime.date.today()
    path = find_baseline(project.settings, options.baseline)
    before = load_baseline.load(project, path, required=options.baseline is not None)
    runs = _reported(options.runs)
    paths = [_existing(path) for path in options.paths]
    with progress("scanning", options):
        found = inventory.take(project, today, paths, cache=not options.no_cache)
    if found.mistakes:
        raise UsageError("\n".join(found.mistakes))
    violations = found.violations
    if runs:
        from pytest_ssot.policy.baseline.reconcile_runs import reconciled

        seen = [violation for run in runs for violation in run.violations]
        violations = tuple(reconciled(violations, seen))
    result = ratchet.apply(
        before,
        violations,
        examined=_examined(root, found, paths),
        is_critical=critical(project.settings, found),
        today=today,
    )
    return Checked(project, before, found, result, runs, partial=bool(paths))


def critical(settings: Settings, found: Inventory) -> Callable[[Violation], bool]:
    """Whether a violation stands in a mission-critical test; see `in_source`.

    Of what is in source, runs tell who executes it, and change no verdict: with their
    reports a check says the same as without.
    """
    stands = in_source(settings, found.critical)
    return lambda violation: stands(
        violation._replace(tests=()) if "static" in violation.seen else violation
    )


def _reported(paths: Sequence[Path]) -> tuple[Reported, ...]:
    if not paths:
        return ()
    from pytest_ssot.commands.run_reports import reported

    return tuple(map(reported, paths))


def _existing(path: str) -> str:
    if not os.path.lexists(path):
        raise UsageError(f"{path}: there is no such file or folder")
    return os.path.abspath(path)


def _examined(root: Path, found: Inventory, paths: Sequence[str]) -> Callable[[Key], bool]:
    """Whether all violations of a key were found; what is gone was looked for only in *paths*."""
    examined = load_baseline.examined(root, found)
    asked = [relative(path, root) for path in paths]
    everything = not asked or "." in asked
    return lambda key: examined(key) and (everything or path_matches(key.path, asked))


def _output(checked: Checked, options: argparse.Namespace) -> str:
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
            check_listing.line(violation, rules.by_id.get(violation.rule), runs=bool(checked.runs))
            for violation in shown
        ]
        return "".join(f"{line}\n" for line in lines)
    from pytest_ssot.report.document import as_document
    from pytest_ssot.report.rendering import render

    data = as_document(
        violations,
        rules.all,
        check_listing.matched(violations, rules.all),
        checked.inventory.unreadable,
        checked.not_observed,
        idle=checked.idle(),
        suspects=checked.inventory.suspects,
    )
    return render(options.output_format, data, checked.project.settings.root)


def _besides(checked: Checked) -> Iterator[str]:
    """What is told next to the inventory."""
    found, result = checked.inventory, checked.ratcheted
    rules = checked.project.rules
    yield from (f"{path}: not read whole: {error}" for path, error in found.unreadable)
    yield from (f"suspect: {likened(suspect)}" for suspect in found.suspects)
    yield from _stale(checked)
    yield from (f"expired in the baseline: {expired_line(entry)}" for entry in result.expired)
    yield from found.due.unknown
    yield from map(check_listing.idle_line, checked.idle())
    if not rules.all:
        yield check_listing.NO_RULES
    yield check_listing.summary(result.violations, len(found.examined))


def _stale(checked: Checked) -> Iterator[str]:
    """What fails besides the violations."""
    stale = checked.ratcheted.stale
    yield from (stale_line(one, checked.project.rules.by_id) for one in stale)
    yield from sorted({update_line(one) for one in stale})
