"""The lines of the terminal summary: by importer, the failing ones first."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from pytest_ssot.config.load import FILE
from pytest_ssot.model import Verdict, Violation
from pytest_ssot.policy.run.outcome import Outcome
from pytest_ssot.report.baseline_text import (
    UPDATE,
    describe_expired,
    describe_stale,
    describe_update,
)
from pytest_ssot.report.check_listing import format_unused_rule
from pytest_ssot.report.violation_text import (
    Cause,
    count_noun,
    describe_remembered,
    describe_suspect,
    group_causes,
)

#: How many lines of what fails nothing are shown, unless asked for more.
_FEW = 10


def summarize_run(outcome: Outcome, *, verbose: bool) -> list[str]:
    """The whole summary; empty if there is nothing to tell."""
    failing, others = _list_importers(outcome)
    late = _list_some("failed after its end:", _list_late(outcome), verbose)
    told = [
        *failing,
        *late,
        *_list_some("", others, verbose),
        *_list_besides(outcome, verbose),
        *_list_baseline(outcome, verbose),
    ]
    settings = outcome.settings
    unasked = not (settings.file or settings.scan or outcome.ratchet.baseline.entries)
    if unasked and told and not failing and not verbose:
        # One line is enough to find it by.
        told = [f"{count_noun(len(outcome.violations), 'deprecated use')} seen (-v lists them)"]
    faults = (f"error inside pytest-ssot: {fault}" for fault in outcome.remainder.faults)
    return [*told, *_list_elsewhere(outcome), *faults, *outcome.mistakes]


def _list_elsewhere(outcome: Outcome) -> Iterator[str]:
    """Rules above the rootdir, which the commands take and this run did not: a gate that is off."""
    if outcome.elsewhere is not None:
        path = os.path.relpath(outcome.elsewhere, outcome.settings.root)
        yield (
            f"not gated by {os.path.join(path, FILE)}: it is above pytest's rootdir; "
            f"run pytest with --rootdir={path}"
        )


def _list_importers(outcome: Outcome) -> tuple[list[str], list[str]]:
    """``app/bridge.py:3229  app.ws.manager_factory  fails 302 tests``; and what fails none."""
    found = [violation for violation in outcome.violations if violation.verdict is Verdict.FAILS]
    rows = [(_count_failed(cause, outcome), cause) for cause in group_causes(found, {})]
    rows.sort(key=lambda row: (-row[0], row[1].key))
    width = max((len(str(cause.importer)) for _, cause in rows), default=0)
    target = max((len(cause.named) for _, cause in rows), default=0)
    failing: list[str] = []
    others: list[str] = []
    for failed, cause in rows:
        place, what = str(cause.importer).ljust(width), cause.named.ljust(target)
        over = outcome.settings.strict and cause.note
        lines = failing if failed or over or not cause.first.tests else others
        lines.append(f"{place}  {what}  {_describe_effect(failed, cause)}")
        if outcome.settings.chain:
            lines += (f"    {step}: in {step.function}" for step in cause.first.chain)
    return failing, others


def _count_failed(cause: Cause, outcome: Outcome) -> int:
    return len(outcome.find_failed_tests(cause.violations))


def _describe_effect(failed: int, cause: Cause) -> str:
    if failed:
        return f"fails {count_noun(failed, 'test')}"
    if cause.first.kind.traits.stands:
        return f"{cause.first.kind.value}, {cause.quote_message()}"
    seen = set().union(*(violation.tests for violation in cause.violations))
    where = f"seen by {count_noun(len(seen), 'test')}" if seen else cause.describe_seen_by()
    return f"{where}, {cause.note or 'not gated'}" if seen or cause.note else where


def _list_besides(outcome: Outcome, verbose: bool) -> Iterator[str]:
    """What fails nothing: allowed, not ours, silenced, looked at; what is out of date."""
    for verdict in (Verdict.ALLOWED, Verdict.SUPPRESSED, Verdict.INDIRECT, Verdict.KNOWN):
        found = [violation for violation in outcome.violations if violation.verdict is verdict]
        yield from _list_some(f"{verdict.value}:", map(_describe_site, found), verbose)
    told = map(describe_remembered, outcome.remembered)
    yield from _list_some("remembered:", told, verbose)
    yield from _list_some("looked at, not used:", map(_describe_site, outcome.swept), verbose)
    unread = (f"{path}: {error}" for path, error in outcome.unreadable)
    yield from _list_some("not read:", unread, verbose)
    yield from _list_some("suspect:", map(describe_suspect, outcome.suspects), verbose)
    yield from _list_some("expired allowance:", outcome.expired, verbose)
    yield from _list_some("discovered rule:", _list_discovered(outcome), verbose)
    yield from _list_some("not observed:", outcome.not_observed, verbose)
    if outcome.full:
        yield from _list_some("unused allowance:", outcome.unused, verbose)
        yield from _list_some(
            "rule that matched nothing:", map(format_unused_rule, outcome.unused_rules), verbose
        )


def _list_baseline(outcome: Outcome, verbose: bool) -> Iterator[str]:
    """What is out of date in the baseline, and what has been or is to be done for that."""
    upkeep, rules = outcome.upkeep, {rule.id: rule for rule in outcome.rules}
    yield from _list_some("expired entry:", map(describe_expired, outcome.expired_entries), verbose)
    yield from _list_some("", (describe_stale(stale, rules) for stale in upkeep.stale), verbose)
    if upkeep.updated is not None:
        yield upkeep.updated
        return
    moved = outcome.ratchet.baseline.moved
    yield from _list_some("moved:", (f"{old} -> {moved[old]}" for old in sorted(moved)), verbose)
    yield from sorted(
        {describe_update(stale) for stale in upkeep.stale} | ({UPDATE} if moved else set())
    )


def _list_late(outcome: Outcome) -> Iterator[str]:
    for nodeid, found in sorted(outcome.late.items()):
        yield from (f"{nodeid}  {violation.importer}  {violation.target}" for violation in found)


def _list_discovered(outcome: Outcome) -> Iterator[str]:
    for name, text in outcome.remainder.discovered:
        yield f"{name} warns of itself: {text.strip().partition(chr(10))[0]}"


def _describe_site(violation: Violation) -> str:
    reason = f"  ({violation.reason})" if violation.reason else ""
    return f"{violation.importer}  {violation.target}{reason}"


def _list_some(label: str, entries: Iterable[str], verbose: bool) -> Iterator[str]:
    entries = list(dict.fromkeys(entries))
    shown = entries if verbose else entries[:_FEW]
    yield from (f"{label} {entry}".removeprefix(" ") for entry in shown)
    if len(shown) < len(entries):
        yield f"{label} {len(entries) - len(shown)} more (-v shows them)".removeprefix(" ")
