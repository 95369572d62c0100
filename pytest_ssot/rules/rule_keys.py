"""A rule's keys: from the table that a user wrote to the rule, and from there to reports.

The keys are those of the table's schema. What is made of a table has them as fields.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, TypeVar

from pytest_ssot.config.schema import FACTORIES, RULES, SINGLE, Schema, Table
from pytest_ssot.rules.ownership import Factory, Single
from pytest_ssot.rules.rule import Rule
from pytest_ssot.rules.ruleset import AnyRule

Made = TypeVar("Made", bound=AnyRule)


class _TableSort(NamedTuple):
    """A sort of tables, and the class that such a table makes."""

    schema: Schema
    made: type[AnyRule]

    def list_fields(self) -> Iterator[tuple[str, str]]:
        """Each key, and the name of its field."""
        for key, spec in self.schema.keys.items():
            yield key, spec.field or key.replace("-", "_")

    def list_report_fields(self) -> Iterator[tuple[str, str]]:
        """Each key that reports have, as it is called there, and the name of its field."""
        for key, field in self.list_fields():
            spec = self.schema.keys[key]
            if spec.reported:
                yield spec.reported_as or key, field


_SORTS = (_TableSort(RULES, Rule), _TableSort(SINGLE, Single), _TableSort(FACTORIES, Factory))


def rule_from_table(table: Table, made: type[Made], origin: str) -> Made:
    """The rule that a sound *table* is about, of the class *made*."""
    values = {field: table.values[key] for key, field in _sort_of(made).list_fields()}
    return made(**values, origin=origin)


def table_from_rule(rule: Rule) -> dict[str, object]:
    """The table that a user would have written for *rule*, without what goes without saying."""
    defaults = type(rule)._field_defaults
    written = (
        (key, getattr(rule, field), field) for key, field in _sort_of(type(rule)).list_fields()
    )
    return {key: _thaw(value) for key, value, field in written if value != defaults.get(field)}


def report_from_rule(rule: AnyRule) -> dict[str, Any]:
    """What reports tell of *rule*: what its author wrote, as JSON values."""
    said = ((key, getattr(rule, field)) for key, field in _sort_of(type(rule)).list_report_fields())
    return {key: _thaw(value) for key, value in said if value}


def rule_from_report(entry: Mapping[str, Any]) -> AnyRule | None:
    """The rule that an entry of a report's ``rules`` describes; None if it has but an id."""
    for sort in _SORTS:
        fields = dict(sort.list_report_fields())
        if next(iter(fields)) in entry:  # what it is about
            said = {field: _freeze(entry[key]) for key, field in fields.items() if key in entry}
            return sort.made(id=entry["id"], **said)
    return None


def _sort_of(made: type[object]) -> _TableSort:
    return next(sort for sort in _SORTS if sort.made is made)


def _thaw(value: Any) -> Any:
    """A value of a rule, none of whose fields can be changed, as JSON and TOML have it."""
    if not isinstance(value, tuple):
        return value
    return dict(value) if value and isinstance(value[0], tuple) else list(value)


def _freeze(value: Any) -> Any:
    if isinstance(value, Mapping):
        return tuple(value.items())
    return tuple(value) if isinstance(value, list) else value
