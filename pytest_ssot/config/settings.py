"""The settings of one run, and which of their sources wins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pytest_ssot.config.checks import ReportTo
from pytest_ssot.config.mistakes import Mistakes, Place, Wrong
from pytest_ssot.config.options import OPTIONS, Option


class Settings(NamedTuple):
    """The options' values (``OPTIONS`` says what each is and its default).

    ``root`` is the folder that paths are relative to, ``file`` its
    ``pyproject.toml`` where that has a ``[tool.pytest-ssot]``.
    """

    root: Path
    file: Path | None
    first_party: tuple[str, ...]
    exclude: tuple[str, ...]
    mission_critical: tuple[str, ...]
    markers: tuple[str, ...]
    warnings: tuple[str, ...]
    discover: bool
    indirect: str
    suppressed: str
    subprocess: bool
    baseline: str
    update_baseline: bool
    strict: bool
    scan: bool
    report: tuple[ReportTo, ...]
    chain: bool

    def baseline_path(self, typed_in: Path | None) -> Path:
        """The baseline's file: seen from the folder that it was *typed_in*, else from the root."""
        return (self.root if typed_in is None else typed_in) / self.baseline


class SettingsSource(NamedTuple):
    """Raw values by option name from one place; None is as good as absent.

    ``spelled`` is how the user writes an option's name there.
    """

    place: Place
    values: Mapping[str, object]
    spelled: Callable[[Option], str]

    def place_of(self, option: Option) -> Place:
        position = list(self.values).index(option.name)
        return self.place._replace(order=(*self.place.order, position))


def make_settings(
    root: Path, file: Path | None, sources: tuple[SettingsSource, ...], mistakes: Mistakes
) -> Settings:
    """The settings; a refused value is added to the mistakes and counts as absent."""
    values = {option.attribute: _find_winner(option, root, sources, mistakes) for option in OPTIONS}
    return Settings(root=root, file=file, **values)


def _find_winner(
    option: Option, root: Path, sources: tuple[SettingsSource, ...], mistakes: Mistakes
) -> Any:
    """The value of the first source that has one, else the default.

    All are checked: a mistake that the command line hides today is one all the same.
    """
    found: list[Any] = []
    for source in sources:
        raw = source.values.get(option.name)
        if raw is None:
            continue
        with mistakes.gather(source.place_of(option), source.spelled(option)):
            if isinstance(raw, Exception):  # pytest refused it; see Option.ini_type
                raise Wrong(str(raw))
            found.append(option.make_check(root)(raw))
    return found[0] if found else option.default
