"""The end of a run: what all of it comes to, and whether it passes."""

from __future__ import annotations

from functools import cached_property

from pytest_ssot.config.load import FILE
from pytest_ssot.config.settings import Settings
from pytest_ssot.model import Verdict, Violation
from pytest_ssot.policy.entries import Entry
from pytest_ssot.policy.ratchet import Exceeded, Ratchet
from pytest_ssot.policy.run import Remainder, Run
from pytest_ssot.policy.tally import Result, Tally
from pytest_ssot.policy.upkeep import Upkeep
from pytest_ssot.rules.rule import Rule


class Assembly:
    """Takes in what tests and workers send, in whatever order."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._tally = Tally()
        self._remainder = Remainder()
        self._complete = True

    def add(self, result: Result) -> None:
        self._tally.add(result)

    def take(self, remainder: Remainder) -> None:
        self._remainder |= remainder

    def lost(self, what: str) -> None:
        """A process ended without its remainder: a gate that broke is not a pass.

        What that process used or matched is not known, so nothing is called unused.
        """
        self._complete = False
        self._remainder |= Remainder(faults=(what,))

    def outcome(self, *, full: bool) -> Outcome:
        late = tuple(one for one in self._remainder.late if not self._tally.has_failed(one))
        self._remainder = self._remainder._replace(late=late)
        for result in late:
            self._tally.add(result)
        allowances, used = self._run.allowances, self._remainder.used
        in_force = allowances.in_force().union(self._remainder.marks)
        return Outcome(
            self._run.settings,
            self._run.ratchet,
            self._run.rules.rules,
            self._tally,
            self._remainder,
            unused=tuple(sorted(in_force.difference(used))),
            expired=tuple(allowances.expired()),
            full=full and self._complete,
        )


class Outcome:
    """The merged result of a run.

    ``full`` tells that no test was left out, so that what was not seen is not
    there; ``mistakes`` are of the user's making.
    """

    def __init__(
        self,
        settings: Settings,
        ratchet: Ratchet,
        rules: tuple[Rule, ...],
        tally: Tally,
        remainder: Remainder,
        *,
        unused: tuple[str, ...] = (),
        expired: tuple[str, ...] = (),
        full: bool = False,
    ) -> None:
        self.settings = settings
        self.ratchet = ratchet
        self.rules = rules
        self.tally = tally
        self.remainder = remainder
        self.unused = unused
        self.expired = expired
        self.full = full
        self.mistakes = remainder.mistakes
        self.upkeep = Upkeep()

    @cached_property
    def violations(self) -> list[Violation]:
        """All violations, each with the verdict that weighs most.

        Tests that saw few sites each may be within the baseline, and all of them not.
        """
        judged = self.ratchet.judge(self._seen)
        return [
            all_told if one.verdict is Verdict.KNOWN else one
            for one, all_told in zip(self._seen, judged, strict=True)
        ]

    @cached_property
    def exceeded(self) -> list[Exceeded]:
        return self.ratchet.exceeded(self._seen)

    @cached_property
    def expired_entries(self) -> list[Entry]:
        return self.ratchet.expired(self._seen)

    @cached_property
    def _seen(self) -> list[Violation]:
        return sorted((*self.tally.violations(), *self._outside), key=lambda one: one.cause)

    @cached_property
    def _outside(self) -> list[Violation]:
        """What happened outside of tests and that no test saw too."""
        return _merged(tuple(one for one in self.remainder.session if not self.tally.has(one)))

    @cached_property
    def swept(self) -> list[Violation]:
        """What was only looked at."""
        return _merged(self.remainder.swept)

    @cached_property
    def matched(self) -> dict[str, int]:
        """Each rule's number of violations, discovered rules included."""
        counts = {rule.id: 0 for rule in self.rules}
        counts.update((name, 0) for name, _ in self.remainder.discovered)
        for one in self.violations:
            if one.rule in counts:  # a warning that no rule covers goes by its category
                counts[one.rule] += 1
        return counts

    @property
    def idle(self) -> list[str]:
        """The project's own rules that matched nothing."""
        own = [rule.id for rule in self.rules if rule.origin == FILE]
        return sorted(name for name in own if not self.matched[name])

    @cached_property
    def late(self) -> dict[str, list[Violation]]:
        """What fails tests that had ended before they reached it, by node id."""
        return {
            result.nodeid: [one for one in result.violations if one.verdict is Verdict.FAILS]
            for result in self.remainder.late
            if result.failed
        }

    @property
    def broken(self) -> bool:
        """Whether the run fails although its tests may pass."""
        outside = any(one.verdict is Verdict.FAILS for one in self._outside)
        broke = bool(self.remainder.faults or self.remainder.blind)
        ratchet = bool(self.exceeded or self.upkeep.overdue)
        return bool(self.late) or (self.settings.strict and (outside or broke or ratchet))


def _merged(violations: tuple[Violation, ...]) -> list[Violation]:
    tally = Tally()
    for one in violations:
        tally.add_violation(one)
    return tally.violations()
