"""With the index or without it, a scan finds the same."""

from __future__ import annotations

import datetime
import os
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from types import SimpleNamespace

import pytest

from pytest_ssot.policy.run.inventory import Inventory, take_inventory
from pytest_ssot.rules.configured import load_configured
from pytest_ssot.source import index
from pytest_ssot.source.index import State
from pytest_ssot.source.project.files import Entry
from pytest_ssot.source.project.surroundings import Surroundings
from pytest_ssot.source.uses.use import Scan
from tests.seeds import examples

TODAY = datetime.date(2026, 7, 1)
#: To look further: pytest tests/source/test_index.py --seeds 250
ROUNDS = examples(2)
STEPS = 24
NOW = time.time_ns()
OLD = NOW - 60 * 10**9

RULES = (
    'deprecated = "app.old"\nuse = "app.new"',
    'deprecated = "app.names:Old"\nuse = "app.new:New"',
    'deprecated = "app.names:Older"\nuse = "app.star"',
    'deprecated = "app.pack"\nsubmodules = false',
    'deprecated = "corp.old"',
)
FACTORIES = (
    ("app.names:Old", '["app.names:make", "app.user"]'),
    ("app.star:Old", '["app.far:one"]'),
    ("app.pack:Older", '["app.pack.sub"]'),
    ("app.old.sub:X", '["app.old"]'),
)
SINGLES = (
    'symbol = "app.names:Old"\nid = "old"\nalso-from = ["app.api"]',
    'symbol = "app.new:Older"\nid = "older"',
    'symbol = "app.star:Big"',
)
TABLES = (
    '[[tool.pytest-ssot.allow]]\nrule = "app.old"\nfrom = ["app/user*.py"]\nreason = "later"\n',
    'exclude = ["lib"]\n',
    'first-party = ["app"]\n',
)
#: Large enough for a copy of it to be told.
BIG = (
    "class {}:\n def add(self, a):\n  self.a = a\n  self.b = [a]\n  self.c(a, 1)\n"
    " def get(self, b):\n  for one in self.b:\n   if one == b:\n    return self.a\n"
)
PATHS = (
    *("app/__init__.py", "app/old.py", "app/names.py", "app/new.py", "app/star.py", "app/far.py"),
    *("app/api.py", "app/user.py", "app/user2.py", "app/api.pyi", "app/old/__init__.py"),
    *("app/old/sub.py", "app/pack/__init__.py", "app/pack/sub.py", "app/pack/sub/one.py"),
    *("app/pack.py", "app/old.pyi", "src/app/user.py", "src/corp/old.py", "src/corp.py"),
    *("lib/corp/__init__.py", "lib/vendored/corp/old.py", "lib/vendored/corp/__init__.py"),
    *("lib/vendored/__init__.py", "corp/old.py", "corp/__init__.py", "corp.py", "__init__.py"),
    *("bin/run", "bin/app/__init__.py", "bin/app/names.py", "bin/app/deep.py", "app/bad.py"),
    *("app/inner/__init__.py", "app/inner/star.py", "app/inner/user.py"),
)
LINES = (
    *("import app.old", "from app.old import X", "from app import old", "import app.old as gone"),
    *("from app.names import Old", "from app.names import *", "from .names import *"),
    *("from app.names import Old as Kept", "from app.api import Kept", "from .api import Old"),
    *("from app.star import *", "from .star import *", "from app.star import Old, Older"),
    *("from app.far import *", "from app.far import Old", "from app.far import X, One"),
    *("from app.old import *", "from app.old.sub import *", "from app.inner.star import *"),
    *("from app.pack import sub", "from app.pack import sub as inner", "import app.pack.sub.one"),
    *("from app.pack import one", "import app.pack\napp.pack.sub", "from .pack import sub"),
    *("from app.user import one", "from corp import old", "from corp.old import *"),
    *("from .old import *", "from . import old", "from .. import names", "from ..star import *"),
    *("from app.inner.user import Old", "__all__ = ['Old']", "__all__ = ['Older', 'X', 'One']"),
    *(
        "__all__ = []",
        "class Old: pass",
        "class Older: pass",
        "X = One = 1",
        "import app.star as s",
    ),
    *("s.Old", "import app.api as a\na.Kept", "mock.patch('app.names.Old')", "(", "if True:"),
    *("Old()", "a.Kept()", "s.Old()", "Kept = Old", "Old = s.Old", "def make(): return one()"),
    *("def one(): return Old()", "one()", "from app.names import one", "from .names import make"),
    *("from .names import Old", "from .sub import X", "X()", "from .sub import Older", "Older()"),
    *("Alias = Old", "from app.user import Alias, One", "class Kept(Old): pass", "One = s.Old"),
    *("from app.new import Older as One", "if 1:\n from .new import *", "Kept = One = Older"),
    *("class Two(One): pass  # ssot: allow[older] so", "import app.star as One"),
    *("@pytest.mark.ssot_allow('app.old', reason='so')\ndef test(): import app.old", "'app.old'"),
)


class Project:
    """A project that is edited at random."""

    def __init__(self, root: Path, random: Random) -> None:
        self.root = root
        self.random = random
        self.configure()
        for path in random.sample(PATHS, 20):
            self.write(path)
        for path in ("app/__init__.py", "app/old.py", "app/names.py"):
            self.write(path)

    def edit(self) -> str:
        edits: list[tuple[Callable[[], str], int]] = [
            (self.change, 12),
            (self.remove, 4),
            (self.rename, 3),
            (self.swap, 2),
            (self.touch, 2),
            (self.in_disguise, 3),
            (self.replace, 2),
            (self.ignore, 2),
            (self.configure, 2),
            (self.folder, 1),
            (lambda: "nothing", 2),
        ]
        (edit,) = self.random.choices([one for one, _ in edits], [many for _, many in edits])
        return edit()

    def files(self) -> list[Path]:
        return [one for path in PATHS if (one := self.root / path).is_file()]

    def some(self) -> Path:
        return self.random.choice(self.files())

    def text(self) -> str:
        text = "".join(f"{line}\n" for line in self.random.choices(LINES, k=4))
        ends = ["", "", "(", "pytestmark = pytest.mark.x", *map(BIG.format, ("Big", "Small"))]
        return f"{text}{self.random.choice(ends)}\n"

    def write(self, name: str) -> str:
        path = self.root / name
        if path.is_dir() or any(one.is_file() for one in path.parents):
            return f"not {name}"
        path.parent.mkdir(parents=True, exist_ok=True)
        script = "" if "." in path.name else self.random.choice(["#!/bin/sh\n", "#!python\n"])
        path.write_text(script + self.text(), "utf-8")
        return f"write {name}"

    def change(self) -> str:
        return self.write(self.random.choice(PATHS))

    def remove(self) -> str:
        path = self.some()
        path.unlink()
        return f"remove {path}"

    def rename(self) -> str:
        path, to = self.some(), self.root / self.random.choice(PATHS)
        if to.parent.is_dir() and not to.is_dir():
            path.rename(to)
        return f"rename {path} {to}"

    def swap(self) -> str:
        one, other, between = self.some(), self.some(), self.root / "between"
        if one != other:
            one.rename(between)
            other.rename(one)
            between.rename(other)
        return f"swap {one} {other}"

    def touch(self) -> str:
        path = self.some()
        path.touch()
        return f"touch {path}"

    def in_disguise(self) -> str:
        """Other content of the same size, with the same time."""
        path = self.some()
        text, before = path.read_text("utf-8"), path.stat()
        path.write_text(text.swapcase() if self.random.random() < 0.3 else text.replace("O", "0"))
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        return f"in disguise {path}"

    def replace(self) -> str:
        path = self.some()
        new = path.with_name("between")
        new.write_text(self.text(), "utf-8")
        before = path.stat()
        os.utime(new, ns=(before.st_atime_ns, before.st_mtime_ns))
        new.replace(path)
        return f"replace {path}"

    def ignore(self) -> str:
        kinds = ["", "lib/\n", "__init__.py\n", "app/star.py\nfar.py\n", "/src\n!corp.py\n"]
        path = self.root / self.random.choice([".gitignore", "app/.gitignore"])
        path.parent.mkdir(exist_ok=True)
        path.write_text(self.random.choice(kinds))
        return f"ignore {path}"

    def configure(self) -> str:
        rules = self.random.sample(RULES, self.random.randint(2, len(RULES)))
        tables = "".join(f"[[tool.pytest-ssot.rules]]\n{rule}\n" for rule in rules)
        for made, callers in self.random.sample(FACTORIES, self.random.randint(0, 3)):
            table = f'class = "{made}"\nonly-from = {callers}'
            tables += f"[[tool.pytest-ssot.factories]]\n{table}\n"
        singles = self.random.sample(SINGLES, self.random.randint(0, len(SINGLES)))
        tables += "".join(f"[[tool.pytest-ssot.single]]\n{one}\n" for one in singles)
        more = self.random.choice(["", "", *TABLES])
        settings, after = ("", more) if more.startswith("[[") and RULES[0] in rules else (more, "")
        settings = "" if settings.startswith("[[") else settings
        text = f"[tool.pytest-ssot]\n{settings}{tables}{after}"
        (self.root / "pyproject.toml").write_text(text)
        return f"configure {text}"

    def folder(self) -> str:
        """An empty one, which Python takes for a package."""
        name = self.random.choice(["app/pack/sub", "app/pack/one", "lib/corp", "src/corp", "corp"])
        if not (self.root / name).is_file():
            (self.root / name).mkdir(parents=True, exist_ok=True)
        return f"folder {name}"


def taken(root: Path, *, cache: bool) -> Inventory:
    return take_inventory(load_configured(root, {}, {}), TODAY, cache=cache)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if each scan came long after the last edit."""
    monkeypatch.setattr(index, "time", SimpleNamespace(time_ns=lambda: time.time_ns() + 60 * 10**9))


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "time", SimpleNamespace(time_ns=lambda: NOW))


@pytest.mark.usefixtures("later")
@pytest.mark.parametrize("number", range(ROUNDS))
def test_any_edits(tmp_path: Path, number: int) -> None:
    project = Project(tmp_path, Random(1000 + number))
    edits: list[str] = []
    for _ in range(STEPS):
        assert taken(tmp_path, cache=True) == taken(tmp_path, cache=False), "\n".join(edits)
        edits += [project.edit() for _ in range(project.random.choice([1, 1, 2]))]


MADE = """\
[tool.pytest-ssot]
[[tool.pytest-ssot.factories]]
class = "app:Manager"
only-from = ["app:make"]
"""
#: A file, what it holds then, and where the class is made after that.
EDITS: tuple[tuple[str, str, list[str]], ...] = (
    ("app/__init__.py", "from .ws import Manager, make", []),
    (
        "app/ws.py",
        "class Manager: pass\ndef make(): return _new()\ndef _new(): Manager()",
        ["user:2"],
    ),
    ("app/far.py", "from app.ws import _new", ["user:2", "ws:3"]),
    ("app/far.py", "from app.ws import make", ["user:2"]),
    ("app/api.py", "from app.ws import Manager as Kept", ["user:2"]),
    ("app/late.py", "from app.api import Kept\nKept()", ["late:2", "user:2"]),
    ("app/api.py", "from app.ws import make as Kept", ["user:2"]),
    ("app/api.py", "from app.ws import *\nKept = Manager", ["late:2", "user:2"]),
    ("app/ws.py", "__all__ = []\nclass Manager: pass\ndef make(): pass", ["user:2"]),
    ("app/__init__.py", "from .old import Manager, make", []),
    ("app/old.py", "class Manager: pass\nManager()", ["old:2"]),
    ("pyproject.toml", MADE.replace("app:make", "app.old"), []),
    ("pyproject.toml", MADE.replace("app:Manager", "app.ws:Manager"), ["user:2"]),
)


@pytest.mark.usefixtures("later")
def test_edits_around_a_factory(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "pyproject.toml").write_text(MADE)
    (tmp_path / "app/user.py").write_text("from app.ws import Manager\nManager()\n")
    for path, text, expected in EDITS:
        (tmp_path / path).write_text(f"{text}\n")
        found = taken(tmp_path, cache=True)
        assert found == taken(tmp_path, cache=False)
        sites = [str(one.importer) for one in found.violations]
        assert [one[4:].replace(".py", "") for one in sites] == expected, (path, text)


def begun(path: Path, entries: list[Entry], key: str = "k") -> tuple[State, Scan | None]:
    state = State(path, key, Surroundings(path.parent))
    return state, state.begin_scan(entries)


def kept(path: Path, entries: list[Entry], unread: tuple[str, ...] = ()) -> None:
    state, known = begun(path, entries)
    assert known is None
    state.learn_answers(({}, {}), unread)
    state.keep_scan(Scan((), {}, frozenset(one.path for one in entries)))


def entry(path: str, mtime: int, ctime: int = OLD, inode: int = 5) -> Entry:
    return Entry(path, (9, mtime, ctime, inode), path, False)


def test_what_has_not_changed_is_known(tmp_path: Path) -> None:
    entries = [entry("a.py", OLD), entry("b.py", OLD)]
    kept(tmp_path / "i", entries)
    assert begun(tmp_path / "i", entries)[1] == Scan((), {}, frozenset(("a.py", "b.py")))
    assert begun(tmp_path / "i", entries[::-1])[1] is not None, "folders tell no order"
    assert begun(tmp_path / "i", entries[:1])[1] is None
    assert begun(tmp_path / "i", entries, "other rules")[1] is None


@pytest.mark.usefixtures("now")
@pytest.mark.parametrize(
    "times",
    [(NOW, OLD), (OLD, NOW), (NOW - 10**9, OLD), (NOW + 10**12, OLD), (OLD, NOW + 10**12)],
    ids=["written", "renamed", "a second ago", "written tomorrow", "a clock that is ahead"],
)
def test_a_young_file_is_looked_at_again(tmp_path: Path, times: tuple[int, int]) -> None:
    entries = [entry("a.py", OLD), entry("b.py", *times)]
    kept(tmp_path / "i", entries)
    state, known = begun(tmp_path / "i", entries)
    assert known is None
    assert state._changed == ["b.py"]


def test_a_file_that_could_not_be_read_is_looked_at_again(tmp_path: Path) -> None:
    entries = [entry("a.py", OLD), entry("b.py", OLD)]
    kept(tmp_path / "i", entries, unread=("b.py",))
    state, known = begun(tmp_path / "i", entries)
    assert known is None
    assert state._changed == ["b.py"]


def test_surroundings_that_changed_make_all_of_it_anew(tmp_path: Path) -> None:
    (tmp_path / "seen.py").write_text("old")
    around = Surroundings(tmp_path)
    around.exists("gone/__init__.py")
    around.note_read("seen.py")
    answers = around.list_answers(time.time_ns() + 10**9)
    assert Surroundings(tmp_path).still_hold(answers)
    assert not Surroundings(tmp_path).still_hold(around.list_answers(OLD)), "it is young"
    (tmp_path / "seen.py").write_text("newer")
    assert not Surroundings(tmp_path).still_hold(answers)


def test_what_changes_during_a_scan_never_holds(tmp_path: Path) -> None:
    one, other = Surroundings(tmp_path), Surroundings(tmp_path)
    one.exists("a.py")
    (tmp_path / "a.py").touch()
    other.exists("a.py")
    one.learn_answers(other.list_answers())
    assert not Surroundings(tmp_path).still_hold(one.list_answers(NOW * 2))
