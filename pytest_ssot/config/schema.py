"""The tables of ``[tool.pytest-ssot]``: their keys as data, and the check of one entry."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from pytest_ssot.config import checks, names
from pytest_ssot.config.checks import Check
from pytest_ssot.config.mistakes import Mistakes, Place, describe_value, hint_nearest

# (the key to blame or None, the problem), from what was written and what of it is sound
Relation = Callable[[Mapping[str, Any], Mapping[str, Any]], Iterator[tuple[str | None, str]]]


class TableKey(NamedTuple):
    """A key of a table; an absent one takes ``default``, or the value of another key.

    ``field`` is its name in what is made of the table, where that is another. It is
    ``reported`` under its own name, unless that is ``reported_as`` another.
    """

    check: Check
    default: object = None
    default_from: str | None = None
    required: bool = False
    field: str | None = None
    reported: bool = True
    reported_as: str | None = None


class Schema(NamedTuple):
    """One kind of table: its keys, and what must hold between them."""

    name: str
    keys: Mapping[str, TableKey]
    relation: Relation


class Table(NamedTuple):
    """A checked entry: all keys of its schema if ``sound``, else without the wrong ones."""

    place: Place
    values: Mapping[str, Any]
    sound: bool


def check_table(
    schema: Schema, raw: object, place: Place, number: int, mistakes: Mistakes
) -> Table:
    """The entry as a table; what is wrong in it is added to the mistakes.

    ``place`` is that of the whole list, ``number`` the entry's, from 1.
    """
    before = len(mistakes)
    label = f"{place.table} #{number}{_describe_id(raw)}"
    place = place._replace(table=label, order=(*place.order, number))
    if not isinstance(raw, Mapping):
        mistakes.add(place, f"must be a table, not {describe_value(raw)}")
        return Table(place, {}, sound=False)
    # TOML has no null, but a mapping made by code may say None for what it leaves out.
    raw = {name: value for name, value in raw.items() if value is not None}
    values = _check_keys(schema, raw, place, mistakes)
    for key, problem in schema.relation(raw, values):
        mistakes.add(place, problem, key=key)
    for name, spec in schema.keys.items():
        if name not in raw and not spec.required:
            values[name] = values.get(spec.default_from) if spec.default_from else spec.default
    return Table(place, values, sound=len(mistakes) == before)


def _describe_id(raw: object) -> str:
    name = raw.get("id") if isinstance(raw, Mapping) else None
    return f" (id {describe_value(name)})" if isinstance(name, str) else ""


def _check_keys(
    schema: Schema, raw: Mapping[Any, object], place: Place, mistakes: Mistakes
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in raw.items():
        if not isinstance(name, str) or name not in schema.keys:
            hint = hint_nearest(name, schema.keys) if isinstance(name, str) else None
            mistakes.add(place, f"unknown key {describe_value(name)}", hint=hint)
            continue
        with mistakes.gather(place, name):
            values[name] = schema.keys[name].check(value)
    for name, key in schema.keys.items():
        if key.required and name not in raw:
            mistakes.add(place, f'"{name}" is missing')
    return values


def _relate_rule(
    raw: Mapping[str, Any], values: Mapping[str, Any]
) -> Iterator[tuple[str | None, str]]:
    if "distribution" in raw and "removed-in" not in raw:
        yield "distribution", 'needs "removed-in", the version that ends the target'
    if "rename" in raw and "use" not in raw:
        yield "rename", 'needs "use", where the new names are'
    deprecated, use = values.get("deprecated"), values.get("use")
    if deprecated is None:
        return
    if values.get("submodules") is False and ":" in deprecated:
        yield "submodules", f'"{deprecated}" is a name in a module and has no submodules'
    module = (use or "").partition(":")[0]
    # Whoever followed such advice would violate the rule that gave it.
    if deprecated in (use, module):
        yield "use", f'"{use}" is what the rule deprecates'
    elif values.get("submodules", True) and module.startswith(f"{deprecated}."):
        yield "use", f'"{use}" is deprecated too, unless the rule says submodules = false'


def _relate_allow(
    raw: Mapping[str, Any], values: Mapping[str, Any]
) -> Iterator[tuple[str | None, str]]:
    if ("rule" in raw) == ("warning" in raw):
        yield None, 'needs either "rule" or "warning"' + (", not both" if "rule" in raw else "")


def _no_relation(
    raw: Mapping[str, Any], values: Mapping[str, Any]
) -> Iterator[tuple[str | None, str]]:
    return iter(())


_ABOUT = {
    "reason": TableKey(names.check_text),
    "owner": TableKey(names.check_text),
    "link": TableKey(names.check_text),
}
RULES = Schema(
    "rules",
    {
        "deprecated": TableKey(names.check_target, required=True),
        "use": TableKey(names.check_target),
        "rename": TableKey(checks.check_renames, default=()),
        "manual": TableKey(checks.check_strings(names.check_identifier), default=()),
        "submodules": TableKey(checks.check_boolean, default=True, reported=False),
        "allow-from": TableKey(checks.check_strings(), default=(), reported=False),
        "id": TableKey(checks.check_rule_id, default_from="deprecated", reported=False),
        **_ABOUT,
        "removed-in": TableKey(checks.check_version),
        "distribution": TableKey(checks.check_distribution),
    },
    _relate_rule,
)
SINGLE = Schema(
    "single",
    {
        # Reports have the rules of all tables in one list, where this says which it is.
        "symbol": TableKey(names.check_symbol, required=True, reported_as="single"),
        "also-from": TableKey(checks.check_strings(names.check_module), default=()),
        "id": TableKey(checks.check_rule_id, default_from="symbol", reported=False),
        **_ABOUT,
    },
    _no_relation,
)
FACTORIES = Schema(
    "factories",
    {
        "class": TableKey(names.check_symbol, required=True, field="symbol"),
        "only-from": TableKey(checks.check_strings(names.check_caller, some=True), required=True),
        "id": TableKey(checks.check_rule_id, reported=False),
        **_ABOUT,
    },
    _no_relation,
)
ALLOW = Schema(
    "allow",
    {
        "rule": TableKey(names.check_text),
        "warning": TableKey(checks.check_regex),
        "from": TableKey(checks.check_strings(), default=()),
        "tests": TableKey(checks.check_strings(), default=()),
        "reason": TableKey(names.check_text, required=True),
        "owner": TableKey(names.check_text),
        "until": TableKey(checks.check_date),
    },
    _relate_allow,
)
SCHEMAS = {schema.name: schema for schema in (RULES, SINGLE, FACTORIES, ALLOW)}


def check_repeats(tables: Iterable[Table], keys: tuple[str, ...], mistakes: Mistakes) -> None:
    """A table with the value of an earlier one under any of the keys is a mistake."""
    first: dict[tuple[str, str], Table] = {}
    for table in tables:
        named = [(key, table.values[key]) for key in keys if table.values.get(key)]
        repeated = [each for each in named if each in first]
        # One is enough: without an id, a repeated target repeats the id as well.
        for key, value in repeated[:1]:
            number = first[key, value].place.order[-1]
            mistakes.add(table.place, f'"{value}" is that of #{number} too', key=key)
        for each in named:
            first.setdefault(each, table)
