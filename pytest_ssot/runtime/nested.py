"""A pytest run within a test of another: pytester's, in this process or in a child.

One watch is on at a time, the inner run's. It watches the outer run's targets too,
which are foreign to it, and hands on what it sees of them.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pytest_ssot.rules.lookup import TargetIndex
    from pytest_ssot.runtime.homes import Homes
    from pytest_ssot.runtime.recorder import Recorder
    from pytest_ssot.runtime.warned import WarningWatch

from pytest_ssot.rules.lookup import Target
from pytest_ssot.runtime import frames
from pytest_ssot.runtime.evidence import Found, Sighting


def adopt(inner: TargetIndex, outer: TargetIndex) -> None:
    """Let *inner* have the targets of *outer* that no target of its own covers."""
    for target in outer:
        named = target.name is not None and inner.name(target.module, target.name) is not None
        # A symbol's file under another name is told by who loads it, and by the inner run too.
        if target.symbol is None and not named and inner.module(target.module) is None:
            inner.add(Target(target.rule, target.text, target.submodules, foreign=True))


class Outer:
    """Takes for the outer run what the inner one sees."""

    def __init__(
        self, index: TargetIndex, homes: Homes, recorder: Recorder, warnings: WarningWatch
    ) -> None:
        self._rules = {target.text: target.rule for target in index}
        self._single = {one.symbol: one.rule for one in homes.all}
        self._recorder = recorder
        self._warnings = warnings

    def __call__(self, sighting: Sighting, way: frames.Way) -> None:
        known = self._single if sighting.kind == "definition" else self._rules
        rule = known.get(sighting.target)
        if rule is None and sighting.kind != "warning":
            discovered = sighting.message is not None and self._warnings.discover
            if not discovered:
                return  # the inner run's own rule
            self._warnings.on_discovered(sighting.target, str(sighting.message))
        taken = sighting.copy(rule=rule or sighting.rule, foreign=False)
        if taken.state == "swept":
            self._recorder.swept.add(taken, ())
        else:
            owned = self._recorder.owners.at(frames.caller())
            self._recorder.give(owned, taken, way)


def own(found: Found) -> Found:
    """What of *found* is not foreign."""
    return {key: value for key, value in found.items() if not value[0].foreign}
