"""What ``init`` offers to write: findings as tables, each with its evidence as comments."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from pytest_ssot.config.append import NewTable
from pytest_ssot.config.load import FILE, SECTION
from pytest_ssot.config.mistakes import Mistakes, Place
from pytest_ssot.config.schema import RULES, SCHEMAS, check_table
from pytest_ssot.rules.build_rules import make_rules, make_singles
from pytest_ssot.rules.configured import Configured
from pytest_ssot.rules.rule import Rule
from pytest_ssot.source.deprecated.finding import Double, Finding, Strength
from pytest_ssot.source.deprecated.survey import Survey

#: Sites and files in which each rule's target is used, by the rule's id.
Counts = Mapping[str, tuple[int, int]]
Count = Callable[[Sequence[Rule]], Counts]

_EVIDENCE = 3
_WORDS = 160


class Proposal(NamedTuple):
    """A table that may be written; ``wrong`` says why it cannot be."""

    entry: NewTable
    strength: Strength
    wrong: str = ""

    @property
    def title(self) -> str:
        values = self.entry.values
        use = f" -> {values['use']}" if "use" in values else ""
        return f"{values.get('deprecated') or values.get('symbol')}{use}"


def make_proposals(survey: Survey, configured: Configured, count: Count) -> list[Proposal]:
    """One for each finding that has no rule yet, the surest first, then the single classes."""
    new = [
        finding for finding in survey.findings if finding.target not in configured.rules.by_target
    ]
    ids = set(configured.rules.by_id)
    tables = {finding.target: _make_values(finding, ids) for finding in new}
    deprecated = {
        finding.target for finding in survey.findings if finding.strength > Strength.POSSIBLE
    }
    doubles = list(_find_open_doubles(survey.doubles, deprecated, configured))
    rules = {finding.target: _make_rule(finding) for finding in new}
    for symbol in (symbol for double in doubles for symbol in double.symbols):
        # A rule on a name takes sites from that on its module, which needs no second count.
        if symbol.partition(":")[0] not in rules:
            rules.setdefault(symbol, Rule(symbol, symbol))
    counts = count(tuple(rules.values())) if rules else {}
    found = [_propose_rule(finding, tables[finding.target], counts) for finding in new]
    used = {symbol for symbol, (sites, _) in counts.items() if sites}
    found += [
        _propose_single(double, counts) for double in doubles if used.intersection(double.symbols)
    ]
    return sorted(
        found, key=lambda proposal: (-proposal.strength, proposal.entry.name, proposal.title)
    )


def _make_values(finding: Finding, ids: set[str]) -> dict[str, object]:
    """The keys of a rule; an id only where the default, the target, is taken."""
    values: dict[str, object] = {"deprecated": finding.target}
    if finding.use is not None:
        values["use"] = finding.use
    if finding.rename:
        values["rename"] = dict(finding.rename)
    if finding.manual:
        values["manual"] = list(finding.manual)
    if not finding.submodules:
        values["submodules"] = False
    name, number = finding.target, 2
    while name in ids:
        name, number = f"{finding.target}-{number}", number + 1
    ids.add(name)
    if name != finding.target:
        values["id"] = name
    return values


def _find_open_doubles(
    doubles: Iterable[Double], deprecated: set[str], configured: Configured
) -> Iterator[Double]:
    """Those that are not settled: by a table that is there, or by all but one being deprecated."""
    settled = {single.symbol for single in configured.rules.single}
    for double in doubles:
        left = [symbol for symbol in double.symbols if symbol not in deprecated]
        if settled.isdisjoint(double.symbols) and len(left) > 1:
            yield double


def _make_rule(finding: Finding) -> Rule:
    """What is counted for it."""
    return Rule(finding.target, finding.target, finding.use, submodules=finding.submodules)


def _propose_rule(finding: Finding, values: dict[str, object], counts: Counts) -> Proposal:
    signs = [_clean_comment(str(sign)) for sign in finding.signs[:_EVIDENCE]]
    notes = [*finding.notes, *_describe_use(counts.get(finding.target))]
    if finding.use is None:
        notes.append('what replaces it was not found; if something does, add use = "…"')
    entry = NewTable("rules", values, (*signs, *notes))
    mistakes = Mistakes()
    check_table(RULES, values, Place(FILE), 1, mistakes)
    return Proposal(entry, finding.strength, "; ".join(mistakes.list_problems()))


def _propose_single(double: Double, counts: Counts) -> Proposal:
    """The class as the most used of its modules defines it, the first of equals."""
    by_use = [counts.get(symbol, (0, 0))[0] for symbol in double.symbols]
    at = by_use.index(max(by_use))
    values: dict[str, object] = {"symbol": double.symbols[at]}
    if double.reexports[at]:
        values["also-from"] = list(double.reexports[at])
    places = sorted(
        zip(double.symbols, double.places, strict=True),
        key=lambda pair: pair[0] != values["symbol"],
    )
    told = [
        ", ".join([f"{place} defines {double.name}", *_describe_use(counts.get(symbol))])
        for symbol, place in places
    ]
    return Proposal(NewTable("single", values, tuple(map(_clean_comment, told))), Strength.POSSIBLE)


def check_section(data: Mapping[str, object]) -> None:
    """Check the rules and singles of the section *data*; raises UsageError with all mistakes."""
    mistakes = Mistakes()
    for name in ("rules", "single"):
        place = Place(FILE, f"[{SECTION}.{name}]")
        entries = data.get(name, [])
        entries = entries if isinstance(entries, list) else []
        tables = [
            check_table(SCHEMAS[name], each, place, number, mistakes)
            for number, each in enumerate(entries, 1)
        ]
        if name == "rules":
            make_rules(tables, FILE, mistakes)
        else:
            make_singles(tables, mistakes)
    mistakes.raise_any()


def _describe_use(found: tuple[int, int] | None) -> list[str]:
    if found is None:
        return []
    sites, files = found
    if sites < 2:
        return ["used once" if sites else "not used"]
    return [f"used {sites} times in {files} file{'s' * (files != 1)}"]


def _clean_comment(text: str) -> str:
    """*text* as a comment can hold it: one line, nothing unprintable, of a bearable length."""
    text = re.sub(r"\s+", " ", text)
    text = "".join(char if char.isprintable() else "?" for char in text)
    return text if len(text) <= _WORDS else f'{text[: _WORDS - 4]} …"'
