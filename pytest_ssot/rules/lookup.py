"""The set that looks a dotted name up in one step, however many rules there are.

Kept free of imports: it is used inside the import system and in child processes.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any


class Target:
    """What one rule names: a module ``a.b``, or a name in one ``a.b:Name``.

    ``warning`` is what a discovered module warned with: the words, the
    category, and the module that the stacklevel pointed at. ``foreign`` is the
    target of another run's rule, in whose test this run takes place. ``symbol`` is
    the single symbol whose own file the module is, under a name that it should not have.
    """

    __slots__ = ("foreign", "module", "name", "rule", "submodules", "symbol", "text", "warning")

    def __init__(
        self,
        rule: str,
        text: str,
        submodules: bool = True,
        warning: Any = None,
        *,
        symbol: str | None = None,
        foreign: bool = False,
    ) -> None:
        self.foreign = foreign
        self.symbol = symbol
        self.warning = warning
        self.rule = rule
        self.text = text
        self.module, _, name = text.partition(":")
        self.name = name or None
        self.submodules = submodules

    def __repr__(self) -> str:
        return f"Target({self.rule!r}, {self.text!r}, submodules={self.submodules})"


class Owned:
    """What has one home: symbols that are to be single, classes that only factories may make.

    Each of ``single`` is an id, the symbol ``a.b:Name`` and the modules that may re-export it;
    each of ``factories`` an id, the class ``a.b:Name`` and who may make it, ``a.b``,
    ``a.b:function`` or ``a.b:Class.method``. ``foreign`` is what only another run asked
    for, in whose test this run takes place.
    """

    __slots__ = ("factories", "foreign", "single")

    def __init__(
        self,
        single: tuple[tuple[str, str, tuple[str, ...]], ...] = (),
        factories: tuple[tuple[str, str, tuple[str, ...]], ...] = (),
        foreign: Owned | None = None,
    ) -> None:
        self.single = single
        self.factories = factories
        self.foreign = foreign

    @property
    def has_single(self) -> bool:
        """Whether any symbol is to be single, be it another run's."""
        return bool(self.single or (self.foreign is not None and self.foreign.has_single))

    @property
    def has_factories(self) -> bool:
        """Whether any class has one, be it another run's."""
        return bool(self.factories or (self.foreign is not None and self.foreign.has_factories))

    def to_plain(self) -> tuple[object, ...]:
        """Plain values of all of it, for other processes."""
        foreign = () if self.foreign is None else self.foreign.to_plain()
        return self.single, self.factories, foreign

    @classmethod
    def from_plain(cls, plain: tuple[Any, ...]) -> Owned:
        """What :meth:`plain` gave."""
        single, factories, foreign = plain
        return cls(single, factories, cls.from_plain(foreign) if foreign else None)


class TargetIndex:
    """Targets by module and by name; the most specific one wins.

    ``tops`` has the first part of each module's name, and of what else leads to one.
    """

    __slots__ = ("modules", "names", "tops")

    def __init__(self, targets: Iterable[Target] = ()) -> None:
        self.modules: dict[str, Target] = {}
        self.names: dict[str, dict[str, Target]] = {}
        self.tops: set[str] = set()
        for target in targets:
            self.add(target)

    def add(self, target: Target) -> None:
        self.tops.add(target.module.partition(".")[0])
        if target.name is None:
            self.modules[target.module] = target
        else:
            self.names.setdefault(target.module, {})[target.name] = target

    def __iter__(self) -> Iterator[Target]:
        yield from self.modules.values()
        for names in self.names.values():
            yield from names.values()

    def find_module(self, dotted: str) -> Target | None:
        """The rule's target that covers the module *dotted*.

        That is its own, or the nearest of a package above it whose rule covers
        submodules. The cost grows with the depth of the name alone.
        """
        found = self.modules.get(dotted)
        while found is None and "." in dotted:
            dotted = dotted.rpartition(".")[0]
            found = self.modules.get(dotted)
            if found is not None and not found.submodules:
                found = None
        return found

    def find_name(self, module: str, name: str) -> Target | None:
        """The target of the rule on ``module:name`` itself."""
        names = self.names.get(module)
        return None if names is None else names.get(name)
