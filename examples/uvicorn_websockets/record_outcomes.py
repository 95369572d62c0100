"""A pytest plugin that writes how each test ended: ``-p record_outcomes --outcomes-to=PATH``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest


class RecordOutcomes:
    def __init__(self, to: Path) -> None:
        self.to = to
        self.outcomes: dict[str, str] = {}

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.outcomes[report.nodeid] = "not collected"

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """The worst of a test's phases: what does not pass there stays."""
        outcome: str = report.outcome
        if hasattr(report, "wasxfail"):
            outcome = "xfailed" if report.skipped else "xpassed"
        elif report.failed and report.when != "call":
            outcome = f"error at {report.when}"
        if self.outcomes.get(report.nodeid, "passed") == "passed":
            self.outcomes[report.nodeid] = outcome

    def pytest_unconfigure(self) -> None:
        self.to.write_text(json.dumps(self.outcomes, indent=1, sort_keys=True), "utf-8")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--outcomes-to", type=Path)


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(RecordOutcomes(config.getoption("--outcomes-to")))
