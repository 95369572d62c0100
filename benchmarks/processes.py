"""Runs fresh interpreters in pairs and says what each took."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

from benchmarks.model import Cost, Pair

PROGRAMS = Path(__file__).parent / "programs"
#: What would make the runs differ from those of users, whose .pyc files are warm.
_UNSET = (
    "PYTEST_ADDOPTS",
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD",
    "PYTEST_PLUGINS",
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONPATH",
)


class Broken(Exception):
    """A program that is measured did not do what it should."""


def pairs(watched: Callable[[int], Cost], plain: Callable[[int], Cost], rounds: int) -> list[Pair]:
    """*rounds* pairs after one warm-up of each; every other pair the other way round.

    Each side gets the number of its round.
    """
    watched(0)
    plain(0)
    found = []
    for number in range(1, rounds + 1):
        if number % 2:
            before = plain(number)
            found.append(Pair(watched(number), before))
        else:
            found.append(Pair(watched(number), plain(number)))
    return found


def process(
    arguments: Sequence[str],
    folder: Path,
    ok: Sequence[int] = (0,),
    environment: Mapping[str, str] | None = None,
    program: str = sys.executable,
) -> Callable[[int], Cost]:
    """A run of *program* (this Python) with *arguments*, from its start to its end.

    *environment* is what it gets besides that of this process.
    """

    def run(number: int) -> Cost:
        with tempfile.TemporaryFile() as output:
            command = [program, *arguments]
            cost, status = _spawn(command, folder, number, output, environment or {})
            if status not in ok:
                raise Broken(_told(command, status, output))
        return cost

    return run


def program(name: str, *arguments: str, folder: Path) -> Callable[[int], Cost]:
    """A run of a program that prints the two figures of its own cost."""

    def run(number: int) -> Cost:
        wall, cpu = map(float, output_of(name, *arguments, folder=folder, number=number).split())
        return Cost(wall, cpu)

    return run


def output_of(name: str, *arguments: str, folder: Path, number: int = 0) -> str:
    """What ``programs/name.py`` prints."""
    command = [sys.executable, str(PROGRAMS / f"{name}.py"), *arguments]
    with tempfile.TemporaryFile() as output:
        _, status = _spawn(command, folder, number, output, {})
        if status:
            raise Broken(_told(command, status, output))
        return _read(output)


def _spawn(
    arguments: Sequence[str],
    folder: Path,
    number: int,
    output: IO[bytes],
    more: Mapping[str, str],
) -> tuple[Cost, int]:
    environment = {key: value for key, value in os.environ.items() if key not in _UNSET}
    environment.update(more)
    # The order of sets is one more thing that both sides of a pair have in common.
    environment["PYTHONHASHSEED"] = str(number)
    start = time.perf_counter()
    child = subprocess.Popen(
        arguments,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
    )
    # Not Popen.wait: only wait4 tells what this child used.
    _, status, used = os.wait4(child.pid, 0)
    wall = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    return Cost(wall, used.ru_utime + used.ru_stime), child.returncode


def _told(arguments: Sequence[str], status: int, output: IO[bytes]) -> str:
    return f"{' '.join(arguments)} ended with {status}:\n{_read(output)}"


def _read(output: IO[bytes]) -> str:
    output.seek(0)
    return output.read().decode(errors="replace")
