"""``pytest-ssot check``: the inventory of every use in source, judged."""

from __future__ import annotations

import argparse
import datetime

from pytest_ssot.commands.project import configured, root_of
from pytest_ssot.model import Verdict
from pytest_ssot.policy.inventory import take


def run(options: argparse.Namespace) -> int:
    """Print the inventory; returns 1 if anything fails."""
    given = configured(root_of(options.root))
    inventory = take(given, datetime.date.today(), options.paths, cache=not options.no_cache)
    for one in inventory.violations:
        site = one.importer
        print(f"{site.path}:{site.line}:{site.column}: {one.rule} {one.target} {one.name}")
    return int(any(one.verdict is Verdict.FAILS for one in inventory.violations))
