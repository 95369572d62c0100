"""A run at whose end rules match nothing: what it knows, and what only a scan does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import Project

MATCHED = "rule that matched nothing: "
TEST = {"tests/test_a.py": "def test_a(): pass\n"}
ASK = "(pytest-ssot check also reads what no test executes)"


def told(project: Project, *args: str) -> list[str]:
    lines = project.run(*args).summary
    return [one.removeprefix(MATCHED) for one in lines if one.startswith(MATCHED)]


def test_a_run_does_not_know_what_no_test_executes(project: Project) -> None:
    project.write({**TEST, "app/a.py": "import app.old\n"})
    ran = project.run()
    what = f"perhaps nobody imports app.old any more {ASK}: if so, delete app/old.py, then the rule"
    assert ran.summary == [f"{MATCHED}app.old: {what}"]
    (rule,) = ran.report["rules"]
    assert (rule["state"], rule["delete"]) == ("unused", "app/old.py")
    assert rule["perhaps"] == ASK[1:-1]


def test_a_scan_knows(project: Project) -> None:
    project.write(TEST)
    ran = project.run("--ssot-scan")
    what = "nobody imports app.old any more: delete app/old.py, then the rule"
    assert ran.summary == [f"{MATCHED}app.old: {what}"]
    assert "perhaps" not in ran.report["rules"][0]
    project.write({"app/a.py": "import app.old  # ssot: allow[app.old] later\n"})
    assert told(project, "--ssot-scan") == []


def test_the_shim_is_gone(project: Project) -> None:
    project.write(TEST)
    (project.path / "app/old.py").unlink()
    assert told(project, "--ssot-scan") == ["app.old: app.old is gone: delete the rule"]
    perhaps = f"app.old: app.old is gone, and perhaps nobody uses it {ASK}"
    assert told(project) == [f"{perhaps}: if so, delete the rule"]
    assert project.run().report["rules"][0]["state"] == "gone"


def test_a_part_of_the_tests_does_not_know(project: Project) -> None:
    project.write(TEST)
    ran = project.run("tests/test_a.py", "--ssot-scan")
    assert ran.summary == []
    assert "state" not in ran.report["rules"][0]


def test_what_only_was_looked_at_may_be_a_use(project: Project) -> None:
    look = "import app.old\n"
    project.configure("", '[[tool.pytest-ssot.rules]]\ndeprecated = "app.old:X"\n')
    sweep = f"{look}def test_a():\n    [getattr(app.old, one) for one in dir(app.old)]\n"
    project.write({"tests/test_a.py": sweep})
    ran = project.run("--ssot-scan")
    assert ran.swept != []
    assert [line for line in ran.summary if line.startswith(MATCHED)] == []


def test_what_only_runs_see_is_a_use(project: Project) -> None:
    entry = {"path": "app/a.py", "rule": "app.old", "name": None, "count": 1, "seen": ["runtime"]}
    known = json.dumps({"version": 1, "entries": [entry]})
    project.write({**TEST, "app/a.py": "", "ssot-baseline.json": known})
    assert told(project, "--ssot-scan") == []


def test_what_the_watch_did_not_see_may_be_a_use(project: Project) -> None:
    project.write({"tests/test_a.py": "import app.old, sys\n" * 0 + TEST["tests/test_a.py"]})
    body = "import subprocess, sys\n    subprocess.run([sys.executable, '-I', '-c', ''])\n"
    project.write({"tests/test_a.py": f"def test_a():\n    {body}"})
    (line,) = told(project, "--ssot-scan")
    assert line.startswith("app.old: perhaps nobody imports app.old any more (not observed: a chi")


def test_a_name_is_told_at_its_line(project: Project) -> None:
    project.configure("", '[[tool.pytest-ssot.rules]]\ndeprecated = "app.old:make"\n')
    project.write(TEST)
    what = "nobody uses app.old:make any more: delete make in app/old.py:2, then the rule"
    assert told(project, "--ssot-scan") == [f"app.old:make: {what}"]
