"""One HTML file for people: complete in itself, and readable without any script."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, NamedTuple

from pytest_ssot.report.document_content import Content, RuleCount, read_content
from pytest_ssot.report.html_style import STYLE
from pytest_ssot.report.violation_text import Cause, count_noun, describe_remembered
from pytest_ssot.rules.rule import Rule

#: How many tests of one importer are listed: a root cause may fail thousands.
_MOST = 50
#: What HTML has no way to say; a tab and a newline are none of these.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
#: Nothing is loaded and nothing runs, whatever a name or a message may hold.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


class _Row(NamedTuple):
    """A row of a table: its cells as HTML, the first of which names it, and its verdict."""

    cells: Sequence[str]
    verdict: str = ""


def render(data: Mapping[str, Any]) -> str:
    """Tables by rule and by importer, and what was not seen."""
    told = read_content(data)
    body = [
        "<header>",
        "<h1>pytest-ssot</h1>",
        f"<p>{_escape_text(told.describe_totals())}</p>",
        "</header>",
        "<main>",
        *_render_rules(told),
        *_render_importers(told),
        *_render_unreadable(told),
        *_render_list("Not observed", told.not_observed),
        *_render_list("Remembered", map(describe_remembered, told.remembered)),
        *_render_list("Looked at, not used", map(_render_swept, data["swept"])),
        *_render_list("Errors", told.errors),
        "</main>",
        f"<footer><p>pytest-ssot {_escape_text(told.version)}</p></footer>",
    ]
    head = [
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        f"<title>pytest-ssot: {_escape_text(told.describe_totals())}</title>",
        f"<style>\n{STYLE}</style>",
    ]
    parts = ["<!DOCTYPE html>", '<html lang="en">', "<head>", *head, "</head>"]
    return "\n".join([*parts, "<body>", *body, "</body>", "</html>"]) + "\n"


def _render_rules(told: Content) -> list[str]:
    verdicts = told.list_verdicts()
    rows = [
        _Row(
            [
                _render_rule(row),
                _render_advice(row),
                *(str(row.counts[verdict]) for verdict in verdicts),
            ]
        )
        for row in told.count_by_rule()
    ]
    head = ["rule", "use", *(verdict.value for verdict in verdicts)]
    return _render_table("By rule", head, rows, numbers=len(verdicts))


def _render_rule(row: RuleCount) -> str:
    if row.rule is None:
        return _render_code(row.id)
    lines = [_render_code(row.id)]
    if row.rule.target != row.id:
        lines.append(_render_code(row.rule.target))
    if isinstance(row.rule, Rule) and row.rule.removed_in:
        lines.append(f"removed in {_escape_text(row.rule.removed_in)}")
    if row.rule.owner:
        lines.append(f"owner: {_escape_text(row.rule.owner)}")
    return "<br>".join(lines)


def _render_advice(row: RuleCount) -> str:
    if row.rule is None:
        return ""
    lines = [_render_code(row.rule.use)] if row.rule.use else []
    lines += [_escape_text(row.rule.reason)] if row.rule.reason else []
    if row.rule.link:
        link = _escape_text(row.rule.link)
        address = row.link_address and escape(row.link_address)
        lines.append(f'<a href="{address}" rel="noreferrer">{link}</a>' if address else link)
    return "<br>".join(lines)


def _render_importers(told: Content) -> list[str]:
    verdicts = told.list_verdicts()
    rows = [_render_cause(cause) for verdict in verdicts for cause in told.group_causes(verdict)]
    if not rows:
        return []
    filters = [
        f'<label><input type="checkbox" id="show-{verdict.value}" checked> {verdict.value}</label>'
        for verdict in verdicts
    ]
    head = ["importer", "verdict", "uses", "instead", "seen"]
    title, table = _render_table("By importer", head, rows)
    return [title, f"<fieldset><legend>show</legend>{''.join(filters)}</fieldset>", table]


def _render_cause(cause: Cause) -> _Row:
    verdict = cause.first.verdict.value
    uses = ", ".join(map(_render_code, cause.list_names()))
    title = f"{_escape_text(cause.title)} " if cause.title else ""
    cells = [
        _render_code(str(cause.importer)),
        _escape_text(verdict)
        + (f"<br>{_escape_text(cause.first.reason)}" if cause.first.reason else ""),
        title + _render_code(cause.first.target) + (f": {uses}" if uses else ""),
        "<br>".join(map(_render_code, cause.list_replacements()))
        or _escape_text(cause.quote_message()),
        _render_seen(cause),
    ]
    return _Row(cells, verdict)


def _render_seen(cause: Cause) -> str:
    """Who saw it, to unfold: the way there, and the tests."""
    way = [f"{step} in {step.function}" for step in cause.first.chain]
    tests = cause.list_tests()
    seen = _escape_text(cause.describe_seen_by())
    if not way and not tests:
        return seen
    if len(tests) > _MOST:
        tests = [*tests[:_MOST], f"… and {len(tests) - _MOST} more"]
    lists = "".join(
        f"<p>{name}</p>{_render_entries(entries)}"
        for name, entries in (("way", way), ("tests", tests))
        if entries
    )
    return f"<details><summary>{seen}</summary>{lists}</details>"


def _render_unreadable(told: Content) -> list[str]:
    rows = [_Row([_render_code(path), _escape_text(error)]) for path, error in told.unreadable]
    return _render_table("Not read", ["file", "error"], rows)


def _render_swept(violation: Mapping[str, Any]) -> str:
    return f"{violation['importer']['path']}:{violation['importer']['line']}  {violation['target']}"


def _render_table(
    title: str, head: Sequence[str], rows: Sequence[_Row], numbers: int = 0
) -> list[str]:
    """A heading and a table, the last *numbers* columns of which are numbers."""
    if not rows:
        return []
    first = len(head) - numbers
    names = "".join(f'<th scope="col">{name}</th>' for name in head)
    lines = [
        f"<caption>{count_noun(len(rows), 'row')}</caption>",
        f"<thead><tr>{names}</tr></thead>",
    ]
    lines.append("<tbody>")
    for cells, verdict in rows:
        shown = "".join(
            f'<td class="number">{cell}</td>' if place >= first else f"<td>{cell}</td>"
            for place, cell in enumerate(cells)
            if place
        )
        kind = f' class="{verdict}"' if verdict else ""
        lines.append(f'<tr{kind}><th scope="row">{cells[0]}</th>{shown}</tr>')
    lines.append("</tbody>")
    return [f"<h2>{title}</h2>", "<table>\n" + "\n".join(lines) + "\n</table>"]


def _render_list(title: str, entries: Iterable[str]) -> list[str]:
    entries = list(entries)
    return [f"<h2>{title}</h2>", _render_entries(entries)] if entries else []


def _render_entries(entries: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{_render_code(entry)}</li>' for entry in entries)}</ul>"


def _render_code(text: str) -> str:
    return f"<code>{_escape_text(text)}</code>"


def _escape_text(text: str) -> str:
    return escape(_CONTROL.sub("\N{REPLACEMENT CHARACTER}", text))
