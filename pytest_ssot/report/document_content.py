"""What formatters read of a JSON document, so that all of them count and word alike."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from pytest_ssot.model import Verdict, Violation
from pytest_ssot.report.violation_text import Cause, group_causes
from pytest_ssot.rules.rule_keys import rule_from_report
from pytest_ssot.rules.ruleset import AnyRule

#: What may stand in a web address as it is, besides letters and digits.
_RESERVED = "/?#@!$&'()*+,;=%:"


class RuleCount(NamedTuple):
    """How many violations a rule has, by verdict; ``rule`` is None where only its id is known."""

    id: str
    rule: AnyRule | None
    counts: Counter[Verdict]

    @property
    def link_address(self) -> str | None:
        """The rule's link as a URI; None where it is no address of the web."""
        link = (self.rule and self.rule.link) or ""
        if not link.startswith(("http://", "https://")):
            return None
        percent = re.sub("%(?![0-9A-Fa-f]{2})", "%25", link)
        return quote(percent, _RESERVED, errors="replace")


class Content(NamedTuple):
    """A document. ``rules`` has what rules say, ``ids`` all that the document lists."""

    version: str
    violations: tuple[Violation, ...]
    rules: Mapping[str, AnyRule]
    ids: tuple[str, ...]
    unreadable: tuple[tuple[str, str], ...]
    not_observed: tuple[str, ...]
    errors: tuple[str, ...]
    remembered: tuple[Violation, ...]

    def count_verdicts(self) -> Counter[Verdict]:
        return Counter(violation.verdict for violation in self.violations)

    def list_verdicts(self) -> list[Verdict]:
        """Those that occur, and ``fails`` in any case."""
        counts = self.count_verdicts()
        return [verdict for verdict in Verdict if counts[verdict] or verdict is Verdict.FAILS]

    def describe_totals(self) -> str:
        """``fails: 3, known: 1``."""
        counts = self.count_verdicts()
        return ", ".join(f"{verdict.value}: {counts[verdict]}" for verdict in self.list_verdicts())

    def group_causes(self, verdict: Verdict) -> list[Cause]:
        """What has this verdict, by importer."""
        return group_causes(
            (violation for violation in self.violations if violation.verdict is verdict), self.rules
        )

    def count_by_rule(self) -> list[RuleCount]:
        """Every rule, the one that fails most first."""
        counts: dict[str, Counter[Verdict]] = {name: Counter() for name in self.ids}
        for violation in self.violations:  # a warning that no rule covers goes by its category
            counts.setdefault(violation.rule, Counter())[violation.verdict] += 1
        rows = [RuleCount(name, self.rules.get(name), found) for name, found in counts.items()]
        return sorted(rows, key=_most_first)


def _most_first(row: RuleCount) -> tuple[int, int, str]:
    return (-row.counts[Verdict.FAILS], -row.counts.total(), row.id)


def read_content(data: Mapping[str, Any]) -> Content:
    """The content of a document of ``docs/report.md``."""
    return Content(
        version=data["tool"]["version"],
        violations=tuple(map(Violation.from_json, data["violations"])),
        rules={
            rule_entry["id"]: rule
            for rule_entry in data["rules"]
            if (rule := rule_from_report(rule_entry)) is not None
        },
        ids=tuple(rule_entry["id"] for rule_entry in data["rules"]),
        unreadable=tuple((file["path"], file["error"]) for file in data["unreadable"]),
        not_observed=tuple(data["not_observed"]),
        errors=tuple(data["errors"]),
        remembered=tuple(map(Violation.from_json, data["remembered"])),
    )
