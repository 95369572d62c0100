"""The HTML report: complete in itself, well-formed, and nothing that it tells becomes markup."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pytest_ssot.model import Kind, Site, Verdict, Violation
from pytest_ssot.report.document import make_document
from pytest_ssot.report.formats.html import render as html
from pytest_ssot.rules.rule import Rule

VOID = {"meta", "br", "input"}


class Page(HTMLParser):
    """A page as a reader has it: its tables by heading, its lists, its elements."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.headings: list[str] = []
        self.tables: dict[str, list[list[str]]] = {}
        self.items: dict[str, list[str]] = {}
        self.classes: list[str | None] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag in ("h1", "h2"):
            self.headings.append("")
        elif tag == "tr":
            self.tables.setdefault(self.headings[-1], []).append([])
            self.classes.append(dict(attrs).get("class"))
        elif tag in ("td", "th"):
            self.tables[self.headings[-1]][-1].append("")
        elif tag == "li" and "table" not in self.open:
            self.items.setdefault(self.headings[-1], []).append("")
        elif tag == "br":
            self.handle_data(" / ")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if {"h1", "h2"} & set(self.open):
            self.headings[-1] += data
        elif {"td", "th"} & set(self.open):
            if "details" in self.open and "summary" not in self.open:
                return
            self.tables[self.headings[-1]][-1][-1] += data
        elif "li" in self.open and "table" not in self.open:
            self.items[self.headings[-1]][-1] += data


def test_the_odd_document(odd: dict[str, Any]) -> None:
    page = Page(html(odd))
    assert page.tables == {
        "By rule": [
            ["rule", "use", "fails", "known", "allowed", "indirect"],
            [
                "old|`id` / app.old / removed in 2.0 / owner: @team",
                "app.new / two <managers>, 100% wrong / https://example.com/ü?a=1|2&b=<c>",
                *("2", "1", "0", "0"),
            ],
            ["app.names:Gone", "", "1", "0", "1", "0"],
            ["DeprecationWarning", "", "0", "0", "0", "1"],
            ["app.found", "", "0", "0", "0", "0"],
            ["app.idle", "app.new", "0", "0", "0", "0"],
        ],
        "By importer": [
            ["importer", "verdict", "uses", "instead", "seen"],
            [
                "app/my file#1.py:3",
                "fails",
                "app.old: X, make",
                "nothing replaces X line by line / from app.new import build as make",
                "2 tests",
            ],
            ["app/z.py:5", "fails", "app.names:Gone: Gone", "", "outside any test"],
            ["app/ü%.py:7", "known", "app.old.deep", "import app.new", "in source"],
            [
                "app/z.py:1",
                'allowed / moves with "it"\n<b>later</b>',
                "app.names:Gone: Gone",
                "",
                "outside any test",
            ],
            ["../lib/warn,s.py:9", "indirect", "app.warns:old", "use `new` | <now>: {0}", "1 test"],
        ],
        "Not read": [
            ["file", "error"],
            ["app/bro|ken.py", "line 3: `(` was never closed\N{REPLACEMENT CHARACTER}\n<here>"],
        ],
    }
    assert page.items == {
        "Not observed": [
            "app.old (loaded before the watch; imported by app/*_early_*.py:3)",
            "- @team [x](y)",
        ],
        "Looked at, not used": ["app/looks<.py:4  app.idle"],
        "Errors": ["KeyError: '<100%>'"],
    }


def test_the_way_and_the_tests_unfold(odd: dict[str, Any]) -> None:
    text = html(odd)
    assert (
        "<p>way</p><ul><li><code>tests/test_a.py:1 in &lt;module&gt;</code></li>"
        "<li><code>app/ü%.py:2 in load</code></li></ul>"
        "<p>tests</p><ul><li><code>tests/test_a.py::test_one</code></li>"
        "<li><code>tests/test_a.py::test_two[&lt;|&gt;]</code></li></ul>"
    ) in text
    tests = tuple(f"tests/test_a.py::test_{n:05}" for n in range(20_000))
    one = Violation("r", Kind.IMPORT, "a.b", None, Site("a.py", 1), tests=tests)
    long = html(make_document([one], [], {}, [], []))
    assert "<summary>20000 tests</summary>" in long
    assert "… and 19950 more" in long
    assert len(long) < 20_000


def test_it_is_complete_in_itself(odd: dict[str, Any]) -> None:
    """No script, and nothing from elsewhere: only a rule's own link leads out."""
    found = Page(html(odd)).found
    assert not {"script", "link", "img", "iframe", "base"} & {tag for tag, _ in found}
    assert "src" not in {name for _, attributes in found for name in attributes}
    links = [attributes["href"] for tag, attributes in found if tag == "a"]
    assert links == ["https://example.com/%C3%BC?a=1%7C2&b=%3Cc%3E"]
    assert "url(" not in html(odd)
    assert "@import" not in html(odd)


def test_a_link_that_runs_something_is_none() -> None:
    rule = Rule("r", "a.b", link="javascript:alert(1)")
    page = Page(html(make_document([], [rule], {"r": 0}, [], [])))
    assert "a" not in {tag for tag, _ in page.found}
    assert page.tables["By rule"][1][1] == "javascript:alert(1)"


def test_readers_of_any_kind_find_their_way(odd: dict[str, Any]) -> None:
    page = Page(html(odd))
    tags = [tag for tag, _ in page.found]
    assert ("html", {"lang": "en"}) in page.found
    assert tags.count("h1") == tags.count("main") == tags.count("title") == 1
    scopes = {attributes.get("scope") for tag, attributes in page.found if tag == "th"}
    assert scopes == {"col", "row"}
    assert tags.count("caption") == tags.count("table") == 3


def test_each_verdict_that_occurs_can_be_hidden(odd: dict[str, Any]) -> None:
    """By a box, and the rule of style that listens to it."""
    text = html(odd)
    page = Page(text)
    boxes = [attributes["id"] for tag, attributes in page.found if tag == "input"]
    assert boxes == ["show-fails", "show-known", "show-allowed", "show-indirect"]
    shown = {name for name in page.classes if name}
    assert shown == {"fails", "known", "allowed", "indirect"}
    for verdict in Verdict:
        assert (
            f"body:has(#show-{verdict.value}:not(:checked)) tr.{verdict.value} {{ display: none; }}"
        ) in text


@given(text=st.text(min_size=1))
def test_whatever_it_tells_is_told_as_it_is(text: str) -> None:
    one = Violation("r", Kind.WARNING, text, text, Site(text, 1), message=text, reason=text)
    rule = Rule("r", "a.b", use=text, reason=text, link=text, owner=text, removed_in=text)
    page = Page(html(make_document([one], [rule], {"r": 1}, [(text, text)], [text])))
    seen = re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "\N{REPLACEMENT CHARACTER}", text)
    assert page.tables["Not read"][1] == [seen, seen]
    assert page.tables["By importer"][1][0] == f"{seen}:1"
    assert page.items["Not observed"] == [seen]
