"""Silences: whether a test expects a warning, and whose filter it is that hides one."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from pytest_ssot.runtime.evidence.conditions import (
    BY_PYTEST,
    CHECK,
    Condition,
    Conditions,
    Pattern,
    Setter,
    WarningFacts,
)

if TYPE_CHECKING:  # a scan has no use for the watch
    from pytest_ssot.runtime.evidence.evidence import Reached

#: Messages, and modules, that have nothing in common: a pattern for all of them names none.
_UNLIKE = ("app is old", "'x' went", "(7)", "Zq_1", "é")


class Heard(Enum):
    """What becomes of a warning for a test."""

    HEARD = "heard"
    EXPECTED = "expected"
    HONOURED = "honoured"  # by a filter of the user's, which names it
    SUPPRESSED = "suppressed"  # by the code itself


class Hearing(NamedTuple):
    """What becomes of a warning, by which condition.

    ``ignored`` is the filter that would hide it, but that application code set for the
    whole process.
    """

    heard: Heard = Heard.HEARD
    by: Condition | None = None
    ignored: Condition | None = None


class Around(NamedTuple):
    """What holds for all that a test reaches, and the filters that were set for the process."""

    conditions: Conditions = ()
    process_wide: Collection[Condition] = ()


class Silences:
    """Tells what conditions make of warnings; *is_test* says whether a test's code set one."""

    def __init__(self, is_test: Callable[[Setter], bool]) -> None:
        self._is_test = is_test

    def hear_all(
        self, found: Iterable[Reached], around: Around
    ) -> Iterator[tuple[Reached, Hearing]]:
        """What of *found* a test does not expect, with what becomes of it.

        Who expects the warning of a rule's target expects the use that made it warn.
        """
        hearings = [(reached, self._hear_reached(reached, around)) for reached in found]
        expected = {
            (sighting.rule, hearing.by.setter)
            for (sighting, _, _), hearing in hearings
            if hearing.heard is Heard.EXPECTED and hearing.by is not None
        }
        for reached, hearing in hearings:
            sighting, _, conditions = reached
            is_expected = hearing.heard is Heard.EXPECTED or (
                sighting.warning is None
                and any(
                    (sighting.rule, condition.setter) in expected
                    for condition in conditions
                    if condition.is_recorder or condition.action == "error"
                )
            )
            if not (is_expected or sighting.covered):
                yield reached, hearing

    def _hear_reached(self, reached: Reached, around: Around) -> Hearing:
        sighting, _, under = reached
        facts, module = sighting.warning, sighting.module
        if facts is None:
            return Hearing()
        conditions = [*facts.inside, *under, *around.conditions]
        hearing = self.hear(facts, module, conditions)
        if hearing.heard is not Heard.HEARD:
            return hearing
        hiding = (
            condition
            for condition in (*conditions, *around.process_wide)
            if condition.action == "ignore"
            and self._is_nobodys(condition)
            and fits(condition, facts, module)
        )
        return hearing._replace(ignored=next(hiding, None))

    def hear(self, facts: WarningFacts, module: str, conditions: list[Condition]) -> Hearing:
        """What becomes of a warning whose importer is *module*, under *conditions*."""
        first = self._find_filter(facts, module, conditions)
        if first is not None and first.action == "ignore":
            named = self._is_test(first.setter) and is_named(first)
            return Hearing(Heard.HONOURED if named else Heard.SUPPRESSED, first)
        if first is not None and first.action == "error":
            return self._hear_error(first, facts)
        number = next((n for n, one in enumerate(conditions) if one.is_recorder), None)
        if number is None:
            return Hearing()
        recorder = conditions[number]
        if not self._is_test(recorder.setter):
            return Hearing(Heard.SUPPRESSED, recorder)
        if expects(recorder, facts):
            return Hearing(Heard.EXPECTED, recorder)
        if recorder.action != CHECK:
            return Hearing()
        return self.hear(facts, module, conditions[number + 1 :])  # it is issued again outside

    def _find_filter(
        self, facts: WarningFacts, module: str, conditions: list[Condition]
    ) -> Condition | None:
        """The first filter that fits, but for those that are nobody's, or hide everything."""
        for condition in sorted(conditions, key=lambda one: one.is_last):
            if condition.is_recorder or not fits(condition, facts, module):
                continue
            is_blanket = condition.block is None and not is_named(condition)
            if not (self._is_nobodys(condition) or (condition.action == "ignore" and is_blanket)):
                return condition
        return None

    def _hear_error(self, condition: Condition, facts: WarningFacts) -> Hearing:
        """A test that makes an error of it, which no other code swallows, expects it."""
        is_tests = condition.setter != BY_PYTEST and self._is_test(condition.setter)
        is_swallowed = facts.caught is not None and not self._is_test(facts.caught)
        return Hearing(Heard.EXPECTED if is_tests and not is_swallowed else Heard.HEARD, condition)

    def _is_nobodys(self, condition: Condition) -> bool:
        """Whether application code set the filter, and not around a call of its own."""
        if self._is_test(condition.setter):
            return False
        return condition.block is None or self._is_test(condition.block)


def is_named(condition: Condition) -> bool:
    """Whether the filter names a message or a module: one that fits everything does not."""
    patterns = (condition.message, condition.module)
    return any(pattern is not None and not _fits_all(pattern) for pattern in patterns)


def fits(condition: Condition, facts: WarningFacts, module: str) -> bool:
    """Whether the filter is about the warning, whose importer is *module*."""
    if not _is_among(condition.categories, facts):
        return False
    stated = module if facts.stated is None else facts.stated
    return all(
        pattern is None or _compile(pattern).match(text) is not None
        for pattern, text in ((condition.message, facts.text), (condition.module, stated))
    )


def expects(recorder: Condition, facts: WarningFacts) -> bool:
    """Whether the recorder expects the warning, which it takes."""
    if not _is_among(recorder.categories, facts):
        return False
    return recorder.message is None or _compile(recorder.message).search(facts.text) is not None


def _is_among(categories: tuple[str, ...], facts: WarningFacts) -> bool:
    return not categories or not set(categories).isdisjoint(facts.categories)


@cache
def _compile(pattern: Pattern) -> re.Pattern[str]:
    return re.compile(*pattern)


@cache
def _fits_all(pattern: Pattern) -> bool:
    return all(_compile(pattern).match(text) for text in _UNLIKE)
