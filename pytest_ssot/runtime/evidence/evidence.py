"""Sightings, and the evidence that a test, a fixture, a file or a loaded module has of them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

from pytest_ssot.runtime.evidence.conditions import (
    COLLECT,
    Conditions,
    WarningFacts,
    leave_out_collector,
)
from pytest_ssot.runtime.stack.frames import Way


class Sighting:
    """One use of one target by one importer, as the interpreter saw it.

    ``path`` is the code's file name. ``warning`` is what was said, where that is all there
    is to see of the use; a ``covered`` one is of a module that a rule names, whose import
    is the use. ``swept`` is what the reading code does not say the name of. ``foreign`` is
    what only another run asked for: see :mod:`pytest_ssot.runtime.nested`. ``form`` is that
    of a definition, as the model's Form has it. ``remembered`` is the function (file, line,
    name and module) that was called and did not get there, as an earlier call of it had.
    """

    __slots__ = (
        "column",
        "covered",
        "end_line",
        "foreign",
        "form",
        "function",
        "kind",
        "line",
        "module",
        "name",
        "path",
        "remembered",
        "rule",
        "swept",
        "target",
        "warning",
    )

    def __init__(
        self,
        *,
        rule: str,
        kind: str,
        target: str,
        name: str | None,
        path: str,
        line: int,
        end_line: int,
        column: int,
        function: str,
        module: str,
        warning: WarningFacts | None = None,
        covered: bool = False,
        swept: bool = False,
        foreign: bool = False,
        form: str | None = None,
        remembered: tuple[str, int, str, str] | None = None,
    ) -> None:
        self.rule = rule
        self.kind = kind
        self.target = target
        self.name = name
        self.path = path
        self.line = line
        self.end_line = end_line
        self.column = column
        self.function = function
        self.module = module
        self.warning = warning
        self.covered = covered
        self.swept = swept
        self.foreign = foreign
        self.form = form
        self.remembered = remembered

    def copy(self, **changes: Any) -> Sighting:
        """The same sighting, but for *changes*."""
        return Sighting(**{name: getattr(self, name) for name in self.__slots__} | changes)

    @property
    def message(self) -> str | None:
        return None if self.warning is None else self.warning.text

    @property
    def key(self) -> tuple[object, ...]:
        """The values that make two sightings one; a warning's words vary from call to call."""
        return (
            self.path,
            self.line,
            self.column,
            self.function,
            self.rule,
            self.kind,
            self.target,
            self.name,
            self.covered,
            self.swept,
            self.remembered,
        )


#: A sighting, the way to it, and the conditions that were set on that way.
Reached = tuple[Sighting, Way, Conditions]
#: What was reached, by the keys of sightings and by conditions, each by the shortest way.
Sightings = dict[tuple[object, ...], Reached]


class Evidence:
    """All that a test, fixture, file or module has reached: itself, or by what it imports.

    ``uses`` are the modules that it imports, ``parts`` the fixtures that it uses, under
    which conditions; ``users`` is who uses it. ``standing`` are the filters that it began
    with, and ``left`` the conditions that it left. ``number`` is not 0 where it stands for
    an owner in another process. ``ended`` is what the owner wants to be known by once it is
    over; see :attr:`Recorder.late`.
    """

    __slots__ = (
        "ended",
        "left",
        "number",
        "parts",
        "sightings",
        "standing",
        "users",
        "uses",
    )

    def __init__(self) -> None:
        self.sightings: Sightings = {}
        self.uses: dict[tuple[Evidence, Conditions], Way] = {}
        self.parts: list[tuple[Evidence, Conditions]] = []
        self.users: list[Evidence] = []
        self.standing: tuple[object, ...] = ()
        self.left: Conditions = ()
        self.number = 0
        self.ended: object = None

    def __bool__(self) -> bool:
        return bool(self.sightings or self.uses or any(part for part, _ in self.parts))

    def add_part(self, part: Evidence, conditions: Conditions | None = None) -> bool:
        """Note that this uses *part*, under *conditions*; None if those were noted, if any."""
        known = [under for other, under in self.parts if other is part]
        if known and (conditions is None or conditions in known):
            return False
        self.parts.append((part, conditions or ()))
        part.users.append(self)
        return True

    def add(self, sighting: Sighting, way: Way, conditions: Conditions = ()) -> bool:
        return keep_shortest(self.sightings, (sighting, way, conditions))

    def hand_on(self, text: str, path: str, line: int) -> bool:
        """Note that a collector has handed on the warning *text*, of the line if that is told."""
        taken = [
            (key, sighting, conditions)
            for key, (sighting, _, conditions) in self.sightings.items()
            if sighting.message == text and any(one.action == COLLECT for one in conditions)
        ]
        exact = [one for one in taken if (one[1].path, one[1].line) == (path, line)]
        for key, _, conditions in exact or taken:
            sighting, way, _ = self.sightings.pop(key)
            self.add(sighting, way, leave_out_collector(conditions))
        return bool(taken)

    def add_use(self, carrier: Evidence, way: Way, conditions: Conditions = ()) -> bool:
        """Note that what *carrier* is of was imported, or read, by *way*."""
        key = carrier, conditions
        known = self.uses.get(key)
        if known is None or _rank_way(way) < _rank_way(known):
            self.uses[key] = way
            return True
        return False


#: All owners of something, outermost first; () is nobody, so the session's.
OwnerStack = tuple[Evidence, ...]


def keep_shortest(found: Sightings, reached: Reached) -> bool:
    """Add *reached* to *found* unless a way as short is known; returns whether it was added."""
    sighting, way, conditions = reached
    key = (*sighting.key, conditions)
    known = found.get(key)
    if known is not None and _rank_way(known[1]) <= _rank_way(way):
        return False
    found[key] = reached
    return True


def _rank_way(way: Way) -> tuple[int, Way]:
    return len(way), way
