"""The classes that only their factories may make, and who may at a frame."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import FrameType

    from pytest_ssot.rules.lookup import Owned

from pytest_ssot.runtime.constructions.callers import Callers
from pytest_ssot.runtime.owners import tasks
from pytest_ssot.runtime.stack import frames


class FactoryRule:
    """A class that only *callers* may make, named by ``symbol``, ``a.b:Name``."""

    __slots__ = ("callers", "foreign", "module", "name", "rule", "symbol")

    def __init__(
        self, rule: str, symbol: str, only_from: Iterable[str], *, foreign: bool = False
    ) -> None:
        self.rule = rule
        self.symbol = symbol
        self.module, _, self.name = symbol.partition(":")
        self.callers = Callers(only_from)
        self.foreign = foreign

    def is_permitted(self, frame: FrameType) -> bool:
        """Whether *frame* is of a caller that may make the class, or is called by one."""
        has = self.callers.has
        return any(map(has, frames.walk_outward(frame))) or any(map(has, tasks.find_awaiting()))


class Factories:
    """All classes that have a factory; ``by_module`` has those of each module."""

    def __init__(self, owned: Owned) -> None:
        self.by_module: dict[str, list[FactoryRule]] = {}
        for foreign, some in ((False, owned), (True, owned.foreign)):
            for row in () if some is None else some.factories:
                factory = FactoryRule(*row, foreign=foreign)
                self.by_module.setdefault(factory.module, []).append(factory)

    def __iter__(self) -> Iterator[FactoryRule]:
        for factory in self.by_module.values():
            yield from factory

    def find_permitted(self, frame: FrameType) -> frozenset[str]:
        """Find the classes that the code at *frame* may make, by their symbols."""
        return frozenset(factory.symbol for factory in self if factory.is_permitted(frame))
