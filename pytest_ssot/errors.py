"""Errors that a user can mend."""

from __future__ import annotations

TYPE_CHECKING = False  # typing is slow to load, and type checkers know this name
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pytest_ssot.model import Violation


class UsageError(Exception):
    """Something the user wrote is wrong: configuration, a marker, an option.

    pytest ends with status 4, the ``pytest-ssot`` command with 2.
    """


class StartupError(ImportError):
    """A module that ``ssot.startup`` could not import.

    ``name`` is the module; the message says why, with the traceback in the fresh
    interpreter. ``violations`` are those that it reached until then, ``printed`` is the
    end of what it wrote to standard output and standard error.
    """

    def __init__(
        self, message: str, *, name: str, violations: Sequence[Violation], printed: str
    ) -> None:
        super().__init__(message, name=name)
        self.violations = list(violations)
        self.printed = printed
