"""What a failure says, and where it stands."""

from __future__ import annotations

import json
import re
import threading
from pathlib import Path
from typing import Any

import pytest

from pytest_ssot.isolation import assert_isolated
from tests.conftest import Project

DOCUMENT = Path(__file__).parents[2] / "docs" / "isolation.md"
ADVICE = "Give each its own, or name in ignore what they may share: [a type, an object, a name]"


def message(a: object, b: object) -> str:
    with pytest.raises(AssertionError) as caught:
        assert_isolated(a, b)
    return str(caught.value)


def test_all_at_once() -> None:
    queue, seen, lock = [1, "a", 2.5, None], {"x": [1], 2: b"y"}, threading.Lock()
    one, two = {"in": queue, "seen": seen, "lock": [lock]}, [lock, seen, [queue]]
    assert message(one, two).splitlines() == [
        "a and b share mutable state:",
        '  a["seen"] is b[1]',
        '      dict of 2: {"x": <list>, 2: b"y"}'.replace('b"y"', "b'y'"),
        '  a["in"] is b[2][0]',
        '      list of 4: [1, "a", 2.5, …]',
        '  a["lock"][0] is b[0]',
        "      _thread.lock",
        ADVICE,
    ]


def test_the_same_object() -> None:
    shared: list[int] = []
    assert message(shared, shared).splitlines() == [
        "a and b are the same object:",
        "  a is b",
        "      list, empty",
        ADVICE,
    ]


def test_many_are_counted() -> None:
    shared: list[Any] = [[] for _ in range(1_003)]
    lines = message(tuple(shared), tuple(shared)).splitlines()
    assert lines[1:20:2] == [f"  a[{number}] is b[{number}]" for number in range(10)]
    assert lines[21:] == ["  … and 993 more", ADVICE]


def test_it_is_never_long() -> None:
    shared = {"k" * 10_000: "v" * 10_000, 10**10_000: b"y" * 10_000, ("t",) * 10_000: 1.0}
    text = message({"x" * 10_000: shared}, {10**10_000: shared, ("t",): shared})
    assert max(map(len, text.splitlines())) < 250
    assert f'a["{"x" * 40}…"] is b[<int>]' in text
    assert message([shared] * 2, [[[shared]]]).count("\n") == 3


def test_keys_that_would_break_the_line() -> None:
    shared: list[int] = []
    text = message({'a"\n\x1b\ud800é': shared}, {"é": shared})
    assert text.splitlines()[1] == r"""  a["a\"\n\u001b\ud800\u00e9"] is b["é"]"""
    text.encode()


@pytest.mark.parametrize("root", [json, Path])
def test_classes_and_modules_are_refused(root: object) -> None:
    with pytest.raises(TypeError, match=r"b is a (class|module), and these are shared by right"):
        assert_isolated([], root)


def test_the_failure_stands_at_the_line_that_asked(project: Project) -> None:
    project.write(
        {
            "test_it.py": """
    from pytest_ssot.isolation import assert_isolated

    class Manager:
        connections = {}

    def test_users():
        assert_isolated(Manager(), Manager())

    def test_mistake():
        assert_isolated([], [], ignore="x")
    """
        }
    )
    ran = project.run()
    shown = ran.failure("test_users")
    assert shown[-1] == "test_it.py:7: AssertionError"
    assert "E         a.connections is b.connections (class attribute of test_it.Manager)" in shown
    assert not [line for line in shown if "pytest_ssot/" in line]
    assert [line for line in ran.failure("test_mistake") if line.startswith("test_it.py:10: ")]
    assert ran.counts == {"failed": 2}


def test_what_is_documented_is_told() -> None:
    text = DOCUMENT.read_text("utf-8")
    (code, *_) = re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    (shown,) = re.findall(r"^```text\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    names: dict[str, Any] = {"__name__": "app.ws"}
    exec(compile(code, "app/ws.py", "exec"), names)
    assert message(names["get_manager"]("ann"), names["get_manager"]("bob")) == shown.rstrip()
