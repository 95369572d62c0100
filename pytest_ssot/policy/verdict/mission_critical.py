"""Which tests are mission-critical, and what a gate makes of a violation."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pytest_ssot.config.settings import Settings
from pytest_ssot.model import Site, Verdict, Violation
from pytest_ssot.patterns import path_matches


def is_critical(settings: Settings, path: str, is_marked: Callable[[str], object]) -> bool:
    """Whether the test in the file *path* (relative) tolerates no violation."""
    if path_matches(path, settings.mission_critical):
        return True
    return any(is_marked(name) for name in settings.markers)


def make_is_critical(settings: Settings, critical: Iterable[Site]) -> Callable[[Violation], bool]:
    """Whether a violation stands in a mission-critical test.

    *critical* are the sites that a scan has found in such tests. A run's violation
    is of such tests alone, too, where all that saw it are in such files.
    """
    lines = {(site.path, site.line) for site in critical}

    def stands_there(violation: Violation) -> bool:
        path, paths = violation.importer.path, settings.mission_critical
        if (path, violation.importer.line) in lines or path_matches(path, paths):
            return True
        files = {nodeid.partition("::")[0] for nodeid in violation.tests}
        return bool(files) and all(path_matches(file, paths) for file in files)

    return stands_there


def is_gated(settings: Settings, critical: bool) -> bool:
    return critical or settings.strict


def fails_test(violation: Violation, gated: bool) -> bool:
    """Whether *violation* fails a test that is *gated* or not."""
    return gated and violation.verdict is Verdict.FAILS


def apply_setting(setting: str, verdict: Verdict) -> Verdict | None:
    """What *verdict* becomes by a setting of report, fail or ignore."""
    if setting == "ignore":
        return None
    return Verdict.FAILS if setting == "fail" else verdict
