"""SARIF 2.1.0: what its schema and its text ask for, as far as it is used here."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_ssot.model import Kind, Site, Step, Verdict, Violation
from pytest_ssot.report.document import make_document
from pytest_ssot.report.formats.sarif import render as sarif
from pytest_ssot.rules.rule import Rule

Json = dict[str, Any]


def uri(text: str) -> bool:
    """RFC 3986: nothing but what may stand in a URI."""
    return (
        re.fullmatch(r"(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+", text) is not None
    )


def positive(number: object) -> bool:
    return isinstance(number, int) and number >= 1


def unbraced(text: str) -> bool:
    """Braces are doubled: a single one would ask for an argument."""
    return "{" not in text.replace("{{", "") and "}" not in text.replace("}}", "")


#: Each object's properties as the schema has them; one with a ``?`` may be absent.
#: A tuple is a choice of words, a list an array of one shape.
SHAPES: dict[str, dict[str, object]] = {
    "log": {"$schema?": uri, "version": ("2.1.0",), "runs": ["run"]},
    "run": {
        "tool": "tool",
        "invocations?": ["invocation"],
        "originalUriBaseIds?": "bases",
        "columnKind?": ("utf16CodeUnits", "unicodeCodePoints"),
        "results?": ["result"],
    },
    "tool": {"driver": "driver"},
    "driver": {"name": str, "version?": str, "rules?": ["rule"]},
    "rule": {
        "id": str,
        "shortDescription?": "message",
        "fullDescription?": "message",
        "help?": "message",
        "helpUri?": uri,
        "defaultConfiguration?": "configuration",
        "properties?": dict,
    },
    "configuration": {"level": ("none", "note", "warning", "error")},
    "invocation": {
        "executionSuccessful": bool,
        "toolExecutionNotifications?": ["notification"],
    },
    "notification": {
        "level?": ("none", "note", "warning", "error"),
        "message": "message",
        "locations?": ["location"],
    },
    "bases": {"SRCROOT": "base"},
    "base": {"description": "message"},
    "message": {"text": unbraced},
    "result": {
        "ruleId": str,
        "ruleIndex": int,
        "level?": ("none", "note", "warning", "error"),
        "message": "message",
        "locations?": ["location"],
        "suppressions?": ["suppression"],
        "partialFingerprints?": dict,
        "codeFlows?": ["codeFlow"],
        "properties?": dict,
    },
    "suppression": {
        "kind": ("inSource", "external"),
        "status?": ("accepted", "underReview", "rejected"),
        "justification?": str,
    },
    "codeFlow": {"threadFlows": ["threadFlow"]},
    "threadFlow": {"locations": ["threadFlowLocation"]},
    "threadFlowLocation": {"location?": "location"},
    "location": {"physicalLocation?": "physical", "logicalLocations?": ["logical"]},
    "physical": {"artifactLocation": "artifact", "region?": "region"},
    "artifact": {"uri": uri, "uriBaseId?": ("SRCROOT",)},
    "region": {"startLine": positive, "startColumn?": positive},
    "logical": {"fullyQualifiedName": str, "kind?": ("function",)},
}


def check(value: object, shape: object, where: str = "") -> None:
    if isinstance(shape, list):
        assert isinstance(value, list), where
        for number, one in enumerate(value):
            check(one, shape[0], f"{where}[{number}]")
    elif isinstance(shape, str):
        assert isinstance(value, dict), where
        known = {name.rstrip("?"): part for name, part in SHAPES[shape].items()}
        needed = {name for name in SHAPES[shape] if not name.endswith("?")}
        assert needed <= set(value) <= set(known), (where, set(value))
        for name, one in value.items():
            check(one, known[name], f"{where}.{name}")
    elif isinstance(shape, tuple):
        assert value in shape, where
    elif isinstance(shape, type):
        assert isinstance(value, shape), where
    else:
        test: Callable[[Any], bool] = shape  # type: ignore[assignment]
        assert test(value), (where, value)


def run_of(data: Json) -> Json:
    """The one run, after everything has been checked that holds for any."""
    log = json.loads(sarif(data))
    check(log, "log")
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    prints = [json.dumps(result["partialFingerprints"]) for result in run["results"]]
    assert len(set(prints)) == len(prints)
    assert isinstance(run, dict)
    return run


def test_levels_and_suppressions(odd: Json) -> None:
    told = [
        (one["properties"]["verdict"], one["level"], one["suppressions"])
        for one in run_of(odd)["results"]
    ]
    reason = 'moves with "it"\n<b>later</b>'
    excused = [{"kind": "external", "status": "accepted", "justification": reason}]
    assert told == [
        ("indirect", "note", []),
        ("fails", "error", []),
        ("fails", "error", []),
        ("known", "note", []),
        ("allowed", "note", excused),
        ("fails", "error", []),
    ]


def test_a_result_says_where_how_and_what_to_do(odd: Json) -> None:
    result = run_of(odd)["results"][2]
    here = {
        "physicalLocation": {
            "artifactLocation": {"uri": "app/my%20file%231.py", "uriBaseId": "SRCROOT"},
            "region": {"startLine": 3, "startColumn": 5},
        },
        "logicalLocations": [{"fullyQualifiedName": "Bridge.connect", "kind": "function"}],
    }
    assert result["locations"] == [here]
    assert result["message"]["text"] == (
        "deprecated import: app.old (old|`id`, removed in 2.0)\n"
        "use:  from app.new import build as make\n"
        "why:  two <managers>, 100% wrong https://example.com/ü?a=1|2&b=<c>\n"
        "fix:  change app/my file#1.py:3"
    )
    (flow,) = result["codeFlows"][0]["threadFlows"]
    first, second, last = (step["location"] for step in flow["locations"])
    assert first["physicalLocation"]["artifactLocation"]["uri"] == "tests/test_a.py"
    assert second["physicalLocation"] == {
        "artifactLocation": {"uri": "app/%C3%BC%25.py", "uriBaseId": "SRCROOT"},
        "region": {"startLine": 2},
    }
    assert last == here
    assert result["properties"] == {
        "kind": "import",
        "target": "app.old",
        "name": "make",
        "verdict": "fails",
        "seen": ["runtime"],
        "testCount": 1,
    }


def test_braces_of_a_warning_ask_for_no_argument(odd: Json) -> None:
    assert "says: use `new` | <now>: {{0}}" in run_of(odd)["results"][0]["message"]["text"]


def test_the_rules(odd: Json) -> None:
    found, idle, gone, warning, old = sorted(
        run_of(odd)["tool"]["driver"]["rules"],
        key=lambda rule: (
            ["app.found", "app.idle", "app.names:Gone"].index(rule["id"])
            if rule["id"].startswith("app")
            else 3 + (rule["id"] != "DeprecationWarning")
        ),
    )
    assert old == {
        "id": "old|`id`",
        "shortDescription": {"text": "deprecated import: app.old (old|`id`, removed in 2.0)"},
        "fullDescription": {
            "text": "deprecated import: app.old (old|`id`, removed in 2.0)\nuse:  app.new\n"
            "why:  two <managers>, 100% wrong https://example.com/ü?a=1|2&b=<c>"
        },
        "help": {
            "text": "use:  app.new\n"
            "why:  two <managers>, 100% wrong https://example.com/ü?a=1|2&b=<c>"
        },
        "helpUri": "https://example.com/%C3%BC?a=1%7C2&b=%3Cc%3E",
        "defaultConfiguration": {"level": "error"},
        "properties": {"owner": "@team"},
    }
    assert warning["shortDescription"] == {"text": "deprecated call: DeprecationWarning"}
    assert gone["shortDescription"] == {"text": "deprecated name: app.names:Gone"}
    assert idle["help"] == {"text": "use:  app.new"}
    assert found["shortDescription"] == {"text": "deprecated import: app.found"}


def test_what_was_not_seen_is_told(odd: Json) -> None:
    (invocation,) = run_of(odd)["invocations"]
    assert not invocation["executionSuccessful"]
    error, unreadable, *notes = invocation["toolExecutionNotifications"]
    assert error == {"level": "error", "message": {"text": "KeyError: '<100%>'"}}
    assert unreadable["level"] == "warning"
    (place,) = unreadable["locations"]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "app/bro%7Cken.py"
    assert [note["level"] for note in notes] == ["note", "note"]
    odd["errors"] = []
    assert run_of(odd)["invocations"][0]["executionSuccessful"]


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/usr/lib/x y.py", {"uri": "file:///usr/lib/x%20y.py"}),
        ("D:/lib/x:y.py", {"uri": "file:///D:/lib/x%3Ay.py"}),
        ("<string>", {"uri": "%3Cstring%3E", "uriBaseId": "SRCROOT"}),
        ("a:b.py", {"uri": "a%3Ab.py", "uriBaseId": "SRCROOT"}),
    ],
)
def test_paths_are_uris(path: str, told: Json) -> None:
    one = Violation("r", Kind.IMPORT, "a.b", None, Site(path, 1))
    (result,) = run_of(make_document([one], [], {}, [], []))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == told


def fingerprints(sites: list[tuple[int, int]], *, rule: str = "r", path: str = "a.py") -> list[str]:
    found = [Violation(rule, Kind.IMPORT, "a.b", "x", Site(path, *site)) for site in sites]
    results = run_of(make_document(found, [], {}, [], []))["results"]
    return [result["partialFingerprints"]["ssotSite/v1"] for result in results]


def test_a_fingerprint_outlives_a_line_that_is_put_above() -> None:
    before = fingerprints([(3, 0), (9, 4)])
    assert fingerprints([(4, 8), (30, 0)]) == before
    assert fingerprints([(4, 8)]) == before[:1]
    assert not set(fingerprints([(3, 0), (9, 4)], path="b.py")) & set(before)
    assert not set(fingerprints([(3, 0), (9, 4)], rule="s")) & set(before)


TEXT = st.text(max_size=5)
PLACE = st.builds(Site, TEXT.filter(bool), st.integers(1, 9), st.integers(0, 9), TEXT)


@given(
    st.lists(
        st.builds(
            Violation,
            rule=st.sampled_from(["r", "s", "w"]),
            kind=st.sampled_from(Kind),
            target=TEXT,
            name=st.none() | TEXT,
            importer=PLACE,
            chain=st.lists(st.builds(Step, TEXT.filter(bool), st.integers(1, 9), TEXT)).map(tuple),
            verdict=st.sampled_from(Verdict),
            message=st.none() | TEXT,
            reason=st.none() | TEXT,
        ),
        max_size=4,
    ),
    TEXT,
)
def test_anything_is_sound(found: list[Violation], text: str) -> None:
    rules = [
        Rule("r", "a.b", use=text, reason=text, link=text),
        Rule("s", "a:B", link="http://" + text),
    ]
    unreadable = [(text or "x", text)]
    run_of(make_document(found, rules, {"r": 1, "s": 1}, unreadable, [text], errors=[text]))
