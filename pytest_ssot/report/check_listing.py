"""The text of ``pytest-ssot check``: one line for each use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from pytest_ssot.config.load import FILE
from pytest_ssot.model import Kind, Scope, Verdict, Violation
from pytest_ssot.report.violation_text import (
    Cause,
    advise_passing_on,
    count_noun,
    cut_first_line,
    is_use,
    make_headline,
    name_with_others,
)
from pytest_ssot.rules.ruleset import AnyRule

if TYPE_CHECKING:  # it parses, which few commands have a use for
    from pytest_ssot.policy.rules.unused_rules import UnusedRule

#: How many tests are named before the rest is counted.
_FEW = 3
#: What is said where nothing was found.
NONE = "no violation"
#: What is said where nothing is looked for.
NO_RULES = f"no rules in {FILE}: pytest-ssot init finds what is deprecated, and writes them"


def format_violation(violation: Violation, rule: AnyRule | None, *, runs: bool) -> str:
    """``app/bridge.py:3:0: websocket-factory deprecated import: …; use: …``.

    With *runs* it says whether a test executes the site.
    """
    site = violation.importer
    told = list_clauses(violation, rule, runs=runs)
    if violation.verdict is not Verdict.FAILS:
        told.append(describe_verdict(violation))
    elif violation.reason:
        told.append(violation.reason)
    return f"{site.path}:{site.line}:{site.column}: {violation.rule} {'; '.join(told)}"


def list_clauses(violation: Violation, rule: AnyRule | None, *, runs: bool) -> list[str]:
    """What a line says of a violation, but for its place, its rule and its verdict."""
    what = name_target(violation)
    # The rule's id is told already.
    told = [make_headline(violation.kind, what, what, rule, violation.form)]
    told += [cut_first_line(violation.message)] if violation.message else []
    cause = Cause([violation], rule)
    told += [f"use: {replacement}" for replacement in cause.list_replacements()]
    told += [advise_passing_on(cause.leads_here)] if cause.leads_here else []
    told += [f"passed on by {step}" for step in violation.chain if "static" in violation.seen]
    told += ["for type checkers only"] if violation.scope is Scope.TYPE_CHECKING else []
    return told + (_describe_tests(violation) if runs else [])


def describe_verdict(violation: Violation) -> str:
    """``allowed: moves with the admin pages``."""
    reason = f": {violation.reason}" if violation.reason else ""
    return f"{violation.verdict.value}{reason}"


def summarize_check(violations: Iterable[Violation], examined: int) -> str:
    """``3 uses in 2 files fail, 5 known; 1,204 files examined``."""
    read = "1 file" if examined == 1 else f"{examined:,} files"
    return f"{describe_totals(violations) or NONE}; {read} examined"


def describe_totals(violations: Iterable[Violation]) -> str:
    """``3 uses in 2 files fail, 5 known``; empty where there is none.

    Uses are those of what is deprecated; where others fail too, all are violations.
    """
    violations = list(violations)
    standing = [violation for violation in violations if violation.kind.traits.stands]
    standing = [violation for violation in standing if violation.verdict is Verdict.FAILS]
    violations = [violation for violation in violations if violation not in standing]
    number = Counter(violation.verdict for violation in violations)
    failing = [violation for violation in violations if violation.verdict is Verdict.FAILS]
    told = []
    if failing:
        noun = "use" if all(map(is_use, failing)) else "violation"
        files = count_noun(len({violation.importer.path for violation in failing}), "file")
        verb = "fails" if len(failing) == 1 else "fail"
        told.append(f"{count_noun(len(failing), noun)} in {files} {verb}")
    of_kind = Counter(violation.kind for violation in standing)
    told += [
        f"{of_kind[kind]} {'is' if of_kind[kind] == 1 else 'are'} {kind.value}"
        for kind in Kind
        if of_kind[kind]
    ]
    others = (verdict for verdict in Verdict if verdict is not Verdict.FAILS and number[verdict])
    told += [f"{number[other]} {other.value}" for other in others]
    return ", ".join(told)


def format_unused_rule(unused: UnusedRule) -> str:
    """``old: nobody imports app.old any more: delete app/old.py, then the rule``."""
    return f"{unused.rule.id}: {describe_unused_rule(unused)}"


def describe_unused_rule(unused: UnusedRule) -> str:
    """What to do about a rule that matches nothing."""
    target = unused.rule.deprecated
    perhaps = "perhaps " if unused.doubt else ""
    why = f" ({unused.doubt})" if unused.doubt else ""
    then = "if so, delete" if unused.doubt else "delete"
    if unused.gone:
        told = f"{target} is gone"
        told += f", and {perhaps}nobody uses it{why}" if unused.doubt else ""
        return f"{told}: {then} the rule"
    uses = "uses" if unused.rule.name else "imports"
    late = f"{target} is overdue, and " if unused.overdue else ""
    what = "it" if late else target
    but = f" but {unused.through}, which only passes it on," if unused.through else ""
    if not unused.delete:
        nobody = f"{perhaps}nobody here{but} {uses} {what}, which is no file of this project{why}"
        return f"{late}{nobody}: {then} the rule, unless it is to keep it so"
    nobody = f"{late}{perhaps}nobody{but} {uses} {what}{'' if but else ' any more'}{why}"
    there = ", if it is there" if unused.maybe else ""
    first = "that line and " if unused.through else ""
    return f"{nobody}: {then} {first}{unused.delete}{there}, then the rule"


def name_target(violation: Violation) -> str:
    """``a.b:Name``, where a name was taken."""
    if violation.kind.traits.is_another:
        return name_with_others(violation.target, filter(None, [violation.name]))
    if violation.name is None or ":" in violation.target:
        return violation.target
    return f"{violation.target}:{violation.name}"


def _describe_tests(violation: Violation) -> list[str]:
    tests = violation.tests
    if "runtime" not in violation.seen:
        return ["executed by no test"]
    more = f" and {len(tests) - _FEW} more" if len(tests) > _FEW else ""
    by = f"executed by {', '.join(tests[:_FEW])}{more}" if tests else "executed outside of tests"
    return [by] if "static" in violation.seen else [by, "seen by runs alone"]


def count_matched(violations: Iterable[Violation], rules: Iterable[AnyRule]) -> Mapping[str, int]:
    """The number of violations of each rule."""
    counts = {rule.id: 0 for rule in rules}
    for violation in violations:
        if violation.rule in counts:
            counts[violation.rule] += 1
    return counts
