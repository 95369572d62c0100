"""The ``pytest-ssot`` command: its arguments and exit codes."""

from __future__ import annotations

import argparse
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code: 0, or 2 for a usage error."""
    parser = _parser()
    parser.parse_args(arguments)
    parser.print_help()
    return 0


def _parser() -> argparse.ArgumentParser:
    from importlib.metadata import version

    parser = argparse.ArgumentParser(
        prog="pytest-ssot",
        description="Single-source-of-truth imports, enforced at test time. "
        "The gate is a pytest plugin: run pytest, see its --ssot-… options.",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {version('pytest-ssot')}")
    return parser
