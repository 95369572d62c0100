"""Takes in what child processes tell, in the process that runs the tests."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pytest_ssot.runtime.evidence.channel import Reader
    from pytest_ssot.runtime.evidence.evidence import Owned
    from pytest_ssot.runtime.evidence.recorder import Recorder
    from pytest_ssot.runtime.stack.frames import Way
    from pytest_ssot.runtime.stack.guard import Guard
    from pytest_ssot.runtime.warnings.watch import WarningWatch

from pytest_ssot.runtime.evidence.evidence import Sighting
from pytest_ssot.runtime.owners.owner_numbers import joined


class Intake:
    """Gives what comes in to the owners whose numbers it bears.

    ``missed`` is what the children say that they could not see.
    """

    def __init__(
        self, reader: Reader, recorder: Recorder, warnings: WarningWatch, guard: Guard
    ) -> None:
        self.reader = reader
        self._recorder = recorder
        self._warnings = warnings
        self._guard = guard
        self.missed: dict[str, None] = {}
        # What PYTEST_CURRENT_TEST was for the processes that found no number of their own.
        self._started: dict[int, str] = {}

    def collect(self) -> None:
        # A process may be read before the one that started it, and goes by what that one tells.
        for kind, *record in sorted(self.reader.new(), key=lambda one: one[0] != "relayed"):
            if kind == "missed":
                self.missed[record[0]] = None
            elif kind == "started":
                self._started[record[0]] = record[1]
            elif kind == "relayed":
                self._recorder.owners.issued.relay(*record)
            elif kind == "fault":
                self._guard.told(record[0])
            elif kind == "discovered":
                self._warnings.discovered.setdefault(*record)
            else:
                self._take(kind, *record)

    def _take(self, kind: str, number: int, values: dict[str, Any], steps: Way) -> None:
        issued = self._recorder.owners.issued
        owned, way, place = issued.entry(number)
        sighting = Sighting(**values)
        if sighting.kind == "construction" and sighting.target in issued.within(number):
            return  # by what its factory started
        if place[0] and sighting.path.startswith("<"):
            # Source of a command line, or nothing but a callable: of who started the process.
            sighting.path, sighting.line, sighting.end_line, sighting.column = place[:4]
            sighting.function, sighting.module = place[4:]
            way = way[:-1]
        else:
            way = joined(way, steps)
        if kind == "swept":
            self._recorder.swept.add(sighting, ())
        else:
            self._recorder.give(owned or self._named(number), sighting, way)

    def _named(self, number: int) -> Owned:
        """The owner by PYTEST_CURRENT_TEST: ``nodeid (phase)``."""
        number = self._recorder.owners.issued.first(number)
        test = self._started.get(number, "").rpartition(" (")[0]
        evidence = self._recorder.owners.tests.get(test)
        return () if evidence is None else (evidence,)
