"""Tells which fixtures a test uses and what happened in their set-up; has the fixture ``ssot``."""

from __future__ import annotations

import functools
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from pytest_ssot.runtime.evidence.evidence import Evidence
from pytest_ssot.runtime.stack import frames

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_ssot.runtime.evidence.recorder import Recorder
    from pytest_ssot.runtime.watcher import Watcher

    # Loaded by the first test that asks for it.
    from pytest_ssot.ssot import Ssot

#: The name that the plugin of a run is registered by.
PLUGIN = "ssot-run"


@pytest.fixture
def ssot(request: pytest.FixtureRequest) -> Ssot:
    """The rules, as this test sees them; annotate it with ``pytest_ssot.Ssot``.
    ``ssot.startup("app.main")`` imports a module in a fresh interpreter and returns the
    violations of that. ``ssot.assert_isolated(a, b)`` fails where two objects reach the same
    mutable state. ``ssot.violations`` are those of this test so far.
    """
    from pytest_ssot.ssot import Ssot

    plugin: Any = request.config.pluginmanager.get_plugin(PLUGIN)
    item = request.node
    return Ssot(
        plugin.run,
        plugin.make_violations_getter(item),
        functools.partial(plugin.describe_test, item),
    )


class Fixtures:
    """The evidence of each fixture that is set up once for several tests."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        # By identity: pytest 8.0 has definitions that cannot be hashed.
        self._evidence: dict[int, tuple[object, Evidence]] = {}
        self._test = Evidence()
        # What teardowns have reached, each with the fixture that it is of.
        self._torn_down: list[tuple[Evidence, Evidence]] = []

    def begin_test(self, evidence: Evidence) -> None:
        """Begin a test, whose evidence is *evidence*."""
        self._test = evidence

    def begin_setup(self, definition: pytest.FixtureDef[Any]) -> Evidence:
        """Make the evidence of a set-up that begins now."""
        evidence = Evidence()
        self._evidence[id(definition)] = definition, evidence
        return evidence

    @contextmanager
    def owning_teardown(
        self, watcher: Watcher, definition: pytest.FixtureDef[Any], evidence: Evidence
    ) -> Iterator[None]:
        """While the block sets *definition* up, let what it does to end that be of *evidence*."""
        teardown = Teardown(watcher, lambda reached: self._torn_down.append((evidence, reached)))
        definition.addfinalizer(teardown.end)  # what is added first is called last
        try:
            yield
        finally:
            definition.addfinalizer(teardown.begin)

    def hand_down(self, watcher: Watcher) -> None:
        """Give what teardowns have reached to all who used their fixtures.

        The test in which a fixture happens to end is over by then, as the others are.
        """
        while self._torn_down:
            watcher.recorder.add_part(*self._torn_down.pop())

    def note_requests(
        self,
        request: pytest.FixtureRequest,
        user: Evidence,
        definition: pytest.FixtureDef[Any] | None = None,
    ) -> None:
        """Note what *request* is asked for from now on, set up before or not, for *user*.

        No hook tells of a fixture that is set up already, and what pytest keeps for a
        test has one entry a name, be the fixture overridden or not. The arguments of
        *definition*, whose request it is, are not noted: what their names mean is
        another thing for each test, and known of each.
        """
        asked: Any = request
        original = type(asked)._get_active_fixturedef
        known = set() if definition is None else {*definition.argnames} - {definition.argname}

        def get_active_fixturedef(name: str) -> object:
            __tracebackhide__ = True
            try:
                active: object = original(asked, name)
            except BaseException as error:
                # Who asks for one that failed is given what was raised when it did.
                for failed, _ in list(self._evidence.values()):
                    if _has_raised(failed, error):
                        self._join_with_test(user, failed)
                raise
            if name not in known:
                self._join_with_test(user, active)
            return active

        asked._get_active_fixturedef = get_active_fixturedef

    def join_fixtures(self, item: pytest.Item, user: Evidence) -> None:
        """Note what *item*, whose evidence is *user*, asks for: by signature, marks, and name."""
        if not self._evidence:
            return
        info, request = getattr(item, "_fixtureinfo", None), getattr(item, "_request", None)
        stated: dict[str, Any] = getattr(info, "name2fixturedefs", {})
        active: dict[str, Any] = getattr(request, "_fixture_defs", {})
        for definition in (*active.values(), *(known[-1] for known in stated.values() if known)):
            self._join_fixture(user, definition)

    def _join_with_test(self, user: Evidence, definition: object) -> None:
        """Join *definition* to *user*, and to the test that runs now: *user* may be its fixture."""
        found = self._evidence.get(id(definition))
        if found is not None:
            for asking in (user, self._test):
                conditions = self._recorder.find_conditions(frames.get_caller(), asking)
                asking.add_part(found[1], conditions)

    def _join_fixture(self, user: Evidence, definition: object) -> None:
        found = self._evidence.get(id(definition))
        if found is not None:
            user.add_part(found[1])


class Teardown:
    """The teardown of a fixture, which belongs to nobody but that."""

    def __init__(self, watcher: Watcher, on_reached: Callable[[Evidence], None]) -> None:
        self._on_reached = on_reached
        self._evidence = Evidence()
        self._owning = watcher.owned_by(self._evidence, alone=True)
        self._begun = False

    def begin(self) -> None:
        self._owning.__enter__()
        self._begun = True

    def end(self) -> None:
        if self._begun:
            self._owning.__exit__(None, None, None)
            if self._evidence:
                self._on_reached(self._evidence)


def _has_raised(definition: object, error: BaseException) -> bool:
    result: Any = getattr(definition, "cached_result", None)
    kept = None if result is None else result[2]
    return error is (kept[0] if isinstance(kept, tuple) else kept)
