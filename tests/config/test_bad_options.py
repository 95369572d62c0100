"""Each kind of bad option, with the exact words the user reads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_ssot.rules.configured import load_configured

Told = Callable[..., list[str]]
TOP = "pyproject.toml: [tool.pytest-ssot]: "

OPTIONS = [
    ('indirekt = "fail"', 'unknown key "indirekt"; did you mean "indirect"?'),
    ('first_party = ["a"]', 'unknown key "first_party"; did you mean "first-party"?'),
    ("zzz = 1", 'unknown key "zzz"'),
    (
        'indirect = "fial"',
        'indirect: must be report, fail or ignore, not "fial"; did you mean "fail"?',
    ),
    ("suppressed = true", "suppressed: must be report, fail or ignore, not true"),
    (
        'discover = "false"',
        'discover: must be true or false, not "false"; write false without quotes',
    ),
    ("strict = 1", "strict: must be true or false, not a number"),
    (
        'first-party = "app"',
        'first-party: must be a list of strings, not "app"; write ["app"]',
    ),
    ("first-party = [1]", "first-party: item 1 must be a string, not a number"),
    ('first-party = [" "]', "first-party: item 1 must not be empty"),
    ('markers = ["not-a-name"]', 'markers: item 1 must be a name, not "not-a-name"'),
    (
        'warnings = ["DeprecationWarnin"]',
        (
            'warnings: item 1 "DeprecationWarnin" is no builtin warning category;'
            ' did you mean "DeprecationWarning"?'
        ),
    ),
    (
        'warnings = ["Zzz"]',
        (
            'warnings: item 1 "Zzz" is no builtin warning category;'
            " write its module too, like package.module.Category"
        ),
    ),
    ('warnings = ["int"]', 'warnings: item 1 "int" is a builtin, but no warning category'),
    ('warnings = ["a b"]', 'warnings: item 1 must be a warning category, not "a b"'),
    ("baseline = []", "baseline: must be a string, not a list"),
    ('baseline = ""', "baseline: must not be empty"),
    (
        'report = ["pdf:out.pdf"]',
        (
            'report: item 1 unknown format "pdf";'
            " there is: json, sarif, github, markdown, html, junit"
        ),
    ),
    ('report = ["json"]', "report: item 1 needs a path: json:PATH"),
    ('report = ["sarif: "]', "report: item 1 needs a path: sarif:PATH"),
    ('report = ["markdown"]', "report: item 1 needs a path: markdown:PATH"),
    ('report = ["html"]', "report: item 1 needs a path: html:PATH"),
    ('report = ["github:"]', "report: item 1 needs a path: github:PATH"),
    (
        'report = ["junit:junit.xml"]',
        "report: item 1 takes no path: junit; name the file with pytest's --junitxml",
    ),
    (
        'mission-critical = ["tests/critical"]',
        'mission-critical: item 1 "tests/critical" is no file or folder under the root',
    ),
    (
        'mission-critical = [".."]',
        'mission-critical: item 1 ".." is no file or folder under the root',
    ),
]


@pytest.mark.parametrize(("written", "words"), OPTIONS)
def test_a_bad_option(told: Told, tmp_path: Path, written: str, words: str) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[tool.pytest-ssot]\n{written}\n")
    assert told(tmp_path) == [TOP + words]


def test_a_linked_folder_is_under_the_root(tmp_path: Path) -> None:
    root, elsewhere = tmp_path / "root", tmp_path / "elsewhere"
    root.mkdir()
    elsewhere.mkdir()
    try:
        (root / "critical").symlink_to(elsewhere)
    except OSError:
        pytest.skip("no symbolic links here")
    settings = load_configured(root, {"mission-critical": ["critical"]}, {}).settings
    assert settings.mission_critical == ("critical",)


def test_a_value_that_pytest_refused_is_told_in_pytests_words(told: Told, tmp_path: Path) -> None:
    ini: dict[str, object] = {"strict": ValueError("invalid truth value 'maybe'")}
    assert told(tmp_path, ini=ini) == [
        "pytest's configuration: ssot_strict: invalid truth value 'maybe'"
    ]


def test_a_bad_flag_is_named_as_it_is_typed(told: Told, tmp_path: Path) -> None:
    assert told(tmp_path, flags={"report": ["json"]}) == [
        "command line: --ssot-report: item 1 needs a path: json:PATH"
    ]


def test_a_bad_value_is_told_even_if_another_source_wins(told: Told, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.pytest-ssot]\nstrict = 1\n")
    assert told(tmp_path, flags={"strict": True}) == [
        TOP + "strict: must be true or false, not a number"
    ]
