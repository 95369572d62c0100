"""A target whose last version has come, and that still stands: ``overdue``, as commands tell it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.commands.folder import Folder, Ran

RULE = """
[[tool.pytest-ssot.rules]]
deprecated = "{target}"
id = "old"
removed-in = "2.0"
distribution = "chat-service"
{more}
"""


class Tree(Folder):
    """A project on disk that is not imported, with one rule; nothing is installed."""

    def __init__(self, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        super().__init__(path, capsys)
        self.configure()
        self.write({"app/__init__.py": ""})

    def configure(self, target: str = "app.old", more: str = "", section: str = "") -> None:
        rule = RULE.format(target=target, more=more)
        project = '[project]\nname = "chat-service"\nversion = "2.1"\n'
        self.write({"pyproject.toml": f"{project}[tool.pytest-ssot]\n{section}\n{rule}"})

    def install(self, version: str, name: str = "chat-service") -> None:
        info = f"site-packages/{name.replace('-', '_')}-{version}.dist-info"
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        self.write({f"{info}/METADATA": metadata})

    def check(self, *args: str) -> Ran:
        return self.run("check", *args)

    def overdue(self) -> list[tuple[str, str | None]]:
        """Place and name of each."""
        data: dict[str, Any] = json.loads("".join(self.check("--output-format", "json").out))
        found = [one for one in data["violations"] if one["kind"] == "overdue"]
        sites = [(one["importer"], one["name"]) for one in found]
        return [(f"{at['path']}:{at['line']}:{at['column']}", name) for at, name in sites]


@pytest.fixture
def tree(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Tree:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "site-packages").mkdir()
    monkeypatch.syspath_prepend(str(tmp_path / "site-packages"))
    return Tree(tmp_path, capsys)


def test_it_is_a_line_of_its_own_and_fails(tree: Tree) -> None:
    tree.write({"app/old.py": "X = 1\n", "app/a.py": "from app.old import X\n"})
    code, out, said = tree.check()
    assert code == 1
    what = "chat-service is 2.1: delete app/old.py, 1 use is left in source"
    assert out == [
        "app/a.py:1:0: old deprecated import: app.old:X (removed in 2.0)",
        f"app/old.py:1:0: old overdue: app.old (removed in 2.0); {what}",
    ]
    assert said == ["1 use in 1 file fails, 1 is overdue; 4 files examined"]


@pytest.mark.parametrize(
    ("version", "is_due"),
    [
        ("1.9", False),
        ("2.0.dev3", False),
        ("2.0a1", False),
        ("2.0rc1", False),
        ("2.0", True),
        ("2", True),
        ("2.0+local.7", True),
        ("2.0.post1", True),
        ("2.1.dev0", True),
        ("1!0.1", True),
    ],
)
def test_versions_are_compared_as_pep_440_has_it(tree: Tree, version: str, is_due: bool) -> None:
    tree.write({"app/old.py": ""})
    tree.install(version)
    assert tree.overdue() == ([("app/old.py:1:0", None)] if is_due else [])
    assert tree.check().code == int(is_due)


@pytest.mark.parametrize("name", ["chat-service", "Chat.Service", "chat_service"])
def test_what_is_installed_counts_before_what_the_project_says(tree: Tree, name: str) -> None:
    tree.write({"app/old.py": ""})
    assert tree.check().code == 1  # not installed: its own version
    tree.install("1.0", name)
    assert tree.check().code == 0


@pytest.mark.parametrize(
    ("project", "why"),
    [
        ("", "chat-service is not installed"),
        ('[project]\nname = "other"\nversion = "3"\n', "chat-service is not installed"),
        (
            '[project]\nname = "Chat_Service"\ndynamic = ["version"]\n',
            "chat-service is not installed, and has no static version",
        ),
        (
            '[project]\nname = "chat.service"\nversion = "spring"\n',
            "the version of chat-service, 'spring', is none of PEP 440",
        ),
    ],
    ids=["no project", "another", "dynamic", "no version"],
)
def test_a_version_that_nobody_knows_is_told(tree: Tree, project: str, why: str) -> None:
    text = (tree.path / "pyproject.toml").read_text("utf-8")
    tree.write({"pyproject.toml": project + text[text.index("[tool") :], "app/old.py": ""})
    code, out, said = tree.check()
    assert (code, out) == (0, [])
    assert said[0] == f"overdue or not: app.old, as {why}"
    data = json.loads("".join(tree.check("--output-format", "json").out))
    assert data["not_observed"] == [said[0]]


def test_a_rule_without_a_distribution_is_never_overdue(tree: Tree) -> None:
    text = (tree.path / "pyproject.toml").read_text("utf-8")
    bare = text.replace('distribution = "chat-service"\n', "")
    tree.write({"pyproject.toml": bare, "app/old.py": ""})
    assert (tree.check().code, tree.overdue()) == (0, [])


STANDS = {
    "a class": ("class Old: pass\n", "app/old.py:1:0"),
    "decorated": ("import a\n@a.b\nclass Old:\n    pass\n", "app/old.py:3:0"),
    "a function": ("async def Old(): pass\n", "app/old.py:1:0"),
    "assigned": ("X = 1\nOld = X\n", "app/old.py:2:0"),
    "annotated": ("Old: int = 1\n", "app/old.py:1:0"),
    "unpacked": ("X, (Old, Y) = f()\n", "app/old.py:1:0"),
    "in characters": ("é = 1; Old = 2\n", "app/old.py:1:7"),
    "imported": ("from app.new import (\n    X,\n    Old,\n)\n", "app/old.py:1:0"),
    "as": ("import app.new as Old\n", "app/old.py:1:0"),
    "under if": ("import a\nif a:\n    Old = 1\nelse:\n    class Old: pass\n", "app/old.py:5:4"),
    "under try": ("try:\n    from a import Old\nexcept E:\n    Old = None\n", "app/old.py:2:4"),
    "with": ("with a() as Old:\n    pass\n", "app/old.py:1:0"),
    "star": ("X = 1\nfrom app.new import *\n", "app/old.py:2:0"),
    "global": ("def f():\n    global Old\n    Old = 1\n", "app/old.py:1:0"),
    "getattr": ("'doc'\ndef __getattr__(n):\n    if n == 'Old': return 1\n", "app/old.py:1:0"),
    "for checkers last": (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from a import Old\nOld = 1\n",
        "app/old.py:4:0",
    ),
}
GONE = {
    "nothing": "X = 1\n",
    "a method": "class A:\n    def Old(self): pass\n",
    "a local": "def f():\n    Old = 1\n    return [Old for Old in ()]\n",
    "a comprehension": "X = [Old for Old in ()]\n",
    "said": "# Old was here\n'Old'\nX = 'Old'\n",
    "annotated alone": "X: 'Old'\n",
    "another star": "from app.empty import *\n",
}


@pytest.mark.parametrize("how", STANDS)
def test_a_name_is_told_where_it_is_bound(tree: Tree, how: str) -> None:
    source, place = STANDS[how]
    tree.configure("app.old:Old")
    tree.write({"app/old.py": source, "app/new.py": "class Old: pass\n"})
    assert tree.overdue() == [(place, "Old")]


@pytest.mark.parametrize("how", GONE)
def test_a_name_that_is_gone_is_not_overdue(tree: Tree, how: str) -> None:
    tree.configure("app.old:Old")
    tree.write({"app/old.py": GONE[how], "app/empty.py": ""})
    assert (tree.check().code, tree.overdue()) == (0, [])
    assert tree.check().said[0] == "old: app.old:Old is gone: delete the rule"


@pytest.mark.parametrize(
    "source",
    ["from elsewhere import *\n", "def __getattr__(n): return n\n", "globals().update(x)\n"],
)
def test_a_name_that_may_be_computed_is_told_as_such(tree: Tree, source: str) -> None:
    tree.configure("app.old:Old")
    tree.write({"app/old.py": source})
    code, _, said = tree.check()
    assert code == 0
    assert said[0] == "overdue or not: app.old:Old, as app/old.py does not tell its names"


PACKAGES = {
    "package": ({"app/old/__init__.py": "", "app/old/a.py": ""}, "app/old/__init__.py:1:0"),
    "namespace": ({"app/old/deep/b.py": ""}, "app/old/deep/b.py:1:0"),
    "stub": ({"app/old.pyi": ""}, "app/old.pyi:1:0"),
}


@pytest.mark.parametrize("how", PACKAGES)
def test_packages(tree: Tree, how: str) -> None:
    files, place = PACKAGES[how]
    tree.write(files)
    assert tree.overdue() == [(place, None)]


def test_a_folder_without_any_source_is_gone(tree: Tree) -> None:
    """Git keeps no folders: what is left of one is a cache."""
    tree.write({"app/old/__pycache__/a.cpython-312.pyc": "", "app/old/notes.txt": ""})
    assert (tree.check().code, tree.overdue()) == (0, [])


def test_a_packages_own_surface(tree: Tree) -> None:
    tree.configure(more="submodules = false")
    tree.write({"app/old/__init__.py": "from app.old.a import X\n", "app/old/a.py": "X = 1\n"})
    assert tree.overdue() == [("app/old/__init__.py:1:0", None)]
    assert "delete what app/old/__init__.py gives" in tree.check().out[0]
    tree.write({"app/old/__init__.py": '"""The rest lives on."""\n__all__ = ()\n'})
    assert tree.overdue() == []


def test_a_name_that_is_a_submodule(tree: Tree) -> None:
    tree.configure("app:old")
    tree.write({"app/old.py": ""})
    assert tree.overdue() == [("app/old.py:1:0", "old")]
    assert "delete app/old.py" in tree.check().out[0]


def test_what_is_not_read_is_not_overdue(tree: Tree) -> None:
    tree.write({"app/old.py": "", ".gitignore": "old.py\n"})
    assert tree.overdue() == []
    tree.write({".gitignore": ""})
    assert len(tree.overdue()) == 1
    tree.configure(section='exclude = ["app/old.py"]')
    assert tree.overdue() == []


COMMENTS = [
    ("app.old", "X = 1  # ssot: allow[old] later\n"),
    ("app.old", "# ssot: allow[old] later\n\nX = 1\n"),
    ("app.old", '"""About.\n\nMore.\n"""  # ssot: allow[app.old] later\nX = 1\n'),
    ("app.old:X", "Y = 1\nclass X(  # ssot: allow[old] later\n    Y\n): pass\n"),
]


@pytest.mark.parametrize(("target", "source"), COMMENTS)
def test_a_comment_allows_it(tree: Tree, target: str, source: str) -> None:
    tree.configure(target)
    tree.write({"app/old.py": source})
    assert tree.check().code == 0
    (line,) = tree.check("--verbose").out
    assert line.endswith("; allowed: later")


def test_a_comment_further_down_is_about_something_else(tree: Tree) -> None:
    tree.write({"app/old.py": "X = 1\nY = 1  # ssot: allow[old] later\n"})
    assert tree.check().code == 1


def test_a_comment_needs_a_reason(tree: Tree) -> None:
    tree.write({"app/old.py": "X = 1  # ssot: allow[old]\n"})
    code, out, said = tree.check()
    assert (code, out) == (2, [])
    assert said == ["app/old.py:1: # ssot: allow[old] needs a reason after the bracket"]


def test_a_table_allows_it_and_allow_from_does_not(tree: Tree) -> None:
    """The latter is about importers, which the shim is none of."""
    tree.write({"app/old.py": ""})
    tree.configure(more='allow-from = ["app.*"]')
    assert tree.check().code == 1
    table = '[[tool.pytest-ssot.allow]]\nrule = "old"\nfrom = ["app.old"]\nreason = "next week"\n'
    tree.configure(more=table)
    assert tree.check().code == 0


def test_a_shim_that_is_not_ours(tree: Tree) -> None:
    tree.write({"app/old.py": ""})
    tree.configure(section='first-party = ["lib"]')
    assert tree.check().code == 0
    assert tree.check().said[-1] == "1 indirect; 3 files examined"


def test_only_what_was_asked_for_is_told(tree: Tree) -> None:
    tree.write({"app/old.py": "X = 1\n", "app/a.py": "from app.old import X\n"})
    assert [line.partition(" ")[0] for line in tree.check("app/a.py").out] == ["app/a.py:1:0:"]
    (line,) = tree.check("app/old.py").out
    assert line.endswith("delete app/old.py, 1 use is left in source")


def baseline(tree: Tree) -> list[dict[str, Any]]:
    data = json.loads((tree.path / "ssot-baseline.json").read_text("utf-8"))
    entries: list[dict[str, Any]] = data["entries"]
    return entries


def test_the_baseline_knows_it_apart_from_uses(tree: Tree) -> None:
    """The package's own file may use what is below it, under the same rule."""
    tree.configure("app.old")
    files = {"app/old/__init__.py": "", "app/a.py": "import app.old\n"}
    tree.write(files)
    assert tree.run("baseline").code == 0
    known: dict[str, Any]
    known = {"path": "app/old/__init__.py", "rule": "old", "name": None, "kind": "overdue"}
    assert baseline(tree)[1] == {**known, "count": 1}
    assert tree.check().code == 0
    tree.write({"app/old/__init__.py": "", "app/b.py": "import app.old\n"})
    assert [line.partition(" ")[0] for line in tree.check().out] == ["app/b.py:1:0:"]
    tree.write({"app/b.py": ""})
    entry = {**known, "kind": "warning", "count": 1}
    (tree.path / "ssot-baseline.json").write_text(json.dumps({"version": 1, "entries": [entry]}))
    assert "only a run can see a warning" in tree.check().said[0]
    entry = {**known, "seen": ["runtime"], "count": 1}
    (tree.path / "ssot-baseline.json").write_text(json.dumps({"version": 1, "entries": [entry]}))
    assert "what is overdue stands in source" in tree.check().said[0]


@pytest.mark.process
def test_an_entry_goes_with_the_shim_and_not_with_the_version(tree: Tree) -> None:
    """Who has an older version installed must not take it from the others."""
    tree.write({"app/old.py": ""})
    tree.run("baseline")
    tree.install("1.0")
    assert tree.check().code == 0
    assert tree.run("baseline", "--update").code == 0
    assert len(baseline(tree)) == 1
    (tree.path / "app/old.py").unlink()
    code, _, said = tree.check()
    assert code == 1
    assert said[0] == "thank you: app/old.py no longer has app.old (old), which was overdue, 1 -> 0"
    assert tree.run("baseline", "--update").code == 0
    assert baseline(tree) == []


def test_no_baseline_excuses_it_in_mission_critical_code(tree: Tree) -> None:
    tree.write({"app/old.py": ""})
    tree.configure(section='mission-critical = ["app/old.py"]')
    assert tree.run("baseline").code == 1
    assert tree.check().code == 1


def test_explain(tree: Tree) -> None:
    tree.write({"app/old.py": "X = 1\n", "app/a.py": "from app.old import X\n"})
    told = tree.run("explain", "old").out
    assert "  uses:             1 in 1 file: fails 1" in told
    what = "chat-service is 2.1: delete app/old.py, 1 use is left in source"
    assert f"  overdue:          {what}" in told
    assert tree.run("explain", "app/old.py:1").out == [
        "app/old.py:1:0: old overdue: app.old (removed in 2.0)",
        "    1 | X = 1",
        "      | ^",
        "  rule:             old (pyproject.toml)",
        f"  says:             {what}",
        "  verdict:          fails: nothing allows it, and the baseline does not know it",
        "  to do:            delete app/old.py, 1 use is left in source",
        "  or allow it:      # ssot: allow[old] REASON, at the end",
    ]


@pytest.mark.parametrize("name", ["github", "markdown", "html", "sarif"])
def test_each_format_says_what_to_delete(tree: Tree, name: str) -> None:
    tree.write({"app/old.py": "X = 1\n"})
    told = "\n".join(tree.check("--output-format", name).out)
    assert "delete app/old.py" in told
    assert "overdue" in told or name in ("markdown", "html")


def test_nobody_is_left(tree: Tree) -> None:
    tree.write({"app/old.py": "X = 1\n"})
    code, out, said = tree.check()
    assert code == 1
    assert out[0].endswith("delete app/old.py, no uses are left in source")
    assert said[0] == (
        "old: app.old is overdue, and nobody imports it any more: delete app/old.py, then the rule"
    )
