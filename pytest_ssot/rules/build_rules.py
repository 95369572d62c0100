"""Makes rules, allowances, singles and factories of checked tables."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_ssot.config.mistakes import Mistakes, Place
from pytest_ssot.config.schema import RULES, Table, check_repeats, check_table
from pytest_ssot.rules.allowance import Allowance
from pytest_ssot.rules.ownership import Factory, Single
from pytest_ssot.rules.rule import Rule
from pytest_ssot.rules.rule_keys import rule_from_table, table_from_rule


def make_rules(tables: Iterable[Table], origin: str, mistakes: Mistakes) -> list[Rule]:
    """The sound tables' rules; two with one id, or one target, are a mistake."""
    tables = list(tables)
    check_repeats(tables, ("deprecated", "id"), mistakes)
    return [rule_from_table(table, Rule, origin) for table in tables if table.sound]


def make_rules_from_code(
    entries: Iterable[object], origin: str, place: Place, mistakes: Mistakes
) -> list[Rule]:
    """The rules that code gave, as mappings with TOML's keys or as Rule objects."""
    place = place._replace(table="rules")
    raws = (table_from_rule(entry) if isinstance(entry, Rule) else entry for entry in entries)
    tables = [check_table(RULES, raw, place, n, mistakes) for n, raw in enumerate(raws, 1)]
    return make_rules(tables, origin, mistakes)


def make_allowances(tables: Iterable[Table]) -> tuple[Allowance, ...]:
    return tuple(
        Allowance(
            rule=table.values["rule"],
            warning=table.values["warning"],
            reason=table.values["reason"],
            sources=table.values["from"],
            tests=table.values["tests"],
            owner=table.values["owner"],
            until=table.values["until"],
            origin=str(table.place),
        )
        for table in tables
        if table.sound
    )


def make_singles(tables: Iterable[Table], mistakes: Mistakes) -> list[Single]:
    """The sound tables' singles; two for one symbol, or with one id, are a mistake."""
    tables = list(tables)
    check_repeats(tables, ("symbol", "id"), mistakes)
    return [rule_from_table(table, Single, table.place.file) for table in tables if table.sound]


def make_factories(tables: Iterable[Table], mistakes: Mistakes) -> list[Factory]:
    """The sound tables' factories; two for one class, or with one id, are a mistake.

    Without an id it goes by the call, as the class itself may have rules of its own.
    """
    tables = list(tables)
    check_repeats(tables, ("class", "id"), mistakes)
    made = [rule_from_table(table, Factory, table.place.file) for table in tables if table.sound]
    return [factory if factory.id else factory._replace(id=factory.default_id) for factory in made]
