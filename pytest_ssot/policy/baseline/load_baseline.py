"""The baseline of a project, as its rules and its files are now."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_ssot.errors import UsageError
from pytest_ssot.files import relative
from pytest_ssot.policy.baseline import baseline_file
from pytest_ssot.policy.baseline.entries import BaselineEntry, EntryKey
from pytest_ssot.policy.baseline.ratchet import Baseline
from pytest_ssot.rules.configured import Configured

if TYPE_CHECKING:
    from pytest_ssot.policy.run.inventory import Inventory


def load_baseline(
    configured: Configured, path: Path, *, required: bool = False, merging: bool = False
) -> Baseline:
    """The baseline in the file *path*; an empty one if there is no file.

    Files that have moved take their entries along, and an entry that names a
    rule by its target goes by the rule's id. *merging* is that of
    :func:`pytest_ssot.policy.baseline.baseline_file.read_entries`. Raises UsageError for what is no
    baseline, and with *required* if there is none.
    """
    root = configured.settings.root
    shown = relative(str(path), root)
    if required and not path.exists():
        raise UsageError(f"{shown}: there is no such baseline; pytest-ssot baseline creates it")
    entries = baseline_file.read_entries(path, shown, merging=merging)
    gone = {entry.key.path for entry in entries if not os.path.lexists(root / entry.key.path)}
    moved = _find_moved(root, gone, path) if gone else {}

    def now(key: EntryKey) -> EntryKey:
        rule = configured.rules.find(key.rule)
        return key._replace(
            path=moved.get(key.path, key.path), rule=key.rule if rule is None else rule.id
        )

    written = _read_written(path, shown) if merging else entries
    return Baseline(
        _join_entries(entry._replace(key=now(entry.key)) for entry in entries), moved, written
    )


def _read_written(path: Path, shown: str) -> tuple[BaselineEntry, ...] | None:
    """The entries that the file holds; None if it is still to be put in order."""
    try:
        return baseline_file.read_entries(path, shown)
    except UsageError:
        return None


def _find_moved(root: Path, gone: set[str], path: Path) -> Mapping[str, str]:
    from pytest_ssot.policy.baseline import git_renames  # it starts git

    return git_renames.find_renames(root, gone, path)


def make_is_examined(root: Path, scan: Inventory) -> Callable[[EntryKey], bool]:
    """Whether a *scan* of everything at *root* has found all violations of a key.

    It has read the file whole, or the file is gone. What is not overdue here may be so
    where another version is installed, as long as it stands.
    """
    read = scan.examined.difference(path for path, _ in scan.unreadable)

    def examined_key(key: EntryKey) -> bool:
        if key in scan.due.waiting:
            return False
        return key.path in read or not os.path.lexists(root / key.path)

    return examined_key


def _join_entries(entries: Iterable[BaselineEntry]) -> tuple[BaselineEntry, ...]:
    """*entries*, of which those that have come to mean the same are one."""
    found: dict[tuple[EntryKey, bool], BaselineEntry] = {}
    for entry in sorted(entries, key=lambda entry: entry.order):
        other = found.get((entry.key, entry.runtime))
        number = entry.number + (other.number if other else 0)
        found[entry.key, entry.runtime] = (other or entry)._replace(number=number)
    return tuple(found.values())
