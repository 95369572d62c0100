"""Two branches that both change the baseline."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.ratchet.conftest import Team

pytestmark = pytest.mark.process

MADE = "from app.old import make\n"


def wide(team: Team) -> None:
    """Known violations in files from d to m, so that branches can stay apart."""
    team.write({f"app/{name}.py": MADE for name in "defghijklm"})
    assert team.baseline("--add", "app", "--reason", "later").code == 0
    team.commit()


def on(team: Team, branch: str) -> None:
    team.git("checkout", "--quiet", "-B", branch, "main")


def fixed(team: Team, *names: str) -> None:
    for name in names:
        team.write({f"app/{name}.py": ""})
    assert team.baseline("--update").code == 0
    team.commit()


def merged(team: Team, branch: str) -> bool:
    """Whether *branch* merges into what is checked out without a conflict."""
    command = ["git", "merge", "--quiet", "--no-edit", branch]
    return subprocess.run(command, cwd=team.path, capture_output=True, check=False).returncode == 0


def keep_both(team: Team) -> None:
    """What anybody does who is told to keep the lines of both sides."""
    lines = team.file.read_text("utf-8").splitlines(keepends=True)
    left = [line for line in lines if not line.startswith(("<<<<<<<", "=======", ">>>>>>>"))]
    team.file.write_text("".join(left), encoding="utf-8")


def paths(team: Team) -> str:
    return "".join(one["path"].removeprefix("app/").removesuffix(".py") for one in team.entries)


def test_branches_that_shrink_it_in_several_places_merge(team: Team) -> None:
    wide(team)
    on(team, "one")
    fixed(team, "d", "e")
    on(team, "two")
    fixed(team, "j")
    assert merged(team, "one")
    assert paths(team) == "aabfghiklm"
    assert team.baseline().said == ["ssot-baseline.json: nothing changed"]


def test_a_branch_that_adds_and_one_that_removes_merge(team: Team) -> None:
    wide(team)
    on(team, "one")
    team.write({"app/ca.py": MADE})
    assert team.baseline("--add", "app/ca.py", "--reason", "later").code == 0
    team.commit()
    on(team, "two")
    fixed(team, "j")
    assert merged(team, "one")
    assert team.baseline().said == ["ssot-baseline.json: nothing changed"]


@pytest.mark.parametrize(("one", "two"), [("f", "g"), ("m", "l"), ("fgh", "ghi")])
def test_a_conflict_is_resolved_by_both_sides_and_an_update(team: Team, one: str, two: str) -> None:
    """Neighbouring lines, the last one, and the same lines among others."""
    wide(team)
    on(team, "one")
    fixed(team, *one)
    on(team, "two")
    fixed(team, *two)
    assert not merged(team, "one")
    told = "merge conflict (<<<<<<<); keep the lines of both sides, then run: "
    for args in ([], ["--update"]):
        did = team.baseline(*args)
        assert (did.code, told in did.said[0]) == (2, True)
    ran = team.run()
    assert (ran.code, told in ran.errors) == (4, True)
    keep_both(team)
    assert team.baseline("--update").code == 0
    assert paths(team) == "aab" + "".join(sorted({*"defghijklm"} - {*one, *two}))
    assert team.baseline().said == ["ssot-baseline.json: nothing changed"]


def test_both_branches_add_at_one_place(team: Team) -> None:
    """Nothing is gone then, and a comma is missing."""
    for name in ("c", "d"):
        on(team, name)
        team.write({f"app/{name}.py": MADE})
        assert team.baseline("--add", "app", "--reason", "later").code == 0
        team.commit()
    assert not merged(team, "c")
    keep_both(team)
    assert "is no JSON" in team.baseline().said[0]
    assert team.baseline("--update").code == 0
    assert paths(team) == "aabcd"
    assert team.baseline().said == ["ssot-baseline.json: nothing changed"]


def test_a_count_that_both_sides_lowered(team: Team) -> None:
    uses = "def f():\n    from app.old import make\n"
    team.write({"app/aa.py": uses * 4})
    assert team.baseline("--add", "app/aa.py", "--reason", "later").code == 0
    team.commit()
    on(team, "one")
    team.write({"app/aa.py": uses * 3})
    assert team.baseline("--update").code == 0
    team.commit()
    on(team, "two")
    team.write({"app/aa.py": uses * 2})
    assert team.baseline("--update").code == 0
    team.commit()
    assert not merged(team, "one")
    team.write({"app/aa.py": uses * 2})
    keep_both(team)
    assert team.baseline().code == 2
    assert "a second entry for app/aa.py  app.old:make" in team.baseline().said[0]
    assert team.baseline("--update").code == 0
    assert team.counts["app/aa.py make"] == 2


def test_what_was_put_together_is_put_in_order_though_all_of_it_is_gone(team: Team) -> None:
    line = '{"path": "app/z.py", "rule": "app.old", "name": null, "count": 1}'
    text = f'{{"version": 1, "entries": [\n{line}\n{line},\n]}}\n'
    team.file.write_text(text, encoding="utf-8")
    for name in "ab":
        team.write({f"app/{name}.py": ""})
    assert team.baseline("--update").code == 0
    assert team.entries == []


def test_a_conflict_that_was_committed(team: Team) -> None:
    whole = team.file.read_text("utf-8")
    for marker in ("<<<<<<< HEAD", "=======", ">>>>>>> work", "||||||| base"):
        team.file.write_text(whole.replace("]}", f"{marker}\n]}}"), encoding="utf-8")
        did = team.baseline()
        assert (did.code, did.said[0].partition(":")[2][:2]) == (2, "5:")
    json.loads(whole)
