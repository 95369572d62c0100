"""Two at once: what each is shown, and whether they are served by anything in common."""

import pytest

from support.contract import lost, misdelivered, out_of_order, told
from support.people import Person, ask_at_once
from support.server import play


@pytest.fixture(scope="module")
def two() -> list[Person]:
    people = [Person("alice"), Person("bob")]
    play(ask_at_once(people))
    return people


def test_each_sees_all_of_her_own(two: list[Person]) -> None:
    wrong = lost(two) + out_of_order(two)
    assert not wrong, told("events lost or out of order", wrong)


def test_none_sees_what_is_of_the_other(two: list[Person]) -> None:
    wrong = misdelivered(two)
    assert not wrong, told("events at the wrong user", wrong)
