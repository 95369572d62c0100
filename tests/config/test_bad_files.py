"""Files that cannot hold a configuration, and mistakes that more than one entry make."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Told = Callable[..., list[str]]
TOP = "pyproject.toml: [tool.pytest-ssot]: "
ALLOW = "pyproject.toml: [tool.pytest-ssot.allow] #1: "

DOCUMENTS = [
    (
        b"[tool.pytest-ssot\n",
        "pyproject.toml: is no valid TOML: ",
    ),
    (b"[tool.pytest-ssot]\n# \xff\n", "pyproject.toml: is not UTF-8 (at line 2)"),
    ("[tool.pytest-ssot]\n".encode("utf-16"), "pyproject.toml: is not UTF-8 (at line 1)"),
    (b"# pytest-ssot\nx = " + b"[" * 100_000, "pyproject.toml: is no valid TOML: "),
    (
        b'[tool]\npytest-ssot = "on"\n',
        'pyproject.toml: [tool.pytest-ssot] must be a table, not "on"',
    ),
    (
        b"[tool.pytest_ssot]\n",
        "pyproject.toml: unknown table [tool.pytest_ssot]; did you mean [tool.pytest-ssot]?",
    ),
    (
        b'[tool.pytest-ssot.rules]\ndeprecated = "a.b"\n',
        (
            "pyproject.toml: [tool.pytest-ssot.rules]: must be a list of tables, not a table;"
            " write [[tool.pytest-ssot.rules]]"
        ),
    ),
    (
        b"[tool.pytest-ssot]\nrules = [3]\n",
        "pyproject.toml: [tool.pytest-ssot.rules] #1: must be a table, not a number",
    ),
]


@pytest.mark.parametrize(("document", "words"), DOCUMENTS)
def test_a_file_that_cannot_hold_the_configuration(
    told: Told, tmp_path: Path, document: bytes, words: str
) -> None:
    (tmp_path / "pyproject.toml").write_bytes(document)
    (line,) = told(tmp_path)
    assert line.startswith(words)


def test_a_folder_in_the_place_of_the_file(told: Told, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").mkdir()
    (line,) = told(tmp_path)
    assert line.startswith("pyproject.toml: cannot be read: ")


REPEATS = [
    (
        'rules = [{ id = "x", deprecated = "a.b" }, { id = "x", deprecated = "a.c" }]',
        'pyproject.toml: [tool.pytest-ssot.rules] #2 (id "x"): id: "x" is that of #1 too',
    ),
    (
        'rules = [{ id = "x", deprecated = "a.b" }, { id = "y", deprecated = "a.b" }]',
        'pyproject.toml: [tool.pytest-ssot.rules] #2 (id "y"): deprecated: "a.b" is that of #1 too',
    ),
    (
        'rules = [{ deprecated = "a.b" }, { deprecated = "a.b" }]',
        'pyproject.toml: [tool.pytest-ssot.rules] #2: deprecated: "a.b" is that of #1 too',
    ),
    (
        'single = [{ symbol = "a.b:C" }, { symbol = "a.b:C" }]',
        'pyproject.toml: [tool.pytest-ssot.single] #2: symbol: "a.b:C" is that of #1 too',
    ),
    (
        'factories = [{ class = "a:C", only-from = ["a"] }, { class = "a:C", only-from = ["b"] }]',
        'pyproject.toml: [tool.pytest-ssot.factories] #2: class: "a:C" is that of #1 too',
    ),
    (
        'rules = [{ id = "x", deprecated = "a.b" }]\nsingle = [{ id = "x", symbol = "a:C" }]',
        (
            'pyproject.toml: [tool.pytest-ssot.single] #1 (id "x"): id: '
            '"x" is that of [tool.pytest-ssot.rules] #1 (id "x") too; give one of them another id'
        ),
    ),
]


@pytest.mark.parametrize(("written", "words"), REPEATS)
def test_two_entries_for_one_thing(told: Told, tmp_path: Path, written: str, words: str) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[tool.pytest-ssot]\n{written}\n")
    assert told(tmp_path) == [words]


def test_two_entries_without_a_sound_target_are_not_told_as_repeats(
    told: Told, tmp_path: Path
) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[tool.pytest-ssot]\nrules = [{ deprecated = "" }, { deprecated = "" }]\n'
    )
    assert told(tmp_path) == [
        f"pyproject.toml: [tool.pytest-ssot.rules] #{number}: deprecated: must not be empty"
        for number in (1, 2)
    ]


def test_an_allowance_with_a_typo_is_shown_the_nearest_rule(told: Told, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        "[tool.pytest-ssot]\n"
        'rules = [{ id = "websocket-factory", deprecated = "a.b" }]\n'
        'allow = [{ rule = "websocket-fcatory", reason = "x" }]\n'
    )
    assert told(tmp_path) == [
        ALLOW + 'rule: "websocket-fcatory" is no rule\'s id or target;'
        ' did you mean "websocket-factory"?'
    ]


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(told: Told, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        """
        [[tool.pytest-ssot.allow]]
        rule = "websocket-factory"
        [[tool.pytest-ssot.rules]]
        id = "websocket-factory"
        deprecated = "not a name"
        submodule = true
        [[tool.pytest-ssot.rules]]
        id = "websocket-factory"
        deprecated = "a.b"
        [tool.pytest-ssot]
        warnings = ["int", "str"]
        indirekt = "fail"
        """
    )
    assert told(tmp_path, ini={"discover": 3}, flags={"baseline": ""}) == [
        ALLOW + '"reason" is missing',
        (
            'pyproject.toml: [tool.pytest-ssot.rules] #1 (id "websocket-factory"): '
            'deprecated: must be a dotted name, "a.b" or "a.b:Name", not "not a name"'
        ),
        (
            'pyproject.toml: [tool.pytest-ssot.rules] #1 (id "websocket-factory"): '
            'unknown key "submodule"; did you mean "submodules"?'
        ),
        (
            'pyproject.toml: [tool.pytest-ssot.rules] #2 (id "websocket-factory"): '
            'id: "websocket-factory" is that of #1 too'
        ),
        TOP + 'warnings: item 1 "int" is a builtin, but no warning category',
        TOP + 'warnings: item 2 "str" is a builtin, but no warning category',
        TOP + 'unknown key "indirekt"; did you mean "indirect"?',
        "pytest's configuration: ssot_discover: must be true or false, not a number",
        "command line: --ssot-baseline: must not be empty",
    ]
