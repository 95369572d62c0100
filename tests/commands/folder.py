"""A project on disk that the commands read, in this process, as a user would have them read it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from pytest_ssot.cli import main


class Ran(NamedTuple):
    """The exit code, and the lines on standard output and on the other."""

    code: int
    out: list[str]
    said: list[str]


class Folder:
    """A project on disk that is not imported here."""

    def __init__(self, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.path = path
        self._capsys = capsys

    def write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            file = self.path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")

    def run(self, *args: str) -> Ran:
        code = main([*args])
        captured = self._capsys.readouterr()
        return Ran(code, captured.out.splitlines(), captured.err.splitlines())
