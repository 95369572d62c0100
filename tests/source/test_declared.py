"""Entry points of pyproject.toml and setup.cfg, at the text that names the object."""

from __future__ import annotations

import pytest

from tests.source.conftest import Scan, places

BY_MODULE, BY_NAME = 'deprecated = "app.old"', 'deprecated = "app.old:X"'

PROJECT = """\
[project]
name = "app.old"
[project.scripts]
fine = "other:main"
a = "app.old:make"
'q.r' = 'app.old:X [extra]'
"x y" = \"\"\"app.old\"\"\"
[project.gui-scripts]
a = "app.old:make"
[project.entry-points."pytest11"]
"ä" = "app.old" # app.old
[project.entry-points]
grp = { one = "app.old:two", two = "app.older" }
[tool.poetry.scripts]
z = { reference = "app.old:make", type = "console" }
y = { callable = "app.old:make" }
[tool.poetry.plugins."a.b"]
n = "app.old:X"
[tool.pytest-ssot.allow]
deprecated = "app.old"
[tool.other.scripts]
a = "app.old:make"
"""
IN_PROJECT = [
    *("5:5 make string", "6:9 X string", "7:11 - string", "9:5 make string", "11:7 - string"),
    *("13:15 two string", "15:19 make string", "16:18 make string", "18:5 X string"),
]
SETUP = """\
[metadata]
name = app.old
[options]
py_modules = app.old
[options.entry_points]
console_scripts =
    a = app.old:make
    # b = app.old:make
    c-d = app.old:X [extra]
    e = app.older:make
g = h = app.old
[other]
i = app.old:make
"""
IN_SETUP = ["7:8 make string", "9:10 X string", "11:8 - string"]


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_entry_points_are_found(scan: Scan, ends: str) -> None:
    project = {"sub/pyproject.toml": PROJECT.replace("\n", ends)}
    assert places(scan(project, BY_MODULE), own="sub/pyproject.toml") == IN_PROJECT
    setup = {"setup.cfg": SETUP.replace("\n", ends)}
    assert places(scan(setup, BY_MODULE), own="setup.cfg") == IN_SETUP


def test_the_configuration_itself_is_no_use(scan: Scan) -> None:
    assert places(scan({}, BY_MODULE)) == []


def test_one_that_a_module_passes_on(scan: Scan) -> None:
    files = {
        "a.py": "from app.old import X\n",
        "setup.cfg": "[options.entry_points]\ng =\n  n = a:X\n",
    }
    assert places(scan(files, BY_MODULE)) == [
        "a.py:1:0 X from",
        "setup.cfg:3:6 X string via a.py:1",
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("sub/pyproject.toml", b"[project.scripts]\nold = = 1"),
        ("sub/pyproject.toml", b"# app.old \xff"),
        ("setup.cfg", b"old\n[options.entry_points]"),
        ("setup.cfg", b"[a]\nb = app.old\n[a]\nb = 1"),
        ("setup.cfg", b"[a]\nold = \xff"),
    ],
)
def test_what_does_not_parse_is_told(scan: Scan, name: str, content: bytes) -> None:
    found = scan({name: content}, BY_MODULE)
    assert [path for path, _ in found.unreadable] == [name]
    assert found.violations == ()


@pytest.mark.parametrize(
    "content",
    [
        '[project]\nscripts = "app.old"\nentry-points = ["app.old"]\n',
        '[project.scripts]\na = 1\nb = ["app.old"]\nc = { reference = 1 }\nd = "app old"\n',
        'tool = "app.old"\n',
    ],
)
def test_what_has_another_shape_is_no_use(scan: Scan, content: str) -> None:
    found = scan({"sub/pyproject.toml": content}, BY_MODULE)
    assert (places(found), found.unreadable) == ([], ())


SCRIPT = '''\
from setuptools import setup

setup(entry_points={"console_scripts": ["a = app.old:make", "b=app.old:X [x]"]})
setup(
    entry_points="""
    [console_scripts]
    a = app.old:make
    """
)
'''


def test_setup_py(scan: Scan) -> None:
    assert places(scan({"setup.py": SCRIPT}, BY_MODULE), own="setup.py") == [
        "3:40 make string",
        "3:60 X string",
        "5:17 make string",
    ]
    assert places(scan({"other.py": SCRIPT}, BY_MODULE)) == []
    assert places(scan({"setup.py": SCRIPT}, BY_NAME), own="setup.py") == ["3:60 X string"]
