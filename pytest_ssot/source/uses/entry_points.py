"""Entry points that pyproject.toml and setup.cfg declare: ``name = "a.b:main"``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pytest_ssot.model import Form, Scope, Site
from pytest_ssot.source.text.reading import Unreadable
from pytest_ssot.source.uses.matching import Matcher
from pytest_ssot.source.uses.use import Use

#: The tables of names and objects, and of groups of such.
_TABLES = (("project", "scripts"), ("project", "gui-scripts"), ("tool", "poetry", "scripts"))
_GROUPS = (("project", "entry-points"), ("tool", "poetry", "plugins"))
#: Poetry's keys for the object where more is told about it.
_KEYS = ("reference", "callable")

_SECTION = "options.entry_points"
_HEADER = re.compile(r"\[([^\]]+)\]")
_ENTRY = re.compile(r"[^#;=\s][^=]*=(?:.*=)?\s*([\w.]+(?::[\w.]+)?)\s*(?:\[[^\]]*\])?\s*")
_OBJECT = re.compile(r"\s*([\w.]+(?:\s*:\s*[\w.]+)?)\s*(?:\[[^\]]*\])?\s*")


class _Declared(NamedTuple):
    """An object that is named, and where: line from 1, column from 0."""

    name: str
    line: int
    column: int


def find_declared(path: str, data: bytes, matcher: Matcher) -> list[Use]:
    """The uses of targets in *data*, the content of *path*. Raises Unreadable."""
    try:
        text = data.decode().replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise Unreadable(f"not UTF-8: byte 0x{data[error.start]:02x}") from error
    found = _read_project(text) if path.endswith(".toml") else _read_setup(text)
    uses = []
    for one in found:
        hit = matcher.match_string(one.name)
        if hit is not None:
            site = Site(path, one.line, one.column)
            target = hit.target
            plain = (target.rule, target.text, hit.kind, hit.name, site, one.line)
            uses.append(Use(*plain, Form.STRING, Scope.MODULE))
    return uses


def _read_project(text: str) -> Iterator[_Declared]:
    import tomllib

    try:
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise Unreadable(f"no TOML: {error}") from error
    tables = [(path, _find_table(content, path)) for path in _TABLES]
    for path in _GROUPS:
        tables += [
            ((*path, one), _find_table(content, (*path, one))) for one in _find_table(content, path)
        ]
    for path, table in tables:
        for key, value in table.items():
            if isinstance(value, dict):
                value = next((value[one] for one in _KEYS if one in value), None)
            named = _OBJECT.fullmatch(value) if isinstance(value, str) else None
            if named is not None:
                yield _Declared("".join(named[1].split()), *_find_place(text, path, key, value))


def _find_table(content: Mapping[str, Any], path: tuple[str, ...]) -> Mapping[str, Any]:
    """The table at *path*; an empty one where there is none."""
    inner: Any = content
    for key in path:
        inner = inner.get(key) if isinstance(inner, dict) else None
    return inner if isinstance(inner, dict) else {}


def _find_place(text: str, path: tuple[str, ...], key: str, value: str) -> tuple[int, int]:
    """Line and column of *value*, which *key* in the table *path* has; no parser tells them."""
    headers = [_compile_header(path[:depth]).search(text) for depth in range(len(path), 0, -1)]
    starts = [header.start() for header in headers if header is not None]
    written = re.escape(value)
    with_key = re.compile(rf"(?:\b{re.escape(key)}\b[\"']?[^\n]*?=[^\n]*?[\"']){written}[\"']")
    alone = re.compile(rf"[\"']{written}[\"']")
    for pattern in (with_key, alone):
        for start in (*starts, 0):
            found = pattern.search(text, start)
            if found is not None:
                return _locate_index(text, found.end() - 1 - len(value))
    return _locate_index(text, starts[0] if starts else 0)


def _compile_header(path: tuple[str, ...]) -> re.Pattern[str]:
    keys = r"\s*\.\s*".join(rf"[\"']?{re.escape(one)}[\"']?" for one in path)
    return re.compile(rf"^\s*\[\s*{keys}\s*\]", re.MULTILINE)


def _locate_index(text: str, at: int) -> tuple[int, int]:
    start = text.rfind("\n", 0, at) + 1
    return text.count("\n", 0, start) + 1, at - start


def _read_setup(text: str) -> Iterator[_Declared]:
    import configparser

    try:
        configparser.RawConfigParser().read_string(text)
    except (configparser.Error, ValueError) as error:
        raise Unreadable(str(error).partition("\n")[0]) from error
    section = ""
    for number, line in enumerate(text.split("\n"), 1):
        header = _HEADER.match(line)
        section = header[1].strip() if header is not None else section
        entry = _ENTRY.fullmatch(line.strip()) if section == _SECTION else None
        if entry is not None:
            indent = len(line) - len(line.lstrip())
            yield _Declared(entry[1], number, indent + entry.start(1))
