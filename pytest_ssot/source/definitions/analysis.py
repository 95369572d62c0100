"""One file of a search for definitions: from its bytes to what is found in it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from pytest_ssot.source.definitions.near_copies import Copies, Originals
from pytest_ssot.source.definitions.routes import Home, Routes
from pytest_ssot.source.definitions.walk import DefinitionWalker, FoundDefinitions, Wished
from pytest_ssot.source.file_analysis import RELATIVE, STAR, STARS, Analysed
from pytest_ssot.source.names.star_exports import Surfaces
from pytest_ssot.source.project.files import DECLARING
from pytest_ssot.source.project.modules import Modules
from pytest_ssot.source.text.trees import read_file
from pytest_ssot.source.text.word_search import Words
from pytest_ssot.source.uses.site_walker import ScannedFile


class Definitions:
    """Looks for what is another of the symbols of *homes*.

    *plain* are the routes to look for. In the ``first`` pass they are the allowed ones, and
    definitions and near copies are looked for too; later on a file must speak of a module
    that a route goes through, or import relatively, besides saying the name.
    """

    def __init__(self, modules: Modules, homes: Sequence[Any], plain: Sequence[Any]) -> None:
        self._modules = modules
        self._surfaces = Surfaces(modules)
        self._first = bool(homes)
        wanted = [Home(*home) for home in homes]
        self._routes = Routes(plain)
        originals = Originals(modules, wanted)
        self._copies = Copies(originals.all)
        defined: dict[str, list[Home]] = {}
        for home in wanted:
            defined.setdefault(home.name, []).append(home)
        self._wished = Wished(
            defined, self._routes, originals.find_sources, lambda home: _may_rename(originals, home)
        )
        names = {route.name for route in self._routes.all}
        self._named = names
        self._plain = Words(names)
        self._said = Words(names.union(STARS))
        ways = list(self._routes.list_modules())
        self._owners = Words(way.rpartition(".")[2] for way in ways)
        #: The files that the routes go through: they say the names without their module's.
        self.homes = frozenset(filter(None, map(modules.find_file, ways)))

    def concerns(self, path: str, data: bytes) -> bool:
        """Whether *data*, of the file *path*, may hold something; asked of every file."""
        return self._speaks(data) or self._copies.concerns(data)

    def _speaks(self, data: bytes) -> bool:
        if not self._said.are_in(data):
            return False
        if self._first and self._plain.are_in(data):
            return True
        return self._owners.are_in(data) or RELATIVE.search(data) is not None

    def analyse_file(self, path: str, data: bytes) -> Analysed:
        """What the file *path*, which holds *data*, defines again, and by which names."""
        if path.endswith(".pyi") or path.rpartition("/")[2] in DECLARING:
            return Analysed([], [])  # nothing there ever comes to life
        try:
            found, text, error = self._walk_file(path, data, self._named)
            suspects = tuple(self._copies.find_copies(path, data, text))
        except RecursionError:
            return Analysed([], [], "is nested too deep")
        return Analysed(found.uses, found.exports, error, suspects=suspects)

    def _walk_file(
        self, path: str, data: bytes, names: set[str]
    ) -> tuple[FoundDefinitions, str, str | None]:
        """What a walk finds, the text of the file, and why it could not be read whole.

        A name that an import or an assignment gives to a symbol matters in other lines too.
        """
        words = self._plain if names is self._named else Words(names)
        read = read_file(
            data, lambda text: _list_lines(text, words), partial(self._modules.list_packages, path)
        )
        if read.module is None:
            return FoundDefinitions([], [], set()), "", read.error
        file = ScannedFile(path, self._modules.list_names(path), read.module, read.lines)
        walker = DefinitionWalker(file, self._wished, self._surfaces.find_public)
        walker.walk()
        found = walker.found
        if found.names <= names:
            return found, read.module.text, read.error
        return self._walk_file(path, data, names | found.names)


def _list_lines(text: str, words: Words) -> list[int]:
    """The lines that matter: those with a word, and with a star that may bring one."""
    stars = {text.count("\n", 0, match.start()) + 1 for match in STAR.finditer(text)}
    return sorted(stars.union(words.find_lines(text)))


def _may_rename(originals: Originals, home: Home) -> bool:
    """Whether a subclass that adds nothing is but another name: an exception is one to catch."""
    original = originals.find(home)
    return original is None or not original.is_exception
