"""What git ignores: the patterns of ``.gitignore`` files, asked of one entry at a time.

As git does it, a folder is asked before what it holds, and an ignored one is not
entered; so a pattern is asked about the entry alone, never about the folders above.
``?`` and brackets stand for a character, where git takes a byte; classes like
``[[:alpha:]]`` are not known to pathspec.
"""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import NamedTuple

from pytest_ssot.source.text.reading import Unreadable, read_bytes

_BOM = b"\xef\xbb\xbf"
_TOKEN = re.compile(r"\\.|\[[!^]?\]?[^\]]*\]|.", re.DOTALL)


class _Pattern(NamedTuple):
    """One line: whether it ignores or keeps (``!``), and what of an entry it is asked of."""

    ignores: bool
    regex: re.Pattern[str]
    #: It holds for the name in whatever folder, else for the path from its file's folder.
    floating: bool
    folders_only: bool
    #: The glob of the name itself.
    last: str


class Ignored:
    """The patterns of one file, and of those in the folders *above*, which it overrules.

    *folder* is where its patterns start, a real path.
    """

    __slots__ = ("_above", "_cut", "_for_files", "_patterns")

    def __init__(self, data: bytes, folder: str, above: Ignored | None = None) -> None:
        self._above = above
        self._cut = len(os.path.join(folder, ""))
        self._patterns = tuple(_read_patterns(data))[::-1]
        self._for_files: dict[str, tuple[tuple[_Pattern, int], ...]] = {}

    def has_folder(self, path: str, name: str) -> bool:
        """Whether the folder *path*, a real path that ends with *name*, is ignored."""
        level: Ignored | None = self
        while level is not None:
            rest = path[level._cut :].replace(os.sep, "/")
            for pattern in level._patterns:
                if _names_entry(pattern.regex, name if pattern.floating else rest, folder=True):
                    return pattern.ignores
            level = level._above
        return False

    def has_file(self, path: str, name: str, suffix: str) -> bool:
        """As `has_folder`, for a file; *suffix* is its ending, empty where it has no dot."""
        patterns = self._for_files.get(suffix)
        if patterns is None:
            patterns = self._for_files[suffix] = tuple(self._list_fitting(suffix))
        for pattern, cut in patterns:
            asked = name if pattern.floating else path[cut:].replace(os.sep, "/")
            if _names_entry(pattern.regex, asked, folder=False):
                return pattern.ignores
        return False

    def _list_fitting(self, suffix: str) -> Iterator[tuple[_Pattern, int]]:
        """The few patterns that can be about a file with this ending: most are not."""
        level: Ignored | None = self
        while level is not None:
            for pattern in level._patterns:
                if not pattern.folders_only and _may_end(pattern.last, suffix):
                    yield pattern, level._cut
            level = level._above


def read_outside(folder: str, root: str) -> Ignored | None:
    """What holds in *folder* because of what is around it, without its own file.

    Read are the ``.gitignore`` of the folders above, up to the top of the git
    repository, where there is none up to *root*; and ``info/exclude``. Not read are the
    user's own file (``core.excludesFile``), so that a team sees the same everywhere,
    and the index: a tracked file that is ignored is left out.
    """
    above = [folder]
    while not os.path.lexists(os.path.join(above[-1], ".git")):
        parent = os.path.dirname(above[-1])
        if parent == above[-1]:
            above = above[: above.index(root) + 1]
            break
        above.append(parent)
    found = read_excluded(above[-1])
    for one in above[:0:-1]:
        found = read_beside(one, found)
    return found


def read_beside(folder: str, above: Ignored | None) -> Ignored | None:
    """*above* with the ``.gitignore`` in *folder*, where there is a readable one."""
    return _add_patterns(os.path.join(folder, ".gitignore"), folder, above)


def read_excluded(top: str) -> Ignored | None:
    """What ``info/exclude`` says of the repository at *top*, be it a worktree or a submodule."""
    git = os.path.join(top, ".git")
    if os.path.isfile(git):
        git = os.path.join(top, _read_path(git, "gitdir:"))
        git = os.path.join(git, _read_path(os.path.join(git, "commondir"), ""))
    return _add_patterns(os.path.join(git, "info", "exclude"), top, None)


def _read_path(path: str, label: str) -> str:
    """The path that a file of git's own names; empty where there is none."""
    try:
        return os.fsdecode(read_bytes(path)).removeprefix(label).strip()
    except Unreadable:
        return ""


def _add_patterns(path: str, folder: str, above: Ignored | None) -> Ignored | None:
    try:
        data = read_bytes(path)
    except Unreadable:  # git takes no link, folder or pipe for patterns either
        return above
    found = Ignored(data, folder, above)
    return found if found._patterns else above


def _read_patterns(data: bytes) -> Iterator[_Pattern]:
    for line in _split_lines(data):
        compiled = _compile_pattern(line)
        if compiled is not None:
            ignores, regex = compiled
            body = line.removeprefix("!")
            inner = body.removesuffix("/")
            last = inner.rpartition("/")[2]
            yield _Pattern(ignores, regex, "/" not in inner, inner != body, last)


def _compile_pattern(line: str) -> tuple[bool, re.Pattern[str]] | None:
    """None for what git takes no notice of either."""
    from pathspec import GitIgnoreSpec

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # re's on odd brackets, and those of pathspec's own ways
        try:
            (pattern,) = GitIgnoreSpec.from_lines([line]).patterns
        except (ValueError, re.error):
            return None
    if pattern.include is None or pattern.regex is None:
        return None
    return pattern.include, pattern.regex


def _split_lines(data: bytes) -> Iterator[str]:
    """The patterns of a file, as git cuts it."""
    for raw in data.removeprefix(_BOM).split(b"\n"):
        line = raw.removesuffix(b"\r").decode("utf-8", "surrogateescape")
        bare = line.rstrip(" ")
        if bare != line and (len(bare) - len(bare.rstrip("\\"))) % 2:
            bare += " "
        elif bare[-1:].isspace():  # a tab, say: part of the name, but pathspec would strip it
            bare = f"{bare[:-1]}[{bare[-1]}]"
        if bare.endswith("/**/"):  # pathspec takes it for the folder itself
            bare += "*/"
        if bare and not bare.startswith("#"):
            yield bare


def _names_entry(regex: re.Pattern[str], asked: str, *, folder: bool) -> bool:
    """Whether *regex* names the entry itself.

    pathspec's one group is the slash after a folder that the pattern names; where that
    is not the last one, a folder above is named.
    """
    if folder:
        found = regex.search(f"{asked}/")
        if found and found.lastindex:
            return found.end(1) == len(asked) + 1
    found = regex.search(asked)
    return found is not None and not found.lastindex


def _may_end(glob: str, suffix: str) -> bool:
    """Whether a name with *suffix*, or without any dot for none, may fit *glob*.

    True where it is not known.
    """
    if "[[" in glob or "**" in glob:
        return True
    tokens = _TOKEN.findall(glob)
    if not suffix:
        return "." not in tokens and "\\." not in tokens
    while tokens and suffix:
        token = tokens.pop()
        if token == "*":
            return True
        if token[0] == "[":
            token = token.replace("[^", "[!")
        elif token[0] == "\\":
            token = f"[{token[1]}]"
        if not fnmatchcase(suffix[-1], token):
            return False
        suffix = suffix[:-1]
    return not suffix
