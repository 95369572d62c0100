"""Gives what is seen to everyone whose it is: see docs/verdicts.md."""

from __future__ import annotations

from _thread import RLock
from itertools import count

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import CodeType, FrameType

    from pytest_ssot.runtime.evidence.channel import Channel
    from pytest_ssot.runtime.evidence.evidence import Owned
    from pytest_ssot.runtime.stack.guard import Guard

from pytest_ssot.runtime.children.outlet import Outlet
from pytest_ssot.runtime.evidence.evidence import Evidence, Lineage, Sighting
from pytest_ssot.runtime.owners.owner_numbers import Issued
from pytest_ssot.runtime.owners.owners import Owners
from pytest_ssot.runtime.stack import bytecode, frames, patch_decorators


class Recorder:
    """Keeps the evidence, with its owners and with the modules that carry it.

    *on_carrier* gets the name of a module that has just become part of a
    lineage. ``changes`` is another number each time that something was noted.
    ``late`` are the owners that got something after they had ended.
    """

    def __init__(self, on_carrier: Callable[[str], None], guard: Guard) -> None:
        self._on_carrier = on_carrier
        self.lineage = Lineage()
        self.session: Evidence = Evidence()
        self.swept: Evidence = Evidence()
        #: Another run, in whose test this one takes place: it gets all that it asked for.
        self.outer: Callable[[Sighting, frames.Way], None] | None = None
        self.late: dict[int, Evidence] = {}
        self.owners = Owners(guard)
        self.owners.loading = self._loading
        self._circles: dict[str, list[tuple[str, str, frames.Way]]] = {}
        self._count = count(1)
        # Threads note at once; what is compared and set must not be torn apart.
        self._lock = RLock()
        self.changes = 0

    def hand_over(self, channel: Channel, number: int) -> None:
        """Go on in a child process: all goes to *channel*, for the owner with that *number*."""
        made: dict[int, Outlet] = {}

        def elsewhere(number: int) -> Outlet:
            if number not in made:
                made[number] = Outlet(channel, self.lineage, number)
            return made[number]

        self._lock = RLock()
        self.session = elsewhere(number)
        self.swept = Outlet(channel, self.lineage, number, "swept")
        self.owners.move(Issued(elsewhere), number)

    def sighting(self, frame: FrameType, **what: object) -> Sighting:
        """A sighting whose importer is the line that *frame* is at.

        Where that only calls what it was given, it is the line that gave it.
        """
        if frames.is_starter(frame):
            path, line, end_line, column, function, module = self.owners.started_at(frame)
            if path:
                return Sighting(
                    path=path,
                    line=line,
                    end_line=end_line,
                    column=column,
                    function=function,
                    module=module,
                    **what,  # type: ignore[arg-type]
                )
        return sighting_at(frame, **what)

    def _loading(self, frame: FrameType) -> Owned:
        """The evidence of the modules that load at *frame*."""
        bodies = _bodies(frame)
        return tuple(self._carrier(frames.module_of(b), b.f_code.co_filename) for b in bodies)

    def record(self, frame: FrameType, sighting: Sighting) -> None:
        """Note *sighting*, whose importer is *frame*."""
        if sighting.state == "swept":
            self._pass_on(sighting, ())
            self.swept.add(sighting, ())
            return
        for owner, way in self._owned(frame):
            self.give((owner,), sighting, way[:-1])
        for body in _bodies(frame):
            sub = frames.find_way(frame, until=body)[:-1]
            carrier = self._carrier(frames.module_of(body), body.f_code.co_filename)
            self._noted(carrier.add, sighting, sub)

    def give(self, owned: Owned, sighting: Sighting, way: frames.Way) -> None:
        """Note *sighting* for *owned*."""
        self._pass_on(sighting, way)
        if sighting.foreign:
            return
        for owner in owned or (self.session,):
            self._owner_noted(owner, owner.add, sighting, way)

    def _owned(self, frame: FrameType) -> Iterator[tuple[Evidence, frames.Way]]:
        """Whose it is what *frame* does, each with the way there.

        To a fixture it begins in its set-up, whoever was the first to ask for it.
        """
        owned = self.owners.at(frame)
        setups = frames.find_fixture_setups(frame)[: len(owned) - 1] if len(owned) > 1 else []
        ways = [frames.find_way(frame, until=setup) for setup in setups]
        for number, owner in enumerate(reversed(owned or (self.session,))):
            yield owner, ways[number] if number < len(ways) else frames.find_way(frame)

    def use(self, frame: FrameType, module: str) -> None:
        """Note that *frame* imports *module*, which carries evidence."""
        for owner, way in self._owned(frame):
            self._owner_noted(owner, owner.use, module, way)
        if self.outer is not None:
            carried = self.lineage.gather(self.lineage.carriers(module))
            for sighting, rest in carried.values():
                self._pass_on(sighting, frames.find_way(frame) + rest)
        for body in _bodies(frame):
            name = frames.module_of(body)
            if name != module:
                sub = frames.find_way(frame, until=body)
                carrier = self._carrier(name, body.f_code.co_filename)
                self._noted(carrier.use, module, sub)

    def carry(self, module: str, path: str, found: Iterable[Sighting]) -> None:
        """Note that the *module* from the file *path* carries what was *found* in it."""
        carrier = self._carrier(module, path)
        for sighting in found:
            self._noted(carrier.add, sighting, ())

    def circular(self, frame: FrameType, module: str) -> None:
        """Note that *frame* imports *module* while that is still loading.

        What loads in between carries whatever *module* still comes to.
        """
        between: list[tuple[str, str, frames.Way]] = []
        for body in _bodies(frame):
            if frames.module_of(body) == module:
                self._circles.setdefault(module, []).extend(between)
                return
            sub = frames.find_way(frame, until=body)
            between.append((frames.module_of(body), body.f_code.co_filename, sub))

    def _carrier(self, name: str, path: str) -> Evidence:
        evidence = self.lineage.of(name, path)
        if not evidence:
            self._on_carrier(name)
            for inner, inner_path, way in self._circles.pop(name, ()):
                self._noted(self._carrier(inner, inner_path).use, name, way)
        return evidence

    def add_part(self, whole: Evidence, part: Evidence) -> None:
        """Note that *whole*, and so who uses it, has what *part* has."""
        self._owner_noted(whole, whole.join, part)

    def _pass_on(self, sighting: Sighting, way: frames.Way) -> None:
        if self.outer is not None:
            self.outer(sighting, way)

    def _owner_noted(self, owner: Evidence, note: Callable[..., bool], *what: object) -> None:
        if self._noted(note, *what):
            # Who uses a fixture may have ended before the fixture's thread is through.
            for with_user in _with_users(owner):
                if with_user.ended is not None:
                    self.late[id(with_user)] = with_user

    def _noted(self, note: Callable[..., bool], *what: object) -> bool:
        with self._lock:
            new = note(*what)
        if new:
            self.changes = next(self._count)
        return new


def _with_users(owner: Evidence) -> Iterable[Evidence]:
    """*owner* and whoever uses it, directly or through others."""
    found: dict[int, Evidence] = {}
    todo = [owner]
    while todo:
        one = todo.pop()
        if id(one) not in found:
            found[id(one)] = one
            todo += one.users
    return found.values()


def _bodies(frame: FrameType) -> Iterable[FrameType]:
    """The bodies of the modules that are loading where *frame* is, innermost first."""
    return [one for one in frames.walk_outward(frame) if frames.is_module_level(one)]


def sighting_at(frame: FrameType, **what: object) -> Sighting:
    """A sighting whose importer is the line that *frame* is at."""
    position = bytecode.find_position(frame)
    path, offset = frames.find_file_and_offset(frame)
    return Sighting(
        path=path,
        line=position.line + offset,
        end_line=position.end_line + offset,
        column=position.column,
        function=frames.function_of(frame),
        module=frames.module_of(frame),
        **what,  # type: ignore[arg-type]
    )


def sighting_in(code: CodeType, line: int, **what: object) -> Sighting:
    """A sighting whose importer is the ``@patch`` at *line*, above *code*."""
    return Sighting(
        path=code.co_filename,
        line=line,
        end_line=line,
        column=patch_decorators.find_decorator_column(code.co_filename, line),
        function="<module>",
        module="",
        **what,  # type: ignore[arg-type]
    )
