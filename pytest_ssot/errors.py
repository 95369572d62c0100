"""Errors that a user can mend."""

from __future__ import annotations


class UsageError(Exception):
    """Something the user wrote is wrong: configuration, a marker, an option.

    pytest ends with status 4, the ``pytest-ssot`` command with 2.
    """
