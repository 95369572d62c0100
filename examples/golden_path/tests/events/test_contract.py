"""One user alone: the five events of a run, as a browser is shown them."""

import pytest

from app.agents.model import EchoModel
from app.events import CONTRACT
from support.people import Person, Seen
from support.server import play, serving


async def _alone(person: Person, *questions: str) -> None:
    async with serving(EchoModel()) as address:
        await person.log_in(address)
        async with person.connected(address) as browser:
            for question in questions:
                await browser.ask(question)
            await browser.say_goodbye()


@pytest.fixture
def alice() -> Person:
    return Person("alice")


def test_the_five_events_arrive_in_order(alice: Person) -> None:
    play(_alone(alice, "What is my PIN?"))
    assert [one["type"] for one in alice.seen] == list(CONTRACT)


def test_each_run_has_its_own(alice: Person) -> None:
    play(_alone(alice, "What is my PIN?", "And now?"))
    runs: dict[str, list[Seen]] = {}
    for one in alice.seen:
        runs.setdefault(one["run_id"], []).append(one)
    assert [[one["type"] for one in run] for run in runs.values()] == [list(CONTRACT)] * 2


def test_the_last_event_has_the_answer(alice: Person) -> None:
    play(_alone(alice, "What is my PIN?"))
    assert alice.seen[-1]["text"] == f"What is my PIN? {alice.note}"


def test_a_run_that_breaks_says_so(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.tools.notes._notes", {})
    play(_alone(alice, "What is my PIN?"))
    assert alice.seen[-1]["type"] == "agent_failed"
    assert alice.seen[-1]["text"] == "LookupError: you have no notes"
