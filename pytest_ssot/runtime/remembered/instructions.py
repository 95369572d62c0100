"""Reads off a function what it writes, and where the way to one of its lines may turn away.

By its instructions, as a frame tells which of them it is at. What they are named, and where
jumps lead, says :mod:`dis`; whatever it does not know of is no condition.
"""

from __future__ import annotations

import dis
from bisect import bisect_left, bisect_right

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType
    from typing import Any

#: Where something is kept: "global" or "local", the name, and the attributes from there on.
#: What a function has of those around it is local too.
Place = tuple[str, ...]
#: What is written: "global", "cell" or "attribute", and the name.
Written = tuple[str, str]

_LOAD_FAST = frozenset(("LOAD_FAST", "LOAD_FAST_CHECK", "LOAD_FAST_BORROW"))
_LOAD_TWO = frozenset(("LOAD_FAST_LOAD_FAST", "LOAD_FAST_BORROW_LOAD_FAST_BORROW"))
_STORE_TWO = "STORE_FAST_STORE_FAST"
_STORE_LOAD = "STORE_FAST_LOAD_FAST"
_LOAD_ATTRIBUTE = frozenset(("LOAD_ATTR", "LOAD_METHOD"))
_CONDITIONAL = ("POP_JUMP", "JUMP_IF", "FOR_ITER")
_ENDS = ("RETURN_VALUE", "RETURN_CONST", "RAISE_", "RERAISE", "JUMP_BACKWARD", "JUMP_FORWARD")
_NO_INSTRUCTION = frozenset(("CACHE", "EXTENDED_ARG"))
_VARARGS, _VARKEYWORDS = 0x4, 0x8
#: Methods by which the containers of Python itself take something in.
MUTATORS = frozenset(("add", "append", "appendleft", "insert", "setdefault", "update"))
_ASKS_BY_NAME = frozenset(("getattr", "hasattr"))
#: How many assignments what a junction asks is followed back over.
_DEEP = 3


class Write:
    """An instruction that writes *what*, or puts something into what that holds."""

    __slots__ = ("into", "offset", "what")

    def __init__(self, what: Written, offset: int, *, into: bool = False) -> None:
        self.what = what
        self.offset = offset
        self.into = into


class Junction:
    """An instruction at which the way to a line goes on, or turns away.

    ``offset`` is where it stands. It jumps to ``target``, which leads away if
    it ``jumps_away``; without a target it leads away whenever it is executed. ``reads`` are
    the places that it asks.
    """

    __slots__ = ("jumps_away", "offset", "reads", "target")

    def __init__(
        self, offset: int, reads: list[Place], target: int | None, jumps_away: bool
    ) -> None:
        self.offset = offset
        self.reads = reads
        self.target = target
        self.jumps_away = jumps_away

    def leads_away(self, to: int) -> bool:
        """Whether going on at *to* leads away; a loop that ends goes on a little behind."""
        return self.target is None or (to >= self.target) is self.jumps_away


class Instructions:
    """The instructions of a function, with where they lead."""

    def __init__(self, code: CodeType) -> None:
        self._code = code
        self._free = frozenset(code.co_freevars)
        self._given = frozenset(code.co_varnames[: _count_given(code)])
        self._entries: Any = getattr(dis.Bytecode(code), "exception_entries", ())
        self._all = [
            instruction
            for instruction in dis.get_instructions(code)
            if instruction.opname not in _NO_INSTRUCTION
        ]
        self._offsets = [instruction.offset for instruction in self._all]
        self._ranges = [_read_range(instruction) for instruction in self._all]

    # -- what it writes -----------------------------------------------------

    def find_writes(self) -> Iterator[Write]:
        """Find the instructions that write what outlives a call."""
        for at, instruction in enumerate(self._all):
            op, name = instruction.opname, instruction.argval
            if op == "STORE_GLOBAL":
                yield Write(("global", name), instruction.offset)
            elif op == "STORE_ATTR":
                yield Write(("attribute", name), instruction.offset)
            elif op == "STORE_DEREF" and name in self._free:
                yield Write(("cell", name), instruction.offset)
            else:
                what = self._find_container(at)
                if what is not None:
                    yield Write(what, instruction.offset, into=True)

    def _find_container(self, at: int) -> Written | None:
        """Find what the instruction puts something into, if it does."""
        instruction = self._all[at]
        place: Place | None = None
        if instruction.opname == "STORE_SUBSCR":
            place = self._read_subscribed(at)
        elif instruction.opname in _LOAD_ATTRIBUTE and instruction.argval in MUTATORS:
            place = self._read_place(at - 1)
        if place is not None and len(place) == 2 and self.name_written(place) is None:
            made = self._find_assignment(place[1], at)
            place = self._read_place(made[-1]) if made else place
        return None if place is None else self.name_written(place)

    def name_written(self, place: Place) -> Written | None:
        """What is written where *place* is; None where that is gone with the call.

        What a container holds that the function was given stays, as what cells hold.
        """
        kind, name, *attributes = place
        if attributes:
            return "attribute", attributes[-1]
        if kind == "global":
            return kind, name
        return ("cell", name) if name in self._free | self._given else None

    # -- where the way turns away -------------------------------------------

    def find_junctions(self, offset: int) -> tuple[list[Junction], frozenset[str]]:
        """Find the junctions on the way to the instruction at *offset*.

        With the local names that the way hangs on: what these ask, what is called there, and
        what tells one closure from another of the same code.
        """
        goal = bisect_right(self._offsets, offset) - 1  # a frame that calls may be behind it
        reaches, straight = self._find_reaching(goal), self._find_straight(goal)
        found: list[Junction] = []
        local = set(self._free.difference(write.what[1] for write in self.find_writes()))
        self._read_asked(self._list_within(goal), local)
        #: Where the way could go on straight, and may turn away behind.
        before: list[tuple[int, list[Place]]] = []
        for at in range(goal):
            jump = self._find_jump(at)
            if jump is None or not self._is_conditional(at):
                continue
            if reaches[at + 1] != reaches[jump]:
                leads = self._find_reaching(at)
                reads = self._read_asked(self._list_within(at), local)
                reads += [place for other, places in before if leads[other] for place in places]
                target = self._all[jump].offset
                found.append(Junction(self._all[at].offset, reads, target, reaches[at + 1]))
            elif reaches[jump] and straight[at + 1] != straight[jump]:
                other = jump if straight[at + 1] else at + 1
                before.append((other, self._read_asked(self._list_within(at), local)))
        if not reaches[0]:
            found += self._find_attempts(goal, reaches, local)
        return found, frozenset(local)

    def _find_attempts(self, goal: int, reaches: list[bool], local: set[str]) -> Iterator[Junction]:
        """Find what is tried where the line is in what happens if that fails.

        What comes after something that was read is executed only if that was there.
        """
        for start, end in self._list_tried(reaches):
            for at in range(start, min(end, goal)):
                op = self._all[at].opname
                if op in _LOAD_ATTRIBUTE or op.startswith(("BINARY_SUBSCR", "BINARY_OP")):
                    within = [*self._list_within(at), at]
                    reads = self._read_asked(within, local)
                    yield Junction(self._all[at + 1].offset, reads, None, jumps_away=True)

    def _list_tried(self, reaches: list[bool]) -> Iterator[tuple[int, int]]:
        """List what is tried, by its first instruction and the one behind it."""
        for entry in self._entries:
            if reaches[self._find_index(entry.target)]:
                yield self._find_index(entry.start), self._find_index(entry.end)

    def _find_reaching(self, goal: int) -> list[bool]:
        """Find which instructions lead to *goal* without going back."""
        reaches = [False] * (len(self._all) + 1)
        reaches[goal] = True
        for at in range(goal - 1, -1, -1):
            jump = self._find_jump(at)
            goes_on = self._is_conditional(at) or not self._all[at].opname.startswith(_ENDS)
            reaches[at] = (goes_on and reaches[at + 1]) or (
                jump is not None and jump > at and reaches[jump]
            )
        return reaches

    def _find_straight(self, goal: int) -> list[bool]:
        """Find which instructions lead to *goal* whatever they ask for."""
        straight = [False] * (len(self._all) + 1)
        straight[goal] = True
        for at in range(goal - 1, -1, -1):
            jump = self._find_jump(at)
            goes_on = self._is_conditional(at) or not self._all[at].opname.startswith(_ENDS)
            ways = [straight[at + 1]] if goes_on else []
            ways += [] if jump is None else [jump > at and straight[jump]]
            straight[at] = bool(ways) and all(ways)
        return straight

    def _find_jump(self, at: int) -> int | None:
        instruction = self._all[at]
        if instruction.opcode in dis.hasjrel or instruction.opcode in dis.hasjabs:
            return self._find_index(instruction.argval)
        return None

    def _find_index(self, offset: int) -> int:
        """Find the instruction at *offset*, or the first behind that."""
        return bisect_left(self._offsets, offset)

    def _is_conditional(self, at: int) -> bool:
        return self._all[at].opname.startswith(_CONDITIONAL)

    # -- what a junction asks -----------------------------------------------

    def _read_asked(self, within: list[int], local: set[str], deep: int = 0) -> list[Place]:
        """Read the places that the instructions *within* ask, and add *local* names to those."""
        found: list[Place] = []
        for at in within:
            place = self._read_place(at)
            if place is not None and not self._is_only_begun(place, at):
                found.append(place)
            named = self._read_named_attribute(at, within)
            if named is not None:
                found.append(named)
            for name in self._list_loaded(at):
                made = self._find_assignment(name, at)
                if made is not None and deep < _DEEP:
                    found += self._read_asked(made, local, deep + 1)
                elif name not in self._free:
                    local.add(name)
        return found

    def _is_only_begun(self, place: Place, at: int) -> bool:
        """Whether an attribute is asked for of what the function was given, and not that."""
        goes_on = at + 1 < len(self._all) and self._all[at + 1].opname in _LOAD_ATTRIBUTE
        return goes_on and len(place) == 2 and place[1] in self._given

    def _read_named_attribute(self, at: int, within: list[int]) -> Place | None:
        """Read the place that ``hasattr(x, "name")`` asks, or ``getattr``."""
        instruction = self._all[at]
        if instruction.opname != "LOAD_CONST" or not isinstance(instruction.argval, str):
            return None
        if not any(self._all[one].argval in _ASKS_BY_NAME for one in within if one < at):
            return None
        place = self._read_place(at - 1)
        return None if place is None else (*place, instruction.argval)

    def _find_assignment(self, name: str, at: int) -> list[int] | None:
        """Find the instructions of the line that gave a local *name* its value, before *at*."""
        for one in range(at - 1, -1, -1):
            if name in self._list_stored(one):
                line, first = self._ranges[one][0][:1], one
                while first and line and self._ranges[first - 1][0][:1] == line:
                    first -= 1
                return list(range(first, one))
        return None

    def _read_subscribed(self, at: int) -> Place | None:
        """Read the place whose item is stored: what was loaded before the key."""
        loaded = 0
        for one in range(at - 1, -1, -1):
            instruction = self._all[one]
            if loaded == 0 and instruction.opname in _LOAD_TWO:
                return "local", instruction.argval[0]
            loaded += dis.stack_effect(instruction.opcode, instruction.arg, jump=False)
            if loaded > 0:
                return self._read_place(one - 1)
        return None

    def _read_place(self, at: int) -> Place | None:
        """Read the place that the instruction loads."""
        if at < 0:
            return None
        instruction = self._all[at]
        op, name = instruction.opname, instruction.argval
        if op in ("LOAD_GLOBAL", "LOAD_NAME"):
            return "global", name
        if op in ("LOAD_DEREF", "LOAD_CLASSDEREF"):
            return "local", name
        if op in _LOAD_ATTRIBUTE:
            base = self._read_class(at - 1) or self._read_place(at - 1)
            return None if base is None else (*base, name)
        loaded = self._list_loaded(at)
        return ("local", loaded[-1]) if loaded else None

    def _read_class(self, at: int) -> Place | None:
        """Read the place whose class the call of ``type`` gives, if it is one."""
        if at < 2 or self._all[at].opname != "CALL":
            return None
        within = self._list_within(at)
        asks = any(self._all[one].argval == "type" for one in within)
        place = self._read_place(at - 1)
        return (*place, "__class__") if asks and place is not None else None

    def _list_loaded(self, at: int) -> list[str]:
        """List the local names that the instruction loads."""
        instruction = self._all[at]
        op, names = instruction.opname, instruction.argval
        if op in _LOAD_FAST or (op == "LOAD_DEREF" and names not in self._free):
            return [names]
        if op in _LOAD_TWO:
            return list(names)
        return [names[1]] if op == _STORE_LOAD else []

    def _list_stored(self, at: int) -> list[str]:
        """List the local names that the instruction gives a value."""
        instruction = self._all[at]
        op, names = instruction.opname, instruction.argval
        if op == "STORE_FAST" or (op == "STORE_DEREF" and names not in self._free):
            return [names]
        if op == _STORE_TWO:
            return list(names)
        return [names[0]] if op == _STORE_LOAD else []

    def _list_within(self, at: int) -> list[int]:
        """List the instructions before that at *at* that stand inside of what it is for."""
        start, end = self._ranges[at]
        return [
            one
            for one, (first, last) in enumerate(self._ranges[:at])
            if start <= first and last <= end and end
        ]


def _count_given(code: CodeType) -> int:
    """Count the names of what a function is given, which stand first."""
    more = (code.co_flags & _VARARGS != 0) + (code.co_flags & _VARKEYWORDS != 0)
    return code.co_argcount + code.co_kwonlyargcount + more


def _read_range(instruction: dis.Instruction) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Read where in the source the instruction is from: begin and end, empty if nobody knows."""
    line, end_line, column, end_column = instruction.positions or (None,) * 4
    if line is None or end_line is None or column is None or end_column is None:
        return (), ()
    return (line, column), (end_line, end_column)
