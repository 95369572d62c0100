"""Workflow commands of GitHub Actions: annotations at the importing lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_ssot.model import Verdict
from pytest_ssot.report.document_content import read_content
from pytest_ssot.report.violation_text import Cause


def render(data: Mapping[str, Any]) -> str:
    """One line for each importer of what fails or is known; empty if there is none.

    GitHub shows the first ten of each level of a step, so one cause is one line.
    """
    told = read_content(data)
    lines = [
        *(_annotate_cause("error", cause) for cause in told.group_causes(Verdict.FAILS)),
        *(
            _format_command("error", {"title": "error inside pytest-ssot"}, error)
            for error in told.errors
        ),
        *(
            _format_command("warning", {"file": path, "title": "cannot be read"}, error)
            for path, error in told.unreadable
        ),
        *(_annotate_cause("notice", cause) for cause in told.group_causes(Verdict.KNOWN)),
    ]
    return "".join(f"{line}\n" for line in lines)


def _annotate_cause(level: str, cause: Cause) -> str:
    place = {
        "file": cause.importer.path,
        "line": str(cause.importer.line),
        "col": str(cause.importer.column + 1),
        "title": cause.make_headline(),
    }
    return _format_command(level, place, "\n".join(cause.list_advice()))


def _format_command(level: str, properties: Mapping[str, str], message: str) -> str:
    given = ",".join(f"{name}={_escape_property(value)}" for name, value in properties.items())
    return f"::{level} {given}::{_escape_data(message)}"


def _escape_data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape_data(text).replace(":", "%3A").replace(",", "%2C")
