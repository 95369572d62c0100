"""The one watcher of an interpreter: starts and stops all detectors, and guards them."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any, Protocol

    from pytest_ssot.rules.lookup import Target
    from pytest_ssot.runtime.constructions.factories import Factories
    from pytest_ssot.runtime.constructions.watch import ConstructionWatch
    from pytest_ssot.runtime.definitions.watch import DefinitionWatch
    from pytest_ssot.runtime.evidence.evidence import Evidence, Sightings
    from pytest_ssot.runtime.nested import OuterRun
    from pytest_ssot.runtime.stack.loads import Load

    #: What to do with a module as soon as it is loaded, by its name.
    OnLoad = Mapping[str, Callable[[Any], object]]

    class Detector(Protocol):
        """Sees something of what the interpreter does, for as long as it is installed."""

        def install(self) -> None: ...

        def remove(self) -> None: ...


from pytest_ssot.rules.lookup import Owned, TargetIndex
from pytest_ssot.runtime.children.receiver import Receiver
from pytest_ssot.runtime.children.watch import ChildWatch
from pytest_ssot.runtime.evidence.channel import Channel, ChannelReader
from pytest_ssot.runtime.evidence.recorder import Recorder
from pytest_ssot.runtime.imports.before_watch import EarlyTargets
from pytest_ssot.runtime.imports.watch import ImportWatch
from pytest_ssot.runtime.owners import tasks
from pytest_ssot.runtime.owners.owners import Ownership
from pytest_ssot.runtime.stack.guard import Guard
from pytest_ssot.runtime.stack.ours import Ours
from pytest_ssot.runtime.tampering import Tampering
from pytest_ssot.runtime.warnings.categories import WatchedCategories
from pytest_ssot.runtime.warnings.watch import WarningWatch

_active: Watcher | None = None


class Watcher:
    """Watches this interpreter from :meth:`start` to :meth:`stop`.

    *targets* are what is deprecated, *owned* is what has one home; *categories* name
    the warning classes that count. *outer* is the watcher that is on, if any (this is a
    pytest run inside a test): it is suspended until this one stops, which watches
    for both. Nothing here raises into the code that is watched: an error inside a
    detector is kept by ``guard``.
    """

    def __init__(
        self,
        targets: Iterable[Target],
        *,
        owned: Owned | None = None,
        categories: Iterable[str] = (),
        discover: bool = False,
        outer: Watcher | None = None,
        ours: Ours | None = None,
    ) -> None:
        self.index = TargetIndex(targets)
        self.owned = Owned() if owned is None else owned
        self._outer = outer
        if outer is not None:
            self._adopt(outer)
        self._categories = tuple(categories)
        self._ours = Ours(os.getcwd(), ()) if ours is None else ours
        self.guard = guard = Guard()
        factories = self._make_factories()
        self.recorder = Recorder(
            guard,
            self._arm_carrier,
            outer=None if outer is None else outer._make_outer_run().take,
            find_permitted=None if factories is None else factories.find_permitted,
            is_ours=self._ours.has,
            on_served=lambda served, behind: self.imports.armed.arm_served(served, behind),
        )
        #: Only where any class has a factory.
        self.constructions = None if factories is None else self._watch_constructions(factories)
        self.imports = ImportWatch(self.index, self.recorder, guard, on_load=self._list_on_load())
        #: Only where any symbol is to be single.
        self.definitions = self._watch_definitions()
        self.warnings = WarningWatch(
            self.index,
            self.recorder,
            self.imports.uses,
            guard,
            categories=WatchedCategories(self._categories),
            discover=discover,
        )
        self.children = ChildWatch(self.recorder, guard, self.hand_over)
        self._channel: Channel | None = None
        self._receiver: Receiver | None = None
        #: Watch the modules that came into ``sys.modules`` by no import.
        self.refresh = guard(self._refresh)
        #: Take in what child processes have told so far, and what no detector is told of.
        self.collect = guard(self._collect)
        self.early = EarlyTargets()
        self._tampering = Tampering(self.imports, self.warnings.spy, self.definitions)
        self._stand_again = guard(self._stand_on_classes)
        self._look_at_new = guard(self._look_at_modules)
        self._put_back = guard(self._tampering.put_back)

    @property
    def is_quiet(self) -> bool:
        """Whether nothing has been seen so far, by anyone."""
        return self.recorder.changes == 0

    @property
    def unwatchable(self) -> list[str]:
        """The things that are there and cannot be watched, each with why."""
        told = [f"{name} (cannot be watched)" for name in self.imports.armed.unwatchable]
        if self.constructions is not None:
            for symbol, why in self.constructions.unguarded.items():
                told.append(f"{symbol} (its constructions cannot be watched: {why})")
        return sorted(told)

    @property
    def missed(self) -> list[str]:
        """The things that child processes could not see, in their own words."""
        return [] if self._receiver is None else sorted(self._receiver.missed)

    @property
    def unlooked(self) -> dict[tuple[str, int, str, str], str]:
        """The functions that remember and whose later calls were not looked at, with why."""
        return {} if self.recorder.memory is None else self.recorder.memory.unlooked

    @property
    def is_listening(self) -> bool:
        """Whether child processes are watched too."""
        return self._receiver is not None

    def listen(self, folder: str) -> None:
        """Watch child processes too, which write into *folder*."""
        self._channel = Channel(folder)
        self._receiver = Receiver(ChannelReader(folder), self.recorder, self.warnings, self.guard)
        self._configure_children()
        if self.guard.on:
            self.children.install(self._channel)

    def hand_over(self, channel: Channel, number: int) -> None:
        """Go on in a child process, whose owner, with that *number*, is in the one that started it.

        All that is seen is for the run that reads *channel*.
        """
        self._channel = channel
        self.guard.hand_over(channel)
        self.warnings.hand_over(channel)
        self.recorder.hand_over(channel, number)

    def take_in(self) -> None:
        """Take in what other processes have told, by a watcher that is not started for it."""
        self.guard.on = True
        self.guard(self._take_in)()
        self.guard.on = False

    def start(self) -> None:
        """Begin to watch: from now on this is the watcher of the interpreter."""
        global _active
        _active = self
        if self._outer is not None:
            self._outer._suspend()
        self.guard.on = True
        self.early.note_targets(self.imports.armed.arm_loaded(self.index))
        for detector in self._list_detectors():
            detector.install()
        if self._channel is not None:
            self.children.install(self._channel)

    def stop(self) -> None:
        """Leave the interpreter as it was found. A second call does nothing."""
        global _active
        if not self.guard.on:
            return
        self.guard.on = False
        for detector in self._list_detectors():
            detector.remove()
        self.children.remove()
        if self.recorder.memory is not None:
            self.recorder.memory.remove()
        _active = self._outer
        if self._outer is not None:
            self._outer._resume()

    def add_targets(self, targets: Iterable[Target]) -> None:
        """Watch *targets* too, from now on."""
        known = {target.text for target in self.index}
        targets = list(targets)
        for target in targets:
            self.index.add(target)
        self._configure_children()
        if self.guard.on:
            loaded = self.imports.armed.arm_loaded(targets)
            self.early.note_targets(target for target in loaded if target.text not in known)

    def owned_by(self, evidence: Evidence, test: str = "", *, alone: bool = False) -> Ownership:
        """While the block runs, what happens belongs to *evidence*; *alone*, to nobody else."""
        idle = self.definitions is None and self.recorder.memory is None
        look = None if idle else self._look_at_new
        return Ownership(self.recorder.owners, evidence, test, look, self._on_turn, alone=alone)

    def begin_test(self, evidence: Evidence) -> None:
        """Begin a test, whose *evidence* that will be."""
        self.warnings.begin(evidence)
        self.refresh()

    def end_setup(self, evidence: Evidence) -> None:
        """End the set-up of a fixture for several tests: all have the filters that it leaves."""
        evidence.left = self.recorder.in_force.find_left(evidence)

    def begin_collection(self, evidence: Evidence) -> None:
        """Begin the collection of a file."""
        self.warnings.begin(evidence)
        self.recorder.in_force.configured = evidence.standing
        self.refresh()

    def find_lost(self, *, ended: bool, everywhere: bool = False) -> list[str]:
        """Find what of the watch the code that ran took away, each as the rest of a sentence.

        That is put back if the code has *ended*; until then it may do so itself.
        """
        try:
            if not self.guard.on:
                return self._end_inner_runs() if ended else []
            lost = self._tampering.find_lost(everywhere=everywhere)
        except Exception as error:
            self.guard.keep_error(error)
            return []
        if lost and ended:
            self._put_back()
        return lost

    def _end_inner_runs(self) -> list[str]:
        """End the pytest runs inside that have suspended this one, and should have ended by now."""
        inner = _active
        while inner is not None and inner._outer is not self:
            inner = inner._outer
        if inner is None:
            return []  # not suspended: stopped
        while not self.guard.on and _active is not None:
            _active.stop()
        return ["left a pytest run of its own unfinished: what happened since was not seen"]

    def gather(self, start: Iterable[Evidence]) -> Sightings:
        """Find all that *start* reaches, without what only the outer run asked for."""
        found = self.recorder.lineage.gather(start)
        if self._outer is None:
            return found
        return {key: value for key, value in found.items() if not value[0].foreign}

    def _on_turn(self) -> None:
        """Something else owns what happens from now on."""
        if self.constructions is not None:
            self._stand_again()
        if self.recorder.memory is not None:
            self.recorder.memory.wake()
        if tasks.DRIVING not in sys.modules:
            return
        try:  # not by the guard: what tasks in the background do meanwhile is to be seen
            tasks.run_in_driver(self.recorder.owners.capture_context)
        except Exception as error:
            self.guard.keep_error(error)

    def _collect(self) -> None:
        self._look_at_modules()
        self._take_in()

    def _look_at_modules(self) -> None:
        if self.definitions is not None:
            self.definitions.look_at_new()
        if self.recorder.memory is not None:
            self.recorder.memory.caches.look()

    def _take_in(self) -> None:
        if self._receiver is not None and self.recorder.owners.numbers.elsewhere is None:
            self._receiver.take_all()

    def _configure_children(self) -> None:
        if self._receiver is not None:
            targets = [
                (target.rule, target.text, target.submodules, target.foreign)
                for target in self.index
                if target.symbol is None
            ]
            owned = self.owned.to_plain()
            ours = self._ours.root, self._ours.entries
            self._receiver.reader.write_config(
                targets, owned, self._categories, self.warnings.discover, ours
            )

    def _stand_on_classes(self) -> None:
        if self.constructions is not None:
            self.constructions.stand_again()

    def _adopt(self, outer: Watcher) -> None:
        """Watch for *outer* too."""
        from pytest_ssot.runtime import nested

        nested.adopt_targets(self.index, outer.index)
        self.owned = nested.merge_owned(self.owned, outer.owned)

    def _make_outer_run(self) -> OuterRun:
        """Make what takes for this watcher what another sees inside of it."""
        from pytest_ssot.runtime.nested import OuterRun

        return OuterRun(self.index, self.owned, self.recorder, self.warnings)

    def _make_factories(self) -> Factories | None:
        if not self.owned.has_factories:
            return None
        from pytest_ssot.runtime.constructions.factories import Factories

        return Factories(self.owned)

    def _watch_constructions(self, factories: Factories) -> ConstructionWatch:
        from pytest_ssot.runtime.constructions.watch import ConstructionWatch

        return ConstructionWatch(factories, self.recorder, self.guard)

    def _watch_definitions(self) -> DefinitionWatch | None:
        if not self.owned.has_single:
            return None
        from pytest_ssot.runtime.definitions.watch import DefinitionWatch

        return DefinitionWatch(self.owned, self.index, self.recorder, self.imports.uses, self.guard)

    def _list_on_load(self) -> list[OnLoad]:
        """List what detectors do with a module as soon as it is loaded."""
        constructions = self.constructions
        pools = self.recorder.owners.pools.on_load
        return [pools] if constructions is None else [pools, constructions.on_load]

    def _list_detectors(self) -> Iterator[Detector]:
        owners = self.recorder.owners
        if self.definitions is not None:
            yield self.definitions  # before imports: what a load ends with is theirs to carry
        yield self.imports
        yield from (self.warnings.spy, owners.threads, owners.pools)
        if self.constructions is not None:
            yield self.constructions

    def _arm_carrier(self, load: Load) -> None:
        """Watch the module of that *load*, which is part of a lineage from now on.

        Here the arrows make a circle: a tripwire that is touched makes the recorder record,
        and what is recorded in a module that loads sets a tripwire on that. One of them
        has to be found when it is needed, and not when it is made: this one.
        """
        self.imports.armed.arm_load(load)

    def _refresh(self) -> None:
        self.imports.armed.refresh()
        if self.constructions is not None:
            self.constructions.refresh()

    def _suspend(self) -> None:
        self.guard.on = False

    def _resume(self) -> None:
        self.guard.on = True
        self._put_back()  # a run inside may have reloaded what is watched
        self.refresh()


def get_active() -> Watcher | None:
    """Return the watcher that is on in this interpreter."""
    return _active


def _before_fork() -> None:
    for watcher in _list_watchers():
        watcher.children.before_fork()


def _after_fork() -> None:
    for watcher in _list_watchers():
        watcher.children.after_fork()


def _list_watchers() -> Iterator[Watcher]:
    watcher = _active
    while watcher is not None:
        yield watcher
        watcher = watcher._outer


# Once for all watchers: it cannot be taken back. Not every system forks.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_child=_after_fork)
