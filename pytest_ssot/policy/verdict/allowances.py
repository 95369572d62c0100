"""Allowances: where they are written, whom they cover, which of them were used."""

from __future__ import annotations

import contextlib
import datetime
import linecache
import re
import tokenize
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pytest_ssot.errors import UsageError
from pytest_ssot.model import Violation
from pytest_ssot.patterns import importer_matches, node_matches
from pytest_ssot.rules.allowance import Allowance
from pytest_ssot.rules.rule import Rule
from pytest_ssot.rules.ruleset import AnyRule

_COMMENT = re.compile(r"#\s*ssot:\s*allow\[([^\]]*)\]\s*(.*)$")


class Excuse(NamedTuple):
    """Why a violation is allowed, and the allowance that says so, as users know it."""

    reason: str
    by: str


class Importer(NamedTuple):
    """Who is to be excused: the file as the interpreter knows it, and its last line."""

    file: str
    module: str
    end_line: int


class SeenBy(NamedTuple):
    """The test that saw it: its node id and its ``ssot_allow`` marks."""

    nodeid: str
    allowances: Sequence[Allowance] = ()


def read_marker(args: tuple[Any, ...], kwargs: Mapping[str, Any], origin: str) -> Allowance:
    """The allowance of ``@pytest.mark.ssot_allow(rule, reason=…, until=…)``.

    Raises UsageError for what does not fit.
    """
    unknown = sorted(kwargs.keys() - {"reason", "until"})
    if len(args) != 1 or not isinstance(args[0], str) or not args[0]:
        raise UsageError(f"{origin}: ssot_allow takes one rule id or target, as a string")
    if unknown:
        raise UsageError(
            f"{origin}: ssot_allow has no argument {unknown[0]!r}; known: reason, until"
        )
    reason = kwargs.get("reason")
    if not isinstance(reason, str) or not reason.strip():
        raise UsageError(f'{origin}: ssot_allow({args[0]!r}) needs a reason: reason="…"')
    return Allowance(
        rule=args[0],
        warning=None,
        reason=reason,
        until=_parse_day(kwargs.get("until"), origin),
        origin=origin,
    )


class Allowances:
    """All allowances of a project, on the day *today*."""

    def __init__(self, tables: Iterable[Allowance], today: datetime.date) -> None:
        self._tables = tuple(tables)
        self._today = today
        self._by_rule: dict[str, list[Allowance]] = {}
        self._by_warning: list[tuple[re.Pattern[str], Allowance]] = []
        for table in self._tables:
            if table.warning is not None:
                self._by_warning.append((re.compile(table.warning), table))
            else:
                self._by_rule.setdefault(table.rule or "", []).append(table)

    def find_excuse(
        self, violation: Violation, importer: Importer, rule: AnyRule | None, test: SeenBy
    ) -> Excuse | None:
        """Why *violation* is allowed in *test*, by the first that holds; None if nothing does."""
        path, module = violation.importer.path, importer.module
        is_use = not violation.kind.traits.stands
        if is_use and isinstance(rule, Rule) and importer_matches(path, module, rule.allow_from):
            return Excuse(f"allow-from of {rule.id}", "")
        for table in self._find_tables(violation):
            if self.holds(table) and _covers_test(table, path, module, test.nodeid):
                return Excuse(table.reason, table.origin)
        for mark in test.allowances:
            if mark.rule in _names_of(violation) and self.holds(mark):
                return Excuse(mark.reason, mark.origin)
        return self._find_comment(violation, importer)

    def list_expired(self) -> list[str]:
        return [
            f"{table.origin} (until {table.until})"
            for table in self._tables
            if not self.holds(table)
        ]

    def list_in_force(self) -> set[str]:
        return {table.origin for table in self._tables if self.holds(table)}

    def _find_tables(self, violation: Violation) -> Iterable[Allowance]:
        for name in _names_of(violation):
            yield from self._by_rule.get(name, ())
        if violation.message is not None:
            for pattern, table in self._by_warning:
                if pattern.search(violation.message):
                    yield table

    def holds(self, allowance: Allowance) -> bool:
        """Whether *allowance* is still in force: its last day is one of them."""
        return allowance.until is None or self._today <= allowance.until

    def _find_comment(self, violation: Violation, importer: Importer) -> Excuse | None:
        """``# ssot: allow[rule-id] reason`` on a line of the importing statement."""
        for line, comment in _read_comments(
            importer.file, violation.importer.line, importer.end_line
        ):
            found = _COMMENT.search(comment)
            if found is None:
                continue
            rules = {part.strip() for part in found[1].split(",")}
            if rules.isdisjoint(_names_of(violation)):
                continue
            where = f"{violation.importer.path}:{line}"
            if not found[2].strip():
                raise UsageError(
                    f"{where}: # ssot: allow[{found[1]}] needs a reason after the bracket"
                )
            return Excuse(found[2].strip(), where)
        return None


def _names_of(violation: Violation) -> tuple[str, ...]:
    """The names by which *violation* is allowed: its rule's id, and its target.

    A class may be single too: by the call, ``a.b:Name()``, who makes it is allowed alone.
    """
    target = violation.target
    return tuple(dict.fromkeys((violation.rule, target, target + violation.kind.traits.suffix)))


def _read_comments(path: str, first: int, last: int) -> Iterator[tuple[int, str]]:
    """The comments of a statement that takes the lines *first* to *last*, each with its line."""
    linecache.checkcache(path)  # it may be another file than when somebody last asked
    lines = [linecache.getline(path, line) for line in range(first, last + 1)]
    if not any("#" in line for line in lines):
        return
    # The statement alone, without its block: what follows may be anything.
    with contextlib.suppress(tokenize.TokenError, SyntaxError):
        for token in tokenize.generate_tokens(iter([lines[0].lstrip(), *lines[1:]]).__next__):
            if token.type == tokenize.COMMENT:
                yield first + token.start[0] - 1, token.string


def _covers_test(table: Allowance, path: str, module: str, nodeid: str) -> bool:
    if table.sources and not importer_matches(path, module, table.sources):
        return False
    return not table.tests or node_matches(nodeid, table.tests)


def _parse_day(value: object, origin: str) -> datetime.date | None:
    if value is None:
        return None
    try:
        return datetime.date.fromisoformat(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise UsageError(f"{origin}: until={value!r} is no date; write YYYY-MM-DD") from None
