"""The end of a run for its baseline: what of it is gone, and the file without that."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pytest_ssot.files import relative
from pytest_ssot.model import Violation
from pytest_ssot.policy.critical import in_source
from pytest_ssot.policy.ratchet import Ratchet, Stale
from pytest_ssot.rules.discovery import Configured

if TYPE_CHECKING:  # it brings the scan along, which only some runs have a use for
    from pytest_ssot.policy.inventory import Inventory


class Upkeep(NamedTuple):
    """What is *stale* in the baseline; ``updated`` tells of the file, once that is without it."""

    stale: tuple[Stale, ...] = ()
    updated: str | None = None

    @property
    def overdue(self) -> bool:
        """Whether somebody has yet to remove what is stale."""
        return bool(self.stale) and self.updated is None


def after_run(
    configured: Configured,
    today: datetime.date,
    path: Path,
    ratchet: Ratchet,
    seen: Iterable[Violation],
    complete: bool,
    everything: Inventory | None = None,
) -> Upkeep:
    """What a run that has *seen* these violations makes of the baseline in the file *path*.

    The files that it names are scanned, as no run executes all of the code, unless
    the run itself has scanned *everything*. What
    only runs see is judged after a *complete* run alone, which had every test
    and in which all of them passed. With the setting ``update-baseline`` the file
    is rewritten without what is stale.

    Raises UsageError where it cannot be.
    """
    from pytest_ssot.policy import inventory, known

    settings, entries = configured.settings, ratchet.baseline.entries
    named = sorted({one.key.path for one in entries})
    there = tuple(one for one in named if (settings.root / one).exists())
    scan = everything
    if scan is None and there:
        scan = inventory.take(configured, today, there, forks=False)
    found = scan.violations if scan is not None else ()
    is_critical = in_source(settings, scan.critical if scan is not None else ())
    examined = known.examined(settings.root, scan)
    stale = ratchet.stale(found, examined, is_critical)
    if complete:
        stale += ratchet.stale_in_runs(found, seen, is_critical)
    updated = _update(configured, path, stale) if settings.update_baseline else None
    return Upkeep(tuple(stale), updated)


def _update(configured: Configured, path: Path, stale: list[Stale]) -> str | None:
    """Shrink the file as it is now: somebody may have changed it while the tests ran."""
    from pytest_ssot.policy import baseline, known
    from pytest_ssot.policy.changes import shrunk

    now = known.load(configured, path)
    left = shrunk(now.entries, stale)
    if left == now.written:
        return None
    shown = relative(str(path), configured.settings.root)
    baseline.write(path, shown, left)
    return f"baseline: {shown} updated, {len(left)} of {len(now.written)} entries left"
