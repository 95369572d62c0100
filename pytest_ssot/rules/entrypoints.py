"""Finds the distributions with rule packs without paying for those that have none."""

from __future__ import annotations

import os
import sys

GROUP = "pytest_ssot.rules"


def find_distributions() -> dict[str, str]:
    """The metadata folders on ``sys.path`` that mention the group, by distribution.

    Reading a few bytes of each ``entry_points.txt`` costs a tenth of what
    importlib-metadata takes to parse them all. As there, the first of two
    distributions with one name hides the other. Folders only: rule packs in a
    zip file are not found.
    """
    found: dict[str, str] = {}
    seen: set[str] = set()
    for entry in dict.fromkeys(sys.path):
        for name in _list_folder(entry):
            stem, _, kind = name.rpartition(".")
            if kind not in ("dist-info", "egg-info"):
                continue
            distribution = normalize_name(stem.partition("-")[0])
            folder = os.path.join(entry, name)
            if distribution not in seen and _mentions_group(folder):
                found[distribution] = folder
            seen.add(distribution)
    return dict(sorted(found.items()))


def normalize_name(name: str) -> str:
    """A distribution's name as packaging standards compare it (PEP 503)."""
    words = name.lower().replace("_", "-").replace(".", "-").split("-")
    return "-".join(filter(None, words))


def _list_folder(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder or os.curdir))
    except (OSError, ValueError):  # ValueError: what no file system can name
        return []


def _mentions_group(folder: str) -> bool:
    try:
        with open(os.path.join(folder, "entry_points.txt"), "rb", buffering=0) as file:
            return GROUP.encode() in file.read()
    except OSError:
        return False
