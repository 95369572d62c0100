"""The allowance: an exception from a rule, never without a reason."""

from __future__ import annotations

import datetime
from typing import NamedTuple


class Allowance(NamedTuple):
    """Which violations are allowed; policy matches and judges.

    Either ``rule`` (an id or a target) or ``warning`` (a regex on the message)
    is set. ``sources`` are globs on importers, ``tests`` on node ids; an empty
    one narrows nothing. Past the day ``until`` it no longer holds.
    """

    rule: str | None
    warning: str | None
    reason: str
    sources: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    owner: str | None = None
    until: datetime.date | None = None
    origin: str = ""
