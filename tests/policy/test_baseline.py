"""The baseline's file: read strictly, written in one layout."""

from __future__ import annotations

import datetime
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_ssot.errors import UsageError
from pytest_ssot.policy.baseline.baseline_file import read_entries, render_entries, write_entries
from pytest_ssot.policy.baseline.entries import BaselineEntry, EntryKey

FULL = (
    '{"path": "a.py", "rule": "r", "name": null, "kind": "warning", "target": "m:f",'
    ' "function": "g", "message": "old", "count": 2, "seen": ["runtime"], "reason": "why",'
    ' "owner": "web", "until": "2027-03-01"}'
)
ONE = '{"path": "a.py", "rule": "r", "name": "N", "count": 1}'


def document(*entries: str) -> str:
    return '{"version": 1, "entries": [\n' + ",\n".join(entries) + "\n]}\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "b.json"


def told(file: Path, data: str | bytes, *, merging: bool = False) -> str:
    file.write_bytes(data.encode() if isinstance(data, str) else data)
    with pytest.raises(UsageError) as caught:
        read_entries(file, "b.json", merging=merging)
    return str(caught.value)


def test_no_file_knows_nothing(file: Path) -> None:
    assert read_entries(file, "b.json") == ()


def test_all_that_an_entry_may_hold(file: Path) -> None:
    file.write_text(document(FULL), encoding="utf-8")
    key = EntryKey("a.py", "r", None, "warning", "m:f", "g", "old")
    until = datetime.date(2027, 3, 1)
    assert read_entries(file, "b.json") == (BaselineEntry(key, 2, True, "why", "web", until),)


@pytest.mark.parametrize("text", [document(ONE).replace("\n", "\r\n"), "\ufeff" + document(ONE)])
def test_what_editors_on_windows_make_of_it(file: Path, text: str) -> None:
    file.write_bytes(text.encode())
    assert read_entries(file, "b.json") == (BaselineEntry(EntryKey("a.py", "r", "N"), 1),)


def without(key: str) -> str:
    return json.dumps({name: value for name, value in json.loads(ONE).items() if name != key})


def but(entry: str = ONE, **changes: object) -> str:
    return json.dumps(json.loads(entry) | changes)


WRONG: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "b.json: is empty"),
    "blank": (" \n\n", "b.json: is empty"),
    "no UTF-8": (document(ONE).encode() + b"\xff", "b.json:4: is not UTF-8"),
    "NUL": (document(ONE) + "\0", "b.json:4: is no JSON"),
    "cut off": (document(ONE)[:40], "b.json:2: is no JSON"),
    "a list": ("[]", 'it has no "version"'),
    "a number": ("3", 'it has no "version"'),
    "too deep": ("[" * 100_000, "b.json: is no baseline"),
    "no version": ('{"entries": []}', 'it has no "version"'),
    "a newer version": ('{"version": 2, "entries": []}', "has version 2, this pytest-ssot reads 1"),
    "version 0": ('{"version": 0, "entries": []}', '"version" must be 1'),
    "a version of true": ('{"version": true, "entries": []}', '"version" must be 1'),
    "a version in words": ('{"version": "1", "entries": []}', '"version" must be 1'),
    "another key": ('{"version": 1, "entries": [], "x": 1}', 'b.json: unknown key "x"'),
    "no entries": ('{"version": 1}', '"entries" must be a list'),
    "entries that are none": ('{"version": 1, "entries": {}}', '"entries" must be a list'),
    "an entry that is none": (document('"x"'), "entry #1 must be an object"),
    "a line for each": (document(ONE, but(name="M", count=0)), 'b.json:3: "count" must be'),
    "a brace in a text": (document(but(name="{[", rule="}"), but(count=0)), 'b.json:3: "count"'),
    "count in words": (document(but(count="1")), '"count" must be a whole number'),
    "half": (document(but(count=1.5)), '"count" must be a whole number'),
    "count of true": (document(but(count=True)), '"count" must be a whole number'),
    "below none": (document(but(count=-1)), '"count" must be a whole number'),
    "without path": (document(without("path")), 'b.json:2: "path" is missing'),
    "without rule": (document(without("rule")), 'b.json:2: "rule" is missing'),
    "without name": (document(without("name")), 'b.json:2: "name" is missing'),
    "without count": (document(without("count")), 'b.json:2: "count" is missing'),
    "a path of none": (document(but(path=None)), '"path" must be a text'),
    "a path of nothing": (document(but(path="")), '"path" must be a text'),
    "a name of nothing": (document(but(name="")), '"name" must be a text, or null'),
    "a name that is a number": (document(but(name=1)), '"name" must be a text, or null'),
    "an unknown key": (document(but(line=3)), 'b.json:2: unknown key "line"; known: path'),
    "a key twice": (document('{"count": 1, "count": 2}'), 'the key "count" is there twice'),
    "an entry twice": (document(ONE, but(count=2)), "b.json:3: a second entry for a.py  r:N"),
    "seen by a scan": (document(but(seen=["static"])), '"seen" must be ["runtime"]'),
    "another kind": (document(but(kind="import")), '"kind" must be "warning"'),
    "a warning in source": (document(but(kind="warning")), "only a run can see a warning"),
    "words of no warning": (document(but(message="x")), '"message" is for warnings'),
    "no date": (document(but(until="soon")), '"until" is no date: "soon"; write YYYY-MM-DD'),
    "no such day": (document(but(until="2027-02-30")), '"until" is no date'),
    "no reason": (document(but(reason="")), '"reason" must be a text'),
    "an owner of two": (document(but(owner=["a", "b"])), '"owner" must be a text'),
    "our side": (document("<<<<<<< HEAD", ONE), "b.json:2: merge conflict (<<<<<<<)"),
    "the middle": (document(ONE, "======="), "b.json:3: merge conflict (=======)"),
    "their side": (document(ONE, ">>>>>>> work"), "b.json:3: merge conflict (>>>>>>>)"),
    "the base": (document(ONE, "||||||| 3f2a"), "b.json:3: merge conflict (|||||||)"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_no_baseline_is_never_an_empty_one(file: Path, what: str) -> None:
    data, message = WRONG[what]
    assert message in told(file, data)


@pytest.mark.parametrize("what", [one for one in WRONG if one != "an entry twice"])
def test_nor_is_it_where_branches_were_put_together(file: Path, what: str) -> None:
    data, message = WRONG[what]
    assert message in told(file, data, merging=True)


def test_a_folder_a_file_for_a_folder_and_a_loop_of_links(tmp_path: Path, file: Path) -> None:
    file.write_text(document(ONE), encoding="utf-8")
    (tmp_path / "loop").symlink_to("loop")
    for path in (tmp_path, file / "below", tmp_path / "loop"):
        with pytest.raises(UsageError, match="cannot be read"):
            read_entries(path, "b.json")


@pytest.mark.parametrize(
    "lines", [(f"{ONE}\n{FULL}",), (f"{ONE},\n{FULL},",), (f"{FULL}\r\n{ONE} ,",)]
)
def test_commas_of_two_branches(file: Path, lines: tuple[str, ...]) -> None:
    file.write_bytes(document(*lines).encode())
    assert [one.number for one in read_entries(file, "b.json", merging=True)] == [2, 1]


def test_the_greater_count_of_two_branches(file: Path) -> None:
    file.write_text(document(ONE, but(count=3), but(count=2)), encoding="utf-8")
    assert [one.number for one in read_entries(file, "b.json", merging=True)] == [3]


#: Texts of any kind, lone surrogates (a file's name that is no UTF-8) included.
TEXTS = st.text(st.characters(exclude_categories=()), min_size=1, max_size=8)
PLAIN = st.tuples(TEXTS, TEXTS, st.none() | TEXTS).map(lambda parts: EntryKey(*parts))
WARNED = st.builds(EntryKey, TEXTS, TEXTS, st.none(), st.just("warning"), TEXTS, TEXTS, TEXTS)
MORE = (st.none() | TEXTS, st.none() | TEXTS, st.none() | st.dates())
ENTRIES = st.lists(
    st.builds(BaselineEntry, PLAIN, st.integers(1, 10**6), st.booleans(), *MORE)
    | st.builds(BaselineEntry, WARNED, st.integers(1, 9), st.just(True), *MORE),
    unique_by=lambda one: (one.key, one.runtime),
    max_size=6,
)


@given(ENTRIES)
def test_what_is_written_is_read_and_has_one_layout(
    tmp_path_factory: pytest.TempPathFactory, entries: list[BaselineEntry]
) -> None:
    file = tmp_path_factory.getbasetemp() / "written.json"
    write_entries(file, "b.json", entries)
    found = read_entries(file, "b.json")
    assert found == read_entries(file, "b.json", merging=True)
    assert sorted(map(repr, found)) == sorted(map(repr, entries))
    assert render_entries(entries[::-1]) == render_entries(found) == file.read_text("utf-8")
    assert file.read_bytes().count(b"\n") == len(entries) + 2


def test_permissions_are_kept(file: Path) -> None:
    write_entries(file, "b.json", ())
    file.chmod(0o640)
    write_entries(file, "b.json", [BaselineEntry(EntryKey("a", "r", None), 1)])
    assert os.stat(file).st_mode & 0o777 == 0o640
