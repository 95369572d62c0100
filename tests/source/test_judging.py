"""Who may, who must not, and whose it is: the same settings as for a run, read from source."""

from __future__ import annotations

import datetime

import pytest

from tests.source.conftest import Scan

RULE = 'deprecated = "app.old"\nid = "old"'
IMPORT = "import app.old\n"


def verdicts(found: object) -> dict[str, str]:
    return {
        f"{one.importer.path}:{one.importer.line}": one.verdict.value
        + (f" {one.reason}" if one.reason else "")
        for one in found.violations  # type: ignore[attr-defined]
    }


# -- allow-from -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "allowed"),
    [
        ("app.compat", {"app/compat/__init__.py", "app/compat/deep.py"}),
        ("app.compat.*", {"app/compat/deep.py"}),
        ("app/compat", {"app/compat/__init__.py", "app/compat/deep.py"}),
        ("app/compat/*.py", {"app/compat/__init__.py", "app/compat/deep.py"}),
        ("**/deep.py", {"app/compat/deep.py"}),
        ("app.comp", set()),
        ("lib.*", {"src/lib/a.py"}),
        ("src/lib/a.py", {"src/lib/a.py"}),
        ("tests.test_a", {"tests/test_a.py"}),
        ("*", {"app/compat/__init__.py", "app/compat/deep.py", "src/lib/a.py", "tests/test_a.py"}),
    ],
)
def test_allow_from(scan: Scan, pattern: str, allowed: set[str]) -> None:
    files = ("app/compat/__init__.py", "app/compat/deep.py", "src/lib/a.py", "tests/test_a.py")
    found = scan(dict.fromkeys(files, IMPORT), f'{RULE}\nallow-from = ["{pattern}"]')
    got = {one.importer.path for one in found.violations if one.verdict.value == "allowed"}
    assert (got, len(found.violations)) == (allowed, 4)
    assert found.used == (frozenset([""]) if allowed else frozenset())


# -- [[allow]] --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "allowed"),
    [
        ('rule = "old"', {"tests/test_a.py:2", "tests/test_a.py:5", "other.py:1"}),
        ('rule = "app.old"', {"tests/test_a.py:2", "tests/test_a.py:5", "other.py:1"}),
        ('rule = "old"\nfrom = ["other"]', {"other.py:1"}),
        ('rule = "old"\nfrom = ["tests/*"]', {"tests/test_a.py:2", "tests/test_a.py:5"}),
        ('rule = "old"\ntests = ["tests/test_a.py::test_f"]', {"tests/test_a.py:2"}),
        ('rule = "old"\ntests = ["tests/test_a.py::TestC"]', {"tests/test_a.py:5"}),
        ('rule = "old"\ntests = ["tests"]', {"tests/test_a.py:2", "tests/test_a.py:5"}),
        ('rule = "old"\nfrom = ["other"]\ntests = ["tests/test_a.py"]', set()),
        ('rule = "old"\nuntil = "2027-01-01"\nfrom = ["other"]', {"other.py:1"}),
        ('rule = "old"\nuntil = "2026-12-31"', set()),
        ('warning = "old"', set()),
    ],
)
def test_allow(scan: Scan, table: str, allowed: set[str]) -> None:
    body = (
        "def test_f():\n    import app.old\nclass TestC:\n    def test_g(self):\n"
        "        import app.old\n"
    )
    table = f'[[tool.pytest-ssot.allow]]\n{table}\nreason = "why"\n'
    found = scan({"tests/test_a.py": body, "other.py": IMPORT}, RULE, tables=table)
    told = verdicts(found)
    assert len(told) == 3
    assert {site for site, verdict in told.items() if verdict == "allowed why"} == allowed
    assert bool(found.used) == bool(allowed)


def test_an_allowance_is_over_the_day_after(scan: Scan) -> None:
    table = '[[tool.pytest-ssot.allow]]\nrule = "old"\nreason = "r"\nuntil = "2027-01-01"\n'
    found = scan({"t.py": IMPORT}, RULE, tables=table, today=datetime.date(2027, 1, 2))
    assert verdicts(found) == {"t.py:1": "fails"}


# -- # ssot: allow[…] -------------------------------------------------------------------

COMMENTS = {
    "at the end": ("import app.old  # ssot: allow[old] why", "allowed why"),
    "by target": ("import app.old  # ssot: allow[app.old] why", "allowed why"),
    "of several": ("import app.old  # ssot: allow[x, old] why", "allowed why"),
    "first line": ("from app.old import (  # ssot: allow[old] why\n    X,\n)", "allowed why"),
    "line within": ("from app.old import (\n    X,  # ssot: allow[old] why\n)", "allowed why"),
    "last line": ("from app.old import (\n    X,\n)  # ssot: allow[old] why", "allowed why"),
    "of a call": (
        "import importlib\nimportlib.import_module(\n    'app.old',  # ssot: allow[old] why\n)",
        "allowed why",
    ),
    "another rule": ("import app.old  # ssot: allow[new] why", "fails"),
    "the line above": ("# ssot: allow[old] why\nimport app.old", "fails"),
    "in a string": ("import app.old; x = '# ssot: allow[old] why'", "fails"),
    "behind other words": ("import app.old  # noqa  # ssot: allow[old] why", "allowed why"),
    "wide": (
        "x = 'ä😀'; import app.old  # ssot: allow[old] weil's so ist → ja",
        "allowed weil's so ist → ja",
    ),
}


@pytest.mark.parametrize("case", COMMENTS)
def test_a_comment(scan: Scan, case: str) -> None:
    body, verdict = COMMENTS[case]
    found = scan({"t.py": f"{body}\n"}, RULE)
    assert list(verdicts(found).values()) == [verdict]
    assert found.mistakes == ()


def test_a_comment_in_another_encoding(scan: Scan) -> None:
    body = "# coding: latin-1\nimport app.old  # ssot: allow[old] für später\n"
    found = scan({"t.py": body.encode("latin-1")}, RULE)
    assert verdicts(found) == {"t.py:2": "allowed für später"}


def test_a_comment_without_a_reason(scan: Scan) -> None:
    found = scan({"t.py": "import app.old  # ssot: allow[old]\n"}, RULE)
    assert verdicts(found) == {"t.py:1": "fails"}
    assert found.mistakes == ("t.py:1: # ssot: allow[old] needs a reason after the bracket",)


# -- marks ------------------------------------------------------------------------------

ALLOW = 'pytest.mark.ssot_allow("old", reason="why")'
MARKS = {
    "decorator": f"@{ALLOW}\ndef test_f():\n    import app.old\n",
    "method": f"class TestC:\n    @{ALLOW}\n    def test_f(self):\n        import app.old\n",
    "class": f"@{ALLOW}\nclass TestC:\n    def test_f(self):\n        import app.old\n",
    "class attribute": (
        f"class TestC:\n    pytestmark = {ALLOW}\n    def test_f(self):\n        import app.old\n"
    ),
    "module": f"pytestmark = {ALLOW}\ndef test_f():\n    import app.old\n",
    "module, many lines": (
        f"pytestmark = [\n    pytest.mark.slow,\n    {ALLOW},\n]\n"
        "def test_f():\n    import app.old\n"
    ),
    "module, annotated": f"pytestmark: list = [{ALLOW}]\ndef test_f():\n    import app.old\n",
    "by target": f"@{ALLOW.replace('old', 'app.old')}\ndef test_f():\n    import app.old\n",
    "from pytest import mark": (
        f"@{ALLOW.removeprefix('pytest.')}\ndef test_f():\n    import app.old\n"
    ),
    "until today": (f"@{ALLOW[:-1]}, until='2027-01-01')\ndef test_f():\n    import app.old\n"),
    "inner function": (f"@{ALLOW}\ndef test_f():\n    def g():\n        import app.old\n    g()\n"),
}


@pytest.mark.parametrize("case", MARKS)
def test_a_mark(scan: Scan, case: str) -> None:
    found = scan({"test_it.py": f"import pytest\n{MARKS[case]}"}, RULE)
    assert list(verdicts(found).values()) == ["allowed why"]


def test_a_mark_that_is_over(scan: Scan) -> None:
    body = f"@{ALLOW[:-1]}, until='2026-12-31')\ndef test_f():\n    import app.old\n"
    assert list(verdicts(scan({"test_it.py": body}, RULE)).values()) == ["fails"]


@pytest.mark.parametrize(
    ("mark", "mistake"),
    [
        ('ssot_allow("old")', "needs a reason"),
        ("ssot_allow", "takes one rule id or target"),
        ('ssot_allow("old", reason="r", unitl="x")', "has no argument 'unitl'"),
        ('ssot_allow("old", reason="r", until="soon")', "is no date"),
    ],
)
def test_a_mark_that_is_wrong(scan: Scan, mark: str, mistake: str) -> None:
    body = f"@pytest.mark.{mark}\ndef test_f():\n    import app.old\n"
    found = scan({"test_it.py": body}, RULE)
    assert list(verdicts(found).values()) == ["fails"]
    assert len(found.mistakes) == 1
    assert mistake in found.mistakes[0]


# -- whose ------------------------------------------------------------------------------


@pytest.mark.parametrize(("setting", "verdict"), [("report", "indirect"), ("fail", "fails")])
def test_a_third_party(scan: Scan, setting: str, verdict: str) -> None:
    settings = f'first-party = ["mine"]\nindirect = "{setting}"'
    found = scan({"mine/a.py": IMPORT, "vendored/b.py": IMPORT}, RULE, settings=settings)
    assert verdicts(found) == {"mine/a.py:1": "fails", "vendored/b.py:1": verdict}


def test_a_third_party_that_is_ignored(scan: Scan) -> None:
    settings = 'first-party = ["mine"]\nindirect = "ignore"'
    found = scan({"mine/a.py": IMPORT, "vendored/b.py": IMPORT}, RULE, settings=settings)
    assert verdicts(found) == {"mine/a.py:1": "fails"}


def test_who_uses_what_an_allowed_importer_passes_on(scan: Scan) -> None:
    files = {
        "a.py": "from app.old import X\n",
        "b.py": "from a import X\n",
        "c.py": "import b\nb.X\n",
    }
    found = scan(files, f'{RULE}\nallow-from = ["a"]')
    assert {site: verdict.split()[0] for site, verdict in verdicts(found).items()} == {
        "a.py:1": "allowed",
        "b.py:1": "allowed",
        "c.py:2": "allowed",
    }


# -- mission-critical -------------------------------------------------------------------


def test_critical_sites(scan: Scan) -> None:
    files = {
        "critical/test_a.py": IMPORT,
        "test_b.py": (
            "import app.old\n@pytest.mark.mission_critical\ndef test_f():\n    import app.old\n"
            "@pytest.mark.vital(1)\nclass TestC:\n    def test_g(self):\n        import app.old\n"
            "@pytest.mark.other\ndef test_h():\n    import app.old as o\n"
        ),
        "test_c.py": "pytestmark = [\n    mark.slow,\n    mark.vital,\n]\nimport app.old\n",
    }
    settings = 'mission-critical = ["critical"]\nmarkers = ["mission_critical", "vital"]'
    found = scan(files, RULE, settings=settings)
    assert {str(site) for site in found.critical} == {
        *("critical/test_a.py:1", "test_b.py:4", "test_b.py:8", "test_c.py:5"),
    }
    assert len(found.violations) == 6
