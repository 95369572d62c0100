"""The inventory next to what test runs saw: the sites that a test executes, and those of runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pytest_ssot.model import Violation
from pytest_ssot.policy.baseline.grow_and_shrink import find_only_in_runs
from pytest_ssot.policy.run.tally import spot_of


def reconcile_runs(scanned: Sequence[Violation], reported: Iterable[Violation]) -> list[Violation]:
    """*scanned*, with the tests that saw each, and what only the runs saw; sorted by site.

    A run that comes over a module which passes a name on saw each line on its way.
    """
    reported = [violation for violation in reported if "runtime" in violation.seen]
    at: dict[object, set[str]] = {}
    over: dict[tuple[str, int, str], set[str]] = {}
    for violation in reported:
        at.setdefault(spot_of(violation), set()).update(violation.tests)
        for step in violation.chain:
            over.setdefault((step.path, step.line, violation.rule), set()).update(violation.tests)
    found = [_add_tests(violation, at, over) for violation in scanned]
    return sorted(
        [*found, *find_only_in_runs(scanned, reported)], key=lambda violation: violation.cause
    )


def _add_tests(
    violation: Violation,
    at: dict[object, set[str]],
    over: dict[tuple[str, int, str], set[str]],
) -> Violation:
    site = violation.importer
    tests = at.get(spot_of(violation))
    if tests is None and violation.chain:
        tests = over.get((site.path, site.line, violation.rule))
    if tests is None:
        return violation
    return violation._replace(seen=("runtime", "static"), tests=tuple(sorted(tests)))
