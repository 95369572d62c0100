"""What ``pytest-ssot explain`` says of a rule, and of a file or a folder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from pytest_ssot.config.load import FILE
from pytest_ssot.model import Suspect, Verdict, Violation
from pytest_ssot.policy.baseline.entries import Entry
from pytest_ssot.policy.baseline.ratchet import Stale
from pytest_ssot.policy.rules.unused_rules import Idle
from pytest_ssot.policy.run.inventory import Ground
from pytest_ssot.report import check_listing
from pytest_ssot.report.baseline_text import UPDATE
from pytest_ssot.report.violation_text import counted, likened
from pytest_ssot.rules.ownership import Factory, Single
from pytest_ssot.rules.rule import Rule
from pytest_ssot.rules.ruleset import AnyRule
from pytest_ssot.source.names.still_there import Standing


class Known(NamedTuple):
    """A baseline's entry, what is *stale* of it, and whether it *holds* today."""

    entry: Entry
    stale: Stale | None
    holds: bool


class Facts(NamedTuple):
    """All that is known of a project: its violations, judged, and what is next to them.

    ``rules`` and ``known`` are by rule id and in order; ``runs`` tells whether reports
    of runs were read.
    """

    violations: Sequence[Violation]
    grounds: Mapping[tuple[object, ...], Ground]
    rules: Mapping[str, AnyRule]
    known: Sequence[Known]
    is_critical: Callable[[Violation], bool]
    runs: bool
    suspects: Sequence[Suspect] = ()


class Place(NamedTuple):
    """A file or a folder, and what is told of it besides its violations, as label and text."""

    path: str
    notes: Sequence[tuple[str, str]]


class Told(NamedTuple):
    """A rule to be told of by its *name*; *target* tells where the deprecated thing is.

    Without a *rule* it is one that only a run or the baseline knows; *idle* if nobody uses it.
    """

    name: str
    rule: AnyRule | None
    target: Standing | None
    idle: Idle | None


def of_rule(told: Told, facts: Facts) -> Iterator[str]:
    """The rule, its sites and its state."""
    name, rule, target, idle = told
    found = [violation for violation in facts.violations if violation.rule == name]
    uses = [violation for violation in found if not violation.kind.traits.stands]
    yield name
    if rule is None:
        yield field("rule", f"none in {FILE} has this id; runs, or the baseline, speak of it")
    else:
        yield from (field(label, text) for label, text in _written(rule))
        yield field("written in", rule.origin)
        yield field("source", _source(rule, target))
    are_uses = rule is None or rule.kind.traits.is_use
    yield field("uses" if are_uses else "violations", totals(uses))
    for one in found:
        if one.kind.traits.stands:
            yield field(one.kind.value, one.message or "")
    if idle is not None:
        yield field("to do", check_listing.idle_text(idle))
    elif isinstance(rule, Rule) and rule.origin != FILE and not found:
        yield field("to do", f"nothing: nobody here uses what {rule.origin} deprecates")
    yield from _suspects(suspect for suspect in facts.suspects if suspect.rule == name)
    yield from _by_file(found, facts, lambda one: "")
    yield from _baseline(facts, [one for one in facts.known if one.entry.key.rule == name])


def of_place(place: Place, is_in: Callable[[str], bool], facts: Facts) -> Iterator[str]:
    """The file or folder *place* and the violations there; *is_in* tells of a path if it is."""
    found = [violation for violation in facts.violations if is_in(violation.importer.path)]
    yield place.path
    yield from (field(label, text) for label, text in place.notes)
    yield field("uses", totals(found))
    yield from _suspects(suspect for suspect in facts.suspects if is_in(suspect.site.path))
    yield from _by_file(found, facts, lambda violation: f"{violation.rule} ")
    yield from _baseline(facts, [one for one in facts.known if is_in(one.entry.key.path)])


def field(label: str, text: str) -> str:
    return f"  {label + ':':<18}{text}"


def totals(violations: Sequence[Violation]) -> str:
    """``5 in 3 files: fails 2, known 3``."""
    if not violations:
        return "none"
    files = counted(len({violation.importer.path for violation in violations}), "file")
    number = Counter(violation.verdict for violation in violations)
    told = ", ".join(f"{verdict.value} {number[verdict]}" for verdict in Verdict if number[verdict])
    return f"{len(violations)} in {files}: {told}"


def known_line(known: Known) -> str:
    """``app/a.py  app.old:make: 2 known, 1 left; stale, run: pytest-ssot baseline --update``."""
    entry, stale = known.entry, known.stale
    told = [f"{entry.number} known"]
    if stale is not None:
        told[0] += f", {stale.now} left"
        told += ["mission-critical, so never excused"] if stale.critical else []
    told += ["only runs see it"] if entry.runtime else []
    told += [f"owner {entry.owner}"] if entry.owner else []
    if entry.until is not None:
        told.append(f"until {entry.until}" + ("" if known.holds else ", which is past"))
    told += [entry.reason] if entry.reason else []
    told += [f"stale, {UPDATE}"] if stale is not None else []
    return f"{entry}: {'; '.join(told)}"


def _written(rule: AnyRule) -> Iterator[tuple[str, str]]:
    """What the rule's author wrote."""
    if isinstance(rule, Single):
        yield "single", rule.symbol
        yield "also from", ", ".join(rule.also_from) or "nowhere: one import path"
    elif isinstance(rule, Factory):
        yield "class", rule.symbol
        yield "only from", ", ".join(rule.only_from)
    else:
        yield from _deprecated(rule)
    for label, text in (("why", rule.reason), ("link", rule.link), ("owner", rule.owner)):
        if text:
            yield label, text


def _deprecated(rule: Rule) -> Iterator[tuple[str, str]]:
    yield "deprecated", rule.deprecated
    yield "use", rule.use or "nothing: the rule names no replacement"
    if rule.rename:
        yield "rename", ", ".join(f"{old} -> {new}" for old, new in rule.rename)
    if rule.manual:
        yield "manual", f"{', '.join(rule.manual)}: nothing replaces these line by line"
    if not rule.submodules:
        yield "submodules", "no: the package's own surface alone"
    if rule.allow_from:
        yield "allow-from", ", ".join(rule.allow_from)
    if rule.removed_in:
        of = f" of {rule.distribution}" if rule.distribution else ""
        yield "removed in", f"{rule.removed_in}{of}"


def _source(rule: AnyRule, target: Standing | None) -> str:
    if target is None or target.file is None:
        return f"no file of this project is {rule.module}"
    if target.exists is None:
        return f"{target.file}, which may or may not bind {rule.name}"
    if not target.exists:
        return f"{target.file}, which does not bind {rule.name}"
    return target.file


def _by_file(
    violations: Iterable[Violation], facts: Facts, prefix: Callable[[Violation], str]
) -> Iterator[str]:
    """The violations, sorted, each file's under its path."""
    ordered = sorted(violations, key=lambda violation: violation.cause)
    for path, group in groupby(ordered, key=lambda violation: violation.importer.path):
        yield ""
        yield path
        for violation in group:
            site = violation.importer
            told = check_listing.clauses(
                violation, facts.rules.get(violation.rule), runs=facts.runs
            )
            judged = check_listing.judged(violation)
            yield f"  {site.line}:{site.column}: {prefix(violation)}{'; '.join([*told, judged])}"


def _suspects(suspects: Iterable[Suspect]) -> Iterator[str]:
    yield from (field("suspect", likened(suspect)) for suspect in suspects)


def _baseline(facts: Facts, known: Sequence[Known]) -> Iterator[str]:
    if known:
        yield ""
        yield "in the baseline"
        yield from (f"  {known_line(one)}" for one in known)
