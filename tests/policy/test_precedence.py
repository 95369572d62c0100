"""The order in which a verdict is found: of all that holds, the first of these decides.

Each case takes away what decided in the case before, so that the next has its turn.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pytest_ssot.config.settings import Settings
from pytest_ssot.model import Kind, Site, Violation
from pytest_ssot.policy.baseline.entries import BaselineEntry, make_key
from pytest_ssot.policy.baseline.ratchet import Baseline, Ratchet
from pytest_ssot.policy.verdict.allowances import Allowances, SeenBy
from pytest_ssot.policy.verdict.judge import Judge
from pytest_ssot.rules.allowance import Allowance
from pytest_ssot.rules.configured import load_configured
from pytest_ssot.rules.rule import Rule
from pytest_ssot.rules.ruleset import RuleSet
from pytest_ssot.runtime.evidence.conditions import BY_PYTEST, Condition, WarningFacts
from pytest_ssot.runtime.evidence.evidence import Sighting, Sightings
from pytest_ssot.source.project.modules import Modules
from tests.policy.short import TODAY

#: Each, with the verdict that it comes to and the reason that it gives.
ORDER = {
    "the rule's allow-from": ("allowed", "allow-from of old"),
    "a table": ("allowed", "by the table"),
    "a mark of the test": ("allowed", "by the mark"),
    "a comment on the line": ("allowed", "by the comment"),
    "a filter that names the warning": ("allowed", "a warning filter that names it"),
    "a hook": ("allowed", "by the hook"),
    "an importer of others": ("indirect", None),
    "a silence around the call": ("suppressed", None),
    "the baseline": ("known", "by the baseline"),
    "nothing": ("fails", None),
}
#: Filters and silences are of warnings as a run sees them; allow-from is for who uses it.
ONLY_SEEN = {"a filter that names the warning", "a silence around the call"}
LINE = "import app.old  # ssot: allow[old] by the comment\n"


class Court(NamedTuple):
    """What judges, where everything in *holds* is so."""

    root: Path
    settings: Settings
    holds: frozenset[str]

    def judge(self) -> Judge:
        rule = Rule("old", "app.old", allow_from=self._if("the rule's allow-from", "*"))
        table = Allowance("old", None, "by the table", origin="table")
        allowances = Allowances([table] if "a table" in self.holds else [], TODAY)
        return Judge(self.settings, RuleSet([rule]), allowances)

    def test(self) -> SeenBy:
        mark = Allowance("app.old", None, "by the mark", origin="mark")
        return SeenBy("tests/test_a.py::test_b", self._if("a mark of the test", mark))

    def ask(self, _: Violation) -> str | None:
        return "by the hook" if "a hook" in self.holds else None

    def write(self) -> str:
        """The importing line, in a file of ours or of others; its path."""
        others = "an importer of others" in self.holds
        path = "site-packages/lib.py" if others else "app/a.py"
        commented = "a comment on the line" in self.holds
        file = self.root / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(LINE if commented else "import app.old\n", "utf-8")
        return path

    def ratchet(self, violation: Violation) -> Ratchet:
        entry = BaselineEntry(make_key(violation), 1, reason="by the baseline")
        return Ratchet(Baseline((entry,) if "the baseline" in self.holds else ()), TODAY)

    def _if(self, name: str, value: Any) -> tuple[Any, ...]:
        return (value,) if name in self.holds else ()


def court(root: Path, holds: list[str]) -> Court:
    return Court(root, load_configured(root, {}, {}).settings, frozenset(holds))


def cases(left_out: set[str]) -> list[Any]:
    """All that may hold, less and less of it, with what decides: the first of each."""
    names = [name for name in ORDER if name not in left_out]
    return [pytest.param(names[number:], id=name) for number, name in enumerate(names)]


def decide(court: Court, judged: Violation | None) -> tuple[str, str | None]:
    assert judged is not None
    (told,) = court.ratchet(judged).mark_known([judged])
    return told.verdict.value, told.reason


FACTS = WarningFacts("old is old", ("DeprecationWarning",), None)
APPLICATION = ("app/a.py", 1, "go", "app.a")
#: What makes of the warning that it is allowed, or suppressed.
FILTERS = {
    "a filter that names the warning": Condition("ignore", BY_PYTEST, message=("old", 0)),
    "a silence around the call": Condition("ignore", APPLICATION, block=APPLICATION),
}


def seen(here: Court, holds: Iterable[str]) -> Sightings:
    """The use that a run saw, and under which filters."""
    path = str(here.root / here.write())
    place: dict[str, Any] = {"path": path, "line": 1, "end_line": 1, "column": 0}
    what: dict[str, Any] = {"rule": "old", "kind": "import", "target": "app.old", "name": None}
    sighting = Sighting(**what, **place, function="<module>", module="app.a", warning=FACTS)
    conditions = tuple(FILTERS[name] for name in FILTERS if name in holds)
    return {sighting.key: (sighting, (), conditions)}


@pytest.mark.parametrize("holds", cases(set()))
def test_what_a_run_has_seen(tmp_path: Path, holds: list[str]) -> None:
    here = court(tmp_path, holds)
    (judged,) = here.judge().judge_found(seen(here, holds), here.test(), here.ask)
    assert decide(here, judged) == ORDER[holds[0]]


@pytest.mark.parametrize("holds", cases(ONLY_SEEN))
def test_what_a_scan_has_found(tmp_path: Path, holds: list[str]) -> None:
    assert judged_in_source(tmp_path, holds, Kind.IMPORT) == ORDER[holds[0]]


@pytest.mark.parametrize("holds", cases({*ONLY_SEEN, "the rule's allow-from"}))
def test_what_is_overdue(tmp_path: Path, holds: list[str]) -> None:
    assert judged_in_source(tmp_path, holds, Kind.OVERDUE) == ORDER[holds[0]]


def test_who_may_use_it_may_not_keep_it(tmp_path: Path) -> None:
    judged = judged_in_source(tmp_path, ["the rule's allow-from"], Kind.OVERDUE)
    assert judged == ("fails", None)


def judged_in_source(root: Path, holds: list[str], kind: Kind) -> tuple[str, str | None]:
    here = court(root, holds)
    violation = Violation("old", kind, "app.old", None, Site(here.write(), 1), seen=("static",))
    ruling = here.judge().judge_source(violation, 1, Modules(root), here.test(), here.ask)
    return decide(here, ruling.violation)


@pytest.mark.parametrize("setting", ["indirect", "suppressed"])
@pytest.mark.parametrize(("says", "verdict"), [("fail", "fails"), ("ignore", None)])
def test_settings_decide_what_is_neither_excused_nor_ours_to_change(
    tmp_path: Path, setting: str, says: str, verdict: str | None
) -> None:
    (tmp_path / "pyproject.toml").write_text(f'[tool.pytest-ssot]\n{setting} = "{says}"\n')
    here = court(tmp_path, ["an importer of others"] if setting == "indirect" else [])
    found = seen(here, [] if setting == "indirect" else ["a silence around the call"])
    told = here.judge().judge_found(found, here.test())
    assert [violation.verdict.value for violation in told] == ([verdict] if verdict else [])


def test_what_is_another_is_nobodys_business_elsewhere(tmp_path: Path) -> None:
    here = court(tmp_path, ["an importer of others"])
    violation = Violation("old", Kind.DEFINITION, "app.old:C", "D", Site(here.write(), 1))
    ruling = here.judge().judge_source(violation, 1, Modules(tmp_path), here.test())
    assert ruling.violation is None


def test_no_baseline_excuses_a_mission_critical_test(tmp_path: Path) -> None:
    here = court(tmp_path, ["the baseline"])
    violation = Violation("old", Kind.IMPORT, "app.old", None, Site(here.write(), 1))
    (told,) = here.ratchet(violation).mark_known([violation], lambda _: True)
    assert told.verdict.value == "fails"
