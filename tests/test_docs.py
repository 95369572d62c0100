"""What the documents show is what happens."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import pytest_ssot
from pytest_ssot.rules.configured import load_configured

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)


def blocks(path: Path, language: str) -> list[str]:
    return [text for name, text in BLOCK.findall(path.read_text("utf-8")) if name == language]


@pytest.fixture(scope="module")
def quickstart(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A run of the example: its output, and its report."""
    folder = tmp_path_factory.mktemp("docs") / "quickstart"
    shutil.copytree(ROOT / "examples" / "quickstart", folder)
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "--ssot-report=json:r.json"),
            # The latter warns of its own configuration, which is told.
            *("-p", "no:cacheprovider", "-p", "no:asyncio"),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    return ran.stdout, (folder / "r.json").read_text("utf-8")


def test_the_readme_shows_the_failure(quickstart: tuple[str, str]) -> None:
    (shown,) = blocks(ROOT / "README.md", "text")
    assert shown in quickstart[0]


def test_the_commands_tell_what_is_documented(tmp_path: Path) -> None:
    folder = tmp_path / "quickstart"
    shutil.copytree(ROOT / "examples" / "quickstart", folder)
    scan = ["pytest", "--ssot-scan", "-m", "ssot_scan", "-p", "no:cacheprovider"]
    commands = (
        ["pytest_ssot", "check"],
        ["pytest_ssot", "explain", "app/bridge.py:3"],
        [*scan, "-p", "no:asyncio"],
    )
    listed, explained, scanned = (
        subprocess.run(
            [sys.executable, "-m", *command],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        ).stdout
        for command in commands
    )
    shown = blocks(ROOT / "docs" / "check.md", "text")
    assert [listed, explained] == shown[:2]
    assert all(block in scanned for block in shown[2:])


def test_factories_are_told_as_documented(tmp_path: Path) -> None:
    document = ROOT / "docs" / "factories.md"
    (table,) = blocks(document, "toml")
    (tmp_path / "pyproject.toml").write_text(table, "utf-8")
    for text in blocks(document, "python"):
        path = tmp_path / text.partition("\n")[0].removeprefix("# ")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "pytest_ssot", "check"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert [ran.stdout] == blocks(document, "text")


def test_what_is_overdue_and_unused_is_told_as_documented(tmp_path: Path) -> None:
    folder = tmp_path / "quickstart"
    shutil.copytree(ROOT / "examples" / "quickstart", folder)
    project, bridge = folder / "pyproject.toml", folder / "app" / "bridge.py"
    text = project.read_text("utf-8").replace('version = "1.4"', 'version = "2.0"')
    removed = 'removed-in = "2.0"\n'
    assert removed in text
    text = text.replace(removed, f'{removed}distribution = "quickstart"\n')
    project.write_text(text, "utf-8")
    overdue, unused = blocks(ROOT / "docs" / "overdue.md", "text")

    def check() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pytest_ssot", "check"]
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)

    assert check().stdout == overdue
    lines = bridge.read_text("utf-8").splitlines(keepends=True)
    lines[2] = "from app.ws.manager import get_manager as create_manager\n"
    bridge.write_text("".join(lines), "utf-8")
    assert unused in check().stderr


def test_the_report_is_as_documented(quickstart: tuple[str, str]) -> None:
    (shown,) = blocks(ROOT / "docs" / "report.md", "json")
    assert json.loads(quickstart[1]) == json.loads(shown)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_configuration_that_is_shown_is_sound(path: Path, tmp_path: Path) -> None:
    (tmp_path / "tests" / "critical").mkdir(parents=True)
    for text in blocks(path, "toml"):
        tables = tomllib.loads(text)
        rule = '\n[[tool.pytest-ssot.rules]]\ndeprecated = "websocket"\nid = "websocket-factory"\n'
        needs_rule = "rules" not in tables.get("tool", {}).get("pytest-ssot", {})
        (tmp_path / "pyproject.toml").write_text(text + rule * needs_rule, "utf-8")
        load_configured(tmp_path, {}, {})


def test_mistakes_are_told_as_documented(tmp_path: Path) -> None:
    text = (
        '[tool.pytest-ssot]\nmission-critcal = []\n[[tool.pytest-ssot.rules]]\ndeprecated = "a"\n'
        'id = "websocket-factory"\nsubmodule = true\n'
    )
    (tmp_path / "pyproject.toml").write_text(text, "utf-8")
    with pytest.raises(Exception, match="2 mistakes") as caught:
        load_configured(tmp_path, {}, {})
    (shown,) = blocks(ROOT / "docs" / "configuration.md", "text")
    assert shown.strip() == f"ERROR: {caught.value}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_python_that_is_shown_compiles(path: Path) -> None:
    for text in blocks(path, "python"):
        compile(text, path.name, "exec")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", path.read_text("utf-8")):
        assert target.startswith("https://") or (path.parent / target).exists(), target


def test_the_architecture_page_names_what_is_there() -> None:
    """Its rooms are all rooms, its files are files, and the tests that it names are tests."""
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    package = Path(pytest_ssot.__file__).parent  # which may be installed, and not beside the tests
    rooms = {path.parent for path in package.rglob("__init__.py")} - {package}
    told = re.findall(r"^\| `(pytest_ssot/[\w/]+)/` \|", page, re.MULTILINE)
    assert {package.parent / room for room in told} == rooms
    files = {path.relative_to(package.parent).as_posix() for path in package.rglob("*.py")}
    files |= {path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("*.py")}
    named = re.findall(
        r"`((?:pytest_ssot|tests|model|policy|report|source|runtime)[\w/]*\.py)", page
    )
    assert [one for one in named if one not in files and f"pytest_ssot/{one}" not in files] == []
    tests = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text("utf-8"), re.MULTILINE)
    }
    assert {name for name in re.findall(r"[`:](test_\w+)`", page) if name not in tests} == set()
