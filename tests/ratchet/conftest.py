"""A team's repository: files, git, the commands, and test runs, as they would use them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.conftest import Project, Ran
from tests.forker import Forker
from tests.interpreter import run_process

FILE = "ssot-baseline.json"
#: A file of some length, or git would call nothing in it alike.
BODY = "".join(f"def step_{n}(events):\n    return events[{n}:]\n\n\n" for n in range(8))


class Did(NamedTuple):
    """What a command came to: its exit code, and the lines that it printed."""

    code: int
    out: list[str]
    said: list[str]


class Team(Project):
    """A project in a git repository, with ``app.old`` to move off."""

    def __init__(self, path: Path, *, fresh: bool, forker: Forker | None) -> None:
        super().__init__(path, fresh=fresh, forker=forker)
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *args: str) -> str:
        ran = run_process("git", *args)
        assert ran.ret == 0, ran.stderr.str()
        return str(ran.stdout.str())

    def commit(self) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message=work")

    def baseline(self, *args: str) -> Did:
        return self._command("baseline", *args)

    def _command(self, *args: str) -> Did:
        ran = self.command(*args)
        return Did(int(ran.ret), ran.outlines, [line for line in ran.errlines if line])

    def check(self, *args: str) -> Did:
        return self._command("check", *args)

    def strict(self, *args: str) -> Ran:
        return self.run("--ssot-strict", *args)

    @property
    def file(self) -> Path:
        return self.path / FILE

    @property
    def entries(self) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = json.loads(self.file.read_text("utf-8"))["entries"]
        return entries

    @property
    def counts(self) -> dict[str, int]:
        """Path, and the name that was taken, to the number of sites."""
        return {f"{one['path']} {one['name'] or '-'}": one["count"] for one in self.entries}

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.path / name
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.fixture
def team(project: Project, monkeypatch: pytest.MonkeyPatch) -> Team:
    """``app/a.py`` and ``app/b.py`` reach ``app.old``, all of it is known and committed."""
    for name in [one for one in os.environ if one.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "Team")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "team@example.com")
    made = Team(project.path, fresh=project.fresh, forker=project.forker)
    made.write(
        {
            ".gitignore": "__pycache__/\nssot-report.json\n.ssot_cache/\n*.log\n",
            "app/a.py": f"from app.old import make\nfrom app.old import X\n\n\n{BODY}",
            "app/b.py": f"{BODY}def late():\n    from app.old import make\n\n    return make()\n",
            "tests/test_a.py": "def test_a(): import app.a\n",
            "tests/test_b.py": "import app.b\n\ndef test_b(): app.b.late()\n",
        }
    )
    assert made.baseline().code == 0
    made.commit()
    return made
