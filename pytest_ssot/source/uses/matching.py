"""What a dotted name in source means under the rules: the same as when it runs.

``docs/verdicts.md`` says what counts as a use; the watch of a test run decides
by the same order: the most specific rule wins, and with ``submodules = false``
a package is not used by who only passes through it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from pytest_ssot.model import Kind
from pytest_ssot.rules.lookup import Target, TargetIndex


class Hit(NamedTuple):
    """A target that is meant, and the name that is taken from it; None: the module itself."""

    target: Target
    name: str | None

    @property
    def kind(self) -> Kind:
        return Kind.IMPORT if self.target.name is None else Kind.SYMBOL


class Matcher:
    """The targets as a file that goes by *names* reaches them.

    *is_module* tells whether a dotted name is a module, *public* what ``import *``
    takes from one (None: not known).
    """

    def __init__(
        self,
        index: TargetIndex,
        names: Sequence[str],
        is_module: Callable[[str], bool],
        public: Callable[[str], frozenset[str] | None],
    ) -> None:
        self._index = index
        self._names = names
        self._is_module = is_module
        self.public = public
        self._last = {module.rpartition(".")[2] for module in index.modules}
        self._last.update(name for names in index.names.values() for name in names)
        self._surfaces = any(not module.submodules for module in index.modules.values())

    def match_import(self, module: str) -> Hit | None:
        """``import module``."""
        return self._make_hit(self._index.find_module(module), None)

    def match_taken(self, module: str, name: str) -> Iterator[Hit]:
        """``from module import name``; ``*`` may take several."""
        hits = self._match_star(module) if name == "*" else [self._match_from(module, name)]
        yield from (hit for hit in hits if hit is not None)

    def may_be_reached(self, *attributes: Sequence[str]) -> bool:
        """Whether attributes of these names can reach a target at all; quick."""
        return self._surfaces or any(not self._last.isdisjoint(some) for some in attributes)

    def match_attributes(
        self, module: str, attributes: Sequence[str]
    ) -> Iterator[tuple[Hit, bool]]:
        """``module.one.two``: what the attributes reach, one after the other.

        With each whether an import statement for its module tells of it already.
        """
        for number, name in enumerate(attributes):
            hit = self._make_hit(self._index.find_name(module, name), name)
            if hit is not None:
                yield hit, False
                return
            inner = f"{module}.{name}"
            target = self._index.modules.get(inner)
            surface = self._index.modules.get(module)
            last = number == len(attributes) - 1
            if target is not None and (target.submodules or last):
                hit, told = self._make_hit(target, None), True
            elif surface is not None and not surface.submodules and not self._is_module(inner):
                hit, told = self._make_hit(surface, name), True
            if hit is not None:
                yield hit, told
                return
            module = inner

    def match_string(self, text: str) -> Hit | None:
        """``"a.b.Name"`` or ``"a.b:Name"``, as what resolves such a string takes it.

        Where a package has a module and a name that are called the same, ``"a.b.c"``
        is the module, as in an import statement, and ``"a.b:c"`` the name.
        """
        module, colon, rest = text.partition(":")
        path = module.split(".")
        parts = path + (rest.split(".") if colon else [])
        for at in range(1, len(parts)):
            hit = self._make_hit(self._index.find_name(".".join(parts[:at]), parts[at]), parts[at])
            is_name = at >= len(path) or not self._is_module(".".join(parts[: at + 1]))
            if hit is not None and is_name:
                return hit
        for at in range(len(parts), 0, -1):
            target = self._index.modules.get(".".join(parts[:at]))
            if target is not None:
                name = parts[at] if at < len(parts) else None
                below = name is not None and self._is_module(f"{target.module}.{name}")
                through = not target.submodules and below
                return None if through else self._make_hit(target, name)
        return None

    def _match_from(self, module: str, name: str) -> Hit | None:
        named = self._index.find_name(module, name)
        if named is not None:
            return self._make_hit(named, name)
        inner = f"{module}.{name}"
        own = self._index.modules.get(inner)
        if own is not None:
            return self._make_hit(own, None)
        target = self._index.find_module(module)
        if target is not None and (target.submodules or not self._is_module(inner)):
            return self._make_hit(target, name)
        return None

    def _match_star(self, module: str) -> Iterator[Hit | None]:
        yield self._make_hit(self._index.find_module(module), "*")
        names = self._index.names.get(module)
        if names:
            public = self.public(module)
            for name, target in names.items():
                if name in public if public is not None else not name.startswith("_"):
                    yield self._make_hit(target, name)

    def _make_hit(self, target: Target | None, name: str | None) -> Hit | None:
        """A hit, unless it is the deprecated module's own code that speaks."""
        if target is None:
            return None
        index, module = self._index, target.module
        inside = any(own == module or index.find_module(own) is target for own in self._names)
        return None if inside else Hit(target, name)
