"""A kind of violation is a row of one table: with that, everything knows what to do with it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from pytest_ssot.config.report_formats import RENDERED
from pytest_ssot.errors import UsageError
from pytest_ssot.model import Form, Kind, Site, Traits, Verdict, Violation, Wording
from pytest_ssot.policy.baseline import baseline_file
from pytest_ssot.policy.baseline.grow_and_shrink import Grounds, grow_entries, shrink_entries
from pytest_ssot.policy.baseline.ratchet import Baseline, Ratchet
from pytest_ssot.policy.run.inventory import Ground
from pytest_ssot.policy.verdict.allowances import Allowances, SeenBy
from pytest_ssot.policy.verdict.judge import Judge
from pytest_ssot.report import baseline_text, check_listing
from pytest_ssot.report.document import make_document
from pytest_ssot.report.explain_line import ExplainedLine, explain_line
from pytest_ssot.report.explain_rule import ExplainedPath, ExplainedRule, ProjectFacts, explain_rule
from pytest_ssot.report.rendering import render
from pytest_ssot.report.violation_text import Cause
from pytest_ssot.rules.allowance import Allowance
from pytest_ssot.rules.configured import load_configured
from pytest_ssot.rules.rule import Rule
from pytest_ssot.rules.ruleset import RuleSet
from pytest_ssot.source.project.modules import Modules
from tests.policy.short import TODAY

TITLE = "leaks out of"
RULE = Rule("old", "app.old", reason="why not")
ROWS = {
    "plain": Traits(Wording(TITLE)),
    "a use": Traits(Wording(TITLE), is_use=True),
    "with a suffix": Traits(Wording(TITLE), suffix="[]"),
    "with a form of its own": Traits(
        Wording("else"), {Form.STRING: Wording(TITLE, "mend")}, is_another=True
    ),
    "with entries of its own": Traits(Wording(TITLE), own_entry=("kind", "message")),
    "what stands": Traits(Wording(TITLE), stands=True, seen_by=("static",), own_entry=("kind",)),
    "what only runs see": Traits(
        Wording(TITLE), seen_by=("runtime",), own_entry=("kind", "function")
    ),
}


@pytest.fixture(params=list(ROWS.values()), ids=list(ROWS))
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Kind:
    """A row that the table has for the length of a test."""
    member = str.__new__(Kind, "leak")
    member._name_, member._value_, member.traits = "LEAK", "leak", request.param
    monkeypatch.setattr(Kind, "_member_names_", [*Kind._member_names_, "LEAK"])
    monkeypatch.setitem(Kind._member_map_, "LEAK", member)
    monkeypatch.setitem(Kind._value2member_map_, "leak", member)
    assert list(Kind)[-1] is member
    return member


@pytest.fixture
def violation(kind: Kind) -> Violation:
    return Violation(
        "old",
        kind,
        "app.old",
        "Name",
        Site("app/a.py", 1, 0, "f"),
        seen=kind.traits.seen_by[-1:],
        message="it is there: delete it" if kind.traits.stands else "it says 1",
        form=Form.STRING,
    )


def test_it_is_the_same_after_json(violation: Violation) -> None:
    assert Violation.from_json(json.loads(json.dumps(violation.to_json()))) == violation


@pytest.mark.parametrize("name", RENDERED)
def test_every_format_tells_it(violation: Violation, name: str, tmp_path: Path) -> None:
    data = make_document([violation], [RULE], {"old": 1}, [], [])
    text = render(name, data, tmp_path)
    assert "app/a.py" in text
    tables_name_no_uses = name in ("markdown", "html") and violation.kind.traits.is_use
    assert name == "json" or tables_name_no_uses or TITLE in text


def test_a_failing_test_and_the_summary_tell_it(violation: Violation) -> None:
    cause = Cause([violation], RULE)
    traits = violation.kind.traits
    assert cause.make_headline().startswith(f"{TITLE}: app.old")
    assert cause.named.endswith(traits.suffix or ("as Name" if traits.is_another else "app.old"))
    to_do = traits.wording_of(Form.STRING).to_do
    assert cause.list_advice()[-1] == (
        "fix:  delete it" if traits.stands else f"fix:  {to_do} app/a.py:1"
    )


def test_check_tells_it(violation: Violation) -> None:
    assert f" old {TITLE}: app.old" in check_listing.format_violation(violation, RULE, runs=False)
    noun = "use" if violation.kind.traits.is_use else "violation"
    told = "1 is leak" if violation.kind.traits.stands else f"1 {noun} in 1 file fails"
    assert check_listing.describe_totals([violation]) == told


def facts_of(violation: Violation) -> ProjectFacts:
    grounds = {violation.cause: Ground(1)}
    return ProjectFacts([violation], grounds, {"old": RULE}, [], lambda _: False, runs=False)


def test_explain_tells_it(violation: Violation) -> None:
    facts = facts_of(violation)
    spot = ExplainedLine(ExplainedPath("app/a.py", []), 1, None)
    line = "\n".join(explain_line(spot, facts, lambda _: ["import app.old"]))
    assert f"{TITLE}: app.old" in line
    assert "nothing allows it" in line
    rule = "\n".join(explain_rule(ExplainedRule("old", RULE, None, None), facts))
    assert f"1:0: {TITLE}: app.old" in rule
    assert ("leak:" in rule) == violation.kind.traits.stands


def test_the_baseline_knows_it_until_it_is_gone(violation: Violation, tmp_path: Path) -> None:
    path, traits = tmp_path / "baseline.json", violation.kind.traits
    empty = Ratchet(Baseline(), TODAY)
    entries = grow_entries(empty, [violation], [violation], lambda _: False, Grounds())
    baseline_file.write_entries(path, "baseline.json", entries)
    assert baseline_file.read_entries(path, "baseline.json") == entries
    (entry,) = entries
    assert entry.key.kind == ("leak" if traits.own_entry else "")
    assert entry.key.message == ("it says *" if "message" in traits.own_entry else "")
    ratchet = Ratchet(Baseline(entries), TODAY)
    (known,) = ratchet.mark_known([violation])
    assert known.verdict is Verdict.KNOWN
    gone = ratchet.find_stale_in_runs([], [], is_critical) if entry.runtime else None
    stale = gone or ratchet.find_stale([], lambda _: True, is_critical)
    assert shrink_entries(entries, stale) == ()
    told = baseline_text.describe_stale(stale[0], {"old": RULE})
    assert told.startswith("thank you: app/a.py no longer")
    assert ("which was leak" in told) == traits.stands


def is_critical(_: Violation) -> bool:
    return False


def test_the_baseline_file_refuses_what_such_an_entry_has_not(
    violation: Violation, tmp_path: Path
) -> None:
    traits, path = violation.kind.traits, tmp_path / "baseline.json"
    entry: dict[str, Any] = {"path": "a.py", "rule": "old", "name": None, "count": 1}
    entry |= {"kind": "leak", "target": "x"}
    entry |= {"seen": ["runtime"]} if "static" not in traits.seen_by else {}
    path.write_text(json.dumps({"version": 1, "entries": [entry]}))
    refused = '"target" is for warnings' if traits.own_entry else '"kind" must be "warning" or'
    with pytest.raises(UsageError, match=refused):
        baseline_file.read_entries(path, "baseline.json")


def test_all_that_allows_others_allows_it(violation: Violation, tmp_path: Path) -> None:
    """By the rule's id, by its target, and by the name that it has besides."""
    settings = load_configured(tmp_path, {}, {}).settings
    suffix = violation.kind.traits.suffix
    for name in ("old", "app.old", *([f"app.old{suffix}"] if suffix else [])):
        allowance = Allowance(name, None, "for now", origin="table")
        judge = Judge(settings, RuleSet([RULE]), Allowances([allowance], TODAY))
        ruling = judge.judge_source(violation, 1, Modules(tmp_path), SeenBy(""))
        assert ruling.violation is not None
        assert ruling.violation.verdict is Verdict.ALLOWED


def test_every_kind_has_its_row_and_its_page() -> None:
    """The report's page names each; titles tell them apart."""
    page = (Path(__file__).parents[1] / "docs/report.md").read_text("utf-8")
    assert [kind for kind in Kind if f"`{kind.value}`" not in page] == []
    titles = Counter(kind.traits.wording.title for kind in Kind)
    assert set(titles.values()) == {1}
