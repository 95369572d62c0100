"""Knows which filters and recorders of warnings are in force, and who set them.

A ``catch_warnings`` puts a new list in the place of ``warnings.filters`` when it is entered,
and the old one back at its end (``Lib/warnings.py``); filters go through one function.
Both tell here, so that a warning itself costs nothing more. What pytest sets for the test
that runs is not kept: it is what the list holds when that begins.
"""

from __future__ import annotations

import warnings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType
    from typing import Any

    from pytest_ssot.runtime.evidence.conditions import Conditions, Pattern, Setter
    from pytest_ssot.runtime.evidence.evidence import Evidence, OwnerStack
    from pytest_ssot.runtime.owners.owners import Owners

    FilterList = list[tuple[Any, ...]]
    #: A frame and its code, by identity.
    FrameIdentity = tuple[int, int]

from pytest_ssot.runtime.evidence.conditions import (
    BY_MARK,
    BY_PYTEST,
    CHECK,
    COLLECT,
    RECORD,
    Condition,
)
from pytest_ssot.runtime.stack import frames
from pytest_ssot.runtime.stack.namespaces import read_plainly
from pytest_ssot.runtime.warnings import issuer
from pytest_ssot.runtime.warnings.categories import category_name

#: Where pytest applies what its configuration, its command line and marks say.
_PYTESTS_OWN = frozenset(("_pytest.config", "_pytest.warnings"))
_ENTERS = frozenset(("__enter__", "__aenter__"))
_INSTALLED = frozenset(("site-packages", "dist-packages"))
_GENERATORS = 0x20 | 0x200  # CO_GENERATOR, CO_ASYNC_GENERATOR


class SetCondition:
    """A condition with what it is inside of: its owners, and the bodies that load, by identity.

    *holder* is the frame that holds its block open; that of who set it, if that is for the process.
    """

    __slots__ = ("bodies", "condition", "holder", "owned")

    def __init__(
        self, condition: Condition, owned: OwnerStack, bodies: frozenset[int], holder: FrameIdentity
    ) -> None:
        self.condition = condition
        self.owned = owned
        self.bodies = bodies
        self.holder = holder


class _Block:
    """One ``catch_warnings`` that is entered: its filters, those before it, who entered it."""

    __slots__ = ("added", "before", "bodies", "filters", "frame", "holder", "recorder", "setter")

    def __init__(self, filters: object, before: object) -> None:
        self.filters = filters
        self.before = before
        self.added: list[int] = []
        #: None is pytest, for the test that runs.
        self.setter: Setter | None = None
        self.bodies: frozenset[int] = frozenset()
        #: The frame that has entered it, and the one whose statement holds it open.
        self.frame: FrameIdentity = (0, 0)
        self.holder: FrameIdentity = (0, 0)
        self.recorder: SetCondition | None = None


class InForce:
    """The filters and recorders that are in force, but for those that pytest itself set.

    ``process_wide`` are the filters that were set outside of any block of those who set them.
    """

    def __init__(self, owners: Owners) -> None:
        self._owners = owners
        self._blocks: list[_Block] = []
        # With each filter, so that no other gets its identity.
        self._added: dict[int, tuple[object, SetCondition, _Block | None]] = {}
        #: Another number each time that something was set, or is no longer.
        self.version = 0
        self._known: tuple[object, tuple[SetCondition, ...]] = None, ()
        self._makes_errors: tuple[object, bool] = None, False
        self.process_wide: dict[Condition, None] = {}
        #: What pytest's configuration and command line say.
        self.configured: tuple[object, ...] = ()

    # -- what the watch tells ---------------------------------------------

    def note_list(self, before: object, after: object, frame: FrameType) -> None:
        """Note that *frame* put the list *after* in the place of *before*."""
        self.version += 1
        name = frame.f_code.co_name if frames.module_of(frame) in frames.WRAPPERS else ""
        if name == "__enter__":
            self._blocks.append(_Block(after, before))
            if not is_pytests_own(frame.f_back):
                self._describe_last(frame)
        elif name == "__exit__":
            self._leave(after)
        elif self._blocks:
            self._blocks[-1].filters = after

    def note_filter(self, frame: FrameType, is_last: bool) -> None:
        """Note that *frame*, a function of ``warnings``, has added a filter."""
        self.version += 1
        block = self._blocks[-1] if self._blocks else None
        found = _find_setter(frame.f_back, block)
        if found is None:
            return
        place, bodies = found
        filters: FilterList = vars(warnings)["filters"]
        entry = filters[-1 if is_last else 0]
        if id(entry) in self._added:
            return  # it was there already
        around = None
        if block is not None and block.setter is not None and bodies <= block.bodies:
            around = block.setter
        condition = read_filter(entry, place, around, is_last)
        if _collects(frame.f_back):
            # It shows all warnings for as long as it collects them (trial/_synctest.py).
            condition, around = Condition(COLLECT, BY_PYTEST), place
        holder = _identify(_find_holder(frame)) if around is None or block is None else block.holder
        owned = self._owners.at(frame)
        self._added[id(entry)] = entry, SetCondition(condition, owned, bodies, holder), block
        if block is not None:
            block.added.append(id(entry))
        if around is None:
            self.process_wide[condition] = None

    # -- what is asked ----------------------------------------------------

    def list_sets(self) -> tuple[SetCondition, ...]:
        """List what is in force now, innermost first."""
        filters: FilterList = vars(warnings)["filters"]
        state = self.version, id(filters), len(filters)
        if self._known[0] != state:
            self._known = state, tuple(self._read(filters)) if self._added or self._blocks else ()
        return self._known[1]

    def list_around(self, bodies: list[FrameType]) -> tuple[SetCondition, ...]:
        """List what is in force, but for what modules set that are none of those with *bodies*."""
        sets = self.list_sets()
        if not sets:
            return ()
        loading = {id(body) for body in bodies}
        return tuple(one for one in sets if one.bodies <= loading)

    def find_standing(self) -> tuple[object, ...]:
        """Find the filters that there are, as a test begins."""
        return tuple(vars(warnings)["filters"])

    def read_standing(self, standing: tuple[object, ...]) -> Iterator[Condition]:
        """Read what the filters say that a test began with."""
        for entry in standing:
            known = self._added.get(id(entry))
            if known is None:
                is_marked = bool(self.configured) and entry not in self.configured
                yield read_filter(entry, BY_MARK if is_marked else BY_PYTEST)
            elif not known[1].owned and not known[1].bodies:
                yield known[1].condition

    def makes_errors(self) -> bool:
        """Whether a test's own filter, or its mark's, makes errors of warnings."""
        filters: FilterList = vars(warnings)["filters"]
        state = self.version, id(filters), len(filters)
        if self._makes_errors[0] != state:
            errors = [entry for entry in filters if entry[0] == "error"]
            self._makes_errors = state, any(entry not in self.configured for entry in errors)
        return self._makes_errors[1]

    def find_left(self, owner: Evidence) -> Conditions:
        """Find the filters that *owner* has set and left in force."""
        return tuple(
            one.condition
            for one in self.list_sets()
            if not one.condition.is_recorder and one.owned and one.owned[-1] is owner
        )

    # -- blocks -----------------------------------------------------------

    def _describe_last(self, frame: FrameType) -> None:
        """Describe the last block, which *frame* enters, unless it is pytest's after all."""
        found = _find_setter(frame.f_back)
        if found is None:
            return
        block = self._blocks[-1]
        block.setter, block.bodies = found
        caller = frame.f_back
        if caller is not None and not _only_enters(caller):
            block.frame = _identify(caller)
        block.holder = _identify(_find_holder(caller))
        expected = _read_recorder(frame, block.setter)
        if expected is not None:
            owned = self._owners.at(frame)
            block.recorder = SetCondition(expected, owned, block.bodies, block.holder)

    def _leave(self, filters: object) -> None:
        """A block has put *filters* back: it has ended, and so have those inside of it."""
        for number, block in enumerate(self._blocks):
            if block.before is filters:
                for ended in self._blocks[number:]:
                    for identity in ended.added:
                        self._added.pop(identity, None)
                del self._blocks[number:]
                return

    def _read(self, filters: FilterList) -> Iterator[SetCondition]:
        """Read the conditions off the blocks around *filters*, the innermost first."""
        count = len(self._blocks)
        while count and self._blocks[count - 1].filters is not filters:
            count -= 1
        by_block: dict[_Block | None, list[SetCondition]] = {}
        for entry in filters:
            known = self._added.get(id(entry))
            if known is not None:
                by_block.setdefault(known[2], []).append(known[1])
        for block in reversed(self._blocks[:count]):
            yield from by_block.get(block, ())
            if block.recorder is not None:
                yield block.recorder
        yield from by_block.get(None, ())


def select_owner(sets: tuple[SetCondition, ...], owner: Evidence, owned: OwnerStack) -> Conditions:
    """Select what of *sets* was set inside of *owner*, one of *owned*, or of nobody's code.

    What a wider fixture holds open is nothing to who happens to run while it is.
    """
    return tuple(
        one.condition
        for one in sets
        if (owner in one.owned and one.owned[-1] in owned) or not (one.owned or owned)
    )


def select_body(sets: tuple[SetCondition, ...], body: FrameType) -> Conditions:
    """Select what of *sets* was set inside of the module whose *body* is executed."""
    return tuple(one.condition for one in sets if id(body) in one.bodies)


def select_held(sets: tuple[SetCondition, ...], frame: FrameType, until: FrameType) -> Conditions:
    """Select what of *sets* was set by what *until* has called, down to *frame*, or by itself."""
    if not sets:
        return ()
    holders = set()
    for current in frames.walk_outward(frame):
        holders.add(_identify(current))
        if current is until:
            break
    return tuple(one.condition for one in sets if one.holder in holders)


def read_filter(
    entry: Any, setter: Setter, block: Setter | None = None, is_last: bool = False
) -> Condition:
    """Read what the *entry* of a list of filters says."""
    action, message, category, module, _ = entry
    patterns = _read_pattern(message), _read_pattern(module)
    return Condition(action, setter, (category_name(category),), *patterns, block, is_last)


def _read_pattern(pattern: Any) -> Pattern | None:
    if isinstance(pattern, str):  # a filter of the interpreter's own, which compares
        return "".join(
            one if one.isalnum() or one == "_" else f"\\{one}" for one in pattern
        ) + r"\Z", 0
    return _read_regex(pattern)


def _read_regex(regex: Any) -> Pattern | None:
    if regex is None:
        return None
    return (regex, 0) if isinstance(regex, str) else (regex.pattern, int(regex.flags))


def _read_recorder(frame: FrameType, setter: Setter) -> Condition | None:
    """Read what the block that *frame* enters records, None where it does not record."""
    manager: Any = frame.f_locals.get("self")
    known = vars(manager)
    if not known.get("_record"):
        return None
    expected: Any = known.get("expected_warning")
    if expected is not None:
        return Condition(CHECK, setter, _name_all(expected), _read_regex(known.get("match_expr")))
    caller = frame.f_back
    if caller is not None and frames.module_of(caller) == "unittest.case":
        known = vars(caller.f_locals.get("self"))
        match = _read_regex(known.get("expected_regex"))
        return Condition(RECORD, setter, _name_all(known.get("expected")), match)
    return Condition(RECORD, setter)


def _name_all(expected: Any) -> tuple[str, ...]:
    classes = expected if isinstance(expected, tuple) else (expected,)
    return tuple(category_name(cls) for cls in classes if isinstance(cls, type))


def _find_setter(
    frame: FrameType | None, block: _Block | None = None
) -> tuple[Setter, frozenset[int]] | None:
    """Find who sets what is set from *frame* outward, and the bodies that load; None is pytest.

    Who uses a context manager sets what that does, and whose function it decorates. Mostly it
    is who has entered *block*.
    """
    for at in frames.walk_outward(frame):
        if is_pytests_own(at):
            return None
        module = frames.module_of(at)
        if block is not None and block.frame == _identify(at):
            path, _, function, _ = block.setter or BY_PYTEST
            return (path, _line_of(at), function, module), block.bodies
        if module == "contextlib" and at.f_code.co_name == "inner":
            code = read_plainly(at.f_locals.get("func"), "__code__")
            if code is not None:
                owner = str(read_plainly(at.f_locals["func"], "__module__", ""))
                decorated = code.co_filename, code.co_firstlineno, code.co_name, owner
                return decorated, _find_bodies(at)
        if not (_only_enters(at) or frames.is_machinery(at) or frames.is_transport(at)):
            path, _ = frames.find_file_and_offset(at)
            return (path, _line_of(at), frames.function_of(at), module), _find_bodies(at)
    return BY_PYTEST, frozenset()


def is_pytests_own(frame: FrameType | None) -> bool:
    """Whether *frame* is where pytest applies what its user has configured."""
    name = None if frame is None else frame.f_globals.get("__name__")
    return isinstance(name, str) and name in _PYTESTS_OWN


def _identify(frame: FrameType | None) -> FrameIdentity:
    return (0, 0) if frame is None else (id(frame), id(frame.f_code))


def _find_holder(frame: FrameType | None) -> FrameType | None:
    """Find the frame whose ``with``, or call, enters or sets what is entered or set at *frame*."""
    for at in frames.walk_outward(frame):
        if not (frames.is_wrapper(at) or at.f_code.co_name in _ENTERS or _is_manager(at)):
            return at
    return None


def _line_of(frame: FrameType) -> int:
    return frame.f_lineno + frames.find_file_and_offset(frame)[1]


def _collects(frame: FrameType | None) -> bool:
    """Whether *frame* is where Twisted's trial collects warnings."""
    if frame is None or frame.f_code.co_name != "_collectWarnings":
        return False
    return frames.module_of(frame) == issuer.TRIAL


def _only_enters(frame: FrameType) -> bool:
    """Whether *frame* is a context manager's own, or of what wraps ``warnings``.

    An installed library's context manager sets its filters for itself.
    """
    if frame.f_code.co_name in _ENTERS or frames.is_wrapper(frame):
        return True
    return _is_manager(frame) and _INSTALLED.isdisjoint(
        frame.f_code.co_filename.replace("\\", "/").split("/")
    )


def _is_manager(frame: FrameType) -> bool:
    """Whether *frame* is a generator that ``contextlib`` makes a context manager of, and enters."""
    back = frame.f_back
    return (
        bool(frame.f_code.co_flags & _GENERATORS)
        and back is not None
        and back.f_code.co_name in _ENTERS
        and frames.module_of(back) == "contextlib"
    )


def _find_bodies(frame: FrameType) -> frozenset[int]:
    return frozenset(map(id, frames.find_module_bodies(frame)))
