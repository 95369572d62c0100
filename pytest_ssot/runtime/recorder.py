"""Gives what is seen to everyone whose it is: see DESIGN, order independence."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType

from pytest_ssot.runtime import bytecode, frames
from pytest_ssot.runtime.evidence import Evidence, Lineage, Sighting


class Recorder:
    """Keeps the evidence, with its owners and with the modules that carry it.

    *on_carrier* gets the name and the body's frame of a module that has just
    become part of a lineage. ``changes`` counts what was noted, ``turns`` how
    often the owner changed.
    """

    def __init__(self, on_carrier: Callable[[str, FrameType], None]) -> None:
        self._on_carrier = on_carrier
        self.lineage = Lineage()
        self.session = Evidence()
        self.swept = Evidence()
        self._owners: list[Evidence] = []
        self.changes = 0
        self.turns = 0

    def enter(self, owner: Evidence) -> None:
        """Until it leaves, *owner* gets what happens, and so does each that is in already."""
        self._owners.append(owner)
        self.turns += 1

    def leave(self, owner: Evidence) -> None:
        self._owners.remove(owner)
        self.turns += 1

    def record(self, frame: FrameType, sighting: Sighting) -> None:
        """Note *sighting*, whose importer is *frame*."""
        if sighting.state == "swept":
            self.swept.add(sighting, ())
            return
        way = frames.way(frame)[:-1]
        for owner in self._owners or (self.session,):
            owner.add(sighting, way)
        self.changes += 1
        for body in frames.outward(frame):
            if frames.is_module_level(body):
                sub = frames.way(frame, until=body)[:-1]
                self._carrier(body).add(sighting, sub)

    def use(self, frame: FrameType, module: str) -> None:
        """Note that *frame* imports *module*, which carries evidence."""
        way = frames.way(frame)
        for owner in self._owners or (self.session,):
            owner.use(module, way)
        self.changes += 1
        for body in frames.outward(frame):
            if frames.is_module_level(body) and frames.module_of(body) != module:
                self._carrier(body).use(module, frames.way(frame, until=body))

    def _carrier(self, body: FrameType) -> Evidence:
        name = frames.module_of(body)
        known = self.lineage.carries(name)
        evidence = self.lineage.of(name, body.f_code.co_filename)
        if not known:
            self._on_carrier(name, body)
        return evidence


def sighting_at(frame: FrameType, **what: object) -> Sighting:
    """A sighting whose importer is the line that *frame* is at."""
    position = bytecode.position(frame)
    return Sighting(
        path=frame.f_code.co_filename,
        line=position.line,
        end_line=position.end_line,
        column=position.column,
        function=frames.function_of(frame),
        module=frames.module_of(frame),
        **what,  # type: ignore[arg-type]
    )


def sighting_in(code: CodeType, line: int, **what: object) -> Sighting:
    """A sighting whose importer is the ``@patch`` at *line*, above *code*."""
    return Sighting(
        path=code.co_filename,
        line=line,
        end_line=line,
        column=0,
        function="<module>",
        module="",
        **what,  # type: ignore[arg-type]
    )
