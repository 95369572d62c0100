"""Markdown as GitHub and GitLab read it, for a job summary or a comment."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pytest_ssot.model import Verdict
from pytest_ssot.report.document_content import Content, RuleCount, read_content
from pytest_ssot.report.violation_text import Cause, describe_remembered

#: How many rows or entries of one sort are shown: a comment may have 65,536 characters.
_MOST = 100
#: What would be markup: anywhere, or as the first character.
_MARKUP = re.compile(r"[\\`*_\[\]<>|~&$]|^[#+=-]")


def render(data: Mapping[str, Any]) -> str:
    """Totals, a table by rule, one by importer of what fails, and what was not seen."""
    told = read_content(data)
    blocks = [
        "## pytest-ssot",
        told.describe_totals(),
        *_render_rules(told),
        *_render_failing(told),
        *_render_unreadable(told),
        *_render_list("Remembered", _list_remembered(told)),
        *_render_list("Not observed", map(_escape_text, told.not_observed)),
        *_render_list("Errors", map(_escape_text, told.errors)),
    ]
    return "\n\n".join(blocks) + "\n"


def _render_rules(told: Content) -> list[str]:
    verdicts = told.list_verdicts()
    rows = [
        [
            _render_rule(row),
            _render_code(row.rule.use or "" if row.rule else ""),
            *_render_numbers(row, verdicts),
        ]
        for row in told.count_by_rule()
        if row.counts
    ]
    head = ["rule", "use", *(verdict.value for verdict in verdicts)]
    return _render_table("By rule", head, rows, numbers=len(verdicts))


def _render_rule(row: RuleCount) -> str:
    return (
        _render_code(row.id)
        if row.link_address is None
        else f"[{_render_code(row.id)}](<{row.link_address}>)"
    )


def _render_numbers(row: RuleCount, verdicts: Iterable[Verdict]) -> list[str]:
    return [str(row.counts[verdict]) for verdict in verdicts]


def _render_failing(told: Content) -> list[str]:
    rows = [
        [
            _render_code(str(cause.importer)),
            _render_used(cause),
            _render_replacement(cause),
            cause.describe_seen_by(),
        ]
        for cause in told.group_causes(Verdict.FAILS)
    ]
    return _render_table("What fails, by importer", ["importer", "uses", "instead", "seen"], rows)


def _list_remembered(told: Content) -> Iterable[str]:
    return (_escape_text(describe_remembered(violation)) for violation in told.remembered)


def _render_unreadable(told: Content) -> list[str]:
    rows = [[_render_code(path), _escape_text(error)] for path, error in told.unreadable]
    return _render_table("Not read", ["file", "error"], rows)


def _render_used(cause: Cause) -> str:
    names = ", ".join(map(_render_code, cause.list_names()))
    title = f"{_escape_text(cause.title)} " if cause.title else ""
    return title + _render_code(cause.first.target) + (f": {names}" if names else "")


def _render_replacement(cause: Cause) -> str:
    return "<br>".join(map(_render_code, cause.list_replacements())) or _escape_text(
        cause.quote_message()
    )


def _render_table(
    title: str, head: Sequence[str], rows: Sequence[Sequence[str]], numbers: int = 0
) -> list[str]:
    """A table, the last *numbers* columns of which are numbers; nothing without rows."""
    if not rows:
        return []
    rule = ["---"] * (len(head) - numbers) + ["--:"] * numbers
    lines = (f"| {' | '.join(row)} |" for row in (head, rule, *rows[:_MOST]))
    return [f"### {title}", "\n".join(lines), *_count_rest(rows)]


def _render_list(title: str, entries: Iterable[str]) -> list[str]:
    entries = list(entries)
    if not entries:
        return []
    lines = (f"- {entry}" for entry in entries[:_MOST])
    return [f"### {title}", "\n".join(lines), *_count_rest(entries)]


def _count_rest(entries: Sequence[object]) -> list[str]:
    return [f"… and {len(entries) - _MOST} more."] if len(entries) > _MOST else []


def _render_code(text: str) -> str:
    """*text* as code in a table."""
    if not text:
        return ""
    text = _join_lines(text)
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if longest or text != text.strip() else ""
    return f"{fence}{pad}{text}{pad}{fence}".replace("|", "\\|")


def _escape_text(text: str) -> str:
    """*text* with nothing in it that means something: no markup, nobody is called by ``@``."""
    escaped = _MARKUP.sub(r"\\\g<0>", _join_lines(text).strip())
    return escaped.replace("@", "@<!-- -->")


def _join_lines(text: str) -> str:
    return re.sub(r"[\r\n]+", " ", text)
