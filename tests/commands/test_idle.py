"""Rules that match nothing: what ``check`` says is to be deleted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pytest_ssot.cli import main
from tests.commands.folder import Folder


class Tree(Folder):
    """A project on disk that is not imported; ``rules`` are its targets, each its own id."""

    def __init__(self, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        super().__init__(path, capsys)
        self.write({"app/__init__.py": ""})

    def rules(self, *targets: str, more: str = "") -> None:
        tables = "".join(
            f'[[tool.pytest-ssot.rules]]\ndeprecated = "{one}"\n{more}\n' for one in targets
        )
        self.write({"pyproject.toml": f"[tool.pytest-ssot]\n{tables}"})

    def said(self, *args: str) -> list[str]:
        """What is told of rules."""
        main(["check", *args])
        lines = self._capsys.readouterr().err.splitlines()
        return [line for line in lines if line.endswith(("rule", "to keep it so"))]

    def listed(self, *args: str) -> list[dict[str, Any]]:
        """The rules of the document."""
        main(["check", "--output-format", "json", *args])
        found: list[dict[str, Any]] = json.loads(self._capsys.readouterr().out)["rules"]
        return found


@pytest.fixture
def tree(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Tree:
    monkeypatch.chdir(tmp_path)
    return Tree(tmp_path, capsys)


NOBODY = {
    "module": ({"app/old.py": ""}, "app.old", "imports", "delete app/old.py"),
    "package": ({"app/old/__init__.py": ""}, "app.old", "imports", "delete app/old/"),
    "src": ({"src/lib/old.py": ""}, "lib.old", "imports", "delete src/lib/old.py"),
    "name": ({"app/old.py": "\nclass X: pass\n"}, "app.old:X", "uses", "delete X in app/old.py:2"),
    "elsewhere": (
        {"back/lib/__init__.py": "", "back/lib/old.py": ""},
        "lib.old",
        "imports",
        "delete back/lib/old.py",
    ),
}


@pytest.mark.parametrize("how", NOBODY)
def test_nobody_is_left(tree: Tree, how: str) -> None:
    files, target, verb, delete = NOBODY[how]
    tree.rules(target)
    tree.write(files)
    assert tree.said() == [f"{target}: nobody {verb} {target} any more: {delete}, then the rule"]
    (rule,) = tree.listed()
    assert (rule["state"], rule["delete"]) == ("unused", delete.removeprefix("delete "))
    assert "perhaps" not in rule


def test_the_shim_is_gone(tree: Tree) -> None:
    tree.rules("app.old", "app.old:X", "app:Y")
    assert tree.said() == [
        "app.old: app.old is gone: delete the rule",
        "app.old:X: app.old:X is gone: delete the rule",
        "app:Y: app:Y is gone: delete the rule",
    ]
    assert {one["state"] for one in tree.listed()} == {"gone"}


def test_a_target_that_is_somebody_elses(tree: Tree) -> None:
    """It may be a ban, which holds as long as it matches nothing."""
    tree.rules("requests.compat")
    (line,) = tree.said()
    told = "nobody here imports requests.compat, which is no file of this project"
    assert line == f"requests.compat: {told}: delete the rule, unless it is to keep it so"
    (rule,) = tree.listed()
    assert (rule["state"], "delete" in rule) == ("unused", False)


USED = {
    "fails": "import app.old\n",
    "allowed": "import app.old  # ssot: allow[app.old] later\n",
    "for type checkers": "from typing import TYPE_CHECKING\nif TYPE_CHECKING: import app.old\n",
    "a string": "x = patch('app.old.X')\n",
}


@pytest.mark.parametrize("how", USED)
def test_a_use_is_one_whoever_excuses_it(tree: Tree, how: str) -> None:
    tree.rules("app.old")
    tree.write({"app/old.py": "", "app/a.py": USED[how]})
    assert tree.said() == []
    assert "state" not in tree.listed()[0]


def test_a_use_that_the_settings_hide_is_one_too(tree: Tree) -> None:
    tree.rules("app.old")
    text = (tree.path / "pyproject.toml").read_text("utf-8")
    settings = '[tool.pytest-ssot]\nfirst-party = ["app"]\nindirect = "ignore"\n'
    tree.write({"pyproject.toml": text.replace("[tool.pytest-ssot]\n", settings, 1)})
    tree.write({"app/old.py": "", "vendored/a.py": "import app.old\n"})
    assert tree.said() == []


def test_what_only_runs_see_is_a_use(tree: Tree) -> None:
    tree.rules("app.old")
    tree.write({"app/old.py": "", "app/a.py": "__import__('app.' + 'old')\n"})
    assert len(tree.said()) == 1
    entry = {"path": "app/a.py", "rule": "app.old", "name": None, "count": 1, "seen": ["runtime"]}
    tree.write({"ssot-baseline.json": json.dumps({"version": 1, "entries": [entry]})})
    assert tree.said() == []


def test_what_a_run_has_seen_is_a_use(tree: Tree) -> None:
    tree.rules("app.old")
    tree.write({"app/old.py": "", "app/a.py": "__import__('app.' + 'old')\n"})
    site = {"path": "app/a.py", "line": 1, "column": 0, "function": "<module>"}
    seen: dict[str, Any]
    seen = {"rule": "app.old", "kind": "import", "target": "app.old", "name": None, "chain": []}
    seen |= {"importer": site, "verdict": "fails", "seen": ["runtime"], "tests": []}
    tree.write({"run.json": json.dumps({"version": 1, "violations": [seen], "not_observed": []})})
    assert tree.said("--run", "run.json") == []


@pytest.mark.parametrize(
    ("unseen", "is_doubt"),
    [
        ("app.old (loaded before the watch; imported by app/a.py:1)", True),
        ("app.old:X (loaded before the watch; imported by app/a.py:1)", True),
        ("app.other (loaded before the watch)", False),
        ("app.other (cannot be watched)", False),
        ("a child process of tests/test_a.py:8: python -I ignores the environment", True),
        ("overdue or not: app.old, as chat is not installed", False),
    ],
)
def test_what_a_run_did_not_see_may_be_a_use(tree: Tree, unseen: str, is_doubt: bool) -> None:
    tree.rules("app.old")
    tree.write({"app/old.py": ""})
    tree.write({"run.json": json.dumps({"version": 1, "violations": [], "not_observed": [unseen]})})
    (line,) = tree.said("--run", "run.json")
    assert ("perhaps nobody" in line) == is_doubt
    if is_doubt:
        assert f"(not observed: {unseen}): if so, delete app/old.py, then the rule" in line
        assert tree.listed("--run", "run.json")[0]["perhaps"] == f"not observed: {unseen}"


def test_a_file_that_is_not_read_whole_may_hide_a_use(tree: Tree) -> None:
    tree.rules("app.old", "app.other", "app.gone")
    tree.write({"app/old.py": "", "app/other.py": "", "app/a.py": "x = '''\nfrom app.old im\n"})
    why = "(app/a.py was not read whole): if so, delete"
    assert tree.said() == [
        "app.gone: app.gone is gone: delete the rule",
        f"app.old: perhaps nobody imports app.old any more {why} app/old.py, then the rule",
        "app.other: nobody imports app.other any more: delete app/other.py, then the rule",
    ]


def test_a_part_of_the_project_does_not_know(tree: Tree) -> None:
    tree.rules("app.old")
    tree.write({"app/old.py": ""})
    assert tree.said("app") == []
    assert "state" not in tree.listed("app")[0]


def test_what_is_in_a_package_is_part_of_it(tree: Tree) -> None:
    tree.rules("app.old")
    tree.write(
        {
            "app/old/__init__.py": "from app.old.deep import X\n",
            "app/old/deep.py": "from . import other\nX = 1\n",
            "app/old/other.py": "import app.old.deep\n",
        }
    )
    told = "app.old: nobody imports app.old any more: delete app/old/, then the rule"
    assert tree.said() == [told]
    tree.write({"app/a.py": "import app.old.deep\n"})
    assert tree.said() == []


def test_a_package_whose_modules_have_rules_of_their_own(tree: Tree) -> None:
    """To delete it would take along what others still use."""
    tree.rules("app.old", "app.old.deep", "app.old:X")
    tree.write({"app/old/__init__.py": "X = 1\n", "app/old/deep.py": ""})
    tree.write({"app/a.py": "from app.old import X\n"})
    deep = "app.old.deep: nobody imports app.old.deep any more: delete app/old/deep.py"
    assert tree.said() == [f"{deep}, then the rule"]
    tree.write({"app/a.py": "import app.old.deep\n"})
    told = "app.old:X: nobody uses app.old:X any more: delete X in app/old/__init__.py:1"
    assert tree.said() == [f"{told}, then the rule"]


def test_a_packages_own_surface(tree: Tree) -> None:
    tree.rules("app.old", more="submodules = false")
    tree.write({"app/old/__init__.py": "X = 1\n", "app/old/deep.py": ""})
    tree.write({"app/a.py": "import app.old.deep\n"})
    told = "app.old: nobody imports app.old any more: delete what app/old/__init__.py gives"
    assert tree.said() == [f"{told}, then the rule"]
    tree.write({"app/old/__init__.py": ""})
    assert tree.said() == ["app.old: app.old is gone: delete the rule"]


def test_nobody_but_the_package_that_passes_it_on(tree: Tree) -> None:
    tree.rules("app.ws.old")
    files = {"app/ws/__init__.py": "import a\nfrom app.ws.old import X, Y\n__all__ = ['X']\n"}
    tree.write({**files, "app/ws/old.py": "X = Y = 1\n"})
    (line,) = tree.said()
    told = "nobody but app/ws/__init__.py:2, which only passes it on, imports app.ws.old"
    assert line == f"app.ws.old: {told}: delete that line and app/ws/old.py, then the rule"
    tree.write({"app/a.py": "from app.ws import X\n"})
    assert tree.said() == []


@pytest.mark.parametrize(
    "files",
    [
        {"app/ws/__init__.py": "from app.ws.old import X\nZ = X()\n"},
        {"app/ws/__init__.py": "import app.ws.old\n"},
        {"app/__init__.py": "from app.ws.old import X\n", "app/a.py": "from app.ws.old import X\n"},
        {"app/other/__init__.py": "from app.ws.old import X\n"},
    ],
    ids=["used there", "no name", "and another", "not around it"],
)
def test_a_package_that_uses_it(tree: Tree, files: Mapping[str, str]) -> None:
    tree.rules("app.ws.old")
    tree.write({"app/ws/__init__.py": "", "app/ws/old.py": "X = 1\n", **files})
    assert tree.said() == []


def test_single_symbols_and_factories_are_good_as_they_are(tree: Tree) -> None:
    tree.write(
        {
            "app/ws.py": "class M: pass\ndef make(): return M()\n",
            "pyproject.toml": '[[tool.pytest-ssot.single]]\nsymbol = "app.ws:M"\n'
            '[[tool.pytest-ssot.factories]]\nclass = "app.ws:M"\nonly-from = ["app.ws:make"]\n',
        }
    )
    assert tree.said() == []
    assert all("state" not in one for one in tree.listed())
