"""Fifty people who ask at the same time, and what each is shown."""

import pytest

from app.events import CONTRACT
from support.contract import lost, misdelivered, out_of_order, own, told
from support.people import Person, ask_at_once
from support.server import play


@pytest.fixture(scope="module")
def fifty() -> list[Person]:
    people = [Person(f"user{number:02}") for number in range(1, 51)]
    play(ask_at_once(people))
    return people


def test_no_event_is_lost(fifty: list[Person]) -> None:
    wrong = lost(fifty)
    assert not wrong, told("events lost", wrong)


def test_events_arrive_in_order(fifty: list[Person]) -> None:
    wrong = out_of_order(fifty)
    assert not wrong, told("users with events out of order", wrong)


def test_no_event_reaches_another_user(fifty: list[Person]) -> None:
    wrong = misdelivered(fifty)
    assert not wrong, told("events at the wrong user", wrong)


def test_no_event_arrives_twice(fifty: list[Person]) -> None:
    wrong = [person.name for person in fifty if len(own(person)) > len(CONTRACT)]
    assert not wrong, told("users with too many events of their own", wrong)
