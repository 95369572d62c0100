"""Checks of single values.

A check takes what was written and returns it in the form the program uses
(lists become tuples, dates dates), or raises ``Wrong``. Checks know nothing of
tables, so a value from TOML, an ini file, the command line or a rule pack is
judged alike. A list raises a group with one ``Wrong`` for each refused item.
"""

from __future__ import annotations

import builtins
import datetime
import os
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pytest_ssot.config.mistakes import Wrong, describe_value, hint_nearest
from pytest_ssot.config.names import check_text, is_dotted, is_identifier
from pytest_ssot.config.report_formats import FORMATS

Check = Callable[[object], Any]

# Patterns are compiled where they are used: few projects need them at pytest's start.
# What packaging.version reads without doubt; anything looser would only fail
# later, where it is compared.
_VERSION = r"[0-9]+(\.[0-9]+)*((a|b|rc)[0-9]+)?(\.post[0-9]+)?(\.dev[0-9]+)?"
_DISTRIBUTION = r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?"
_ISO_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"


class ReportTo(NamedTuple):
    """A report that was asked for: its format, and the path to write it to, if any."""

    format: str
    path: str | None


def check_boolean(value: object) -> bool:
    if not isinstance(value, bool):
        hint = None
        if isinstance(value, str) and value.lower() in ("true", "false"):
            hint = f"write {value.lower()} without quotes"
        raise Wrong(f"must be true or false, not {describe_value(value)}", hint)
    return value


def check_choice_of(choices: tuple[str, ...]) -> Check:
    """One of these words."""

    def check(value: object) -> str:
        if isinstance(value, str) and value in choices:
            return value
        words = f"{', '.join(choices[:-1])} or {choices[-1]}"
        hint = hint_nearest(value, choices) if isinstance(value, str) else None
        raise Wrong(f"must be {words}, not {describe_value(value)}", hint)

    return check


def check_strings(item: Check = check_text, *, some: bool = False) -> Check:
    """A list, each item of which passes ``item``; with ``some``, at least one."""

    def check(value: object) -> tuple[Any, ...]:
        if isinstance(value, str):
            raise Wrong(
                f"must be a list of strings, not {describe_value(value)}",
                f"write [{describe_value(value)}]",
            )
        if not isinstance(value, (list, tuple)):
            raise Wrong(f"must be a list of strings, not {describe_value(value)}")
        if some and not value:
            raise Wrong("must not be empty")
        return _check_items(item, value)

    return check


def _check_items(item: Check, values: Iterable[object]) -> tuple[Any, ...]:
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


def check_path_under(root: Path) -> Check:
    """A path or glob under the root; a path must exist, a glob may match nothing yet."""

    def check(value: object) -> str:
        path = check_text(value)
        if any(char in path for char in "*?["):
            return path
        try:
            # Not resolved: a symbolic link under the root may lead anywhere.
            full = os.path.abspath(root / path)
            if os.path.exists(full) and Path(full).is_relative_to(os.path.abspath(root)):
                return path
        except ValueError:  # what no file system can name
            pass
        raise Wrong(f"{describe_value(path)} is no file or folder under the root")

    return check


def check_renames(value: object) -> tuple[tuple[str, str], ...]:
    """A table of old names to new names."""
    if not isinstance(value, Mapping):
        raise Wrong(f'must be a table of names, {{ old = "new" }}, not {describe_value(value)}')
    words = [word for pair in value.items() for word in pair]
    refused = [word for word in words if not (isinstance(word, str) and is_identifier(word))]
    if refused:
        raise Wrong(f"must map names to names; none: {', '.join(map(describe_value, refused))}")
    return tuple(value.items())


def check_rule_id(value: object) -> str:
    """An id that can stand in a ``# ssot: allow[id]`` comment."""
    word = check_text(value)
    if not word.isprintable() or any(char in word for char in " [],"):
        raise Wrong(f"must have no blanks, brackets or commas, not {describe_value(word)}")
    return word


def check_regex(value: object) -> str:
    pattern = check_text(value)
    try:
        re.compile(pattern)
    # A pattern can also be too large or too deep for the compiler.
    except (re.error, OverflowError, RecursionError) as error:
        raise Wrong(f"{describe_value(pattern)} is no regular expression: {error}") from None
    return pattern


def check_date(value: object) -> datetime.date:
    # A datetime is a date to isinstance, but has an hour that nobody would honour.
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value
    if isinstance(value, str) and re.fullmatch(_ISO_DATE, value):
        try:
            return datetime.date.fromisoformat(value)
        except ValueError:
            pass
    raise Wrong(f"must be a date, YYYY-MM-DD, not {describe_value(value)}")


def check_version(value: object) -> str:
    word = check_text(value)
    if not re.fullmatch(_VERSION, word):
        raise Wrong(f'must be a version like "2.0", not {describe_value(word)}')
    return word


def check_distribution(value: object) -> str:
    word = check_text(value)
    if not re.fullmatch(_DISTRIBUTION, word):
        raise Wrong(f"must be the name of a distribution, not {describe_value(word)}")
    return word


def check_category(value: object) -> str:
    """A warning category: a builtin one, or dotted and then resolved later, not here."""
    word = check_text(value)
    if not is_dotted(word):
        raise Wrong(f"must be a warning category, not {describe_value(word)}")
    if "." in word or _is_warning(getattr(builtins, word, None)):
        return word
    known = [name for name, each in vars(builtins).items() if _is_warning(each)]
    if hasattr(builtins, word):
        raise Wrong(f"{describe_value(word)} is a builtin, but no warning category")
    hint = hint_nearest(word, known) or "write its module too, like package.module.Category"
    raise Wrong(f"{describe_value(word)} is no builtin warning category", hint)


def _is_warning(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, Warning)


def check_report(value: object) -> ReportTo:
    """``FORMAT:PATH``, or a ``FORMAT`` that needs no path."""
    name, colon, path = check_text(value).partition(":")
    row = FORMATS.get(name)
    if row is None:
        known = ", ".join(FORMATS)
        raise Wrong(f"unknown format {describe_value(name)}; there is: {known}")
    if row.written_by_pytest and colon:
        raise Wrong(f"takes no path: {name}", f"name the file with pytest's --{name}xml")
    if not colon and (row.printed or row.written_by_pytest):
        return ReportTo(name, None)
    if not path.strip():
        raise Wrong(f"needs a path: {name}:PATH")
    return ReportTo(name, path)
