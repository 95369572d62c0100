"""The ratchet: what a baseline excuses, and what of it is no longer needed."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from pytest_ssot.model import Site, Verdict, Violation
from pytest_ssot.policy.baseline.entries import Entry, Key, key_of

Is = Callable[[Violation], bool]


def nothing(_: Violation) -> bool:
    """No violation is mission-critical by itself: only some tests that saw it may be."""
    return False


#: What tells two sites of one key apart: line, target, column.
_Place = tuple[int, str, int]


class Stale(NamedTuple):
    """An entry of which only *now* sites are left; with ``critical``, as those never count."""

    entry: Entry
    now: int
    critical: bool = False


class Exceeded(NamedTuple):
    """More *sites* of a key than the *known* number: all of them fail."""

    key: Key
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
    expired: tuple[Entry, ...] = ()
    moved: tuple[tuple[str, str], ...] = ()


class Baseline(NamedTuple):
    """The known violations.

    ``moved`` maps the old paths of files that have moved to the new ones, which
    the entries have; ``written`` are the entries as the file has them, None where it
    has to be written anew in any case.
    """

    entries: tuple[Entry, ...] = ()
    moved: Mapping[str, str] = MappingProxyType({})
    written: tuple[Entry, ...] | None = ()


def apply(
    baseline: Baseline,
    violations: Iterable[Violation],
    *,
    examined: Callable[[Key], bool],
    is_critical: Is,
    today: datetime.date,
) -> Ratcheted:
    """The violations of a scan, those that *baseline* knows as such.

    *examined* tells of a key whether all violations of it would be among these: its
    file was read, or is gone. *is_critical* tells which are never excused.
    """
    ratchet = Ratchet(baseline, today)
    violations = tuple(violations)
    return Ratcheted(
        tuple(ratchet.judge(violations, is_critical)),
        tuple(ratchet.stale(violations, examined, is_critical)),
        tuple(ratchet.exceeded(violations, is_critical)),
        tuple(ratchet.expired(violations)),
        tuple(sorted(baseline.moved.items())),
    )


class Ratchet:
    """A baseline, ready to be asked, on the day *today*."""

    def __init__(self, baseline: Baseline, today: datetime.date) -> None:
        self.baseline = baseline
        self._today = today
        self._groups: dict[Key, dict[Key, list[Entry]]] = {}
        for entry in sorted(baseline.entries, key=lambda entry: entry.order):
            self._groups.setdefault(entry.key.group, {}).setdefault(entry.key, []).append(entry)

    def judge(self, violations: Iterable[Violation], is_critical: Is = nothing) -> list[Violation]:
        """*violations* of one test, or of one scan, in their order; the known ones as such.

        More sites of one key than are known fail, all of them: which is the new
        one nobody can tell without line numbers.
        """
        violations = list(violations)
        if not self._groups:
            return violations
        sites = self._sites(violations, is_critical)
        return [
            violation
            if is_critical(violation)
            else self._judged(violation, sites)
            if counts(violation)
            else violation
            for violation in violations
        ]

    def _judged(self, violation: Violation, sites: Mapping[Key, Collection[_Place]]) -> Violation:
        entries = self._entries(violation)
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

    def exceeded(
        self, violations: Iterable[Violation], is_critical: Is = nothing
    ) -> list[Exceeded]:
        """The keys of which there are more sites than are known, but not none."""
        found: dict[Key, dict[_Place, Site]] = {}
        for violation in violations:
            entries = (
                self._entries(violation) if counts(violation) and not is_critical(violation) else []
            )
            if entries:
                found.setdefault(entries[0].key, {})[place(violation)] = violation.importer
        told = []
        for key, sites in sorted(found.items(), key=lambda pair: pair[0].order):
            known = self._known(key)
            if 0 < known < len(sites):
                told.append(Exceeded(key, known, tuple(sites[site] for site in sorted(sites))))
        return told

    def expired(self, violations: Iterable[Violation]) -> list[Entry]:
        """The entries past their day that *violations* would need."""
        needed = {
            entry
            for violation in violations
            if counts(violation)
            for entry in self._entries(violation)
        }
        return sorted(
            (entry for entry in needed if not self.holds(entry)), key=lambda entry: entry.order
        )

    def stale(
        self, violations: Iterable[Violation], examined: Callable[[Key], bool], is_critical: Is
    ) -> list[Stale]:
        """What of the entries for source a scan did not find, of whose *violations* these are."""
        violations = [violation for violation in violations if "static" in violation.seen]
        left = self._sites(violations, is_critical)
        critical = {
            entries[0].key
            for violation in violations
            if is_critical(violation) and (entries := self._entries(violation))
        }
        found = []
        for entry in self.baseline.entries:
            now = len(left.get(entry.key, ()))
            if not entry.runtime and now < entry.number and examined(entry.key):
                found.append(Stale(entry, now, entry.key in critical))
        return sorted(found, key=lambda one: one.entry.order)

    def stale_in_runs(
        self, scanned: Iterable[Violation], seen: Iterable[Violation], is_critical: Is
    ) -> list[Stale]:
        """What of the entries that only runs see a full run did not see.

        What a scan finds by now, as a rule has been written for it, is still there.
        """
        by_scan = self._sites(scanned, is_critical)
        by_any = self._sites([*scanned, *seen], nothing)
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
        return sorted(found, key=lambda one: one.entry.order)

    def key(self, violation: Violation) -> Key:
        """The key of the entries that *violation* falls under, else of one for it alone."""
        entries = self._entries(violation)
        return entries[0].key if entries else key_of(violation)

    def holds(self, entry: Entry) -> bool:
        return entry.holds(self._today)

    def _known(self, key: Key) -> int:
        entries = self._groups[key.group][key]
        return sum(entry.number for entry in entries if self.holds(entry))

    def _entries(self, violation: Violation) -> list[Entry]:
        """The entries that *violation* falls under, all of one key."""
        key = key_of(violation)
        group = self._groups.get(key.group, {})
        if key in group:
            return group[key]
        if key.name is None and not key.kind:
            # A star takes submodules as well, where a run has loaded them.
            star = key._replace(name="*")
            return self._groups.get(star, {}).get(star, [])
        return next((entries for one, entries in group.items() if one.covers(key)), [])

    def _sites(self, violations: Iterable[Violation], is_critical: Is) -> dict[Key, set[_Place]]:
        """The distinct sites of each key that has entries."""
        sites: dict[Key, set[_Place]] = {}
        for violation in violations:
            if (
                counts(violation)
                and not is_critical(violation)
                and (entries := self._entries(violation))
            ):
                sites.setdefault(entries[0].key, set()).add(place(violation))
        return sites


def counts(violation: Violation) -> bool:
    """Whether nobody but the baseline may excuse *violation*."""
    return violation.verdict in (Verdict.FAILS, Verdict.KNOWN)


def place(violation: Violation) -> _Place:
    """What tells the site of *violation* apart from others of its key."""
    return (violation.importer.line, violation.target, violation.importer.column)
