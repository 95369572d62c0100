"""Words are found as wholes, with the library and without it."""

from __future__ import annotations

import re
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ssot.source.text import word_search as module
from pytest_ssot.source.text.word_search import Words
from tests.seeds import examples

WORD = st.text("abé_1", min_size=1, max_size=3)
PHRASE = st.sampled_from(["import *", "import*"])
TEXT = st.lists(
    st.one_of(WORD, PHRASE, st.sampled_from([" ", ".", "\n", "->", "😀", "'"])), max_size=30
).map("".join)


def plainly(words: set[str], text: str) -> list[int]:
    """The numbers of the lines that hold one of *words*, in characters: the oracle."""
    part = r"[0-9A-Za-z_\u0080-\U0010ffff]"
    anyone = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    whole = re.compile(rf"(?<!{part})(?:{anyone})(?!{part})")
    return [n for n, line in enumerate(text.split("\n"), 1) if words and whole.search(line)]


@settings(max_examples=examples(125))
@given(st.sets(st.one_of(WORD, PHRASE), max_size=5), TEXT)
def test_with_and_without_the_library(words: set[str], text: str) -> None:
    fast = Words(words)
    slow = Words(words)
    slow._search = module._search_by_tokens(frozenset(word.encode() for word in words))
    expected = plainly(words, text)
    for one in (fast, slow):
        assert one.find_lines(text) == expected
        assert one.are_in(text.encode()) is bool(expected)


def test_it_works_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ahocorasick_rs", None)
    assert Words(["old", "import *"]).find_lines("old\nolder\n\nfrom x import *\nx.old\n") == [
        1,
        4,
        5,
    ]
