"""Globs on dotted names, on paths and on node ids: one meaning each, everywhere."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import translate
from functools import lru_cache


def path_matches(path: str, patterns: Iterable[str]) -> bool:
    """Whether *path* (relative, with ``/``) is one of *patterns*, below one, or fits one."""
    return any(_covers(path, pattern.removeprefix("./").rstrip("/"), "/") for pattern in patterns)


def name_matches(dotted: str, patterns: Iterable[str]) -> bool:
    """Whether *dotted* is one of *patterns*, below one, or fits one."""
    return any(_covers(dotted, pattern, ".") for pattern in patterns)


def node_matches(nodeid: str, patterns: Iterable[str]) -> bool:
    """Whether the test *nodeid* is one of *patterns*, in one (a file, a class), or fits one."""
    return any(
        _covers(nodeid, pattern, "::")
        or _covers(nodeid, pattern.rstrip("/"), "/")
        or nodeid.startswith(pattern + "[")
        for pattern in patterns
    )


def importer_matches(path: str, module: str, patterns: Iterable[str]) -> bool:
    """Whether an importer fits one of *patterns*: globs on its path or its dotted name.

    The dotted name is the module's own, and what its path spells: a test file
    may be loaded under another name than where it stands.
    """
    spelled = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    for pattern in patterns:
        if "/" in pattern or pattern.endswith(".py"):
            if path_matches(path, (pattern,)):
                return True
        elif name_matches(module, (pattern,)) or name_matches(spelled, (pattern,)):
            return True
    return False


def _covers(value: str, pattern: str, separator: str) -> bool:
    if value == pattern or value.startswith(pattern + separator):
        return True
    return any(one in pattern for one in "*?[") and _compiled(pattern).match(value) is not None


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(translate(pattern))
