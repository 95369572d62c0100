"""The baseline of a project, as its rules and its files are now."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_ssot.errors import UsageError
from pytest_ssot.files import relative
from pytest_ssot.policy.baseline import baseline_file
from pytest_ssot.policy.baseline.entries import Entry, Key
from pytest_ssot.policy.baseline.ratchet import Baseline
from pytest_ssot.rules.configured import Configured

if TYPE_CHECKING:
    from pytest_ssot.policy.run.inventory import Inventory


def load(
    configured: Configured, path: Path, *, required: bool = False, merging: bool = False
) -> Baseline:
    """The baseline in the file *path*; an empty one if there is no file.

    Files that have moved take their entries along, and an entry that names a
    rule by its target goes by the rule's id. *merging* is that of
    :func:`pytest_ssot.policy.baseline.baseline_file.read`. Raises UsageError for what is no
    baseline, and with *required* if there is none.
    """
    root = configured.settings.root
    shown = relative(str(path), root)
    if required and not path.exists():
        raise UsageError(f"{shown}: there is no such baseline; pytest-ssot baseline creates it")
    entries = baseline_file.read(path, shown, merging=merging)
    gone = {entry.key.path for entry in entries if not os.path.lexists(root / entry.key.path)}
    moved = _moved(root, gone, path) if gone else {}

    def now(key: Key) -> Key:
        rule = configured.rules.find(key.rule)
        return key._replace(
            path=moved.get(key.path, key.path), rule=key.rule if rule is None else rule.id
        )

    written = _written(path, shown) if merging else entries
    return Baseline(
        _joined(entry._replace(key=now(entry.key)) for entry in entries), moved, written
    )


def _written(path: Path, shown: str) -> tuple[Entry, ...] | None:
    """The entries that the file holds; None if it is still to be put in order."""
    try:
        return baseline_file.read(path, shown)
    except UsageError:
        return None


def _moved(root: Path, gone: set[str], path: Path) -> Mapping[str, str]:
    from pytest_ssot.policy.baseline import git_renames  # it starts git

    return git_renames.found(root, gone, path)


def examined(root: Path, scan: Inventory) -> Callable[[Key], bool]:
    """Whether a *scan* of everything at *root* has found all violations of a key.

    It has read the file whole, or the file is gone. What is not overdue here may be so
    where another version is installed, as long as it stands.
    """
    read = scan.examined.difference(path for path, _ in scan.unreadable)

    def examined_key(key: Key) -> bool:
        if key in scan.due.waiting:
            return False
        return key.path in read or not os.path.lexists(root / key.path)

    return examined_key


def _joined(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """*entries*, of which those that have come to mean the same are one."""
    found: dict[tuple[Key, bool], Entry] = {}
    for one in sorted(entries, key=lambda entry: entry.order):
        other = found.get((one.key, one.runtime))
        number = one.number + (other.number if other else 0)
        found[one.key, one.runtime] = (other or one)._replace(number=number)
    return tuple(found.values())
