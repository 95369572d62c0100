"""What is told of two objects, as the paths that stand in the message."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pytest_ssot.isolation import assert_isolated


def _told(a: object, b: object, **options: Any) -> list[str]:
    try:
        assert_isolated(a, b, **options)
    except AssertionError as error:
        return [line.strip() for line in str(error).splitlines() if line.startswith("  ")][::2]
    return []


@pytest.fixture
def told() -> Callable[..., list[str]]:
    """The line of each shared thing, empty where the two are isolated."""
    return _told
