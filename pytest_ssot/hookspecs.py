"""The hooks that other plugins and conftest files may implement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pytest_ssot.model import Violation
    from pytest_ssot.rules.rule import Rule


@pytest.hookspec
def pytest_ssot_rules(config: pytest.Config) -> Iterable[Mapping[str, Any] | Rule] | None:
    """Rules besides those of ``pyproject.toml``.

    Each is a mapping with the keys of ``[[tool.pytest-ssot.rules]]``, or a
    ``Rule``. A project's own rule for the same target wins. Called once, at
    ``pytest_configure``.
    """


@pytest.hookspec(firstresult=True)
def pytest_ssot_violation(item: pytest.Item | None, violation: Violation) -> str | None:
    """Allow *violation*, which *item* saw, by returning the reason why.

    None leaves it to the other rules. *item* is None for what happened outside
    any test. The first implementation that returns a reason wins.
    """


@pytest.hookspec
def pytest_ssot_report(report: Mapping[str, Any], config: pytest.Config) -> None:
    """The run's report is complete: its JSON values, as ``docs/report.md`` describes them."""
