"""Whether what a rule names is still there, and where, as the project's source says."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple, TypeGuard

from pytest_ssot.source.names.scopes import Scopes
from pytest_ssot.source.names.star_exports import Surfaces, starred
from pytest_ssot.source.project.files import NEVER, SUFFIXES, Files
from pytest_ssot.source.project.modules import Modules
from pytest_ssot.source.text.columns import Columns
from pytest_ssot.source.text.reading import Unreadable, decoded, read

_INNER = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
#: What binds nothing in the block around it, or is looked at by itself.
_APART = (
    *(ast.stmt, ast.ExceptHandler, ast.match_case, ast.Lambda),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)


class Standing(NamedTuple):
    """Where a target stands: the file, None if the project has none; whether it is there.

    ``exists`` is None where the source does not tell: its module computes names, or
    does not parse. ``line`` and ``column`` are those of what binds the name, of a module
    its first; up to ``end_line`` it is what a comment may speak of. With ``whole`` it is a
    module, ``folder`` is that of a package.
    """

    file: str | None
    exists: bool | None
    line: int = 1
    column: int = 0
    end_line: int = 1
    whole: bool = False
    folder: str | None = None


class Source(NamedTuple):
    """A module's file that parses."""

    text: str
    tree: ast.Module


class Standings:
    """Where modules, and names in them, stand in the project at *root*; each file is read once.

    *paths* are its files, if they are known.
    """

    def __init__(self, root: Path, paths: Collection[str] | None = None) -> None:
        self._paths = paths
        self.modules = Modules(root)
        self._root = root
        self._surfaces = Surfaces(self.modules)
        self.source = lru_cache(maxsize=None)(self._source)

    def of(self, module: str, name: str | None = None, *, inside: bool = True) -> Standing:
        """Where *module*, or *name* in it, stands.

        Without *inside* a package is there as long as it gives a name of its own, whatever
        modules are in it.
        """
        file = self.file(module)
        if file is None:
            return Standing(None, False)
        if name is None:
            return self._module(file, inside=inside)
        found = self._name(file, name)
        if found.exists is not True and self.file(f"{module}.{name}") is not None:
            return self.of(f"{module}.{name}")
        return found

    def file(self, module: str) -> str | None:
        """The file of *module*, or the folder; also where only the packages around it say so."""
        found = self.modules.file(module)
        return found if found or self.has_top(module) else self._elsewhere.get(module)

    def has_top(self, module: str) -> bool:
        """Whether the first part of *module* is at the top of the project."""
        return self.modules.is_module(module.partition(".")[0])

    @cached_property
    def _elsewhere(self) -> Mapping[str, str]:
        """All files by the names that they go by; asked for where a name leads to none."""
        found: dict[str, str] = {}
        for path in self._files:
            for name in self.modules.names(path):
                found.setdefault(name, path)
        return found

    @cached_property
    def _files(self) -> Sequence[str]:
        paths = self._paths
        if paths is None:
            paths = [file.path for file in Files(self._root)]
        return sorted(path for path in paths if path.endswith(SUFFIXES))

    def ends(self, module: str) -> bool:
        """Whether the path of a file ends as *module* does: its folder may be on ``sys.path``."""
        tail = "/" + module.replace(".", "/")
        stems = (file.rpartition(".")[0].removesuffix("/__init__") for file in self._files)
        return any(f"/{stem}".endswith(tail) for stem in stems)

    def passes_on(self, file: str, line: int) -> bool:
        """Whether *file* does nothing itself with what the import in *line* gives."""
        source = self.source(file)
        if source is None:
            return False
        taken = {
            name
            for node, _ in bindings(source.tree.body)
            if isinstance(node, ast.ImportFrom) and node.lineno == line
            for name in bound(node)
        }
        read = {node.id for node in ast.walk(source.tree) if _is_read(node)}
        return bool(taken) and taken.isdisjoint(read)

    def _module(self, file: str, *, inside: bool) -> Standing:
        folder = None
        if not file.endswith(SUFFIXES):  # a package without an __init__
            folder, first = file, _first(self._root, file)
            if first is None or not inside:
                return Standing(None, False)
            file = first
        elif os.path.basename(file).partition(".")[0] == "__init__":
            folder = os.path.dirname(file)
        source = self.source(file)
        head = 1 if source is None else _head(source)
        exists: bool | None = True
        if folder is not None and not inside:
            exists = None if source is None else _gives(source.tree)
        return Standing(file, exists, end_line=head, whole=True, folder=folder)

    def _name(self, file: str, name: str) -> Standing:
        """Where *name* is bound in *file*; at its top where it is computed."""
        if not file.endswith(SUFFIXES):
            return Standing(file, False)
        source = self.source(file)
        if source is None:
            return Standing(file, None)
        node = binding(source.tree.body, name)
        if node is not None:
            column = Columns(source.text).of(node)
            return Standing(file, True, node.lineno, column, _end_of_head(node))
        names = Scopes(source.tree, (), source.text).names(source.tree)
        if name in names:  # by a function that says global
            return Standing(file, True, end_line=_head(source))
        star = self._star(source.tree, file, name)
        if star is not None:
            return Standing(file, True, star.lineno, star.col_offset, star.end_lineno or 1)
        if "__getattr__" in names and _says(source.tree, name):
            return Standing(file, True, end_line=_head(source))
        return Standing(file, None if self._is_open(source, names, file) else False)

    def _star(self, tree: ast.Module, file: str, name: str) -> ast.ImportFrom | None:
        """The import of everything that takes *name* from a module of the project."""
        for node, module in starred(tree, self.modules.packages(file)):
            if name in (self._surfaces.of(module) or ()):
                return node
        return None

    def _is_open(self, source: Source, names: Iterable[str], file: str) -> bool:
        """Whether the module may have names that its source does not say."""
        if "__getattr__" in names or re.search(
            r"\b(?:globals|vars|locals)\(\)|\bexec\(|\bsys\.modules\b", source.text
        ):
            return True
        stars = starred(source.tree, self.modules.packages(file))
        return any(self._surfaces.of(module) is None for _, module in stars)

    def _source(self, file: str) -> Source | None:
        """The text and the tree of *file*; None where it cannot be read, or does not parse."""
        try:
            text = decoded(read(str(self._root / file)))
            return Source(text, ast.parse(text))
        except (Unreadable, SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def binding(body: Iterable[ast.stmt], name: str) -> ast.stmt | None:
    """The statement of *body*, a module's or a class's, that binds *name*.

    A definition rather than what else does, the first of them, and what is for type
    checkers alone last.
    """
    found = [one for one in bindings(body) if name in bound(one[0])]
    found.sort(key=lambda one: (one[1], not isinstance(one[0], _INNER)))
    return found[0][0] if found else None


def bindings(body: Iterable[ast.stmt], checking: bool = False) -> Iterator[tuple[ast.stmt, bool]]:
    """The statements that run where *body* does, and whether for type checkers alone."""
    for node in body:
        yield node, checking
        if isinstance(node, _INNER):
            continue
        typed = isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
        for field, value in ast.iter_fields(node):
            inner = checking or (typed and field == "body")
            for part in value if isinstance(value, list) else ():
                if isinstance(part, ast.stmt):
                    yield from bindings([part], inner)
                elif isinstance(part, ast.ExceptHandler | ast.match_case):
                    yield from bindings(part.body, inner)


def bound(node: ast.stmt) -> set[str]:
    """The names that *node* itself binds, without its blocks."""
    if isinstance(node, _INNER):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {name.asname or name.name.partition(".")[0] for name in node.names}
    if (isinstance(node, ast.AnnAssign) and node.value is None) or isinstance(node, ast.Delete):
        return set()
    found: set[str] = set()
    todo: list[ast.AST] = [node]
    while todo:
        one = todo.pop()
        if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store):
            found.add(one.id)
        todo += [two for two in ast.iter_child_nodes(one) if not isinstance(two, _APART)]
    return found


def _end_of_head(node: ast.stmt) -> int:
    """The last line of *node* without its block."""
    body = getattr(node, "body", None)
    last = node.end_lineno or node.lineno
    return max(node.lineno, min(last, body[0].lineno - 1)) if body else last


def _head(source: Source) -> int:
    """The last line of a module's first statement, its docstring as a rule."""
    body = source.tree.body
    return _end_of_head(body[0]) if body else max(1, source.text.count("\n"))


def _gives(tree: ast.Module) -> bool:
    """Whether a module binds anything that is not for itself."""
    names = {name for node, _ in bindings(tree.body) for name in bound(node)}
    return any(not name.startswith("__") or name == "__getattr__" for name in names)


def _is_read(node: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)


def _says(tree: ast.Module, name: str) -> bool:
    """Whether a string of *tree* is *name*, by itself or as the end of a path to it."""
    return any(
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.split(r"[.:]", node.value)[-1] == name
        for node in ast.walk(tree)
    )


def _first(root: Path, folder: str) -> str | None:
    """The first file of Python in *folder* or below it."""
    for at, folders, files in os.walk(root / folder):
        folders[:] = sorted(folder for folder in folders if folder not in NEVER)
        found = sorted(file for file in files if file.endswith(SUFFIXES))
        if found:
            return Path(at, found[0]).relative_to(root).as_posix()
    return None
