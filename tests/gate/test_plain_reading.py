"""No code of anybody's runs because the watch reads something."""

from __future__ import annotations

from types import MethodType
from typing import TYPE_CHECKING, Any

import pytest

from pytest_ssot.runtime.stack.namespaces import namespace_of, read_plainly

if TYPE_CHECKING:
    from tests.conftest import Project

#: Tells of each touch, and answers none of them.
HOSTILE = """
touched = []

class Meta(type):
    def __getattribute__(cls, name): touched.append(name); raise KeyError(name)
    def __instancecheck__(cls, thing): touched.append("instancecheck"); raise KeyError
    def __subclasscheck__(cls, thing): touched.append("subclasscheck"); raise KeyError
    def __eq__(cls, other): touched.append("eq of class"); raise KeyError
    def __hash__(cls): touched.append("hash of class"); raise KeyError

class Hostile(metaclass=Meta):
    plain = "of the class"
    def __getattribute__(self, name): touched.append(name); raise KeyError(name)
    def __getattr__(self, name): touched.append(name); raise KeyError(name)
    @property
    def __class__(self): touched.append("class"); raise KeyError
    @property
    def asked(self): touched.append("property"); raise KeyError
    def __eq__(self, other): touched.append("eq"); raise KeyError
    def __hash__(self): touched.append("hash"); raise KeyError
    def __repr__(self): touched.append("repr"); raise KeyError
    def __bool__(self): touched.append("bool"); raise KeyError
    def __len__(self): touched.append("len"); raise KeyError
    def __call__(self, *args): touched.append("call"); raise KeyError

class Hidden(Hostile):
    @property
    def __dict__(self): touched.append("dict"); raise KeyError

class Slotted(metaclass=Meta):
    __slots__ = ("own", "unset")
    def __getattribute__(self, name): touched.append(name); raise KeyError(name)
"""


@pytest.fixture
def hostile() -> dict[str, Any]:
    """What that code makes, with an object of each class that has ``own``, where it can."""
    names: dict[str, Any] = {}
    exec(HOSTILE, names)
    for kind in ("Hostile", "Slotted"):
        made = object.__new__(names[kind])
        object.__setattr__(made, "own", "of the object")
        names[kind.lower()] = made
    names["hidden"] = object.__new__(names["Hidden"])
    names["touched"].clear()
    return names


@pytest.mark.parametrize(
    ("thing", "name", "value"),
    [
        ("hostile", "own", "of the object"),
        ("hostile", "plain", "of the class"),
        ("hostile", "asked", None),
        ("hostile", "missing", None),
        ("slotted", "own", "of the object"),
        ("slotted", "unset", None),
        ("hidden", "plain", "of the class"),
        ("hidden", "own", None),
        ("Hostile", "plain", "of the class"),
        ("Hostile", "missing", None),
    ],
)
def test_what_hides_is_read_past(
    hostile: dict[str, Any], thing: str, name: str, value: object
) -> None:
    assert read_plainly(hostile[thing], name) == value
    assert hostile["touched"] == []


def test_its_method_is_read_past(hostile: dict[str, Any]) -> None:
    method = MethodType(hostile["hostile"], hostile["hidden"])
    assert read_plainly(method, "own") == "of the object"
    assert read_plainly(method, "__self__") is hostile["hidden"]
    assert hostile["touched"] == []


def test_its_names_are_read_past(hostile: dict[str, Any]) -> None:
    assert namespace_of(hostile["hostile"]) == {"own": "of the object"}
    for thing in ("hidden", "slotted", "Hostile"):
        assert namespace_of(hostile[thing]) == {}
    assert hostile["touched"] == []


@pytest.mark.fresh
@pytest.mark.parametrize("kind", ["Hostile", "Hidden", "Slotted"])
def test_in_the_place_of_a_module(project: Project, kind: str) -> None:
    """It is touched as it is without the plugin, at each import and between."""
    project.configure('mission-critical = ["tests"]')
    test = "".join(
        f"    try:\n        {how}\n    except KeyError:\n        pass\n"
        for how in ("import app.old", "from app import old", "import_module('app.old')")
    )
    test = (
        f"from importlib import import_module\ndef test_it():\n{test}"
        "    from app.hostile import touched\n    print(touched)\n    touched.clear()\n"
    )
    project.write(
        {
            "app/hostile.py": HOSTILE,
            "app/old.py": (
                "import sys\nfrom app import hostile\n"
                f"sys.modules[__name__] = object.__new__(hostile.{kind})\n"
            ),
            "tests/test_a.py": test,
            "tests/test_b.py": test,
        }
    )
    told = [
        [line for line in ran.text.splitlines() if line.startswith("tests/") and " [" in line]
        for ran in (project.run("-s"), project.bare("-s", "-p", "no:ssot"))
    ]
    assert told[0] == told[1] != []
    assert project.run("-s").report["errors"] == []
