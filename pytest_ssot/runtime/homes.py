"""Symbols that are to be single, and what stands in a loaded module beside them."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from pytest_ssot.runtime.bindings import Bound, Source

from pytest_ssot.runtime.arming import namespace_of

_Module = type(sys)


class Home:
    """The one import path of a symbol, ``module:name``, and the modules that may re-export it.

    ``foreign`` is what only another run asked for: see :mod:`pytest_ssot.runtime.nested`.
    """

    __slots__ = ("also_from", "foreign", "module", "name", "rule", "symbol")

    def __init__(
        self, rule: str, symbol: str, also_from: tuple[str, ...], *, foreign: bool = False
    ) -> None:
        self.rule = rule
        self.symbol = symbol
        self.module, _, self.name = symbol.partition(":")
        self.also_from = also_from
        self.foreign = foreign

    def abroad(self) -> Home:
        return Home(self.rule, self.symbol, self.also_from, foreign=True)

    def canonical(self) -> Any:
        """The class or function that the symbol is now; None before it is made.

        Other values may be one object for many reasons.
        """
        value = namespace_of(sys.modules.get(self.module)).get(self.name)
        return value if callable(value) else None

    def is_defined_in(self, module: str, namespace: dict[str, object]) -> bool:
        """Whether a class or function of the symbol's name is of another *module* itself."""
        value = namespace.get(self.name)
        return (
            self.name in namespace
            and module != self.module
            and not isinstance(value, _Module)
            and getattr(value, "__module__", None) == module
        )

    def is_file(self, path: str) -> bool:
        """Whether *path* is the file of the symbol's own module, by whatever name it is loaded."""
        return _is_file(self.module, path)

    def may_pass_on(self, module: str, path: str) -> bool:
        """Whether *module*, in *path*, is one of those that may re-export the symbol."""
        return module in self.also_from or any(_is_file(one, path) for one in self.also_from)


class Suspect:
    """A name of a module that looks like another of what *home* has."""

    __slots__ = ("_sort", "_value", "home", "name")

    def __init__(self, home: Home, name: str, sort: str, value: object) -> None:
        self.home = home
        self.name = name
        self._sort = sort
        self._value = value

    def bound(self, source: Source, module: str, path: str) -> Bound | None:
        """How and where *source*, of the *module* in *path*, binds it; None where it is fine."""
        if self._sort == "subclass":
            return source.renaming(self.name)
        own = self.name == self.home.name
        if own and (self.home.may_pass_on(module, path) or self.home.is_file(path)):
            return None
        if self._sort == "definition":
            return source.definition(self.name, self._value)
        bound = source.another(self.name)
        if bound is None or bound.form == "alias":
            return bound
        passed_on = bound.form in ("from", "star") and self.home.may_pass_on(module, path)
        return bound if not passed_on and (own or bound.form != "definition") else None


def suspects(homes: Iterable[Home], module: str, namespace: dict[str, object]) -> list[Suspect]:
    """What of *namespace*, all names of *module*, is worth to read the source for."""
    objects: dict[int, tuple[Home, Any]] = {}
    found: list[Suspect] = []
    for home in homes:
        canonical = home.canonical()
        if canonical is not None:
            objects[id(canonical)] = home, canonical
        value = namespace.get(home.name)
        if value is not canonical and home.is_defined_in(module, namespace):
            found.append(Suspect(home, home.name, "definition", value))
    # In one step each: another thread may be adding names.
    if not objects.keys().isdisjoint(map(id, tuple(namespace.values()))):
        for name, value in list(namespace.items()):
            if id(value) in objects:
                home = objects[id(value)][0]
                if name != home.name or module != home.module:
                    found.append(Suspect(home, name, "another", value))
    for home, canonical in objects.values():
        if module != home.module and isinstance(canonical, type):
            found += _subclasses(home, canonical, module)
    return found


def _subclasses(home: Home, canonical: type, module: str) -> Iterator[Suspect]:
    one: type
    for one in type.__subclasses__(canonical):
        if one.__module__ == module and one.__bases__ == (canonical,) and one.__name__ != home.name:
            yield Suspect(home, one.__name__, "subclass", one)


def _is_file(dotted: str, path: str) -> bool:
    """Whether *path* is the file of the module *dotted*, which may not be loaded."""
    own = namespace_of(sys.modules.get(dotted)).get("__file__")
    if isinstance(own, str):
        return _is_same(own, path)
    inside = dotted.replace(".", os.sep)
    if not path.endswith((f"{os.sep}{inside}.py", f"{os.sep}{inside}{os.sep}__init__.py")):
        return False
    located = _located(dotted)
    return located is None or _is_same(located, path)


def _is_same(one: str, other: str) -> bool:
    return os.path.basename(one) == os.path.basename(other) and (
        os.path.realpath(one) == os.path.realpath(other)
    )


def _located(dotted: str) -> str | None:
    """The file that importing *dotted* would load; nothing is imported for it."""
    from importlib.machinery import PathFinder

    inside = None
    spec = None
    parts = dotted.split(".")
    for depth in range(1, len(parts) + 1):
        spec = PathFinder.find_spec(".".join(parts[:depth]), inside)
        if spec is None:
            return None
        inside = spec.submodule_search_locations
    return None if spec is None else spec.origin
