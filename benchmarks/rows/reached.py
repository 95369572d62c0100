"""A whole pytest run in which every test reaches the same importer."""

from __future__ import annotations

from pathlib import Path

from benchmarks import projects
from benchmarks.model import Limit, Pair, Row
from benchmarks.processes import pairs, process


def measure(folder: Path, rounds: int) -> list[Pair]:
    projects.write(folder / "pyproject.toml", projects.configuration(["app.old"]))
    projects.write(folder / "conftest.py", "")
    projects.write(folder / "app" / "__init__.py", "")
    projects.write(folder / "app" / "old.py", "X = 1\n")
    projects.write(folder / "app" / "bridge.py", "from app.old import X\n")
    test = "def test_{}():\n    from app.bridge import X\n    assert X == 1\n\n\n"
    for number in range(100):
        tests = "".join(test.format(one) for one in range(100))
        projects.write(folder / "tests" / f"test_{number:03}.py", tests)
    command = ["-m", "pytest", "-q"]
    plain = process([*command, "-p", "no:ssot"], folder)
    return pairs(process(command, folder), plain, rounds)


ROW = Row(
    name="reached",
    what="pytest, 10,000 tests that each reach one importer",
    against="-p no:ssot",
    unit="ratio",
    limit=Limit(1.05),
    rounds=5,
    measure=measure,
)
