"""A pytest run within a test of another: pytester's, in this process or in a child.

One watch is on at a time, the inner run's. It watches the outer run's targets too,
which are foreign to it, and hands on what it sees of them.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pytest_ssot.rules.lookup import TargetIndex
    from pytest_ssot.runtime.evidence.recorder import Recorder
    from pytest_ssot.runtime.warnings.watch import WarningWatch

from pytest_ssot.rules.lookup import Owned, Target
from pytest_ssot.runtime.evidence.evidence import Found, Sighting
from pytest_ssot.runtime.stack import frames


def adopt(inner: TargetIndex, outer: TargetIndex) -> None:
    """Let *inner* have the targets of *outer* that no target of its own covers."""
    for target in outer:
        named = target.name is not None and inner.name(target.module, target.name) is not None
        # A symbol's file under another name is told by who loads it, and by the inner run too.
        if target.symbol is None and not named and inner.module(target.module) is None:
            inner.add(Target(target.rule, target.text, target.submodules, foreign=True))


def owned(inner: Owned, outer: Owned) -> Owned:
    """*inner* with what of *outer*, and of those outside of that, it does not have itself."""
    rows = [outer, *([] if outer.foreign is None else [outer.foreign])]
    single, factories = (
        tuple(row for one in rows for row in getattr(one, kind) if row[1] not in own)
        for kind in ("single", "factories")
        for own in [{row[1] for row in getattr(inner, kind)}]
    )
    return Owned(inner.single, inner.factories, Owned(single, factories))


class Outer:
    """Takes for the outer run what the inner one sees."""

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

    def __call__(self, sighting: Sighting, way: frames.Way) -> None:
        rules = self._owned.get(sighting.kind, self._rules)
        rule = rules.get(sighting.target)
        if rule is None and sighting.kind in self._owned:
            return
        if rule is None and sighting.kind != "warning":
            discovered = sighting.message is not None and self._warnings.discover
            if not discovered:
                return  # the inner run's own rule
            self._warnings.on_discovered(sighting.target, str(sighting.message))
        taken = sighting.copy(rule=rule or sighting.rule, foreign=False)
        if taken.state == "swept":
            self._recorder.swept.add(taken, ())
        else:
            owned = self._recorder.owners.at(frames.get_caller())
            self._recorder.give(owned, taken, way)


def own(found: Found) -> Found:
    """What of *found* is not foreign."""
    return {key: value for key, value in found.items() if not value[0].foreign}
