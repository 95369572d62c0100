"""``pytest-ssot check`` on 10,000 files, with ruff's banned-api rule (TID251) as the peer."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.corpus import Corpus, write
from benchmarks.model import Cost, Limit, Pair, Row
from benchmarks.processes import Broken, pairs, process

_FILES = 10_000
_FAILS = 1
_BANNED = '[lint]\nselect = ["TID251"]\n\n[lint.flake8-tidy-imports.banned-api]\n"{}".msg = "old"\n'


def cold(folder: Path, rounds: int) -> list[Pair]:
    target = _corpus(folder, Corpus(_FILES))
    return pairs(_check(folder, "--no-cache"), _ruff(folder, target, "--no-cache"), rounds)


def unchanged(folder: Path, rounds: int) -> list[Pair]:
    target = _corpus(folder, Corpus(_FILES))
    return pairs(_check(folder), _ruff(folder, target), rounds)


def many_rules(folder: Path, rounds: int) -> list[Pair]:
    one, many = folder / "one", folder / "many"
    _corpus(one, Corpus(_FILES))
    _corpus(many, Corpus(_FILES, rules=1000))
    return pairs(_check(many, "--no-cache"), _check(one, "--no-cache"), rounds)


def twice(folder: Path, rounds: int) -> list[Pair]:
    once, more = folder / "once", folder / "more"
    _corpus(once, Corpus(_FILES))
    _corpus(more, Corpus(2 * _FILES))
    return pairs(_check(more, "--no-cache"), _check(once, "--no-cache"), rounds)


def _corpus(folder: Path, corpus: Corpus) -> str:
    """Write *corpus* into *folder*; returns its first target."""
    return write(folder, corpus)[0].target


def _check(folder: Path, *options: str) -> Callable[[int], Cost]:
    return process(["-m", "pytest_ssot", "check", *options], folder, ok=[_FAILS])


def _ruff(folder: Path, target: str, *options: str) -> Callable[[int], Cost]:
    program = shutil.which("ruff", path=str(Path(sys.executable).parent)) or shutil.which("ruff")
    if program is None:
        raise Broken('ruff is not installed here: pip install -e ".[lint]"')
    (folder / "ruff.toml").write_text(_BANNED.format(target), "utf-8")
    return process(["check", "--quiet", *options], folder, ok=[_FAILS], program=program)


ROWS = (
    Row("check-cold", "check, 10,000 files, one rule", "ruff TID251", "ratio", Limit(0.4), 9, cold),
    Row("check-rules", "check, 1,000 rules", "check, one rule", "ratio", Limit(1.5), 9, many_rules),
    Row("check-same", "check, again", "ruff, again", "ratio", Limit(1.0), 15, unchanged),
    Row("check-twice", "check, 20,000 files", "10,000 files", "ratio", Limit(2.1), 9, twice),
)
