"""What a scan looks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from pytest_ssot.rules.lookup import Target
from pytest_ssot.rules.ownership import Factory, Single


class Wanted(NamedTuple):
    """Targets, and where each rule leads; what has one home only.

    What the module of a rule's ``use`` (``canonical``, by rule id) passes on is no use of the
    old one.
    """

    targets: Sequence[Target]
    canonical: Mapping[str, str]
    single: Sequence[Single] = ()
    factories: Sequence[Factory] = ()

    def list_owned(self) -> list[str]:
        """The modules that singles and factories name."""
        singles = [(single.module, *single.also_from) for single in self.single]
        makers = [(factory.symbol, *factory.only_from) for factory in self.factories]
        return sorted({one.partition(":")[0] for some in (*singles, *makers) for one in some})

    def to_plain(self) -> tuple[Any, ...]:
        """Plain values, the same for the same findings."""
        return (
            [(target.rule, target.text, target.submodules) for target in self.targets],
            sorted(self.canonical.items()),
            [(single.id, single.symbol, single.also_from) for single in self.single],
            [(factory.id, factory.symbol, factory.only_from) for factory in self.factories],
        )
