"""What was found: a sign is one place that says so, a finding is what they come to."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple


class Strength(IntEnum):
    """How sure a sign is: code that warns, words that say so, a shape that only looks like it."""

    POSSIBLE = 1
    LIKELY = 2
    CERTAIN = 3

    @property
    def word(self) -> str:
        return self.name.lower()


class Sign(NamedTuple):
    """One place that calls ``target`` (``a.b`` or ``a.b:Name``) deprecated.

    ``how`` is a verb ("warns"), ``words`` what the source says, empty where it
    says none. ``pointers`` are what may be the replacement, the likeliest
    first, as the module of the sign spells them.
    """

    target: str
    strength: Strength
    how: str
    path: str
    line: int
    words: str
    pointers: tuple[str, ...] = ()

    def __str__(self) -> str:
        told = f': "{self.words}"' if self.words else ""
        return f"{self.path}:{self.line} {self.how}{told}"


class Finding(NamedTuple):
    """A target with all its signs, the strongest first, and what a rule can say of it.

    ``use``, ``rename``, ``manual`` and ``submodules`` are as in a rule. ``notes``
    are what else a reader of the rule should know.
    """

    target: str
    strength: Strength
    signs: tuple[Sign, ...]
    use: str | None = None
    rename: tuple[tuple[str, str], ...] = ()
    manual: tuple[str, ...] = ()
    submodules: bool = True
    notes: tuple[str, ...] = ()


class Double(NamedTuple):
    """A class that several modules define, as ``a.b:Name`` each, with the places."""

    name: str
    symbols: tuple[str, ...]
    places: tuple[str, ...]
    reexports: tuple[tuple[str, ...], ...]
