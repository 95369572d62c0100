"""Violations and entries, written short."""

from __future__ import annotations

import datetime

from hypothesis import strategies as st

from pytest_ssot.model import Kind, Site, Verdict, Violation
from pytest_ssot.policy.baseline.entries import BaselineEntry
from pytest_ssot.policy.baseline.grow_and_shrink import Grounds, grow_entries
from pytest_ssot.policy.baseline.ratchet import Baseline, Ratchet, Ratcheted, apply_baseline

TODAY = datetime.date(2026, 7, 1)


def use(
    path: str = "app/a.py",
    line: int = 1,
    name: str | None = None,
    rule: str = "app.old",
    *,
    column: int = 0,
    verdict: Verdict = Verdict.FAILS,
    seen: tuple[str, ...] = ("static",),
) -> Violation:
    site = Site(path, line, column)
    return Violation(rule, Kind.IMPORT, rule, name, site, verdict=verdict, seen=seen)


def warned(message: str, line: int = 1, function: str = "f", target: str = "lib:g") -> Violation:
    site = Site("app/a.py", line, 0, function)
    rule = "DeprecationWarning"
    return Violation(rule, Kind.WARNING, target, None, site, message=message)


def nothing(_: object) -> bool:
    return False


def everything(_: object) -> bool:
    return True


def created(violations: list[Violation]) -> tuple[BaselineEntry, ...]:
    empty = Ratchet(Baseline(), TODAY)
    return grow_entries(empty, violations, violations, nothing, Grounds())


def applied(entries: tuple[BaselineEntry, ...], violations: list[Violation]) -> Ratcheted:
    baseline = Baseline(entries)
    return apply_baseline(
        baseline, violations, examined=everything, is_critical=nothing, today=TODAY
    )


USES = st.lists(
    st.builds(
        use,
        st.sampled_from(["app/a.py", "app/b.py", "c.py"]),
        st.integers(1, 4),
        st.sampled_from([None, "make", "*"]),
        st.sampled_from(["app.old", "other"]),
        column=st.integers(0, 1),
        verdict=st.sampled_from([Verdict.FAILS, Verdict.FAILS, Verdict.ALLOWED]),
    ),
    max_size=12,
)
