"""What `pytest-ssot check` makes of the baseline."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.ratchet.conftest import Team

pytestmark = pytest.mark.process

MADE = "from app.old import make"
THANKS = "thank you: app/b.py no longer reaches app.old:make, 1 -> 0"
UPDATE = "run: pytest-ssot baseline --update"


def fix_b(team: Team) -> None:
    team.edit("app/b.py", f"    {MADE}\n\n    return make()", "    return 1")


def test_what_is_known_passes(team: Team) -> None:
    did = team.check()
    assert (did.code, did.out) == (0, [])


def test_what_is_new_fails(team: Team) -> None:
    team.write({"app/c.py": f"{MADE}\n"})
    did = team.check()
    assert did.code == 1
    assert [line.partition(" ")[0] for line in did.out] == ["app/c.py:1:0:"]


def test_what_is_gone_fails_with_thanks(team: Team) -> None:
    fix_b(team)
    did = team.check()
    assert (did.code, did.out) == (1, [])
    assert did.said[:2] == [THANKS, UPDATE]
    assert team.baseline("--update").code == 0
    assert team.check().code == 0


def test_the_command_is_told_once_however_much_is_gone(team: Team) -> None:
    fix_b(team)
    (team.path / "app/a.py").unlink()
    told = team.check().said
    assert [line.startswith("thank you: ") for line in told[:4]] == [True, True, True, False]
    assert [line for line in told if line == UPDATE] == [UPDATE] == told[3:4]


def test_only_the_paths_that_are_given_are_judged(team: Team) -> None:
    fix_b(team)
    assert team.check("app/a.py").code == 0
    assert team.check("tests").code == 0
    assert team.check("app/b.py").said[:2] == [THANKS, UPDATE]
    (team.path / "app/b.py").unlink()
    assert team.check("tests").code == 0
    assert team.check("app").said[:2] == [THANKS, UPDATE]


def test_a_file_that_moved(team: Team) -> None:
    (team.path / "app/b.py").rename(team.path / "app/c.py")
    assert team.check().code == 0


def test_another_file_of_known_violations(team: Team) -> None:
    team.file.rename(team.path / "known.json")
    assert team.check().code == 1
    assert team.check("--baseline", "known.json").code == 0
    assert team.check("--baseline", "none.json").code == 2


def test_a_file_that_is_no_baseline(team: Team) -> None:
    team.file.write_text("", encoding="utf-8")
    did = team.check()
    assert (did.code, did.said[0][:28]) == (2, "ssot-baseline.json: is empty")


def test_what_only_a_run_sees(team: Team) -> None:
    team.write(
        {
            "app/computed.py": "from importlib import import_module\n\n"
            "def load(name):\n    return import_module(f'app.{name}')\n",
            "tests/test_c.py": "import app.computed\n\ndef test_load(): app.computed.load('old')\n",
        }
    )
    assert team.strict().code == 1
    report = ["--run", "ssot-report.json"]
    assert team.check(*report).code == 1
    assert team.baseline("--add", "app", "--reason", "later", *report).code == 0
    assert team.check(*report).code == 0
    assert team.check().code == 0
