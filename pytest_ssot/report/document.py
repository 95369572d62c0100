"""The JSON document: one schema for every command, described in ``docs/report.md``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from pytest_ssot.model import SCHEMA_VERSION, Suspect, Violation
from pytest_ssot.rules.rule_keys import report_from_rule
from pytest_ssot.rules.ruleset import AnyRule

if TYPE_CHECKING:  # it brings the watch along, which the command line has no use for
    from pytest_ssot.policy.rules.unused_rules import UnusedRule
    from pytest_ssot.policy.run.outcome import Outcome


def make_run_document(outcome: Outcome) -> dict[str, Any]:
    """The document of a run."""
    remainder = outcome.remainder
    return make_document(
        outcome.violations,
        outcome.rules,
        outcome.matched,
        outcome.unreadable,
        outcome.not_observed,
        swept=outcome.swept,
        errors=(*remainder.faults, *remainder.mistakes),
        unused=outcome.unused_rules,
        suspects=outcome.suspects,
        remembered=outcome.remembered,
    )


def make_document(
    violations: Iterable[Violation],
    rules: Iterable[AnyRule],
    matched: Mapping[str, int],
    unreadable: Iterable[tuple[str, str]],
    not_observed: Iterable[str],
    swept: Iterable[Violation] = (),
    errors: Iterable[str] = (),
    unused: Iterable[UnusedRule] = (),
    suspects: Iterable[Suspect] = (),
    remembered: Iterable[Violation] = (),
) -> dict[str, Any]:
    """The document as JSON values, everything in the order in which it is given.

    ``matched`` has the number of violations by rule id; it may have ids that
    ``rules`` has not. ``unreadable`` are pairs of a path and what is wrong there,
    ``unused`` the rules that nobody uses.
    """
    from importlib.metadata import version

    said = {rule.id: report_from_rule(rule) for rule in rules}
    states = {one.rule.id: _describe_state(one) for one in unused}
    return {
        "version": SCHEMA_VERSION,
        "tool": {"name": "pytest-ssot", "version": version("pytest-ssot")},
        "violations": [violation.to_json() for violation in violations],
        "unreadable": [{"path": path, "error": error} for path, error in unreadable],
        "not_observed": list(not_observed),
        "rules": [
            {"id": name, "matched": number, **states.get(name, {}), **said.get(name, {})}
            for name, number in sorted(matched.items())
        ],
        "swept": [_drop_verdict(violation) for violation in swept],
        "remembered": [violation.to_json() for violation in remembered],
        "suspects": [suspect.to_json() for suspect in suspects],
        "errors": list(errors),
    }


def _describe_state(unused: UnusedRule) -> dict[str, Any]:
    state = {"state": "gone" if unused.gone else "unused", "perhaps": unused.doubt}
    return {key: value for key, value in {**state, "delete": unused.delete}.items() if value}


def _drop_verdict(violation: Violation) -> dict[str, Any]:
    data = violation.to_json()
    del data["verdict"]
    return data
