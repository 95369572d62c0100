"""Counts the uses of targets as ``pytest-ssot check`` does."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from pytest_ssot.commands.project import load_project
from pytest_ssot.policy.run.inventory import take_inventory


class Site(NamedTuple):
    path: str
    line: int
    column: int
    target: str
    name: str | None


class Count(NamedTuple):
    """What was found, what could not be read and why, and how many files were looked at."""

    sites: list[Site]
    unreadable: dict[str, str]
    files: int


def count(root: Path, targets: Mapping[str, bool]) -> Count:
    """The uses of *targets* (with whether submodules count) below *root*.

    Its ``pyproject.toml`` is written anew.
    """
    tables = ["[tool.pytest-ssot]\n"]
    for target, submodules in targets.items():
        tables.append(f'[[tool.pytest-ssot.rules]]\ndeprecated = "{target}"\n')
        if not submodules:
            tables.append("submodules = false\n")
    (root / "pyproject.toml").write_text("".join(tables), encoding="utf-8")
    inventory = take_inventory(load_project(root), datetime.date.today(), cache=False)
    sites = [
        Site(one.importer.path, one.importer.line, one.importer.column, one.target, one.name)
        for one in inventory.violations
    ]
    return Count(sites, dict(inventory.unreadable), len(inventory.examined))
