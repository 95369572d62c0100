"""One file of a scan: from its bytes to the uses in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from pytest_ssot.rules.lookup import Target, TargetIndex
from pytest_ssot.source.constructions.guarded import Guarded
from pytest_ssot.source.constructions.walk import find_constructions
from pytest_ssot.source.names.aliases import find_aliases
from pytest_ssot.source.names.star_exports import Surfaces
from pytest_ssot.source.project.files import DECLARING
from pytest_ssot.source.project.modules import Modules
from pytest_ssot.source.text.reading import Unreadable
from pytest_ssot.source.text.trees import ReadFile, read_file
from pytest_ssot.source.text.word_search import Words
from pytest_ssot.source.uses.entry_points import find_declared
from pytest_ssot.source.uses.matching import Matcher
from pytest_ssot.source.uses.site_walker import ScannedFile
from pytest_ssot.source.uses.use import Copy, Use
from pytest_ssot.source.uses.walk import find_uses

STAR = re.compile(r"import[ \t\\\n]*\*")
#: The same, to be looked for with the words: to search every file once more would cost too much.
STARS = ("import *", "import*", "import  *", "import\t*")
RELATIVE = re.compile(rb"from[ \t\\\r\n]*\.")

#: Names for names for a class that a file binds are followed so far; then all of it is read.
_ROUNDS = 4


class Analysed(NamedTuple):
    """A file's uses, what it passes on by which name, and why it could not be read whole.

    *spared* are uses that are fine as long as no other file mentions these names of this one,
    *suspects* what is much like a symbol that is to be single.
    """

    uses: list[Use]
    exports: list[tuple[str, Use]]
    error: str | None = None
    spared: Sequence[tuple[tuple[str, ...], Use]] = ()
    suspects: Sequence[Copy] = ()


class Analysis:
    """Looks for *targets* in files of a project, and for who makes one of *classes*.

    With *passed_on* they are names that other modules pass on: a file must
    speak of such a module, or import relatively, besides saying the name.
    """

    #: Files that are looked at whatever they say: none.
    homes: frozenset[str] = frozenset()

    def __init__(
        self,
        modules: Modules,
        targets: list[Target],
        classes: Sequence[Guarded] = (),
        *,
        passed_on: bool = False,
    ) -> None:
        self._classes = classes
        self._made = Words({class_.name for class_ in classes}.union(STARS))
        self._made_where = Words(self._made.words.union(class_.leaf for class_ in classes))
        self._index = TargetIndex(targets)
        self._modules = modules
        self._surfaces = Surfaces(modules)
        leaves = {target.module.rpartition(".")[2] for target in targets}
        named = {target.name for target in targets if target.name is not None}
        own = {t.module.rpartition(".")[2] for t in targets if t.name is None}
        self._plain = Words(own | named)
        self._said = Words((own | named).union(STARS if named else ()))
        self._owners = Words(leaves)
        self._all = Words(leaves | named)
        self._passed_on = passed_on

    def concerns(self, path: str, data: bytes) -> bool:
        """Whether *data*, of the file *path*, may hold a use; quick: it is asked of every file."""
        return self._may_use(data) or self._may_make(path, data)

    def _may_use(self, data: bytes) -> bool:
        if not self._said.are_in(data):
            return False
        if not self._passed_on and self._plain.are_in(data):
            return True
        return self._owners.are_in(data) or RELATIVE.search(data) is not None

    def _may_make(self, path: str, data: bytes) -> bool:
        if not self._classes or path.endswith(".pyi") or not self._made.are_in(data):
            return False
        said = self._made_where.find_in(data)
        star = not said.isdisjoint(STARS)
        near = [class_ for class_ in self._classes if star or class_.name in said]
        if any(guarded.leaf in said for guarded in near) or (near and RELATIVE.search(data)):
            return True
        return any(guarded.module in self._modules.list_names(path) for guarded in near)

    def _list_lines(self, text: str) -> list[int]:
        """The lines that matter: those with a word, and with a star that may take a name."""
        lines = self._all.find_lines(text)
        if not self._index.names:
            return lines
        stars = {text.count("\n", 0, match.start()) + 1 for match in STAR.finditer(text)}
        return sorted(stars.union(lines)) if stars else lines

    def analyse_file(self, path: str, data: bytes) -> Analysed:
        """The uses in the file *path*, which holds *data*."""
        if path.rpartition("/")[2] in DECLARING:
            return self._find_declared(path, data)
        names, packages = self._modules.list_names(path), partial(self._modules.list_packages, path)
        makes = self._may_make(path, data)
        if makes:
            read, speaking = self._read_parts(data, names, packages)
        else:
            read, speaking = read_file(data, self._list_lines, packages), ()
        if read.module is None:
            return Analysed([], [], read.error)
        file = ScannedFile(path, names, read.module, read.lines)
        try:
            found = find_uses(file, self._make_matcher(names))
            if not makes:
                return Analysed(found.uses, found.exports, read.error)
            made = find_constructions(
                file._replace(lines=speaking), self._classes, self._surfaces.find_public
            )
        except RecursionError:
            return Analysed([], [], read.error or "is nested too deep")
        uses, exports = [*found.uses, *made.uses], [*found.exports, *made.exports]
        return Analysed(uses, exports, read.error, made.spared)

    def _read_parts(
        self, data: bytes, names: Sequence[str], packages: Callable[[], Sequence[str]]
    ) -> tuple[ReadFile, Sequence[int]]:
        """The tree of what matters, or speaks of a class; on which lines that is.

        Where a class or its factory is, ``cls`` speaks of it, and who calls a function matters.
        """
        words = self._made
        here = any(one.module in names or one.has_factory_in(names) for one in self._classes)
        for _ in range(0 if here else _ROUNDS):
            read = read_file(data, partial(self._list_lines_with, words), packages)
            if read.module is None or read.error is not None:
                break
            speaking = words.find_lines(read.module.text)
            more = find_aliases(read.module.tree, words.words, speaking)
            if more <= words.words:
                return read, speaking
            words = Words(words.words | more)
        read = read_file(data, self._list_lines, packages, entire=True)
        last = 0 if read.module is None else read.module.text.count("\n")
        return read, range(1, last + 2)

    def _list_lines_with(self, words: Words, text: str) -> list[int]:
        return sorted({*self._list_lines(text), *words.find_lines(text)})

    def _find_declared(self, path: str, data: bytes) -> Analysed:
        try:
            return Analysed(find_declared(path, data, self._make_matcher(())), [])
        except Unreadable as error:
            return Analysed([], [], str(error))

    def _make_matcher(self, names: Sequence[str]) -> Matcher:
        """For a file that goes by *names*."""
        return Matcher(self._index, names, self._modules.is_module, self._surfaces.find_public)
