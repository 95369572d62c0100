"""What ``pytest-ssot explain`` tells of rules, paths and lines, typed as a user would."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import NamedTuple

import pytest

from tests.conftest import Project

RULE = """
    [[tool.pytest-ssot.rules]]
    deprecated = "app.old"
    use = "app.new"
    rename = { make = "build" }
    manual = ["get_factory"]
    id = "old-app"
    reason = "two alive at once"
    link = "https://example.com/7"
    owner = "platform"
    removed-in = "2.0"
    distribution = "chat"
"""


class Told(NamedTuple):
    """Exit code, the lines of standard output, and all of standard error."""

    code: int
    lines: list[str]
    said: str

    def field(self, label: str) -> list[str]:
        """What stands behind each ``label:``."""
        start = f"  {label}:"
        return [one.removeprefix(start).strip() for one in self.lines if one.startswith(start)]


Explain = Callable[..., Told]


@pytest.fixture
def explain(project: Project) -> Explain:
    """Types ``pytest-ssot explain`` in a project with a rule and four uses of its target."""

    def typed(*args: str) -> Told:
        ran = project.command("explain", *args)
        return Told(int(ran.ret), ran.outlines, ran.stderr.str())

    project.configure("", RULE)
    project.write(
        {
            "app/bridge.py": "import os\nfrom app.old import make\n\n\ndef late():\n"
            "    from app.old import (\n        make,\n        get_factory,\n    )\n",
            "app/api.py": "from app.old import X\n",
            "app/user.py": "# é\nfrom app.api import X\n",
        }
    )
    return typed


def baseline(project: Project, *args: str) -> None:
    project.command("baseline", *args)


# -- a rule ----------------------------------------------------------------------------


def test_a_rule_by_its_id_or_its_target(explain: Explain) -> None:
    told = explain("old-app")
    assert told.lines == [
        "old-app",
        "  deprecated:       app.old",
        "  use:              app.new",
        "  rename:           make -> build",
        "  manual:           get_factory: nothing replaces these line by line",
        "  removed in:       2.0 of chat",
        "  why:              two alive at once",
        "  link:             https://example.com/7",
        "  owner:            platform",
        "  written in:       pyproject.toml",
        "  source:           app/old.py",
        "  uses:             5 in 3 files: fails 5",
        "",
        "app/api.py",
        "  1:0: deprecated import: app.old:X (removed in 2.0); use: from app.new import X; fails",
        "",
        "app/bridge.py",
        (
            "  2:0: deprecated import: app.old:make (removed in 2.0); "
            "use: from app.new import build as make; fails"
        ),
        (
            "  6:4: deprecated import: app.old:get_factory (removed in 2.0); "
            "use: nothing replaces get_factory line by line; fails"
        ),
        (
            "  6:4: deprecated import: app.old:make (removed in 2.0); "
            "use: from app.new import build as make; fails"
        ),
        "",
        "app/user.py",
        (
            "  2:0: deprecated import: app.old:X (removed in 2.0); use: from app.new import X; "
            "passed on by app/api.py:1; fails"
        ),
    ]
    assert (told.code, told.said) == (0, "")
    assert explain("app.old") == explain("old-app") == told


def test_what_the_baseline_knows_of_a_rule(explain: Explain, project: Project) -> None:
    baseline(project)
    file = project.path / "ssot-baseline.json"
    data = json.loads(file.read_text("utf-8"))
    data["entries"][0] |= {"reason": "later", "owner": "web", "until": "2999-01-31"}
    data["entries"][1] |= {"until": "2001-01-31"}
    file.write_text(json.dumps(data), encoding="utf-8")
    project.write({"app/user.py": ""})
    told = explain("old-app")
    start = told.lines.index("in the baseline")
    assert told.lines[start + 1 :] == [
        "  app/api.py  old-app:X: 1 known; owner web; until 2999-01-31; later",
        "  app/bridge.py  old-app:get_factory: 1 known; until 2001-01-31, which is past",
        "  app/bridge.py  old-app:make: 2 known",
        "  app/user.py  old-app:X: 1 known, 0 left; stale, run: pytest-ssot baseline --update",
    ]
    assert told.field("uses") == ["4 in 2 files: fails 1, known 3"]
    assert [one for one in told.lines if one.endswith("; known: later")] == [told.lines[14]]


@pytest.mark.parametrize(
    ("module", "source", "to_do"),
    [
        (
            "Y = 1\nX = 1\n",
            "app/old.py",
            "nobody uses app.old:X any more: delete X in app/old.py:2, then the rule",
        ),
        (
            "Y = 1\n",
            "app/old.py, which does not bind X",
            "app.old:X is gone: delete the rule",
        ),
        (
            "from app.other import *\n",
            "app/old.py, which may or may not bind X",
            "nobody uses app.old:X any more: delete X in app/old.py, if it is there, then the rule",
        ),
        (
            None,
            "no file of this project is app.old",
            "app.old:X is gone: delete the rule",
        ),
    ],
    ids=["there", "gone", "computed", "module gone"],
)
def test_a_rule_that_matches_nothing_says_what_to_delete(
    explain: Explain, project: Project, module: str | None, source: str, to_do: str
) -> None:
    project.configure("", '[[tool.pytest-ssot.rules]]\ndeprecated = "app.old:X"\n')
    project.write({f"app/{one}.py": "" for one in ("api", "user", "bridge")})
    project.write({"app/old.py": module or ""})
    if module is None:
        (project.path / "app" / "old.py").unlink()
    told = explain("app.old:X")
    assert (told.field("source"), told.field("to do")) == ([source], [to_do])
    assert told.field("uses") == ["none"]
    assert told.field("use") == ["nothing: the rule names no replacement"]


def test_which_tests_execute_the_sites_of_a_rule(explain: Explain, project: Project) -> None:
    project.write({"tests/test_a.py": "def test_a(): import app.user\n"})
    project.run()
    told = explain("old-app", "--run", "ssot-report.json")
    by = "executed by tests/test_a.py::test_a"
    assert [line.rpartition("; ")[0].rpartition("; ")[2] for line in told.lines[-10:] if line] == [
        *["", by],
        *["", *["executed by no test"] * 3],
        *["", by],
    ]


def test_a_rule_that_only_a_run_knows(explain: Explain, project: Project) -> None:
    project.write(
        {
            "app/self.py": "import warnings\n"
            "warnings.warn('app.self is deprecated', DeprecationWarning, stacklevel=2)\n",
            "tests/test_a.py": "def test_a(): import app.self\n",
        }
    )
    project.run()
    told = explain("app.self", "--run", "ssot-report.json")
    assert told.field("rule") == [
        "none in pyproject.toml has this id; runs, or the baseline, speak of it"
    ]
    assert "tests/test_a.py" in told.lines
    line = explain("tests/test_a.py:1", "--run", "ssot-report.json")
    assert line.field("rule") == ["app.self (none in pyproject.toml: only runs see it)"]
    assert line.field("executed by") == ["tests/test_a.py::test_a"]
    assert explain("app.self").code == 2


# -- a path ----------------------------------------------------------------------------


def test_a_file(explain: Explain) -> None:
    told = explain("app/api.py")
    assert told.lines == [
        "app/api.py",
        "  read:             yes",
        "  first-party:      yes",
        "  mission-critical: no",
        "  uses:             1 in 1 file: fails 1",
        "",
        "app/api.py",
        (
            "  1:0: old-app deprecated import: app.old:X (removed in 2.0); "
            "use: from app.new import X; fails"
        ),
    ]


def test_a_folder_seen_from_here_or_from_the_root(
    explain: Explain, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    (whole, folder) = (explain("."), explain("app"))
    assert folder.lines[0] == "app"
    assert folder.field("uses") == whole.field("uses") == ["5 in 3 files: fails 5"]
    monkeypatch.chdir(project.path / "app")
    assert explain("api.py") == explain("app/api.py")
    assert explain("app/api.py").lines[0] == "app/api.py"
    assert explain("..").lines[0] == "."


def test_what_is_said_of_files_that_are_not_read(explain: Explain, project: Project) -> None:
    project.configure('exclude = ["app/generated"]', RULE)
    project.write(
        {
            ".gitignore": "built/\n",
            "app/generated/a.py": "import app.old\n",
            "built/deep/a.py": "import app.old\n",
            "env/pyvenv.cfg": "",
            "env/a.py": "import app.old\n",
            "node_modules/a.py": "import app.old\n",
            "notes.txt": "import app.old\n",
            "script": "import app.old\n",
        }
    )
    (project.path / "link.py").symlink_to("app/api.py")
    by_git = "is ignored by git; name it to have it read: pytest-ssot check PATH"
    for path, reason in {
        "app/generated/a.py": "the setting exclude names it",
        "built": f"built {by_git}",
        "built/deep/a.py": f"built {by_git}",
        "env/a.py": "env is a virtual environment",
        "node_modules/a.py": "node_modules never holds source of the project",
        "notes.txt": "notes.txt does not end with .py, .pyi, .pyw",
        "script": "script does not begin with #! and a Python",
        "link.py": "link.py is a link: what it leads to is read where it lies",
    }.items():
        told = explain(path)
        assert (told.code, told.field("not read")) == (0, [reason])
        assert told.field("read") in ([], ["0 files"])
        assert told.field("uses") == ["none"]
    told = explain("built/deep/a.py:1")
    assert told.lines[0] == "built/deep/a.py:1: not looked at"
    assert told.field("not read") == [f"built {by_git}"]


def test_first_party_and_mission_critical(explain: Explain, project: Project) -> None:
    project.configure('first-party = ["tests"]\nmission-critical = ["tests/critical"]', RULE)
    marked = (
        "import pytest\n\n@pytest.mark.mission_critical\ndef test_a():\n    import app.old\n\n"
        "def test_b():\n    import app.old\n"
    )
    project.write({"tests/critical/test_c.py": "import app.old\n", "tests/test_m.py": marked})
    told = explain("app/api.py")
    assert told.field("first-party") == ["no: its violations are indirect (report)"]
    assert told.field("uses") == ["1 in 1 file: indirect 1"]
    assert explain("tests/critical").field("mission-critical") == [
        "yes, all of it: no violation is excused"
    ]
    assert explain("tests/test_m.py").field("mission-critical") == ["in part: tests/test_m.py:5"]
    assert explain("app/api.py:1").field("verdict") == [
        "indirect: app/api.py is not first-party, so nothing fails of it"
    ]
    assert explain("tests/test_m.py:5").field("verdict") == [
        "fails: in a mission-critical test, which no baseline excuses"
    ]


def test_a_file_that_does_not_parse(explain: Explain, project: Project) -> None:
    project.write({"app/broken.py": "import app.old\ndef f(:\n"})
    told = explain("app/broken.py")
    assert told.field("uses") == ["1 in 1 file: fails 1"]
    assert len(told.field("unreadable")) == 1
    assert explain("app").field("unreadable")[0].startswith("app/broken.py: ")
    assert explain("app/broken.py:1").field("verdict") != []
    assert explain("app/broken.py:2").lines[0] == "app/broken.py:2: no violation"
    assert explain("app/broken.py:2").field("unreadable") == told.field("unreadable")


# -- a line ----------------------------------------------------------------------------


def test_why_a_line_is_a_violation_and_its_fix(explain: Explain) -> None:
    told = explain("app/bridge.py:2")
    assert told.lines == [
        "app/bridge.py:2:0: old-app deprecated import: app.old:make (removed in 2.0)",
        "    2 | from app.old import make",
        "      | ^",
        "  rule:             old-app (pyproject.toml)",
        "  why:              two alive at once https://example.com/7",
        "  verdict:          fails: nothing allows it, and the baseline does not know it",
        "  use:              from app.new import build as make",
        "  or allow it:      # ssot: allow[old-app] REASON, at the end",
    ]


@pytest.mark.parametrize("line", ["6", "7", "9", "8:4", "6:4", "6:77"])
def test_lines_inside_of_a_statement(explain: Explain, line: str) -> None:
    told = explain(f"app/bridge.py:{line}")
    assert [one for one in told.lines if one.startswith("app/")] == [
        "app/bridge.py:6:4: old-app deprecated import: app.old:get_factory (removed in 2.0)",
        "app/bridge.py:6:4: old-app deprecated import: app.old:make (removed in 2.0)",
    ]
    number = line.partition(":")[0]
    inside = [] if number == "6" else [f"{number} is inside of what begins in line 6"] * 2
    assert told.field("line") == inside
    assert told.field("use") == [
        "nothing replaces get_factory line by line",
        "from app.new import build as make",
    ]
    assert told.field("or allow it") == ["# ssot: allow[old-app] REASON, at the end in line 9"] * 2


def test_the_comment_that_is_told_allows_the_line(explain: Explain, project: Project) -> None:
    for path, last in (("app/bridge.py", 9), ("app/api.py", 1)):
        lines = (project.path / path).read_text("utf-8").splitlines()
        comment = explain(f"{path}:{last}").field("or allow it")[0].partition(",")[0]
        lines[last - 1] += f"  {comment}"
        project.write({path: "\n".join(lines) + "\n"})
        assert explain(f"{path}:{last}").field("verdict")[0] == f"allowed: REASON ({path}:{last})"
    assert explain("app/user.py:2").field("verdict") == [
        "allowed: passed on by app/api.py:1, which may"
    ]
    assert explain("app/user.py:2").field("or allow it") == []


def test_which_allowance_it_is(explain: Explain, project: Project) -> None:
    allow = '[[tool.pytest-ssot.allow]]\nrule = "old-app"\nfrom = ["app.api"]\nreason = "later"\n'
    project.configure("", RULE + allow)
    project.write(
        {
            "tests/test_m.py": "import pytest\n\n"
            '@pytest.mark.ssot_allow("old-app", reason="tests it")\n'
            "def test_a():\n    import app.old\n",
        }
    )
    assert explain("app/api.py:1").field("verdict") == [
        "allowed: later (pyproject.toml: [tool.pytest-ssot.allow] #1)"
    ]
    assert explain("tests/test_m.py:5").field("verdict") == [
        "allowed: tests it (tests/test_m.py::test_a)"
    ]


def test_how_it_is_reached_with_the_lines_on_the_way(explain: Explain) -> None:
    told = explain("app/user.py:2")
    assert told.field("passed on by") == ["app/api.py:1: from app.old import X"]
    assert told.field("use") == ["from app.new import X"]


def test_which_entry_of_the_baseline_it_is(explain: Explain, project: Project) -> None:
    baseline(project)
    assert explain("app/bridge.py:2").field("verdict") == [
        "known: app/bridge.py  old-app:make: 2 known"
    ]
    assert explain("app/bridge.py:2").field("or allow it") != []
    project.write({"app/more.py": "", "app/api.py": "from app.old import X\nfrom app.old import X"})
    assert explain("app/api.py:2").field("verdict") == [
        "fails: the baseline knows 1, there are 2",
        "known: app/api.py  old-app:X: 1 known",
    ]


def test_an_entry_for_what_is_mission_critical_by_now(explain: Explain, project: Project) -> None:
    project.write({"tests/test_a.py": "def test_a():\n    import app.old\n"})
    baseline(project)
    project.configure('mission-critical = ["tests"]', RULE)
    assert explain("tests/test_a.py").lines[-1] == (
        "  tests/test_a.py  old-app: 1 known, 0 left; mission-critical, so never excused; "
        "stale, run: pytest-ssot baseline --update"
    )


def test_strings_and_calls_are_told_the_string_to_write(explain: Explain, project: Project) -> None:
    project.write(
        {
            "app/ways.py": """
                import importlib
                m = importlib.import_module("app.old")
                NAME = "app.old.make"
                ENTRY = "app.old:make"
                STUCK = "app.old.get_factory"
                import app.old as o
                o.make()
            """
        }
    )
    for line, use in {
        2: '"app.new", in the string',
        3: '"app.new.build", in the string',
        4: '"app.new:build", in the string',
        5: "nothing replaces get_factory line by line",
        6: "import app.new",
    }.items():
        assert explain(f"app/ways.py:{line}").field("use") == [use]


def test_what_only_type_checkers_read(explain: Explain, project: Project) -> None:
    project.write(
        {"app/t.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import app.old\n"}
    )
    told = explain("app/t.py:3")
    assert told.field("runs") == ["never: for type checkers only"]
    assert told.lines[2] == "      |     ^"


def test_which_tests_execute_a_line(explain: Explain, project: Project) -> None:
    tests = "".join(f"def test_{n}(): import app.api\n" for n in range(5))
    project.write({"tests/test_a.py": tests})
    project.run()
    run = ("--run", "ssot-report.json")
    executed = [f"tests/test_a.py::test_{n}" for n in range(5)]
    assert explain("app/api.py:1", *run).field("executed by") == executed
    assert explain("app/bridge.py:2", *run).field("executed by") == ["no test"]


def test_a_line_without_a_violation_names_the_nearest(explain: Explain) -> None:
    told = explain("app/bridge.py:4")
    assert told.lines == [
        "app/bridge.py:4: no violation",
        "    4 | ",
        "  nearest:          app/bridge.py:2:0 old-app, app/bridge.py:6:4 old-app",
    ]
    assert explain("app/old.py:1").field("nearest") == ["none in this file"]


def test_the_caret_stands_below_the_column(explain: Explain, project: Project) -> None:
    project.write({"app/wide.py": 'if 1:\n\tn = "日本é"; import app.old\x0c\n'})
    told = explain("app/wide.py:2")
    assert told.lines[0].startswith("app/wide.py:2:12: ")
    assert told.lines[1] == '    2 | \tn = "日本é"; import app.old\ufffd'
    assert told.lines[2] == "      | \t             ^"


def test_of_an_endless_line_the_part_around_the_column_is_shown(
    explain: Explain, project: Project
) -> None:
    project.write({"app/long.py": f"A = '{'x' * 9000}'; import app.old; B = '{'y' * 9000}'\n"})
    told = explain("app/long.py:1")
    shown, caret = told.lines[1:3]
    assert len(shown) < 500
    assert shown[caret.index("^") :].startswith("import app.old")


@pytest.mark.fresh
def test_a_screen_that_knows_ascii_alone(
    explain: Explain, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    project.write({"app/wide.py": "é = 1; import app.old\n"})
    assert explain("app/wide.py:1").lines[1] == r"    1 | \xe9 = 1; import app.old"


# -- what is meant ---------------------------------------------------------------------


def test_a_rule_wins_over_a_path_unless_there_is_a_slash_or_a_line(
    explain: Explain, project: Project
) -> None:
    project.configure("", RULE.replace("old-app", "app"))
    assert explain("app").field("deprecated") == ["app.old"]
    assert explain("./app").lines[0] == "app"
    assert explain("app/").lines[0] == "app"
    project.configure("", RULE.replace("old-app", "issue:12"))
    assert explain("issue:12").field("deprecated") == ["app.old"]
    project.write({"issue": "\n" * 20})
    assert explain("issue:12").lines[0] == "issue:12: not looked at"
    project.configure("", RULE.replace("old-app", "team/app"))
    assert explain("team/app").field("deprecated") == ["app.old"]


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("old-ap", 'did you mean "old-app"?'),
        ("app.olt", 'did you mean "app.old"?'),
        ("app/brigde.py", 'did you mean "app/bridge.py"?'),
        ("app/brigde.py:3", 'did you mean "app/bridge.py"?'),
        (r"C:\gone\x.py:3", "no file or folder"),
        (r"C:\gone\x.py:3:4", "no file or folder"),
        ("", "explain needs a rule"),
        ("zzz", "no rule has this id or target"),
        ("app:1", "app is a folder, which has no lines"),
        ("app/api.py:2", "app/api.py:2: the file has the lines 1 to 1"),
        ("app/api.py:0", "app/api.py:0: the file has the lines 1 to 1"),
        ("app/api.py:99999999999999999999", "no file or folder"),
        ("../", "is not under the root"),
    ],
)
def test_what_means_nothing_is_a_usage_error(explain: Explain, what: str, said: str) -> None:
    told = explain(what)
    assert (told.code, told.lines) == (2, [])
    assert said in told.said


def test_a_colon_of_a_path_is_none_of_a_line(explain: Explain, project: Project) -> None:
    project.write({r"C:\x.py": "import os\nimport app.old\n", "a:b.py": "import app.old\n"})
    assert explain(r"C:\x.py:2").field("verdict") != []
    assert explain(r"C:\x.py:2:0").field("verdict") != []
    assert explain(r"C:\x.py").field("uses") == ["1 in 1 file: fails 1"]
    assert explain("a:b.py").field("uses") == ["1 in 1 file: fails 1"]


def test_the_same_input_gives_the_same_words(explain: Explain) -> None:
    assert explain("app") == explain("app", "--no-cache") == explain("app")


@pytest.mark.fresh
def test_data_is_utf_8_on_any_screen(
    explain: Explain,
    project: Project,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "latin-1")
    project.write({"app/é.py": "import app.old\n"})
    for name in ("json", "sarif", "html"):
        args = ("check", "--output-format", name, "app/é.py")
        ran = project.command(*args)
        assert "app/é.py" in ran.stdout.str() or "app/%C3%A9.py" in ran.stdout.str()


def test_a_rule_of_a_library(
    explain: Explain, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its author is another: nobody here can delete it."""
    info = "site-packages/chat-1.0.dist-info"
    rules = "def rules():\n    return [{'deprecated': 'chat.old', 'use': 'chat.new'}]\n"
    project.write(
        {
            f"{info}/METADATA": "Metadata-Version: 2.1\nName: chat\nVersion: 1.0\n",
            f"{info}/entry_points.txt": "[pytest_ssot.rules]\nchat = chat:rules\n",
            "site-packages/chat.py": rules,
        }
    )
    monkeypatch.setenv(
        "PYTHONPATH", os.pathsep.join([str(project.path / "site-packages"), *paths()])
    )
    told = explain("chat.old")
    (origin,) = told.field("written in")
    assert "chat" in origin
    assert told.field("to do") == [f"nothing: nobody here uses what {origin} deprecates"]
    project.write({"app/user.py": "from chat.old import Room\n"})
    assert explain("app/user.py:1").field("use") == ["from chat.new import Room"]


def paths() -> list[str]:
    before = os.environ.get("PYTHONPATH")
    return [before] if before else []
