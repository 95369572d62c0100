"""Which tests are mission-critical, and what a gate makes of a violation."""

from __future__ import annotations

from collections.abc import Callable

from pytest_ssot.config.settings import Settings
from pytest_ssot.model import Verdict, Violation
from pytest_ssot.policy.patterns import path_matches


def is_critical(settings: Settings, path: str, is_marked: Callable[[str], object]) -> bool:
    """Whether the test in the file *path* (relative) tolerates no violation."""
    if path_matches(path, settings.mission_critical):
        return True
    return any(is_marked(name) for name in settings.markers)


def is_in_critical(settings: Settings, violation: Violation) -> bool:
    """Whether *violation* is of mission-critical tests alone, as far as paths tell.

    It stands in such a file, or was seen by tests in such files and by no others.
    """
    if path_matches(violation.importer.path, settings.mission_critical):
        return True
    files = {nodeid.partition("::")[0] for nodeid in violation.tests}
    return bool(files) and all(path_matches(one, settings.mission_critical) for one in files)


def is_gated(settings: Settings, critical: bool) -> bool:
    return critical or settings.strict


def fails(violation: Violation, gated: bool) -> bool:
    """Whether *violation* fails a test that is *gated* or not."""
    return gated and violation.verdict is Verdict.FAILS
