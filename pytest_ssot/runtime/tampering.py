"""Whether code under test took away what the watch stands on."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from pytest_ssot.runtime.definitions.watch import DefinitionWatch
    from pytest_ssot.runtime.imports.armed_modules import Arming

    class Stand(Protocol):
        @property
        def stands(self) -> bool: ...

        def put_back(self) -> None: ...


class Tampering:
    """Asks the detectors whether they still stand, and puts them back.

    What else may be replaced does no harm: nothing is put into ``sys.meta_path``,
    and what was put on an object goes over to its new class, its new list of
    filters, its new entry in ``sys.modules``.
    """

    def __init__(
        self,
        arming: Arming,
        *,
        circular: Stand,
        lazy: Stand,
        search: Stand,
        spy: Stand,
    ) -> None:
        self._arming = arming
        #: There are such once the watch has started, if any symbol is to be single.
        self.definitions: DefinitionWatch | None = None
        self._circular = circular
        self._lazy = lazy
        self._search = search
        self._spy = spy

    def lost(self, *, everywhere: bool) -> list[str]:
        """What was replaced, and what was not seen since, each as the rest of a sentence.

        Not *everywhere*, only targets are looked at, and not what leads to them.
        """
        told = []
        if not self._search.stands:
            told.append("replaced importlib._bootstrap._find_spec: first imports")
        if not self._circular.stands:
            told.append("replaced importlib._bootstrap._lock_unlock_module: circular imports")
        if not self._lazy.stands:
            told.append("replaced the filter of lazy imports: lazy imports")
        if not self._spy.stands:
            told.append("replaced sys.modules['warnings']: warnings")
        if self.definitions is not None:
            told += self.definitions.lost()
        disarmed = self._arming.disarmed()
        if everywhere:
            disarmed += self._arming.disarmed_carriers()
        told += [f"replaced {name}.__spec__: imports of {name}" for name in disarmed]
        return [f"{one} after that were not seen" for one in told]

    def put_back(self) -> None:
        for stand in (self._search, self._circular, self._lazy, self._spy):
            if not stand.stands:
                stand.put_back()
        if self.definitions is not None:
            self.definitions.put_back()
        for name in (*self._arming.disarmed(), *self._arming.disarmed_carriers()):
            self._arming.arm(name)
