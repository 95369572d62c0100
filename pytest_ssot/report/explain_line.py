"""What ``pytest-ssot explain`` says of one line: each violation there, in full, and its fix."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from pytest_ssot.config.load import FILE
from pytest_ssot.model import Form, Step, Verdict, Violation
from pytest_ssot.policy.baseline.entries import make_key
from pytest_ssot.policy.run.inventory import Ground
from pytest_ssot.report import check_listing
from pytest_ssot.report.explain_rule import (
    ExplainedPath,
    ProjectFacts,
    describe_entry,
    format_field,
)
from pytest_ssot.report.violation_text import (
    Cause,
    cut_first_line,
    describe_deletion,
    list_reasons,
    make_headline,
)
from pytest_ssot.rules.ruleset import AnyRule

#: How much of a line of source is shown; generated ones have no end.
_LONGEST = 400
#: How many violations are named that are near to a line without one.
_FEW = 3

#: The lines of a file, empty where it cannot be read.
Source = Callable[[str], Sequence[str]]


class ExplainedLine(NamedTuple):
    """A line of a file, and the column if one was told; the notes say what kept it unread."""

    place: ExplainedPath
    line: int
    column: int | None


def explain_line(spot: ExplainedLine, facts: ProjectFacts, source: Source) -> list[str]:
    """Why a line is a violation, how it is reached, and what to write.

    The column chooses among several. Of a line inside a statement it is the statement's.
    """
    path, line, column = spot.place.path, spot.line, spot.column
    there = [violation for violation in facts.violations if violation.importer.path == path]
    found = [violation for violation in there if _spans_line(violation, line, facts)]
    found = [violation for violation in found if violation.importer.line == line] or found
    if not found:
        return [*_explain_plain_line(spot, source), *_name_nearest(there, line)]
    chosen = [violation for violation in found if violation.importer.column == column] or found
    told: list[str] = []
    for violation in chosen:
        told += [""] * bool(told)
        told += _explain_violation(violation, line, facts, source)
    return told


def _spans_line(violation: Violation, line: int, facts: ProjectFacts) -> bool:
    first = violation.importer.line
    return first <= line <= _find_ground(violation, facts).end_line


def _find_ground(violation: Violation, facts: ProjectFacts) -> Ground:
    return facts.grounds.get(violation.cause, Ground(violation.importer.line))


def _explain_plain_line(spot: ExplainedLine, source: Source) -> Iterator[str]:
    """A line in which nothing was found, or for which nobody looked."""
    path, notes = spot.place
    skipped = any(label == "not read" for label, _ in notes)
    yield f"{path}:{spot.line}: {'not looked at' if skipped else 'no violation'}"
    yield from _show_source(source(path), spot.line, None)
    yield from (format_field(label, text) for label, text in notes)


def _name_nearest(there: Sequence[Violation], line: int) -> Iterator[str]:
    near = sorted(
        there, key=lambda violation: (abs(violation.importer.line - line), violation.cause)
    )[:_FEW]
    sites = [
        f"{violation.importer}:{violation.importer.column} {violation.rule}" for violation in near
    ]
    yield format_field("nearest", ", ".join(dict.fromkeys(sites)) or "none in this file")


def _explain_violation(
    violation: Violation, line: int, facts: ProjectFacts, source: Source
) -> Iterator[str]:
    site = violation.importer
    rule = facts.rules.get(violation.rule)
    what = check_listing.name_target(violation)
    head = make_headline(violation.kind, what, what, rule, violation.form)
    yield f"{site}:{site.column}: {violation.rule} {head}"
    yield from _show_source(source(site.path), site.line, site.column)
    if site.line != line:
        yield format_field("line", f"{line} is inside of what begins in line {site.line}")
    written = rule.origin if rule is not None else f"none in {FILE}: only runs see it"
    yield format_field("rule", f"{violation.rule} ({written})")
    if violation.message:
        yield format_field("says", cut_first_line(violation.message))
    for text in list_reasons(rule) if rule is not None else []:
        yield format_field("why", text.partition(":")[2].strip())
    yield from _explain_way(violation, source)
    yield from (format_field("verdict", text) for text in _explain_verdict(violation, facts))
    if facts.runs:
        yield from _list_tests(violation)
    yield from _explain_fix(violation, rule, _find_ground(violation, facts), source)


def _explain_way(violation: Violation, source: Source) -> Iterator[str]:
    """The lines on the way: of modules that pass the name on, or from the test."""
    static = "static" in violation.seen
    for step in violation.chain:
        yield format_field("passed on by" if static else "over", _add_code(step, source))
    if violation.scope is not None and violation.scope.value == "type-checking":
        yield format_field("runs", "never: for type checkers only")


def _add_code(step: Step, source: Source) -> str:
    lines = source(step.path)
    code = _clean_text(lines[step.line - 1]).strip() if step.line <= len(lines) else ""
    return f"{step}: {_cut_around(code, 0)[0]}" if code else str(step)


def _explain_verdict(violation: Violation, facts: ProjectFacts) -> list[str]:
    """The verdict and why."""
    verdict, reason = violation.verdict, violation.reason
    if verdict is Verdict.ALLOWED:
        by = _find_ground(violation, facts).allowed_by
        return [check_listing.describe_verdict(violation) + (f" ({by})" if by else "")]
    if verdict is Verdict.KNOWN:
        return [f"known: {entry}" for entry in _list_entries(violation, facts)]
    if verdict is Verdict.INDIRECT:
        return [f"indirect: {violation.importer.path} is not first-party, so nothing fails of it"]
    if verdict is Verdict.SUPPRESSED:
        return ["suppressed: the code around the call silences the warning"]
    if facts.is_critical(violation):
        return ["fails: in a mission-critical test, which no baseline excuses"]
    if reason:
        return [
            f"fails: {reason}",
            *(f"known: {entry}" for entry in _list_entries(violation, facts)),
        ]
    return ["fails: nothing allows it, and the baseline does not know it"]


def _list_entries(violation: Violation, facts: ProjectFacts) -> list[str]:
    """The baseline's entries that *violation* falls under."""
    key = make_key(violation)
    same = (known for known in facts.known if known.entry.key.group == key.group)
    return [describe_entry(known) for known in same if known.entry.key.covers(key)]


def _list_tests(violation: Violation) -> Iterator[str]:
    if violation.tests:
        yield from (format_field("executed by", test) for test in violation.tests)
    else:
        by = "something outside of tests" if "runtime" in violation.seen else "no test"
        yield format_field("executed by", by)


def _explain_fix(
    violation: Violation, rule: AnyRule | None, ground: Ground, source: Source
) -> Iterator[str]:
    if violation.kind.traits.stands:
        yield format_field("to do", describe_deletion(violation))
    elif rule is not None:
        yield from (
            format_field("use", replacement)
            for replacement in _describe_replacement(violation, rule, ground, source)
        )
    if violation.verdict not in (Verdict.FAILS, Verdict.KNOWN) or "static" not in violation.seen:
        return
    yield format_field("or allow it", _describe_allowance(violation, ground.end_line))


def _describe_allowance(violation: Violation, end_line: int) -> str:
    """What excuses *violation*: a comment, or a table where comments are not Python's."""
    site = violation.importer
    if site.path.endswith((".toml", ".cfg")):
        keys = f'rule = "{violation.rule}", from = ["{site.path}"], reason = "REASON"'
        return f"[[tool.pytest-ssot.allow]] with {keys}"
    where = "" if end_line == site.line else f" in line {end_line}"
    return f"# ssot: allow[{violation.rule}] REASON, at the end{where}"


def _describe_replacement(
    violation: Violation, rule: AnyRule, ground: Ground, source: Source
) -> Iterator[str]:
    """What to write in the place of the use."""
    lines = Cause([violation], rule).list_replacements()
    new = rule.write_replacement(violation.target, violation.name)
    if new is None or violation.form not in (Form.DYNAMIC, Form.STRING):
        yield from lines or ["the rule names no replacement"]
        return
    line = violation.importer.line
    text = "\n".join(source(violation.importer.path)[line - 1 : ground.end_line])
    old = rule.name or violation.name
    colon = old is not None and f"{rule.module}:{old}" in text
    yield f'"{_as_dotted(new, ":" if colon else ".")}", in the string'


def _as_dotted(statement: str, separator: str) -> str:
    """``from a.b import c as d`` as ``a.b.c``."""
    words = statement.split()
    return words[1] if words[0] == "import" else f"{words[1]}{separator}{words[3]}"


def _show_source(lines: Sequence[str], line: int, column: int | None) -> Iterator[str]:
    """The line of source, and a caret under *column*."""
    if line > len(lines):
        return
    text, column = _cut_around(_clean_text(lines[line - 1]), column)
    number = str(line)
    yield f"    {number} | {text}"
    if column is not None:
        yield f"    {' ' * len(number)} | {_blank_out(text[:column])}^"


def _cut_around(text: str, column: int | None) -> tuple[str, int | None]:
    """The part of *text* around *column*, and where that is in it."""
    if len(text) <= _LONGEST:
        return text, column
    start = max(0, (column or 0) - _LONGEST // 2)
    cut = ("…" if start else "") + text[start : start + _LONGEST] + "…"
    return cut, None if column is None else column - start + bool(start)


def _clean_text(text: str) -> str:
    """*text* without what would move a terminal's cursor."""
    return "".join(
        character if character.isprintable() or character == "\t" else "\N{REPLACEMENT CHARACTER}"
        for character in text
    )


def _blank_out(text: str) -> str:
    """Blanks that are as wide as *text*."""
    return "".join(
        character if character == "\t" else " " * _width_of(character) for character in text
    )


def _width_of(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
