"""The one watcher of an interpreter: starts and stops all detectors, and guards them."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import FrameType, TracebackType

    from pytest_ssot.rules.lookup import Target
    from pytest_ssot.runtime.constructions.watch import Constructions
    from pytest_ssot.runtime.definitions.watch import DefinitionWatch
    from pytest_ssot.runtime.evidence.evidence import Evidence, Found
    from pytest_ssot.runtime.owners.owners import Owners

from pytest_ssot.rules.lookup import Owned, TargetIndex
from pytest_ssot.runtime import nested
from pytest_ssot.runtime.children.receive import Intake
from pytest_ssot.runtime.children.spawn import Children
from pytest_ssot.runtime.evidence.channel import Channel, Reader
from pytest_ssot.runtime.evidence.recorder import Recorder
from pytest_ssot.runtime.imports.before_watch import Early
from pytest_ssot.runtime.imports.circular import CircularImports
from pytest_ssot.runtime.imports.hook import ImportWatch
from pytest_ssot.runtime.owners import tasks
from pytest_ssot.runtime.stack.guard import Guard
from pytest_ssot.runtime.tampering import Tampering
from pytest_ssot.runtime.warnings.meaning import Categories
from pytest_ssot.runtime.warnings.watch import WarningWatch

_active: Watcher | None = None


class Watcher:
    """Watches this interpreter from :meth:`start` to :meth:`stop`.

    *targets* are what is deprecated, *owned* is what has one home; *categories* name
    the warning classes that count. A second watcher (a pytest run inside a test)
    suspends the first until it stops, and watches for both. Nothing here raises into
    the code that is watched: an error inside a detector is kept by ``guard``.
    """

    def __init__(
        self,
        targets: Iterable[Target],
        *,
        owned: Owned | None = None,
        categories: Iterable[str] = (),
        discover: bool = False,
    ) -> None:
        self.index = TargetIndex(targets)
        self.owned = Owned() if owned is None else owned
        self._categories = tuple(categories)
        self.guard = guard = Guard()
        self.recorder = Recorder(lambda name: self.imports.arming.carry(name), guard)
        self.circular = CircularImports(guard(self._circular))
        self.imports = ImportWatch(self.index, self.recorder, guard)
        #: There are such from the start on, if any class has a factory, any symbol is single.
        self.constructions: Constructions | None = None
        self.definitions: DefinitionWatch | None = None
        self.warnings = WarningWatch(
            self.index,
            self.recorder,
            self.imports,
            guard,
            categories=Categories(self._categories),
            discover=discover,
        )
        self.children = Children(self.recorder, guard, self.report_to)
        self._channel: Channel | None = None
        self._intake: Intake | None = None
        #: Looks for modules that came into ``sys.modules`` by no import.
        self.refresh = guard(self._refresh)
        #: Takes in what child processes have told so far, and what no detector is told of.
        self.collect = guard(self._collect)
        self.early = Early()
        self._tampering = Tampering(
            self.imports.arming,
            circular=self.circular,
            search=self.imports.search,
            spy=self.warnings.spy,
        )
        self._stand_again = guard(self._stand_on_classes)
        self._sweep = guard(self._look_at_modules)
        self._put_back = guard(self._tampering.put_back)
        self._outer: Watcher | None = None

    @property
    def quiet(self) -> bool:
        """Whether nothing has been seen so far, by anyone."""
        return self.recorder.changes == 0

    @property
    def unwatchable(self) -> list[str]:
        """What cannot be watched though it is there, each with why."""
        told = [f"{name} (cannot be watched)" for name in self.imports.arming.unwatchable]
        if self.constructions is not None:
            for symbol, why in self.constructions.unguarded.items():
                told.append(f"{symbol} (its constructions cannot be watched: {why})")
        return sorted(told)

    @property
    def missed(self) -> list[str]:
        """What child processes could not see, in their own words."""
        return [] if self._intake is None else sorted(self._intake.missed)

    @property
    def listens(self) -> bool:
        """Whether child processes are watched too."""
        return self._intake is not None

    def listen(self, folder: str) -> None:
        """Watch child processes too, which write into *folder*."""
        self._channel = Channel(folder)
        self._intake = Intake(Reader(folder), self.recorder, self.warnings, self.guard)
        self._configure_children()
        if self.guard.on:
            self.children.install(self._channel)

    def report_to(self, channel: Channel, number: int) -> None:
        """Hand all on to another process, whose owner with that *number* started this one."""
        self._channel = channel
        self.guard.on_fault = lambda fault: channel.write("fault", fault)
        self.warnings.on_discovered = lambda name, text: channel.write("discovered", name, text)
        self.recorder.hand_over(channel, number)

    def take_in(self) -> None:
        """Take in what other processes have told, by a watcher that is not started for it."""
        self.guard.on = True
        self.guard(self._take_in)()
        self.guard.on = False

    def start(self) -> None:
        global _active
        self._outer, _active = _active, self
        if self._outer is not None:
            self._outer._suspend()
            nested.adopt(self.index, self._outer.index)
            self.owned = nested.owned(self.owned, self._outer.owned)
            self.recorder.outer = nested.Outer(
                self._outer.index, self._outer.owned, self._outer.recorder, self._outer.warnings
            )
            self._configure_children()
        self.constructions = self._constructions()
        self.definitions = self._tampering.definitions = self._definitions()
        self.guard.on = True
        self.early.note(self.imports.arming.arm_loaded(self.index))
        self.imports.search.install()
        if self.definitions is not None:
            self.definitions.install()
        self.circular.install()
        self.warnings.spy.install()
        self.recorder.owners.threads.install()
        self.recorder.owners.pools.install()
        if self.constructions is not None:
            self.guard(self.constructions.install)()
        if self._channel is not None:
            self.children.install(self._channel)

    def stop(self) -> None:
        """Leave the interpreter as it was found. A second call does nothing."""
        global _active
        if not self.guard.on:
            return
        self.guard.on = False
        self.imports.search.remove()
        if self.definitions is not None:
            self.definitions.remove()
        self.imports.arming.disarm()
        self.circular.remove()
        self.warnings.spy.remove()
        self.recorder.owners.threads.remove()
        self.recorder.owners.pools.remove()
        if self.constructions is not None:
            self.constructions.remove()
        self.children.remove()
        _active = self._outer
        if self._outer is not None:
            self._outer._resume()

    def add(self, targets: Iterable[Target]) -> None:
        """Watch *targets* too, from now on."""
        known = {target.text for target in self.index}
        targets = list(targets)
        for target in targets:
            self.index.add(target)
        self._configure_children()
        if self.guard.on:
            loaded = self.imports.arming.arm_loaded(targets)
            self.early.note(target for target in loaded if target.text not in known)

    def owner(self, evidence: Evidence, test: str = "", *, alone: bool = False) -> Owning:
        """While the block runs, what happens belongs to *evidence*, which may be a *test*'s.

        *alone*, it belongs to nobody else meanwhile.
        """
        sweep = None if self.definitions is None else self._sweep
        return Owning(self.recorder.owners, evidence, test, sweep, self._turned, alone)

    def begin(self) -> None:
        """A test, or the collection of a file, begins."""
        self.warnings.begin()
        self.refresh()

    def lost(self, *, ended: bool, everywhere: bool = False) -> list[str]:
        """What of the watch the code that ran took away, each as the rest of a sentence.

        It is put back if that code has *ended*; until then it may do so itself.
        """
        try:
            if not self.guard.on:
                return self._lost_inside() if ended else []
            lost = self._tampering.lost(everywhere=everywhere)
        except Exception as error:
            self.guard.fault(error)
            return []
        if lost and ended:
            self._put_back()
        return lost

    def _lost_inside(self) -> list[str]:
        """A pytest run inside has suspended this one: it should have ended by now."""
        inner = _active
        while inner is not None and inner._outer is not self:
            inner = inner._outer
        if inner is None:
            return []  # not suspended: stopped
        while not self.guard.on and _active is not None:
            _active.stop()
        return ["left a pytest run of its own unfinished: what happened since was not seen"]

    def gather(self, start: Iterable[Evidence]) -> Found:
        found = self.recorder.lineage.gather(start)
        return found if self._outer is None else nested.own(found)

    def _turned(self) -> None:
        if self.constructions is not None:
            self._stand_again()
        try:  # not by the guard: what tasks in the background do meanwhile is to be seen
            tasks.tell_driver(self.recorder.owners.capture)
        except Exception as error:
            self.guard.fault(error)

    def _collect(self) -> None:
        self._look_at_modules()
        self._take_in()

    def _look_at_modules(self) -> None:
        if self.definitions is not None:
            self.definitions.sweep()

    def _take_in(self) -> None:
        if self._intake is not None and self.recorder.owners.issued.elsewhere is None:
            self._intake.collect()

    def _configure_children(self) -> None:
        if self._intake is not None:
            targets = [
                (target.rule, target.text, target.submodules, target.foreign)
                for target in self.index
                if target.symbol is None
            ]
            owned = self.owned.plain()
            self._intake.reader.configure(targets, owned, self._categories, self.warnings.discover)

    def _stand_on_classes(self) -> None:
        if self.constructions is not None:
            self.constructions.stand_again()

    def _constructions(self) -> Constructions | None:
        if not self.owned.has_factories:
            return None
        from pytest_ssot.runtime.constructions.watch import Constructions

        made = Constructions(self.owned, self.recorder, self.guard)
        self.imports.on_load(made.on_load())
        return made

    def _definitions(self) -> DefinitionWatch | None:
        if not self.owned.has_single:
            return None
        from pytest_ssot.runtime.definitions.watch import DefinitionWatch

        return DefinitionWatch(self.owned, self.index, self.recorder, self.imports, self.guard)

    def _circular(self, module: str, frame: FrameType) -> None:
        self.recorder.circular(frame, module)
        self.imports.waits(module, frame)
        if module in self.index.names:
            self.imports.arming.arm(module)  # whose names are read before it has loaded

    def _refresh(self) -> None:
        self.imports.arming.refresh()
        if self.constructions is not None:
            self.constructions.refresh()

    def _suspend(self) -> None:
        self.guard.on = False

    def _resume(self) -> None:
        self.guard.on = True
        self._put_back()  # a run inside may have reloaded what is watched
        self.refresh()


class Owning:
    """Makes one evidence the owner of what happens, and gives it back after."""

    __slots__ = ("_alone", "_before", "_evidence", "_owners", "_test", "_turned", "_turning")

    def __init__(
        self,
        owners: Owners,
        evidence: Evidence,
        test: str,
        turning: Callable[[], None] | None,
        turned: Callable[[], None],
        alone: bool,
    ) -> None:
        self._alone = alone
        self._turning = turning
        self._turned = turned
        self._owners = owners
        self._evidence = evidence
        self._test = test

    def __enter__(self) -> None:
        if self._turning is not None:
            self._turning()
        self._before = self._owners.enter(self._evidence, self._test, alone=self._alone)
        self._turned()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._turning is not None:
            self._turning()
        self._owners.leave(self._before)
        self._turned()


def _before_fork() -> None:
    for watcher in _watchers():
        watcher.children.before_fork()


def _in_fork() -> None:
    for watcher in _watchers():
        watcher.children.forked()


def _watchers() -> Iterator[Watcher]:
    watcher = _active
    while watcher is not None:
        yield watcher
        watcher = watcher._outer


# Once for all watchers: it cannot be taken back. Not every system forks.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_child=_in_fork)
