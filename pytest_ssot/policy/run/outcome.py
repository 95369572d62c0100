"""The end of a run: what all of it comes to, and whether it passes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_ssot.model import Suspect, Verdict, Violation
from pytest_ssot.policy.baseline.entries import Entry
from pytest_ssot.policy.baseline.ratchet import Exceeded, Is, Ratchet, nothing
from pytest_ssot.policy.baseline.update_after_run import Upkeep
from pytest_ssot.policy.run.tally import Result, Tally, joined
from pytest_ssot.policy.run.watched_run import Remainder, Run
from pytest_ssot.policy.verdict.mission_critical import in_source
from pytest_ssot.rules.configured import Configured

if TYPE_CHECKING:  # it brings the scan along, which only some runs have a use for
    from pytest_ssot.policy.rules.unused_rules import Idle
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
        self._is_critical: Is = nothing
        #: What the scan has found, where one has been made.
        self.inventory: Inventory | None = None

    def add(self, result: Result) -> None:
        self._tally.add(result)

    def add_static(self, result: Result) -> None:
        """Take in what a scan found, as an item of its own told it."""
        self._static.add(result)

    def scanned(self, inventory: Inventory, has: Callable[[str], bool]) -> None:
        """Take in what items do not tell of the files, by path, that the run *has*."""
        for violation in inventory.violations:
            if violation.verdict is not Verdict.FAILS and has(violation.importer.path):
                self._static.add_violation(violation)
        self._unreadable = tuple(one for one in inventory.unreadable if has(one[0]))
        self._suspects = tuple(suspect for suspect in inventory.suspects if has(suspect.site.path))
        self._used_in_source = inventory.used
        self._is_critical = in_source(self._run.settings, inventory.critical)
        self.inventory = inventory

    def take(self, remainder: Remainder) -> None:
        self._remainder |= remainder

    def lost(self, what: str) -> None:
        """A process ended without its remainder: a gate that broke is not a pass.

        What that process used or matched is not known, so nothing is called unused.
        """
        self._complete = False
        self._remainder |= Remainder(faults=(what,))

    def outcome(self, *, full: bool) -> Outcome:
        late = tuple(
            result for result in self._remainder.late if not self._tally.has_failed(result)
        )
        self._remainder = self._remainder._replace(late=late)
        for result in late:
            self._tally.add(result)
        owed, undecided = self._run.owed()
        self.take(owed)
        allowances, used = self._run.allowances, {*self._remainder.used, *self._used_in_source}
        used |= {mark for mark in self._remainder.marks if _is_of(mark, self._used_in_source)}
        in_force = allowances.in_force().union(self._remainder.marks)
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
            expired=tuple(allowances.expired()),
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
        is_critical: Is = nothing,
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
        judged = self.ratchet.judge(self._seen, self._is_critical)
        return [
            all_told if violation.verdict is Verdict.KNOWN else violation
            for violation, all_told in zip(self._seen, judged, strict=True)
        ]

    @cached_property
    def exceeded(self) -> list[Exceeded]:
        return self.ratchet.exceeded(self._seen, self._is_critical)

    @cached_property
    def expired_entries(self) -> list[Entry]:
        return self.ratchet.expired(self._seen)

    @cached_property
    def _seen(self) -> list[Violation]:
        return [violation for violation, _ in self._joined]

    @cached_property
    def _joined(self) -> list[tuple[Violation, Violation | None]]:
        """Each violation, with what the scan found of it; sorted by importer."""
        seen = (*self._tally.violations(), *self._outside)
        return sorted(joined(seen, self._static.violations()), key=lambda pair: pair[0].cause)

    @cached_property
    def _failed(self) -> dict[tuple[object, ...], set[str]]:
        """The tests that each violation failed, by its cause."""
        return {
            violation.cause: self._tally.failed_tests(violation)
            | (self._static.failed_tests(static) if static is not None else set())
            for violation, static in self._joined
        }

    def failed_tests(self, violations: Iterable[Violation]) -> set[str]:
        """The node ids of the tests that any of *violations* failed."""
        return set().union(*(self._failed.get(violation.cause, set()) for violation in violations))

    @cached_property
    def _outside(self) -> list[Violation]:
        """What happened outside of tests and that no test saw too, nor an item of the scan."""
        told = [violation for violation in self.remainder.session if not self._tally.has(violation)]
        return _merged(
            tuple(
                violation
                for violation in told
                if not (violation.kind.traits.stands and self._static.has(violation))
            )
        )

    @cached_property
    def swept(self) -> list[Violation]:
        """What was only looked at."""
        return _merged(self.remainder.swept)

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
        """What nobody saw, and of what nobody knows whether it is overdue."""
        return sorted({*self.remainder.not_observed, *self._undecided})

    @cached_property
    def idle(self) -> list[Idle]:
        """The project's own rules that matched nothing; none where not every test ran."""
        if not self.full:
            return []
        from pytest_ssot.policy.rules.unused_rules import Doubts, Known, idle  # it parses

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
        known = Known(self.violations, number, self.ratchet.baseline.entries, paths)
        return idle(self._configured, known, doubts)

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
        one == test or test.startswith(f"{one}::") or one.startswith(f"{test}::") for one in used
    )


def _merged(violations: tuple[Violation, ...]) -> list[Violation]:
    tally = Tally()
    for violation in violations:
        tally.add_violation(violation)
    return tally.violations()
