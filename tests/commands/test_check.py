"""``pytest-ssot check`` as a user runs it: its lines, formats, exit codes, and next to runs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from pytest_ssot.cli import main
from tests.commands.folder import Folder, Ran

RULE = """
[[tool.pytest-ssot.rules]]
deprecated = "app.old"
use = "app.new"
rename = { make = "build" }
id = "old"
"""
APP = {
    "app/__init__.py": "",
    "app/old.py": "def make(): pass\nclass Thing: pass\n",
    "app/new.py": "def build(): pass\nclass Thing: pass\n",
}


class Tree(Folder):
    """A project on disk that is not imported."""

    def __init__(self, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        super().__init__(path, capsys)
        self.write({"pyproject.toml": f"[tool.pytest-ssot]\n{RULE}", **APP})

    def check(self, *args: str) -> Ran:
        return self.run("check", *args)

    def data(self, *args: str) -> dict[str, object]:
        code = main(["check", "--output-format", "json", *args])
        assert code in (0, 1)
        loaded: dict[str, object] = json.loads(self._capsys.readouterr().out)
        return loaded


@pytest.fixture
def tree(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Tree:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    return Tree(tmp_path, capsys)


def test_a_line_for_each_use(tree: Tree) -> None:
    tree.write(
        {
            "app/b.py": "from app.old import make, Thing\n",
            "app/a.py": "x = 1; import app.old\n",
            "tests/test_a.py": "from typing import TYPE_CHECKING\n"
            "if TYPE_CHECKING:\n    from app.old import *\n",
        }
    )
    old = "old deprecated import: app.old"
    assert tree.check() == (
        1,
        [
            f"app/a.py:1:7: {old}; use: import app.new",
            f"app/b.py:1:0: {old}:Thing; use: from app.new import Thing",
            f"app/b.py:1:0: {old}:make; use: from app.new import build as make",
            f"tests/test_a.py:3:4: {old}:*; use: from app.new import *; for type checkers only",
        ],
        ["4 uses in 3 files fail; 7 files examined"],
    )


def test_nothing_is_found(tree: Tree) -> None:
    told = "old: nobody imports app.old any more: delete app/old.py, then the rule"
    assert tree.check() == (0, [], [told, "no violation; 4 files examined"])
    assert tree.check("--quiet") == (0, [], [])
    (tree.path / "app/old.py").unlink()
    assert tree.check().said[0] == "old: app.old is gone: delete the rule"


def test_a_project_without_rules(tree: Tree) -> None:
    tree.write({"pyproject.toml": ""})
    code, out, said = tree.check()
    assert (code, out) == (0, [])
    assert said[0] == (
        "no rules in pyproject.toml: pytest-ssot init finds what is deprecated, and writes them"
    )


def test_what_does_not_fail_is_told_on_demand(tree: Tree) -> None:
    tree.write({"app/a.py": "import app.old  # ssot: allow[old] generated\n"})
    assert tree.check().out == []
    assert tree.check().code == 0
    (line,) = tree.check("--verbose").out
    assert line.endswith("; use: import app.new; allowed: generated")


def test_an_allowance_without_a_reason_is_a_usage_error(tree: Tree) -> None:
    tree.write({"app/a.py": "import app.old  # ssot: allow[old]\n"})
    code, out, said = tree.check()
    assert (code, out) == (2, [])
    assert said == ["app/a.py:1: # ssot: allow[old] needs a reason after the bracket"]


def test_a_mistake_in_the_configuration(tree: Tree) -> None:
    tree.write({"pyproject.toml": f"[tool.pytest-ssot]\nexclud = []\n{RULE}"})
    code, _, said = tree.check()
    assert code == 2
    assert 'unknown key "exclud"; did you mean "exclude"?' in said[1]


def test_an_importer_that_is_not_ours(tree: Tree) -> None:
    tree.write(
        {
            "pyproject.toml": f'[tool.pytest-ssot]\nfirst-party = ["app"]\n{RULE}',
            "vendored/a.py": "import app.old\n",
        }
    )
    assert tree.check().code == 0
    assert tree.check().said[-1] == "1 indirect; 5 files examined"
    settings = 'first-party = ["app"]\nindirect = "fail"'
    tree.write({"pyproject.toml": f"[tool.pytest-ssot]\n{settings}\n{RULE}"})
    assert tree.check().code == 1


REEXPORTED = {
    "app/api.py": "from app.old import make as create\n",
    "app/a.py": "from app.api import create\n",
    "app/b.py": "import app.api\napp.api.create()\n",
    "app/c.py": "from app.api import other\n",
}


def test_a_name_that_is_passed_on(tree: Tree) -> None:
    tree.write(REEXPORTED)
    old = "old deprecated import: app.old:make; use: from app.new import build as make"
    assert tree.check().out == [
        f"app/a.py:1:0: {old}; passed on by app/api.py:1",
        f"app/api.py:1:0: {old}",
        f"app/b.py:2:0: {old}; passed on by app/api.py:1",
    ]


def test_who_may_pass_it_on(tree: Tree) -> None:
    tree.write(REEXPORTED)
    allowed = RULE + 'allow-from = ["app.api"]\n'
    tree.write({"pyproject.toml": f"[tool.pytest-ssot]\n{allowed}"})
    assert tree.check().code == 0
    assert tree.check().said == ["3 allowed; 8 files examined"]


def test_what_the_new_module_passes_on_is_no_use(tree: Tree) -> None:
    tree.write({"app/new.py": "from app.old import Thing\n", "app/a.py": "import app.new\n"})
    tree.write({"app/b.py": "from app.new import Thing\napp.new.Thing\n"})
    (line,) = tree.check().out
    assert line == (
        "app/new.py:1:0: old deprecated import: app.old:Thing; "
        'this is what to use: allow-from = ["app.new"] lets it pass on what is still there'
    )


@pytest.mark.parametrize("path", ["app/a.py", "./app/a.py", "app/../app/a.py"])
def test_a_part_of_the_project_is_judged_as_in_the_whole(tree: Tree, path: str) -> None:
    tree.write(REEXPORTED)
    code, out, said = tree.check(path)
    assert code == 1
    assert [line.partition(" ")[0] for line in out] == ["app/a.py:1:0:"]
    assert said == ["1 use in 1 file fails; 1 file examined"]
    assert tree.check("app/c.py").code == 0


def test_paths_begin_where_the_command_is_typed(
    tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree.write({"app/sub/a.py": "import app.old\n", "app/b.py": "import app.old\n"})
    monkeypatch.chdir(tree.path / "app")
    assert [line.partition(" ")[0] for line in tree.check("sub").out] == ["app/sub/a.py:1:0:"]
    assert len(tree.check().out) == 2  # all under the root, which is found above
    assert len(tree.check("--root", "..").out) == 2


SPELLINGS = {
    "blanks": '[[ tool.pytest-ssot.rules ]]\ndeprecated = "app.old"\n',
    "dotted": '[tool]\npytest-ssot.rules = [{ deprecated = "app.old" }]\n',
    "quoted": '[[tool."pytest-ssot".rules]]\ndeprecated = "app.old"\n',
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_root_is_found_however_its_table_is_written(
    tree: Tree, monkeypatch: pytest.MonkeyPatch, spelling: str
) -> None:
    inner = '[project]\nname = "sub"\ndependencies = ["pytest-ssot"]\n'
    tree.write({"pyproject.toml": SPELLINGS[spelling], "app/sub/pyproject.toml": inner})
    tree.write({"app/sub/a.py": "import app.old\n"})
    monkeypatch.chdir(tree.path / "app" / "sub")
    (line,) = tree.check().out
    assert line.startswith("app/sub/a.py:1:0: app.old ")


def test_a_path_that_is_not_there(tree: Tree) -> None:
    assert tree.check("nix") == (2, [], ["nix: there is no such file or folder"])
    code, _, said = tree.check("..")
    assert code == 2
    assert "not" in said[0]


def test_a_broken_file_is_told_and_its_uses_too(tree: Tree) -> None:
    tree.write({"app/a.py": "print 'old'\nimport app.old\n"})
    code, out, said = tree.check()
    assert code == 1
    assert out[0].startswith("app/a.py:2:0: old ")
    assert said[0].startswith("app/a.py: not read whole: line 1: Missing parentheses")
    data = tree.data()
    assert [one["path"] for one in data["unreadable"]] == ["app/a.py"]  # type: ignore[attr-defined]


def test_json_is_the_one_schema(tree: Tree) -> None:
    tree.write(REEXPORTED)
    data = tree.data()
    assert data["rules"] == [
        {
            "id": "old",
            "matched": 3,
            "deprecated": "app.old",
            "use": "app.new",
            "rename": {"make": "build"},
        }
    ]
    first = data["violations"][0]  # type: ignore[index]
    assert first == {
        "rule": "old",
        "kind": "import",
        "target": "app.old",
        "name": "make",
        "importer": {"path": "app/a.py", "line": 1, "column": 0, "function": "<module>"},
        "chain": [{"path": "app/api.py", "line": 1, "function": "<module>"}],
        "verdict": "fails",
        "seen": ["static"],
        "tests": [],
        "form": "from",
        "scope": "module",
    }


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("github", "::error file=app/a.py,line=1,col=1"),
        ("markdown", "## pytest-ssot"),
        ("html", "<!doctype html>"),
        ("sarif", "{"),
    ],
)
def test_other_formats(tree: Tree, name: str, begins: str) -> None:
    tree.write({"app/a.py": "import app.old\n"})
    code, out, _ = tree.check("--output-format", name)
    assert code == 1
    assert out[0].lower().startswith(begins.lower())
    assert "app/a.py" in "\n".join(out)


def test_a_format_that_there_is_not(tree: Tree) -> None:
    with pytest.raises(SystemExit) as ended:
        tree.check("--output-format", "xml")
    assert ended.value.code == 2


def run_report(tree: Tree, *violations: Mapping[str, object]) -> str:
    report = {"version": 1, "violations": violations, "not_observed": ["app.x (early)"]}
    tree.write({"run.json": json.dumps(report)})
    return "run.json"


def seen(path: str, line: int, *tests: str, name: str | None = None) -> dict[str, object]:
    """A violation of a run's report."""
    return {
        "rule": "old",
        "kind": "import",
        "target": "app.old",
        "name": name,
        "importer": {"path": path, "line": line, "column": 0, "function": "<module>"},
        "chain": [{"path": "app/a.py", "line": 1, "function": "<module>"}],
        "verdict": "fails",
        "seen": ["runtime"],
        "tests": list(tests),
    }


def test_which_sites_a_run_executed(tree: Tree) -> None:
    tree.write({**REEXPORTED, "app/computed.py": "\n\n"})
    report = run_report(
        tree,
        seen("app/api.py", 1, "tests/t.py::test_b", "tests/t.py::test_a", name="make"),
        {**seen("app/computed.py", 2, "tests/t.py::test_c"), "chain": []},
    )
    lines = tree.check("--run", report).out
    out = {one.partition(": ")[0]: one.rpartition("; ")[2] for one in lines}
    assert out == {
        "app/a.py:1:0": "executed by tests/t.py::test_a, tests/t.py::test_b",
        "app/api.py:1:0": "executed by tests/t.py::test_a, tests/t.py::test_b",
        "app/b.py:2:0": "executed by no test",
        "app/computed.py:2:0": "seen by runs alone",
    }
    data = tree.data("--run", report)
    assert data["not_observed"] == ["app.x (early)"]
    assert [one["seen"] for one in data["violations"]] == [  # type: ignore[attr-defined]
        ["runtime", "static"],
        ["runtime", "static"],
        ["static"],
        ["runtime"],
    ]


@pytest.mark.process
def test_a_run_that_executes_what_the_scan_finds(tree: Tree) -> None:
    """The report of a real run, whatever the form of the use."""
    tree.write(
        {
            "conftest.py": "",
            "tests/test_a.py": "import importlib\nfrom unittest import mock\n"
            "def test_a():\n    importlib.import_module('app.old')\n"
            "def test_b():\n    with mock.patch('app.old.make'): pass\n"
            "def test_c():\n    from app import old\n"
            "def never():\n    import app.old\n",
        }
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:asyncio"]
    subprocess.run(
        [*command, "--rootdir=.", "--ssot-report=json:run.json"],
        cwd=tree.path,
        capture_output=True,
        check=True,
    )
    out = [line.rpartition("; ")[2] for line in tree.check("--run", "run.json").out]
    assert out == [
        "executed by tests/test_a.py::test_a",
        "executed by tests/test_a.py::test_b",
        "executed by tests/test_a.py::test_c",
        "executed by no test",
    ]


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"version": 1}', '{"version": 99}', "\0"])
def test_what_is_no_report_of_a_run(tree: Tree, text: str) -> None:
    tree.write({"run.json": text})
    code, _, said = tree.check("--run", "run.json")
    assert code == 2
    assert said[0].startswith("run.json: ")


@pytest.mark.process
def test_a_reader_that_has_seen_enough(tree: Tree) -> None:
    tree.write({f"app/m{n}.py": "import app.old\n" * 400 for n in range(60)})
    ran = subprocess.run(
        f"{sys.executable} -m pytest_ssot check | head -n 1",
        shell=True,
        cwd=tree.path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stdout.startswith("app/m0.py:1:0:")
    assert "Traceback" not in ran.stderr
    assert "Exception" not in ran.stderr


@pytest.mark.parametrize("closed", ["stdout", "stderr"])
def test_a_stream_that_is_closed_changes_neither_the_other_nor_the_exit_code(
    tree: Tree, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], closed: str
) -> None:
    tree.write({"app/a.py": "import app.old\n"})
    args = ["check", "--root", str(tree.path), "--output-format", "github"]
    assert main(args) == 1
    whole = capsys.readouterr()._asdict()
    monkeypatch.setattr(sys, closed, None)  # what Python makes of a descriptor that is closed
    assert main(args) == 1
    monkeypatch.undo()
    assert capsys.readouterr()._asdict() == {**whole, closed[3:]: ""}
