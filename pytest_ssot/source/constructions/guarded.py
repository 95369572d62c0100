"""Classes that only their factories may make, as a scan looks for them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pytest_ssot.model import Kind
from pytest_ssot.rules.ownership import Factory
from pytest_ssot.source.names.library import Library
from pytest_ssot.source.project.modules import Modules
from pytest_ssot.source.uses.use import Use
from pytest_ssot.syntax.module import Module


class Guarded(NamedTuple):
    """A class under the path ``a.b:Name`` (*sought*): the symbol itself, or one that leads there.

    *rule* is whose it is, *target* the symbol that a violation tells. *only_from* are who may
    make it: ``a.b``, ``a.b:function`` or ``a.b:Class.method``.
    """

    rule: str
    target: str
    sought: str
    only_from: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.sought.partition(":")[2]

    @property
    def module(self) -> str:
        return self.sought.partition(":")[0]

    @property
    def leaf(self) -> str:
        """The last part of the module's name."""
        return self.module.rpartition(".")[2]

    @property
    def dotted(self) -> str:
        return self.sought.replace(":", ".")

    def permits(self, modules: Sequence[str], within: Sequence[str]) -> bool:
        """Whether code of a file that goes by *modules*, inside of *within*, may make it.

        *within* are the names of the functions and classes around, the outermost first.
        """
        places = ["", *(f":{'.'.join(within[:end])}" for end in range(1, len(within) + 1))]
        return any(f"{module}{place}" in self.only_from for module in modules for place in places)

    def has_factory_in(self, modules: Sequence[str]) -> bool:
        """Whether one of who may make it is in a file that goes by *modules*."""
        return any(one.partition(":")[0] in modules for one in self.only_from)

    def to_plain(self) -> tuple[Any, ...]:
        return tuple(self)


def list_guarded(modules: Modules, factories: Iterable[Factory]) -> list[Guarded]:
    """The classes of *factories*, by the paths that are configured and where they are defined.

    Who configures the path of a re-export, for the class or for who may make it, means what
    it leads to.
    """
    library = Library(modules.find_file, modules.parse_file)
    return [
        Guarded(one.id, one.symbol, sought, _list_callers(library, one))
        for one in factories
        for sought in dict.fromkeys((one.symbol, _find_home(library, one.symbol)))
    ]


def _list_callers(library: Library, factory: Factory) -> tuple[str, ...]:
    homes = (_find_home(library, caller) for caller in factory.only_from if ":" in caller)
    return tuple(dict.fromkeys([*factory.only_from, *homes]))


def _find_home(library: Library, symbol: str) -> str:
    """``a.b:Name``, and what follows the name, in the module that defines it."""
    module, _, path = symbol.partition(":")
    name, dot, rest = path.partition(".")
    origin = library.find_origin(f"{module}:{name}", into_private=True, through_aliases=True)
    return f"{origin}{dot}{rest}"


def list_passed_on(passing: Mapping[str, Use], classes: Sequence[Guarded]) -> list[Guarded]:
    """*classes* by the names that other modules pass them on by: ``a.b:Name()`` in *passing*."""
    callers = {class_.rule: class_.only_from for class_ in classes}
    return [
        Guarded(key, key, key.removesuffix("()"), callers[use.rule])
        for key, use in sorted(passing.items())
        if use.kind is Kind.CONSTRUCTION
    ]


def find_defined_classes(
    module: Module, names: Sequence[str], classes: Collection[str]
) -> Iterator[tuple[ast.AST, str]]:
    """The statements at the top of *module* that define one of *classes*; its path."""
    for node, _ in module.statements:
        if isinstance(node, ast.ClassDef):
            paths = (f"{name}.{node.name}" for name in names)
            yield from ((node, path) for path in paths if path in classes)


def find_starred_names(
    module: str, classes: Sequence[Guarded], public: Callable[[str], Collection[str] | None]
) -> Iterator[str]:
    """The names of *classes* that ``from module import *`` binds; see `Surfaces`."""
    for class_ in classes:
        if class_.module == module:
            names = public(module)
            if class_.name in names if names is not None else not class_.name.startswith("_"):
                yield class_.name
