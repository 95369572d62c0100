"""Numbers for owners: what processes and pools can hand to each other."""

from __future__ import annotations

import os
from _thread import RLock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from pytest_ssot.runtime.evidence.evidence import Evidence, Owned
    from pytest_ssot.runtime.stack.frames import Way
    from pytest_ssot.runtime.stack.intent import Place

_UNKNOWN = 1 << 31


class At:
    """Where a frame was: what is asked of a frame to say which line that is, at another time."""

    __slots__ = ("f_back", "f_code", "f_globals", "f_lasti", "f_lineno")

    def __init__(self, frame: FrameType) -> None:
        self.f_back = None
        self.f_code = frame.f_code
        self.f_globals = frame.f_globals
        self.f_lasti = frame.f_lasti
        self.f_lineno = frame.f_lineno

    def place(self) -> Place:
        from pytest_ssot.runtime.stack.intent import place_of

        return place_of(self)  # type: ignore[arg-type]


def joined(way: Way, steps: Way) -> Way:
    """*steps* of a child process after the *way* to it: source of its command line is no place."""
    return way + tuple(step for step in steps if not (way and step[0].startswith("<")))


NOWHERE = ("", 0, 0, 0, "", "")


class Issued:
    """Owners by number; 0 is nobody.

    In a child process a number means an owner of the process that started it:
    *elsewhere* makes what stands for that one here.
    """

    def __init__(self, elsewhere: Callable[[int], Evidence] | None = None) -> None:
        self.elsewhere = elsewhere
        self._lock = RLock()
        self._numbers: dict[tuple[object, ...], int] = {}
        self._issued: list[tuple[Owned, Way, At | None, frozenset[str]]] = []
        # What child processes issued for their own: whose it is, and from where.
        self._relayed: dict[int, tuple[int, Way, Place]] = {}
        self.number(())

    def number(
        self,
        owned: Owned,
        way: Way = (),
        at: At | None = None,
        within: frozenset[str] = frozenset(),
    ) -> int:
        """The number of *owned*, with the *way* there, and where they hand it out.

        *within* are the classes that may be made there.
        """
        if self.elsewhere is not None:
            return owned[0].number if owned else 0
        key = (owned, way, within, *(() if at is None else (id(at.f_code), at.f_lasti)))
        with self._lock:
            number = self._numbers.setdefault(key, len(self._issued))
            if number == len(self._issued):
                self._issued.append((owned, way, at, within))
        return number

    def relay(self, number: int, owner: int, way: Way, place: Place) -> None:
        """A child process of *owner* has issued *number* for one that it starts at *place*."""
        self._relayed[number] = owner, way, place

    def first(self, number: int) -> int:
        """The number of the process that this run itself started, or none did, above *number*."""
        while number in self._relayed:
            number = self._relayed[number][0]
        return number

    def owned(self, number: int) -> Owned:
        if self.elsewhere is not None:
            return (self.elsewhere(number),)
        return self._issued[number][0] if number < len(self._issued) else ()

    def within(self, number: int) -> frozenset[str]:
        """The classes that may be made where the number was issued."""
        number = self.first(number)
        return self._issued[number][3] if number < len(self._issued) else frozenset()

    def entry(self, number: int) -> tuple[Owned, Way, Place]:
        """What the number was issued for."""
        if number in self._relayed:
            owner, rest, place = self._relayed[number]
            owned, way, started = self.entry(owner)
            if started[0] and place[0].startswith("<"):
                place = started
            return owned, joined(way, rest), place
        owned, way, at, _ = self._issued[number if number < len(self._issued) else 0]
        return owned, way, NOWHERE if at is None else at.place()


def unissued() -> int:
    """A number for a process that was started without one; no other has it."""
    return _UNKNOWN | int.from_bytes(os.urandom(4), "little")
