"""What happens to a baseline while a team works: each case by the commands alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.ratchet.conftest import Team

pytestmark = pytest.mark.process

KNOWN = {"app/a.py X": 1, "app/a.py make": 1, "app/b.py make": 1}
UPDATE = "run: pytest-ssot baseline --update"
MADE = "from app.old import make"


def thanks(path: str, what: str = "app.old:make", count: str = "1 -> 0") -> str:
    return f"thank you: {path} no longer reaches {what}, {count}"


# -- created ---------------------------------------------------------------------------


def test_it_is_one_sorted_line_an_entry_and_holds_no_line_numbers(team: Team) -> None:
    assert team.file.read_text("utf-8") == (
        '{"version": 1, "entries": [\n'
        '  {"path": "app/a.py", "rule": "app.old", "name": "X", "count": 1},\n'
        '  {"path": "app/a.py", "rule": "app.old", "name": "make", "count": 1},\n'
        '  {"path": "app/b.py", "rule": "app.old", "name": "make", "count": 1}\n'
        "]}\n"
    )


def test_what_is_known_passes_a_strict_run(team: Team) -> None:
    ran = team.strict()
    assert (ran.code, ran.failed) == (0, [])
    assert {one.verdict for one in ran.violations} == {"known"}
    assert "known: app/a.py:1  app.old" in ran.summary


def test_nothing_to_do_changes_nothing(team: Team) -> None:
    before = team.file.stat()
    for args in ([], ["--update"], ["--add", "app", "--reason", "nothing is new"]):
        assert team.baseline(*args) == (0, [], ["ssot-baseline.json: nothing changed"])
    after = team.file.stat()
    assert (before.st_mtime_ns, before.st_ino) == (after.st_mtime_ns, after.st_ino)


def test_code_that_moves_within_its_file_stays_known(team: Team) -> None:
    team.edit("app/b.py", "def step_0", "import os\n\n\ndef step_0")
    assert team.baseline().code == 0
    assert team.strict().code == 0


def test_nothing_to_know_is_written_down_too(team: Team) -> None:
    team.file.unlink()
    for name in "ab":
        team.write({f"app/{name}.py": ""})
    for args in (["--update"], ["--add", "app", "--reason", "nothing is new"]):
        assert team.baseline(*args).code == 0
        assert not team.file.exists()
    assert team.baseline().code == 0
    assert team.entries == []


# -- up --------------------------------------------------------------------------------


def test_a_new_one_is_refused(team: Team) -> None:
    team.write({"app/c.py": f"{MADE}\n", "tests/test_c.py": "import app.c\ndef test_c(): pass\n"})
    before = team.file.read_bytes()
    for args in ([], ["--update"]):
        did = team.baseline(*args)
        assert (did.code, did.out) == (1, ["app/c.py:1:0: app.old app.old:make"])
        assert 'run: pytest-ssot baseline --add RULE|PATH --reason "why"' in did.said
    assert team.file.read_bytes() == before
    assert team.strict().failed == ["tests/test_c.py::test_c"]


def test_one_more_of_the_same_fails_and_says_how_many_are_known(team: Team) -> None:
    team.edit("app/b.py", "def step_0", "from app.old import make\n\n\ndef step_0")
    did = team.baseline()
    assert did.code == 1
    assert [line.partition(" ")[0] for line in did.out] == ["app/b.py:1:0:", "app/b.py:37:4:"]
    assert did.out[0].endswith("(the baseline knows 1, there are 2)")
    ran = team.strict()
    assert ran.failed == ["tests/test_b.py::test_b"]
    assert "E   note: the baseline knows 1, there are 2" in ran.lines


@pytest.mark.parametrize(
    "distribution",
    [["-p", "no:xdist"], pytest.param(["-n2"], marks=pytest.mark.forked)],
    ids=["alone", "xdist"],
)
def test_too_many_over_all_tests_fail_the_run_though_no_test_saw_them_all(
    team: Team, distribution: list[str]
) -> None:
    """Which of them is the new one nobody knows, so no test's verdict hangs on the others."""
    team.write(
        {
            "app/b.py": "def one():\n    from app.old import make\n"
            "def two():\n    from app.old import make\n",
            "tests/test_b.py": "import app.b\n\ndef test_one(): app.b.one()\n"
            "def test_two(): app.b.two()\n",
        }
    )
    ran = team.strict(*distribution)
    assert (ran.code, ran.failed) == (1, [])
    note = "seen by 1 test, the baseline knows 1, there are 2"
    assert [line for line in ran.summary if note in line] == [
        f"app/b.py:2  app.old  {note}",
        f"app/b.py:4  app.old  {note}",
    ]
    assert [one.verdict for one in ran.violations if "app/b.py" in one.at] == ["fails"] * 2
    for test in ("test_one", "test_two"):
        assert team.strict("tests/test_b.py", "-k", test, *distribution).code == 0
    assert team.run(*distribution).code == 0


@pytest.mark.parametrize("what", ["app.old", "app/c.py", "app", ".", "app/../app/c.py"])
def test_it_grows_for_a_reason(team: Team, what: str) -> None:
    team.write({"app/c.py": f"{MADE}\n"})
    args = ["--reason", "moves with #7", "--owner", "web", "--until", "2999-01-31"]
    assert team.baseline("--add", what, *args).code == 0
    assert team.entries[-1] == {
        "path": "app/c.py",
        "rule": "app.old",
        "name": "make",
        "count": 1,
        "reason": "moves with #7",
        "owner": "web",
        "until": "2999-01-31",
    }
    assert team.baseline().code == 0


def test_it_grows_by_what_was_named_alone(team: Team) -> None:
    team.write({f"app/{name}.py": f"{MADE}\n" for name in "cde"})
    did = team.baseline("--add", "app/c.py", "--add", "app/d.py", "--reason", "later")
    assert did.code == 0
    assert team.counts == KNOWN | {"app/c.py make": 1, "app/d.py make": 1}
    assert team.baseline().out == ["app/e.py:1:0: app.old app.old:make"]


WRONG = {
    "no reason": (["--add", "app"], 'needs a reason: --reason "why"'),
    "an empty reason": (["--add", "app", "--reason", " "], 'needs a reason: --reason "why"'),
    "neither a rule nor a path": (
        ["--add", "app.odl", "--reason", "x"],
        "--add app.odl: no rule has this id or target, and no file or folder",
    ),
    "a path elsewhere": (["--add", "..", "--reason", "x"], "--add ..: no rule has this id"),
    "a reason for nothing": (["--reason", "x"], "--reason goes with --add"),
    "no date": (["--add", "app", "--reason", "x", "--until", "soon"], "must be a date, YYYY-MM-DD"),
    "a day that is past": (["--add", "app", "--reason", "x", "--until", "2020-01-31"], "is past"),
    "both": (["--add", "app", "--update", "--reason", "x"], "not allowed with"),
    "a file that is not there": (["--update", "--baseline", "no.json"], "no such baseline"),
    "no report": (["--run", "pyproject.toml"], "no JSON report of a run"),
    "no such report": (["--run", "no.json"], "no.json: cannot be read"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_makes_no_sense_is_a_usage_error(team: Team, what: str) -> None:
    args, message = WRONG[what]
    did = team.baseline(*args)
    assert did.code == 2
    assert message in "\n".join(did.said)


# -- down ------------------------------------------------------------------------------


def test_one_less_is_thanked_for_and_removed(team: Team) -> None:
    team.edit("app/b.py", f"    {MADE}\n\n    return make()", "    return 1")
    assert team.baseline() == (0, [], [thanks("app/b.py"), UPDATE])
    ran = team.strict()
    assert (ran.code, ran.failed) == (1, [])
    assert ran.summary[-2:] == [thanks("app/b.py"), UPDATE]
    assert team.baseline("--update").code == 0
    assert team.counts == {"app/a.py X": 1, "app/a.py make": 1}
    assert team.strict().code == 0


def test_a_count_goes_down(team: Team) -> None:
    team.edit("app/b.py", "def late", f"def early():\n    {MADE}\n\n\ndef late")
    assert team.baseline("--add", "app/b.py", "--reason", "not yet").code == 0
    assert team.counts["app/b.py make"] == 2
    team.edit("app/b.py", f"def early():\n    {MADE}\n\n\n", "")
    told = "thank you: app/b.py reaches app.old:make in fewer places, 2 -> 1"
    assert team.baseline().said == [told, UPDATE]
    assert team.baseline("--update").code == 0
    assert team.counts == KNOWN
    assert team.entries[-1]["reason"] == "not yet"


def test_a_file_that_is_gone(team: Team) -> None:
    (team.path / "app/b.py").unlink()
    assert team.baseline().said == [thanks("app/b.py"), UPDATE]
    assert team.strict("tests/test_a.py").code == 1
    assert team.baseline("--update").code == 0
    assert "app/b.py make" not in team.counts
    assert team.strict("tests/test_a.py").code == 0


def test_what_shrinks_is_written_though_growth_is_refused(team: Team) -> None:
    team.edit("app/b.py", f"    {MADE}\n\n    return make()", "    return 1")
    team.write({"app/c.py": f"{MADE}\n"})
    did = team.baseline("--update")
    assert (did.code, did.out) == (1, ["app/c.py:1:0: app.old app.old:make"])
    assert team.counts == {"app/a.py X": 1, "app/a.py make": 1}


def test_reverted_work_is_new_once_its_entries_are_gone(team: Team) -> None:
    team.edit("app/b.py", f"    {MADE}\n\n    return make()", "    return 1")
    assert team.baseline("--update").code == 0
    team.commit()
    team.git("checkout", "--quiet", "HEAD~1", "--", "app/b.py")
    assert team.baseline().out == ["app/b.py:34:4: app.old app.old:make"]
    team.git("checkout", "--quiet", "HEAD~1", "--", "ssot-baseline.json")
    assert team.baseline().code == 0


def test_a_file_that_cannot_be_read_is_not_stale(team: Team) -> None:
    (team.path / "app/b.py").write_bytes(b"from app.old import make, \xff\n")
    did = team.baseline("--update")
    assert did.code == 0
    assert any(line.startswith("app/b.py: not read:") for line in did.said)
    assert team.counts == KNOWN
    assert team.strict("tests/test_a.py").code == 0


# -- runs ------------------------------------------------------------------------------


@pytest.mark.forked
def test_a_run_of_some_tests_judges_the_source_of_all(team: Team) -> None:
    assert team.strict("tests/test_a.py").code == 0
    team.edit("app/b.py", f"    {MADE}\n\n    return make()", "    return 1")
    for args in (["tests/test_a.py"], ["-k", "test_a"], ["-n2", "tests/test_a.py"]):
        ran = team.strict(*args)
        assert (ran.code, ran.summary[-2:]) == (1, [thanks("app/b.py"), UPDATE])
    assert team.run("tests/test_a.py").code == 0


@pytest.mark.parametrize(
    "distribution",
    [["-p", "no:xdist"], pytest.param(["-n2"], marks=pytest.mark.forked)],
    ids=["alone", "xdist"],
)
def test_a_run_shrinks_it_and_never_lets_it_grow(team: Team, distribution: list[str]) -> None:
    team.edit("app/b.py", f"    {MADE}\n\n    return make()", "    return 1")
    team.write({"app/c.py": f"{MADE}\n", "tests/test_c.py": "import app.c\ndef test_c(): pass\n"})
    ran = team.strict("--ssot-update-baseline", *distribution)
    assert ran.failed == ["tests/test_c.py::test_c"]
    assert ran.summary[-2:] == [
        thanks("app/b.py"),
        "baseline: ssot-baseline.json updated, 2 of 3 entries left",
    ]
    assert team.counts == {"app/a.py X": 1, "app/a.py make": 1}


def test_a_name_that_others_pass_on_is_still_there(team: Team) -> None:
    """``app/api.py`` has no entry, and only with it does ``app/c.py`` reach ``app.old``."""
    team.write({"app/api.py": f"{MADE}\n", "app/c.py": "from app.api import make\n"})
    assert team.baseline("--add", "app/c.py", "--reason", "later").code == 0
    ran = team.strict("tests/test_a.py", "--ssot-update-baseline")
    assert ran.code == 0
    assert team.counts == KNOWN | {"app/c.py make": 1}


def test_to_only_collect_judges_and_changes_nothing(team: Team) -> None:
    team.edit("app/b.py", f"    {MADE}\n\n    return make()", "    return 1")
    assert team.strict("--collect-only", "--ssot-update-baseline").code == 0
    assert team.counts == KNOWN


@pytest.mark.forked
def test_an_entry_does_not_excuse_a_mission_critical_test(team: Team) -> None:
    team.write(
        {
            "tests/test_b.py": "import app.b, pytest\n\ndef test_b(): app.b.late()\n\n"
            "@pytest.mark.mission_critical\ndef test_critical(): app.b.late()\n",
        }
    )
    for args in ([], ["--ssot-strict"], ["-n2"]):
        assert team.run(*args).failed == ["tests/test_b.py::test_critical"]


def test_what_stands_in_a_mission_critical_test_is_never_entered(team: Team) -> None:
    team.file.unlink()
    team.write(
        {
            "tests/critical/test_c.py": f"{MADE}\ndef test_c(): pass\n",
            "tests/test_d.py": "import pytest\n\n@pytest.mark.mission_critical\n"
            f"def test_d():\n    {MADE}\n\ndef test_e():\n    {MADE}\n",
        }
    )
    team.configure('mission-critical = ["tests/critical"]')
    did = team.baseline()
    assert (did.code, did.out) == (
        1,
        [
            "tests/critical/test_c.py:1:0: app.old app.old:make (mission-critical)",
            "tests/test_d.py:5:4: app.old app.old:make (mission-critical)",
        ],
    )
    assert team.counts == KNOWN | {"tests/test_d.py make": 1}
    assert team.baseline("--add", "tests/critical", "--reason", "please").code == 1
    assert team.counts == KNOWN | {"tests/test_d.py make": 1}


def test_an_entry_past_its_day_excuses_nothing(team: Team) -> None:
    team.edit("ssot-baseline.json", '"X", "count": 1', '"X", "count": 1, "until": "2020-01-31"')
    did = team.baseline()
    assert (did.code, did.out) == (
        1,
        ["app/a.py:2:0: app.old app.old:X (the baseline knew it until 2020-01-31)"],
    )
    ran = team.strict()
    assert ran.failed == ["tests/test_a.py::test_a"]
    assert "expired entry: app/a.py  app.old:X (until 2020-01-31)" in ran.summary
    args = ["--reason", "more time", "--until", "2999-01-31"]
    assert team.baseline("--add", "app/a.py", *args).code == 0
    assert team.strict().code == 0


def test_another_file_of_known_violations(team: Team) -> None:
    other = team.path / "known" / "all.json"
    other.parent.mkdir()
    team.file.rename(other)
    assert team.strict("--ssot-baseline", "known/all.json").code == 0
    assert team.strict().code == 1
    assert team.baseline("--baseline", "known/all.json").code == 0
    team.configure('baseline = "known/all.json"')
    assert team.strict().code == 0
    ran = team.run("--ssot-baseline", "none.json")
    assert (ran.code, "none.json: there is no such baseline" in ran.errors) == (4, True)


# -- rules -----------------------------------------------------------------------------

RULE = '[[tool.pytest-ssot.rules]]\ndeprecated = "app.old"\n'


def test_a_rule_that_is_removed_leaves_stale_entries(team: Team) -> None:
    team.configure("", "")
    assert team.baseline().said == [
        "app/a.py: no rule is called app.old any more, 1 -> 0",
        "app/a.py: no rule is called app.old any more, 1 -> 0",
        "app/b.py: no rule is called app.old any more, 1 -> 0",
        UPDATE,
    ]
    assert team.baseline("--update").code == 0
    assert team.entries == []


def test_a_rule_that_is_given_an_id_keeps_its_entries(team: Team) -> None:
    team.configure("", f'{RULE}id = "shim"\n')
    assert team.strict().code == 0
    assert team.baseline("--update").code == 0
    assert {one["rule"] for one in team.entries} == {"shim"}


def test_a_rule_whose_id_changes_is_another_rule(team: Team) -> None:
    team.configure("", f'{RULE}id = "shim"\n')
    assert team.baseline("--update").code == 0
    team.configure("", f'{RULE}id = "factory"\n')
    assert team.baseline("--update").code == 1
    assert team.entries == []
    assert team.baseline("--add", "factory", "--reason", "renamed").code == 0
    assert team.counts == KNOWN


# -- what only runs see ----------------------------------------------------------------

WARNS = {
    "app/warns.py": "import warnings\n\ndef old(n):\n"
    "    warnings.warn(f'old({n}) is gone in 2.0', DeprecationWarning)\n",
    "app/caller.py": "import app.warns\n\ndef call(n):\n    app.warns.old(n)\n",
    "app/computed.py": "from importlib import import_module\n\n"
    "def load(name):\n    return import_module(f'app.{name}')\n",
    "tests/test_w.py": "import app.caller, app.computed\n\n"
    "def test_one(): app.caller.call(1)\ndef test_two(): app.caller.call(22)\n"
    "def test_load(): app.computed.load('old')\n",
}


def with_runtime(team: Team) -> None:
    team.write(WARNS)
    assert team.strict().code == 1
    did = team.baseline("--add", ".", "--reason", "later", "--run", "ssot-report.json")
    assert did.code == 0
    team.commit()


@pytest.mark.forked
def test_what_only_a_run_sees_is_taken_from_its_report(team: Team) -> None:
    with_runtime(team)
    runtime = [one for one in team.entries if "seen" in one]
    assert runtime == [
        {
            "path": "app/caller.py",
            "rule": "DeprecationWarning",
            "name": None,
            "kind": "warning",
            "target": "app.warns:old",
            "function": "call",
            "message": "old(*) is gone in *",
            "count": 1,
            "seen": ["runtime"],
            "reason": "later",
        },
        {
            "path": "app/computed.py",
            "rule": "app.old",
            "name": None,
            "count": 1,
            "seen": ["runtime"],
            "reason": "later",
        },
    ]
    assert team.strict().code == 0
    assert team.strict("-n2").code == 0
    assert team.baseline().code == 0
    assert team.baseline("--update").code == 0
    assert len(team.entries) == len(KNOWN) + 2


@pytest.mark.forked
def test_only_a_full_run_that_passes_tells_that_what_only_runs_see_is_gone(team: Team) -> None:
    with_runtime(team)
    team.edit("app/caller.py", "    app.warns.old(n)", "    return n")
    gone = "thank you: app/caller.py no longer reaches app.warns:old (DeprecationWarning), 1 -> 0"
    team.write({"tests/test_more.py": "def test_fails(): assert False\n"})
    assert gone not in team.strict().summary
    team.write({"tests/test_more.py": "import pytest\ndef test_skips(): pytest.skip()\n"})
    assert team.strict().code == 0
    (team.path / "tests/test_more.py").unlink()
    assert team.strict("tests/test_a.py").code == 0
    assert team.strict("-k", "test_w").code == 0
    assert team.strict("--setup-plan").code == 0
    ran = team.strict()
    assert ran.code == 1
    assert ran.summary[-2:] == [gone, "run: pytest --ssot-update-baseline"]
    assert team.run("-n2", "--ssot-update-baseline").code == 0
    assert [one["path"] for one in team.entries if "seen" in one] == ["app/computed.py"]
    assert team.strict().code == 0


def test_a_rule_for_what_was_discovered_keeps_what_is_known_of_it(team: Team) -> None:
    team.write(
        {
            "app/shim.py": "import warnings\nwarnings.warn('shim', DeprecationWarning, 2)\n",
            "app/c.py": "import app.shim\n",
            "tests/test_c.py": "import app.c\ndef test_c(): pass\n",
        }
    )
    assert team.strict().code == 1
    args = ["--reason", "later", "--run", "ssot-report.json"]
    assert team.baseline("--add", "app.shim", *args).code == 0
    assert team.strict().code == 0
    team.configure("", f'{RULE}\n[[tool.pytest-ssot.rules]]\ndeprecated = "app.shim"\nid = "s"\n')
    assert team.strict().code == 0
    assert team.baseline().code == 0


# -- files that are no baseline --------------------------------------------------------


def test_a_file_that_is_no_baseline_stops_runs_and_commands(team: Team) -> None:
    team.file.write_text('{"version": 1, "entries": [\n{"path": 1}]}\n', encoding="utf-8")
    ran = team.run()
    assert ran.code == 4
    assert 'ssot-baseline.json:2: "rule" is missing' in ran.errors
    for args in ([], ["--update"], ["--add", "app", "--reason", "x"]):
        did = team.baseline(*args)
        assert (did.code, 'ssot-baseline.json:2: "rule" is missing' in did.said[0]) == (2, True)


def test_a_file_that_cannot_be_written(team: Team) -> None:
    """Its name leaves no room for that of a temporary file."""
    long = "x" * 245 + ".json"
    did = team.baseline("--baseline", long)
    assert (did.code, did.said) == (2, [f"{long}: cannot be written: File name too long"])
    team.file.rename(team.path / long)
    team.edit("app/b.py", f"    {MADE}\n\n    return make()", "    return 1")
    ran = team.run("--ssot-update-baseline", "--ssot-baseline", long)
    assert ran.code == 4
    assert f"{long}: cannot be written: File name too long" in ran.summary


def test_a_link_stays_a_link(team: Team) -> None:
    (team.path / "shared").mkdir()
    team.file.rename(team.path / "shared" / "known.json")
    team.file.symlink_to("shared/known.json")
    team.edit("app/b.py", f"    {MADE}\n\n    return make()", "    return 1")
    assert team.baseline("--update").code == 0
    assert team.file.is_symlink()
    shared = json.loads((team.path / "shared" / "known.json").read_text("utf-8"))
    assert len(shared["entries"]) == 2


def test_a_name_that_has_a_rule_is_told_once(team: Team) -> None:
    team.configure("", '[[tool.pytest-ssot.rules]]\ndeprecated = "app.old:X"\nid = "x"\n')
    did = team.baseline()
    assert (did.code, did.out) == (1, ["app/a.py:2:0: x app.old:X"])
