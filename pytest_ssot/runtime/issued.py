"""Numbers for owners: what processes and pools can hand to each other."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_ssot.runtime.evidence import Evidence
    from pytest_ssot.runtime.owners import Owned


class Issued:
    """Owners by number; 0 is nobody.

    In a child process a number means an owner of the process that started it:
    *elsewhere* makes what stands for that one here.
    """

    def __init__(self, elsewhere: Callable[[int], Evidence] | None = None) -> None:
        self.elsewhere = elsewhere
        self._numbers: dict[Owned, int] = {(): 0}
        self._owned: list[Owned] = [()]

    def number(self, owned: Owned) -> int:
        for one in owned:
            if one.number:
                return one.number
        number = self._numbers.get(owned)
        if number is None:
            number = self._numbers[owned] = len(self._owned)
            self._owned.append(owned)
        return number

    def owned(self, number: int) -> Owned:
        if self.elsewhere is not None:
            return (self.elsewhere(number),)
        return self._owned[number] if number < len(self._owned) else ()
