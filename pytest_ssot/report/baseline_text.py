"""What a baseline's state reads like: one wording for commands and runs."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_ssot.policy.baseline.entries import BaselineEntry
from pytest_ssot.policy.baseline.ratchet import Stale
from pytest_ssot.report.violation_text import name_with_others
from pytest_ssot.rules.ruleset import AnyRule

#: What takes out of the baseline what a scan does not find any more.
UPDATE = "run: pytest-ssot baseline --update"


def describe_stale(stale: Stale, rules: Mapping[str, AnyRule]) -> str:
    """``thank you: app/bridge.py no longer reaches app.old (websocket-factory), 2 -> 0``."""
    entry = stale.entry
    path, count = entry.key.path, f"{entry.number} -> {stale.now}"
    what = _describe_target(entry, rules)
    if stale.critical:
        return f"{path} is mission-critical: its entry for {what} goes, {count}"
    if not entry.runtime and entry.key.rule not in rules:
        return f"{path}: no rule is called {entry.key.rule} any more, {count}"
    if entry.key.stands:
        return f"thank you: {path} no longer has {what}, which was {entry.key.kind}, {count}"
    what = f"{'has another' if _is_of_another(rules.get(entry.key.rule)) else 'reaches'} {what}"
    less = f"{what} in fewer places" if stale.now else f"no longer {what}"
    return f"thank you: {path} {less}, {count}"


def describe_expired(entry: BaselineEntry) -> str:
    owner = f", {entry.owner}" if entry.owner else ""
    return f"{entry} (until {entry.until}{owner})"


def describe_update(stale: Stale) -> str:
    """What removes the entry."""
    if stale.entry.runtime:
        return "run: pytest --ssot-update-baseline"
    return UPDATE


def _is_of_another(rule: AnyRule | None) -> bool:
    return rule is not None and rule.kind.traits.is_another


def _describe_target(entry: BaselineEntry, rules: Mapping[str, AnyRule]) -> str:
    """The target, the name that was taken from it, and the rule where that is called otherwise."""
    key = entry.key
    rule = rules.get(key.rule)
    target = key.target or (key.rule if rule is None else rule.target)
    if _is_of_another(rule):
        told = name_with_others(target, filter(None, (key.name,)))
        return told + (f" ({key.rule})" if key.rule != target else "")
    name = f":{key.name}" if key.name and key.name != "*" and ":" not in target else ""
    return f"{target}{name}" + (f" ({key.rule})" if key.rule != target else "")
