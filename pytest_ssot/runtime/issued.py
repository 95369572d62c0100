"""Numbers for owners: what processes and pools can hand to each other."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_ssot.runtime.evidence import Evidence
    from pytest_ssot.runtime.frames import Way
    from pytest_ssot.runtime.owners import Owned

    #: Path, line, last line, column, function and module of the line that starts a process.
    Place = tuple[str, int, int, int, str, str]

_NOWHERE = ("", 0, 0, 0, "", "")


class Issued:
    """Owners by number; 0 is nobody.

    In a child process a number means an owner of the process that started it:
    *elsewhere* makes what stands for that one here.
    """

    def __init__(self, elsewhere: Callable[[int], Evidence] | None = None) -> None:
        self.elsewhere = elsewhere
        self._numbers: dict[tuple[Owned, Way, Place], int] = {}
        self._issued: list[tuple[Owned, Way, Place]] = []
        self.number(())

    def number(self, owned: Owned, way: Way = (), place: Place = _NOWHERE) -> int:
        """The number of *owned*, with the *way* and the *place* where they hand it out."""
        for one in owned:
            if one.number:
                return one.number
        entry = (owned, way, place)
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
