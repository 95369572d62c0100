"""Finds out whether code under test took away what the watch stands on, and puts it back."""

from __future__ import annotations

from operator import attrgetter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from pytest_ssot.runtime.definitions.watch import DefinitionWatch
    from pytest_ssot.runtime.imports.watch import ImportWatch

    class Replacement(Protocol):
        """Something of ours in the place of something of Python's."""

        @property
        def stands(self) -> bool: ...

        def put_back(self) -> None: ...


_stands = attrgetter("stands")


class Tampering:
    """Asks the detectors whether they still stand, and puts them back.

    What else may be replaced does no harm: nothing is put into ``sys.meta_path``,
    and what was put on an object goes over to its new class, its new list of
    filters, its new entry in ``sys.modules``. *definitions* are None where no symbol
    is to be single.
    """

    def __init__(
        self, imports: ImportWatch, spy: Replacement, definitions: DefinitionWatch | None
    ) -> None:
        self._armed = imports.armed
        self._replacements: tuple[tuple[Replacement, str], ...] = (
            (imports.search, "importlib._bootstrap._find_spec: first imports"),
            (imports.circular, "importlib._bootstrap._lock_unlock_module: circular imports"),
            (imports.lazy, "the filter of lazy imports: lazy imports"),
            (spy, "sys.modules['warnings']: warnings"),
            *(() if definitions is None else definitions.replacements),
            (imports.load_ends, "importlib._bootstrap._ModuleLockManager: ends of imports"),
        )
        self._standing = tuple(replacement for replacement, _ in self._replacements)

    def find_lost(self, *, everywhere: bool) -> list[str]:
        """Find what was replaced, and what was not seen since, each as the rest of a sentence.

        Not *everywhere*, only targets are looked at, and not what leads to them.
        """
        disarmed = self._armed.find_disarmed()
        if all(map(_stands, self._standing)) and not (disarmed or everywhere):
            return []  # as for each test
        lost = [what for replacement, what in self._replacements if not replacement.stands]
        if everywhere:
            disarmed += self._armed.find_disarmed_carriers()
        lost += [f"{name}.__spec__: imports of {name}" for name in disarmed]
        return [f"replaced {what} after that were not seen" for what in lost]

    def put_back(self) -> None:
        for replacement, _ in self._replacements:
            if not replacement.stands:
                replacement.put_back()
        for name in (*self._armed.find_disarmed(), *self._armed.find_disarmed_carriers()):
            self._armed.arm(name)
