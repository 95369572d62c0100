"""What should be gone by now: a target of a version that is there, and that still stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pytest_ssot.config.load import FILE
from pytest_ssot.config.mistakes import Wrong
from pytest_ssot.config.toml import parse_toml
from pytest_ssot.model import Kind, Site, Violation
from pytest_ssot.patterns import path_matches
from pytest_ssot.policy.baseline.entries import EntryKey
from pytest_ssot.rules.configured import Configured
from pytest_ssot.rules.rule import Rule

if TYPE_CHECKING:  # it parses, which few runs have a use for
    from pytest_ssot.source.names.still_there import Standing

#: What `Due.unknown` begins with, wherever it is told.
UNKNOWN = "overdue or not:"


class Overdue(NamedTuple):
    """A target that is still there, as a *violation*; up to *end_line* comments may allow it."""

    violation: Violation
    end_line: int

    def add_uses(self, number: Mapping[str, int]) -> Overdue:
        uses = number.get(self.violation.rule, 0)
        told = "1 use is left" if uses == 1 else f"{uses or 'no'} uses are left"
        message = f"{self.violation.message}, {told} in source"
        return self._replace(violation=self.violation._replace(message=message))


class Due(NamedTuple):
    """What is *overdue*, and of what nobody can tell, as sentences.

    ``waiting`` is, as the baseline would have it, what stands, or may, and is not overdue
    here: it may be so elsewhere.
    """

    overdue: tuple[Overdue, ...] = ()
    unknown: tuple[str, ...] = ()
    waiting: frozenset[EntryKey] = frozenset()

    def add_uses(self, number: Mapping[str, int]) -> Due:
        """The same, with the *number* of uses by rule that source has left."""
        return self._replace(overdue=tuple(overdue.add_uses(number) for overdue in self.overdue))


def find_overdue(configured: Configured, is_read: Callable[[str], bool] | None = None) -> Due:
    """The targets of all rules with a version and a distribution, compared by PEP 440.

    *is_read* tells of a file, relative to the root, whether a scan of everything reads it.
    """
    rules = [rule for rule in configured.rules.rules if rule.removed_in and rule.distribution]
    if not rules:
        return Due()
    from pytest_ssot.source.names.still_there import Standings

    root = configured.settings.root
    is_read = is_read or _make_is_read(configured)
    standings, versions = Standings(root), Versions(root)
    overdue, unknown, waiting = [], [], set()
    for rule in rules:
        if rule.origin != FILE and not standings.has_top(rule.module):
            continue  # a library's rule, for its own
        stands = standings.find_standing(rule.module, rule.name, inside=rule.submodules)
        if stands.file is None or stands.exists is False or not is_read(stands.file):
            continue
        found = versions.of(rule.distribution or "")
        is_due = found.reaches_version(rule.removed_in or "")
        if stands.exists and is_due:
            site = Site(stands.file, stands.line, stands.column)
            message = (
                f"{rule.distribution} is {found.text}: delete {describe_standing(rule, stands)}"
            )
            overdue.append(Overdue(_make_violation(rule, site, message), stands.end_line))
            continue
        waiting.add(EntryKey(stands.file, rule.id, rule.name, Kind.OVERDUE.value))
        if is_due is None:
            unknown.append(f"{UNKNOWN} {rule.deprecated}, as {found.why}")
        elif is_due:
            unknown.append(f"{UNKNOWN} {rule.deprecated}, as {stands.file} does not tell its names")
    return Due(tuple(overdue), tuple(unknown), frozenset(waiting))


def describe_standing(rule: Rule, stands: Standing) -> str:
    """What there is to delete of the target: a file, a folder, or a name in a file."""
    if rule.name is not None and not stands.whole:
        line = f":{stands.line}" if stands.exists else ""
        return f"{rule.name} in {stands.file}{line}"
    if stands.folder is not None and rule.submodules:
        return f"{stands.folder}/"
    return f"what {stands.file} gives" if stands.folder is not None else str(stands.file)


def _make_violation(rule: Rule, site: Site, message: str) -> Violation:
    return Violation(
        rule=rule.id,
        kind=Kind.OVERDUE,
        target=rule.deprecated,
        name=rule.name,
        importer=site,
        seen=("static",),
        message=message,
    )


def _make_is_read(configured: Configured) -> Callable[[str], bool]:
    from pytest_ssot.source.project.left_out import explain_left_out

    root, exclude = configured.settings.root, configured.settings.exclude
    return lambda path: not path_matches(path, exclude) and explain_left_out(root, path) is None


class Version(NamedTuple):
    """A distribution's version as it is written, None where there is none; and why."""

    text: str | None
    why: str = ""

    def reaches_version(self, removed_in: str) -> bool | None:
        """Whether it is *removed_in* or newer; a pre-release is older. None if nobody knows."""
        from packaging.version import Version as Parsed

        return None if self.text is None else Parsed(self.text) >= Parsed(removed_in)


class Versions:
    """The versions of distributions: installed, else what the project at *root* has of itself."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.of = lru_cache(maxsize=None)(self._find)

    def _find(self, name: str) -> Version:
        from importlib.metadata import PackageNotFoundError, version

        from packaging.version import InvalidVersion
        from packaging.version import Version as Parsed

        written: object
        try:
            written = version(name)
        except PackageNotFoundError:
            project = self._read_project()
            if _normalize_name(str(project.get("name", ""))) != _normalize_name(name):
                return Version(None, f"{name} is not installed")
            written = project.get("version")
            if written is None:
                return Version(None, f"{name} is not installed, and has no static version")
        except (KeyError, ValueError, OSError) as error:  # metadata that is damaged
            return Version(None, f"the metadata of {name} cannot be read: {error}")
        try:
            return Version(str(Parsed(str(written))))
        except InvalidVersion:
            return Version(None, f"the version of {name}, {written!r}, is none of PEP 440")

    def _read_project(self) -> Mapping[str, object]:
        """``[project]`` of pyproject.toml; nothing where there is none."""
        try:
            project = parse_toml((self._root / FILE).read_bytes()).get("project")
        except (OSError, Wrong):
            return {}
        return project if isinstance(project, dict) else {}


def _normalize_name(name: str) -> str:
    """As PEP 503 has it."""
    from packaging.utils import canonicalize_name

    return canonicalize_name(name)
