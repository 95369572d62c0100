"""A pytest run within a test of another: pytester's, in this process or in a child.

One watch is on at a time, the inner run's. It watches the outer run's targets too,
which are foreign to it, and hands on what it sees of them.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pytest_ssot.rules.lookup import TargetIndex
    from pytest_ssot.runtime.evidence.conditions import Conditions
    from pytest_ssot.runtime.evidence.recorder import Recorder
    from pytest_ssot.runtime.warnings.watch import WarningWatch

from pytest_ssot.rules.lookup import Owned, Target
from pytest_ssot.runtime.evidence.evidence import Sighting
from pytest_ssot.runtime.stack import frames


def adopt_targets(inner: TargetIndex, outer: TargetIndex) -> None:
    """Let *inner* have the targets of *outer* that no target of its own covers."""
    for target in outer:
        named = target.name is not None and inner.find_name(target.module, target.name) is not None
        # A symbol's file under another name is told by who loads it, and by the inner run too.
        if target.symbol is None and not named and inner.find_module(target.module) is None:
            inner.add(Target(target.rule, target.text, target.submodules, foreign=True))


def merge_owned(inner: Owned, outer: Owned) -> Owned:
    """Add to *inner* what of *outer*, and of the runs outside of that, it does not have itself."""
    rows = [outer, *([] if outer.foreign is None else [outer.foreign])]
    single, factories = (
        tuple(row for owned in rows for row in getattr(owned, kind) if row[1] not in own)
        for kind in ("single", "factories")
        for own in [{row[1] for row in getattr(inner, kind)}]
    )
    return Owned(inner.single, inner.factories, Owned(single, factories))


class OuterRun:
    """Takes for the outer run what the inner run sees of the outer's targets."""

    def __init__(
        self, index: TargetIndex, owned: Owned, recorder: Recorder, warnings: WarningWatch
    ) -> None:
        self._rules = {target.text: target.rule for target in index}
        self._owned = {
            "construction": {symbol: rule for rule, symbol, _ in owned.factories},
            "definition": {symbol: rule for rule, symbol, _ in owned.single},
        }
        self._recorder = recorder
        self._warnings = warnings

    def take(self, sighting: Sighting, way: frames.Way, conditions: Conditions) -> None:
        """Record *sighting*, reached by *way*, if the outer run asked for it."""
        rules = self._owned.get(sighting.kind, self._rules)
        rule = rules.get(sighting.target)
        if rule is None and sighting.kind in self._owned:
            return
        if rule is None and sighting.kind != "warning":
            discovered = sighting.message is not None and self._warnings.discover
            if not discovered:
                return  # the inner run's own rule
            self._warnings.keep_discovered(sighting.target, str(sighting.message))
        taken = sighting.copy(rule=rule or sighting.rule, foreign=False)
        if taken.swept:
            self._recorder.swept.add(taken, ())
        else:
            owned = self._recorder.owners.at(frames.get_caller())
            self._recorder.give_sighting(owned, taken, way, conditions)
