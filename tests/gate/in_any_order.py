"""Tables of small projects, of which each test is told the same whatever ran before it.

All rows of a table stand in one project: a run of pytest costs much more than a row.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tests.conftest import Project, Ran

#: What each row has for itself: packages of ours, and of others (``lib``, ``alt``).
_OWN = re.compile(r"\b(app|lib|alt|main)\b")
_OTHERS = ("lib", "alt")

#: How a table is run: the test files by letter, and what the command line has besides.
WAYS: dict[str, tuple[str, ...]] = {
    "forward": ("abc",),
    "backward": ("cba",),
    "a alone": ("a",),
    "b alone": ("b",),
    "c alone": ("c",),
    "workers": ("abc", "-n2", "--dist=loadfile"),
}


class Row(NamedTuple):
    """A project: its rules, its files, and what each of its test files is told.

    Test files are called by a letter, ``a.py``. What they are told is ``verdict target name
    place``, as in a report, with ``-`` for no name.
    """

    rules: str
    files: Mapping[str, str]
    told: Mapping[str, Sequence[str]]


Table = Mapping[str, Row]


def write(project: Project, table: Table, settings: str = "") -> None:
    """Write all rows of *table* into *project*."""
    rules = ""
    for number, row in enumerate(table.values()):
        for rule in _named(row.rules, number).split():
            rules += f'[[tool.pytest-ssot.rules]]\ndeprecated = "{rule}"\n'
        files = {_path(path, number): _named(text, number) for path, text in row.files.items()}
        project.write(files)
    ours = 'first-party = ["app*", "main*", "plugins", "tests", "conftest.py"]\n'
    project.configure(
        f'mission-critical = ["tests"]\n{ours}{settings}',
        rules,
        'addopts = ["--import-mode=importlib"]\n',
    )
    project.write({"conftest.py": 'import sys\nsys.path.append("vendor")\n'})


def check(project: Project, table: Table, way: str) -> None:
    """Run the project this way; each test is told what its row says."""
    letters, *args = WAYS[way]
    tests = {
        f"tests/row{number}/test_{letter}.py": (number, name, letter)
        for letter in letters
        for number, (name, row) in enumerate(table.items())
        if f"{letter}.py" in row.files
    }
    if not tests:
        return
    ran = project.run(*args, *tests)
    assert ran.report["errors"] == [], ran.text
    different: list[str] = []
    for path, (number, name, letter) in tests.items():
        seen, wanted = _told_of(ran, path, number), sorted(table[name].told.get(letter, ()))
        if seen != wanted:
            different += [
                f"{name}: {letter}",
                *(f"    not told: {one}" for one in wanted if one not in seen),
            ]
            different += [f"    not there: {one}" for one in seen if one not in wanted]
    assert not different, "\n".join(["", *different])


def _told_of(ran: Ran, path: str, number: int) -> list[str]:
    test = f"{path}::test_it"
    found = [one for one in ran.violations if test in one.tests.split()]
    fails = any(one.verdict == "fails" for one in found)
    lines = [f"{one.verdict} {one.target} {one.name or '-'} {one.at}" for one in found]
    if fails != (test in ran.failed):
        lines.append("failed" if not fails else "did not fail")
    return sorted(_plain(line, number) for line in lines)


def _path(path: str, number: int) -> str:
    if re.fullmatch(r"[abc]\.py", path):
        return f"tests/row{number}/test_{path}"
    named = _named(path, number)
    return f"vendor/{named}" if path.startswith(_OTHERS) else named


def _named(text: str, number: int) -> str:
    return _OWN.sub(rf"\g<1>{number}", text)


def _plain(line: str, number: int) -> str:
    line = re.sub(rf"\b(app|lib|alt|main){number}\b", r"\1", line)
    return line.replace(f"tests/row{number}/test_", "").replace("vendor/", "")
