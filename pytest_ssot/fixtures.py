"""Which fixtures a test uses, and what happened in their set-up."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest

from pytest_ssot.runtime.evidence import Evidence


class Fixtures:
    """The evidence of each fixture that is set up once for several tests."""

    def __init__(self) -> None:
        self._evidence: dict[object, Evidence] = {}

    def begin(self, definition: pytest.FixtureDef[Any]) -> Evidence:
        """The evidence of a set-up that begins now."""
        evidence = self._evidence[definition] = Evidence()
        return evidence

    @contextlib.contextmanager
    def noting(
        self,
        definition: pytest.FixtureDef[Any],
        request: pytest.FixtureRequest,
        user: Evidence,
    ) -> Iterator[None]:
        """Note what the set-up of *definition* asks *request* for, set up before or not.

        No hook tells of a fixture that is set up already, and what pytest keeps for a
        test has one entry a name, be the fixture overridden or not. Arguments are not
        noted: what their names mean is another thing for each test, and known of each.
        """
        known = {*definition.argnames} - {definition.argname}
        asked: Any = request
        original = asked._get_active_fixturedef

        def get_active_fixturedef(name: str) -> object:
            active: object = original(name)
            if name not in known:
                self._join(user, active)
            return active

        asked._get_active_fixturedef = get_active_fixturedef
        try:
            yield
        finally:
            del asked._get_active_fixturedef

    def join(self, item: pytest.Item, user: Evidence) -> None:
        """Note what *item*, whose evidence is *user*, asks for: by signature, marks, and name."""
        info, request = getattr(item, "_fixtureinfo", None), getattr(item, "_request", None)
        stated: dict[str, Any] = getattr(info, "name2fixturedefs", {})
        active: dict[str, Any] = getattr(request, "_fixture_defs", {})
        for definition in (*active.values(), *(known[-1] for known in stated.values() if known)):
            self._join(user, definition)

    def _join(self, user: Evidence, definition: object) -> None:
        evidence = self._evidence.get(definition)
        if evidence is not None:
            user.join(evidence)
