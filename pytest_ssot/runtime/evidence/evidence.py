"""What was seen, and what carries it: a test, a fixture, a file, a loaded module."""

from __future__ import annotations

from heapq import heappop, heappush

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

from pytest_ssot.runtime.stack.frames import Way


class Sighting:
    """One use of one target by one importer, as the interpreter saw it.

    ``path`` is the code's file name. ``state`` is "seen"; "honoured" where a
    warning filter that names a message or a module excuses it; "suppressed"
    where the code silences a warning around its own call; "swept" where the
    reading code does not say the name. ``foreign`` is what only another run asked
    for: see :mod:`pytest_ssot.runtime.nested`. ``form`` is that of a definition, as
    the model's Form has it.
    """

    __slots__ = (
        "column",
        "end_line",
        "foreign",
        "form",
        "function",
        "kind",
        "line",
        "message",
        "module",
        "name",
        "path",
        "rule",
        "state",
        "target",
    )

    def __init__(
        self,
        *,
        rule: str,
        kind: str,
        target: str,
        name: str | None,
        path: str,
        line: int,
        end_line: int,
        column: int,
        function: str,
        module: str,
        state: str = "seen",
        message: str | None = None,
        foreign: bool = False,
        form: str | None = None,
    ) -> None:
        self.rule = rule
        self.kind = kind
        self.target = target
        self.name = name
        self.path = path
        self.line = line
        self.end_line = end_line
        self.column = column
        self.function = function
        self.module = module
        self.state = state
        self.message = message
        self.foreign = foreign
        self.form = form

    def copy(self, **changes: Any) -> Sighting:
        """The same sighting, but for *changes*."""
        return Sighting(**{name: getattr(self, name) for name in self.__slots__} | changes)

    @property
    def key(self) -> tuple[object, ...]:
        """What makes two sightings one; a warning's words may vary from call to call."""
        return (
            self.path,
            self.line,
            self.column,
            self.function,
            self.rule,
            self.kind,
            self.target,
            self.name,
            self.state,
        )


#: Sightings by their keys, each with the shortest way to it.
Found = dict[tuple[object, ...], tuple[Sighting, Way]]


class Evidence:
    """What one test, fixture, file or module has reached: itself, or by what it imports.

    ``parts`` are the fixtures that it uses, ``users`` who uses it. ``number`` is
    not 0 where it stands for an owner in another process. ``ended`` is what the
    owner wants to be known by once it is over; see :attr:`Recorder.late`.
    """

    __slots__ = ("ended", "number", "parts", "sightings", "users", "uses")

    def __init__(self) -> None:
        self.sightings: Found = {}
        self.uses: dict[str, Way] = {}
        self.parts: list[Evidence] = []
        self.users: list[Evidence] = []
        self.number = 0
        self.ended: object = None

    def __bool__(self) -> bool:
        return bool(self.sightings or self.uses or any(self.parts))

    def join(self, part: Evidence) -> bool:
        """Note that this uses *part*."""
        if part in self.parts:
            return False
        self.parts.append(part)
        part.users.append(self)
        return True

    def add(self, sighting: Sighting, way: Way) -> bool:
        return _keep(self.sightings, sighting, way)

    def use(self, module: str, way: Way) -> bool:
        """Note that *module*, which carries evidence of its own, was imported by *way*."""
        known = self.uses.get(module)
        if known is None or _rank(way) < _rank(known):
            self.uses[module] = way
            return True
        return False


#: Everyone whose something is, outermost first; () is nobody, so the session's.
Owned = tuple[Evidence, ...]


class Lineage:
    """The loaded modules whose loading reached something, and who carries it on."""

    __slots__ = ("_files", "_modules")

    def __init__(self) -> None:
        self._modules: dict[str, Evidence] = {}
        self._files: dict[str, list[Evidence]] = {}

    def __bool__(self) -> bool:
        return bool(self._modules)

    def of(self, module: str, path: str) -> Evidence:
        """The evidence of the module *module* from the file *path*, made if need be.

        Two modules may have one name in turn (every conftest is "conftest"):
        the name then means the later one, each file keeps its own.
        """
        known = self._modules.get(module)
        files = self._files.setdefault(path, [])
        if known is None or known not in files:
            known = self._modules[module] = Evidence()
            files.append(known)
        return known

    def carries(self, module: str) -> bool:
        """Whether importing *module* reaches evidence: its own, or a package's above it."""
        return next(self.carriers(module), None) is not None

    def carriers(self, module: str) -> Iterator[Evidence]:
        """The evidence that importing *module* reaches: its own and its packages'."""
        while module:
            if module in self._modules:
                yield self._modules[module]
            module = module.rpartition(".")[0]

    def in_file(self, path: str) -> list[Evidence]:
        return self._files.get(path, [])

    def gather(self, start: Iterable[Evidence]) -> Found:
        """All that *start* reaches, each with the shortest way to it."""
        found: Found = {}
        order = 0
        queue: list[tuple[int, Way, int, Evidence]] = []
        for evidence in start:
            order += 1
            heappush(queue, (0, (), order, evidence))
        done: set[int] = set()
        while queue:
            _, way, _, evidence = heappop(queue)
            if id(evidence) in done:
                continue
            done.add(id(evidence))
            for sighting, rest in list(evidence.sightings.values()):
                _keep(found, sighting, way + rest)
            for part in evidence.parts:
                order += 1
                heappush(queue, (len(way), way, order, part))
            for module, rest in list(evidence.uses.items()):
                for carried in self.carriers(module):
                    order += 1
                    heappush(queue, (len(way + rest), way + rest, order, carried))
        return found


def _keep(found: Found, sighting: Sighting, way: Way) -> bool:
    known = found.get(sighting.key)
    if known is not None and _rank(known[1]) <= _rank(way):
        return False
    found[sighting.key] = (sighting, way)
    return True


def _rank(way: Way) -> tuple[int, Way]:
    return len(way), way
