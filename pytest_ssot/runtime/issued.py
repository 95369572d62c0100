"""Numbers for owners: what processes and pools can hand to each other."""

from __future__ import annotations

import os
from _thread import RLock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_ssot.runtime.evidence import Evidence
    from pytest_ssot.runtime.frames import Way
    from pytest_ssot.runtime.owners import Owned

    #: Path, line, last line, column, function and module of the line that starts something.
    Place = tuple[str, int, int, int, str, str]

NOWHERE = ("", 0, 0, 0, "", "")
_UNKNOWN = 1 << 31


class Issued:
    """Owners by number; 0 is nobody.

    In a child process a number means an owner of the process that started it:
    *elsewhere* makes what stands for that one here.
    """

    def __init__(self, elsewhere: Callable[[int], Evidence] | None = None) -> None:
        self.elsewhere = elsewhere
        self._lock = RLock()
        self._numbers: dict[tuple[Owned, Way, Place], int] = {}
        self._issued: list[tuple[Owned, Way, Place]] = []
        self.number(())

    def number(self, owned: Owned, way: Way = (), place: Place = NOWHERE) -> int:
        """The number of *owned*, with the *way* and the *place* where they hand it out."""
        if self.elsewhere is not None:
            return owned[0].number if owned else 0
        entry = (owned, way, place)
        with self._lock:
            number = self._numbers.setdefault(entry, len(self._issued))
            if number == len(self._issued):
                self._issued.append(entry)
        return number

    def owned(self, number: int) -> Owned:
        if self.elsewhere is not None:
            return (self.elsewhere(number),)
        return self.entry(number)[0]

    def entry(self, number: int) -> tuple[Owned, Way, Place]:
        return self._issued[number if number < len(self._issued) else 0]


def unissued() -> int:
    """A number for a process that was started without one; no other has it."""
    return _UNKNOWN | int.from_bytes(os.urandom(4), "little")
