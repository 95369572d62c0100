"""Markdown as GitHub and GitLab read it, for a job summary or a comment."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pytest_ssot.model import Verdict
from pytest_ssot.report.document_content import Content, RuleCount, content
from pytest_ssot.report.violation_text import Cause

#: How many rows or entries of one sort are shown: a comment may have 65,536 characters.
_MOST = 100
#: What would be markup: anywhere, or as the first character.
_MARKUP = re.compile(r"[\\`*_\[\]<>|~&$]|^[#+=-]")


def render(data: Mapping[str, Any]) -> str:
    """Totals, a table by rule, one by importer of what fails, and what was not seen."""
    told = content(data)
    blocks = [
        "## pytest-ssot",
        told.totals(),
        *_by_rule(told),
        *_failing(told),
        *_unreadable(told),
        *_list("Not observed", map(_plain, told.not_observed)),
        *_list("Errors", map(_plain, told.errors)),
    ]
    return "\n\n".join(blocks) + "\n"


def _by_rule(told: Content) -> list[str]:
    verdicts = told.verdicts()
    rows = [
        [_rule(row), _code(row.rule.use or "" if row.rule else ""), *_numbers(row, verdicts)]
        for row in told.by_rule()
        if row.counts
    ]
    head = ["rule", "use", *(verdict.value for verdict in verdicts)]
    return _table("By rule", head, rows, numbers=len(verdicts))


def _rule(row: RuleCount) -> str:
    return _code(row.id) if row.address is None else f"[{_code(row.id)}](<{row.address}>)"


def _numbers(row: RuleCount, verdicts: Iterable[Verdict]) -> list[str]:
    return [str(row.counts[verdict]) for verdict in verdicts]


def _failing(told: Content) -> list[str]:
    rows = [
        [_code(str(cause.importer)), _used(cause), _instead(cause), cause.seen_by()]
        for cause in told.causes(Verdict.FAILS)
    ]
    return _table("What fails, by importer", ["importer", "uses", "instead", "seen"], rows)


def _unreadable(told: Content) -> list[str]:
    rows = [[_code(path), _plain(error)] for path, error in told.unreadable]
    return _table("Not read", ["file", "error"], rows)


def _used(cause: Cause) -> str:
    names = ", ".join(map(_code, cause.names()))
    title = f"{_plain(cause.title)} " if cause.title else ""
    return title + _code(cause.first.target) + (f": {names}" if names else "")


def _instead(cause: Cause) -> str:
    return "<br>".join(map(_code, cause.replacements())) or _plain(cause.says())


def _table(
    title: str, head: Sequence[str], rows: Sequence[Sequence[str]], numbers: int = 0
) -> list[str]:
    """A table, the last *numbers* columns of which are numbers; nothing without rows."""
    if not rows:
        return []
    rule = ["---"] * (len(head) - numbers) + ["--:"] * numbers
    lines = (f"| {' | '.join(row)} |" for row in (head, rule, *rows[:_MOST]))
    return [f"### {title}", "\n".join(lines), *_rest(rows)]


def _list(title: str, entries: Iterable[str]) -> list[str]:
    entries = list(entries)
    if not entries:
        return []
    lines = (f"- {entry}" for entry in entries[:_MOST])
    return [f"### {title}", "\n".join(lines), *_rest(entries)]


def _rest(entries: Sequence[object]) -> list[str]:
    return [f"… and {len(entries) - _MOST} more."] if len(entries) > _MOST else []


def _code(text: str) -> str:
    """*text* as code in a table."""
    if not text:
        return ""
    text = _one_line(text)
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if longest or text != text.strip() else ""
    return f"{fence}{pad}{text}{pad}{fence}".replace("|", "\\|")


def _plain(text: str) -> str:
    """*text* with nothing in it that means something: no markup, nobody is called by ``@``."""
    escaped = _MARKUP.sub(r"\\\g<0>", _one_line(text).strip())
    return escaped.replace("@", "@<!-- -->")


def _one_line(text: str) -> str:
    return re.sub(r"[\r\n]+", " ", text)
