"""Symbols that are to be single, and names of a loaded module that may be another of one."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from pytest_ssot.runtime.definitions.name_origins import NameOrigin, NameOrigins

from pytest_ssot.runtime.stack.namespaces import SPEC, namespace_of, read_plainly

_Module = type(sys)


class SingleSymbol:
    """A symbol that is to be single: its home, ``module:name``, and who may re-export it.

    ``foreign`` is what only another run asked for: see :mod:`pytest_ssot.runtime.nested`.
    """

    __slots__ = ("also_from", "foreign", "module", "name", "rule", "symbol", "value")

    def __init__(
        self, rule: str, symbol: str, also_from: tuple[str, ...], *, foreign: bool = False
    ) -> None:
        self.rule = rule
        self.symbol = symbol
        self.module, _, self.name = symbol.partition(":")
        self.also_from = also_from
        self.foreign = foreign
        #: The class or function that the symbol is, None before it is made.
        self.value: Any = None

    def is_defined_in(self, module: str, namespace: dict[str, object]) -> bool:
        """Whether a class or function of the symbol's name is of another *module* itself."""
        value = namespace.get(self.name)
        # By its true class: a lazy object comes to life when it is asked what it is.
        if self.name not in namespace or module == self.module or issubclass(type(value), _Module):
            return False
        own = read_plainly(value, "__module__")
        return isinstance(own, str) and own == module

    def is_file(self, path: str) -> bool:
        """Whether *path* is the file of the symbol's own module, by whatever name it is loaded."""
        return _is_file(self.module, path)

    def may_pass_on(self, module: str, path: str) -> bool:
        """Whether *module*, in *path*, is one of those that may re-export the symbol."""
        return module in self.also_from or any(_is_file(one, path) for one in self.also_from)


class SuspectName:
    """A name of a module that looks like another of *single*."""

    __slots__ = ("_sort", "_value", "name", "single")

    def __init__(self, single: SingleSymbol, name: str, sort: str, value: object) -> None:
        self.single = single
        self.name = name
        self._sort = sort
        self._value = value

    def find_binding(self, source: NameOrigins, module: str, path: str) -> NameOrigin | None:
        """Find how *source*, of the *module* in *path*, binds the name; None where it is fine."""
        single, own = self.single, self.name == self.single.name
        if self._sort == "subclass":
            return source.find_renaming(self.name)
        if self._sort == "definition":
            return source.find_definition(self.name, self._value)
        bound = source.find_other_name(self.name)
        if bound is None or (bound.form == "alias" and not own):
            return bound
        if bound.form == "definition":
            return bound if own and not single.is_file(path) else None
        return None if single.is_file(path) or single.may_pass_on(module, path) else bound


class SingleSymbols:
    """All symbols that are to be single; ``names`` are their own, without the modules'."""

    def __init__(self) -> None:
        self.all: list[SingleSymbol] = []
        self.names: set[str] = set()
        self.modules: set[str] = set()
        # By position: the modules' names, and what each was when it was read.
        self._order: list[str] = []
        self._read_from: list[object] = []
        self._values: dict[int, SingleSymbol] = {}
        self._classes: list[type] = []
        # Modules with direct subclasses, and how many of these there are.
        self._related: set[str] = set()
        self._subclasses = 0

    def add_symbols(self, singles: Iterable[SingleSymbol]) -> None:
        known = {single.symbol for single in self.all}
        self.all += [single for single in singles if single.symbol not in known]
        self.names.update(single.name for single in self.all)
        self.modules.update(single.module for single in self.all)
        self._order = [single.module for single in self.all]
        self._read_from = [None] * len(self.all)

    def refresh(self, name: str = "") -> None:
        """Find the symbols that were not there yet, and those of the module *name* anew."""
        modules = [*map(sys.modules.get, self._order)]
        if modules == self._read_from and name not in self.modules:
            return
        for number, (single, module) in enumerate(zip(self.all, modules, strict=True)):
            namespace = namespace_of(module)
            value = namespace.get(single.name)
            # Other values may be one object for many reasons.
            single.value = value if callable(value) else None
            self._read_from[number] = single if is_loading(namespace) else module
        self._values = {id(single.value): single for single in self.all if single.value is not None}
        values = [single.value for single in self.all if issubclass(type(single.value), type)]
        self._classes = [value for value in values if not issubclass(value, BaseException)]
        self._count_subclasses()

    def may_concern(self, module: str, namespace: dict[str, object]) -> bool:
        """Whether anything in *namespace*, all names of *module*, may be another of a symbol.

        Asked of each module that is loaded.
        """
        self.refresh(module)
        if sum(map(len, map(_subclasses, self._classes))) != self._subclasses:
            self._count_subclasses()
        return not (
            namespace.keys().isdisjoint(self.names)
            # In one step: another thread may be adding names.
            and self._values.keys().isdisjoint(map(id, tuple(namespace.values())))
            and module not in self._related
        )

    def find_suspects(self, module: str, namespace: dict[str, object]) -> list[SuspectName]:
        """Find the names of *namespace* that are worth to read the source for."""
        found = [*self._find_definitions(module, namespace), *self._find_renaming(module)]
        for name, value in list(namespace.items()):
            single = self._values.get(id(value))
            if single is not None and (name != single.name or module != single.module):
                found.append(SuspectName(single, name, "another", value))
        return found

    def is_at_home(self, name: str, module: str, path: str) -> bool:
        """Whether a symbol called *name* has its home in *module*, or in its file *path*."""
        return any(
            single.name == name and (single.module == module or single.is_file(path))
            for single in self.all
        )

    def _find_definitions(self, module: str, namespace: dict[str, object]) -> Iterator[SuspectName]:
        path = str(namespace.get("__file__"))
        for single in self.all:
            value = namespace.get(single.name)
            other = single.name in namespace and value is not single.value
            own = other and single.is_defined_in(module, namespace)
            if own and not self.is_at_home(single.name, module, path):
                yield SuspectName(single, single.name, "definition", value)

    def _count_subclasses(self) -> None:
        known = [subclass for kind in self._classes for subclass in _subclasses(kind)]
        self._related = {cls.__module__ for cls in known}
        self._subclasses = len(known)

    def _find_renaming(self, module: str) -> Iterator[SuspectName]:
        for kind in self._classes:
            single = self._values[id(kind)]
            for subclass in _subclasses(kind):
                plain = subclass.__module__ == module and subclass.__bases__ == (kind,)
                if plain and subclass.__name__ != single.name:
                    yield SuspectName(single, subclass.__name__, "subclass", subclass)


_subclasses: Callable[[type], list[type]] = type.__subclasses__


def is_loading(namespace: dict[str, object]) -> bool:
    """Whether the module with these names is still loading."""
    return getattr(namespace.get(SPEC), "_initializing", False) is True


def _is_file(dotted: str, path: str) -> bool:
    """Whether *path* is the file of the module *dotted*, which may not be loaded."""
    own = namespace_of(sys.modules.get(dotted)).get("__file__")
    if isinstance(own, str):
        return _is_same_file(own, path)
    inside = dotted.replace(".", os.sep)
    if not path.endswith((f"{os.sep}{inside}.py", f"{os.sep}{inside}{os.sep}__init__.py")):
        return False
    located = _locate_file(dotted)
    return located is None or _is_same_file(located, path)


def _is_same_file(path: str, other: str) -> bool:
    return os.path.basename(path) == os.path.basename(other) and (
        os.path.realpath(path) == os.path.realpath(other)
    )


def _locate_file(dotted: str) -> str | None:
    """Find the file that importing *dotted* would load; nothing is imported for it."""
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
