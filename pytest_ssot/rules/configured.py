"""The one way in: everything that is configured, for one run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from pytest_ssot.config.load import FILE, LoadedConfig, load_config
from pytest_ssot.config.mistakes import Mistakes, describe_value, hint_nearest
from pytest_ssot.config.names import is_dotted
from pytest_ssot.config.schema import Table
from pytest_ssot.config.settings import Settings
from pytest_ssot.rules.allowance import Allowance
from pytest_ssot.rules.build_rules import make_allowances, make_factories, make_rules, make_singles
from pytest_ssot.rules.rule_packs import read_hook, read_packs
from pytest_ssot.rules.ruleset import Batch, RuleSet, merge_batches


class Configured(NamedTuple):
    """All that users wrote, checked."""

    settings: Settings
    rules: RuleSet
    allowances: tuple[Allowance, ...]


def load_configured(
    root: Path,
    ini: Mapping[str, object],
    flags: Mapping[str, object],
    extra: Sequence[tuple[str, object]] = (),
) -> Configured:
    """The configuration of the project at ``root``, with its rule packs.

    ``ini`` and ``flags`` hold raw values by the option's name; None is as good
    as absent, and an exception in ``ini`` tells why pytest refused the value.
    ``extra`` are rules from hooks: who gave them, and an iterable of mappings
    or rules, TOML text, or a path. For one target the project's rule wins, then
    the first of ``extra``, then the first pack by name.

    Raises UsageError with all mistakes of all of them.
    """
    mistakes = Mistakes()
    loaded = load_config(root, ini, flags, mistakes)
    project = Batch(FILE, make_rules(loaded.rules, FILE, mistakes))
    hooks = [read_hook(*each, 3 + n, mistakes) for n, each in enumerate(extra)]
    single = make_singles(loaded.single, mistakes)
    factories = make_factories(loaded.factories, mistakes)
    _check_ids(loaded, mistakes)
    taken = {*(symbol.id for symbol in single), *(factory.id for factory in factories)}
    merged = merge_batches([project, *hooks, *read_packs(3 + len(hooks), mistakes)], taken)
    rules = RuleSet(merged, single, factories)
    configured = Configured(loaded.settings, rules, make_allowances(loaded.allow))
    _check_allowed(loaded, rules, mistakes)
    mistakes.raise_any()
    return configured


def _check_ids(loaded: LoadedConfig, mistakes: Mistakes) -> None:
    """An id stands for one table, of whatever sort; those of one sort are compared already."""
    seen: dict[str, Table] = {}
    for tables in (loaded.rules, loaded.single, loaded.factories):
        for table in tables:
            name = table.values.get("id")
            other = seen.get(name) if name else None
            if other is not None:
                problem = f'"{name}" is that of {other.place.table} too'
                mistakes.add(table.place, problem, key="id", hint="give one of them another id")
        seen |= {name: table for table in tables if (name := table.values.get("id"))}


def _check_allowed(loaded: LoadedConfig, rules: RuleSet, mistakes: Mistakes) -> None:
    """An allowance must name something that can be violated.

    With ``discover``, any dotted module may yet turn out to be deprecated, so
    only what cannot be one is a mistake; policy tells an unused allowance.
    """
    known = _list_known(loaded, rules)
    for table in loaded.allow:
        name = table.values.get("rule")
        if name is None or name in known:
            continue
        if loaded.settings.discover and "." in name and is_dotted(name):
            continue
        problem = f"{describe_value(name)} is no rule's id or target"
        mistakes.add(table.place, problem, key="rule", hint=hint_nearest(name, known))


def _list_known(loaded: LoadedConfig, rules: RuleSet) -> set[str]:
    """Ids and targets, also those of tables that have a mistake elsewhere."""
    keys = (
        (loaded.rules, ("id", "deprecated")),
        (loaded.single, ("id", "symbol")),
        (loaded.factories, ("id", "class")),
    )
    named = {t.values.get(key) for tables, names in keys for t in tables for key in names}
    made = {f"{name}()" for t in loaded.factories if (name := t.values.get("class"))}
    return {*rules.by_id, *rules.by_target, *filter(None, named), *made}
