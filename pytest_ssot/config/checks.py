"""Checks of single values.

A check takes what was written and returns it in the form the program uses
(lists become tuples, dates dates), or raises ``Wrong``. Checks know nothing of
tables, so a value from TOML, an ini file, the command line or a rule pack is
judged alike. A list raises a group with one ``Wrong`` for each refused item.
"""

from __future__ import annotations

import builtins
import datetime
import keyword
import os
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pytest_ssot.config.mistakes import Wrong, described, nearest

Check = Callable[[object], Any]

REPORT_FORMATS = ("json",)

# What packaging.version reads without doubt; anything looser would only fail
# later, where it is compared.
_VERSION = re.compile(r"\d+(\.\d+)*((a|b|rc)\d+)?(\.post\d+)?(\.dev\d+)?", re.ASCII)
_DISTRIBUTION = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class ReportTo(NamedTuple):
    """A report that was asked for: its format, and the path to write it to."""

    format: str
    path: str


def text(value: object) -> str:
    """A string that says something."""
    if not isinstance(value, str):
        raise Wrong(f"must be a string, not {described(value)}")
    if not value.strip():
        raise Wrong("must not be empty")
    if "\0" in value:
        raise Wrong("must not contain a null character")
    return value


def boolean(value: object) -> bool:
    if not isinstance(value, bool):
        hint = None
        if isinstance(value, str) and value.lower() in ("true", "false"):
            hint = f"write {value.lower()} without quotes"
        raise Wrong(f"must be true or false, not {described(value)}", hint)
    return value


def choice(choices: tuple[str, ...]) -> Check:
    """One of these words."""

    def check(value: object) -> str:
        if isinstance(value, str) and value in choices:
            return value
        words = f"{', '.join(choices[:-1])} or {choices[-1]}"
        hint = nearest(value, choices) if isinstance(value, str) else None
        raise Wrong(f"must be {words}, not {described(value)}", hint)

    return check


def strings(item: Check = text, *, some: bool = False) -> Check:
    """A list, each item of which passes ``item``; with ``some``, at least one."""

    def check(value: object) -> tuple[Any, ...]:
        if isinstance(value, str):
            raise Wrong(
                f"must be a list of strings, not {described(value)}", f"write [{described(value)}]"
            )
        if not isinstance(value, (list, tuple)):
            raise Wrong(f"must be a list of strings, not {described(value)}")
        if some and not value:
            raise Wrong("must not be empty")
        return _items(item, value)

    return check


def _items(item: Check, values: Iterable[object]) -> tuple[Any, ...]:
    """The checked items; raises a group of Wrong for all that are refused."""
    found: list[Any] = []
    refused: list[Wrong] = []
    for number, value in enumerate(values, 1):
        try:
            found.append(item(value))
        except Wrong as wrong:
            refused.append(Wrong(f"item {number} {wrong.problem}", wrong.hint))
    if refused:
        raise ExceptionGroup("items", refused)
    return tuple(found)


def path_under(root: Path) -> Check:
    """A path or glob under the root; a path must exist, a glob may match nothing yet."""

    def check(value: object) -> str:
        path = text(value)
        if any(char in path for char in "*?["):
            return path
        try:
            full = os.path.realpath(root / path)
            if os.path.exists(full) and Path(full).is_relative_to(os.path.realpath(root)):
                return path
        except ValueError:  # what no file system can name
            pass
        raise Wrong(f"{described(path)} is no file or folder under the root")

    return check


def is_identifier(word: str) -> bool:
    return word.isidentifier() and not keyword.iskeyword(word)


def is_dotted(word: str) -> bool:
    return all(map(is_identifier, word.split(".")))


def identifier(value: object) -> str:
    word = text(value)
    if not is_identifier(word):
        raise Wrong(f"must be a name, not {described(word)}")
    return word


def module(value: object) -> str:
    """``a.b``."""
    word = text(value)
    if not is_dotted(word):
        raise Wrong(f'must be a dotted name like "a.b", not {described(word)}', _as_dotted(word))
    return word


def target(value: object) -> str:
    """``a.b`` or ``a.b:Name``."""
    word = text(value)
    owner, colon, name = word.partition(":")
    if not is_dotted(owner) or (colon and not is_identifier(name)):
        problem = f'must be a dotted name, "a.b" or "a.b:Name", not {described(word)}'
        raise Wrong(problem, _as_dotted(word))
    return word


def symbol(value: object) -> str:
    """``a.b:Name``."""
    word = target(value)
    if ":" not in word:
        raise Wrong(f'must name something in a module, "a.b:Name", not {described(word)}')
    return word


def callers(value: object) -> str:
    """``a.b``, ``a.b:name`` or ``a.b:Class.method``: a factory is often a class method."""
    word = text(value)
    owner, colon, name = word.partition(":")
    if not is_dotted(owner) or (colon and not is_dotted(name)):
        problem = f'must be "a.b", "a.b:name" or "a.b:Class.method", not {described(word)}'
        raise Wrong(problem, _as_dotted(word))
    return word


def _as_dotted(word: str) -> str | None:
    """A hint for a path where a dotted name is meant."""
    dotted = word.replace("\\", "/").removesuffix(".py").removesuffix("/__init__")
    dotted = dotted.strip("/").replace("/", ".")
    return f'did you mean "{dotted}"?' if dotted != word and is_dotted(dotted) else None


def renames(value: object) -> tuple[tuple[str, str], ...]:
    """A table of old names to new names."""
    if not isinstance(value, Mapping):
        raise Wrong(f'must be a table of names, {{ old = "new" }}, not {described(value)}')
    words = [word for pair in value.items() for word in pair]
    refused = [word for word in words if not (isinstance(word, str) and is_identifier(word))]
    if refused:
        raise Wrong(f"must map names to names; none: {', '.join(map(described, refused))}")
    return tuple(value.items())


def rule_id(value: object) -> str:
    """An id that can stand in a ``# ssot: allow[id]`` comment."""
    word = text(value)
    if not word.isprintable() or any(char in word for char in " [],"):
        raise Wrong(f"must have no blanks, brackets or commas, not {described(word)}")
    return word


def regex(value: object) -> str:
    pattern = text(value)
    try:
        re.compile(pattern)
    # A pattern can also be too large or too deep for the compiler.
    except (re.error, OverflowError, RecursionError) as error:
        raise Wrong(f"{described(pattern)} is no regular expression: {error}") from None
    return pattern


def date(value: object) -> datetime.date:
    # A datetime is a date to isinstance, but has an hour that nobody would honour.
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value
    if isinstance(value, str) and _ISO_DATE.fullmatch(value):
        try:
            return datetime.date.fromisoformat(value)
        except ValueError:
            pass
    raise Wrong(f"must be a date, YYYY-MM-DD, not {described(value)}")


def version(value: object) -> str:
    word = text(value)
    if not _VERSION.fullmatch(word):
        raise Wrong(f'must be a version like "2.0", not {described(word)}')
    return word


def distribution(value: object) -> str:
    word = text(value)
    if not _DISTRIBUTION.fullmatch(word):
        raise Wrong(f"must be the name of a distribution, not {described(word)}")
    return word


def category(value: object) -> str:
    """A warning category: a builtin one, or dotted and then resolved later, not here."""
    word = text(value)
    if not is_dotted(word):
        raise Wrong(f"must be a warning category, not {described(word)}")
    if "." in word or _is_warning(getattr(builtins, word, None)):
        return word
    known = [name for name, each in vars(builtins).items() if _is_warning(each)]
    if hasattr(builtins, word):
        raise Wrong(f"{described(word)} is a builtin, but no warning category")
    hint = nearest(word, known) or "write its module too, like package.module.Category"
    raise Wrong(f"{described(word)} is no builtin warning category", hint)


def _is_warning(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, Warning)


def report(value: object) -> ReportTo:
    """``FORMAT:PATH``."""
    kind, _, path = text(value).partition(":")
    if kind not in REPORT_FORMATS:
        known = ", ".join(REPORT_FORMATS)
        raise Wrong(f"unknown format {described(kind)}; there is: {known}")
    if not path.strip():
        raise Wrong(f"needs a path: {kind}:PATH")
    return ReportTo(kind, path)
