"""The JSON report: one schema for every command, described in ``docs/report.md``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pytest_ssot.config.settings import Settings
from pytest_ssot.files import write_atomically
from pytest_ssot.model import SCHEMA_VERSION, Violation
from pytest_ssot.policy.outcome import Outcome


def document(outcome: Outcome) -> dict[str, Any]:
    """The report of a run as JSON values."""
    from importlib.metadata import version

    remainder = outcome.remainder
    return {
        "version": SCHEMA_VERSION,
        "tool": {"name": "pytest-ssot", "version": version("pytest-ssot")},
        "violations": [violation.to_json() for violation in outcome.violations],
        "unreadable": [],
        "not_observed": list(remainder.not_observed),
        "rules": [{"id": name, "matched": n} for name, n in sorted(outcome.matched.items())],
        "swept": [_without_verdict(violation) for violation in outcome.swept],
        "errors": [*remainder.faults, *remainder.mistakes],
    }


def _without_verdict(violation: Violation) -> dict[str, Any]:
    data = violation.to_json()
    del data["verdict"]
    return data


def as_text(data: Mapping[str, Any]) -> str:
    """*data* in the one layout: the same input gives the same bytes."""
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def write_reports(data: Mapping[str, Any], settings: Settings, folder: Path) -> tuple[str, ...]:
    """Write the reports that *settings* ask for, their paths as seen from *folder*.

    Returns what could not be written, and why.
    """
    failed = []
    for report in settings.report:
        try:
            write_atomically(folder / report.path, as_text(data))
        except OSError as error:
            failed.append(f"report {report.path} cannot be written: {error.strerror or error}")
    return tuple(failed)
