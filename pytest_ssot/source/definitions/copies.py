"""Near copies: classes under another name that are much like one that is to be single."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

from pytest_ssot.model import Site
from pytest_ssot.source.columns import Columns
from pytest_ssot.source.definitions.likeness import Outline, is_special, likeness, outline, size_of
from pytest_ssot.source.definitions.routes import Home
from pytest_ssot.source.definitions.shapes import header_end
from pytest_ssot.source.modules import Modules
from pytest_ssot.source.reading import Unreadable, decoded, read
from pytest_ssot.source.scopes import Function
from pytest_ssot.source.trees import whole
from pytest_ssot.source.use import Copy
from pytest_ssot.source.words import Words

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
    outline: Outline

    @property
    def is_exception(self) -> bool:
        names = [self.node.name, *map(_last, self.node.bases)]
        return any(one.endswith(_EXCEPTIONS) for one in names)


class Originals:
    """The classes of *homes*, read from the project's source when they are asked for."""

    def __init__(self, modules: Modules, homes: Iterable[Home]) -> None:
        self._modules = modules
        self._homes = tuple(homes)
        self.of = lru_cache(maxsize=None)(self._of)

    @cached_property
    def all(self) -> tuple[Original, ...]:
        return tuple(one for home in self._homes if (one := self.of(home)) is not None)

    def _of(self, home: Home) -> Original | None:
        """The class of *home*; None where its source does not tell of one."""
        path = self._modules.file(home.module)
        if path is None:
            return None
        try:
            tree = whole(decoded(read(self._modules.around.reads(path))))
        except Unreadable:
            return None
        for node, _ in _classes(tree.body if tree is not None else [], ()):
            if node.name == home.name:
                return Original(home, node, outline(node))
        return None


class Copies:
    """Looks for near copies of *originals*."""

    def __init__(self, originals: Iterable[Original]) -> None:
        self._said = [
            (one, {_phrase(name): name for name in one.outline.methods if not is_special(name)})
            for one in originals
            if one.outline.size
        ]
        self._words = Words(phrase for _, said in self._said for phrase in said)

    def concerns(self, data: bytes) -> bool:
        """Whether *data* may hold one: it defines methods that make up enough of an original."""
        return next(self._candidates(data), None) is not None

    def _candidates(self, data: bytes) -> Iterator[Original]:
        phrases = self._words.those_in(data)
        for one, said in self._said if phrases else ():
            there = {name for phrase, name in said.items() if phrase in phrases}
            if there and _has_enough(one, there):
                yield one

    def find(self, path: str, data: bytes, text: str) -> Iterator[Copy]:
        """The near copies in the file *path*, which holds *data*: *text*."""
        candidates = list(self._candidates(data))
        tree = whole(text) if candidates else None
        if tree is None:
            return
        found = list(_classes(tree.body, ()))
        bases = {node.name: tuple(map(_last, node.bases)) for node, _ in found}
        lines, columns = text.split("\n"), Columns(text)
        for node, function in found:
            site = Site(path, node.lineno, columns.of(node), function)
            for one in candidates:
                alike = _alike(node, one, bases)
                if alike >= ENOUGH:
                    end = header_end(node, lines)
                    noted = any("ssot:" in line for line in lines[node.lineno - 1 : end])
                    symbol = one.home.symbol
                    yield Copy(symbol, symbol, node.name, site, end, round(alike, 2), noted)


def _alike(node: ast.ClassDef, original: Original, bases: Mapping[str, Sequence[str]]) -> float:
    """How much the class *node* is like *original*; 0 for one that is its kin, or its namesake."""
    name = original.home.name
    if node.name == name or name in _above(node.name, bases):
        return 0.0
    if node.name in map(_last, original.node.bases):
        return 0.0
    methods = {one.name for one in node.body if isinstance(one, Function)}
    return likeness(outline(node), original.outline) if _has_enough(original, methods) else 0.0


def _above(name: str, bases: Mapping[str, Sequence[str]]) -> set[str]:
    """The classes above *name*, by their own names, as far as one file tells."""
    found: set[str] = set()
    todo = [name]
    while todo:
        more = [one for one in bases.get(todo.pop(), ()) if one not in found]
        found.update(more)
        todo += more
    return found


def _has_enough(original: Original, methods: Iterable[str]) -> bool:
    """Whether a class with *methods* may be a copy; the special ones count as there."""
    there = set(methods)
    ours = original.outline.methods
    shared = [said for name, said in ours.items() if name in there or is_special(name)]
    return sum(map(size_of, shared)) >= _PART * original.outline.size


def _classes(
    body: Iterable[ast.stmt], inside: tuple[str, ...], function: str = "<module>"
) -> Iterator[tuple[ast.ClassDef, str]]:
    """The classes in *body*, wherever they stand, each with the function around it."""
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield node, function
            yield from _classes(node.body, (*inside, node.name), function)
        elif isinstance(node, Function):
            names = (*inside, node.name)
            yield from _classes(node.body, names, ".".join(names))
        else:
            yield from _classes(_blocks(node), inside, function)


def _blocks(node: ast.AST) -> Iterator[ast.stmt]:
    """The statements right inside of *node*, which is no definition."""
    for name in ("body", "orelse", "handlers", "cases", "finalbody"):
        for one in getattr(node, name, ()):
            if isinstance(one, ast.stmt):
                yield one
            else:
                yield from _blocks(one)


def _phrase(method: str) -> str:
    return f"def {method}"


def _last(base: ast.expr) -> str:
    """The last name of a base class: ``Name`` of ``a.b.Name[int]``."""
    while isinstance(base, ast.Subscript):
        base = base.value
    return str(getattr(base, "attr", getattr(base, "id", "")))
