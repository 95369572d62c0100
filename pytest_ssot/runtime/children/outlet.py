"""What stands in a child process for owners in the process that started it."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pytest_ssot.runtime.evidence.channel import Channel

from pytest_ssot.runtime.evidence.evidence import Evidence, Lineage, Sighting
from pytest_ssot.runtime.stack.frames import Way


class Outlet(Evidence):
    """Hands on all that it gets, at once and once only."""

    __slots__ = ("_channel", "_kind", "_lineage", "_told")

    def __init__(self, channel: Channel, lineage: Lineage, number: int, kind: str = "seen") -> None:
        super().__init__()
        self.number = number
        self._kind = kind
        self._channel = channel
        self._lineage = lineage
        self._told: set[tuple[object, ...]] = set()

    def add(self, sighting: Sighting, way: Way) -> bool:
        if sighting.key in self._told:
            return False
        self._told.add(sighting.key)
        values = {name: getattr(sighting, name) for name in Sighting.__slots__}
        values["path"] = absolute(sighting.path)
        steps = tuple((absolute(path), line, function) for path, line, function in way)
        self._channel.write(self._kind, self.number, values, steps)
        return True

    def use(self, module: str, way: Way) -> bool:
        found = self._lineage.gather(self._lineage.carriers(module))
        told = [self.add(sighting, way + rest) for sighting, rest in found.values()]
        return any(told)


def absolute(path: str) -> str:
    """*path* as the process that reads it needs it: a script's is as it was typed."""
    return path if path.startswith("<") else os.path.abspath(path)
