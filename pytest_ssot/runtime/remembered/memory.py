"""What functions remember of what they have reached, and who gets that later: docs/verdicts.md.

A function that has reached something turns away from it later, at a junction that asks for
what was written on the way. That is told where three things hold: a function on the way writes
what is asked for, it is there as it was left, and all else that the way hangs on is the same.
"""

from __future__ import annotations

from _thread import get_ident

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import CodeType, FrameType

    from pytest_ssot.runtime.evidence.conditions import Conditions
    from pytest_ssot.runtime.evidence.lineage import Carrier
    from pytest_ssot.runtime.evidence.recorder import Recorder
    from pytest_ssot.runtime.remembered.known import Function, InModule, KnownJunction, KnownLine
    from pytest_ssot.runtime.stack.guard import Guard

from pytest_ssot.runtime.evidence.evidence import Evidence, Sighting
from pytest_ssot.runtime.remembered import events
from pytest_ssot.runtime.remembered.caches import CallCaches
from pytest_ssot.runtime.remembered.known import KnownCode, describe_function
from pytest_ssot.runtime.stack import frames, intent

#: How often a function may tell of its junctions before it rests, for as long as nothing turns.
_OFTEN = 1000
_IS_FUNCTION = 0x2  # CO_NEWLOCALS
_NO_CODE = "a cached_property runs no code when it is read again"


class Memory:
    """Knows the functions that remember, and tells *recorder* who calls them later.

    ``unlooked`` are those whose later calls cannot be looked at, with why.
    """

    def __init__(self, recorder: Recorder, guard: Guard) -> None:
        self._recorder = recorder
        self._codes: dict[int, KnownCode] = {}
        self._events = events.CodeEvents(
            {
                events.START: guard(self._on_start),
                events.RETURN: guard(self._on_return),
                events.BRANCH: guard(self._on_branch),
                events.INSTRUCTION: guard(self._on_instruction),
            }
        )
        self.caches = CallCaches(recorder)
        self.unlooked: dict[Function, str] = {}
        self._resting: list[KnownCode] = []

    def note_sighting(self, frame: FrameType, sighting: Sighting) -> None:
        """Note that *sighting*, whose importer is *frame*, was reached by what is on the stack."""

        def add(evidence: Evidence, function: FrameType) -> None:
            way = frames.find_way(frame, until=function)[:-1]
            evidence.add(sighting, way, self._find_conditions(frame, function))

        self._note(frame, add, sighting)

    def note_use(self, frame: FrameType, carrier: Carrier) -> None:
        """Note that *frame* imported, or read, what *carrier* is of."""

        def add(evidence: Evidence, function: FrameType) -> None:
            way = frames.find_way(frame, until=function)
            evidence.add_use(carrier, way, self._find_conditions(frame, function))

        self._note(frame, add)

    def wake(self) -> None:
        """Watch what rests: somebody else may call it now."""
        for known in self._resting:
            known.asked = 0
            self._watch(known)
        self._resting.clear()

    def remove(self) -> None:
        self._events.remove()

    # -- what is on the way ---------------------------------------------------

    def _note(
        self,
        frame: FrameType,
        add: Callable[[Evidence, FrameType], None],
        issued: Sighting | None = None,
    ) -> None:
        chain = _list_functions(frames.get_caller())
        written = self._list_written(chain)
        inside = _find_inside(frame)
        for function in chain:
            modules = inside.get(id(function))
            if modules is None:
                self.caches.note(function, add)
                if _is_cached_property(function):
                    self.unlooked[describe_function(function)] = _NO_CODE
            line = self._find_line(function, written) if written else None
            if line is not None and modules is None:
                add(line.evidence, function)
            elif line is not None and modules is not None and issued is not None:
                line.issued[issued.key] = issued, modules

    def _list_written(self, chain: Iterable[FrameType]) -> dict[InModule, bool]:
        """List what the functions of *chain* write, and whether that is before where they are."""
        found: dict[InModule, bool] = {}
        for function in chain:
            for what, before in self._know(function.f_code).find_written(function):
                found[what] = before and found.get(what, True)
        return found

    def _find_line(self, function: FrameType, written: dict[InModule, bool]) -> KnownLine | None:
        """Find the line that *function* is at, if it remembers, and see to its later calls.

        Also to the rest of this one: what is not yet written is looked at when it ends.
        """
        known = self._know(function.f_code)
        line = known.find_line(function, written)
        if line is not None:
            line.keep_states(function, early=True)
            known.open.setdefault(id(function), {})[id(line)] = line
            why = self._watch(known)
            if why:
                self.unlooked[line.function] = why
                known.open.clear()
        return line

    def _know(self, code: CodeType) -> KnownCode:
        known = self._codes.get(id(code))
        if known is None:
            known = self._codes[id(code)] = KnownCode(code)
        return known

    def _watch(self, known: KnownCode) -> str:
        """Watch a function, as much as there is need to. Returns why that cannot be."""
        kinds = [events.BRANCH]
        if known.open:
            kinds += [events.START, events.RETURN]
        if known.tries:
            kinds.append(events.INSTRUCTION)
        return self._events.watch(known.code, kinds)

    def _find_conditions(self, frame: FrameType, function: FrameType) -> Conditions:
        """Find what is in force at *frame* and was set from *function* on inwards."""
        sets = self._recorder.in_force.list_sets()
        if not sets:
            return ()
        setters = set()
        for at in frames.walk_outward(frame):
            setters.add((at.f_code.co_filename, frames.function_of(at)))
            if at is function:
                break
        conditions = (one.condition for one in sets)
        return tuple(one for one in conditions if (one.setter[0], one.setter[2]) in setters)

    # -- what Python tells ----------------------------------------------------

    def _on_start(self, code: CodeType, _: int) -> None:
        """A call begins: an earlier one by such a frame has ended, by an exception."""
        self._codes[id(code)].open.pop(id(frames.get_caller(2)), None)

    def _on_return(self, code: CodeType, *_: object) -> None:
        known, frame = self._codes[id(code)], frames.get_caller(2)
        for line in known.open.pop(id(frame), {}).values():
            line.keep_states(frame, early=False)
        if not known.open:
            self._watch(known)

    def _on_branch(self, code: CodeType, offset: int, to: int) -> object:
        known = self._codes[id(code)]
        held = known.at.get(offset)
        if held is None:
            return events.DISABLE
        self._turn(known, frames.get_caller(2), held, to)
        return None

    def _on_instruction(self, code: CodeType, offset: int) -> object:
        known = self._codes[id(code)]
        held = known.at.get(offset, ())
        tried = [(line, one) for line, one in held if one.junction.target is None]
        if not tried:
            return events.DISABLE
        self._turn(known, frames.get_caller(2), tried, offset)
        return None

    def _turn(
        self,
        known: KnownCode,
        frame: FrameType,
        held: Iterable[tuple[KnownLine, KnownJunction]],
        to: int,
    ) -> None:
        """Tell of the lines that *frame* turns away from, going on at *to*, as it remembers."""
        loading = tuple(map(id, frames.find_module_bodies(frame)))
        now = self._recorder.owners.turns, get_ident(), loading
        for line, one in held:
            if line.told != now and one.junction.leads_away(to) and one.finds_same(frame):
                line.told = now
                self._tell(frame, line)
        known.asked += 1
        told = all(line.told == now for line, _ in held)
        if known.asked > _OFTEN and told and not (known.open or loading):
            self._events.watch(known.code, ())
            self._resting.append(known)

    def _tell(self, frame: FrameType, line: KnownLine) -> None:
        reached = list(self._recorder.lineage.gather([line.evidence]).values())
        if reached:
            self._recorder.record_remembered(frame, line.function, reached)
        for sighting, modules in line.issued.values():
            caller = frames.find_user_frame(frame.f_back, _make_is_of(modules))
            if caller is not None:
                moved = sighting.copy(**intent.name_parts(intent.place_of(caller)))
                self._recorder.record_remembered(caller, line.function, [(moved, (), ())])


def _list_functions(frame: FrameType | None) -> list[FrameType]:
    """List the calls of functions from *frame* outward, but for that of the test itself."""
    found = [current for current in frames.walk_outward(frame) if _is_users(current)]
    if found and frames.is_in_phase(found[-1]) and not frames.find_fixture_setups(found[-1]):
        found.pop()
    return [current for current in found if current.f_code.co_flags & _IS_FUNCTION]


def _is_users(frame: FrameType) -> bool:
    """Whether a user wrote this, or a library that a user calls."""
    aside = frames.is_machinery(frame) or frames.is_transport(frame) or intent.is_stdlib(frame)
    return not aside


def _find_inside(frame: FrameType) -> dict[int, frozenset[str]]:
    """Find the frames that *frame* has called, with the modules from each up to it."""
    inside: list[FrameType] = []
    for current in frames.walk_outward(frames.get_caller()):
        if current is frame:
            break
        inside.append(current)
    else:
        return {}
    names = [frames.module_of(current) for current in inside]
    return {id(one): frozenset(names[number:]) for number, one in enumerate(inside)}


def _make_is_of(modules: frozenset[str]) -> Callable[[FrameType], bool]:
    """Make what tells whether a frame is of one of *modules*."""
    return lambda frame: frames.module_of(frame) in modules


def _is_cached_property(function: FrameType) -> bool:
    """Whether a ``functools.cached_property`` keeps what the call *function* returns."""
    back = function.f_back
    if back is None or back.f_code.co_name != "__get__":
        return False
    return back.f_code.co_qualname == "cached_property.__get__"
