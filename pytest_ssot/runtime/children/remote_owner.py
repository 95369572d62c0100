"""Stands in a child process for an owner in the process that started it."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pytest_ssot.runtime.evidence.channel import Channel
    from pytest_ssot.runtime.evidence.conditions import Conditions

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

    def add(self, sighting: Sighting, way: Way, conditions: Conditions = ()) -> bool:
        key = (*sighting.key, conditions)
        if key in self._sent:
            return False
        self._sent.add(key)
        values = {name: getattr(sighting, name) for name in Sighting.__slots__}
        values["warning"] = None if sighting.warning is None else sighting.warning.to_plain()
        values["path"] = make_absolute(sighting.path)
        steps = tuple((make_absolute(path), line, function) for path, line, function in way)
        plain = tuple(condition.plain for condition in conditions)
        self._channel.write(self._kind, self.number, values, steps, plain)
        return True

    def add_use(self, carrier: Evidence, way: Way, conditions: Conditions = ()) -> bool:
        found = self._lineage.gather(self._lineage.find_with_packages(carrier))
        sent = [
            self.add(sighting, way + rest, inner + conditions)
            for sighting, rest, inner in found.values()
        ]
        return any(sent)


def make_absolute(path: str) -> str:
    """Make *path* one for the process that reads it: a script's is as it was typed."""
    return path if path.startswith("<") else os.path.abspath(path)
