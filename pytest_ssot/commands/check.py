"""``pytest-ssot check``: the inventory of every use in source, judged."""

from __future__ import annotations

import argparse

from pytest_ssot.commands.project import configured, root_of


def run(options: argparse.Namespace) -> int:
    """Print the inventory; returns 1 if anything fails."""
    configured(root_of(options.root))
    return 0
