"""The JSON report: one schema for every command, described in ``docs/report.md``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from pytest_ssot.model import SCHEMA_VERSION, Violation


def document(
    violations: Iterable[Violation],
    *,
    version: str,
    rules: Mapping[str, int],
    not_observed: Iterable[str] = (),
    swept: Iterable[Violation] = (),
    errors: Iterable[str] = (),
) -> dict[str, Any]:
    """The report as JSON values; *rules* tells each rule's number of violations."""
    return {
        "version": SCHEMA_VERSION,
        "tool": {"name": "pytest-ssot", "version": version},
        "violations": [violation.to_json() for violation in violations],
        "unreadable": [],
        "not_observed": sorted(set(not_observed)),
        "rules": [{"id": name, "matched": rules[name]} for name in sorted(rules)],
        "swept": [violation.to_json() for violation in swept],
        "errors": sorted(set(errors)),
    }


def as_text(data: Mapping[str, Any]) -> str:
    """*data* in the one layout: the same input gives the same bytes."""
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"
