"""What a baseline excuses, what of it is stale, and that it only shrinks."""

from __future__ import annotations

import datetime
from collections import Counter

import pytest
from conftest import TODAY, USES, applied, created, everything, nothing, use, warned
from hypothesis import given

from pytest_ssot.model import Verdict, Violation
from pytest_ssot.policy.changes import Grounds, grown, only_in_runs, shrunk
from pytest_ssot.policy.entries import Entry, Key, constant
from pytest_ssot.policy.ratchet import Baseline, Ratchet, apply
