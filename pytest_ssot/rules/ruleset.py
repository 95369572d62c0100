"""The set of rules in force, made from all who ship rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from pytest_ssot.rules.rule import Rule


class RuleSet:
    """Rules sorted by target, no two with the same target or id."""

    __slots__ = ("by_id", "by_target", "rules")

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        self.rules = tuple(sorted(rules, key=lambda rule: rule.deprecated))
        self.by_id: Mapping[str, Rule] = {rule.id: rule for rule in self.rules}
        self.by_target: Mapping[str, Rule] = {rule.deprecated: rule for rule in self.rules}

    def find(self, name: str) -> Rule | None:
        """The rule with this id, else the one with this target."""
        return self.by_id.get(name) or self.by_target.get(name)


class Batch(NamedTuple):
    """The rules of one owner: the project, a hook, a distribution."""

    owner: str
    rules: Sequence[Rule]


def merge(batches: Iterable[Batch]) -> RuleSet:
    """The rules of all batches, where an earlier batch wins over a later one.

    A later rule for a target that has one is dropped; a later rule whose id is
    taken for another target is called ``owner:id``.
    """
    merged: dict[str, Rule] = {}
    ids: set[str] = set()
    for batch in batches:
        for rule in batch.rules:
            if rule.deprecated in merged:
                continue
            while rule.id in ids:
                rule = rule._replace(id=f"{batch.owner}:{rule.id}")
            ids.add(rule.id)
            merged[rule.deprecated] = rule
    return RuleSet(merged.values())
