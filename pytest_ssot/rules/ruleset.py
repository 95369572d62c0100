"""The set of rules in force, made from all who ship rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from pytest_ssot.rules.ownership import Factory, Single
from pytest_ssot.rules.rule import Rule

#: All that can be violated under an id.
AnyRule = Rule | Single | Factory


class RuleSet:
    """The rules in force, no two with the same id.

    ``rules`` are those on what is deprecated, sorted by target, no two with the same;
    ``single`` and ``factories`` are as they were written. ``all`` are the three.
    """

    __slots__ = ("all", "by_id", "by_target", "factories", "rules", "single")

    def __init__(
        self,
        rules: Iterable[Rule] = (),
        single: Iterable[Single] = (),
        factories: Iterable[Factory] = (),
    ) -> None:
        self.rules = tuple(sorted(rules, key=lambda rule: rule.deprecated))
        self.single = tuple(single)
        self.factories = tuple(factories)
        self.all: tuple[AnyRule, ...] = (*self.rules, *self.single, *self.factories)
        self.by_id: Mapping[str, AnyRule] = {rule.id: rule for rule in self.all}
        self.by_target: Mapping[str, Rule] = {rule.deprecated: rule for rule in self.rules}

    def find(self, name: str) -> AnyRule | None:
        """The rule with this id, else one with this target; that of a factory is ``a.b:Name()``."""
        found = self.by_id.get(name) or self.by_target.get(name)
        owned: tuple[Single | Factory, ...] = (*self.single, *self.factories)
        return found or next((rule for rule in owned if rule.default_id == name), None)


class Batch(NamedTuple):
    """The rules of one owner: the project, a hook, a distribution."""

    owner: str
    rules: Sequence[Rule]


def merge_batches(batches: Iterable[Batch], taken: Iterable[str] = ()) -> list[Rule]:
    """The rules of all batches, where an earlier batch wins over a later one.

    *taken* are ids that no rule may have.

    A later rule for a target that has one is dropped; a later rule whose id is
    taken for another target is called ``owner:id``.
    """
    merged: dict[str, Rule] = {}
    ids = set(taken)
    for batch in batches:
        for rule in batch.rules:
            if rule.deprecated in merged:
                continue
            while rule.id in ids:
                rule = rule._replace(id=f"{batch.owner}:{rule.id}")
            ids.add(rule.id)
            merged[rule.deprecated] = rule
    return list(merged.values())
