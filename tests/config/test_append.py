"""What is there stays: rules are added to any pyproject.toml, byte by byte as it was."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_ssot.config.append import NewTable, append_tables
from pytest_ssot.config.mistakes import Wrong

RULE = NewTable("rules", {"deprecated": "a.b", "use": "a.c"}, ("a.py:1 warns", "used once"))
RENAMING = NewTable(
    "rules", {"deprecated": "a.d", "use": "a.e", "rename": {"x": "y", "größe": "size"}}, ('"…"',)
)
LONE = NewTable("rules", {"deprecated": "a.f:G", "submodules": True, "manual": ["p", "q"]}, ())
SINGLE = NewTable("single", {"symbol": "a.g:H", "also-from": ["a"]}, ("a.py:2 defines H",))
ENTRIES = (RULE, RENAMING, LONE, SINGLE)

#: Ways to have a section, the first of the file's tables.
SECTIONS = (
    "",
    "[tool.pytest-ssot]\nstrict = true  # all\n",
    "[tool.pytest-ssot]\nrules = []\n",
    '[tool.pytest-ssot]\nrules = [{ deprecated = "z" }]\n',
    '[tool.pytest-ssot]\nrules = [\n  # one\n  { deprecated = "z" },  # z\n  {deprecated="y"}\n]\n',
    '[[tool.pytest-ssot.rules]]\ndeprecated = "z"\n# its end\n',
    (
        '[[tool.pytest-ssot.rules]]\ndeprecated = "z"\nuse = "y"\n'
        '[tool.pytest-ssot.rules.rename]\na = "b"\n'
    ),
    '[[tool.pytest-ssot.rules]]\ndeprecated = "z"\nreason = """\n# no comment\n[[x]]"""\n',
    '  [[tool."pytest-ssot".rules]]  # quoted\n  deprecated = "z"\n',
    "[tool]\npytest-ssot.strict = true\n",
    '[tool]\npytest-ssot.rules = [{ deprecated = "z" }]\n',
    "[tool]\npytest-ssot = { strict = true }\n",
    '[tool]\npytest-ssot = {rules=[{deprecated="z"}], strict=true}\n',
    (
        '[[tool.pytest-ssot.rules]]\ndeprecated = "z"\n\n'
        '[[tool.pytest-ssot.allow]]\nrule = "z"\nreason = "r"\n'
    ),
    (
        '[[tool.pytest-ssot.rules]]\ndeprecated = "z"\n[other]\n'
        '[[tool.pytest-ssot.rules]]\ndeprecated = "y"\n'
    ),
    '[[tool.pytest-ssot.single]]\nsymbol = "z:Z"\n',
)
OTHERS = (
    "# only a comment\n",
    "\n\n",
    "[project]\nname = 'x'\ndependencies = [\n  'a', # why\n]\n",
    "# of ruff\n[tool.ruff]\nline-length=100\n",
    "\n[tool.ruff.lint]  # more\nselect = ['E']\n",
    "[build-system]\nrequires = []\n\n",
    "[[tool.mypy.overrides]]\nmodule = 'x.*'\n",
    "[odd.\"a b\"]\nx = '''\n[[tool.pytest-ssot.rules]]\n'''\n",
)


@st.composite
def documents(draw: st.DrawFn) -> str:
    others = draw(st.lists(st.sampled_from(OTHERS), unique=True))
    at = draw(st.integers(0, len(others)))
    text = "".join([*others[:at], draw(st.sampled_from(SECTIONS)), *others[at:]])
    text = draw(st.sampled_from([text, text.rstrip("\n"), f"{text}\n\n", f"{text}# the end"]))
    return text.replace("\n", "\r\n") if draw(st.booleans()) else text


@given(documents(), st.lists(st.sampled_from(ENTRIES), unique_by=id, min_size=1))
def test_only_the_entries_are_new(text: str, entries: Sequence[NewTable]) -> None:
    changed = append_tables(text, entries)
    data = tomllib.loads(text)
    section = data.setdefault("tool", {}).setdefault("pytest-ssot", {})
    for entry in entries:
        section.setdefault(entry.name, []).append(dict(entry.values))
    assert tomllib.loads(changed) == data
    rest = iter(changed)
    assert all(char in rest for char in text), "what was there is no longer there, in its order"
    lines = [line.strip() for line in changed.splitlines()]
    for entry in entries:
        assert all(f"# {comment}" in lines for comment in entry.comments)
    if "\r\n" in text:
        assert changed.count("\n") == changed.count("\r\n")


def test_after_the_last_of_its_kind() -> None:
    text = '[[tool.pytest-ssot.rules]]\ndeprecated = "z"\n\n# of ruff\n[tool.ruff]\nx = 1\n'
    assert append_tables(text, [RULE]) == (
        '[[tool.pytest-ssot.rules]]\ndeprecated = "z"\n'
        "\n# a.py:1 warns\n# used once\n"
        '[[tool.pytest-ssot.rules]]\ndeprecated = "a.b"\nuse = "a.c"\n'
        "\n# of ruff\n[tool.ruff]\nx = 1\n"
    )


def test_at_the_end_of_a_file_without_any() -> None:
    assert append_tables("[project]\nname = 'x'", [RENAMING, SINGLE]) == (
        "[project]\nname = 'x'\n"
        '\n# "…"\n[[tool.pytest-ssot.rules]]\ndeprecated = "a.d"\nuse = "a.e"\n'
        'rename = { x = "y", "größe" = "size" }\n'
        '\n# a.py:2 defines H\n[[tool.pytest-ssot.single]]\nsymbol = "a.g:H"\nalso-from = ["a"]\n'
    )


def test_nothing_to_add_changes_nothing() -> None:
    assert append_tables("x = 1", []) == "x = 1"


@pytest.mark.parametrize(
    "text", ["[tool", "[tool]\npytest-ssot = 3\n", "tool = 3\n", "\ufeff[tool]\n"]
)
def test_what_cannot_be_added_to_is_refused(text: str) -> None:
    with pytest.raises(Wrong):
        append_tables(text, [RULE])
