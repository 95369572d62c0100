"""The end of a run: what all of it comes to, and whether it passes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_ssot.model import Suspect, Verdict, Violation
from pytest_ssot.policy.baseline.entries import BaselineEntry
from pytest_ssot.policy.baseline.ratchet import Exceeded, IsCritical, Ratchet, is_never_critical
from pytest_ssot.policy.baseline.update_after_run import Upkeep
from pytest_ssot.policy.run.remembered import (
    describe_unlooked,
    leave_out_remembered,
    list_remembered,
)
from pytest_ssot.policy.run.tally import Result, Tally, join_with_scan
from pytest_ssot.policy.run.watched_run import Remainder, Run
from pytest_ssot.policy.verdict.mission_critical import make_is_critical
from pytest_ssot.rules.configured import Configured

if TYPE_CHECKING:  # it brings the scan along, which only some runs have a use for
    from pytest_ssot.policy.rules.unused_rules import UnusedRule
    from pytest_ssot.policy.run.inventory import Inventory

#: Why a run alone does not know that nobody uses a target.
_UNREAD = "pytest-ssot check also reads what no test executes"


class Assembly:
    """Takes in what tests and workers send, in whatever order."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._tally = Tally()
        self._static = Tally()
        self._remainder = Remainder()
        self._complete = True
        self._unreadable: tuple[tuple[str, str], ...] = ()
        self._suspects: tuple[Suspect, ...] = ()
        self._used_in_source: frozenset[str] = frozenset()
        self._is_critical: IsCritical = is_never_critical
        #: What the scan has found, where one has been made.
        self.inventory: Inventory | None = None

    def add_result(self, result: Result) -> None:
        self._tally.add_result(result)

    def add_static(self, result: Result) -> None:
        """Take in what a scan found, as an item of its own told it."""
        self._static.add_result(result)

    def add_scan(self, inventory: Inventory, has: Callable[[str], bool]) -> None:
        """Take in what the items do not tell, of those files, by path, that the run *has*."""
        for violation in inventory.violations:
            if violation.verdict is not Verdict.FAILS and has(violation.importer.path):
                self._static.add_violation(violation)
        self._unreadable = tuple(pair for pair in inventory.unreadable if has(pair[0]))
        self._suspects = tuple(suspect for suspect in inventory.suspects if has(suspect.site.path))
        self._used_in_source = inventory.used
        self._is_critical = make_is_critical(self._run.settings, inventory.critical)
        self.inventory = inventory

    def add_remainder(self, remainder: Remainder) -> None:
        self._remainder |= remainder

    def note_lost(self, what: str) -> None:
        """A process ended without its remainder: a gate that broke is not a pass.

        What that process used or matched is not known, so nothing is called unused.
        """
        self._complete = False
        self._remainder |= Remainder(faults=(what,))

    def make_outcome(self, *, full: bool) -> Outcome:
        late = tuple(
            result for result in self._remainder.late if not self._tally.has_failed(result)
        )
        self._remainder = self._remainder._replace(late=late)
        for result in late:
            self._tally.add_result(result)
        owed, undecided = self._run.judge_overdue()
        self.add_remainder(owed)
        allowances, used = self._run.allowances, {*self._remainder.used, *self._used_in_source}
        used |= {mark for mark in self._remainder.marks if _is_of(mark, self._used_in_source)}
        in_force = allowances.list_in_force().union(self._remainder.marks)
        return Outcome(
            self._run.configured,
            self._run.ratchet,
            self._tally,
            self._static,
            self._remainder,
            inventory=self.inventory,
            undecided=undecided,
            is_critical=self._is_critical,
            unreadable=self._unreadable,
            suspects=self._suspects,
            unused=tuple(sorted(in_force.difference(used))),
            expired=tuple(allowances.list_expired()),
            full=full and self._complete,
        )


class Outcome:
    """The merged result of a run.

    ``full`` tells that no test was left out, so that what was not seen is not
    there; ``mistakes`` are of the user's making. *static* is what a scan found, as far as
    it was asked for, of the whole *inventory*; *undecided* are the targets of which nobody
    knows whether they are overdue.
    """

    def __init__(
        self,
        configured: Configured,
        ratchet: Ratchet,
        tally: Tally,
        static: Tally,
        remainder: Remainder,
        *,
        inventory: Inventory | None = None,
        undecided: tuple[str, ...] = (),
        is_critical: IsCritical = is_never_critical,
        unreadable: tuple[tuple[str, str], ...] = (),
        suspects: tuple[Suspect, ...] = (),
        unused: tuple[str, ...] = (),
        expired: tuple[str, ...] = (),
        full: bool = False,
    ) -> None:
        self._configured = configured
        self.settings = configured.settings
        self.ratchet = ratchet
        self.rules = configured.rules.all
        self._inventory = inventory
        self._undecided = undecided
        self._tally = tally
        self._static = static
        self._is_critical = is_critical
        self.unreadable = unreadable
        self.suspects = suspects
        self.remainder = remainder
        self.unused = unused
        self.expired = expired
        self.full = full
        self.mistakes = remainder.mistakes
        self.upkeep = Upkeep()
        #: A folder above the root whose rules do not hold here, and perhaps should.
        self.elsewhere: Path | None = None

    @cached_property
    def violations(self) -> list[Violation]:
        """All violations, each with the verdict that weighs most.

        Tests that saw few sites each may be within the baseline, and all of them not.
        """
        judged = self.ratchet.mark_known(self._seen, self._is_critical)
        return [
            all_told if violation.verdict is Verdict.KNOWN else violation
            for violation, all_told in zip(self._seen, judged, strict=True)
        ]

    @cached_property
    def exceeded(self) -> list[Exceeded]:
        return self.ratchet.find_exceeded(self._seen, self._is_critical)

    @cached_property
    def expired_entries(self) -> list[BaselineEntry]:
        return self.ratchet.find_expired(self._seen)

    @cached_property
    def _seen(self) -> list[Violation]:
        return [violation for violation, _ in self._joined]

    @cached_property
    def _joined(self) -> list[tuple[Violation, Violation | None]]:
        """Each violation, with what the scan found of it; sorted by importer."""
        seen = (*leave_out_remembered(self._tally.list_violations()), *self._outside)
        return sorted(
            join_with_scan(seen, self._static.list_violations()), key=lambda pair: pair[0].cause
        )

    @cached_property
    def _failed(self) -> dict[tuple[object, ...], set[str]]:
        """The tests that each violation failed, by its cause."""
        return {
            violation.cause: self._tally.find_failed_tests(violation)
            | (self._static.find_failed_tests(static) if static is not None else set())
            for violation, static in self._joined
        }

    def find_failed_tests(self, violations: Iterable[Violation]) -> set[str]:
        """The node ids of the tests that any of *violations* failed."""
        return set().union(*(self._failed.get(violation.cause, set()) for violation in violations))

    @cached_property
    def _outside(self) -> list[Violation]:
        """What happened outside of tests and that no test saw too, nor an item of the scan."""
        told = [
            violation for violation in self.remainder.session if not self._tally.has_seen(violation)
        ]
        return _merge_violations(
            tuple(
                violation
                for violation in told
                if not (violation.kind.traits.stands and self._static.has_seen(violation))
            )
        )

    @cached_property
    def remembered(self) -> list[Violation]:
        """What tests did not reach because a function remembers it; sorted by importer."""
        return list_remembered(self._tally.list_violations())

    @cached_property
    def swept(self) -> list[Violation]:
        """What was only looked at."""
        return _merge_violations(self.remainder.swept)

    @cached_property
    def matched(self) -> dict[str, int]:
        """Each rule's number of violations, discovered rules included."""
        counts = {rule.id: 0 for rule in self.rules}
        counts.update((name, 0) for name, _ in self.remainder.discovered)
        for violation in self.violations:
            if violation.rule in counts:  # a warning that no rule covers goes by its category
                counts[violation.rule] += 1
        return counts

    @property
    def not_observed(self) -> list[str]:
        """What nobody saw or looked at, and of what nobody knows whether it is overdue."""
        unlooked = describe_unlooked(self.remainder.unlooked)
        return sorted({*self.remainder.not_observed, *unlooked, *self._undecided})

    @cached_property
    def unused_rules(self) -> list[UnusedRule]:
        """The project's own rules that matched nothing; none where not every test ran."""
        if not self.full:
            return []
        from pytest_ssot.policy.rules.unused_rules import (  # it parses
            Doubts,
            KnownUses,
            find_unused_rules,
        )

        read = self._inventory
        unread: Iterable[tuple[str, str]] = () if read is None else read.unreadable
        doubts = Doubts(
            self.settings.root,
            unread,
            (*self.remainder.not_observed, *self.remainder.faults),
            _UNREAD if read is None else None,
        )
        # What was only looked at may be a use that nobody can tell as one.
        number = Counter(violation.rule for violation in self.swept)
        number += Counter() if read is None else Counter(read.uses)
        paths = None if read is None else read.examined
        known = KnownUses(self.violations, number, self.ratchet.baseline.entries, paths)
        return find_unused_rules(self._configured, known, doubts)

    @cached_property
    def late(self) -> dict[str, list[Violation]]:
        """What fails tests that had ended before they reached it, by node id."""
        return {
            result.nodeid: [
                violation for violation in result.violations if violation.verdict is Verdict.FAILS
            ]
            for result in self.remainder.late
            if result.failed
        }

    @property
    def broken(self) -> bool:
        """Whether the run fails although its tests may pass."""
        outside = any(violation.verdict is Verdict.FAILS for violation in self._outside)
        broke = bool(self.remainder.faults or self.remainder.blind)
        ratchet = bool(self.exceeded or self.upkeep.overdue)
        return bool(self.late) or (self.settings.strict and (outside or broke or ratchet))


def _is_of(mark: str, used: Iterable[str]) -> bool:
    """Whether the test that has *mark* is, or is in, or holds one of those *used* in source."""
    test = mark.partition("[")[0]
    return any(
        other == test or test.startswith(f"{other}::") or other.startswith(f"{test}::")
        for other in used
    )


def _merge_violations(violations: tuple[Violation, ...]) -> list[Violation]:
    tally = Tally()
    for violation in violations:
        tally.add_violation(violation)
    return tally.list_violations()
