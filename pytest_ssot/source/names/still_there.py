"""Whether what a rule names is still there, and where, as the project's source says."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from pytest_ssot.source.names.scopes import Scopes
from pytest_ssot.source.names.star_exports import Surfaces
from pytest_ssot.source.project.files import NEVER, SUFFIXES, Files
from pytest_ssot.source.project.modules import Modules
from pytest_ssot.syntax.bindings import list_bound_names
from pytest_ssot.syntax.module import Module


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


class Standings:
    """Where modules, and names in them, stand in the project at *root*; each file is read once.

    *paths* are its files, if they are known.
    """

    def __init__(self, root: Path, paths: Collection[str] | None = None) -> None:
        self._paths = paths
        self.modules = Modules(root)
        self._root = root
        self._surfaces = Surfaces(self.modules)
        self.read_source = self.modules.parse_file

    def find_standing(
        self, module: str, name: str | None = None, *, inside: bool = True
    ) -> Standing:
        """Where *module*, or *name* in it, stands.

        Without *inside* a package is there as long as it gives a name of its own, whatever
        modules are in it.
        """
        file = self.find_file(module)
        if file is None:
            return Standing(None, False)
        if name is None:
            return self._find_module(file, inside=inside)
        found = self._find_name(file, name)
        if found.exists is not True and self.find_file(f"{module}.{name}") is not None:
            return self.find_standing(f"{module}.{name}")
        return found

    def find_file(self, module: str) -> str | None:
        """The file of *module*, or the folder; also where only the packages around it say so."""
        found = self.modules.find_file(module)
        return found if found or self.has_top(module) else self._elsewhere.get(module)

    def has_top(self, module: str) -> bool:
        """Whether the first part of *module* is at the top of the project."""
        return self.modules.is_module(module.partition(".")[0])

    @cached_property
    def _elsewhere(self) -> Mapping[str, str]:
        """All files by the names that they go by; asked for where a name leads to none."""
        found: dict[str, str] = {}
        for path in self._files:
            for name in self.modules.list_names(path):
                found.setdefault(name, path)
        return found

    @cached_property
    def _files(self) -> Sequence[str]:
        paths = self._paths
        if paths is None:
            paths = [file.path for file in Files(self._root)]
        return sorted(path for path in paths if path.endswith(SUFFIXES))

    def has_path_ending(self, module: str) -> bool:
        """Whether the path of a file ends as *module* does: its folder may be on ``sys.path``."""
        tail = "/" + module.replace(".", "/")
        stems = (file.rpartition(".")[0].removesuffix("/__init__") for file in self._files)
        return any(f"/{stem}".endswith(tail) for stem in stems)

    def passes_on(self, file: str, line: int) -> bool:
        """Whether *file* does nothing itself with what the import in *line* gives."""
        source = self.read_source(file)
        if source is None:
            return False
        taken = {
            name
            for node, _ in source.statements
            if isinstance(node, ast.ImportFrom) and node.lineno == line
            for name in list_bound_names(node)
        }
        return bool(taken) and taken.isdisjoint(source.read_names)

    def _find_module(self, file: str, *, inside: bool) -> Standing:
        folder = None
        if not file.endswith(SUFFIXES):  # a package without an __init__
            folder, first = file, _find_first(self._root, file)
            if first is None or not inside:
                return Standing(None, False)
            file = first
        elif os.path.basename(file).partition(".")[0] == "__init__":
            folder = os.path.dirname(file)
        source = self.read_source(file)
        head = 1 if source is None else _find_head(source)
        exists: bool | None = True
        if folder is not None and not inside:
            exists = None if source is None else _gives_names(source)
        return Standing(file, exists, end_line=head, whole=True, folder=folder)

    def _find_name(self, file: str, name: str) -> Standing:
        """Where *name* is bound in *file*; at its top where it is computed."""
        if not file.endswith(SUFFIXES):
            return Standing(file, False)
        source = self.read_source(file)
        if source is None:
            return Standing(file, None)
        node = source.find_definition(name)
        if node is not None:
            column, end = source.columns.find_column(node), source.find_end_of_head(node)
            return Standing(file, True, node.lineno, column, end)
        names = Scopes(source).list_names(source.tree)
        if name in names:  # by a function that says global
            return Standing(file, True, end_line=_find_head(source))
        star = self._find_star(source, name)
        if star is not None:
            return Standing(file, True, star.lineno, star.col_offset, star.end_lineno or 1)
        if "__getattr__" in names and _says_name(source.tree, name):
            return Standing(file, True, end_line=_find_head(source))
        return Standing(file, None if self._is_open(source, names) else False)

    def _find_star(self, source: Module, name: str) -> ast.ImportFrom | None:
        """The import of everything that takes *name* from a module of the project."""
        for node, modules in source.stars:
            if any(name in (self._surfaces.find_public(module) or ()) for module in modules[:1]):
                return node
        return None

    def _is_open(self, source: Module, names: Iterable[str]) -> bool:
        """Whether the module may have names that its source does not say."""
        if "__getattr__" in names or re.search(
            r"\b(?:globals|vars|locals)\(\)|\bexec\(|\bsys\.modules\b", source.text
        ):
            return True
        return any(
            self._surfaces.find_public(module) is None
            for _, modules in source.stars
            for module in modules[:1]
        )


def _find_head(source: Module) -> int:
    """The last line of a module's first statement, its docstring as a rule."""
    body = source.tree.body
    return source.find_end_of_head(body[0]) if body else max(1, source.text.count("\n"))


def _gives_names(source: Module) -> bool:
    """Whether a module binds anything that is not for itself."""
    return any(not name.startswith("__") or name == "__getattr__" for name in source.bound_names)


def _says_name(tree: ast.Module, name: str) -> bool:
    """Whether a string of *tree* is *name*, by itself or as the end of a path to it."""
    return any(
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.split(r"[.:]", node.value)[-1] == name
        for node in ast.walk(tree)
    )


def _find_first(root: Path, folder: str) -> str | None:
    """The first file of Python in *folder* or below it."""
    for at, folders, files in os.walk(root / folder):
        folders[:] = sorted(folder for folder in folders if folder not in NEVER)
        found = sorted(file for file in files if file.endswith(SUFFIXES))
        if found:
            return Path(at, found[0]).relative_to(root).as_posix()
    return None
