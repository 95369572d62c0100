"""The one table of report formats, and where a run's reports go."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from posixpath import normpath
from types import MappingProxyType
from typing import Any

from pytest_ssot.config.settings import Settings
from pytest_ssot.files import write_atomically
from pytest_ssot.report.document import as_text
from pytest_ssot.report.github import github
from pytest_ssot.report.html import html
from pytest_ssot.report.markdown import markdown
from pytest_ssot.report.sarif import sarif

#: From a document of ``docs/report.md`` to text. (``junit`` is none: pytest writes that file.)
FORMATS: Mapping[str, Callable[[Mapping[str, Any]], str]] = MappingProxyType(
    {
        "json": as_text,
        "sarif": sarif,
        "github": github,
        "markdown": markdown,
        "html": html,
    }
)
#: Those that GitHub reads by itself: there, a path begins at the repository.
_READ_BY_GITHUB = ("github", "sarif")


def rendered(name: str, data: Mapping[str, Any], root: Path) -> str:
    """The document *data* of the project at *root* in the format *name*.

    What cannot be encoded, as in a path whose bytes are no UTF-8, is escaped as
    JSON does it, and JSON reads it back as it was.
    """
    repository = os.environ.get("GITHUB_WORKSPACE")
    if name in _READ_BY_GITHUB and repository:
        root, top = root.resolve(), Path(repository).resolve()
        if root.is_relative_to(top):
            data = _seen_from(data, root.relative_to(top).as_posix())
    return FORMATS[name](data).encode("utf-8", "backslashreplace").decode("utf-8")


def write_reports(data: Mapping[str, Any], settings: Settings, folder: Path) -> tuple[str, ...]:
    """Write the reports that *settings* ask for, their paths as seen from *folder*.

    Returns what could not be written, and why.
    """
    failed = []
    for report in settings.report:
        if report.path is None:
            continue
        path = folder / report.path
        try:
            before = _before(path) if report.format == "markdown" else ""
            write_atomically(path, before + rendered(report.format, data, settings.root))
        except OSError as error:
            failed.append(f"report {report.path} cannot be written: {error.strerror or error}")
    return tuple(failed)


def printed(data: Mapping[str, Any], settings: Settings) -> str:
    """What *settings* ask for on standard output."""
    asked = (destination.format for destination in settings.report if destination.path is None)
    return "".join(rendered(one, data, settings.root) for one in asked if one in FORMATS)


def _before(path: Path) -> str:
    """What a job summary of GitHub Actions already says: all of a step's commands share it."""
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if not summary or path.resolve() != Path(summary).resolve() or not path.exists():
        return ""
    text = path.read_bytes().decode("utf-8", "replace").rstrip()
    return f"{text}\n\n" if text else ""


def _seen_from(data: Mapping[str, Any], folder: str) -> Mapping[str, Any]:
    """*data* with its paths as seen from above, where the root is *folder*."""

    def moved(place: Mapping[str, Any]) -> dict[str, Any]:
        return {**place, "path": normpath(str(PurePosixPath(folder, place["path"])))}

    violations = [
        {**one, "importer": moved(one["importer"]), "chain": list(map(moved, one["chain"]))}
        for one in data["violations"]
    ]
    unreadable = list(map(moved, data["unreadable"]))
    return {**data, "violations": violations, "unreadable": unreadable}
