"""SARIF 2.1.0, for code scanning and editors."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from pytest_ssot.model import Kind, Site, Step, Verdict, Violation
from pytest_ssot.report.document_content import Content, RuleCount, read_content
from pytest_ssot.report.violation_text import (
    Cause,
    describe_remembered,
    list_reasons,
    make_headline,
)

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
#: What paths are relative to; where it is, only the reader knows.
_ROOT = "SRCROOT"
#: The keys of a violation that SARIF has no place for.
_PROPERTIES = ("kind", "target", "name", "verdict", "seen", "form", "scope")

_Json = dict[str, Any]


def render(data: Mapping[str, Any]) -> str:
    """One run with one result for each violation, and a notification for what was not seen."""
    told = read_content(data)
    rules = sorted(told.count_by_rule(), key=lambda row: row.id)
    run = {
        "tool": {
            "driver": {
                "name": data["tool"]["name"],
                "version": told.version,
                "rules": [_describe_rule(row, told) for row in rules],
            }
        },
        "invocations": [
            {
                "executionSuccessful": not told.errors,
                "toolExecutionNotifications": _list_notifications(told),
            }
        ],
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the project."}}},
        "columnKind": "unicodeCodePoints",
        "results": _list_results(told, [row.id for row in rules]),
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def _describe_rule(row: RuleCount, told: Content) -> _Json:
    rule = row.rule
    kind = _find_kind(row, told)
    target = row.id if rule is None else rule.target
    short = make_headline(kind, target, row.id, rule)
    advice = (
        [] if rule is None else [*([f"use:  {rule.use}"] if rule.use else ()), *list_reasons(rule)]
    )
    described: _Json = {
        "id": row.id,
        "shortDescription": _make_message(short),
        "fullDescription": _make_message("\n".join((short, *advice))),
        "help": _make_message("\n".join(advice) or short),
        "defaultConfiguration": {"level": "error"},
    }
    if row.link_address is not None:
        described["helpUri"] = row.link_address
    if rule is not None and rule.owner:
        described["properties"] = {"owner": rule.owner}
    return described


def _find_kind(row: RuleCount, told: Content) -> Kind:
    """What the violations of a rule are; of a rule by nothing but its id, what the first is."""
    if row.rule is not None:
        return row.rule.kind
    return next(
        (violation.kind for violation in told.violations if violation.rule == row.id), Kind.IMPORT
    )


def _list_results(told: Content, ids: list[str]) -> list[_Json]:
    index = {name: number for number, name in enumerate(ids)}
    seen: Counter[tuple[str, ...]] = Counter()
    results = []
    for violation in told.violations:
        result = _describe_result(violation, Cause([violation], told.rules.get(violation.rule)))
        result["ruleIndex"] = index[violation.rule]
        # No line, and no column: both change with what is written above.
        same = (violation.rule, violation.importer.path, violation.target, violation.name or "")
        result["partialFingerprints"] = {"ssotSite/v1": _hash_parts(*same, str(seen[same]))}
        seen[same] += 1
        results.append(result)
    return results


def _describe_result(violation: Violation, cause: Cause) -> _Json:
    verdict = violation.verdict
    result: _Json = {
        "ruleId": violation.rule,
        "level": "error" if verdict is Verdict.FAILS else "note",
        "message": _make_message("\n".join((cause.make_headline(), *cause.list_advice()))),
        "locations": [_locate_site(violation.importer)],
        # SARIF wants it in all results or in none.
        "suppressions": [_describe_suppression(violation)] if verdict is Verdict.ALLOWED else [],
        "properties": {
            **{key: value for key, value in violation.to_json().items() if key in _PROPERTIES},
            "testCount": len(violation.tests),
        },
    }
    if violation.chain:
        steps = [*map(_locate_step, violation.chain), _locate_site(violation.importer)]
        flow = {"locations": [{"location": step} for step in steps]}
        result["codeFlows"] = [{"threadFlows": [flow]}]
    return result


def _describe_suppression(violation: Violation) -> _Json:
    justified = {} if violation.reason is None else {"justification": violation.reason}
    return {"kind": "external", "status": "accepted", **justified}


def _list_notifications(told: Content) -> list[_Json]:
    unreadable = [
        {
            "level": "warning",
            "message": _make_message(f"cannot be read: {error}"),
            "locations": [{"physicalLocation": {"artifactLocation": _make_artifact(path)}}],
        }
        for path, error in told.unreadable
    ]
    return [
        *({"level": "error", "message": _make_message(error)} for error in told.errors),
        *unreadable,
        *(
            {
                "level": "note",
                "message": _make_message(f"remembered: {describe_remembered(violation)}"),
                "locations": [_locate_site(violation.importer)],
            }
            for violation in told.remembered
        ),
        *(
            {"level": "note", "message": _make_message(f"not observed: {sentence}")}
            for sentence in told.not_observed
        ),
    ]


def _locate_site(site: Site) -> _Json:
    region = {"startLine": site.line, "startColumn": site.column + 1}
    return _make_location(site.path, region, site.function)


def _locate_step(step: Step) -> _Json:
    return _make_location(step.path, {"startLine": step.line}, step.function)


def _make_location(path: str, region: _Json, function: str) -> _Json:
    location: _Json = {
        "physicalLocation": {"artifactLocation": _make_artifact(path), "region": region}
    }
    if function != "<module>":
        location["logicalLocations"] = [{"fullyQualifiedName": function, "kind": "function"}]
    return location


def _make_artifact(path: str) -> _Json:
    # A name that is no UTF-8 is told by its own bytes.
    uri = quote(path.encode("utf-8", "surrogateescape"), "/")
    if path.startswith("/"):
        return {"uri": f"file://{uri}"}
    if path[1:3] == ":/":
        return {"uri": f"file:///{uri.replace('%3A', ':', 1)}"}  # a drive of Windows
    return {"uri": uri, "uriBaseId": _ROOT}


def _make_message(text: str) -> _Json:
    # A brace by itself would stand for an argument of the message.
    return {"text": text.replace("{", "{{").replace("}", "}}")}


def _hash_parts(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
