"""What a violation reads like: one wording for failures, summaries and lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby

from pytest_ssot.model import Kind, Site, Verdict, Violation
from pytest_ssot.rules.rule import Rule

_HEADLINES = {
    Kind.IMPORT: "deprecated import",
    Kind.SYMBOL: "deprecated name",
    Kind.WARNING: "deprecated call",
    Kind.CONSTRUCTION: "made outside its factory",
    Kind.DEFINITION: "defined again",
    Kind.OVERDUE: "overdue",
}


class Cause:
    """The violations of one rule's target by one importer: what has to be changed at once."""

    def __init__(self, violations: Iterable[Violation], rule: Rule | None) -> None:
        self.violations = tuple(violations)
        self.rule = rule
        self.first = self.violations[0]

    @property
    def importer(self) -> Site:
        return self.first.importer

    @property
    def key(self) -> tuple[str, int, str, str]:
        return (self.importer.path, self.importer.line, self.first.target, self.first.kind.value)

    def headline(self) -> str:
        """``deprecated import: a.b (rule-id, removed in 2.0)``."""
        first, rule = self.first, self.rule
        details = [] if first.rule == first.target else [first.rule]
        if rule is not None and rule.removed_in is not None:
            details.append(f"removed in {rule.removed_in}")
        suffix = f" ({', '.join(details)})" if details else ""
        return f"{_HEADLINES[first.kind]}: {first.target}{suffix}"

    def advice(self) -> list[str]:
        """What to write instead, why, and where; each line with its label."""
        lines = [f"says: {first_line(self.first.message)}"] if self.first.message else []
        if self.rule is not None:
            lines += self._replacements(self.rule)
            because = [self.rule.reason, self.rule.link]
            if any(because):
                lines.append(f"why:  {' '.join(filter(None, because))}")
        if self.note:
            lines.append(f"note: {self.note}")
        lines.append(f"fix:  change {self.importer}")
        return lines

    @property
    def note(self) -> str | None:
        """Why the baseline does not excuse what it has an entry for."""
        noted = (one.reason for one in self.violations if one.verdict is Verdict.FAILS)
        return next(filter(None, noted), None)

    def _replacements(self, rule: Rule) -> list[str]:
        lines: list[str] = []
        for violation in self.violations:
            line = rule.replacement(violation.target, violation.name)
            if line is not None:
                lines.append(f"use:  {line}")
            elif violation.name in rule.manual:
                lines.append(f"use:  nothing replaces {violation.name} line by line")
        return lines


def causes(violations: Iterable[Violation], rules: Mapping[str, Rule]) -> list[Cause]:
    """*violations*, sorted by importer, as the causes that they come from."""

    def key(violation: Violation) -> tuple[object, ...]:
        importer = violation.importer
        return (
            importer.path,
            importer.line,
            violation.target,
            violation.rule,
            violation.kind.value,
        )

    grouped = groupby(sorted(violations, key=key), key=key)
    return [Cause(group, rules.get(group_key[3])) for group_key, group in grouped]  # type: ignore[call-overload]


def first_line(text: str | None) -> str:
    return (text or "").strip().partition("\n")[0]


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
