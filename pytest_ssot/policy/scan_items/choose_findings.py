"""Which findings of a scan a run's arguments choose."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Sequence
from importlib.machinery import PathFinder
from pathlib import Path
from typing import NamedTuple

from pytest_ssot.errors import UsageError
from pytest_ssot.policy.scan_items.findings import ScanFinding

#: Between the path and the rule in the node id of a finding.
PART = "ssot"


class ChosenFindings(NamedTuple):
    """What of a scan was asked for: ``everything``, else what is *under* paths, or *exact*.

    Paths are relative to the root, with ``/``. ``exact`` are a path, a rule, empty for
    all rules, and the argument that says so. ``outside`` are arguments that lead out
    of the root, where nothing is scanned.
    """

    everything: bool = False
    under: tuple[str, ...] = ()
    exact: tuple[tuple[str, str, str], ...] = ()
    outside: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.everything or self.under or self.exact)

    def has_file(self, path: str) -> bool:
        """Whether all that there is in the file *path* was asked for."""
        return self.everything or any(
            path == folder or path.startswith(f"{folder}/") for folder in self.under
        )

    def select(self, found: Iterable[ScanFinding]) -> list[ScanFinding]:
        """Those of *found* that were asked for.

        Raises UsageError where one was asked for that is not there.
        """
        found = list(found)
        missing = [
            f"not found: {argument} (the scan has no such finding)"
            for path, rule, argument in self.exact
            if not any(_is_named(finding, path, rule) for finding in found)
        ]
        if missing:
            raise UsageError("\n".join(missing))
        return [
            finding
            for finding in found
            if self.has_file(finding.path)
            or any(_is_named(finding, path, rule) for path, rule, _ in self.exact)
        ]


def _is_named(finding: ScanFinding, path: str, rule: str) -> bool:
    return finding.path == path and rule in ("", finding.rule)


def is_finding(argument: str, rules: Collection[str]) -> bool:
    """Whether *argument* is the node id of a finding, or of all of a file, and of no test."""
    _, *parts = argument.split("::")
    return parts[:1] == [PART] and (len(parts) == 1 or "::".join(parts[1:]) in rules)


def choose_findings(
    arguments: Sequence[str], rules: Collection[str], root: Path, here: Path, *, packages: bool
) -> ChosenFindings:
    """What *arguments*, seen from *here*, choose: paths, node ids, with *packages* modules too.

    Raises UsageError for a finding in a file that is not there. What else is not there
    is for pytest to tell.
    """
    everything = False
    under: list[str] = []
    exact: list[tuple[str, str, str]] = []
    outside: list[str] = []
    for argument in arguments:
        name, *parts = argument.partition("[")[0].split("::")
        path = here / name
        if packages and not path.exists():
            path = _find_module(name) or path
        shown = os.path.relpath(os.path.realpath(path), os.path.realpath(root))
        shown = shown.replace(os.sep, "/")
        if is_finding(argument, rules):
            if not path.is_file() or _leads_out(shown):
                raise UsageError(f"file not found under the root: {argument}")
            exact.append((shown, "::".join(parts[1:]), argument))
        elif _leads_out(shown):
            outside.append(argument)
        elif shown == ".":
            everything = True
        else:
            under.append(shown)
    return ChosenFindings(everything, tuple(under), tuple(exact), tuple(outside))


def _leads_out(shown: str) -> bool:
    return shown == ".." or shown.startswith("../") or os.path.isabs(shown)


def _find_module(name: str) -> Path | None:
    """Where the module *name* is, found without importing what it is in."""
    where: Sequence[str] | None = None
    spec = None
    for end, part in enumerate(name.split("."), 1):
        spec = PathFinder.find_spec(".".join(name.split(".")[:end]), where) if part else None
        if spec is None:
            return None
        where = list(spec.submodule_search_locations or ())
    if where:
        return Path(where[0])
    return Path(spec.origin) if spec is not None and spec.origin else None
