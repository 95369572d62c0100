"""The baseline of a project, as its rules and its files are now."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from pytest_ssot.errors import UsageError
from pytest_ssot.files import relative
from pytest_ssot.policy import baseline, moves
from pytest_ssot.policy.entries import Entry, Key
from pytest_ssot.policy.inventory import Inventory
from pytest_ssot.policy.ratchet import Baseline
from pytest_ssot.rules.discovery import Configured


def load(
    configured: Configured, path: Path, *, required: bool = False, merging: bool = False
) -> Baseline:
    """The baseline in the file *path*; an empty one if there is no file.

    Files that have moved take their entries along, and an entry that names a
    rule by its target goes by the rule's id. *merging* is that of
    :func:`pytest_ssot.policy.baseline.read`. Raises UsageError for what is no
    baseline, and with *required* if there is none.
    """
    root = configured.settings.root
    shown = relative(str(path), root)
    if required and not path.exists():
        raise UsageError(f"{shown}: there is no such baseline; pytest-ssot baseline creates it")
    entries = baseline.read(path, shown, merging=merging)
    gone = {one.key.path for one in entries if not os.path.lexists(root / one.key.path)}
    moved = moves.found(root, gone, path)

    def now(key: Key) -> Key:
        rule = configured.rules.find(key.rule)
        return key._replace(
            path=moved.get(key.path, key.path), rule=key.rule if rule is None else rule.id
        )

    return Baseline(
        _joined(one._replace(key=now(one.key)) for one in entries), moved, written=entries
    )


def examined(root: Path, scan: Inventory | None) -> Callable[[str], bool]:
    """Whether a *scan* of everything has found all violations in a file, relative to *root*.

    It has read the file whole, or the file is gone.
    """
    read = scan.examined.difference(path for path, _ in scan.unreadable) if scan else frozenset()
    return lambda path: path in read or not os.path.lexists(root / path)


def _joined(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """*entries*, of which those that have come to mean the same are one."""
    found: dict[tuple[Key, bool], Entry] = {}
    for one in sorted(entries, key=lambda entry: entry.order):
        other = found.get((one.key, one.runtime))
        number = one.number + (other.number if other else 0)
        found[one.key, one.runtime] = (other or one)._replace(number=number)
    return tuple(found.values())
