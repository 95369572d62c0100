"""Receives what child processes tell, in the process that runs the tests."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pytest_ssot.runtime.evidence.channel import ChannelReader
    from pytest_ssot.runtime.evidence.evidence import OwnerStack
    from pytest_ssot.runtime.evidence.recorder import Recorder
    from pytest_ssot.runtime.stack.frames import Way
    from pytest_ssot.runtime.stack.guard import Guard
    from pytest_ssot.runtime.warnings.watch import WarningWatch

from pytest_ssot.runtime.evidence.conditions import Condition, WarningFacts
from pytest_ssot.runtime.evidence.evidence import Sighting
from pytest_ssot.runtime.owners.owner_numbers import join_ways


class Receiver:
    """Gives each record that comes in to the owner whose number it bears.

    ``missed`` is what the children say that they could not see.
    """

    def __init__(
        self, reader: ChannelReader, recorder: Recorder, warnings: WarningWatch, guard: Guard
    ) -> None:
        self.reader = reader
        self._recorder = recorder
        self._warnings = warnings
        self._guard = guard
        self.missed: dict[str, None] = {}
        # What PYTEST_CURRENT_TEST was for the processes that found no number of their own.
        self._started: dict[int, str] = {}

    def take_all(self) -> None:
        """Take all records that have come in since the last time."""
        # A process may be read before the one that started it, and goes by what that one tells.
        for kind, *record in sorted(self.reader.read_new(), key=lambda one: one[0] != "relayed"):
            if kind == "missed":
                self.missed[record[0]] = None
            elif kind == "started":
                self._started[record[0]] = record[1]
            elif kind == "relayed":
                self._recorder.owners.numbers.add_relayed(*record)
            elif kind == "fault":
                self._guard.keep_fault(record[0])
            elif kind == "discovered":
                self._warnings.keep_discovered(*record)
            else:
                self._take_sighting(kind, *record)

    def _take_sighting(
        self, kind: str, number: int, values: dict[str, Any], steps: Way, plain: tuple[Any, ...]
    ) -> None:
        numbers = self._recorder.owners.numbers
        owned, way, place = numbers.look_up(number)
        if values["warning"] is not None:
            values["warning"] = WarningFacts.from_plain(values["warning"])
        sighting = Sighting(**values)
        if sighting.kind == "construction" and sighting.target in numbers.permitted_of(number):
            return  # by what its factory started
        if place[0] and sighting.path.startswith("<"):
            # Source of a command line, or nothing but a callable: of who started the process.
            sighting.path, sighting.line, sighting.end_line, sighting.column = place[:4]
            sighting.function, sighting.module = place[4:]
            way = way[:-1]
        else:
            way = join_ways(way, steps)
        if kind == "swept":
            self._recorder.swept.add(sighting, ())
        else:
            conditions = tuple(Condition(*one) for one in plain)
            owned = owned or self._find_test(number)
            self._recorder.give_sighting(owned, sighting, way, conditions)

    def _find_test(self, number: int) -> OwnerStack:
        """Find the owner by PYTEST_CURRENT_TEST: ``nodeid (phase)``."""
        number = self._recorder.owners.numbers.find_first(number)
        test = self._started.get(number, "").rpartition(" (")[0]
        evidence = self._recorder.owners.tests.get(test)
        return () if evidence is None else (evidence,)
