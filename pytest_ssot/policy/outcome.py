"""The end of a run: what all of it comes to, and whether it passes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pytest_ssot.config.settings import Settings
from pytest_ssot.model import Verdict, Violation
from pytest_ssot.policy.run import Remainder
from pytest_ssot.policy.tally import Tally
from pytest_ssot.rules.ruleset import RuleSet


@dataclass(frozen=True)
class Outcome:
    """The merged result of a run. ``full`` tells that every test was there to be seen."""

    settings: Settings
    rules: RuleSet
    tally: Tally
    remainder: Remainder
    unused: tuple[str, ...] = ()
    expired: tuple[str, ...] = ()
    full: bool = False

    @property
    def outside(self) -> list[Violation]:
        """What happened outside any test and would fail one."""
        return [
            one
            for one in self.remainder.session
            if one.verdict is Verdict.FAILS and not self.tally.has(one)
        ]

    @property
    def violations(self) -> list[Violation]:
        merged = Tally()
        for one in (*self.tally.violations(), *self.remainder.session):
            merged.add_violation(one)
        return merged.violations()

    @property
    def swept(self) -> list[Violation]:
        """What was only looked at, and nowhere used by the same line."""
        merged = Tally()
        for one in self.remainder.swept:
            merged.add_violation(one)
        return merged.violations()

    def matched(self) -> dict[str, int]:
        """Each rule's number of violations, discovered rules included."""
        counts = {rule.id: 0 for rule in self.rules.rules}
        counts.update((name, 0) for name, _ in self.remainder.discovered)
        for one in self.violations:
            counts[one.rule] = counts.get(one.rule, 0) + 1
        return counts

    def problems(self) -> Iterable[str]:
        """Why a strict run fails although its tests may pass."""
        for one in self.outside:
            yield f"outside any test: {one.importer}  {one.target}"
        for fault in self.remainder.faults:
            yield f"error inside pytest-ssot: {fault}"
