"""What ``pytest-ssot explain`` says of one line: each violation there, in full, and its fix."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from pytest_ssot.config.load import FILE
from pytest_ssot.model import Form, Step, Verdict, Violation
from pytest_ssot.policy.baseline.entries import key_of
from pytest_ssot.policy.run.inventory import Ground
from pytest_ssot.report import check_listing
from pytest_ssot.report.explain_rule import Facts, Place, field, known_line
from pytest_ssot.report.violation_text import Cause, because, deletion, first_line, headline
from pytest_ssot.rules.ruleset import AnyRule

#: How much of a line of source is shown; generated ones have no end.
_LONGEST = 400
#: How many violations are named that are near to a line without one.
_FEW = 3

#: The lines of a file, empty where it cannot be read.
Source = Callable[[str], Sequence[str]]


class Spot(NamedTuple):
    """A line of a file, and the column if one was told; the notes say what kept it unread."""

    place: Place
    line: int
    column: int | None


def of_line(spot: Spot, facts: Facts, source: Source) -> list[str]:
    """Why a line is a violation, how it is reached, and what to write.

    The column chooses among several. Of a line inside a statement it is the statement's.
    """
    path, line, column = spot.place.path, spot.line, spot.column
    there = [violation for violation in facts.violations if violation.importer.path == path]
    found = [violation for violation in there if _spans(violation, line, facts)]
    found = [violation for violation in found if violation.importer.line == line] or found
    if not found:
        return [*_plain(spot, source), *_near(there, line)]
    chosen = [violation for violation in found if violation.importer.column == column] or found
    told: list[str] = []
    for one in chosen:
        told += [""] * bool(told)
        told += _violation(one, line, facts, source)
    return told


def _spans(violation: Violation, line: int, facts: Facts) -> bool:
    first = violation.importer.line
    return first <= line <= _ground(violation, facts).end_line


def _ground(violation: Violation, facts: Facts) -> Ground:
    return facts.grounds.get(violation.cause, Ground(violation.importer.line))


def _plain(spot: Spot, source: Source) -> Iterator[str]:
    """A line in which nothing was found, or for which nobody looked."""
    path, notes = spot.place
    skipped = any(label == "not read" for label, _ in notes)
    yield f"{path}:{spot.line}: {'not looked at' if skipped else 'no violation'}"
    yield from _shown(source(path), spot.line, None)
    yield from (field(label, text) for label, text in notes)


def _near(there: Sequence[Violation], line: int) -> Iterator[str]:
    near = sorted(
        there, key=lambda violation: (abs(violation.importer.line - line), violation.cause)
    )[:_FEW]
    sites = [
        f"{violation.importer}:{violation.importer.column} {violation.rule}" for violation in near
    ]
    yield field("nearest", ", ".join(dict.fromkeys(sites)) or "none in this file")


def _violation(violation: Violation, line: int, facts: Facts, source: Source) -> Iterator[str]:
    site = violation.importer
    rule = facts.rules.get(violation.rule)
    what = check_listing.what_of(violation)
    head = headline(violation.kind, what, what, rule, violation.form)
    yield f"{site}:{site.column}: {violation.rule} {head}"
    yield from _shown(source(site.path), site.line, site.column)
    if site.line != line:
        yield field("line", f"{line} is inside of what begins in line {site.line}")
    written = rule.origin if rule is not None else f"none in {FILE}: only runs see it"
    yield field("rule", f"{violation.rule} ({written})")
    if violation.message:
        yield field("says", first_line(violation.message))
    for text in because(rule) if rule is not None else []:
        yield field("why", text.partition(":")[2].strip())
    yield from _reached(violation, source)
    yield from (field("verdict", text) for text in _verdict(violation, facts))
    if facts.runs:
        yield from _tests(violation)
    yield from _fix(violation, rule, _ground(violation, facts), source)


def _reached(violation: Violation, source: Source) -> Iterator[str]:
    """The lines on the way: of modules that pass the name on, or from the test."""
    static = "static" in violation.seen
    for step in violation.chain:
        yield field("passed on by" if static else "over", _with_code(step, source))
    if violation.scope is not None and violation.scope.value == "type-checking":
        yield field("runs", "never: for type checkers only")


def _with_code(step: Step, source: Source) -> str:
    lines = source(step.path)
    code = _clean(lines[step.line - 1]).strip() if step.line <= len(lines) else ""
    return f"{step}: {_cut(code, 0)[0]}" if code else str(step)


def _verdict(violation: Violation, facts: Facts) -> list[str]:
    """The verdict and why."""
    verdict, reason = violation.verdict, violation.reason
    if verdict is Verdict.ALLOWED:
        by = _ground(violation, facts).allowed_by
        return [check_listing.judged(violation) + (f" ({by})" if by else "")]
    if verdict is Verdict.KNOWN:
        return [f"known: {entry}" for entry in _entries(violation, facts)]
    if verdict is Verdict.INDIRECT:
        return [f"indirect: {violation.importer.path} is not first-party, so nothing fails of it"]
    if verdict is Verdict.SUPPRESSED:
        return ["suppressed: the code around the call silences the warning"]
    if facts.is_critical(violation):
        return ["fails: in a mission-critical test, which no baseline excuses"]
    if reason:
        return [f"fails: {reason}", *(f"known: {entry}" for entry in _entries(violation, facts))]
    return ["fails: nothing allows it, and the baseline does not know it"]


def _entries(violation: Violation, facts: Facts) -> list[str]:
    """The baseline's entries that *violation* falls under."""
    key = key_of(violation)
    same = (one for one in facts.known if one.entry.key.group == key.group)
    return [known_line(one) for one in same if one.entry.key.covers(key)]


def _tests(violation: Violation) -> Iterator[str]:
    if violation.tests:
        yield from (field("executed by", test) for test in violation.tests)
    else:
        by = "something outside of tests" if "runtime" in violation.seen else "no test"
        yield field("executed by", by)


def _fix(
    violation: Violation, rule: AnyRule | None, ground: Ground, source: Source
) -> Iterator[str]:
    if violation.kind.traits.stands:
        yield field("to do", deletion(violation))
    elif rule is not None:
        yield from (field("use", one) for one in _instead(violation, rule, ground, source))
    if violation.verdict not in (Verdict.FAILS, Verdict.KNOWN) or "static" not in violation.seen:
        return
    yield field("or allow it", _allowance(violation, ground.end_line))


def _allowance(violation: Violation, end_line: int) -> str:
    """What excuses *violation*: a comment, or a table where comments are not Python's."""
    site = violation.importer
    if site.path.endswith((".toml", ".cfg")):
        keys = f'rule = "{violation.rule}", from = ["{site.path}"], reason = "REASON"'
        return f"[[tool.pytest-ssot.allow]] with {keys}"
    where = "" if end_line == site.line else f" in line {end_line}"
    return f"# ssot: allow[{violation.rule}] REASON, at the end{where}"


def _instead(violation: Violation, rule: AnyRule, ground: Ground, source: Source) -> Iterator[str]:
    """What to write in the place of the use."""
    lines = Cause([violation], rule).replacements()
    new = rule.replacement(violation.target, violation.name)
    if new is None or violation.form not in (Form.DYNAMIC, Form.STRING):
        yield from lines or ["the rule names no replacement"]
        return
    line = violation.importer.line
    text = "\n".join(source(violation.importer.path)[line - 1 : ground.end_line])
    old = rule.name or violation.name
    colon = old is not None and f"{rule.module}:{old}" in text
    yield f'"{_dotted(new, ":" if colon else ".")}", in the string'


def _dotted(statement: str, separator: str) -> str:
    """``from a.b import c as d`` as ``a.b.c``."""
    words = statement.split()
    return words[1] if words[0] == "import" else f"{words[1]}{separator}{words[3]}"


def _shown(lines: Sequence[str], line: int, column: int | None) -> Iterator[str]:
    """The line of source, and a caret under *column*."""
    if line > len(lines):
        return
    text, column = _cut(_clean(lines[line - 1]), column)
    number = str(line)
    yield f"    {number} | {text}"
    if column is not None:
        yield f"    {' ' * len(number)} | {_blank(text[:column])}^"


def _cut(text: str, column: int | None) -> tuple[str, int | None]:
    """The part of *text* around *column*, and where that is in it."""
    if len(text) <= _LONGEST:
        return text, column
    start = max(0, (column or 0) - _LONGEST // 2)
    cut = ("…" if start else "") + text[start : start + _LONGEST] + "…"
    return cut, None if column is None else column - start + bool(start)


def _clean(text: str) -> str:
    """*text* without what would move a terminal's cursor."""
    return "".join(
        one if one.isprintable() or one == "\t" else "\N{REPLACEMENT CHARACTER}" for one in text
    )


def _blank(text: str) -> str:
    """Blanks that are as wide as *text*."""
    return "".join(one if one == "\t" else " " * _width(one) for one in text)


def _width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
