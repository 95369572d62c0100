"""The document carries what formatters need, and every format takes every document."""

from __future__ import annotations

import json
import pkgutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_ssot.config.report_formats import FORMATS, RENDERED
from pytest_ssot.model import Kind, Site, Step, Verdict, Violation
from pytest_ssot.report import formats
from pytest_ssot.report.document import make_document
from pytest_ssot.report.document_content import read_content
from pytest_ssot.report.rendering import render
from pytest_ssot.rules.ownership import Factory, Single
from pytest_ssot.rules.rule import Rule
from pytest_ssot.rules.rule_keys import rule_from_report

TEXT = st.text(min_size=1, max_size=6)
MAYBE = st.none() | TEXT
NAMES = st.sampled_from(["make", "X", "other"])
RULE = st.builds(
    Rule,
    id=st.sampled_from(["r", "s"]),
    deprecated=st.sampled_from(["a.b", "a.b:Name"]),
    use=st.none() | st.sampled_from(["c.d", "c.d:New"]),
    rename=st.dictionaries(NAMES, TEXT, max_size=2).map(lambda names: tuple(names.items())),
    manual=st.lists(NAMES, max_size=2).map(tuple),
    reason=MAYBE,
    owner=MAYBE,
    link=MAYBE,
    removed_in=MAYBE,
    distribution=MAYBE,
)
PATH = st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1, max_size=6)
VIOLATION = st.builds(
    Violation,
    rule=st.sampled_from(["r", "s", "Warning"]),
    kind=st.sampled_from(Kind),
    target=TEXT,
    name=st.none() | NAMES,
    importer=st.builds(Site, PATH, st.integers(1, 3), st.integers(0, 3), TEXT),
    chain=st.lists(st.builds(Step, PATH, st.integers(1, 3), TEXT), max_size=2).map(tuple),
    verdict=st.sampled_from(Verdict),
    seen=st.sampled_from([("static",), ("runtime",), ("runtime", "static")]),
    tests=st.lists(TEXT, max_size=2).map(tuple),
    message=MAYBE,
    reason=MAYBE,
)
DOCUMENT = st.builds(
    make_document,
    st.lists(VIOLATION, max_size=4),
    st.lists(RULE, max_size=2),
    st.just({"r": 1, "s": 0}),
    st.lists(st.tuples(PATH, TEXT), max_size=2),
    st.lists(TEXT, max_size=2),
    errors=st.lists(TEXT, max_size=2),
)


def test_each_row_of_the_table_of_formats_has_its_file_and_no_file_is_without() -> None:
    files = {one.name for one in pkgutil.iter_modules(formats.__path__)}
    assert files == set(RENDERED)
    assert FORMATS.keys() - files == {"junit"}


@given(RULE)
def test_a_rule_is_read_back_as_far_as_advice_needs_it(rule: Rule) -> None:
    (entry,) = make_document([], [rule], {rule.id: 0}, [], [])["rules"]
    said = rule._replace(submodules=True, allow_from=(), origin="")
    assert rule_from_report(json.loads(json.dumps(entry))) == said


@pytest.mark.parametrize(
    "rule",
    [
        Single("a.b:C", "a.b:C"),
        Single("s", "a.b:C", ("a", "a.x"), "why", "who", "https://example.com"),
        Factory("a.b:C()", "a.b:C", ("a.b:make",)),
        Factory("f", "a.b:C", ("a.b", "a.c:D.make"), "why", "who", "https://example.com"),
    ],
    ids=str,
)
def test_what_has_one_home_is_read_back(rule: Single | Factory) -> None:
    (entry,) = make_document([], [rule], {rule.id: 0}, [], [])["rules"]
    assert rule_from_report(json.loads(json.dumps(entry))) == rule


def test_what_a_rule_does_not_say_is_absent() -> None:
    data = make_document([], [Rule("r", "a.b")], {"r": 1, "found": 2}, [("a.py", "bad")], ["c"])
    assert data["rules"] == [
        {"id": "found", "matched": 2},
        {"id": "r", "matched": 1, "deprecated": "a.b"},
    ]
    assert data["unreadable"] == [{"path": "a.py", "error": "bad"}]
    assert (data["not_observed"], data["swept"], data["errors"]) == (["c"], [], [])


def test_rules_are_counted_by_verdict(odd: dict[str, Any]) -> None:
    told = read_content(odd)
    assert told.describe_totals() == "fails: 3, known: 1, allowed: 1, indirect: 1"
    assert [(row.id, row.counts.total()) for row in told.count_by_rule()] == [
        ("old|`id`", 3),
        ("app.names:Gone", 2),
        ("DeprecationWarning", 1),
        ("app.found", 0),
        ("app.idle", 0),
    ]


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("https://example.com/1090#top", "https://example.com/1090#top"),
        ("https://example.com/a b%20c?100%", "https://example.com/a%20b%20c?100%25"),
        ("http://[", "http://%5B"),  # a link that urllib refuses to split
        ("javascript:alert(1)", None),
        ("see the wiki", None),
        (None, None),
    ],
)
def test_a_link_leads_to_the_web_or_is_text(link: str | None, address: str | None) -> None:
    data = make_document([], [Rule("r", "a.b", link=link)], {"r": 0, "s": 0}, [], [])
    assert [row.link_address for row in read_content(data).count_by_rule()] == [address, None]


@pytest.mark.parametrize("name", RENDERED)
@given(data=DOCUMENT)
def test_any_document_has_every_format(name: str, data: dict[str, Any]) -> None:
    """Read back from JSON it gives the same bytes."""
    again = json.loads(render("json", data, Path()))
    assert render(name, data, Path()) == render(name, again, Path())


@pytest.mark.parametrize("name", RENDERED)
def test_a_path_that_is_no_text_can_be_written(name: str, tmp_path: Path) -> None:
    bad = Violation("r", Kind.IMPORT, "a.b", None, Site("app/\udcff.py", 1), message="\ud800")
    data = make_document([bad], [Rule("r", "a.b")], {"r": 1}, [("\udcff", "\ud800")], ["\udcff"])
    text = render(name, data, tmp_path)
    text.encode("utf-8")
    if name == "json":
        assert json.loads(text) == data
    if name == "sarif":
        assert '"uri": "app/%FF.py"' in text
