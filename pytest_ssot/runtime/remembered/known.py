"""Functions by which something was reached: what they write, and where they may turn away."""

from __future__ import annotations

from opcode import opmap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import CodeType, FrameType

    from pytest_ssot.runtime.remembered.instructions import Junction, Place, Write, Written

    #: What is written, and the names of the module that a global is of, by identity.
    InModule = tuple[Written, int]
    #: Its file, line, name and module.
    Function = tuple[str, int, str, str]

from pytest_ssot.runtime.evidence.evidence import Evidence, Sighting
from pytest_ssot.runtime.remembered.instructions import MUTATORS, Instructions
from pytest_ssot.runtime.remembered.state import MISSING, identify, look_up
from pytest_ssot.runtime.stack import frames

_WRITES = frozenset(
    opmap[name] for name in ("STORE_ATTR", "STORE_DEREF", "STORE_GLOBAL", "STORE_SUBSCR")
)
_DEFINES = ("def ", "async def ")
#: How many lines of decorators a function is thought to have at most.
_MOST = 50


class KnownJunction:
    """A junction that asks for what was written on the way, and what those *reads* held.

    It is *early* where all of that is written before the target is reached.
    """

    __slots__ = ("_local", "_states", "early", "junction", "reads")

    def __init__(
        self, junction: Junction, reads: tuple[Place, ...], local: tuple[str, ...], early: bool
    ) -> None:
        self.junction = junction
        self.reads = reads
        self.early = early
        self._local = local
        self._states: set[object] = set()

    def keep_state(self, frame: FrameType) -> None:
        """Keep what it asks for, as *frame* finds that."""
        self._states.add(self._find_state(frame))

    def finds_same(self, frame: FrameType) -> bool:
        """Whether *frame* finds what was there, with all else that the way hangs on."""
        state = self._find_state(frame)
        return state is not None and state in self._states

    def _find_state(self, frame: FrameType) -> object | None:
        values = [look_up(frame, place) for place in self.reads]
        if any(value is MISSING for value in values):
            return None
        names = frame.f_locals
        values += [names.get(name, MISSING) for name in self._local]
        return tuple(map(identify, values))


class KnownLine:
    """A line of a *function* by which something was reached, and the junctions on the way to it.

    ``issued`` is what was reached by who called the function, which issues it, with the modules
    between these two; all else is in the ``evidence``.
    """

    __slots__ = ("evidence", "function", "issued", "junctions", "told")

    def __init__(self, function: Function, junctions: list[KnownJunction]) -> None:
        self.function = function
        self.junctions = junctions
        self.evidence = Evidence()
        self.issued: dict[object, tuple[Sighting, frozenset[str]]] = {}
        #: When this was told last: as long as nothing turns, once is enough.
        self.told: object = None

    def keep_states(self, frame: FrameType, *, early: bool) -> None:
        """Keep what *frame* finds; only of what was written already, if it is *early*."""
        for one in self.junctions:
            if one.early or not early:
                one.keep_state(frame)


class KnownCode:
    """The code of a function. ``at`` has what there is at each offset, ``open`` its calls that
    have reached something and not ended, by their frames. ``asked`` is how often it told.
    """

    __slots__ = (
        "_found",
        "_instructions",
        "_names",
        "asked",
        "at",
        "code",
        "lines",
        "open",
        "writes",
    )

    def __init__(self, code: CodeType) -> None:
        self.code = code
        self._instructions: Instructions | None = None
        texts = (one for one in code.co_consts if isinstance(one, str))
        names = *code.co_names, *code.co_freevars, *code.co_varnames, *texts
        self._names = frozenset(names)
        # Most functions write nothing, and are not read for it.
        writes = not _WRITES.isdisjoint(code.co_code[::2]) or not MUTATORS.isdisjoint(self._names)
        self.writes: tuple[Write, ...] = tuple(self._read().find_writes()) if writes else ()
        self._found: dict[int, tuple[list[Junction], frozenset[str]]] = {}
        self.lines: dict[object, KnownLine] = {}
        self.at: dict[int, list[tuple[KnownLine, KnownJunction]]] = {}
        self.open: dict[int, dict[int, KnownLine]] = {}
        self.asked = 0

    @property
    def tries(self) -> bool:
        """Whether anything is decided by no jump."""
        return any(one.junction.target is None for held in self.at.values() for _, one in held)

    def find_written(self, frame: FrameType) -> Iterator[tuple[InModule, bool]]:
        """Find what is written for more than a call, and whether that is before *frame* is at."""
        for write in self.writes:
            yield _in_module(write.what, frame), write.offset < frame.f_lasti

    def find_line(self, frame: FrameType, written: Mapping[InModule, bool]) -> KnownLine | None:
        """Find the line that *frame* is at, if the way there asks for what is *written*."""
        if self._names.isdisjoint(name for (_, name), _ in written):
            return None
        asked = self._find_asked(frame, written)
        if not asked:
            return None
        key = frame.f_lasti, tuple(one.reads for one in asked)
        line = self.lines.get(key)
        if line is None:
            line = self.lines[key] = KnownLine(describe_function(frame), asked)
            for one in asked:
                self.at.setdefault(one.junction.offset, []).append((line, one))
        return line

    def _find_asked(
        self, frame: FrameType, written: Mapping[InModule, bool]
    ) -> list[KnownJunction]:
        """Find the junctions on the way that ask for what is *written*."""
        known = self._found.get(frame.f_lasti)
        if known is None:
            known = self._found[frame.f_lasti] = self._read().find_junctions(frame.f_lasti)
        junctions, local = known
        asked = []
        for junction in junctions:
            reads = {
                place: written[what]
                for place in junction.reads
                if (what := _in_module(self._read().name_written(place), frame)) in written
            }
            if reads:
                early = all(reads.values())
                asked.append(KnownJunction(junction, tuple(reads), tuple(sorted(local)), early))
        return asked

    def _read(self) -> Instructions:
        if self._instructions is None:
            self._instructions = Instructions(self.code)
        return self._instructions


def _in_module(what: Written | None, frame: FrameType) -> InModule:
    """Tell globals of one name in two modules apart."""
    if what is None:
        return ("", ""), 0
    return what, id(frame.f_globals) if what[0] == "global" else 0


def describe_function(frame: FrameType) -> Function:
    """Describe the function that *frame* is a call of."""
    import linecache

    code = frame.f_code
    path, offset = frames.find_file_and_offset(frame)
    line = code.co_firstlineno
    for one in range(line, line + _MOST):  # its decorators stand first
        if linecache.getline(code.co_filename, one).lstrip().startswith(_DEFINES):
            line = one
            break
    return path, line + offset, frames.function_of(frame), frames.module_of(frame)
