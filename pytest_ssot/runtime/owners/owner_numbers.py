"""Numbers for owners, which processes and pools can hand to each other."""

from __future__ import annotations

import os
from _thread import RLock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from pytest_ssot.runtime.evidence.evidence import Evidence, OwnerStack
    from pytest_ssot.runtime.stack.frames import Way
    from pytest_ssot.runtime.stack.intent import Place

_UNKNOWN = 1 << 31


class FrameSnapshot:
    """The line that a frame was at: what is read of a frame to find its place, kept for later."""

    __slots__ = ("f_back", "f_code", "f_globals", "f_lasti", "f_lineno")

    def __init__(self, frame: FrameType) -> None:
        self.f_back = None
        self.f_code = frame.f_code
        self.f_globals = frame.f_globals
        self.f_lasti = frame.f_lasti
        self.f_lineno = frame.f_lineno

    def find_place(self) -> Place:
        from pytest_ssot.runtime.stack.intent import place_of

        return place_of(self)  # type: ignore[arg-type]


def join_ways(way: Way, steps: Way) -> Way:
    """Add *steps* of a child process to the *way* to it; its command line's source is no step."""
    return way + tuple(step for step in steps if not (way and step[0].startswith("<")))


NOWHERE = ("", 0, 0, 0, "", "")


class OwnerNumbers:
    """Owners by number; 0 is nobody.

    In a child process a number means an owner of the process that started it:
    *elsewhere* makes what stands for that one here.
    """

    def __init__(self, elsewhere: Callable[[int], Evidence] | None = None) -> None:
        self.elsewhere = elsewhere
        self._lock = RLock()
        self._numbers: dict[tuple[object, ...], int] = {}
        self._issued: list[tuple[OwnerStack, Way, FrameSnapshot | None, frozenset[str]]] = []
        # Issued by child processes for their own: to which owner, the way, and the place.
        self._relayed: dict[int, tuple[int, Way, Place]] = {}
        self.issue(())

    def issue(
        self,
        owned: OwnerStack,
        way: Way = (),
        at: FrameSnapshot | None = None,
        permitted: frozenset[str] = frozenset(),
    ) -> int:
        """Issue a number to *owned*, with the *way* to the line *at* which they hand it out.

        *permitted* are the classes that may be made there.
        """
        if self.elsewhere is not None:
            return owned[0].number if owned else 0
        key = (owned, way, permitted, *(() if at is None else (id(at.f_code), at.f_lasti)))
        with self._lock:
            number = self._numbers.setdefault(key, len(self._issued))
            if number == len(self._issued):
                self._issued.append((owned, way, at, permitted))
        return number

    def add_relayed(self, number: int, owner: int, way: Way, place: Place) -> None:
        """Add the *number* that a child process of *owner* issued where it started another."""
        self._relayed[number] = owner, way, place

    def find_first(self, number: int) -> int:
        """Find the number, above *number*, of the process that this run itself started."""
        while number in self._relayed:
            number = self._relayed[number][0]
        return number

    def owners_of(self, number: int) -> OwnerStack:
        """Return the owners that the number was issued to."""
        if self.elsewhere is not None:
            return (self.elsewhere(number),)
        return self._issued[number][0] if number < len(self._issued) else ()

    def permitted_of(self, number: int) -> frozenset[str]:
        """Return the classes that may be made where the number was issued."""
        number = self.find_first(number)
        return self._issued[number][3] if number < len(self._issued) else frozenset()

    def look_up(self, number: int) -> tuple[OwnerStack, Way, Place]:
        """Find the owners that the number was issued to, the way there, and the place."""
        if number in self._relayed:
            owner, rest, place = self._relayed[number]
            owned, way, started = self.look_up(owner)
            if started[0] and place[0].startswith("<"):
                place = started
            return owned, join_ways(way, rest), place
        owned, way, at, _ = self._issued[number if number < len(self._issued) else 0]
        return owned, way, NOWHERE if at is None else at.find_place()


def make_unissued_number() -> int:
    """Make a number for a process that was started without any; no other has it."""
    return _UNKNOWN | int.from_bytes(os.urandom(4), "little")
