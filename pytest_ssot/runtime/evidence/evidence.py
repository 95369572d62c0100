"""Sightings, and the evidence that a test, a fixture, a file or a loaded module has of them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

from pytest_ssot.runtime.stack.frames import Way


class Sighting:
    """One use of one target by one importer, as the interpreter saw it.

    ``path`` is the code's file name. ``state`` is "seen"; "honoured" where a
    warning filter that names a message or a module excuses it; "suppressed"
    where the code silences a warning around its own call; "swept" where the
    reading code does not say the name. ``foreign`` is what only another run asked
    for: see :mod:`pytest_ssot.runtime.nested`. ``form`` is that of a definition, as
    the model's Form has it.
    """

    __slots__ = (
        "column",
        "end_line",
        "foreign",
        "form",
        "function",
        "kind",
        "line",
        "message",
        "module",
        "name",
        "path",
        "rule",
        "state",
        "target",
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
        state: str = "seen",
        message: str | None = None,
        foreign: bool = False,
        form: str | None = None,
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
        self.state = state
        self.message = message
        self.foreign = foreign
        self.form = form

    def copy(self, **changes: Any) -> Sighting:
        """The same sighting, but for *changes*."""
        return Sighting(**{name: getattr(self, name) for name in self.__slots__} | changes)

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
            self.state,
        )


#: Sightings by their keys, each with the shortest way to it.
Sightings = dict[tuple[object, ...], tuple[Sighting, Way]]


class Evidence:
    """All that a test, fixture, file or module has reached: itself, or by what it imports.

    ``parts`` are the fixtures that it uses, ``users`` who uses it. ``number`` is
    not 0 where it stands for an owner in another process. ``ended`` is what the
    owner wants to be known by once it is over; see :attr:`Recorder.late`.
    """

    __slots__ = ("ended", "number", "parts", "sightings", "users", "uses")

    def __init__(self) -> None:
        self.sightings: Sightings = {}
        self.uses: dict[Evidence, Way] = {}
        self.parts: list[Evidence] = []
        self.users: list[Evidence] = []
        self.number = 0
        self.ended: object = None

    def __bool__(self) -> bool:
        return bool(self.sightings or self.uses or any(self.parts))

    def add_part(self, part: Evidence) -> bool:
        """Note that this uses *part*."""
        if part in self.parts:
            return False
        self.parts.append(part)
        part.users.append(self)
        return True

    def add(self, sighting: Sighting, way: Way) -> bool:
        return keep_shortest(self.sightings, sighting, way)

    def add_use(self, carrier: Evidence, way: Way) -> bool:
        """Note that what *carrier* is of was imported, or read, by *way*."""
        known = self.uses.get(carrier)
        if known is None or _rank_way(way) < _rank_way(known):
            self.uses[carrier] = way
            return True
        return False


#: All owners of something, outermost first; () is nobody, so the session's.
OwnerStack = tuple[Evidence, ...]


def keep_shortest(found: Sightings, sighting: Sighting, way: Way) -> bool:
    """Add *sighting* to *found* unless a way as short is known; returns whether it was added."""
    known = found.get(sighting.key)
    if known is not None and _rank_way(known[1]) <= _rank_way(way):
        return False
    found[sighting.key] = (sighting, way)
    return True


def _rank_way(way: Way) -> tuple[int, Way]:
    return len(way), way
