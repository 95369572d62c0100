"""Globs on dotted names, on paths and on node ids: one meaning each, everywhere."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import translate
from functools import lru_cache


def path_matches(path: str, patterns: Iterable[str]) -> bool:
    """Whether *path* (relative, with ``/``) is one of *patterns*, below one, or fits one."""
    return _compile_patterns(tuple(patterns), "/").match(path) is not None


def name_matches(dotted: str, patterns: Iterable[str]) -> bool:
    """Whether *dotted* is one of *patterns*, below one, or fits one."""
    return _compile_patterns(tuple(patterns), ".").match(dotted) is not None


def node_matches(nodeid: str, patterns: Iterable[str]) -> bool:
    """Whether the test *nodeid* is one of *patterns*, in one (a file, a class), or fits one."""
    patterns = tuple(patterns)
    return (
        _compile_patterns(patterns, "::").match(nodeid) is not None
        or _compile_patterns(patterns, "/").match(nodeid) is not None
        or any(nodeid.startswith(f"{pattern}[") for pattern in patterns)
    )


def as_dotted(path: str) -> str:
    """The dotted name that the *path* of a file spells."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def importer_matches(path: str, module: str, patterns: Iterable[str]) -> bool:
    """Whether an importer fits one of *patterns*: globs on its path or its dotted name.

    The dotted name is the module's own, and what its path spells: a test file
    may be loaded under another name than where it stands.
    """
    spelled = as_dotted(path)
    for pattern in patterns:
        if "/" in pattern or pattern.endswith(".py"):
            if path_matches(path, (pattern,)):
                return True
        elif name_matches(module, (pattern,)) or name_matches(spelled, (pattern,)):
            return True
    return False


@lru_cache(maxsize=1024)
def _compile_patterns(patterns: tuple[str, ...], separator: str) -> re.Pattern[str]:
    """What is one of *patterns*, below one, or fits one; it is asked for every file there is."""
    return re.compile(
        "|".join(_translate_pattern(pattern, separator) for pattern in patterns) or "(?!)"
    )


def _translate_pattern(pattern: str, separator: str) -> str:
    if separator == "/":
        pattern = pattern.removeprefix("./").rstrip("/")
    below = rf"(?s:{re.escape(pattern)}(?:{re.escape(separator)}.*)?)\Z"
    return (
        f"{below}|{translate(pattern)}"
        if any(character in pattern for character in "*?[")
        else below
    )
