"""What a scan found, cut into test items: one for each violating file and rule."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_ssot.model import Site, Verdict, Violation

if TYPE_CHECKING:  # it brings the scan along, which only some runs have a use for
    from pytest_ssot.policy.run.inventory import Inventory

#: A pytest mark: its name, its arguments, its keywords.
Mark = tuple[str, tuple[Any, ...], tuple[tuple[str, Any], ...]]

_PLAIN = (str, int, float)


class ScanFinding(NamedTuple):
    """The violations of one rule in one file that nobody has allowed. JSON both ways.

    ``critical`` are those sites that stand in mission-critical tests, ``marks``
    those around any of the sites.
    """

    path: str
    rule: str
    violations: tuple[Violation, ...]
    critical: tuple[Site, ...] = ()
    marks: tuple[Mark, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "path": self.path,
            "rule": self.rule,
            "violations": [violation.to_json() for violation in self.violations],
            "critical": [site.to_json() for site in self.critical],
            "marks": [[name, list(args), dict(keywords)] for name, args, keywords in self.marks],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ScanFinding:
        return cls(
            data["path"],
            data["rule"],
            tuple(Violation.from_json(raw) for raw in data["violations"]),
            tuple(Site.from_json(raw) for raw in data["critical"]),
            tuple((name, tuple(args), tuple(kw.items())) for name, args, kw in data["marks"]),
        )


def make_findings(inventory: Inventory) -> list[ScanFinding]:
    """The findings of *inventory*, sorted by path and rule.

    What is allowed, or not ours, is nobody's to change: that makes none.
    """

    def key(violation: Violation) -> tuple[str, str]:
        return violation.importer.path, violation.rule

    failing = [
        violation for violation in inventory.violations if violation.verdict is Verdict.FAILS
    ]
    return [
        _make_finding(path, rule, tuple(group), inventory)
        for (path, rule), group in groupby(sorted(failing, key=key), key=key)
    ]


def _make_finding(
    path: str, rule: str, violations: tuple[Violation, ...], inventory: Inventory
) -> ScanFinding:
    sites = dict.fromkeys(violation.importer for violation in violations)
    marks = [mark for site in sites for mark in inventory.marks.get(site, ()) if _is_plain(mark)]
    critical = tuple(site for site in sites if site in inventory.critical)
    return ScanFinding(path, rule, violations, critical, tuple(dict.fromkeys(marks)))


def _is_plain(mark: Mark) -> bool:
    """Whether source tells all of *mark*: what has to be run for its value does not."""
    _, args, keywords = mark
    return all(isinstance(argument, _PLAIN) for argument in (*args, *dict(keywords).values()))
