"""The nodes of what a scan found, and what each run asks of them: the scan itself loads more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:  # what only a run with --ssot-scan loads
    from pytest_ssot.model import Violation
    from pytest_ssot.policy.scan_items.findings import ScanFinding
    from pytest_ssot.session.scan_plugin import ScanPlugin

#: The marker of all items of the scan, and the key of a worker's input for them.
MARKER = "ssot_scan"


class HoldsFindings(pytest.Collector):
    """What a file holds that a scan found something in."""

    def __init__(
        self, *, scanning: ScanPlugin, found: Sequence[ScanFinding], **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self._scanning = scanning
        self._found = found


class ScanFile(HoldsFindings, pytest.File):
    """A file with findings; imports nothing."""

    def collect(self) -> Iterator[pytest.Collector]:
        from pytest_ssot.policy.scan_items.choose_findings import PART

        yield ScanFindings.from_parent(self, name=PART, scanning=self._scanning, found=self._found)


class ScanFindings(HoldsFindings):
    def collect(self) -> Iterator[pytest.Item]:
        for finding in self._found:
            item = ScanItem.from_parent(
                self, name=finding.rule, scanning=self._scanning, finding=finding
            )
            self._scanning.mark_item(item)
            yield item


class ScanItem(pytest.Item):
    """One finding. ``judged`` are its violations, once it has run."""

    def __init__(self, *, scanning: ScanPlugin, finding: ScanFinding, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.finding = finding
        self.judged: list[Violation] = []
        self._scanning = scanning

    def runtest(self) -> None:
        self.judged = self._scanning.judge_item(self)

    def reportinfo(self) -> tuple[Any, int | None, str]:
        line = self.finding.violations[0].importer.line
        # No end of the node id: there pytest takes dots for those of a class.
        return self.path, line - 1, f"{self.finding.path}: {self.finding.rule}"


def list_marker_names(config: pytest.Config) -> frozenset[str]:
    """List the names of the markers that are registered so far."""
    return frozenset(
        line.partition(":")[0].partition("(")[0].strip() for line in _read_marker_lines(config)
    )


def _read_marker_lines(config: pytest.Config) -> Sequence[str]:
    lines: Sequence[str] = config.getini("markers")
    return lines
