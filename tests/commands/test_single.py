"""A class that is to be single, in all that a user is told of it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Project

ROOT = Path(__file__).parents[2]
METHODS = """\
    def __init__(self, user):
        self._user = user
        self._connections = {}

    def connect(self, name, socket):
        if name in self._connections:
            raise ValueError(name)
        self._connections[name] = socket

    def send(self, event):
        for socket in self._connections.values():
            socket.send(event)
"""
TABLE = """
[tool.pytest-ssot]

[[tool.pytest-ssot.single]]
symbol = "app.ws.manager:WebSocketManager"
also-from = ["app.ws"]
id = "one-manager"
reason = "two managers alive at once"
"""
FILES = {
    "pyproject.toml": TABLE,
    "app/__init__.py": "",
    "app/ws/__init__.py": "from .manager import WebSocketManager\n",
    "app/ws/manager.py": f"class WebSocketManager:\n{METHODS}",
    "app/rooms.py": "from app.ws import WebSocketManager\n\nROOMS = WebSocketManager('rooms')\n",
    "app/chat/__init__.py": "from app.ws.manager import WebSocketManager\n",
    "app/old.py": (
        "import app.ws.manager as m\nfrom app.rooms import WebSocketManager\n\n"
        "UnifiedManager = m.WebSocketManager\n\n\n"
        "class OtherManager(WebSocketManager):\n    pass\n"
    ),
    "app/live.py": f"class LiveManager:\n{METHODS}",
    "tests/test_fake.py": "def test_fake():\n    class WebSocketManager: pass\n",
}
SYMBOL, USE = "app.ws.manager:WebSocketManager", "use: from app.ws.manager import WebSocketManager"
LINES = [
    f"app/chat/__init__.py:1:0: one-manager another path to: {SYMBOL}; {USE}",
    f"app/old.py:2:0: one-manager another path to: {SYMBOL}; {USE}; passed on by app/rooms.py:1",
    f"app/old.py:4:0: one-manager another name for: {SYMBOL} as UnifiedManager; {USE}",
    f"app/old.py:7:0: one-manager a subclass that only renames: {SYMBOL} as OtherManager; {USE}",
    f"tests/test_fake.py:2:4: one-manager defined again: {SYMBOL}; {USE}",
]
SUSPECT = "suspect: app/live.py:1: class LiveManager is 100 % like app.ws.manager:WebSocketManager"


@pytest.fixture
def chat(project: Project) -> Project:
    project.write(FILES)
    return project


def said(project: Project, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest_ssot", *args],
        cwd=project.path,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.process
def test_check(chat: Project) -> None:
    ran = said(chat, "check")
    assert (ran.returncode, ran.stdout.splitlines()) == (1, LINES)
    assert ran.stderr.splitlines() == [
        SUSPECT,
        "5 violations in 3 files fail; 9 files examined",
    ]
    assert said(chat, "check", "app/rooms.py").stderr == "no violation; 1 file examined\n"
    assert said(chat, "check", "--quiet").stderr == ""


@pytest.mark.process
def test_a_suspect_fails_nothing(chat: Project) -> None:
    for path in ("app/chat/__init__.py", "app/old.py", "tests/test_fake.py"):
        (chat.path / path).unlink()
    ran = said(chat, "check")
    assert (ran.returncode, ran.stdout) == (0, "")
    assert ran.stderr.splitlines()[0] == SUSPECT


@pytest.mark.process
def test_the_document(chat: Project) -> None:
    data: dict[str, Any] = json.loads(said(chat, "check", "--output-format", "json").stdout)
    forms = [(one["kind"], one["form"], one["name"]) for one in data["violations"]]
    assert forms == [
        ("definition", "from", "WebSocketManager"),
        ("definition", "from", "WebSocketManager"),
        ("definition", "alias", "UnifiedManager"),
        ("definition", "subclass", "OtherManager"),
        ("definition", "definition", "WebSocketManager"),
    ]
    assert data["suspects"] == [
        {
            "rule": "one-manager",
            "target": "app.ws.manager:WebSocketManager",
            "name": "LiveManager",
            "site": {"path": "app/live.py", "line": 1, "column": 0, "function": "<module>"},
            "likeness": 1.0,
        }
    ]
    assert [(one["id"], one["matched"]) for one in data["rules"]] == [("one-manager", 5)]


TOLD = {
    "github": "title=another name for%3A app.ws.manager%3AWebSocketManager as UnifiedManager",
    "sarif": "fix:  delete app/old.py:4",
    "markdown": "another name for `app.ws.manager:WebSocketManager`: `UnifiedManager`",
    "html": "another name for <code>app.ws.manager:WebSocketManager</code>",
}


@pytest.mark.process
@pytest.mark.parametrize("format", TOLD)
def test_each_format_says_what_it_is(chat: Project, format: str) -> None:
    assert TOLD[format] in said(chat, "check", "--output-format", format).stdout


@pytest.mark.process
def test_the_baseline_knows_them_and_only_shrinks(chat: Project) -> None:
    assert said(chat, "baseline").returncode == 0
    assert said(chat, "check").stdout == ""
    chat.write({"app/new.py": "from app.ws import WebSocketManager\nNew = WebSocketManager\n"})
    (line,) = said(chat, "check").stdout.splitlines()
    assert line.startswith("app/new.py:2:0: one-manager another name for: ")
    chat.write({"app/new.py": ""})
    text = FILES["app/old.py"].replace("UnifiedManager = m.WebSocketManager\n", "")
    chat.write({"app/old.py": text})
    ran = said(chat, "check")
    assert (ran.returncode, ran.stdout) == (1, "")
    line = (
        "thank you: app/old.py no longer has another "
        "app.ws.manager:WebSocketManager as UnifiedManager (one-manager), 1 -> 0"
    )
    assert line in ran.stderr.splitlines()
    assert said(chat, "baseline", "--update").returncode == 0
    assert said(chat, "check").returncode == 0


FACTORY = """
[[tool.pytest-ssot.factories]]
class = "app.ws.manager:WebSocketManager"
only-from = ["app.rooms"]
"""


@pytest.mark.process
def test_who_makes_a_class_that_is_single_too_is_allowed_by_its_call(chat: Project) -> None:
    lines = "from app.ws import WebSocketManager\nOther = WebSocketManager{}\nOther(){}\n"
    call = f"{SYMBOL}()"
    single, made = (f"  # ssot: allow[{one}] so" for one in (SYMBOL, call))
    chat.write(
        {
            "pyproject.toml": TABLE + FACTORY + 'id = "makers"\n',
            "app/one.py": lines.format("", single),
            "app/three.py": lines.format(single, ""),
            "app/two.py": lines.format(made, made),
        }
    )
    told = said(chat, "check", "app/one.py", "app/two.py", "app/three.py").stdout.splitlines()
    assert [line.partition(" ")[0] for line in told] == [
        "app/one.py:2:0:",
        "app/three.py:3:0:",
        "app/two.py:2:0:",
    ]
    assert said(chat, "explain", call).stdout.startswith("makers\n")
    table = f"[[tool.pytest-ssot.allow]]\nreason = 'so'\nfrom = ['app.one']\nrule = '{call}'\n"
    chat.write({"pyproject.toml": TABLE + FACTORY + table})
    told = said(chat, "check", "app/one.py").stdout.splitlines()
    assert [line.partition(" ")[0] for line in told] == ["app/one.py:2:0:"]


@pytest.mark.process
def test_a_factory_that_gets_an_id_keeps_its_baseline(chat: Project) -> None:
    text = "from app.ws import WebSocketManager\nWebSocketManager('x')\n"
    chat.write({"pyproject.toml": TABLE + FACTORY, "app/maker.py": text})
    assert said(chat, "baseline").returncode == 0
    chat.write({"pyproject.toml": TABLE + FACTORY + 'id = "makers"\n'})
    ran = said(chat, "check")
    assert (ran.returncode, ran.stdout) == (0, "")


@pytest.mark.process
def test_explain(chat: Project) -> None:
    lines = said(chat, "explain", "one-manager").stdout.splitlines()
    assert "  violations:       5 in 3 files: fails 5" in lines
    assert f"  suspect:          {SUSPECT.removeprefix('suspect: ')}" in lines
    assert SUSPECT.partition(": ")[2] in said(chat, "explain", "app").stdout
    line = said(chat, "explain", "app/old.py:7").stdout
    assert "a subclass that only renames: app.ws.manager:WebSocketManager as OtherManager" in line
    assert "  why:              two managers alive at once\n" in line


def test_scan_items(chat: Project) -> None:
    ran = chat.run("--ssot-scan", "-m", "ssot_scan")
    assert ran.counts == {"failed": 3, "deselected": 1}
    assert SUSPECT in ran.summary
    assert "E   fix:  delete app/old.py:4" in ran.text
    assert "E   fix:  change app/old.py:2" in ran.text


@pytest.mark.forked
def test_scan_items_under_xdist(chat: Project) -> None:
    one, several = (chat.run("--ssot-scan", *args) for args in ((), ("-n2",)))
    assert one.summary == several.summary
    assert SUSPECT in several.summary


def test_the_document_of_a_run(chat: Project) -> None:
    chat.run("--ssot-scan", "--ssot-report=json:r.json")
    data = json.loads((chat.path / "r.json").read_text("utf-8"))
    assert [one["name"] for one in data["suspects"]] == ["LiveManager"]
    assert [one["rule"] for one in data["violations"]] == ["one-manager"] * 5


@pytest.mark.process
def test_many_files_are_dealt_out(chat: Project) -> None:
    texts = (
        "from app.ws import WebSocketManager\nWebSocketManager()\n",
        "from app.many.m{before} import WebSocketManager\nOther = WebSocketManager\n",
        f"class Live{{number}}:\n{METHODS}".replace("{}", "{{}}"),
    )
    files = {
        f"app/many/m{number}.py": texts[number % 3].format(number=number, before=number - 1)
        for number in range(450)
    }
    chat.write(files)
    first, again = said(chat, "check"), said(chat, "check")
    assert len(first.stdout.splitlines()) == len(LINES) + 2 * 150
    assert first.stderr.count("suspect: ") == 1 + 150
    assert (again.stdout, again.stderr) == (first.stdout, first.stderr)


@pytest.mark.process
def test_what_the_documents_show_is_what_is_told(tmp_path: Path) -> None:
    """The files and the listing of docs/single.md."""
    text = (ROOT / "docs" / "single.md").read_text("utf-8")
    blocks = re.findall(r"^`(\S+)`:\n\n```\w+\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    for name, content in blocks:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "pytest_ssot", "check"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    listed, besides = re.findall(r"^```text\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    assert ran.stdout == listed
    assert ran.stderr.startswith(besides)
