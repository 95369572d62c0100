"""Near copies: classes under another name that are much like one that is to be single."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

from pytest_ssot.model import Site
from pytest_ssot.source.definitions.likeness import (
    ClassOutline,
    is_special,
    measure_likeness,
    outline_class,
)
from pytest_ssot.source.definitions.routes import Home
from pytest_ssot.source.project.modules import Modules
from pytest_ssot.source.text.word_search import Words
from pytest_ssot.source.uses.use import Copy
from pytest_ssot.syntax.bindings import name_imported
from pytest_ssot.syntax.enclosing import find_definitions, qualify_function
from pytest_ssot.syntax.module import Module, read_module
from pytest_ssot.syntax.nodes import Function, name_called
from pytest_ssot.syntax.relative_names import resolve_modules

#: Told from here on. Of the 1,910 classes of Django 5.1 five pairs are so much alike, all sisters
#: in one module; of the 1,781 of SQLAlchemy 2.0 fourteen, most of them copies for another driver.
ENOUGH = 0.7
#: How much of the original a copy has at least: likeness is at most 2 S / (size + S).
_PART = ENOUGH / (2 - ENOUGH)
#: What the name of an exception ends with.
_EXCEPTIONS = ("Error", "Exception", "Warning", "Exit", "Interrupt")


class Original(NamedTuple):
    """The class that a home defines."""

    home: Home
    node: ast.ClassDef
    outline: ClassOutline

    @property
    def is_exception(self) -> bool:
        names = (self.node.name, *_list_bases(self.node))
        return any(name.endswith(_EXCEPTIONS) for name in names)


class Originals:
    """The classes of *homes*, read from the project's source when they are asked for."""

    def __init__(self, modules: Modules, homes: Iterable[Home]) -> None:
        self._modules = modules
        self._homes = tuple(homes)
        self.find = lru_cache(maxsize=None)(self._find_original)
        self.find_sources = lru_cache(maxsize=None)(self._read_sources)

    @cached_property
    def all(self) -> tuple[Original, ...]:
        return tuple(one for home in self._homes if (one := self.find(home)) is not None)

    def _find_original(self, home: Home) -> Original | None:
        """The class of *home*; None where its source does not tell of one."""
        module = self._read_home(home)
        for node, _ in find_definitions(module.tree.body if module is not None else ()):
            if isinstance(node, ast.ClassDef) and node.name == home.name:
                return Original(home, node, outline_class(node))
        return None

    def _read_sources(self, home: Home) -> frozenset[str]:
        """The modules that *home* has it from: ``try: from ._fast import Name`` and the like."""
        module = self._read_home(home)
        return frozenset(
            taken_from
            for node, _ in (module.statements if module is not None else ())
            if isinstance(node, ast.ImportFrom)
            and any(name_imported(alias) == alias.name == home.name for alias in node.names)
            for taken_from in resolve_modules(node, module.packages if module is not None else ())
        )

    def _read_home(self, home: Home) -> Module | None:
        """The source of *home*, as far as it can be read."""
        path = self._modules.find_file(home.module)
        return None if path is None else self._modules.parse_file(path)


class Copies:
    """Looks for near copies of *originals*."""

    def __init__(self, originals: Iterable[Original]) -> None:
        self._originals = [
            original
            for original in originals
            if measure_likeness(original.outline, original.outline)
        ]
        #: Which originals have a method: many may have one of that name.
        self._methods: dict[str, list[Original]] = {}
        for original in self._originals:
            for name in original.outline.methods:
                if not is_special(name):
                    self._methods.setdefault(f"def {name}", []).append(original)
        self._words = Words(self._methods)

    def concerns(self, data: bytes) -> bool:
        """Whether *data* may hold one: it defines methods that make up enough of an original."""
        return bool(self._find_candidates(data))

    def _find_candidates(self, data: bytes) -> list[Original]:
        phrases = self._words.find_in(data)
        named = {
            method.home.symbol: method for phrase in phrases for method in self._methods[phrase]
        }
        return [
            named[symbol]
            for symbol in sorted(named)
            if _has_enough(
                named[symbol],
                # The special ones are looked for only here: most files have some.
                lambda name: (
                    f"def {name}" in phrases
                    or (is_special(name) and f"def {name}".encode() in data)
                ),
            )
        ]

    def find_copies(self, path: str, data: bytes, text: str) -> Iterator[Copy]:
        """The near copies in the file *path*, which holds *data*: *text*."""
        candidates = self._find_candidates(data)
        module = read_module(text) if candidates else None
        if module is None:
            return
        found = list(_list_classes(module))
        for node, function in found:
            for original, alike in _find_alike(node, candidates):
                if not _is_kin(node, original, module.tree, [class_ for class_, _ in found]):
                    end = module.find_end_of_head(node)
                    noted = module.says_on(node.lineno, end, "ssot:")
                    site = Site(path, node.lineno, module.columns.find_column(node), function)
                    symbol = original.home.symbol
                    yield Copy(symbol, symbol, node.name, site, end, round(alike, 2), noted)


def _find_alike(
    node: ast.ClassDef, originals: Iterable[Original]
) -> Iterator[tuple[Original, float]]:
    """Those of *originals* that the class *node* is much like, and how much."""
    methods = {statement.name for statement in node.body if isinstance(statement, Function)}
    may_be = [original for original in originals if _has_enough(original, methods.__contains__)]
    if may_be:
        mine = outline_class(node)
        alike = ((original, measure_likeness(mine, original.outline)) for original in may_be)
        yield from (pair for pair in alike if pair[1] >= ENOUGH)


def _has_enough(original: Original, has: Callable[[str], bool]) -> bool:
    """Whether what *has* the methods that it says may be, or hold, a copy."""
    shared = sum(size for name, size in original.outline.sizes.items() if has(name))
    return shared >= _PART * original.outline.size


def _is_kin(
    node: ast.ClassDef, original: Original, tree: ast.Module, classes: Iterable[ast.ClassDef]
) -> bool:
    """Whether *node*, one of the *classes* of *tree*, is called as *original*, or above or below.

    Below is who says so in one file, under whatever name it imports the class by.
    """
    name = original.home.name
    if node.name == name or node.name in _list_bases(original.node):
        return True
    bases = {**_map_renamed(tree), **{class_.name: _list_bases(class_) for class_ in classes}}
    return name in _find_above(node.name, bases)


def _map_renamed(tree: ast.Module) -> dict[str, Sequence[str]]:
    """What imports in *tree* call otherwise: that is called as it is, like a class above it."""
    return {
        alias.asname: (alias.name,)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.asname
    }


def _list_bases(node: ast.ClassDef) -> Sequence[str]:
    return tuple(map(_name_base, node.bases))


def _find_above(name: str, bases: Mapping[str, Sequence[str]]) -> set[str]:
    """The classes above *name*, by their own names, as far as one file tells."""
    found: set[str] = set()
    todo = [name]
    while todo:
        more = [one for one in bases.get(todo.pop(), ()) if one not in found]
        found.update(more)
        todo += more
    return found


def _list_classes(module: Module) -> Iterator[tuple[ast.ClassDef, str]]:
    """The classes of *module*, wherever they stand, each with the function around it."""
    for node, enclosing in find_definitions(module.tree.body):
        if isinstance(node, ast.ClassDef):
            yield node, qualify_function(enclosing)


def _name_base(base: ast.expr) -> str:
    """The last name of a base class: ``Name`` of ``a.b.Name[int]``."""
    while isinstance(base, ast.Subscript):
        base = base.value
    return name_called(base)
