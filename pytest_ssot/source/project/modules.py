"""Which dotted names the files of a project go by, and which files a dotted name means."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cached_property, lru_cache, partial
from pathlib import Path

from pytest_ssot.source.project.files import SUFFIXES
from pytest_ssot.source.project.surroundings import Surroundings
from pytest_ssot.source.text.reading import Unreadable, decode_source, read_bytes
from pytest_ssot.syntax.module import Module, read_module

#: Folders below the root whose content is imported as if they were not there.
_ROOTS = ("", "src", "lib")
#: What the path of a module's source ends with.
_ENDS = (".py", "/__init__.py")
#: So many files stay parsed: each is asked for several things in a row.
_PARSED = 512


class Modules:
    """The import paths of the project at *root*.

    A file goes by the name that its path below the root (or below ``src`` or
    ``lib``) spells, and by the one that the packages around it spell: the
    folders with an ``__init__.py``. The second is left out where the top of
    that name is another folder, or file, of the root: a vendored copy is not
    the original. Where a module that is *named* goes by none of these, the folder that has
    it is one that modules are imported from: a part of a namespace package (PEP 420) has
    no file that says so. What the answers depend on is in ``around``.
    """

    def __init__(self, root: Path, named: Iterable[str] = ()) -> None:
        self.around = Surroundings(root)
        self._named = tuple(named)
        self._exists = lru_cache(maxsize=None)(self.around.exists)
        self._roots = [one for one in _ROOTS if not one or self._exists(f"{one}/")]
        self._tops = lru_cache(maxsize=None)(self._find_top)
        self._starts = lru_cache(maxsize=None)(self._list_starts)
        self.parse_file = lru_cache(maxsize=_PARSED)(self._read_and_parse)

    def list_names(self, path: str) -> tuple[str, ...]:
        """The dotted names of the file *path*, relative to the root; the likeliest first."""
        parts = _split_path(path)
        found = [_join_parts(parts)]
        for folder in self._roots[1:]:
            if parts[0] == folder and len(parts) > 1:
                found.insert(0, _join_parts(parts[1:]))
        top = self._tops(os.path.dirname(path))
        if top is not None and parts[len(top) :]:
            inner = parts[len(top) :]
            if not self._is_taken_elsewhere(inner[0], "/".join(top)):
                found.insert(0, _join_parts(inner))
        for start in self._starts(os.path.dirname(path)) if self._nowhere else ():
            found.insert(0, _join_parts(parts[start:]))
        return tuple(dict.fromkeys(one for one in found if one))

    def list_packages(self, path: str) -> tuple[str, ...]:
        """The packages that relative imports in the file *path* start from."""
        names = self.list_names(path)
        if _is_package(path):
            return names
        return tuple(name.rpartition(".")[0] for name in names if "." in name)

    def is_module(self, dotted: str) -> bool:
        """Whether *dotted* is a file or a folder of the project."""
        return self.find_file(dotted) is not None

    def find_file(self, dotted: str) -> str | None:
        """The file of the module *dotted*, relative to the root; a folder's where it has none."""
        spelled = dotted.replace(".", "/")
        for folder in self._roots:
            inner = f"{folder}/{spelled}" if folder else spelled
            for one in (f"{inner}/__init__", inner):
                for suffix in SUFFIXES:
                    if self._exists(one + suffix):
                        return one + suffix
            if self._exists(inner):
                return inner
        return None

    def _read_and_parse(self, path: str) -> Module | None:
        """What the file *path* states; None where it cannot be read, or does not parse."""
        try:
            text = decode_source(read_bytes(self.around.note_read(path)))
        except Unreadable:
            return None
        return read_module(text, partial(self.list_packages, path))

    def _find_top(self, folder: str) -> tuple[str, ...] | None:
        """The folders that lead to the outermost package around *folder*; None if there is none."""
        parts = folder.split("/") if folder else []
        depth = len(parts)
        while depth and self._is_package("/".join(parts[:depth])):
            depth -= 1
        return tuple(parts[:depth]) if depth < len(parts) else None

    @cached_property
    def _nowhere(self) -> list[str]:
        """The paths of the modules that are named, and that no root has."""
        named = dict.fromkeys(self._named)
        return [one.replace(".", "/") for one in named if not self.is_module(one)]

    def _list_starts(self, folder: str) -> tuple[int, ...]:
        """How many folders lead from the root to one around *folder* that has one of these."""
        if not folder:
            return ()
        above = self._starts(os.path.dirname(folder))
        files = (f"{folder}/{one}{end}" for one in self._nowhere for end in _ENDS)
        if any(map(self._exists, files)) and not self._is_package(folder):
            return (*above, folder.count("/") + 1)
        return above

    def _is_package(self, folder: str) -> bool:
        return any(self._exists(f"{folder}/__init__{suffix}") for suffix in SUFFIXES[:2])

    def _is_taken_elsewhere(self, name: str, folder: str) -> bool:
        """Whether *name* at the top of an import means something else than what is in *folder*."""
        return any(
            other != folder and (self._exists(os.path.join(other, one)))
            for other in self._roots
            for one in (name, f"{name}.py")
        )


def _split_path(path: str) -> list[str]:
    """The components of *path*, its suffix left off; not those that cannot be imported."""
    stem, suffix = os.path.splitext(path)
    parts = (stem if suffix in SUFFIXES else path).split("/")
    return parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts


def _join_parts(parts: list[str]) -> str:
    return ".".join(parts) if all(part.isidentifier() for part in parts) else ""


def _is_package(path: str) -> bool:
    return os.path.splitext(os.path.basename(path))[0] == "__init__"
