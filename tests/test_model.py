"""Violations go to JSON and back without loss, and weigh the same whichever came first."""

from __future__ import annotations

import json
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from pytest_ssot.model import Form, Kind, Scope, Site, Step, Verdict, Violation
from pytest_ssot.policy.run.tally import Result, Tally

TEXT = st.text(max_size=5)
LINE = st.integers(1, 9)
STEP = st.builds(Step, path=TEXT, line=LINE, function=TEXT)
VIOLATION = st.builds(
    Violation,
    rule=st.sampled_from("rs"),
    kind=st.sampled_from(Kind),
    target=st.sampled_from("tu"),
    name=st.none() | TEXT,
    importer=st.builds(Site, path=TEXT, line=LINE, column=LINE, function=TEXT),
    chain=st.lists(STEP, max_size=3).map(tuple),
    verdict=st.sampled_from(Verdict),
    tests=st.lists(TEXT, max_size=3).map(tuple),
    message=st.none() | TEXT,
    reason=st.none() | TEXT,
    form=st.none() | st.sampled_from(Form),
    scope=st.none() | st.sampled_from(Scope),
)


@given(VIOLATION)
def test_a_violation_survives_json(violation: Violation) -> None:
    assert Violation.from_json(json.loads(json.dumps(violation.to_json()))) == violation


@given(st.lists(VIOLATION, max_size=3), TEXT, st.booleans())
def test_a_result_survives_json(violations: list[Violation], nodeid: str, failed: bool) -> None:
    result = Result(nodeid, tuple(violations), failed)
    assert Result.from_json(json.loads(json.dumps(result.to_json()))) == result


SAME = st.builds(
    Violation,
    rule=st.just("r"),
    kind=st.just(Kind.IMPORT),
    target=st.just("t"),
    name=st.sampled_from(["x", "y"]),
    importer=st.just(Site("a.py", 1)),
    chain=st.lists(STEP, max_size=3).map(tuple),
    verdict=st.sampled_from(Verdict),
    tests=st.lists(TEXT, max_size=2).map(tuple),
    message=st.none() | TEXT,
    reason=st.none() | TEXT,
)


@given(st.lists(SAME, max_size=4))
def test_a_tally_is_the_same_in_any_order(violations: list[Violation]) -> None:
    tallies = []
    for order in permutations(violations):
        tally = Tally()
        for violation in order:
            tally.add_violation(violation)
        tallies.append(tally.list_violations())
    assert all(one == tallies[0] for one in tallies)
