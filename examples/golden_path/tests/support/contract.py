"""What goes wrong, as a user sees it: by what reached each browser, and in which order."""

from collections.abc import Sequence

from app.events import CONTRACT
from support.people import Person


def own(person: Person) -> list[str]:
    return [one["type"] for one in person.seen if one["user_id"] == person.name]


def lost(people: Sequence[Person]) -> list[str]:
    """Events that did not reach the user whom they are for."""
    return [
        f"{person.name} never saw {type}"
        for person in people
        for type in CONTRACT
        if type not in own(person)
    ]


def misdelivered(people: Sequence[Person]) -> list[str]:
    """Events that reached somebody else."""
    return [
        f"{person.name} saw {one['type']} of {one['user_id']}: {one['text']}"
        for person in people
        for one in person.seen
        if one["user_id"] != person.name
    ]


def out_of_order(people: Sequence[Person]) -> list[str]:
    """Users who saw their own events in another order than that of the contract."""
    return [
        f"{person.name} saw {', '.join(own(person))}"
        for person in people
        if own(person) != sorted(own(person), key=CONTRACT.index)
    ]


def told(what: str, wrong: Sequence[str]) -> str:
    """A failure's message: how many, and the first few."""
    return "\n  ".join([f"{len(wrong)} {what}:", *wrong[:3], *["…"][: len(wrong) > 3]])
