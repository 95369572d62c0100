"""What a baseline excuses, what of it is stale, and that it only shrinks."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Collection, Iterable

import pytest
from hypothesis import given

from pytest_ssot.model import Verdict, Violation
from pytest_ssot.policy.baseline.entries import BaselineEntry, EntryKey, generalize_message
from pytest_ssot.policy.baseline.grow_and_shrink import (
    Grounds,
    find_only_in_runs,
    grow_entries,
    shrink_entries,
)
from pytest_ssot.policy.baseline.ratchet import Baseline, Ratchet, apply_baseline
from tests.policy.short import TODAY, USES, applied, created, everything, nothing, use, warned


def verdicts(entries: tuple[BaselineEntry, ...], violations: list[Violation]) -> list[Verdict]:
    return [one.verdict for one in applied(entries, violations).violations]


# -- what is known ---------------------------------------------------------------------


def test_what_was_there_is_known_wherever_it_stands_now() -> None:
    entries = created([use(line=3), use(line=9)])
    assert verdicts(entries, [use(line=30), use(line=90)]) == [Verdict.KNOWN] * 2


def test_one_more_fails_them_all_and_says_how_many_are_known() -> None:
    entries = created([use(line=3)])
    ratcheted = applied(entries, [use(line=3), use(line=9)])
    assert [one.verdict for one in ratcheted.violations] == [Verdict.FAILS] * 2
    assert {one.reason for one in ratcheted.violations} == {"the baseline knows 1, there are 2"}
    (exceeded,) = ratcheted.exceeded
    assert (str(exceeded), [site.line for site in exceeded.sites]) == (
        "the baseline knows 1, there are 2",
        [3, 9],
    )


@pytest.mark.parametrize(
    "other",
    [use(path="app/b.py"), use(name="make"), use(rule="app.older")],
    ids=["path", "name", "rule"],
)
def test_another_key_is_not_known(other: Violation) -> None:
    assert verdicts(created([use()]), [use(), other]) == [Verdict.KNOWN, Verdict.FAILS]


def test_one_site_that_is_seen_twice_is_one() -> None:
    assert verdicts(created([use()]), [use(), use(seen=("runtime",))]) == [Verdict.KNOWN] * 2


def test_a_star_takes_what_is_loaded_below_as_well() -> None:
    entries = created([use(name="*")])
    seen = [use(name="*", seen=("runtime",)), use(name=None, seen=("runtime",))]
    assert verdicts(entries, seen) == [Verdict.KNOWN] * 2
    assert verdicts(entries, [*seen, use(line=7)]) == [Verdict.FAILS] * 3


def test_two_on_one_line_are_two() -> None:
    entries = created([use(column=0)])
    assert verdicts(entries, [use(column=0), use(column=20)]) == [Verdict.FAILS] * 2


@pytest.mark.parametrize("verdict", [Verdict.ALLOWED, Verdict.INDIRECT, Verdict.SUPPRESSED])
def test_what_is_excused_otherwise_needs_no_entry(verdict: Verdict) -> None:
    excused = use(verdict=verdict)
    assert created([excused]) == ()
    ratcheted = applied(created([use()]), [excused])
    assert ratcheted.violations == (excused,)
    assert [(one.entry.number, one.now) for one in ratcheted.stale] == [(1, 0)]


def test_mission_critical_code_is_not_excused_and_its_entry_goes() -> None:
    entries = created([use()])
    ratcheted = apply_baseline(
        Baseline(entries), [use()], examined=everything, is_critical=everything, today=TODAY
    )
    assert [one.verdict for one in ratcheted.violations] == [Verdict.FAILS]
    assert [(one.now, one.critical) for one in ratcheted.stale] == [(0, True)]


@pytest.mark.parametrize(("days", "verdict"), [(0, Verdict.KNOWN), (-1, Verdict.FAILS)])
def test_the_last_day_is_one_of_them(days: int, verdict: Verdict) -> None:
    (entry,) = created([use()])
    until = TODAY + datetime.timedelta(days=days)
    ratcheted = applied((entry._replace(until=until, reason="soon"),), [use()])
    (violation,) = ratcheted.violations
    assert violation.verdict is verdict
    assert violation.reason == ("soon" if days == 0 else "the baseline knew it until 2026-06-30")
    assert len(ratcheted.expired) == (0 if days == 0 else 1)
    assert not ratcheted.stale


def test_an_expired_entry_of_nothing_is_stale_and_not_expired() -> None:
    (entry,) = created([use()])
    ratcheted = applied((entry._replace(until=TODAY - datetime.timedelta(days=9)),), [])
    assert not ratcheted.expired
    assert len(ratcheted.stale) == 1


# -- what is stale ---------------------------------------------------------------------


def test_only_what_was_examined_is_stale() -> None:
    entries = created([use("app/a.py"), use("app/b.py")])
    ratcheted = apply_baseline(
        Baseline(entries),
        [],
        examined=lambda key: key.path == "app/a.py",
        is_critical=nothing,
        today=TODAY,
    )
    assert [one.entry.key.path for one in ratcheted.stale] == ["app/a.py"]


def test_what_only_a_run_sees_is_not_stale_for_a_scan() -> None:
    entry = BaselineEntry(EntryKey("app/a.py", "app.old", None), 1, runtime=True)
    assert not applied((entry,), []).stale


def test_runs_count_against_both_entries_of_a_key() -> None:
    key = EntryKey("app/a.py", "app.old", None)
    entries = (BaselineEntry(key, 1), BaselineEntry(key, 1, runtime=True))
    two = [use(line=1), use(line=2)]
    assert verdicts(entries, two) == [Verdict.KNOWN] * 2
    assert verdicts(entries, [*two, use(line=3)]) == [Verdict.FAILS] * 3


def test_what_only_runs_see_is_stale_where_a_run_did_not_see_it() -> None:
    key = EntryKey("app/a.py", "app.old", None)
    ratchet = Ratchet(Baseline((BaselineEntry(key, 1), BaselineEntry(key, 2, runtime=True))), TODAY)
    scanned, seen = [use(line=1)], [use(line=1), use(line=7)]
    (stale,) = ratchet.find_stale_in_runs(scanned, seen, nothing)
    assert (stale.entry.number, stale.now) == (2, 1)


def test_what_a_run_saw_is_not_what_a_scan_found() -> None:
    key = EntryKey("app/a.py", "app.old", None)
    entries = (BaselineEntry(key, 2), BaselineEntry(key, 1, runtime=True))
    (stale,) = applied(entries, [use(line=1), use(line=7, seen=("runtime",))]).stale
    assert (stale.entry.runtime, stale.now) == (False, 1)


def test_what_a_scan_has_come_to_find_keeps_its_entry() -> None:
    """A discovered rule has been written down: the entry said that only a run sees it."""
    entry = BaselineEntry(EntryKey("app/a.py", "app.old", None), 1, runtime=True)
    ratchet = Ratchet(Baseline((entry,)), TODAY)
    assert not ratchet.find_stale_in_runs([use()], [], nothing)
    assert verdicts((entry,), [use()]) == [Verdict.KNOWN]


# -- warnings --------------------------------------------------------------------------

MESSAGES = {
    "plain words stay": ("f is deprecated, use g", "f is deprecated, use g"),
    "numbers": ("42 of 1,000 calls since 3.14.2", "* of * calls since *"),
    "a date": ("gone on 2027-03-01", "gone on *-*-*"),
    "digits of a word stay": ("utf8 and datetime64", "utf8 and datetime64"),
    "an address": ("<Foo object at 0x7fA02b>", "<Foo object at *>"),
    "quoted": ("use 'a.b' or \"c\" or `d`", "use '*' or \"*\" or `*`"),
    "apostrophes stay": ("don't use the user's f", "don't use the user's f"),
    "an apostrophe in quotes": ("don't use 'x' any more", "don't use '*' any more"),
    "a uuid": ("job 123e4567-e89b-12d3-a456-426614174000 is old", "job * is old"),
    "a path": ("reading /tmp/x-1/a.cfg: old", "reading *: old"),
    "a path on Windows": (r"reading C:\tmp\x1\a.cfg", "reading *"),
    "a path of home": ("reading ~/x/y", "reading *"),
    "an address of the web stays": ("see https://x.org/a/b", "see https://x.org/a/b"),
    "a slash between words stays": ("read/write is old", "read/write is old"),
    "lines": ("first\n\n   second\t", "first second"),
    "very long": ("x" * 300, "x" * 199 + "*"),
    "nothing": ("", ""),
}


@pytest.mark.parametrize("what", MESSAGES)
def test_what_varies_in_a_message_is_left_out(what: str) -> None:
    message, expected = MESSAGES[what]
    assert generalize_message(message) == expected
    assert generalize_message(expected) == expected


def test_a_warning_is_known_by_its_words_its_caller_and_its_issuer() -> None:
    entries = created([warned("'a' is deprecated since 1.0")])
    assert verdicts(entries, [warned("'b' is deprecated since 2.1", line=7)]) == [Verdict.KNOWN]
    for other in (
        warned("'a' is gone since 1.0"),
        warned("'a' is deprecated since 1.0", function="h"),
        warned("'a' is deprecated since 1.0", target="lib:k"),
    ):
        assert verdicts(entries, [other]) == [Verdict.FAILS]


def test_a_star_in_an_entry_stands_for_anything() -> None:
    (entry,) = created([warned("a is deprecated")])
    by_hand = entry._replace(key=entry.key._replace(message="* is deprecated"))
    assert verdicts((by_hand,), [warned("b is deprecated")]) == [Verdict.KNOWN]
    assert verdicts((by_hand,), [warned("b is gone")]) == [Verdict.FAILS]


# -- how it changes --------------------------------------------------------------------


def test_growth_takes_what_is_wanted_alone() -> None:
    before = created([use("app/a.py")])
    found = applied(before, [use("app/a.py"), use("app/b.py"), use("app/c.py")]).violations
    wanted = [one for one in found if one.importer.path == "app/b.py"]
    ratchet = Ratchet(Baseline(before), TODAY)
    after = grow_entries(ratchet, found, wanted, nothing, Grounds("because"))
    assert [(one.key.path, one.reason) for one in after] == [
        ("app/a.py", None),
        ("app/b.py", "because"),
    ]


def test_what_the_scan_found_is_not_entered_once_more_for_a_run() -> None:
    in_source = [use(line=3, column=4)]
    seen = [use(line=3, column=0, seen=("runtime",)), use(line=8, seen=("runtime",))]
    assert [one.importer.line for one in find_only_in_runs(in_source, seen)] == [8]


@given(USES)
def test_what_a_new_baseline_knows_is_all_there_is(violations: list[Violation]) -> None:
    ratcheted = applied(created(violations), violations)
    assert not ratcheted.stale
    assert not ratcheted.exceeded
    assert Verdict.FAILS not in {one.verdict for one in ratcheted.violations}


@given(USES, USES)
def test_an_update_never_grows_and_is_done_once(
    before: list[Violation], after: list[Violation]
) -> None:
    entries = created(before)
    updated = shrink_entries(entries, applied(entries, after).stale)
    old = {one.key: one.number for one in entries}
    assert all(one.number <= old.get(one.key, 0) for one in updated)
    again = applied(updated, after)
    assert not again.stale
    assert shrink_entries(updated, again.stale) == updated


@given(USES, USES)
def test_what_fails_is_a_key_with_more_sites_than_before(
    before: list[Violation], after: list[Violation]
) -> None:
    """The oracle: numbers of distinct sites by path, rule and name."""

    def counted(
        violations: Iterable[Violation], known: Collection[tuple[object, ...]] = ()
    ) -> Counter[tuple[object, ...]]:
        sites = set()
        for one in violations:
            key: tuple[object, ...] = (one.importer.path, one.rule, one.name)
            star = (*key[:2], "*")
            if one.name is None and key not in known and star in known:
                key = star
            if one.verdict is Verdict.FAILS:
                sites.add((key, one.importer))
        return Counter(key for key, _ in sites)

    known = counted(before)
    now = counted(after, known.keys())
    expected = {key for key, number in now.items() if number > known[key]}
    judged = applied(created(before), after)
    assert {*counted(judged.violations, known.keys())} == expected
    assert {(e.key.path, e.key.rule, e.key.name) for e in judged.exceeded} == {
        key for key in expected if known[key]
    }
    lowered = {key for key, number in known.items() if now[key] < number}
    assert {tuple(one.entry.key[:3]) for one in judged.stale} == lowered


@given(USES, USES)
def test_the_order_of_violations_says_nothing(
    before: list[Violation], after: list[Violation]
) -> None:
    forward = applied(created(before), after)
    backward = applied(created(before[::-1]), after[::-1])
    assert backward._replace(violations=backward.violations[::-1]) == forward
