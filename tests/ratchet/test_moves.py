"""A file that moves takes its entries along; a copy takes nothing."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.ratchet.conftest import Team

pytestmark = pytest.mark.process

MADE = "from app.old import make"
UPDATE = "run: pytest-ssot baseline --update"
A = {"app/a.py X": 1, "app/a.py make": 1}
MOVED = A | {"lib/b.py make": 1}


def move(team: Team, old: str = "app/b.py", new: str = "lib/b.py") -> None:
    target = team.path / new
    target.parent.mkdir(exist_ok=True)
    (team.path / old).rename(target)


def moved(team: Team) -> None:
    """The entries have gone along, for the commands, for runs, and in the file."""
    did = team.baseline()
    assert (did.code, did.said) == (0, ["moved: app/b.py -> lib/b.py", UPDATE])
    team.write({"tests/test_b.py": "import lib.b\n\ndef test_b(): lib.b.late()\n"})
    for args in (["-p", "no:xdist"], ["-n2"]):
        ran = team.strict(*args)
        assert (ran.code, ran.failed) == (0, [])
        assert ran.summary[-2:] == ["moved: app/b.py -> lib/b.py", UPDATE]
    assert team.baseline("--update").code == 0
    assert team.counts == MOVED
    assert team.baseline("--update").said == ["ssot-baseline.json: nothing changed"]


def not_moved(team: Team) -> None:
    did = team.baseline()
    assert did.code == 1
    assert all(line.startswith("lib/b.py:") for line in did.out)


@pytest.mark.forked
def test_moved_and_not_told_to_git(team: Team) -> None:
    move(team)
    index = (team.path / ".git/index").read_bytes()
    objects = sorted((team.path / ".git/objects").rglob("*"))
    moved(team)
    assert (team.path / ".git/index").read_bytes() == index
    assert sorted((team.path / ".git/objects").rglob("*")) == objects


def test_a_run_writes_the_new_path(team: Team) -> None:
    move(team)
    ran = team.run("tests/test_a.py", "--ssot-update-baseline")
    assert ran.summary[-1] == "baseline: ssot-baseline.json updated, 3 of 3 entries left"
    assert team.counts == MOVED


@pytest.mark.forked
def test_moved_and_staged(team: Team) -> None:
    (team.path / "lib").mkdir()
    team.git("mv", "app/b.py", "lib/b.py")
    moved(team)


@pytest.mark.forked
def test_moved_and_committed(team: Team) -> None:
    move(team)
    team.commit()
    moved(team)


@pytest.mark.forked
def test_moved_with_edits(team: Team) -> None:
    team.edit("app/b.py", "def step_3(events):\n    return events[3:]", "def step_3(x): return x")
    move(team)
    moved(team)


@pytest.mark.forked
def test_moved_and_rewritten_later(team: Team) -> None:
    """It is like its old self in the commit that moved it alone."""
    move(team)
    team.commit()
    team.write({"lib/b.py": f"def late():\n    {MADE}\n\n    return make()\n"})
    team.commit()
    moved(team)


@pytest.mark.forked
def test_moved_twice_and_once_more(team: Team) -> None:
    move(team, new="app/c.py")
    team.commit()
    move(team, "app/c.py", "app/d.py")
    team.commit()
    team.write({"app/d.py": f"def late():\n    {MADE}\n\n    return make()\n"})
    team.commit()
    move(team, "app/d.py")
    moved(team)


def test_a_folder_that_moves(team: Team) -> None:
    (team.path / "app/sub").mkdir()
    for name in ("a", "b"):
        move(team, f"app/{name}.py", f"app/sub/{name}.py")
    assert team.baseline("--update").code == 0
    assert team.counts == {
        "app/sub/a.py X": 1,
        "app/sub/a.py make": 1,
        "app/sub/b.py make": 1,
    }


def test_moved_on_a_branch_while_the_baseline_changed_on_another(team: Team) -> None:
    team.git("checkout", "--quiet", "-b", "work")
    move(team)
    team.commit()
    team.git("checkout", "--quiet", "main")
    team.edit("app/a.py", "from app.old import X\n", "")
    assert team.baseline("--update").code == 0
    team.commit()
    team.git("merge", "--quiet", "--no-edit", "work")
    assert team.baseline().said == ["moved: app/b.py -> lib/b.py", UPDATE]
    assert team.baseline("--update").code == 0
    assert team.counts == {"app/a.py make": 1, "lib/b.py make": 1}


@pytest.mark.forked
def test_moved_where_nothing_was_committed_since_the_baseline_was_made(team: Team) -> None:
    team.git("rm", "--quiet", "--cached", "ssot-baseline.json")
    team.git("commit", "--quiet", "--amend", "--message=none")
    move(team)
    moved(team)


def test_moved_within_a_project_below_the_repository(team: Team) -> None:
    below = team.path / "service"
    below.mkdir()
    for name in ("app", "tests", "pyproject.toml", "ssot-baseline.json"):
        shutil.move(team.path / name, below / name)
    team.commit()
    (below / "lib").mkdir()
    (below / "app/b.py").rename(below / "lib/b.py")
    did = team.baseline("--root", "service")
    assert (did.code, did.said) == (0, ["moved: app/b.py -> lib/b.py", UPDATE])


def test_moved_in_a_project_that_a_link_leads_to(team: Team) -> None:
    move(team)
    team.commit()
    (team.path / "link").symlink_to(".", target_is_directory=True)
    team.edit("tests/test_a.py", "test_a", "test_x")
    team.commit()
    assert team.baseline("--root", "link").said == ["moved: app/b.py -> lib/b.py", UPDATE]


def test_the_users_own_settings_of_git(team: Team) -> None:
    """None of them makes git write to the repository, run a program, or tell renames otherwise."""
    for name, value in {
        "core.splitIndex": "true",
        "core.hooksPath": "hooks",
        "core.quotePath": "true",
        "diff.renames": "false",
        "diff.noprefix": "true",
        "diff.external": "false",
        "diff.relative": "false",
        "log.showSignature": "true",
        "color.ui": "always",
    }.items():
        team.git("config", name, value)
    team.write({"hooks/post-index-change": "#!/bin/sh\ntouch ran\n"})
    (team.path / "hooks/post-index-change").chmod(0o755)
    move(team)
    before = sorted((team.path / ".git").rglob("*"))
    assert team.baseline().said == ["moved: app/b.py -> lib/b.py", UPDATE]
    assert sorted((team.path / ".git").rglob("*")) == before
    assert not (team.path / "ran").exists()


def test_moved_in_a_hook_of_git(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    """Git tells its hooks where the repository is, and which index is being committed."""
    move(team)
    monkeypatch.setenv("GIT_DIR", str(team.path / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(team.path / ".git/next-index"))
    assert team.baseline().code == 0


@pytest.mark.parametrize("name", ["b c.py", "b\tc.py", "bü.py", "*.py", "[b].py", ":b.py"])
def test_moved_to_and_from_odd_names(team: Team, name: str) -> None:
    move(team, new=f"lib/{name}")
    assert team.baseline("--update").code == 0
    assert team.counts == A | {f"lib/{name} make": 1}
    team.commit()
    move(team, f"lib/{name}", "lib/b.py")
    assert team.baseline("--update").code == 0
    assert team.counts == MOVED


def test_one_more_at_the_new_place_is_one_too_many(team: Team) -> None:
    move(team)
    team.edit("lib/b.py", "def step_0", f"{MADE}\n\n\ndef step_0")
    did = team.baseline()
    assert did.code == 1
    assert did.out[0] == ("lib/b.py:1:0: app.old app.old:make (the baseline knows 1, there are 2)")


def test_a_copy_takes_nothing(team: Team) -> None:
    (team.path / "lib").mkdir()
    shutil.copyfile(team.path / "app/b.py", team.path / "lib/b.py")
    not_moved(team)
    team.commit()
    not_moved(team)
    assert team.baseline("--update").code == 1
    assert team.counts == A | {"app/b.py make": 1}


def test_a_file_that_is_split_goes_with_the_greater_part(team: Team) -> None:
    team.edit("app/b.py", "def step_0", f"def soon():\n    {MADE}\n\n\ndef step_0")
    assert team.baseline("--add", "app/b.py", "--reason", "both").code == 0
    team.commit()
    (team.path / "app/b.py").rename(team.path / "app/c.py")
    team.edit("app/c.py", f"def soon():\n    {MADE}\n\n\n", "")
    team.write({"app/d.py": f"def soon():\n    {MADE}\n"})
    did = team.baseline("--update")
    assert (did.code, did.out) == (1, ["app/d.py:2:4: app.old app.old:make"])
    assert team.counts == A | {"app/c.py make": 1}


def test_a_file_in_place_of_the_one_that_moved_is_another_file(team: Team) -> None:
    """The old path is still there, so its entries are its own."""
    move(team)
    team.write({"app/b.py": "from lib.b import late\n"})
    not_moved(team)


def test_a_new_file_like_one_that_is_gone_without_history(team: Team) -> None:
    shutil.rmtree(team.path / ".git")
    move(team)
    not_moved(team)


def test_a_repository_without_a_commit(team: Team) -> None:
    shutil.rmtree(team.path / ".git")
    team.git("init", "--quiet")
    move(team)
    not_moved(team)


def test_no_git(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    move(team)
    monkeypatch.setenv("PATH", str(team.path))
    not_moved(team)


def test_a_clone_without_history(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    move(team)
    team.commit()
    team.git("clone", "--quiet", "--depth=1", f"file://{team.path}", "clone")
    did = team.baseline("--root", "clone")
    assert did.code == 1
    assert [line.partition(":")[0] for line in did.out] == ["lib/b.py"]
