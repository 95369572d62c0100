"""Whether two objects can reach the same mutable state, and on which paths."""

from __future__ import annotations

from pytest_ssot.isolation.assertion import assert_isolated

__all__ = ["assert_isolated"]
