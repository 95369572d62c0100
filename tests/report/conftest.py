"""One small document with everything in it that a format could trip over."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_ssot.model import Form, Kind, Scope, Site, Step, Verdict, Violation
from pytest_ssot.report.document import make_document
from pytest_ssot.rules.rule import Rule

BRIDGE = Site("app/my file#1.py", 3, 4, "Bridge.connect")
RULES = [
    Rule(
        "old|`id`",
        "app.old",
        use="app.new",
        rename=(("make", "build"),),
        manual=("X",),
        reason="two <managers>, 100% wrong",
        owner="@team",
        link="https://example.com/ü?a=1|2&b=<c>",
        removed_in="2.0",
    ),
    Rule("app.names:Gone", "app.names:Gone"),
    Rule("app.idle", "app.idle", use="app.new"),
]
VIOLATIONS = [
    Violation(
        "DeprecationWarning",
        Kind.WARNING,
        "app.warns:old",
        None,
        Site("../lib/warn,s.py", 9, 0, "run"),
        verdict=Verdict.INDIRECT,
        tests=("tests/test_a.py::test_one",),
        message="use `new` | <now>: {0}\nsecond line",
    ),
    Violation(
        "old|`id`",
        Kind.IMPORT,
        "app.old",
        "X",
        BRIDGE,
        chain=(Step("tests/test_a.py", 1), Step("app/ü%.py", 2, "load")),
        tests=("tests/test_a.py::test_one", "tests/test_a.py::test_two[<|>]"),
    ),
    Violation(
        "old|`id`",
        Kind.IMPORT,
        "app.old",
        "make",
        BRIDGE,
        chain=(Step("tests/test_a.py", 1), Step("app/ü%.py", 2, "load")),
        tests=("tests/test_a.py::test_one",),
    ),
    Violation(
        "old|`id`",
        Kind.IMPORT,
        "app.old.deep",
        None,
        Site("app/ü%.py", 7),
        verdict=Verdict.KNOWN,
        seen=("static",),
        form=Form.IMPORT,
        scope=Scope.TRY,
    ),
    Violation(
        "app.names:Gone",
        Kind.SYMBOL,
        "app.names:Gone",
        "Gone",
        Site("app/z.py", 1, 0),
        verdict=Verdict.ALLOWED,
        reason='moves with "it"\n<b>later</b>',
    ),
    Violation("app.names:Gone", Kind.SYMBOL, "app.names:Gone", "Gone", Site("app/z.py", 5, 2)),
]
SWEPT = [Violation("app.idle", Kind.IMPORT, "app.idle", None, Site("app/looks<.py", 4))]


@pytest.fixture
def odd() -> dict[str, Any]:
    matched = {"old|`id`": 3, "app.names:Gone": 2, "app.idle": 0, "app.found": 0}
    return make_document(
        VIOLATIONS,
        RULES,
        matched,
        [("app/bro|ken.py", "line 3: `(` was never closed\r\n<here>")],
        ["app.old (loaded before the watch; imported by app/*_early_*.py:3)", "- @team [x](y)"],
        swept=SWEPT,
        errors=["KeyError: '<100%>'"],
    )
