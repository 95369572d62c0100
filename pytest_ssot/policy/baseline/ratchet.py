"""The ratchet: what a baseline excuses, and what of it is no longer needed."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from pytest_ssot.model import Site, Verdict, Violation
from pytest_ssot.policy.baseline.entries import BaselineEntry, EntryKey, make_key

IsCritical = Callable[[Violation], bool]


def is_never_critical(_: Violation) -> bool:
    """No violation is mission-critical by itself: only some tests that saw it may be."""
    return False


#: What tells two sites of one key apart: line, target, column.
_Place = tuple[int, str, int]


class Stale(NamedTuple):
    """An entry of which only *now* sites are left; with ``critical``, as those never count."""

    entry: BaselineEntry
    now: int
    critical: bool = False


class Exceeded(NamedTuple):
    """More *sites* of a key than the *known* number: all of them fail."""

    key: EntryKey
    known: int
    sites: tuple[Site, ...]

    def __str__(self) -> str:
        return f"the baseline knows {self.known}, there are {len(self.sites)}"


class Ratcheted(NamedTuple):
    """Violations judged against a baseline, and what that tells of the baseline.

    ``expired`` are the entries past their day whose sites are still there,
    ``moved`` the old and new paths of files that took their entries along.
    """

    violations: tuple[Violation, ...]
    stale: tuple[Stale, ...] = ()
    exceeded: tuple[Exceeded, ...] = ()
    expired: tuple[BaselineEntry, ...] = ()
    moved: tuple[tuple[str, str], ...] = ()


class Baseline(NamedTuple):
    """The known violations.

    ``moved`` maps the old paths of files that have moved to the new ones, which
    the entries have; ``written`` are the entries as the file has them, None where it
    has to be written anew in any case.
    """

    entries: tuple[BaselineEntry, ...] = ()
    moved: Mapping[str, str] = MappingProxyType({})
    written: tuple[BaselineEntry, ...] | None = ()


def apply_baseline(
    baseline: Baseline,
    violations: Iterable[Violation],
    *,
    examined: Callable[[EntryKey], bool],
    is_critical: IsCritical,
    today: datetime.date,
) -> Ratcheted:
    """The violations of a scan, those that *baseline* knows as such.

    *examined* tells of a key whether all violations of it would be among these: its
    file was read, or is gone. *is_critical* tells which are never excused.
    """
    ratchet = Ratchet(baseline, today)
    violations = tuple(violations)
    return Ratcheted(
        tuple(ratchet.mark_known(violations, is_critical)),
        tuple(ratchet.find_stale(violations, examined, is_critical)),
        tuple(ratchet.find_exceeded(violations, is_critical)),
        tuple(ratchet.find_expired(violations)),
        tuple(sorted(baseline.moved.items())),
    )


class Ratchet:
    """A baseline, ready to be asked, on the day *today*."""

    def __init__(self, baseline: Baseline, today: datetime.date) -> None:
        self.baseline = baseline
        self._today = today
        self._groups: dict[EntryKey, dict[EntryKey, list[BaselineEntry]]] = {}
        for entry in sorted(baseline.entries, key=lambda entry: entry.order):
            self._groups.setdefault(entry.key.group, {}).setdefault(entry.key, []).append(entry)

    def mark_known(
        self, violations: Iterable[Violation], is_critical: IsCritical = is_never_critical
    ) -> list[Violation]:
        """*violations* of one test, or of one scan, in their order; the known ones as such.

        More sites of one key than are known fail, all of them: which is the new
        one nobody can tell without line numbers.
        """
        violations = list(violations)
        if not self._groups:
            return violations
        sites = self._group_sites(violations, is_critical)
        return [
            violation
            if is_critical(violation)
            else self._mark_violation(violation, sites)
            if may_be_known(violation)
            else violation
            for violation in violations
        ]

    def _mark_violation(
        self, violation: Violation, sites: Mapping[EntryKey, Collection[_Place]]
    ) -> Violation:
        entries = self._find_entries(violation)
        if not entries:
            return violation
        holding = [entry for entry in entries if self.holds(entry)]
        found, known = len(sites[entries[0].key]), sum(entry.number for entry in holding)
        if found <= known:
            reasons = (entry.reason for entry in holding if entry.reason)
            return violation.judged(Verdict.KNOWN, next(reasons, None))
        if not holding:
            until = max(entry.until for entry in entries if entry.until is not None)
            return violation.judged(Verdict.FAILS, f"the baseline knew it until {until}")
        why = f"the baseline knows {known}, there are {found}"
        return violation.judged(Verdict.FAILS, why)

    def find_exceeded(
        self, violations: Iterable[Violation], is_critical: IsCritical = is_never_critical
    ) -> list[Exceeded]:
        """The keys of which there are more sites than are known, but not none."""
        found: dict[EntryKey, dict[_Place, Site]] = {}
        for violation in violations:
            entries = (
                self._find_entries(violation)
                if may_be_known(violation) and not is_critical(violation)
                else []
            )
            if entries:
                found.setdefault(entries[0].key, {})[place_of(violation)] = violation.importer
        told = []
        for key, sites in sorted(found.items(), key=lambda pair: pair[0].order):
            known = self._count_known(key)
            if 0 < known < len(sites):
                told.append(Exceeded(key, known, tuple(sites[site] for site in sorted(sites))))
        return told

    def find_expired(self, violations: Iterable[Violation]) -> list[BaselineEntry]:
        """The entries past their day that *violations* would need."""
        needed = {
            entry
            for violation in violations
            if may_be_known(violation)
            for entry in self._find_entries(violation)
        }
        return sorted(
            (entry for entry in needed if not self.holds(entry)), key=lambda entry: entry.order
        )

    def find_stale(
        self,
        violations: Iterable[Violation],
        examined: Callable[[EntryKey], bool],
        is_critical: IsCritical,
    ) -> list[Stale]:
        """The entries for source of which a scan, whose *violations* these are, found less."""
        violations = [violation for violation in violations if "static" in violation.seen]
        left = self._group_sites(violations, is_critical)
        critical = {
            entries[0].key
            for violation in violations
            if is_critical(violation) and (entries := self._find_entries(violation))
        }
        found = []
        for entry in self.baseline.entries:
            now = len(left.get(entry.key, ()))
            if not entry.runtime and now < entry.number and examined(entry.key):
                found.append(Stale(entry, now, entry.key in critical))
        return sorted(found, key=lambda stale: stale.entry.order)

    def find_stale_in_runs(
        self, scanned: Iterable[Violation], seen: Iterable[Violation], is_critical: IsCritical
    ) -> list[Stale]:
        """The entries for what only runs see, of which a full run saw less.

        What a scan finds by now, as a rule has been written for it, is still there.
        """
        by_scan = self._group_sites(scanned, is_critical)
        by_any = self._group_sites([*scanned, *seen], is_never_critical)
        in_source = {
            entry.key: entry.number for entry in self.baseline.entries if not entry.runtime
        }
        found = []
        for entry in self.baseline.entries:
            if not entry.runtime:
                continue
            # A scan and a run may differ about the column.
            sites = {place[:2] for place in by_any.get(entry.key, ())}
            other = min(in_source.get(entry.key, 0), len(by_scan.get(entry.key, ())))
            now = max(0, len(sites) - other)
            if now < entry.number:
                found.append(Stale(entry, now))
        return sorted(found, key=lambda stale: stale.entry.order)

    def find_key(self, violation: Violation) -> EntryKey:
        """The key of the entries that *violation* falls under, else of one for it alone."""
        entries = self._find_entries(violation)
        return entries[0].key if entries else make_key(violation)

    def holds(self, entry: BaselineEntry) -> bool:
        return entry.holds_on(self._today)

    def _count_known(self, key: EntryKey) -> int:
        entries = self._groups[key.group][key]
        return sum(entry.number for entry in entries if self.holds(entry))

    def _find_entries(self, violation: Violation) -> list[BaselineEntry]:
        """The entries that *violation* falls under, all of one key."""
        key = make_key(violation)
        group = self._groups.get(key.group, {})
        if key in group:
            return group[key]
        if key.name is None and not key.kind:
            # A star takes submodules as well, where a run has loaded them.
            star = key._replace(name="*")
            return self._groups.get(star, {}).get(star, [])
        return next((entries for known, entries in group.items() if known.covers(key)), [])

    def _group_sites(
        self, violations: Iterable[Violation], is_critical: IsCritical
    ) -> dict[EntryKey, set[_Place]]:
        """The distinct sites of each key that has entries."""
        sites: dict[EntryKey, set[_Place]] = {}
        for violation in violations:
            if (
                may_be_known(violation)
                and not is_critical(violation)
                and (entries := self._find_entries(violation))
            ):
                sites.setdefault(entries[0].key, set()).add(place_of(violation))
        return sites


def may_be_known(violation: Violation) -> bool:
    """Whether nobody but the baseline may excuse *violation*."""
    return violation.verdict in (Verdict.FAILS, Verdict.KNOWN)


def place_of(violation: Violation) -> _Place:
    """What tells the site of *violation* apart from others of its key."""
    return (violation.importer.line, violation.target, violation.importer.column)
