"""What `pytest-ssot check` keeps between two runs is never in the way."""

from __future__ import annotations

import datetime
import marshal
import os
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_ssot.policy.run.inventory import Inventory, take_inventory
from pytest_ssot.rules.configured import load_configured
from pytest_ssot.source import index
from pytest_ssot.source.project.files import Files

TODAY = datetime.date(2026, 7, 1)
RULE = '[[tool.pytest-ssot.rules]]\ndeprecated = "app.old"\n'
FILES = {
    "pyproject.toml": f"[tool.pytest-ssot]\n{RULE}",
    "app/__init__.py": "",
    "app/old.py": "X = 1\n",
    "app/api.py": "from app.old import *\n",
    "app/user.py": "from app.api import X\n",
    "app/broken.py": "import app.old\n(",
}
HEADER = b"pytest-ssot index 3\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose files are so old that the index is trusted."""
    clock = SimpleNamespace(time_ns=lambda: 2**62)
    monkeypatch.setattr(index, "time", clock)
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path


def taken(root: Path, *paths: str, cache: bool = True) -> Inventory:
    return take_inventory(load_configured(root, {}, {}), TODAY, paths, cache=cache)


def check(root: Path, *args: str, **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest_ssot", "check", "--root", str(root), *args],
        capture_output=True,
        text=True,
        check=False,
        **more,
    )


def is_kept(root: Path) -> bool:
    """Whether the index holds, so that nothing is looked at again."""
    found: list[bool] = []
    real = index.State.begin_scan
    with pytest.MonkeyPatch.context() as patch:

        def begin(self: index.State, entries: Any) -> Any:
            known = real(self, entries)
            found.append(known is not None)
            return known

        patch.setattr(index.State, "begin_scan", begin)
        taken(root)
    return found == [True]


def test_suspects_are_kept_too(root: Path) -> None:
    methods = (
        "    def add(self, a):\n        self.a = a\n        self.b = [a]\n        self.c(a, 1)\n"
        "    def get(self, b):\n        for one in self.b:\n            return one == b\n"
    )
    single = '[[tool.pytest-ssot.single]]\nsymbol = "app.one:One"\n'
    (root / "pyproject.toml").write_text(f"[tool.pytest-ssot]\n{RULE}{single}")
    (root / "app/one.py").write_text(f"class One:\n{methods}")
    (root / "app/two.py").write_text(f"class Two:\n{methods}")
    found = taken(root)
    assert [(one.name, one.likeness) for one in found.suspects] == [("Two", 1.0)]
    assert is_kept(root)
    assert taken(root) == found
    (root / "app/user.py").write_text("x = 1\n")
    assert taken(root).suspects == found.suspects, "of a file that did not change"
    (root / "app/one.py").write_text("class One:\n    pass\n")
    assert taken(root).suspects == ()


def test_what_is_single_is_kept_too(root: Path) -> None:
    single = '[[tool.pytest-ssot.single]]\nsymbol = "app.one:One"\n'
    configured = f"[tool.pytest-ssot]\n{RULE}"
    (root / "app/one.py").write_text("class One: pass\n")
    (root / "app/two.py").write_text("from app.one import One\nOne()\n")
    (root / "app/three.py").write_text("from app.two import One\nTwo = One\n")
    before = taken(root)
    assert is_kept(root)
    (root / "pyproject.toml").write_text(configured + single)
    found = taken(root)
    assert len(found.violations) == len(before.violations) + 2
    assert is_kept(root)
    assert taken(root) == found == taken(root, cache=False)
    (root / "app/two.py").write_text("from app.one import One as Two\nTwo()\n")
    assert taken(root) == taken(root, cache=False) != found
    (root / "pyproject.toml").write_text(f'{configured}{single}also-from = ["app.three"]\n')
    assert taken(root) == taken(root, cache=False)
    (root / "pyproject.toml").write_text(configured)
    assert taken(root).violations == before.violations


# -- broken ----------------------------------------------------------------------------


def with_checksum(payload: bytes) -> bytes:
    return HEADER + zlib.crc32(payload).to_bytes(4, "big") + payload


def damages(data: bytes) -> Iterator[bytes]:
    random = Random(3)
    yield b""
    for length in (*range(30), *random.sample(range(len(data)), 30), len(data) - 1):
        yield data[:length]
    for at in (*range(26), *random.sample(range(len(data)), 60)):
        yield data[:at] + bytes([data[at] ^ (1 << random.randrange(8))]) + data[at + 1 :]
    yield data + b"x"
    yield data.replace(b"index 3", b"index 2")
    yield bytes(len(data))


def shapes(data: bytes) -> Iterator[Any]:
    """Of other shapes than are written, under the right key and with the right checksum."""
    odd: list[Any] = [None, 5, "x", b"", (), [1], {"a": 1}, {1: 2}, ((),) * 4, [(1, 2)], (b"",) * 4]
    yield from odd
    key, files, result, passes = marshal.loads(data[len(HEADER) + 4 :])
    for one in odd:
        plain = marshal.dumps(one)
        yield (key, one, result, passes)
        yield (key, files, one, passes)
        yield (key, b"", result, one)
        yield (key, plain, result, passes)
        yield (key, files, plain, passes)
        yield (key, marshal.dumps([("app/user.py", ())]), result, plain)
        for at in range(5):
            parts = list(marshal.loads(result))
            parts[at] = one
            yield (key, files, marshal.dumps(tuple(parts)), passes)
        for at in range(3):
            targets, done = marshal.loads(passes)[0]
            other = list(done)
            other[at] = one
            yield (key, b"[\0\0\0\0", result, marshal.dumps([(targets, tuple(other))] * 2))


def test_a_damaged_index_is_written_anew(root: Path) -> None:
    right = taken(root, cache=False)
    assert (len(right.violations), len(right.unreadable)) == (3, 1)
    assert taken(root) == right
    path = index.find_index_path(root)
    whole = path.read_bytes()
    assert is_kept(root)
    for number, data in enumerate(damages(whole)):
        path.write_bytes(data)
        assert taken(root) == right, number
        assert is_kept(root), number


def test_an_index_of_another_shape_is_none(root: Path) -> None:
    right = taken(root)
    path = index.find_index_path(root)
    whole = path.read_bytes()
    for shape in shapes(whole):
        path.write_bytes(with_checksum(marshal.dumps(shape)))
        found = taken(root)
        # A shape that is right, such as an empty list of uses, is believed.
        assert found.violations in (right.violations, ()), shape


def fifo(path: Path) -> None:
    os.mkfifo(path)


def link(path: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize("make", [Path.mkdir, fifo, link, Path.touch])
def test_something_else_in_its_place(root: Path, make: Callable[[Path], None]) -> None:
    right = taken(root)
    path = index.find_index_path(root)
    path.unlink()
    make(path)
    assert taken(root) == right
    assert is_kept(root) is (make is not Path.mkdir)


# -- no place to write -----------------------------------------------------------------


def a_file(root: Path) -> None:
    (root / index.FOLDER).write_text("mine")


def nowhere(root: Path) -> None:
    (root / index.FOLDER).symlink_to("nowhere/at/all")


def locked(root: Path) -> None:
    (root / index.FOLDER).mkdir(mode=0)


@pytest.mark.process
@pytest.mark.parametrize("make", [a_file, nowhere, locked])
def test_no_folder_to_write_to(root: Path, make: Callable[[Path], None]) -> None:
    right = check(root, "--no-cache")
    make(root)
    for _ in range(2):
        ran = check(root)
        assert (ran.returncode, ran.stdout, ran.stderr) == (1, right.stdout, right.stderr)


@pytest.mark.process
def test_a_full_disk(root: Path) -> None:
    import resource

    right = check(root, "--no-cache")
    for size in (0, 10, 50, 500):
        limit = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (size, size))
        ran = check(root, preexec_fn=limit)
        assert (ran.returncode, ran.stdout, ran.stderr) == (1, right.stdout, right.stderr)
        assert not index.find_index_path(root).exists()
        assert not list((root / index.FOLDER).glob(".*.tmp"))


@pytest.mark.process
def test_closed_streams(root: Path) -> None:
    for number in range(450):
        (root / f"app/m{number}.py").write_text("import app.old\n" * (number % 2))
    command = '"$0" -m pytest_ssot check --root "$1" <&- >&- 2>&-'
    for _ in range(2):
        ran = subprocess.run(["sh", "-c", command, sys.executable, str(root)], check=False)
        assert ran.returncode == 1
    assert len(taken(root).violations) == 3 + 225


# -- whole -----------------------------------------------------------------------------

WRITER = """
import os, signal, sys, time
from pathlib import Path
from random import Random
from pytest_ssot.source.project.files import Entry
from pytest_ssot.source.index import State
from pytest_ssot.source.project.surroundings import Surroundings
from pytest_ssot.source.uses.use import Scan

path, chance = Path(sys.argv[1]), Random(4)
both = [
    ([Entry(f"app/m{n:05}.py", (n, 1, 1, at), "", False) for n in range(3000)], {"app": str(at)})
    for at in range(2)
]
every = frozenset(entry.path for entry in both[0][0])

def state():
    return State(path, "key", Surroundings(path.parent))

def write():
    while True:
        for entries, unreadable in both:
            one = state()
            one.begin_scan(entries)
            one.keep_scan(Scan((), unreadable, every))

for kill in range(50):
    child = os.fork()
    if not child:
        try:
            write()
        finally:
            os._exit(1)
    time.sleep(chance.uniform(0, 0.1) if kill else 0.5)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    known = [state().begin_scan(entries) for entries, _ in both]
    told = [one.unreadable for one in known if one is not None]
    assert len(told) == 1 and known[int(told[0]["app"])] is not None, (kill, told)
    assert len(list(path.parent.glob(".*.tmp"))) <= kill + 1
"""


@pytest.mark.process
def test_whoever_writes_it_may_be_killed(tmp_path: Path) -> None:
    path = tmp_path / index.FOLDER / "scan"
    subprocess.run([sys.executable, "-c", WRITER, str(path)], check=True)
    for one in path.parent.glob(".*.tmp"):
        os.utime(one, (0, 0))
    index._write_index(path, b"")
    names = sorted(one.name for one in path.parent.iterdir())
    assert names == [".gitignore", "CACHEDIR.TAG", "scan"]


MANY = """
import datetime, os, sys, types
from pathlib import Path
from random import Random
from pytest_ssot.policy.run.inventory import take_inventory
from pytest_ssot.rules.configured import load_configured
from pytest_ssot.source import index

root, me = Path(sys.argv[1]), sys.argv[2]
index.time = types.SimpleNamespace(time_ns=lambda: 2**62)
today, chance = datetime.date(2026, 7, 1), Random(me)
texts = ["import app.old\\n", "from app.api import X\\n", "from app.old import *\\n", "", "("]

def taken(cache):
    return take_inventory(load_configured(root, {}, {}), today, cache=cache)

for _ in range(25):
    path = root / "app" / f"m{chance.randrange(6)}.py"
    between = path.with_suffix(f".{me}")
    between.write_text(chance.choice(texts))
    between.replace(path)
    if chance.random() < 0.3:
        path.unlink(missing_ok=True)
    taken(True)
print(flush=True)
input()
right = taken(False)
for _ in range(25):
    assert taken(True) == right
"""


@pytest.mark.process
def test_many_at_once(root: Path) -> None:
    both = [
        subprocess.Popen(
            [sys.executable, "-c", MANY, str(root), str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(8)
    ]
    for one in both:  # until nobody edits any more
        assert one.stdout is not None
        one.stdout.readline()
    for one in both:
        one.communicate("\n")
    assert [one.returncode for one in both] == [0] * 8
    assert taken(root) == taken(root, cache=False)


# -- kept to itself --------------------------------------------------------------------


@pytest.mark.process
def test_git_and_pytest_do_not_see_it(root: Path) -> None:
    def git(*args: str) -> str:
        return subprocess.run(
            ["git", "-C", str(root), *args], capture_output=True, text=True, check=True
        ).stdout

    git("init", "--quiet")
    git("add", "--all")
    before = git("status", "--porcelain")
    taken(root)
    folder = root / index.FOLDER
    assert len(list(folder.iterdir())) == 3
    assert git("status", "--porcelain") == before
    assert (folder / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f0")
    (folder / "test_it.py").write_text("import app.old\ndef test(): pass\n")
    (folder / "script").write_text("#!/usr/bin/python\nimport app.old\n")
    (folder / ".gitignore").unlink()
    assert not [one for one in Files(root) if one.path.startswith(index.FOLDER)]
    (root / "app/user.py").touch()
    taken(root)
    assert (folder / ".gitignore").read_text() == "*\n", "a writer may be killed before it is there"
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 5, ran.stdout


@pytest.mark.process
def test_without_cache_it_is_neither_read_nor_written(root: Path) -> None:
    right = taken(root, cache=False)
    assert not (root / index.FOLDER).exists()
    taken(root)
    path = index.find_index_path(root)
    before = path.stat()
    for paths in ([], ["app"], ["app/user.py"]):
        (root / "app/user.py").touch()
        taken(root, *paths, cache=False)
    assert path.stat() == before
    path.write_bytes(b"")
    assert taken(root, cache=False) == right
    assert check(root, "--no-cache").returncode == 1
    assert path.read_bytes() == b""
