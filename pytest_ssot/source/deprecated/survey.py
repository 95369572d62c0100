"""Goes through a project's files and gathers what they call deprecated."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import NamedTuple

from pytest_ssot.config.names import is_dotted
from pytest_ssot.source.deprecated import (
    aliases,
    functions_and_classes,
    module_getattr,
    whole_modules,
)
from pytest_ssot.source.deprecated.categories import WarningCategories
from pytest_ssot.source.deprecated.duplicate_classes import find_doubles
from pytest_ssot.source.deprecated.finding import Double, Finding, Sign
from pytest_ssot.source.deprecated.settle import settle_signs
from pytest_ssot.source.deprecated.warning_statements import Recogniser
from pytest_ssot.source.names.library import Library
from pytest_ssot.source.names.module_outline import ModuleOutline
from pytest_ssot.source.scan import quickly
from pytest_ssot.source.text.reading import Unreadable
from pytest_ssot.syntax.module import Module, read_module

Read = Callable[[str], str]

#: Most files say nothing of the kind, and need not be parsed for it.
_SAYS = re.compile(
    r"deprecat|obsolete|backwards?[- ]*compat|#.*\bcompat|legacy|moved to|moved into|relocated"
    r"|renamed|superseded|kept for|(?:old|former|historic\w*) (?:alias|name|import|path)"
    r"|__name__\] *=",
    re.IGNORECASE,
)
_ALIAS = re.compile(r"^[A-Za-z]\w* *= *[A-Za-z]\w*(?:\.\w+)* *(?:#.*)?\r?$", re.MULTILINE)
_DEFINES = re.compile(r"^(?:class|def|async +def) +(\w+)", re.MULTILINE)
_IMPORTS_FROM = re.compile(r"^from ", re.MULTILINE)
_NOT_OURS = re.compile(r"_?(?:externs?|externals?|third_?party|vendor(?:ed|s)?)", re.IGNORECASE)
_TESTS = frozenset(("test", "tests"))


class Survey(NamedTuple):
    """What was found; both are sorted."""

    findings: tuple[Finding, ...]
    doubles: tuple[Double, ...]


@quickly()
def survey_files(
    files: Iterable[str],
    names: Callable[[str], tuple[str, ...]],
    read: Read,
    categories: Collection[str],
    known: Mapping[str, str | None],
) -> Survey:
    """What the *files* (relative paths) call deprecated.

    *names* gives a file's dotted names, *read* its text; what it raises
    Unreadable for is passed over. *categories* are those of the
    settings' ``warnings``, *known* the targets that have a rule, with its ``use``.
    Tests and vendored code are passed over.
    """
    paths: dict[str, str] = {}
    defined: dict[str, list[str]] = {}
    suspects: list[str] = []
    for path in sorted(files):
        dotted = next((name for name in names(path) if is_dotted(name)), None)
        if dotted is None or dotted in paths or not is_looked_at(path):
            continue
        try:
            text = read(path)
        except Unreadable:
            continue
        paths[dotted] = path
        found = _DEFINES.findall(text)
        for name in dict.fromkeys(found):
            defined.setdefault(name, []).append(dotted)
        passes = not found and _IMPORTS_FROM.search(text)
        if passes or _SAYS.search(text) or _ALIAS.search(text):
            suspects.append(dotted)
    library = Library(paths.get, lambda path: _parse_file(read, path), defined)
    known_categories = WarningCategories(library, categories)
    signs = [
        sign
        for outline in filter(None, map(library.outline, suspects))
        for sign in _find_signs(outline, library, known_categories)
    ]
    return Survey(tuple(settle_signs(signs, library, known)), tuple(find_doubles(defined, library)))


def _parse_file(read: Read, path: str) -> Module | None:
    try:
        return read_module(read(path))
    except Unreadable:
        return None


def is_looked_at(path: str) -> bool:
    """Whether the file may hold what a rule can be about: a module of the project, no test."""
    *folders, name = PurePosixPath(path).parts
    stem, _, suffix = name.rpartition(".")
    if suffix != "py" or any(folder in _TESTS or _NOT_OURS.fullmatch(folder) for folder in folders):
        return False
    is_test = stem.startswith("test_") or stem.endswith("_test")
    return not is_test and stem not in ("conftest", "setup", "noxfile", "__main__")


def _find_signs(
    outline: ModuleOutline, library: Library, categories: WarningCategories
) -> Iterator[Sign]:
    recogniser = Recogniser(outline, categories)
    yield from whole_modules.find_signs(outline, recogniser)
    yield from functions_and_classes.find_signs(outline, recogniser)
    yield from module_getattr.find_signs(outline, recogniser)
    yield from aliases.find_signs(outline, library)
