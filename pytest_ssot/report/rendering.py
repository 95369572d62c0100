"""Renders a document in any format, and writes a run's reports to where they go."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path, PurePosixPath
from posixpath import normpath
from typing import Any

from pytest_ssot.config.report_formats import FORMATS, RENDERED
from pytest_ssot.config.settings import Settings
from pytest_ssot.files import write_atomically


def render(name: str, data: Mapping[str, Any], root: Path) -> str:
    """The document *data* of the project at *root* in the format *name*.

    What cannot be encoded, as in a path whose bytes are no UTF-8, is escaped as
    JSON does it, and JSON reads it back as it was.
    """
    repository = os.environ.get("GITHUB_WORKSPACE")
    if FORMATS[name].for_github and repository:
        root, top = root.resolve(), Path(repository).resolve()
        if root.is_relative_to(top):
            data = _move_paths(data, root.relative_to(top).as_posix())
    text: str = import_module(f"pytest_ssot.report.formats.{name}").render(data)
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


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
            before = _read_job_summary(path) if FORMATS[report.format].adds_to_summary else ""
            write_atomically(path, before + render(report.format, data, settings.root))
        except OSError as error:
            failed.append(f"report {report.path} cannot be written: {error.strerror or error}")
    return tuple(failed)


def render_printed(data: Mapping[str, Any], settings: Settings) -> str:
    """What *settings* ask for on standard output."""
    asked = (destination.format for destination in settings.report if destination.path is None)
    return "".join(render(name, data, settings.root) for name in asked if name in RENDERED)


def _read_job_summary(path: Path) -> str:
    """What a job summary of GitHub Actions already says: all of a step's commands share it."""
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if not summary or path.resolve() != Path(summary).resolve() or not path.exists():
        return ""
    text = path.read_bytes().decode("utf-8", "replace").rstrip()
    return f"{text}\n\n" if text else ""


def _move_paths(data: Mapping[str, Any], folder: str) -> Mapping[str, Any]:
    """*data* with its paths as seen from above, where the root is *folder*."""

    def moved(place: Mapping[str, Any]) -> dict[str, Any]:
        return {**place, "path": normpath(str(PurePosixPath(folder, place["path"])))}

    violations = [
        {
            **violation,
            "importer": moved(violation["importer"]),
            "chain": list(map(moved, violation["chain"])),
        }
        for violation in data["violations"]
    ]
    unreadable = list(map(moved, data["unreadable"]))
    return {**data, "violations": violations, "unreadable": unreadable}
