"""Twisted's trial, which collects what a test warns of: what is flushed is expected."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Project

pytestmark = pytest.mark.forked

HEAD = """
import sys, pytest
from incremental import Version
from twisted.python.deprecate import deprecated
from twisted.trial import unittest
from app.go import go, two

@deprecated(Version("app", 1, 0, 0))
def older(): pass

"""
# What a test does, and the lines that it is told of.
CASES = {
    "flushes all": ("go(); self.assertEqual(len(self.flushWarnings()), 1)", []),
    "flushes a function's": ("go(); self.assertEqual(len(self.flushWarnings([go])), 1)", []),
    "asserts": (
        "self.assertWarns(DeprecationWarning, 'call is old', go.__code__.co_filename, go)",
        [],
    ),
    "calls what is deprecated": ("self.callDeprecated(Version('app', 1, 0, 0), older)", []),
    "has a recorder of pytest's": ("with pytest.warns(DeprecationWarning): go()", []),
    "flushes what a module does": (
        "sys.modules.pop('app.uses', None); import app.uses; self.flushWarnings()",
        [],
    ),
    "flushes nothing": ("go()", ["app/go.py:2:10 go"]),
    "flushes another's": (
        "go(); two(); self.flushWarnings([go])",
        ["app/go.py:4:4 two", "app/go.py:5:4 two"],
    ),
    "imports what does": ("import app.uses", ["app/uses.py:2:8"]),
}


@pytest.mark.parametrize("case", ["SynchronousTestCase", "TestCase"])
def test_what_is_flushed_is_expected(project: Project, case: str) -> None:
    project.configure('mission-critical = ["tests"]')
    project.write(
        {
            "app/lib.py": (
                "import warnings\ndef call(): warnings.warn('call is old', DeprecationWarning, 2)\n"
            ),
            "app/go.py": (
                "from app.lib import call\ndef go(): call()\ndef two():\n    call()\n    call()\n"
            ),
            "app/uses.py": "from app.lib import call\nVALUE = call()\n",
        }
    )
    tests = [
        f"    def test_{n}(self):\n        {body}\n" for n, (body, _) in enumerate(CASES.values())
    ]
    for name, order in {"a": tests, "b": tests[::-1]}.items():
        text = f"{HEAD}class TestIt(unittest.{case}):\n{''.join(order)}"
        project.write({f"tests/test_{name}.py": text})
    ran = project.run()
    for name in ("a", "b"):
        told = {
            what: [
                one.at for one in ran.violations if f"test_{name}.py::TestIt::test_{n}" in one.tests
            ]
            for n, what in enumerate(CASES)
        }
        assert told == {what: lines for what, (_, lines) in CASES.items()}
