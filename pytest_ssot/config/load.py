"""Reads the project's configuration from everywhere it can be written."""

from __future__ import annotations

from collections.abc import Mapping
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

from pytest_ssot.config.mistakes import Mistakes, Place, Wrong, describe_value, hint_nearest
from pytest_ssot.config.options import OPTIONS
from pytest_ssot.config.schema import SCHEMAS, Table, check_table
from pytest_ssot.config.settings import Settings, SettingsSource, make_settings
from pytest_ssot.config.toml import parse_toml

FILE = "pyproject.toml"
SECTION = "tool.pytest-ssot"


class LoadedConfig(NamedTuple):
    """The settings and the checked tables, by what else is to be built from them."""

    settings: Settings
    rules: tuple[Table, ...]
    single: tuple[Table, ...]
    factories: tuple[Table, ...]
    allow: tuple[Table, ...]


def load_config(
    root: Path,
    ini: Mapping[str, object],
    flags: Mapping[str, object],
    mistakes: Mistakes,
) -> LoadedConfig:
    """The configuration of the project at ``root``.

    Settings come from the command line, else pytest's ini, else
    ``root/pyproject.toml``, else the default; tables from ``pyproject.toml``
    only. Nothing is raised: what is wrong is added to ``mistakes``.
    """
    section: dict[str, Any] | None = None
    with mistakes.gather(Place(FILE)):
        section = _read_section(root / FILE)
    written = section or {}
    _check_names(written, mistakes)
    sources = (
        SettingsSource(Place("command line", order=(2,)), flags, attrgetter("flag_name")),
        SettingsSource(Place("pytest's configuration", order=(1,)), ini, attrgetter("ini")),
        SettingsSource(Place(FILE, f"[{SECTION}]", (0,)), written, attrgetter("name")),
    )
    file = None if section is None else root / FILE
    settings = make_settings(root, file, sources, mistakes)
    return LoadedConfig(
        settings, **{name: _check_list(name, written, mistakes) for name in SCHEMAS}
    )


def is_configured(folder: Path) -> bool:
    """Whether the file in *folder* has our tables, or cannot be read, which is to be told."""
    try:
        return _read_section(folder / FILE) is not None
    except Wrong:
        return True


def find_configured_above(root: Path) -> Path | None:
    """The nearest folder above *root* whose file has our tables, which do not hold in *root*."""
    for folder in root.parents:
        try:
            if _read_section(folder / FILE) is not None:
                return folder
        except Wrong:
            continue
    return None


def _read_section(path: Path) -> dict[str, Any] | None:
    """``[tool.pytest-ssot]``, None if there is none; raises Wrong if it cannot be read."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Wrong(f"cannot be read: {error.strerror}") from None
    # Most runs of pytest are in projects that never heard of us: no parser for them.
    # In UTF-16, as some editors write it, our name has NULs in between: the parser tells.
    if not any(word in data for word in (b"pytest-ssot", b"pytest_ssot", b"\0")):
        return None
    tool = parse_toml(data).get("tool")
    if not isinstance(tool, dict):
        return None
    if "pytest_ssot" in tool:
        raise Wrong("unknown table [tool.pytest_ssot]", f"did you mean [{SECTION}]?")
    section = tool.get("pytest-ssot")
    if section is not None and not isinstance(section, dict):
        raise Wrong(f"[{SECTION}] must be a table, not {describe_value(section)}")
    return section


def _check_names(section: Mapping[str, object], mistakes: Mistakes) -> None:
    known = [*(option.name for option in OPTIONS), *SCHEMAS]
    for position, name in enumerate(section):
        if name not in known:
            place = Place(FILE, f"[{SECTION}]", (0, position))
            hint = hint_nearest(name, known)
            mistakes.add(place, f"unknown key {describe_value(name)}", hint=hint)


def _check_list(name: str, section: Mapping[str, object], mistakes: Mistakes) -> tuple[Table, ...]:
    entries = section.get(name, [])
    position = list(section).index(name) if name in section else 0
    place = Place(FILE, f"[{SECTION}.{name}]", (0, position))
    if not isinstance(entries, list):
        problem = f"must be a list of tables, not {describe_value(entries)}"
        mistakes.add(place, problem, hint=f"write [[{SECTION}.{name}]]")
        return ()
    return tuple(
        check_table(SCHEMAS[name], entry, place, number, mistakes)
        for number, entry in enumerate(entries, 1)
    )
