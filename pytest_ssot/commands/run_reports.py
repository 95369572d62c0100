"""What test runs have reported, read back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from pytest_ssot.errors import UsageError
from pytest_ssot.model import SCHEMA_VERSION, Violation


class RunReport(NamedTuple):
    """A run's violations, and what it could not see."""

    violations: tuple[Violation, ...]
    not_observed: tuple[str, ...]


def read_report(path: Path) -> RunReport:
    """What the JSON report at *path* holds; raises UsageError if it is none."""
    try:
        report = json.loads(path.read_bytes())
        version = report["version"]
        if version != SCHEMA_VERSION:
            raise UsageError(
                f"{path}: a report of version {version}, this pytest-ssot reads {SCHEMA_VERSION}"
            )
        violations = tuple(map(Violation.from_json, report["violations"]))
        return RunReport(violations, tuple(map(str, report["not_observed"])))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror or error}") from None
    except (ValueError, TypeError, KeyError, RecursionError):
        raise UsageError(
            f"{path}: no JSON report of a run; write one with pytest --ssot-report json:PATH"
        ) from None
