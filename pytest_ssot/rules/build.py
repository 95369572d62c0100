"""Makes rules, allowances, singles and factories of checked tables."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_ssot.config.mistakes import Mistakes, Place
from pytest_ssot.config.schema import RULES, Table, check_repeats, check_table
from pytest_ssot.rules.allowance import Allowance
from pytest_ssot.rules.ownership import Factory, Single
from pytest_ssot.rules.rule import Rule


def rules_from(tables: Iterable[Table], origin: str, mistakes: Mistakes) -> list[Rule]:
    """The sound tables' rules; two with one id, or one target, are a mistake."""
    tables = list(tables)
    check_repeats(tables, ("deprecated", "id"), mistakes)
    return [_rule(table, origin) for table in tables if table.sound]


def rules_from_code(
    entries: Iterable[object], origin: str, place: Place, mistakes: Mistakes
) -> list[Rule]:
    """The rules that code gave, as mappings with TOML's keys or as Rule objects."""
    place = place._replace(table="rules")
    raws = (_as_mapping(entry) if isinstance(entry, Rule) else entry for entry in entries)
    tables = [check_table(RULES, raw, place, n, mistakes) for n, raw in enumerate(raws, 1)]
    return rules_from(tables, origin, mistakes)


def allowances_from(tables: Iterable[Table]) -> tuple[Allowance, ...]:
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


def singles_from(tables: Iterable[Table], mistakes: Mistakes) -> list[Single]:
    """The sound tables' singles; two for one symbol, or with one id, are a mistake."""
    tables = list(tables)
    check_repeats(tables, ("symbol", "id"), mistakes)
    return [
        Single(
            table.values["id"],
            table.values["symbol"],
            table.values["also-from"],
            *_about(table),
        )
        for table in tables
        if table.sound
    ]


def factories_from(tables: Iterable[Table], mistakes: Mistakes) -> list[Factory]:
    """The sound tables' factories; two for one class, or with one id, are a mistake.

    Without an id it goes by the call, as the class itself may have rules of its own.
    """
    tables = list(tables)
    check_repeats(tables, ("class", "id"), mistakes)
    made = [
        Factory(
            table.values["id"], table.values["class"], table.values["only-from"], *_about(table)
        )
        for table in tables
        if table.sound
    ]
    return [factory if factory.id else factory._replace(id=factory.default_id) for factory in made]


def _about(table: Table) -> tuple[str | None, str | None, str | None, str]:
    """Why it is so, whose it is, where more is said, and where it was written."""
    values = table.values
    return values["reason"], values["owner"], values["link"], table.place.file


def _rule(table: Table, origin: str) -> Rule:
    written = {key.replace("-", "_"): value for key, value in table.values.items()}
    return Rule(**written, origin=origin)


def _as_mapping(rule: Rule) -> dict[str, object]:
    """The rule as it would be written, so that it is checked like all others."""
    written: dict[str, object] = {
        name.replace("_", "-"): value
        for name, value in rule._asdict().items()
        if name != "origin" and value != Rule._field_defaults.get(name)
    }
    if "rename" in written:
        written["rename"] = dict(rule.rename)
    return written
