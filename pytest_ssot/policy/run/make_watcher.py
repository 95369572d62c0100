"""The watch that a configuration asks for."""

from __future__ import annotations

from pytest_ssot.rules.configured import Configured
from pytest_ssot.rules.lookup import Owned, Target
from pytest_ssot.rules.ruleset import RuleSet
from pytest_ssot.runtime.stack.ours import Ours
from pytest_ssot.runtime.watcher import Watcher


def make_watcher(configured: Configured, outer: Watcher | None = None) -> Watcher:
    """A watcher for all that is configured, not started; *outer* is the one that is on."""
    settings = configured.settings
    return Watcher(
        list_targets(configured.rules),
        owned=_list_owned(configured.rules),
        categories=settings.warnings,
        discover=settings.discover,
        ours=Ours(str(settings.root), settings.first_party),
        outer=outer,
    )


def list_targets(rules: RuleSet) -> list[Target]:
    return [Target(rule.id, rule.deprecated, rule.submodules) for rule in rules.rules]


def _list_owned(rules: RuleSet) -> Owned:
    return Owned(
        tuple((single.id, single.symbol, single.also_from) for single in rules.single),
        tuple((factory.id, factory.symbol, factory.only_from) for factory in rules.factories),
    )
