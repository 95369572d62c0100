"""Builds the folders that are measured."""

from __future__ import annotations

import compileall
from collections.abc import Iterable, Iterator
from pathlib import Path

MODULE = '''"""Module {name}, much like any other."""

from __future__ import annotations

LIMIT = {number}


class Thing:
    """A thing with a number."""

    def __init__(self, number: int = LIMIT) -> None:
        self.number = number

    def twice(self) -> int:
        return 2 * self.number


def double(number: int) -> int:
    return Thing(number).twice()


def halve(number: int) -> int:
    return number // 2
'''


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def configuration(targets: Iterable[str], **settings: object) -> str:
    """A pyproject.toml with a rule on each of *targets*."""
    lines = ["[tool.pytest.ini_options]", 'testpaths = ["tests"]', "", "[tool.pytest-ssot]"]
    lines += [f"{name.replace('_', '-')} = {value!r}" for name, value in settings.items()]
    for target in targets:
        lines += ["", "[[tool.pytest-ssot.rules]]", f'deprecated = "{target}"', 'use = "app.new"']
    return "\n".join(lines) + "\n"


def targets(count: int) -> list[str]:
    """Half of them modules, half of them names in modules that tests do import."""
    return [
        f"app.legacy.old_{number:03}" if number % 2 else f"app.part_{number:03}:OldThing"
        for number in range(count)
    ]


def suite(folder: Path, *, rules: int, head: str = "") -> Path:
    """5,000 passing tests in 100 files, of which each imports a module of its own.

    A tenth of the files is mission-critical. *head* is put into every test file.
    """
    write(
        folder / "pyproject.toml", configuration(targets(rules), mission_critical=["tests/gated"])
    )
    write(folder / "conftest.py", "")
    write(folder / "app" / "__init__.py", "")
    for number in range(100):
        module = f"part_{number:03}"
        write(folder / "app" / f"{module}.py", MODULE.format(name=module, number=number))
        where = "gated" if number % 10 == 0 else "plain"
        body = f"{head}from app.{module} import double\n" + "".join(_tests(number))
        write(folder / "tests" / where / f"test_{number:03}.py", body)
    compileall.compile_dir(folder / "app", quiet=2)
    return folder


def _tests(number: int) -> Iterator[str]:
    for test in range(50):
        yield f"\n\ndef test_double_{test}():\n    assert double({test}) == {2 * test}\n"


def library(folder: Path, modules: int) -> list[str]:
    """Modules in packages in packages, compiled; their names."""
    names = []
    for number in range(modules):
        package, sub = f"package_{number // 200}", f"part_{number // 20 % 10}"
        names.append(f"{package}.{sub}.module_{number % 20}")
        write(folder / package / "__init__.py", "")
        write(folder / package / sub / "__init__.py", "")
        path = folder / package / sub / f"module_{number % 20}.py"
        write(path, MODULE.format(name=names[-1], number=number))
    compileall.compile_dir(folder, quiet=2)
    return names
