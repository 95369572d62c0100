"""How a baseline changes: it is made, it shrinks, and it grows where somebody gives a reason."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import NamedTuple

from pytest_ssot.model import Violation
from pytest_ssot.policy.baseline.entries import BaselineEntry, EntryKey
from pytest_ssot.policy.baseline.ratchet import IsCritical, Ratchet, Stale, may_be_known, place_of
from pytest_ssot.policy.run.tally import spot_of


class Grounds(NamedTuple):
    """Why entries may be added, who moves those sites, and until when."""

    reason: str | None = None
    owner: str | None = None
    until: datetime.date | None = None


def shrink_entries(
    entries: Iterable[BaselineEntry], stale: Iterable[Stale]
) -> tuple[BaselineEntry, ...]:
    """*entries* without what is *stale*: lowered, or gone. Nothing grows."""
    left = {stale_entry.entry: stale_entry.now for stale_entry in stale}
    lowered = (entry._replace(number=left.get(entry, entry.number)) for entry in entries)
    return tuple(entry for entry in lowered if entry.number)


def grow_entries(
    ratchet: Ratchet,
    violations: Iterable[Violation],
    wanted: Iterable[Violation],
    is_critical: IsCritical,
    grounds: Grounds,
) -> tuple[BaselineEntry, ...]:
    """The entries of *ratchet*, and what it takes for it to know *wanted* too.

    *violations* are all that there are, judged, those that only a run saw with
    ``seen`` as ``("runtime",)``. Mission-critical ones are not counted.
    """
    entries = {(entry.key, entry.runtime): entry for entry in ratchet.baseline.entries}
    found = _count_sites(ratchet, violations, is_critical)
    for key in {
        ratchet.find_key(violation)
        for violation in wanted
        if may_be_known(violation) and not is_critical(violation)
    }:
        for runtime in (False, True):
            needed = found.get((key, runtime), 0)
            known = entries.get((key, runtime))
            if needed and (known is None or known.number < needed or not ratchet.holds(known)):
                entries[key, runtime] = BaselineEntry(key, needed, runtime, *grounds)
    return tuple(sorted(entries.values(), key=lambda entry: entry.order))


def find_only_in_runs(
    scanned: Iterable[Violation], reported: Iterable[Violation]
) -> tuple[Violation, ...]:
    """Those of a run's violations that the scan did not find, once each."""
    in_source = {spot_of(violation) for violation in scanned}
    found = {
        violation.cause: violation._replace(seen=("runtime",), chain=())
        for violation in reported
        if "runtime" in violation.seen
        and may_be_known(violation)
        and spot_of(violation) not in in_source
    }
    return tuple(found[cause] for cause in sorted(found))


def _count_sites(
    ratchet: Ratchet, violations: Iterable[Violation], is_critical: IsCritical
) -> dict[tuple[EntryKey, bool], int]:
    sites: dict[tuple[EntryKey, bool], set[object]] = {}
    for violation in violations:
        if may_be_known(violation) and not is_critical(violation):
            key = ratchet.find_key(violation), violation.seen == ("runtime",)
            sites.setdefault(key, set()).add(place_of(violation))
    return {key: len(found) for key, found in sites.items()}
