"""How many examples tests at random try: few, the same each time; many by ``--seeds N``."""

from __future__ import annotations

import pytest
from hypothesis import settings

#: What a test tries that says nothing of it.
_FEW = 25


def choose(config: pytest.Config) -> None:
    """Take what ``--seeds`` says for the tests that are imported from now on."""
    seeds: int = config.getoption("seeds")
    settings.register_profile(
        "seeds",
        max_examples=_FEW * seeds,
        derandomize=seeds == 1,
        deadline=None,  # a machine may be busy with others
    )
    settings.load_profile("seeds")


def examples(few: int) -> int:
    """*few*, times what ``--seeds`` says."""
    return few * settings().max_examples // _FEW
