"""What a violation reads like: one wording for failures, summaries and lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby

from pytest_ssot.model import Form, Kind, Site, Suspect, Verdict, Violation
from pytest_ssot.patterns import as_dotted
from pytest_ssot.rules.ownership import Factory
from pytest_ssot.rules.rule import Rule
from pytest_ssot.rules.ruleset import AnyRule


class Cause:
    """The violations of one rule's target by one importer: what has to be changed at once."""

    def __init__(self, violations: Iterable[Violation], rule: AnyRule | None) -> None:
        self.violations = tuple(violations)
        self.rule = rule
        self.first = self.violations[0]

    @property
    def importer(self) -> Site:
        return self.first.importer

    @property
    def key(self) -> tuple[str, int, str, str]:
        return (self.importer.path, self.importer.line, self.first.target, self.first.kind.value)

    def make_headline(self) -> str:
        first = self.first
        what = self.named if first.kind.traits.is_another else first.target
        rule_id = what if first.rule == first.target else first.rule
        return make_headline(first.kind, what, rule_id, self.rule, first.form)

    @property
    def named(self) -> str:
        """The target: ``a.b:Name as Other`` of another of it, the call where it is made."""
        traits = self.first.kind.traits
        if traits.is_another:
            return name_with_others(self.first.target, self.list_names())
        return self.first.target + traits.suffix

    def list_advice(self) -> list[str]:
        """What to write instead, why, and where; each line with its label."""
        says = self.quote_message()
        if self.first.kind.traits.stands:
            return self._advise_deletion(says)
        lines = [f"says: {says}"] if says else []
        lines += [f"use:  {line}" for line in self.list_replacements()]
        if self.rule is not None:
            lines += list_reasons(self.rule)
            if self.leads_here:
                lines.append(f"note: {advise_passing_on(self.leads_here)}")
        if self.note:
            lines.append(f"note: {self.note}")
        to_do = self.first.kind.traits.wording_of(self.first.form).to_do
        lines.append(f"fix:  {to_do} {self.importer}")
        return lines

    def _advise_deletion(self, says: str) -> list[str]:
        lines = [f"now:  {says.partition(': ')[0]}"]
        lines += list_reasons(self.rule) if self.rule is not None else []
        lines += [f"note: {self.note}"] if self.note else []
        return [*lines, f"fix:  {describe_deletion(self.first)}"]

    @property
    def title(self) -> str:
        """What is wrong with it; empty for a use of what is deprecated."""
        traits = self.first.kind.traits
        return "" if traits.is_use else traits.wording_of(self.first.form).title

    @property
    def leads_here(self) -> str | None:
        """The module that the rule says to use, where that is the importer itself."""
        if not isinstance(self.rule, Rule) or self.rule.use is None:
            return None
        module = self.rule.use.partition(":")[0]
        return module if self._is_in(module) else None

    def _is_in(self, module: str) -> bool:
        return f".{as_dotted(self.importer.path)}".endswith(f".{module}")

    @property
    def note(self) -> str | None:
        """Why the baseline does not excuse what it has an entry for."""
        noted = (
            violation.reason for violation in self.violations if violation.verdict is Verdict.FAILS
        )
        return next(filter(None, noted), None)

    def quote_message(self) -> str:
        """What a warning says, its first line; empty for what is no warning."""
        return cut_first_line(self.first.message)

    def list_names(self) -> list[str]:
        """What was taken from the target, as far as names say it."""
        return list(
            dict.fromkeys(
                violation.name for violation in self.violations if violation.name is not None
            )
        )

    def list_tests(self) -> list[str]:
        """The node ids of those that saw it, sorted."""
        return sorted({test for violation in self.violations for test in violation.tests})

    def describe_seen_by(self) -> str:
        """``2 tests``; where there is none, whether a run saw it at all."""
        if self.list_tests():
            return count_noun(len(self.list_tests()), "test")
        executed = any("runtime" in violation.seen for violation in self.violations)
        return "outside any test" if executed else "in source"

    def list_replacements(self) -> list[str]:
        """The import line to write for each name, or that there is none."""
        if isinstance(self.rule, Factory):
            module, _, caller = self.rule.use.partition(":")
            if caller and self._is_in(module):
                return [caller]  # there is nothing to import
        if self.rule is None or self.leads_here:  # nobody takes a name from himself
            return []
        if self.first.kind.traits.stands:  # it is to go, and nothing to come
            return []
        lines: list[str] = []
        for violation in self.violations:
            line = self.rule.write_replacement(violation.target, violation.name)
            if line is not None:
                lines.append(line)
            elif isinstance(self.rule, Rule) and violation.name in self.rule.manual:
                lines.append(f"nothing replaces {violation.name} line by line")
        return list(dict.fromkeys(lines))


def group_causes(violations: Iterable[Violation], rules: Mapping[str, AnyRule]) -> list[Cause]:
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


def make_headline(
    kind: Kind, target: str, rule_id: str, rule: AnyRule | None, form: Form | None = None
) -> str:
    """``deprecated import: a.b (rule-id, removed in 2.0)``."""
    # What an id is where nobody chose one says nothing new.
    details = [] if rule_id in (target, target + kind.traits.suffix) else [rule_id]
    if isinstance(rule, Rule) and rule.removed_in is not None:
        details.append(f"removed in {rule.removed_in}")
    suffix = f" ({', '.join(details)})" if details else ""
    return f"{kind.traits.wording_of(form).title}: {target}{suffix}"


def is_use(violation: Violation) -> bool:
    """Whether it is a use of what is deprecated."""
    return violation.kind.traits.is_use


def name_with_others(target: str, names: Iterable[str]) -> str:
    """``a.b:Name as Other, Another``; what is called the same is not named again."""
    others = [name for name in names if name != target.partition(":")[2]]
    return f"{target} as {', '.join(others)}" if others else target


def describe_deletion(violation: Violation) -> str:
    """What to do about a target that is overdue: the end of its message."""
    return (violation.message or "").partition(": ")[2]


def advise_passing_on(module: str) -> str:
    """What to do about the module that a rule leads to, where it takes from the old one."""
    return f'this is what to use: allow-from = ["{module}"] lets it pass on what is still there'


def list_reasons(rule: AnyRule) -> list[str]:
    """The line with the reason of *rule* and its link; none where it has neither."""
    reasons = list(filter(None, (rule.reason, rule.link)))
    return [f"why:  {' '.join(reasons)}"] if reasons else []


def describe_in_a_line(violation: Violation) -> str:
    """``fails app/bridge.py:3 app.ws.manager_factory (websocket-factory)``."""
    verdict, importer = violation.verdict.value, violation.importer
    return f"{verdict} {importer} {violation.target} ({violation.rule})"


def describe_suspect(suspect: Suspect) -> str:
    """``app/live.py:10: class LiveManager is 93 % like app.ws.manager:WebSocketManager``."""
    share = f"{round(suspect.likeness * 100)} %"
    return f"{suspect.site}: class {suspect.name} is {share} like {suspect.target}"


def describe_remembered(violation: Violation) -> str:
    """``app/x.py:12 get, reached by tests/test_a.py::test_b: app/x.py:15 app.old``."""
    first, *more = violation.tests
    tests = f"{first} and {count_noun(len(more), 'more test')}" if more else first
    function = violation.remembered
    named = "" if function is None else f"{function} {function.function}"
    return f"{named}, reached by {tests}: {violation.importer} {violation.target}"


def cut_first_line(text: str | None) -> str:
    return (text or "").strip().partition("\n")[0]


def count_noun(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
