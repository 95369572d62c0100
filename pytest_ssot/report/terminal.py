"""What pytest's terminal shows at the end of a run."""

from __future__ import annotations

import pytest

from pytest_ssot.policy.outcome import Outcome
from pytest_ssot.report import summary


def write(reporter: pytest.TerminalReporter, outcome: Outcome) -> None:
    """The summary as a section of its own; nothing where there is nothing to tell."""
    lines = summary.lines(outcome, verbose=reporter.config.get_verbosity() > 0)
    if lines:
        reporter.section("ssot", "=")
        for line in lines:
            reporter.write_line(line)
