"""What is wrong in the configuration, gathered so that all of it is told at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from pytest_ssot.errors import UsageError


class Wrong(ValueError):
    """A value that a check refuses: what is wrong with it, and perhaps what was meant."""

    def __init__(self, problem: str, hint: str | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.hint = hint


class Place(NamedTuple):
    """Where something was written; ``order`` sorts places as the user reads them."""

    file: str
    table: str = ""
    order: tuple[int, ...] = ()

    def __str__(self) -> str:
        return f"{self.file}: {self.table}" if self.table else self.file


class Mistake(NamedTuple):
    """One mistake; ``key`` is None where the table itself is wrong, not a value in it."""

    place: Place
    key: str | None
    problem: str
    hint: str | None = None

    def __str__(self) -> str:
        key = f"{self.key}: " if self.key is not None else ""
        hint = f"; {self.hint}" if self.hint else ""
        return f"{self.place}: {key}{self.problem}{hint}"


class Mistakes:
    """Gathers mistakes; whoever looks on after a mistake finds the next one too."""

    def __init__(self) -> None:
        self._found: list[Mistake] = []

    def add(
        self, place: Place, problem: str, *, key: str | None = None, hint: str | None = None
    ) -> None:
        self._found.append(Mistake(place, key, problem, hint))

    @contextmanager
    def gather(self, place: Place, key: str | None = None) -> Iterator[None]:
        """Turns each Wrong that leaves the block, alone or in a group, into a mistake."""
        try:
            yield
        except* Wrong as group:
            for wrong in group.exceptions:
                if isinstance(wrong, Wrong):
                    self.add(place, wrong.problem, key=key, hint=wrong.hint)

    def list_problems(self) -> list[str]:
        """What is wrong, without the places."""
        return [mistake.problem for mistake in self._found]

    def __len__(self) -> int:
        return len(self._found)

    def raise_any(self) -> None:
        """Raise one UsageError that tells all mistakes in the order of the files, if any."""
        if not self._found:
            return
        told = sorted(self._found, key=lambda mistake: mistake.place.order)
        count = f"{len(told)} mistakes" if len(told) > 1 else "1 mistake"
        raise UsageError("\n".join([f"pytest-ssot: {count} in the configuration", *map(str, told)]))


def hint_nearest(word: str, known: Iterable[str], before: str = "") -> str | None:
    """A hint at the known word that was probably meant, None if none is near.

    *before* is what stands before all of them, in which none of them differs.
    """
    from difflib import get_close_matches  # only a mistake pays for the import

    near = get_close_matches(word, list(known), n=1)
    return f'did you mean "{before}{near[0]}"?' if near else None


def describe_value(value: object) -> str:
    """A refused value in a few words, never more than a line and never by its repr."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        shown = value if value.isprintable() else ascii(value)[1:-1]
        return f'"{shown}"' if len(shown) <= 80 else f'"{shown[:77]}..."'
    names = {int: "a number", float: "a number", list: "a list", tuple: "a list", dict: "a table"}
    return names.get(type(value), f"a {type(value).__name__}")
