"""Stands in a child process for an owner in the process that started it."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pytest_ssot.runtime.evidence.channel import Channel

from pytest_ssot.runtime.evidence.evidence import Evidence, Sighting
from pytest_ssot.runtime.evidence.lineage import Lineage
from pytest_ssot.runtime.stack.frames import Way


class RemoteOwner(Evidence):
    """An owner in another process: sends it all that it gets, at once and once only."""

    __slots__ = ("_channel", "_kind", "_lineage", "_sent")

    def __init__(self, channel: Channel, lineage: Lineage, number: int, kind: str = "seen") -> None:
        super().__init__()
        self.number = number
        self._kind = kind
        self._channel = channel
        self._lineage = lineage
        self._sent: set[tuple[object, ...]] = set()

    def add(self, sighting: Sighting, way: Way) -> bool:
        if sighting.key in self._sent:
            return False
        self._sent.add(sighting.key)
        values = {name: getattr(sighting, name) for name in Sighting.__slots__}
        values["path"] = make_absolute(sighting.path)
        steps = tuple((make_absolute(path), line, function) for path, line, function in way)
        self._channel.write(self._kind, self.number, values, steps)
        return True

    def add_use(self, carrier: Evidence, way: Way) -> bool:
        found = self._lineage.gather([carrier])
        sent = [self.add(sighting, way + rest) for sighting, rest in found.values()]
        return any(sent)


def make_absolute(path: str) -> str:
    """Make *path* one for the process that reads it: a script's is as it was typed."""
    return path if path.startswith("<") else os.path.abspath(path)
