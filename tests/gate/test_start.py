"""What has one home is looked for when a run begins: all mistakes at once, nothing imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Project

TABLES = """
    [[tool.pytest-ssot.single]]
    symbol = "app.ws:Manager"

    [[tool.pytest-ssot.factories]]
    class = "collections:deque"
    only-from = ["app.manager:LIMIT"]
    """
SINGLE = "pyproject.toml: [tool.pytest-ssot.single] #1: "
FACTORY = "pyproject.toml: [tool.pytest-ssot.factories] #1: "
PASSED = 'app.ws only passes it on: it is defined in app.manager; write "app.manager:Manager"'
COMPILED = '"collections:deque" is a class from C: nobody can watch what makes it'
MISTAKES = [
    f"{SINGLE}symbol: {PASSED}",
    f"{FACTORY}class: {COMPILED}",
    f'{FACTORY}only-from: item 1: "app.manager:LIMIT" is a value, and nothing that can be called',
]
FILES = {
    "app/ws.py": "from app.manager import Manager\n",
    "app/manager.py": "open('imported', 'w')\nLIMIT = 1\nclass Manager: pass\n",
    "tests/test_a.py": "def test_a(): pass\n",
    "conftest.py": "import app.manager\n",
}


@pytest.mark.parametrize(
    "args",
    [["-p", "no:xdist"], pytest.param(["-n2"], marks=pytest.mark.forked), ["--collect-only"]],
)
def test_a_run_ends_before_it_begins(project: Project, args: list[str]) -> None:
    project.configure("", TABLES)
    project.write(FILES)
    ran = project.run(*args)
    assert (ran.code, ran.counts) == (4, {})
    first, *told = [line for line in ran.errors.splitlines() if line]
    assert first == "ERROR: pytest-ssot: 3 mistakes in the configuration"
    assert told == MISTAKES
    assert not (project.path / "imported").exists()


@pytest.mark.process
@pytest.mark.parametrize("command", ["check", "baseline", "init"])
def test_commands_too(project: Project, command: str) -> None:
    project.configure("", TABLES)
    project.write(FILES)
    ran = project.command(command)
    assert ran.ret == 2
    assert ran.stderr.lines[1:] == MISTAKES
    assert not (project.path / "imported").exists()


@pytest.mark.forked
def test_what_is_sound_is_not_imported_either(project: Project) -> None:
    tables = TABLES.replace("app.ws:Manager", "app.manager:Manager")
    tables = tables.replace("collections:deque", "app.manager:Manager")
    project.configure("", tables.replace(":LIMIT", ""))
    project.write({**FILES, "conftest.py": ""})
    for args in (["-p", "no:xdist"], ["-n1"]):
        assert project.run(*args).code == 0
    assert not (project.path / "imported").exists()
