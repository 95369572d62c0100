"""What ``pytest-ssot explain`` says of a rule, and of a file or a folder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from pytest_ssot.config.load import FILE
from pytest_ssot.model import Suspect, Verdict, Violation
from pytest_ssot.policy.baseline.entries import BaselineEntry
from pytest_ssot.policy.baseline.ratchet import Stale
from pytest_ssot.policy.rules.unused_rules import UnusedRule
from pytest_ssot.policy.run.inventory import Ground
from pytest_ssot.report import check_listing
from pytest_ssot.report.baseline_text import UPDATE
from pytest_ssot.report.violation_text import count_noun, describe_suspect
from pytest_ssot.rules.ownership import Factory, Single
from pytest_ssot.rules.rule import Rule
from pytest_ssot.rules.ruleset import AnyRule
from pytest_ssot.source.names.still_there import Standing


class KnownEntry(NamedTuple):
    """A baseline's entry, what is *stale* of it, and whether it *holds* today."""

    entry: BaselineEntry
    stale: Stale | None
    holds: bool


class ProjectFacts(NamedTuple):
    """All that is known of a project: its violations, judged, and what is next to them.

    ``rules`` and ``known`` are by rule id and in order; ``runs`` tells whether reports
    of runs were read.
    """

    violations: Sequence[Violation]
    grounds: Mapping[tuple[object, ...], Ground]
    rules: Mapping[str, AnyRule]
    known: Sequence[KnownEntry]
    is_critical: Callable[[Violation], bool]
    runs: bool
    suspects: Sequence[Suspect] = ()


class ExplainedPath(NamedTuple):
    """A file or a folder, and what is told of it besides its violations, as label and text."""

    path: str
    notes: Sequence[tuple[str, str]]


class ExplainedRule(NamedTuple):
    """A rule to be told of by its *name*; *target* tells where the deprecated thing is.

    Without a *rule* it is one that only a run or the baseline knows; *unused* if nobody uses it.
    """

    name: str
    rule: AnyRule | None
    target: Standing | None
    unused: UnusedRule | None


def explain_rule(told: ExplainedRule, facts: ProjectFacts) -> Iterator[str]:
    """The rule, its sites and its state."""
    name, rule, target, unused = told
    found = [violation for violation in facts.violations if violation.rule == name]
    uses = [violation for violation in found if not violation.kind.traits.stands]
    yield name
    if rule is None:
        yield format_field(
            "rule", f"none in {FILE} has this id; runs, or the baseline, speak of it"
        )
    else:
        yield from (format_field(label, text) for label, text in _explain_written(rule))
        yield format_field("written in", rule.origin)
        yield format_field("source", _explain_source(rule, target))
    are_uses = rule is None or rule.kind.traits.is_use
    yield format_field("uses" if are_uses else "violations", describe_totals(uses))
    for violation in found:
        if violation.kind.traits.stands:
            yield format_field(violation.kind.value, violation.message or "")
    if unused is not None:
        yield format_field("to do", check_listing.describe_unused_rule(unused))
    elif isinstance(rule, Rule) and rule.origin != FILE and not found:
        yield format_field("to do", f"nothing: nobody here uses what {rule.origin} deprecates")
    yield from _list_suspects(suspect for suspect in facts.suspects if suspect.rule == name)
    yield from _list_by_file(found, facts, lambda _: "")
    yield from _list_baseline(
        facts, [known for known in facts.known if known.entry.key.rule == name]
    )


def explain_path(
    place: ExplainedPath, is_in: Callable[[str], bool], facts: ProjectFacts
) -> Iterator[str]:
    """The file or folder *place* and the violations there; *is_in* tells of a path if it is."""
    found = [violation for violation in facts.violations if is_in(violation.importer.path)]
    yield place.path
    yield from (format_field(label, text) for label, text in place.notes)
    yield format_field("uses", describe_totals(found))
    yield from _list_suspects(suspect for suspect in facts.suspects if is_in(suspect.site.path))
    yield from _list_by_file(found, facts, lambda violation: f"{violation.rule} ")
    yield from _list_baseline(
        facts, [known for known in facts.known if is_in(known.entry.key.path)]
    )


def format_field(label: str, text: str) -> str:
    return f"  {label + ':':<18}{text}"


def describe_totals(violations: Sequence[Violation]) -> str:
    """``5 in 3 files: fails 2, known 3``."""
    if not violations:
        return "none"
    files = count_noun(len({violation.importer.path for violation in violations}), "file")
    number = Counter(violation.verdict for violation in violations)
    told = ", ".join(f"{verdict.value} {number[verdict]}" for verdict in Verdict if number[verdict])
    return f"{len(violations)} in {files}: {told}"


def describe_entry(known: KnownEntry) -> str:
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


def _explain_written(rule: AnyRule) -> Iterator[tuple[str, str]]:
    """What the rule's author wrote."""
    if isinstance(rule, Single):
        yield "single", rule.symbol
        yield "also from", ", ".join(rule.also_from) or "nowhere: one import path"
    elif isinstance(rule, Factory):
        yield "class", rule.symbol
        yield "only from", ", ".join(rule.only_from)
    else:
        yield from _explain_deprecated(rule)
    for label, text in (("why", rule.reason), ("link", rule.link), ("owner", rule.owner)):
        if text:
            yield label, text


def _explain_deprecated(rule: Rule) -> Iterator[tuple[str, str]]:
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


def _explain_source(rule: AnyRule, target: Standing | None) -> str:
    if target is None or target.file is None:
        return f"no file of this project is {rule.module}"
    if target.exists is None:
        return f"{target.file}, which may or may not bind {rule.name}"
    if not target.exists:
        return f"{target.file}, which does not bind {rule.name}"
    return target.file


def _list_by_file(
    violations: Iterable[Violation], facts: ProjectFacts, prefix: Callable[[Violation], str]
) -> Iterator[str]:
    """The violations, sorted, each file's under its path."""
    ordered = sorted(violations, key=lambda violation: violation.cause)
    for path, group in groupby(ordered, key=lambda violation: violation.importer.path):
        yield ""
        yield path
        for violation in group:
            site = violation.importer
            told = check_listing.list_clauses(
                violation, facts.rules.get(violation.rule), runs=facts.runs
            )
            judged = check_listing.describe_verdict(violation)
            yield f"  {site.line}:{site.column}: {prefix(violation)}{'; '.join([*told, judged])}"


def _list_suspects(suspects: Iterable[Suspect]) -> Iterator[str]:
    yield from (format_field("suspect", describe_suspect(suspect)) for suspect in suspects)


def _list_baseline(facts: ProjectFacts, known: Sequence[KnownEntry]) -> Iterator[str]:
    if known:
        yield ""
        yield "in the baseline"
        yield from (f"  {describe_entry(known_entry)}" for known_entry in known)
