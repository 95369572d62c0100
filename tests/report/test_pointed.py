"""A line in full, where only some files have what is told."""

from __future__ import annotations

import pytest

from pytest_ssot.model import Form, Kind, Scope, Site, Violation
from pytest_ssot.policy.run.inventory import Ground
from pytest_ssot.report.explain_line import ExplainedLine, explain_line
from pytest_ssot.report.explain_rule import ExplainedPath, ProjectFacts
from pytest_ssot.rules.rule import Rule


@pytest.mark.parametrize("path", ["pyproject.toml", "sub/setup.cfg"])
def test_an_entry_point_is_allowed_by_a_table_as_its_file_has_no_comments_of_ours(
    path: str,
) -> None:
    rule = Rule("old", "app.old", use="app.new")
    site = Site(path, 1, 6)
    used = Violation(
        "old", Kind.IMPORT, "app.old", "main", site, form=Form.STRING, scope=Scope.MODULE
    )._replace(seen=("static",))
    facts = ProjectFacts(
        [used], {used.cause: Ground(1)}, {"old": rule}, [], lambda _: False, runs=False
    )
    told = explain_line(
        ExplainedLine(ExplainedPath(path, ()), 1, None), facts, lambda _: ['run = "app.old:main"']
    )
    assert told[-2:] == [
        '  use:              "app.new:main", in the string',
        (
            '  or allow it:      [[tool.pytest-ssot.allow]] with rule = "old", '
            f'from = ["{path}"], reason = "REASON"'
        ),
    ]
