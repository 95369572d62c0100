"""``pytest-ssot explain``: a rule with its sites and state; a file; a line, why and how to mend."""

from __future__ import annotations

import argparse
import datetime
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from pytest_ssot.commands.check import CheckedProject, check_project, make_is_critical_in_source
from pytest_ssot.config.mistakes import hint_nearest
from pytest_ssot.errors import UsageError
from pytest_ssot.patterns import path_matches
from pytest_ssot.report import explain_line, explain_rule
from pytest_ssot.report.violation_text import count_noun
from pytest_ssot.rules.first_party import FirstParty
from pytest_ssot.source.names.still_there import Standings
from pytest_ssot.source.project.left_out import explain_left_out
from pytest_ssot.source.project.modules import Modules
from pytest_ssot.source.text.reading import Unreadable, decode_source, read_bytes, salvage_text

#: ``path:line`` or ``path:line:column``; a drive's letter has no digits behind its colon.
_PLACE = re.compile(r"(?P<path>.+?)(?::(?P<line>\d{1,18})(?::(?P<column>\d{1,18}))?)?", re.DOTALL)


class _Meant(NamedTuple):
    """A rule's id, or else a path relative to the root, with a line and a column perhaps."""

    rule: str | None
    path: str = ""
    line: int | None = None
    column: int | None = None


def run(options: argparse.Namespace) -> int:
    """Print what is known of a rule, a path or a line; returns 0."""
    found = check_project(options)
    meant = _parse_meant(options.what, found)
    facts = _gather_facts(found)
    lines: Iterable[str]
    if meant.rule is not None:
        lines = _explain_rule(meant.rule, found, facts)
    elif meant.line is not None:
        lines = _explain_line(meant, meant.line, found, facts)
    else:
        lines = _explain_path(meant.path, found, facts)
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 0


def _gather_facts(found: CheckedProject) -> explain_rule.ProjectFacts:
    settings, today = found.project.settings, datetime.date.today()
    stale = {stale_entry.entry: stale_entry for stale_entry in found.ratcheted.stale}
    return explain_rule.ProjectFacts(
        violations=found.ratcheted.violations,
        grounds=found.inventory.grounds,
        rules=found.project.rules.by_id,
        known=[
            explain_rule.KnownEntry(entry, stale.get(entry), entry.holds_on(today))
            for entry in sorted(found.baseline.entries, key=lambda entry: entry.order)
        ],
        is_critical=make_is_critical_in_source(settings, found.inventory),
        runs=bool(found.runs),
        suspects=found.inventory.suspects,
    )


# -- what is meant ---------------------------------------------------------------------


def _parse_meant(text: str, found: CheckedProject) -> _Meant:
    """What *text* names. Raises UsageError, with what is near, if it is nothing."""
    root = found.project.settings.root
    place = _PLACE.fullmatch(text)
    if place is None:
        raise UsageError("explain needs a rule, a path or a path:line")
    written, *numbers = place.groups()
    line, column = (None if number is None else int(number) for number in numbers)
    path = _find_existing(written, root)
    is_place = path is not None and ("/" in text or os.sep in text or line is not None)
    rule = None if is_place else _find_rule(text, found)
    if rule is not None:
        return _Meant(rule)
    if path is None:
        raise UsageError(_describe_unknown(text, written, found))
    return _Meant(None, path, line, column)


def _find_rule(text: str, found: CheckedProject) -> str | None:
    """The id of the rule with this id or target; runs and the baseline may know more of them."""
    rules = found.project.rules
    rule = rules.find(text) or rules.find(f"{text}()")  # the class says which factory
    if rule is not None:
        return rule.id
    return text if text in _list_other_ids(found) else None


def _list_other_ids(found: CheckedProject) -> set[str]:
    """The ids that violations and the baseline's entries go by."""
    ids = {violation.rule for violation in found.ratcheted.violations}
    return ids | {entry.key.rule for entry in found.baseline.entries}


def _find_existing(text: str, root: Path) -> str | None:
    """The path *text*, seen from here or else from the root, relative to the root.

    None if nothing is there. Raises UsageError for one that is not under the root.
    """
    given = [os.path.abspath(candidate) for candidate in (text, os.path.join(root, text))]
    there = [candidate for candidate in given if os.path.lexists(candidate)]
    # Resolved last: a link under the root may lead anywhere.
    for candidate in (*there, *map(os.path.realpath, there)):
        if Path(candidate).is_relative_to(root):
            return Path(candidate).relative_to(root).as_posix()
    if there:
        raise UsageError(f"{text} is not under the root, {root}")
    return None


def _describe_unknown(text: str, path: str, found: CheckedProject) -> str:
    rules = {*found.project.rules.by_id, *found.project.rules.by_target, *_list_other_ids(found)}
    root = found.project.settings.root
    hint = hint_nearest(text, rules) or hint_nearest(path, [*rules, *found.inventory.examined])
    told = f"no rule has this id or target, and no file or folder of {root} is there"
    return f"{text}: {told}" + (f"; {hint}" if hint else "")


# -- what is told ----------------------------------------------------------------------


def _explain_rule(
    name: str, found: CheckedProject, facts: explain_rule.ProjectFacts
) -> Iterator[str]:
    rule = facts.rules.get(name)
    root = found.project.settings.root
    target = None if rule is None else Standings(root).find_standing(rule.module, rule.name)
    unused = next((one for one in found.find_unused_rules() if one.rule.id == name), None)
    return explain_rule.explain_rule(explain_rule.ExplainedRule(name, rule, target, unused), facts)


def _explain_path(
    path: str, found: CheckedProject, facts: explain_rule.ProjectFacts
) -> Iterator[str]:
    place = explain_rule.ExplainedPath(path, list(_list_notes(path, found)))
    return explain_rule.explain_path(place, _make_is_within(path), facts)


def _make_is_within(path: str) -> Callable[[str], bool]:
    """Whether a path is *path*, or below it."""
    return lambda other: path in (".", other) or other.startswith(f"{path}/")


def _list_notes(path: str, found: CheckedProject) -> Iterator[tuple[str, str]]:
    """What there is to say of a file or a folder besides its violations."""
    settings, inventory = found.project.settings, found.inventory
    is_folder, is_in = (settings.root / path).is_dir(), _make_is_within(path)
    if is_folder:
        yield "read", count_noun(sum(map(is_in, inventory.examined)), "file")
    elif path in inventory.examined:
        yield "read", "yes"
    if path_matches(path, settings.exclude):
        yield "not read", "the setting exclude names it"
    elif path not in inventory.examined and (reason := explain_left_out(settings.root, path)):
        yield "not read", reason
    for unreadable, error in inventory.unreadable:
        if is_in(unreadable):
            yield "unreadable", error if unreadable == path else f"{unreadable}: {error}"
    if not is_folder:
        yield "first-party", _describe_first_party(path, found)
    yield "mission-critical", _describe_critical(path, found)


def _describe_first_party(path: str, found: CheckedProject) -> str:
    settings = found.project.settings
    module = next(iter(Modules(settings.root).list_names(path)), "")
    ours = FirstParty(settings.root, settings.first_party).owns(str(settings.root / path), module)
    return "yes" if ours else f"no: its violations are indirect ({settings.indirect})"


def _describe_critical(path: str, found: CheckedProject) -> str:
    """Whether it is mission-critical: by its path, or some tests in it by their marks."""
    settings = found.project.settings
    if path_matches(path, settings.mission_critical):
        return "yes, all of it: no violation is excused"
    is_in = _make_is_within(path)
    marked = [str(site) for site in sorted(found.inventory.critical) if is_in(site.path)]
    return f"in part: {', '.join(dict.fromkeys(marked))}" if marked else "no"


def _explain_line(
    meant: _Meant, line: int, found: CheckedProject, facts: explain_rule.ProjectFacts
) -> Sequence[str]:
    root = found.project.settings.root

    @cache
    def source(path: str) -> Sequence[str]:
        try:
            return _read_lines(root / path)
        except Unreadable:
            return ()

    if (root / meant.path).is_dir():
        raise UsageError(f"{meant.path} is a folder, which has no lines")
    try:
        number = len(_read_lines(root / meant.path))
    except Unreadable as error:
        raise UsageError(f"{meant.path} {error}") from None
    if not 1 <= line <= number:
        raise UsageError(f"{meant.path}:{line}: the file has the lines 1 to {number}")
    notes = [
        note for note in _list_notes(meant.path, found) if note[0] in ("not read", "unreadable")
    ]
    spot = explain_line.ExplainedLine(
        explain_rule.ExplainedPath(meant.path, notes), line, meant.column
    )
    return explain_line.explain_line(spot, facts, source)


def _read_lines(path: Path) -> Sequence[str]:
    """The lines of a file as Python counts them. Raises Unreadable."""
    data = read_bytes(str(path))
    try:
        text = decode_source(data)
    except Unreadable:
        text = salvage_text(data)
    return text.removesuffix("\n").split("\n")
