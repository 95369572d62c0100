"""Each kind of bad entry in a table, with the exact words the user reads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Told = Callable[..., list[str]]
RULE = "pyproject.toml: [tool.pytest-ssot.rules] #1: "
ALLOW = "pyproject.toml: [tool.pytest-ssot.allow] #1: "
SINGLE = "pyproject.toml: [tool.pytest-ssot.single] #1: "
FACTORY = "pyproject.toml: [tool.pytest-ssot.factories] #1: "

GOOD_RULE = 'deprecated = "a.b"\n'
GOOD_ALLOW = 'warning = "x"\nreason = "y"\n'

ENTRIES = [
    (
        "rules",
        GOOD_RULE + "submodule = true",
        RULE + 'unknown key "submodule"; did you mean "submodules"?',
    ),
    ("rules", 'use = "a.b"', RULE + '"deprecated" is missing'),
    (
        "rules",
        'deprecated = "a-b.c"',
        RULE + 'deprecated: must be a dotted name, "a.b" or "a.b:Name", not "a-b.c"',
    ),
    (
        "rules",
        'deprecated = "app/ws/manager.py"',
        RULE + 'deprecated: must be a dotted name, "a.b" or "a.b:Name",'
        ' not "app/ws/manager.py"; did you mean "app.ws.manager"?',
    ),
    (
        "rules",
        'deprecated = "a.class"',
        RULE + 'deprecated: must be a dotted name, "a.b" or "a.b:Name", not "a.class"',
    ),
    (
        "rules",
        'deprecated = "a.b:C.method"',
        RULE + 'deprecated: must be a dotted name, "a.b" or "a.b:Name", not "a.b:C.method"',
    ),
    ("rules", "deprecated = 3", RULE + "deprecated: must be a string, not a number"),
    (
        "rules",
        GOOD_RULE + 'use = "a.c:"',
        RULE + 'use: must be a dotted name, "a.b" or "a.b:Name", not "a.c:"',
    ),
    ("rules", GOOD_RULE + 'use = "a.b:New"', RULE + 'use: "a.b:New" is what the rule deprecates'),
    (
        "rules",
        GOOD_RULE + 'use = "a.b.new"',
        RULE + 'use: "a.b.new" is deprecated too, unless the rule says submodules = false',
    ),
    (
        "rules",
        GOOD_RULE + 'use = "a.c"\nrename = ["x"]',
        RULE + 'rename: must be a table of names, { old = "new" }, not a list',
    ),
    (
        "rules",
        GOOD_RULE + 'use = "a.c"\nrename = { x = 3, y = "if" }',
        RULE + 'rename: must map names to names; none: a number, "if"',
    ),
    (
        "rules",
        GOOD_RULE + 'rename = { x = "y" }',
        RULE + 'rename: needs "use", where the new names are',
    ),
    ("rules", GOOD_RULE + 'manual = ["a.b"]', RULE + 'manual: item 1 must be a name, not "a.b"'),
    (
        "rules",
        'deprecated = "a.b:C"\nsubmodules = false',
        RULE + 'submodules: "a.b:C" is a name in a module and has no submodules',
    ),
    (
        "rules",
        GOOD_RULE + 'allow-from = "app"',
        RULE + 'allow-from: must be a list of strings, not "app"; write ["app"]',
    ),
    (
        "rules",
        GOOD_RULE + 'id = "a rule"',
        (
            'pyproject.toml: [tool.pytest-ssot.rules] #1 (id "a rule"): '
            'id: must have no blanks, brackets or commas, not "a rule"'
        ),
    ),
    ("rules", GOOD_RULE + 'reason = ""', RULE + "reason: must not be empty"),
    (
        "rules",
        GOOD_RULE + 'distribution = "chat"',
        RULE + 'distribution: needs "removed-in", the version that ends the target',
    ),
    (
        "rules",
        GOOD_RULE + 'distribution = "a b"\nremoved-in = "1"',
        RULE + 'distribution: must be the name of a distribution, not "a b"',
    ),
    (
        "rules",
        GOOD_RULE + 'distribution = "chat"\nremoved-in = "next"',
        RULE + 'removed-in: must be a version like "2.0", not "next"',
    ),
    ("allow", 'warning = "x"', ALLOW + '"reason" is missing'),
    ("allow", 'warning = "x"\nreason = " "', ALLOW + "reason: must not be empty"),
    ("allow", 'reason = "x"', ALLOW + 'needs either "rule" or "warning"'),
    (
        "allow",
        GOOD_ALLOW + 'rule = "a.b"',
        ALLOW + 'needs either "rule" or "warning", not both',
    ),
    (
        "allow",
        'warning = "("\nreason = "x"',
        ALLOW + 'warning: "(" is no regular expression: '
        "missing ), unterminated subpattern at position 0",
    ),
    (
        "allow",
        GOOD_ALLOW + 'until = "2027-02-30"',
        ALLOW + 'until: must be a date, YYYY-MM-DD, not "2027-02-30"',
    ),
    (
        "allow",
        GOOD_ALLOW + "until = 2027-02-01T10:00:00",
        ALLOW + "until: must be a date, YYYY-MM-DD, not a datetime",
    ),
    (
        "allow",
        GOOD_ALLOW + 'from = "app.*"',
        ALLOW + 'from: must be a list of strings, not "app.*"; write ["app.*"]',
    ),
    ("allow", 'rule = "ab"\nreason = "x"', ALLOW + 'rule: "ab" is no rule\'s id or target'),
    (
        "single",
        'symbol = "a.b"',
        SINGLE + 'symbol: must name something in a module, "a.b:Name", not "a.b"',
    ),
    ("single", 'also-from = ["a"]', SINGLE + '"symbol" is missing'),
    (
        "single",
        'symbol = "a.b:C"\nalso-from = ["a:C"]',
        SINGLE + 'also-from: item 1 must be a dotted name like "a.b", not "a:C"',
    ),
    ("factories", 'class = "a.b:C"', FACTORY + '"only-from" is missing'),
    (
        "factories",
        'class = "a.b:C"\nonly-from = []',
        FACTORY + "only-from: must not be empty",
    ),
    (
        "factories",
        'class = "a.b:C"\nonly-from = ["a.b:"]',
        FACTORY + 'only-from: item 1 must be "a.b", "a.b:name" or "a.b:Class.method", not "a.b:"',
    ),
]


@pytest.mark.parametrize(("table", "written", "words"), ENTRIES)
def test_a_bad_entry_of_a_table(
    told: Told, tmp_path: Path, table: str, written: str, words: str
) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[[tool.pytest-ssot.{table}]]\n{written}\n")
    assert told(tmp_path) == [words]
