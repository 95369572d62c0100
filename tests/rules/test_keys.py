"""A rule's keys stand in one table: what is made of it has them all, and all is told."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_ssot.config.mistakes import Mistakes, Place
from pytest_ssot.config.schema import FACTORIES, RULES, SINGLE, Schema, check_table
from pytest_ssot.report.explain_rule import ExplainedRule, ProjectFacts, explain_rule
from pytest_ssot.rules.ownership import Factory, Single
from pytest_ssot.rules.rule import Rule
from pytest_ssot.rules.rule_keys import report_from_rule, rule_from_table, table_from_rule
from pytest_ssot.rules.ruleset import AnyRule

ABOUT = {"reason": "two at once", "owner": "platform", "link": "https://example.com/1"}
#: Every key, and a value for it.
WRITTEN: dict[str, dict[str, Any]] = {
    "rules": {
        "deprecated": "app.old",
        "use": "app.new",
        "rename": {"make": "build"},
        "manual": ["clear"],
        "submodules": False,
        "allow-from": ["app.compat"],
        "id": "old-app",
        **ABOUT,
        "removed-in": "2.0",
        "distribution": "shop",
    },
    "single": {"symbol": "app.ws:Manager", "also-from": ["app"], "id": "one", **ABOUT},
    "factories": {"class": "app.ws:Manager", "only-from": ["app.ws:make"], "id": "made", **ABOUT},
}
SORTS = [(RULES, Rule), (SINGLE, Single), (FACTORIES, Factory)]


def made(schema: Schema, class_: type[AnyRule]) -> AnyRule:
    mistakes = Mistakes()
    table = check_table(schema, WRITTEN[schema.name], Place("here"), 1, mistakes)
    mistakes.raise_any()
    return rule_from_table(table, class_, "here")


@pytest.mark.parametrize(("schema", "class_"), SORTS)
def test_what_is_made_of_a_table_has_all_of_its_keys(schema: Schema, class_: type[AnyRule]) -> None:
    assert WRITTEN[schema.name].keys() == schema.keys.keys()
    rule = made(schema, class_)
    assert len(rule) == len(schema.keys) + 1
    missing = [name for name, value in zip(rule._fields, rule, strict=True) if not value]
    assert missing == (["submodules"] if schema is RULES else [])  # which it is told to be


@pytest.mark.parametrize(("schema", "class_"), SORTS)
def test_what_a_table_says_is_reported_by_the_same_keys(
    schema: Schema, class_: type[AnyRule]
) -> None:
    written = {
        spec.reported_as or key: WRITTEN[schema.name][key]
        for key, spec in schema.keys.items()
        if spec.reported
    }
    assert list(report_from_rule(made(schema, class_)).items()) == list(written.items())


@pytest.mark.parametrize(("schema", "class_"), SORTS)
def test_explain_tells_all_that_a_table_says(schema: Schema, class_: type[AnyRule]) -> None:
    rule = made(schema, class_)
    facts = ProjectFacts([], {}, {rule.id: rule}, [], lambda _: False, runs=False)
    told = "\n".join(explain_rule(ExplainedRule(rule.id, rule, None, None), facts))
    values = [word for value in WRITTEN[schema.name].values() for word in words_of(value)]
    assert [word for word in values if word not in told] == []


def words_of(value: object) -> list[str]:
    if isinstance(value, bool):
        return ["submodules"]
    if isinstance(value, dict):
        return [*value, *value.values()]
    return [value] if isinstance(value, str) else list(value)  # type: ignore[call-overload]


def test_a_rule_of_code_is_checked_as_if_it_were_written() -> None:
    rule = made(RULES, Rule)
    assert isinstance(rule, Rule)
    assert table_from_rule(rule) == WRITTEN["rules"]
    assert table_from_rule(Rule("a.b", "a.b")) == {"id": "a.b", "deprecated": "a.b"}
