"""What the tests of configurations share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from pytest_ssot.errors import UsageError
from pytest_ssot.rules.configured import load_configured


@pytest.fixture
def told() -> Callable[..., list[str]]:
    """Gives the lines of the usage error, without the first."""

    def lines_of(
        root: Path,
        ini: Mapping[str, object] | None = None,
        flags: Mapping[str, object] | None = None,
    ) -> list[str]:
        with pytest.raises(UsageError) as error:
            load_configured(root, ini or {}, flags or {})
        first, *lines = str(error.value).splitlines()
        count = "1 mistake" if len(lines) == 1 else f"{len(lines)} mistakes"
        assert first == f"pytest-ssot: {count} in the configuration"
        return lines

    return lines_of
