"""What ``[[single]]`` and ``[[factories]]`` name is looked for at the start, and not imported."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from pytest_ssot.errors import UsageError
from pytest_ssot.policy.rules import check_homes
from pytest_ssot.rules.configured import load_configured

SINGLE = "pyproject.toml: [tool.pytest-ssot.single] #1: "
FACTORY = "pyproject.toml: [tool.pytest-ssot.factories] #1: "
PASSED = "only passes it on: it is defined in"
MANAGER = """
raise RuntimeError("nobody may import this")
import functools
from app.base import Base, outer
from collections import namedtuple
LIMIT = 3
Pair = namedtuple("Pair", "a b")
Alias = Base
class Manager(Base):
    LIMIT = 4
    made = functools.partial(int)
    class Inner:
        def make(self): pass
    @classmethod
    def create(cls): return cls()
class Open(unknown.Thing): pass
class Meta(metaclass=Base): pass
def make(): return Manager()
@functools.cache
def cached(): return Manager()
short = lambda: Manager()
if LIMIT:
    class Twice: pass
else:
    class Twice: pass
try:
    from fast import Quick
except ImportError:
    class Quick: pass
"""
FILES = {
    "app/__init__.py": "from app.ws import Manager\nfrom app.ws.manager import *\n",
    "app/base.py": "class Base:\n    def above(self): pass\ndef outer(): pass\n",
    "app/ws/__init__.py": "from .manager import Manager as Manager, make\nfrom fast import Far\n",
    "app/ws/manager.py": MANAGER,
    "app/lazy.py": "def __getattr__(name): return 1\n",
    "app/open.py": "from elsewhere import *\n",
    "app/broken.py": "class Manager(:\n",
    "app/typed.pyi": "class Typed: ...\n",
    "app/fast.cpython-399-x.so": "",
    "app/space/deep.py": "X = 1\n",
}


def single(symbol: str, also: str = "") -> str:
    return f'[[tool.pytest-ssot.single]]\nsymbol = "{symbol}"\nalso-from = [{also}]\n'


def factory(name: str = "app.ws.manager:Manager", *callers: str) -> str:
    only = ", ".join(f'"{one}"' for one in callers or ("app.ws.manager",))
    return f'[[tool.pytest-ssot.factories]]\nclass = "{name}"\nonly-from = [{only}]\n'


def write(root: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


def told(root: Path, tables: str, *, installed: bool = True) -> list[str]:
    """The mistakes, without the first line of the error."""
    write(root, {**FILES, "pyproject.toml": tables})
    try:
        check_homes.check_homes(load_configured(root, {}, {}), installed=installed)
    except UsageError as error:
        return str(error).splitlines()[1:]
    return []


SYMBOLS = {
    "app.ws.manager:Manager": "",
    "app.ws.manager:make": "",
    "app.ws.manager:LIMIT": "",
    "app.ws.manager:Pair": "",
    "app.ws.manager:Twice": "",
    "app.ws.manager:Quick": "",
    "app.ws:Far": "",
    "app.lazy:Manager": "",
    "app.open:Manager": "",
    "app.broken:Manager": "",
    "app.typed:Typed": "",
    "app.fast:Quick": "",
    "app.ws.manager:Manger": (
        'app.ws.manager has no Manger; did you mean "app.ws.manager:Manager"?'
    ),
    "app.ws.manger:Manager": 'there is no module app.ws.manger; did you mean "app.ws.manager"?',
    "ap.ws.manager:Manager": 'there is no module ap.ws.manager; did you mean "app.ws.manager"?',
    "app.ws:Manager": f'app.ws {PASSED} app.ws.manager; write "app.ws.manager:Manager"',
    "app:Manager": f'app {PASSED} app.ws.manager; write "app.ws.manager:Manager"',
    "app:Twice": f'app {PASSED} app.ws.manager; write "app.ws.manager:Twice"',
    "app.ws.manager:outer": f'app.ws.manager {PASSED} app.base; write "app.base:outer"',
    "app.space:Manager": "app.space has no Manager",
    "json.decoder:JSONDecoder": "",
    "datetime:datetime": "",
    "datetime:datetim": 'datetime has no datetim; did you mean "datetime:datetime"?',
    "json.decodr:JSONDecoder": "there is no module json.decodr",
    "pytest:Config": "",
    "pytest:Confg": 'pytest has no Confg; did you mean "pytest:Config"?',
    "nowhere_at_all:X": "there is no module nowhere_at_all",
}


@pytest.mark.process
@pytest.mark.parametrize("symbol", SYMBOLS)
def test_a_symbol(tmp_path: Path, symbol: str) -> None:
    wrong = SYMBOLS[symbol]
    assert told(tmp_path, single(symbol)) == ([f"{SINGLE}symbol: {wrong}"] if wrong else [])
    assert "app.ws.manager" not in sys.modules


CLASSES = {
    "app.ws.manager:Manager": "",
    "app.ws.manager:Pair": "",
    "app.ws.manager:Alias": "",
    "app.ws.manager:Twice": "",
    "app.ws.manager:cached": "",
    "app.lazy:Manager": "",
    "app.broken:Manager": "",
    "fractions:Fraction": "",
    "app.ws.manager:make": "is a function, and no class",
    "app.ws.manager:short": "is a function, and no class",
    "app.ws.manager:LIMIT": "is a value, and no class",
    "app:ws": "is a value, and no class",
    "json:dumps": "is a function, and no class",
    "string:digits": "is a value, and no class",
    **dict.fromkeys(
        (
            "builtins:dict",
            "collections:deque",
            "datetime:datetime",
            "decimal:Decimal",
            "array:array",
            "sqlite3:Connection",
        ),
        "is a class from C: nobody can watch what makes it",
    ),
}


@pytest.mark.process
@pytest.mark.parametrize("installed", [True, False], ids=["run", "command"])
@pytest.mark.parametrize("name", CLASSES)
def test_a_class(tmp_path: Path, name: str, installed: bool) -> None:
    wrong = CLASSES[name]
    if name == "app:ws":
        write(tmp_path, {"app/ws/__init__.py": ""})
    expected = [f'{FACTORY}class: "{name}" {wrong}'] if wrong else []
    assert told(tmp_path, factory(name), installed=installed) == expected


CALLERS = {
    "app": "",
    "app.space": "",
    "app.ws.manager:make": "",
    "app.ws.manager:cached": "",
    "app.ws.manager:short": "",
    "app.ws.manager:Manager": "",
    "app.ws.manager:Manager.create": "",
    "app.ws.manager:Manager.made": "",
    "app.ws.manager:Manager.Inner.make": "",
    "app.ws.manager:Open.anything": "",
    "app.ws.manager:Meta.anything": "",
    "app.lazy:anything.at_all": "",
    "app.broken:anything": "",
    "json": "",
    "json:dumps": "",
    "json:JSONDecoder.decode": "",
    "app.wss": 'there is no module app.wss; did you mean "app.ws"?',
    "app.ws.manager:mak": 'app.ws.manager has no mak; did you mean "app.ws.manager:make"?',
    "app.ws.manager:LIMIT": '"app.ws.manager:LIMIT" is a value, and nothing that can be called',
    "app.ws.manager:Manager.LIMIT": (
        '"app.ws.manager:Manager.LIMIT" is a value, and nothing that can be called'
    ),
    "app.ws.manager:Manager.creat": (
        'app.ws.manager:Manager has no creat; did you mean "app.ws.manager:Manager.create"?'
    ),
    "app.ws.manager:Manager.above": (
        'app.ws.manager:Manager only inherits above; write "app.base:Base.above"'
    ),
    "app.ws.manager:make.inner": "app.ws.manager:make has no inner",
    # Who may make it may go by a path that leads there.
    "app.ws:make": "",
    "app:Manager.create": "",
    "json:dumpz": 'json has no dumpz; did you mean "json:dump"?',
}


@pytest.mark.process
@pytest.mark.parametrize("caller", CALLERS)
def test_a_caller(tmp_path: Path, caller: str) -> None:
    wrong = CALLERS[caller]
    found = told(tmp_path, factory("app.ws.manager:Manager", "app", caller))
    assert found == ([f"{FACTORY}only-from: item 2: {wrong}"] if wrong else [])


def test_all_mistakes_are_told_at_once_and_by_their_tables(tmp_path: Path) -> None:
    tables = (
        factory("app.ws.manager:LIMIT", "app.zzzzz")
        + single("app.ws.manager:Manager", '"app.ws", "app.wss"')
        + single("app.base:Bas").replace("symbol", 'id = "base"\nsymbol')
    )
    wss = 'there is no module app.wss; did you mean "app.ws"?'
    base = 'app.base has no Bas; did you mean "app.base:Base"?'
    second = SINGLE.replace("#1", '#2 (id "base")')
    assert told(tmp_path, tables) == [
        f"{SINGLE}also-from: item 2: {wss}",
        f"{second}symbol: {base}",
        f'{FACTORY}class: "app.ws.manager:LIMIT" is a value, and no class',
        f"{FACTORY}only-from: item 1: there is no module app.zzzzz",
    ]


@pytest.mark.parametrize(
    "files",
    [
        {"back/lib/__init__.py": "", "back/lib/ws.py": "class M: pass\n"},
        {"back/lib/ws.py": "class M: pass\n"},
        {"src/lib/ws.py": "class M: pass\n"},
    ],
    ids=["packages", "a folder on the path", "src"],
)
def test_the_project_lies_where_it_likes(tmp_path: Path, files: Mapping[str, str]) -> None:
    write(tmp_path, files)
    assert told(tmp_path, single("lib.ws:M")) == []


def test_a_library_is_asked_for_where_it_is_installed_alone(tmp_path: Path) -> None:
    """A command may run in an environment of its own, and reads code without running it."""
    assert told(tmp_path, single("nowhere_at_all:X"), installed=False) == []
    assert told(tmp_path, single("pytest:Confg"), installed=False) == []
    assert len(told(tmp_path, single("ap.ws.manager:Manager"), installed=False)) == 1


@pytest.mark.process
def test_a_library_that_cannot_be_imported_is_taken_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = tmp_path / "site-packages"
    broken = "print('noise')\nimport os\nos.write(1, b'noise')\nraise SystemExit(3)\n"
    write(library, {"broken_one.py": broken, "noisy.py": "print('noise')\nclass C: pass\n"})
    monkeypatch.setenv("PYTHONPATH", str(library))
    root = tmp_path / "root"
    assert told(root, factory("broken_one:C") + factory("noisy:C")) == []
    assert told(root, factory("noisy:Zzz")) == [f"{FACTORY}class: noisy has no Zzz"]
    assert "noisy" not in sys.modules
