"""Why a scan of everything does not read a file or a folder; see `Files`."""

from __future__ import annotations

import os
from pathlib import Path

from pytest_ssot.source.project.files import NEVER, SUFFIXES, VENV
from pytest_ssot.source.project.ignored import read_beside, read_outside
from pytest_ssot.source.text.reading import Unreadable, read_script


def explain_left_out(root: Path, path: str) -> str | None:
    """What keeps *path*, relative to *root*, out of a scan, as a sentence; None if nothing does.

    The setting ``exclude`` is not asked.
    """
    top = folder = os.path.realpath(root)
    parts = [part for part in path.split("/") if part != "."]
    for depth, name in enumerate(parts, 1):
        at = os.path.join(folder, name)
        found = _find_reason(top, folder, name)
        if found is not None:
            return f"{'/'.join(parts[:depth])} {found}"
        folder = at
    return None if not parts or os.path.isdir(folder) else _explain_no_source(folder, path)


def _find_reason(top: str, folder: str, name: str) -> str | None:
    """Why *name*, in a *folder* that is entered, is neither read nor entered."""
    path = os.path.join(folder, name)
    if os.path.islink(path):
        return "is a link: what it leads to is read where it lies"
    is_folder = os.path.isdir(path)
    if is_folder and name in NEVER:
        return "never holds source of the project"
    if is_folder and os.path.lexists(os.path.join(path, VENV)):
        return "is a virtual environment"
    patterns = read_beside(folder, read_outside(folder, top))
    if patterns is None:
        return None
    suffix = name[name.rindex(".") :] if "." in name else ""
    if patterns.has_folder(path, name) if is_folder else patterns.has_file(path, name, suffix):
        return "is ignored by git; name it to have it read: pytest-ssot check PATH"
    return None


def _explain_no_source(file: str, path: str) -> str | None:
    if path.endswith(SUFFIXES):
        return None
    if "." in os.path.basename(path):
        return f"{path} does not end with {', '.join(SUFFIXES)}"
    try:
        return f"{path} does not begin with #! and a Python" if read_script(file) is None else None
    except Unreadable as error:
        return f"{path} {error}"
