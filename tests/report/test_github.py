"""Workflow commands, as the runner of GitHub Actions reads them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_ssot.model import Kind, Site, Violation
from pytest_ssot.report.document import make_document
from pytest_ssot.report.formats.github import render as github
from pytest_ssot.report.rendering import render
from pytest_ssot.rules.rule import Rule


class Command(NamedTuple):
    level: str
    properties: dict[str, str]
    message: str


def read(text: str) -> list[Command]:
    """The commands as the runner takes them: a line each, and the escapes undone."""
    return [_read(line) for line in re.split(r"\r\n|\r|\n", text) if line]


def _read(line: str) -> Command:
    match = re.fullmatch(r"::(\w+) ([^:]*)::(.*)", line, re.DOTALL)
    assert match, line
    level, given_properties, message = match.groups()
    pairs = (pair.split("=", 1) for pair in given_properties.split(","))
    return Command(level, {key: _plain(value) for key, value in pairs}, _plain(message))


def _plain(text: str) -> str:
    marks = {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%"}
    return re.sub("%0D|%0A|%3A|%2C|%25", lambda match: marks[match.group()], text)


def test_the_odd_document(odd: dict[str, Any]) -> None:
    assert github(odd) == (
        "::error file=app/my file#1.py,line=3,col=5,"
        "title=deprecated import%3A app.old (old|`id`%2C removed in 2.0)"
        "::use:  nothing replaces X line by line%0A"
        "use:  from app.new import build as make%0A"
        "why:  two <managers>, 100%25 wrong https://example.com/ü?a=1|2&b=<c>%0A"
        "fix:  change app/my file#1.py:3\n"
        "::error file=app/z.py,line=5,col=3,title=deprecated name%3A app.names%3AGone"
        "::fix:  change app/z.py:5\n"
        "::error title=error inside pytest-ssot::KeyError: '<100%25>'\n"
        "::warning file=app/bro|ken.py,title=cannot be read"
        "::line 3: `(` was never closed%0D%0A<here>\n"
        "::notice file=app/ü%25.py,line=7,col=1,"
        "title=deprecated import%3A app.old.deep (old|`id`%2C removed in 2.0)"
        "::use:  import app.new%0A"
        "why:  two <managers>, 100%25 wrong https://example.com/ü?a=1|2&b=<c>%0A"
        "fix:  change app/ü%25.py:7\n"
    )


def test_nothing_to_tell_is_no_line() -> None:
    assert github(make_document([], [], {}, [], ["app.old"])) == ""


@given(path=st.text(min_size=1), reason=st.text())
def test_the_runner_reads_what_was_meant(path: str, reason: str) -> None:
    one = Violation("r", Kind.IMPORT, "a.b", None, Site(path, 2, 1))
    data = make_document([one], [Rule("r", "a.b", reason=reason)], {"r": 1}, [], [])
    (command,) = read(github(data))
    assert command.level == "error"
    assert command.properties == {
        "file": path,
        "line": "2",
        "col": "2",
        "title": "deprecated import: a.b (r)",
    }
    why = f"why:  {reason}\n" if reason else ""
    assert command.message == f"{why}fix:  change {path}:2"


def test_paths_begin_at_the_repository(
    odd: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A project in a folder of the repository: GitHub looks for files from the top."""
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    first, second, *_ = read(render("github", odd, tmp_path / "python" / "chat"))
    assert first.properties["file"] == "python/chat/app/my file#1.py"
    assert second.message == "fix:  change python/chat/app/z.py:5"
    assert '"uri": "python/lib/warn%2Cs.py"' in render("sarif", odd, tmp_path / "python" / "chat")
    at_top = read(render("github", odd, tmp_path))
    assert at_top == read(github(odd))
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path / "elsewhere"))
    assert read(render("github", odd, tmp_path)) == at_top
