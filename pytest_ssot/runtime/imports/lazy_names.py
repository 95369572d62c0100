"""Names that code has answered for once: who reads one later is told as the first was.

The code may have stored the name, or may warn of it only once.
"""

from __future__ import annotations

from itertools import takewhile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from pytest_ssot.runtime.evidence.recorder import Recorder
    from pytest_ssot.runtime.imports.armed_modules import ArmedModules

    #: Charges who reads a name, given these and the frame, as the first who did was charged.
    Again = tuple[Callable[..., None], tuple[object, ...]]

from pytest_ssot.runtime.stack import frames, intent
from pytest_ssot.runtime.stack.served_names import ServedName


class LazyNames:
    """Keeps what the first reader of a lazy name was charged with, for those after it."""

    def __init__(self, recorder: Recorder, armed: ArmedModules) -> None:
        self._recorder = recorder
        self._armed = armed
        self._kept: dict[tuple[int, str], dict[object, Again]] = {}

    def keep(
        self,
        served: ServedName,
        what: object,
        charge: Callable[..., None],
        given: tuple[object, ...],
    ) -> None:
        """Have *charge* called, with what is *given*, for later readers of the *served* name.

        Only if that is a module's. *what* tells one charge from another.
        """
        if served.key is not None:
            self._kept.setdefault(served.key, {})[what] = charge, given
            self._armed.arm_name(served.module, served.name)

    def charge_reader(self, module: object, name: str, frame: FrameType) -> None:
        """Charge *frame*, which reads *name* of *module*, with what earlier readers were."""
        carrier = self._recorder.lineage.find_name_carrier(module, name)
        kept = list(self._kept.get((id(module), name), {}).values())
        if (carrier is None and not kept) or self._serves(frame, (id(module), name)):
            return
        user = None if carrier is None else frames.find_user_frame(frame)
        if carrier is not None and user is not None:
            self._recorder.record_use(user, carrier)
        for charge, given in kept:
            charge(*given, frame)

    def _serves(self, frame: FrameType, key: tuple[int, str]) -> bool:
        """Whether *frame* is of the code that answers for that name now, and so stores it."""
        if frames.is_machinery(frame):
            return False  # a lazy module of importlib, which reads for who asks
        served = next(self._recorder.served.find(frame), None)
        if served is None or served.key != key:
            return False
        within = takewhile(lambda one: one is not served.reader, frames.walk_outward(frame))
        return not any(map(frames.is_module_level, within))


def classify_served_read(served: ServedName) -> str:
    """Classify how a name is asked for that code answers for: see :func:`intent.classify_read`.

    The import system asks for it on behalf of a statement that takes it.
    """
    if frames.is_bootstrap(served.reader):
        return "from"
    return intent.classify_read(served.reader, served.name)
