"""What every command begins with: the project's folder and its configuration."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from pytest_ssot.config.load import FILE, is_configured
from pytest_ssot.config.settings import Settings
from pytest_ssot.errors import UsageError
from pytest_ssot.policy.rules.check_homes import check_homes
from pytest_ssot.rules.configured import Configured, load_configured


def find_root(given: Path | None) -> Path:
    """*given*, else the nearest folder above this one that is configured.

    Raises UsageError where *given* is no folder.
    """
    if given is not None:
        if not given.is_dir():
            raise UsageError(f"--root: {given} is no folder")
        return given.resolve()
    here = Path.cwd()
    with_file = [parent for parent in (here, *here.parents) if (parent / FILE).is_file()]
    ours = (path for path in with_file if is_configured(path))
    return next(ours, with_file[0] if with_file else here)


def load_project(root: Path, flags: Mapping[str, object] | None = None) -> Configured:
    """The configuration of the project at *root*; raises UsageError with all mistakes."""
    found = load_configured(root, {}, flags or {})
    check_homes(found, installed=False)
    return found


def find_baseline(settings: Settings, given: str | None) -> Path:
    """The baseline's path, which may have been *given* on the command line."""
    return settings.baseline_path(None if given is None else Path.cwd())


@contextlib.contextmanager
def show_progress(what: str, options: argparse.Namespace) -> Iterator[None]:
    """Say *what* takes long while it does; nothing where nobody looks at a terminal."""
    shown = sys.stderr.isatty() and not options.quiet
    if shown:
        sys.stderr.write(f"{what} …")
        sys.stderr.flush()
    try:
        yield
    finally:
        if shown:
            sys.stderr.write("\r\x1b[K")
