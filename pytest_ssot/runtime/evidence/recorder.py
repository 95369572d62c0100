"""Records each sighting with its owners, and with the modules that carry it: docs/verdicts.md."""

from __future__ import annotations

from _thread import RLock
from itertools import count, takewhile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import CodeType, FrameType
    from typing import Any

    from pytest_ssot.runtime.evidence.channel import Channel
    from pytest_ssot.runtime.evidence.conditions import Conditions
    from pytest_ssot.runtime.evidence.evidence import OwnerStack, Reached
    from pytest_ssot.runtime.evidence.lineage import Carrier
    from pytest_ssot.runtime.remembered.memory import Memory
    from pytest_ssot.runtime.stack.guard import Guard
    from pytest_ssot.runtime.stack.loads import Load
    from pytest_ssot.runtime.stack.served_names import ServedName
    from pytest_ssot.runtime.warnings.in_force import SetCondition

from pytest_ssot.runtime.children.remote_owner import RemoteOwner
from pytest_ssot.runtime.evidence.circles import Circles
from pytest_ssot.runtime.evidence.conditions import leave_out_collector
from pytest_ssot.runtime.evidence.evidence import Evidence, Sighting
from pytest_ssot.runtime.evidence.lineage import Lineage
from pytest_ssot.runtime.owners.owner_numbers import OwnerNumbers
from pytest_ssot.runtime.owners.owners import Owners
from pytest_ssot.runtime.stack import frames, intent, patch_decorators
from pytest_ssot.runtime.stack.loads import find_loads, find_outermost_load
from pytest_ssot.runtime.stack.served_names import ServedNames
from pytest_ssot.runtime.warnings.in_force import InForce, select_body, select_held, select_owner


class Recorder:
    """Keeps the evidence, with its owners and with the modules that carry it.

    *on_carrier* gets the load of a module that has just become part of a lineage, *on_served*
    a name of a module whose answering has, or one of an object and the module behind that,
    *outer* each sighting, where another run is to choose those that it asked for: this
    one takes place in a test of that. *find_permitted* is for :class:`Owners`, *is_ours* for
    :class:`ServedNames`.

    ``changes`` is another number each time that something was noted. ``late`` are
    the owners that got something after they had ended.
    """

    def __init__(
        self,
        guard: Guard,
        on_carrier: Callable[[Load], None],
        *,
        outer: Callable[[Sighting, frames.Way, Conditions], None] | None,
        find_permitted: Callable[[FrameType], frozenset[str]] | None,
        is_ours: Callable[[FrameType], bool],
        on_served: Callable[[ServedName, str], None],
    ) -> None:
        self._on_carrier = on_carrier
        self._on_served = on_served
        self._outer = outer
        self.lineage = Lineage()
        self.session: Evidence = Evidence()
        self.swept: Evidence = Evidence()
        self.late: dict[int, Evidence] = {}
        self.owners = Owners(guard, self._find_loading, find_permitted)
        self.circles = Circles()
        self.served = ServedNames(is_ours)
        self.in_force = InForce(self.owners)
        self._count = count(1)
        # Threads note at once; what is compared and set must not be torn apart.
        self._lock = RLock()
        self.changes = 0
        self._guard = guard
        #: What functions remember; only where anything was reached.
        self.memory: Memory | None = None

    def hand_over(self, channel: Channel, number: int) -> None:
        """Go on in a child process: all goes to *channel*, for the owner with that *number*."""
        made: dict[int, RemoteOwner] = {}

        def make_owner(number: int) -> RemoteOwner:
            if number not in made:
                made[number] = RemoteOwner(channel, self.lineage, number)
            return made[number]

        self._lock = RLock()
        self.session = make_owner(number)
        self.swept = RemoteOwner(channel, self.lineage, number, "swept")
        self.owners.continue_in_child(OwnerNumbers(make_owner), number)

    def make_sighting(self, frame: FrameType, **what: Any) -> Sighting:
        """Make a sighting whose importer is the line that *frame* is at.

        Where that only calls what it was given, the importer is the line that gave it.
        """
        if frames.is_starter(frame):
            place = self.owners.find_start_place(frame)
            if place[0]:
                return Sighting(**intent.name_parts(place), **what)
        return make_sighting_at(frame, **what)

    def _find_loading(self, frame: FrameType) -> OwnerStack:
        """Find the evidence of the modules that load at *frame*."""
        return tuple(self._get_carrier(load) for load in find_loads(frame))

    def record(self, frame: FrameType, sighting: Sighting) -> None:
        """Note *sighting*, whose importer is *frame*."""
        if sighting.swept:
            self._tell_outer_run(sighting, (), ())
            self.swept.add(sighting, ())
            return
        loads = list(find_loads(frame))
        sets = self._list_around(loads)
        for owner, way, conditions in self._find_owners(frame, sets):
            if sighting.warning is not None and sighting.kind != "warning":
                conditions = leave_out_collector(conditions)
            self.give_sighting((owner,), sighting, way[:-1], conditions)
        for load in loads:
            sub = frames.find_way(frame, until=load.frame)[:-1]
            self._note(self._get_carrier(load).add, sighting, sub, _select_load(sets, load))
        for carrier, server in self._find_served(frame, ""):
            sub = frames.find_way(frame, until=server)[:-1]
            self._note(carrier.add, sighting, sub, _select_call(sets, server))
        self._get_memory().note_sighting(frame, sighting)

    def record_remembered(
        self, frame: FrameType, function: tuple[str, int, str, str], found: Iterable[Reached]
    ) -> None:
        """Note that *function*, called at *frame*, remembers what an earlier call has *found*."""
        loads = list(find_loads(frame))
        sets = self._list_around(loads)
        told = [(one.copy(remembered=function), rest, inner) for one, rest, inner in found]
        for owner, way, around in self._find_owners(frame, sets):
            conditions = leave_out_collector(around)
            for sighting, rest, inner in told:
                self.give_sighting((owner,), sighting, way[:-1] + rest, inner + conditions)
        for load in loads:
            sub = frames.find_way(frame, until=load.frame)[:-1]
            for sighting, rest, inner in told:
                conditions = inner + _select_load(sets, load)
                self._note(self._get_carrier(load).add, sighting, sub + rest, conditions)

    def _get_memory(self) -> Memory:
        if self.memory is None:
            from pytest_ssot.runtime.remembered.memory import Memory  # a clean run comes not here

            self.memory = Memory(self, self._guard)
        return self.memory

    def give_sighting(
        self,
        owned: OwnerStack,
        sighting: Sighting,
        way: frames.Way,
        conditions: Conditions = (),
    ) -> None:
        """Note *sighting* for those who *owned* what happened, or for the session."""
        for owner in owned or (self.session,):
            self._tell_outer_run(sighting, way, conditions, owner.standing)
            if not sighting.foreign:
                self._note_for_owner(owner, owner.add, sighting, way, conditions)

    def _find_owners(
        self, frame: FrameType, sets: tuple[SetCondition, ...]
    ) -> Iterator[tuple[Evidence, frames.Way, Conditions]]:
        """Find the owners of what *frame* does, with the way there, and what of *sets* is theirs.

        The way of a fixture begins in its set-up, whoever was the first to ask for it.
        """
        owned = self.owners.at(frame)
        setups = frames.find_fixture_setups(frame)[: len(owned) - 1] if len(owned) > 1 else []
        ways = [frames.find_way(frame, until=setup) for setup in setups]
        for number, owner in enumerate(reversed(owned or (self.session,))):
            way = ways[number] if number < len(ways) else frames.find_way(frame)
            yield owner, way, select_owner(sets, owner, owned)

    def record_import(self, frame: FrameType, module: str) -> None:
        """Note that *frame* imports *module*, if that carries evidence."""
        carrier = next(self.lineage.find_carriers(module), None)
        if carrier is not None:
            self.record_use(frame, carrier)

    def record_use(self, frame: FrameType, carrier: Carrier) -> None:
        """Note that *frame* imports, or reads, what *carrier* is of.

        While that loads, in a circle, this is news for the modules that load within: whoever
        is further out reaches it by the load.
        """
        loads = list(find_loads(frame))
        within = list(takewhile(lambda load: not carrier.has_made(load.namespace), loads))
        sets = self._list_around(loads)
        for owner, way, under in self._find_owners(frame, sets) if within == loads else ():
            conditions = leave_out_collector(under)
            self._note_for_owner(owner, owner.add_use, carrier, way, conditions)
            if self._outer is not None:
                carried = self.lineage.gather(self.lineage.find_with_packages(carrier))
                for sighting, rest, inner in carried.values():
                    self._tell_outer_run(sighting, way + rest, inner + conditions, owner.standing)
        for load in within:
            sub = frames.find_way(frame, until=load.frame)
            self._note(self._get_carrier(load).add_use, carrier, sub, _select_load(sets, load))
        for user, server in self._find_served(frame, carrier.name):
            if user is not carrier:
                sub = frames.find_way(frame, until=server)
                self._note(user.add_use, carrier, sub, _select_call(sets, server))
        self._get_memory().note_use(frame, carrier)

    def find_conditions(self, frame: FrameType, owner: Evidence) -> Conditions:
        """Find what is in force at *frame* and was set inside of *owner*."""
        sets = self._list_around(find_loads(frame))
        return leave_out_collector(select_owner(sets, owner, self.owners.at(frame)))

    def find_held(self, caller: FrameType) -> Conditions:
        """Find what is in force here, and was set by *caller* or by what that has called."""
        return _select_call(self._list_around(find_loads(caller)), caller)

    def hand_on(self, frame: FrameType, text: str, path: str, line: int) -> None:
        """Note that what a collector took of a warning is issued again, at *frame*."""
        for owner in self.owners.at(frame):
            self._note(owner.hand_on, text, path, line)

    def _list_around(self, loads: Iterable[Load]) -> tuple[SetCondition, ...]:
        return self.in_force.list_around([load.frame for load in loads if load.frame is not None])

    def record_carrier(self, load: Load, found: Iterable[Sighting]) -> None:
        """Note that the module of that *load* carries what was *found* in it."""
        carrier = self._get_carrier(load)
        for sighting in found:
            self._note(carrier.add, sighting, ())

    def record_circular_import(self, frame: FrameType, module: str) -> list[Load]:
        """Note that *frame* imports *module* while that is still loading.

        What loads in between has whatever *module* still comes to. Returns the modules that have
        to be watched for that.
        """
        watched = self.circles.note_circular_import(frame, module)
        if watched and self.lineage.has_evidence(watched[0]):
            self._close_circle(watched[0])
        return watched

    def _find_served(self, frame: FrameType, used: str) -> Iterator[tuple[Carrier, FrameType]]:
        """Find the evidence of the names that *frame* helps to serve, each with what serves it.

        An object that is no module has none: it is told by what it reads off the module *used*,
        or off that which it loads.
        """
        for served in self.served.find(frame):
            carrier = self.lineage.evidence_of_name(served)
            if carrier is None:
                self._on_served(served, find_outermost_load(frame, served.server) or used)
                continue
            if not carrier:
                self._on_served(served, "")
            yield carrier, served.server

    def _get_carrier(self, load: Load) -> Carrier:
        """Return the evidence of a module, which is a carrier from now on if it was not."""
        evidence = self.lineage.evidence_of(load)
        if not evidence:
            self._on_carrier(load)
            self._close_circle(load)
        return evidence

    def _close_circle(self, load: Load) -> None:
        """Note what waits for a module that carries something, as it does from now on."""
        for edge in self.circles.close(load.namespace):
            used = self.lineage.evidence_of(edge.used)
            self._note(self._get_carrier(edge.user).add_use, used, edge.way)

    def add_part(self, whole: Evidence, part: Evidence) -> None:
        """Note that *whole*, and so who uses it, has what *part* has."""
        self._note_for_owner(whole, whole.add_part, part)

    def _tell_outer_run(
        self,
        sighting: Sighting,
        way: frames.Way,
        conditions: Conditions,
        standing: tuple[object, ...] = (),
    ) -> None:
        if self._outer is not None:
            around = tuple(self.in_force.read_standing(standing))
            self._outer(sighting, way, conditions + around)

    def _note_for_owner(self, owner: Evidence, note: Callable[..., bool], *what: object) -> None:
        if self._note(note, *what):
            # Who uses a fixture may have ended before the fixture's thread is through.
            for with_user in _list_with_users(owner):
                if with_user.ended is not None:
                    self.late[id(with_user)] = with_user

    def _note(self, note: Callable[..., bool], *what: object) -> bool:
        """Call *note*, undisturbed by other threads; returns whether that was new."""
        with self._lock:
            new = note(*what)
        if new:
            self.changes = next(self._count)
        return new


def _list_with_users(owner: Evidence) -> Iterable[Evidence]:
    """List *owner* and whoever uses it, directly or through others."""
    found: dict[int, Evidence] = {}
    todo = [owner]
    while todo:
        evidence = todo.pop()
        if id(evidence) not in found:
            found[id(evidence)] = evidence
            todo += evidence.users
    return found.values()


def _select_load(sets: tuple[SetCondition, ...], load: Load) -> Conditions:
    """Select what of *sets* was set by the module of that *load*."""
    if load.frame is None:
        return ()
    if frames.is_module_level(load.frame):
        return select_body(sets, load.frame)
    return _select_call(sets, load.frame)


def _select_call(sets: tuple[SetCondition, ...], caller: FrameType) -> Conditions:
    """Select what of *sets* was set by *caller*, and by what that has called, down to here."""
    return leave_out_collector(select_held(sets, frames.get_caller(), caller))


def make_sighting_at(frame: FrameType, **what: Any) -> Sighting:
    """Make a sighting whose importer is the line that *frame* is at."""
    return Sighting(**intent.name_parts(intent.place_of(frame)), **what)


def make_sighting_of_patch(code: CodeType, line: int, **what: Any) -> Sighting:
    """Make a sighting whose importer is the ``@patch`` at *line*, above *code*."""
    return Sighting(
        path=code.co_filename,
        line=line,
        end_line=line,
        column=patch_decorators.find_decorator_column(code.co_filename, line),
        function="<module>",
        module="",
        **what,
    )
