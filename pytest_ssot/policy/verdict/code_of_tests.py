"""Which code is a test's, and which the application's: who sets a filter decides what it is."""

from __future__ import annotations

from collections.abc import Container
from pathlib import Path, PurePosixPath

from pytest_ssot.files import relative
from pytest_ssot.rules.first_party import FirstParty
from pytest_ssot.runtime.evidence.conditions import Setter

_FOLDERS = frozenset(("test", "testing", "tests"))
_FILES = ("conftest.py", "test_*.py", "*_test.py")


class TestCode:
    """Tells whether code is of tests: *tested* are the files that have any, *plugins* modules.

    So is what has the name of such a file, or lies in a folder with the name of one. Of plugins
    those that lie in the project: what installed ones do is no wish of the user's.
    """

    def __init__(
        self, root: Path, tested: Container[Path] = (), plugins: Container[str] = ()
    ) -> None:
        self._root = root
        self._project = FirstParty(root, ())
        self._tested = tested
        self._plugins = plugins

    def has(self, setter: Setter) -> bool:
        """Whether *setter* is of tests, as what pytest sets for its user is."""
        path, _, _, module = setter
        if not path or Path(path) in self._tested:
            return True
        if module in self._plugins:
            return self._project.owns(path, module)
        shown = PurePosixPath(relative(path, self._root))
        if shown.is_absolute() or ".." in shown.parts:
            return False
        named = any(shown.match(pattern) for pattern in _FILES)
        return named or not _FOLDERS.isdisjoint(shown.parts[:-1])
