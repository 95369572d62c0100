"""Workflow commands of GitHub Actions: annotations at the importing lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_ssot.model import Verdict
from pytest_ssot.report.document_content import content
from pytest_ssot.report.violation_text import Cause


def render(data: Mapping[str, Any]) -> str:
    """One line for each importer of what fails or is known; empty if there is none.

    GitHub shows the first ten of each level of a step, so one cause is one line.
    """
    told = content(data)
    lines = [
        *(_of_cause("error", cause) for cause in told.causes(Verdict.FAILS)),
        *(_command("error", {"title": "error inside pytest-ssot"}, error) for error in told.errors),
        *(
            _command("warning", {"file": path, "title": "cannot be read"}, error)
            for path, error in told.unreadable
        ),
        *(_of_cause("notice", cause) for cause in told.causes(Verdict.KNOWN)),
    ]
    return "".join(f"{line}\n" for line in lines)


def _of_cause(level: str, cause: Cause) -> str:
    place = {
        "file": cause.importer.path,
        "line": str(cause.importer.line),
        "col": str(cause.importer.column + 1),
        "title": cause.headline(),
    }
    return _command(level, place, "\n".join(cause.advice()))


def _command(level: str, properties: Mapping[str, str], message: str) -> str:
    given = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{level} {given}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
