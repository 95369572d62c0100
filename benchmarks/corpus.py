"""Writes a made-up repository in which every use of a deprecated module is known.

``python -m benchmarks.corpus FOLDER --files 1000 --rules 10`` writes one, with its
``truth.json``: path, line, column, target and name of each use, sorted. The same
arguments give the same bytes.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from textwrap import indent
from typing import NamedTuple

_NOUNS = (
    *("account", "address", "agent", "batch", "billing", "bridge", "cache", "cart", "channel"),
    *("client", "cursor", "event", "feed", "gateway", "invoice", "job", "ledger", "lock"),
    *("message", "order", "parcel", "policy", "profile", "queue", "report", "route", "session"),
    *("shard", "shipment", "socket", "stream", "tenant", "ticket", "token", "user", "vendor"),
    *("wallet", "worker"),
)
_VERBS = ("apply", "build", "check", "close", "collect", "fetch", "find", "load", "merge", "send")


class Use(NamedTuple):
    """A use as ``truth.json`` has it; ``name`` is None for the module itself."""

    path: str
    line: int
    column: int
    target: str
    name: str | None


class Text:
    """The file *path* while it is written: its lines so far, and the uses on them."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.lines: list[str] = []
        self.uses: list[Use] = []

    def add(self, text: str) -> None:
        self.lines += text.split("\n")

    def use(self, text: str, target: str, *names: str | None, at: str | None = None) -> None:
        """Add *text*, whose first line uses *names* of *target* where *at* stands in it."""
        first = text.partition("\n")[0]
        column = first.index(at) if at is not None else len(first) - len(first.lstrip())
        line = len(self.lines) + 1
        self.uses += [Use(self.path, line, column, target, name) for name in names]
        self.add(text)


Shape = Callable[[Text, str, str, int], None]


def _in_function(text: str, number: int) -> str:
    return f"\n\ndef use_{number}():\n" + indent(text, "    ")


def _plain(out: Text, package: str, leaf: str, number: int) -> None:
    out.use(f"from {package}.{leaf} import make_manager", f"{package}.{leaf}", "make_manager")


def _renamed(out: Text, package: str, leaf: str, number: int) -> None:
    out.use(f"import {package}.{leaf} as old_{number}", f"{package}.{leaf}", None)


def _sibling(out: Text, package: str, leaf: str, number: int) -> None:
    out.use(f"from {package} import {leaf} as module_{number}", f"{package}.{leaf}", None)


def _wrapped(out: Text, package: str, leaf: str, number: int) -> None:
    names = f"    make_manager,  # soon\n    OldManager as M{number},\n"
    text = f"from {package}.{leaf} import (\n{names})"
    out.use(text, f"{package}.{leaf}", "make_manager", "OldManager")


def _second(out: Text, package: str, leaf: str, number: int) -> None:
    text = f"größe = {number}; import {package}.{leaf}"
    out.use(text, f"{package}.{leaf}", None, at="import")


def _starred(out: Text, package: str, leaf: str, number: int) -> None:
    out.use(f"from {package}.{leaf} import *", f"{package}.{leaf}", "*")


def _tried(out: Text, package: str, leaf: str, number: int) -> None:
    out.add(f"def maybe_{number}():\n    try:")
    out.use(f"        from {package}.{leaf} import OldManager", f"{package}.{leaf}", "OldManager")
    out.add("    except ImportError:\n        return None\n    return OldManager")


def _typed(out: Text, package: str, leaf: str, number: int) -> None:
    out.add("from typing import TYPE_CHECKING\nif TYPE_CHECKING:")
    out.use(f"    from {package}.{leaf} import OldManager", f"{package}.{leaf}", "OldManager")


def _asked(out: Text, package: str, leaf: str, number: int) -> None:
    out.add(f"import importlib\n\n\ndef load_{number}():")
    text = f'    return importlib.import_module("{package}.{leaf}")'
    out.use(text, f"{package}.{leaf}", None, at="importlib")


def _patched(out: Text, package: str, leaf: str, number: int) -> None:
    out.add("from unittest import mock\n\n")
    text = f'@mock.patch("{package}.{leaf}.OldManager")'
    out.use(text, f"{package}.{leaf}", "OldManager", at="mock")
    out.add(f"def test_{number}(manager):\n    assert manager")


def _through(out: Text, package: str, leaf: str, number: int) -> None:
    top, _, rest = package.partition(".")
    out.add(f"import {top}\n\n\ndef reach_{number}():")
    out.use(f"    return {top}.{rest}.{leaf}.make_manager()", f"{package}.{leaf}", None, at=top)


def _named(out: Text, package: str, leaf: str, number: int) -> None:
    text = f'BACKEND_{number} = "{package}.{leaf}.OldManager"'
    out.use(text, f"{package}.{leaf}", "OldManager", at='"')


SHAPES: tuple[Shape, ...] = (
    *(_plain, _renamed, _sibling, _wrapped, _second, _starred),
    *(_tried, _typed, _asked, _patched, _through, _named),
)

#: Look like uses, and are none.
_DECOYS = (
    '"""\nfrom {package}.{leaf} import make_manager\nimport {package}.{leaf}\n"""',
    "# import {package}.{leaf}",
    "from {package} import {leaf}_v2\nimport {package}.{leaf}_v2",
    "from vendored.{package}.{leaf} import make_manager",
    "def local(make):\n    {leaf} = make()\n    return {leaf}.make_manager()",
    'print("ask {package}.{leaf} for it")',
)

#: Files that are fine, however odd; MODULE stands for the target.
_ODD = {
    "bom.py": (b"\xef\xbb\xbfimport MODULE\n", 1, 0),
    "crlf.py": (b"import os\r\n\r\nimport MODULE\r\n", 3, 0),
    "latin.py": (b"# coding: latin-1\nNAME = '\xe9'; import MODULE\n", 2, 12),
    "feed.py": (b"import os\n\x0cimport MODULE\n", 2, 1),
    "tabs.py": (b"if True:\n\timport MODULE\n", 2, 1),
    "last.py": (b"import MODULE", 1, 0),
    "joined.py": (b"import \\\n    MODULE\n", 1, 0),
    "script": (b"#!/usr/bin/env python3\nimport MODULE\n", 2, 0),
    "stub.pyi": (b"import MODULE\n", 1, 0),
}
#: Files that Python refuses; their uses can still be told.
_BROKEN = {
    "two.py": (b"print 'old'\nimport MODULE\n", 2, 0),
    "half.py": (b"def f(:\n    import MODULE\n", 2, 4),
    "nul.py": (b"import MODULE\n\0\n", 1, 0),
    "bytes.py": (b"NAME = '\xff'\nimport MODULE\n", 2, 0),
    "merge.py": (b"<<<<<<< ours\nimport MODULE\n=======\n>>>>>>> theirs\n", 2, 0),
}


class Corpus(NamedTuple):
    """What is to be written; *share* is the part of the files that holds uses."""

    files: int
    lines: int = 400
    rules: int = 1
    share: float = 0.02
    seed: int = 1
    odd: bool = False


def write(root: Path, corpus: Corpus) -> list[Use]:
    """Write *corpus* below *root*; returns its uses, sorted."""
    rng = random.Random(corpus.seed)
    packages = [f"corp.{a}.{b}" for a in _NOUNS[:20] for b in _NOUNS[20:]]
    old = [
        (packages[n % len(packages)], f"{_NOUNS[n % len(_NOUNS)]}_factory_{n}")
        for n in range(corpus.rules)
    ]
    for package in ("corp", *{one.rpartition(".")[0] for one in packages}, *packages):
        _put(root, f"{package.replace('.', '/')}/__init__.py", b"")
    for package, leaf in old:
        body = b"class OldManager:\n    pass\n\n\ndef make_manager():\n    return OldManager()\n"
        _put(root, f"{package}.{leaf}".replace(".", "/") + ".py", body)
    uses: list[Use] = []
    for number in range(corpus.files):
        uses += _file(rng, root, corpus, packages[number % len(packages)], number, old)
    if corpus.odd:
        uses += _odd(root, ".".join(old[0]))
    _put(root, "pyproject.toml", _rules(old).encode())
    uses.sort(key=lambda use: (*use[:4], use.name or ""))
    _put(root, "truth.json", json.dumps([use._asdict() for use in uses], indent=0).encode())
    return uses


def _file(
    rng: random.Random,
    root: Path,
    corpus: Corpus,
    package: str,
    number: int,
    old: Sequence[tuple[str, str]],
) -> list[Use]:
    folder = package.replace(".", "/")
    test = number % 3 == 0
    out = Text(f"tests/{folder}/test_{number}.py" if test else f"{folder}/mod_{number}.py")
    out.add(
        f'"""{rng.choice(_VERBS).title()}s each {rng.choice(_NOUNS)}."""\n\nimport os\nimport re'
    )
    if rng.random() < corpus.share:
        shapes = rng.choices(SHAPES, k=rng.randint(1, 4))
        # Where a statement imports the module it is the use, and not what is read through it.
        for shape in shapes if _through not in shapes else [_through]:
            shape(out, *rng.choice(old), rng.randrange(10**6))
    if rng.random() < corpus.share:
        where, leaf = rng.choice(old)
        out.add(rng.choice(_DECOYS).format(package=where, leaf=leaf))
    length = max(20, int(rng.lognormvariate(0, 0.7) * corpus.lines * 0.78))
    while len(out.lines) < length:
        out.add(_filler(rng))
    _put(root, out.path, ("\n".join(out.lines) + "\n").encode())
    return out.uses


def _filler(rng: random.Random) -> str:
    """Code that uses nothing."""
    a, b, c = (rng.choice(_NOUNS) for _ in range(3))
    verb = rng.choice(_VERBS)
    match rng.randrange(4):
        case 0:
            lines = [
                *(
                    "",
                    "",
                    f"def {verb}_{a}({b}: dict[str, int], most: int = {rng.randrange(9)}):",
                ),
                *(f'    """The {a} of each {b}, up to the most."""', "    total = 0"),
                *(f"    for key, value in {b}.items():", f'        if key.startswith("{c}"):'),
                *("            total += min(value, most)", "    return total"),
            ]
        case 1:
            lines = [
                *("", "", f"class {a.title()}{b.title()}:", f'    """Keeps a {c} for each {a}."""'),
                *("", f"    def __init__(self, {c}: object) -> None:", f"        self.{c} = {c}"),
                *("", f"    async def {verb}(self, key: str) -> str:"),
                *(f"        # the {b} may be gone", f'        return f"{{key}} of {{self.{c}!r}}"'),
            ]
        case 2:
            rows = [f'    "{rng.choice(_NOUNS)}.{rng.randrange(10**6)}",' for _ in range(6)]
            lines = ["", f"{a.upper()}_{b.upper()} = (", *rows, ")"]
        case _:
            module = rng.choice(["json", "ast"])
            lines = ["", f"# {a} {b} {c}", "try:", f"    import {module}"]
            lines += ["except ImportError:", "    pass"]
    return "\n".join(lines)


def _odd(root: Path, module: str) -> list[Use]:
    found = []
    for folder, files in (("corp/odd", _ODD), ("corp/broken", _BROKEN)):
        for name, (data, line, column) in files.items():
            _put(root, f"{folder}/{name}", data.replace(b"MODULE", module.encode()))
            found.append(Use(f"{folder}/{name}", line, column, module, None))
    return found


def broken() -> list[str]:
    """The paths of the odd files that are to be told as unreadable, sorted."""
    return sorted(f"corp/broken/{name}" for name in _BROKEN)


def _rules(old: Sequence[tuple[str, str]]) -> str:
    rules = "".join(
        f'\n[[tool.pytest-ssot.rules]]\ndeprecated = "{package}.{leaf}"\nuse = "{package}.new"\n'
        for package, leaf in old
    )
    return f'[tool.pytest-ssot]\nfirst-party = ["corp", "tests"]\n{rules}'


def _put(root: Path, path: str, data: bytes) -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.corpus", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--lines", type=int, default=400, help="the mean length of a file")
    parser.add_argument("--rules", type=int, default=1)
    parser.add_argument("--share", type=float, default=0.02)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--odd", action="store_true", help="files that are hard to read, too")
    options = vars(parser.parse_args())
    folder = options.pop("folder")
    print(f"{len(write(folder, Corpus(**options)))} uses")


if __name__ == "__main__":
    main()
