"""The end of a run for its baseline: what of it is gone, and the file without that."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pytest_ssot.config.settings import Settings
from pytest_ssot.files import relative
from pytest_ssot.model import Violation
from pytest_ssot.policy.baseline.ratchet import Ratchet, Stale
from pytest_ssot.policy.verdict.mission_critical import make_is_critical
from pytest_ssot.rules.configured import Configured

if TYPE_CHECKING:  # it brings the scan along, which only some runs have a use for
    from pytest_ssot.policy.run.inventory import Inventory


class Upkeep(NamedTuple):
    """What is *stale* in the baseline; ``updated`` tells of the file, where it was rewritten."""

    stale: tuple[Stale, ...] = ()
    updated: str | None = None

    @property
    def overdue(self) -> bool:
        """Whether somebody has yet to remove what is stale."""
        return bool(self.stale) and self.updated is None


def update_after_run(
    configured: Configured,
    today: datetime.date,
    path: Path,
    ratchet: Ratchet,
    seen: Iterable[Violation],
    complete: bool,
    everything: Inventory | None = None,
) -> Upkeep:
    """What a run that has *seen* these violations makes of the baseline in the file *path*.

    The source is scanned, as no run executes all of it, unless the run itself has scanned
    *everything*. What only runs see is judged after a *complete* run alone, which had
    every test, and all of them passed. With the setting ``update-baseline`` the file is
    rewritten without what is stale.

    Raises UsageError where it cannot be.
    """
    from pytest_ssot.policy.run.inventory import take_inventory

    scan = take_inventory(configured, today, forks=False) if everything is None else everything
    stale = _find_stale(configured.settings, ratchet, scan, seen if complete else None)
    updated = (
        _rewrite_file(configured, path, stale) if configured.settings.update_baseline else None
    )
    return Upkeep(tuple(stale), updated)


def _find_stale(
    settings: Settings, ratchet: Ratchet, scan: Inventory, seen: Iterable[Violation] | None
) -> list[Stale]:
    """What a *scan* tells, and what was *seen* by a run that could see all."""
    from pytest_ssot.policy.baseline.load_baseline import make_is_examined

    is_critical = make_is_critical(settings, scan.critical)
    stale = ratchet.find_stale(scan.violations, make_is_examined(settings.root, scan), is_critical)
    if seen is not None:
        stale += ratchet.find_stale_in_runs(scan.violations, seen, is_critical)
    return stale


def _rewrite_file(configured: Configured, path: Path, stale: list[Stale]) -> str | None:
    """Shrink the file as it is now: somebody may have changed it while the tests ran."""
    from pytest_ssot.policy.baseline.baseline_file import write_entries
    from pytest_ssot.policy.baseline.grow_and_shrink import shrink_entries
    from pytest_ssot.policy.baseline.load_baseline import load_baseline

    now = load_baseline(configured, path)
    left = shrink_entries(now.entries, stale)
    shown = relative(str(path), configured.settings.root)
    if left == now.written:
        return f"baseline: {shown} is up to date" if stale else None
    write_entries(path, shown, left)
    return f"baseline: {shown} updated, {len(left)} of {len(now.entries)} entries left"
