"""What a whole run saw, over all of its tests and all of its workers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from pytest_ssot.model import Step, Verdict, Violation
from pytest_ssot.policy.verdict.judge import WEIGHT


class Result(NamedTuple):
    """What one test saw, and whether that failed it. JSON both ways.

    A test that was skipped did not run, so its node id is left out of what it saw.
    """

    nodeid: str
    violations: tuple[Violation, ...]
    failed: bool
    skipped: bool = False

    def to_json(self) -> dict[str, Any]:
        return {
            "nodeid": self.nodeid,
            "violations": [violation.to_json() for violation in self.violations],
            "failed": self.failed,
            "skipped": self.skipped,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Result:
        found = tuple(Violation.from_json(raw) for raw in data["violations"])
        return cls(data["nodeid"], found, data["failed"], data["skipped"])


class Tally:
    """Violations by cause, merged from whoever saw them."""

    def __init__(self) -> None:
        self._by_cause: dict[tuple[Any, ...], Violation] = {}
        self._failed: dict[tuple[Any, ...], set[str]] = {}
        self._tests: dict[tuple[Any, ...], set[str]] = {}

    def add_result(self, result: Result) -> None:
        for violation in result.violations:
            self.add_violation(violation._replace(tests=()) if result.skipped else violation)
            if result.failed and violation.verdict is Verdict.FAILS:
                self._failed.setdefault(violation.cause, set()).add(result.nodeid)

    def add_violation(self, violation: Violation) -> None:
        cause = violation.cause
        self._tests.setdefault(cause, set()).update(violation.tests)
        known = self._by_cause.get(cause)
        self._by_cause[cause] = violation if known is None else _merge_two(known, violation)

    def has_seen(self, violation: Violation) -> bool:
        return violation.cause in self._by_cause

    def has_failed(self, result: Result) -> bool:
        """Whether all that fails the test of *result* has been told to have failed it."""
        failing = [
            violation for violation in result.violations if violation.verdict is Verdict.FAILS
        ]
        return all(
            result.nodeid in self.find_failed_tests(violation) for violation in failing
        ) and bool(failing)

    def list_violations(self) -> list[Violation]:
        """All violations, sorted by importer, each with all the tests that saw it."""
        return [
            self._by_cause[cause]._replace(tests=tuple(sorted(self._tests[cause])))
            for cause in sorted(self._by_cause)
        ]

    def find_failed_tests(self, violation: Violation) -> set[str]:
        return self._failed.get(violation.cause, set())


def join_with_scan(
    seen: Iterable[Violation], static: Iterable[Violation]
) -> list[tuple[Violation, Violation | None]]:
    """Each violation that a run has *seen* or a scan found, once, with the scan's own of it.

    A run and a scan may differ about the column; of those on one line the first is
    the first. A run's chain says more than the scan's.
    """
    waiting: dict[object, list[Violation]] = {}
    for violation in sorted(static, key=lambda violation: violation.cause):
        waiting.setdefault(spot_of(violation), []).append(violation)
    both: list[tuple[Violation, Violation | None]] = []
    for violation in sorted(seen, key=lambda violation: violation.cause):
        found = waiting.get(spot_of(violation))
        if not found:
            both.append((violation, None))
            continue
        other = found.pop(0)
        merged = _merge_two(violation, other)
        both.append((merged._replace(importer=violation.importer, chain=violation.chain), other))
    return both + [(violation, violation) for found in waiting.values() for violation in found]


def spot_of(violation: Violation) -> tuple[object, ...]:
    """A scan and a run may differ about the column, and never about these."""
    return (violation.importer.path, violation.importer.line, violation.rule, violation.name)


def _merge_two(first: Violation, other: Violation) -> Violation:
    """The same whichever came first: the weightier verdict, the shorter chain."""
    weighty = min((first, other), key=lambda violation: WEIGHT.index(violation.verdict))
    chains: Iterable[tuple[Step, ...]] = (first.chain, other.chain)
    messages = [v.message for v in (first, other) if v.message is not None]
    reasons = [
        v.reason for v in (first, other) if v.reason is not None and v.verdict is weighty.verdict
    ]
    return weighty._replace(
        seen=tuple(sorted({*first.seen, *other.seen})),
        chain=min(chains, key=lambda chain: (len(chain), chain)),
        message=min(messages, default=None),
        reason=min(reasons, default=None),
        form=min((v.form for v in (first, other) if v.form is not None), default=None),
        scope=min((v.scope for v in (first, other) if v.scope is not None), default=None),
    )
