"""What the scan says of a line, a run says too: the same table, read without running it."""

from __future__ import annotations

import pytest

from pytest_ssot.model import Kind, Violation
from tests.gate.test_ways import CACHED, LOOKS, NAMES, RELATIVE, SUBMODULES, TEST, WAYS
from tests.source.conftest import Scan

Found = list[tuple[str | None, str]]

COMPUTED = "only running it tells what the string is"
CONSTRUCTED = "the string is told where it stands, not where the patch starts"
UNCALLED = "a function counts whether or not somebody calls it"
STRING = "a string that is a target's path has to be changed, whoever looks with it"

#: Rows of which source says something else, what, and why.
OTHERWISE: dict[tuple[str, str], tuple[Found, str]] = {
    ("WAYS", "import_module, computed"): ([], COMPUTED),
    ("WAYS", "patch, started"): ([("X", "3:8 test_f")], CONSTRUCTED),
    ("CACHED", "attribute, where a function that nobody calls imports"): (
        [(None, "3:4 f"), (None, "4:4")],
        UNCALLED,
    ),
    ("CACHED", "reloaded"): ([(None, "2:29"), (None, "3:0")], STRING),
    ("CACHED", "purged"): ([(None, "2:16"), (None, "3:0")], STRING),
    ("CACHED", "purged with its package"): ([(None, "2:12"), ("X", "3:0")], STRING),
    ("CACHED", "purged, twice"): ([(None, "2:16"), (None, "3:0"), (None, "4:0")], STRING),
    ("LOOKS", "sys.modules"): ([(None, "2:12")], STRING),
    ("LOOKS", "find_spec"): ([(None, "2:0")], STRING),
    ("LOOKS", "find_spec, relative"): ([(None, "2:0")], STRING),
    ("LOOKS", "PathFinder"): ([(None, "3:0")], STRING),
    ("LOOKS", "getsource"): ([(None, "2:44 test_f")], STRING),
    ("LOOKS", "getmodule"): ([(None, "2:44 test_f")], STRING),
    ("LOOKS", "__spec__"): ([(None, "2:12")], STRING),
    ("LOOKS", "repr"): ([(None, "2:17")], STRING),
    ("LOOKS", "AttributeError"): ([(None, "4:20 test_f")], STRING),
    ("LOOKS", "pickle"): ([(None, "3:36 json_like")], STRING),
}

ROWS = [
    *(("WAYS", way, body, expected) for way, (body, expected) in WAYS.items()),
    *(("CACHED", way, body, expected) for way, (body, expected) in CACHED.items()),
    *(("NAMES", way, body, expected) for way, (body, expected) in NAMES.items()),
    *(("LOOKS", way, body, []) for way, body in LOOKS.items()),
]
BY_MODULE, BY_NAME = 'deprecated = "app.old"', 'deprecated = "app.old:X"'


def place(one: Violation) -> str:
    site = one.importer
    function = "" if site.function == "<module>" else f" {site.function}"
    return f"{site.line}:{site.column}{function}"


def told(scan: Scan, body: str, rule: str, files: dict[str, str] | None = None) -> Found:
    target = rule.partition('"')[2].partition('"')[0]
    ours = [
        one
        for one in scan({TEST: f"{body}\n", **(files or {})}, rule).violations
        if one.importer.path == TEST
    ]
    kind = Kind.SYMBOL if ":" in target else Kind.IMPORT
    assert all((one.rule, one.target, one.kind) == (target, target, kind) for one in ours)
    assert all(one.seen == ("static",) and one.verdict.value == "fails" for one in ours)
    return [(one.name, place(one)) for one in ours]


@pytest.mark.parametrize(
    ("table", "way", "body", "expected"), ROWS, ids=[f"{row[0]}, {row[1]}" for row in ROWS]
)
def test_source_says_what_a_run_says(
    scan: Scan, table: str, way: str, body: str, expected: Found
) -> None:
    wanted = OTHERWISE.get((table, way), (expected, ""))[0]
    assert told(scan, body, BY_NAME if table == "NAMES" else BY_MODULE) == wanted


def test_what_source_says_otherwise_is_in_the_tables() -> None:
    rows = {(table, way): expected for table, way, _, expected in ROWS}
    assert all(rows[row] != found for row, (found, _) in OTHERWISE.items())


@pytest.mark.parametrize("line", RELATIVE)
def test_a_relative_import(scan: Scan, line: str) -> None:
    found = scan({"app/user.py": f"{line}\n", "app/clean.py": ""}, BY_MODULE).violations
    sites = [
        (one.verdict.value, one.target, one.name, f"{one.importer.path}:{place(one)}")
        for one in found
    ]
    assert sites == RELATIVE[line]


@pytest.mark.parametrize("case", SUBMODULES)
def test_a_rule_with_and_without_submodules(scan: Scan, case: str) -> None:
    covered, body, expected = SUBMODULES[case]
    files = {
        "app/ws/__init__.py": "from app.ws.manager import M as WebSocketManager\n",
        "app/ws/manager.py": "class M: pass\n",
    }
    rule = f'deprecated = "app.ws"\nsubmodules = {str(covered).lower()}'
    assert told(scan, body, rule, files) == expected
