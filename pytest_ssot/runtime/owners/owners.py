"""The owners of what happens: a test, a fixture or a file, several of these, or nobody."""

from __future__ import annotations

from _contextvars import ContextVar
from _thread import _local, get_ident

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType, TracebackType

    from pytest_ssot.runtime.evidence.evidence import Evidence, OwnerStack
    from pytest_ssot.runtime.stack.guard import Guard
    from pytest_ssot.runtime.stack.intent import Place

from pytest_ssot.runtime.owners import pools, tasks
from pytest_ssot.runtime.owners.owner_numbers import NOWHERE, FrameSnapshot, OwnerNumbers
from pytest_ssot.runtime.owners.threads import Threads
from pytest_ssot.runtime.stack import frames, intent

#: Stands for the line that started a child process, which the process that did knows.
STARTED = ("<started>", 0, 0, 0, "", "")


class _ThreadState(_local):
    """The state of a thread that is not the tests' own; each thread has another."""

    pool: bool | None = None
    started: OwnerStack | None = None


class Owners:
    """Finds the owners of what happens at a frame.

    In the thread that runs the tests, pytest says it: :meth:`enter` and
    :meth:`leave`. What an event loop runs there, and what other threads do, is
    whose who started it: contextvars, pools and threads tell. ``turns`` counts
    how often the owner changed.

    *find_carriers* gives the evidence of the modules that load at a frame: whoever
    imports them has what they start, too. *find_permitted* gives the classes that the
    code at a frame may make.
    """

    def __init__(
        self,
        guard: Guard,
        find_carriers: Callable[[FrameType], OwnerStack],
        find_permitted: Callable[[FrameType], frozenset[str]] | None,
    ) -> None:
        self._find_carriers = find_carriers
        self._find_own_permits = find_permitted
        self._home = get_ident()
        self._current: OwnerStack = ()
        self._thread = _ThreadState()
        # Compared by identity: a context that was captured under an owner has this very tuple.
        self._captured: ContextVar[OwnerStack | None] = ContextVar(
            "pytest_ssot_owners", default=None
        )
        self.numbers = OwnerNumbers()
        #: :meth:`issue_number`, for code that no callback of ours calls.
        self.issue_guarded = guard(self.issue_number, 0)
        self.threads = Threads(guard(self._describe_thread_start, ((), None, frozenset())))
        self.pools = pools.Pools(guard(self._number_submission, 0), self.issue_guarded)
        #: Owners by the node ids of tests.
        self.tests: dict[str, Evidence] = {}
        self.turns = 0

    def enter(self, owner: Evidence, name: str = "", *, alone: bool = False) -> OwnerStack:
        """Until :meth:`leave`, *owner* gets what happens, and so does each that is in already.

        Not if it is to be *alone*. Returns what to leave with.
        """
        before = self._current
        if name:
            self.tests[name] = owner
        self._set_current((owner,) if alone else (*before, owner))
        return before

    def leave(self, before: OwnerStack) -> None:
        """Undo :meth:`enter`, which returned *before*."""
        self._set_current(before)

    def at(self, frame: FrameType) -> OwnerStack:
        """Find the owners of what happens at *frame*, which runs in the thread that asks."""
        captured = self._captured.get()
        at_home = get_ident() == self._home
        otherwise = self._current if at_home else self.threads.find_starter()
        if captured is None or captured is otherwise:
            pass
        elif not at_home or tasks.is_dispatched(frame):
            return captured
        if not at_home or self.numbers.elsewhere is not None:
            number = pools.find_submitter(frame)
            if number is not None:
                return self.numbers.owners_of(number)
        return otherwise or ()

    def find_key(self, frame: FrameType) -> OwnerStack | None:
        """Find the owners as :meth:`at` does, or for less something that changes with them."""
        captured = self._captured.get()
        if self.numbers.elsewhere is not None:
            return self.at(frame)
        if get_ident() == self._home:
            return None if captured is self._current else self.at(frame)
        own = self._thread
        if own.pool is None:
            own.pool = pools.is_pool_worker(frame)
            own.started = self.threads.find_starter()
        return self.at(frame) if own.pool else captured or own.started

    def continue_in_child(self, numbers: OwnerNumbers, number: int) -> None:
        """Go on in a child process, on behalf of the owner with that *number*.

        A fork may judge what it sees by itself, as pytest-forked does.
        """
        self.numbers = numbers
        self._set_current((*numbers.owners_of(number), *self._current))

    def _set_current(self, now: OwnerStack) -> None:
        self._home = get_ident()
        self._current = now
        self.turns += 1
        self._captured.set(now)

    def capture_context(self) -> None:
        """Note the present owners in the context in which this is called."""
        self._captured.set(self._current)

    def issue_number(self, frame: FrameType) -> int:
        """Issue a number for the process that is started at *frame*."""
        owned, at = self._find_start(frame)
        user = frames.find_user_frame(frame, intent.is_stdlib)
        return self.numbers.issue(owned, frames.find_way(user), at, self._find_permitted(frame))

    def find_start_place(self, frame: FrameType) -> Place:
        """Find the line that started what runs at *frame*, or submitted it to a pool."""
        if self.numbers.elsewhere is not None:
            return STARTED
        number = pools.find_submitter(frame)
        if number is not None:
            return self.numbers.look_up(number)[2]
        at = None if get_ident() == self._home else self.threads.find_start_line()
        return NOWHERE if at is None else at.find_place()

    def find_permitted_by_start(self, frame: FrameType) -> frozenset[str]:
        """Find the classes that may be made where *frame*'s thread was started, or work given."""
        if get_ident() == self._home:
            return frozenset()
        number = pools.find_submitter(frame)
        return (
            self.threads.find_permitted() if number is None else self.numbers.permitted_of(number)
        )

    def _find_start(self, frame: FrameType) -> tuple[OwnerStack, FrameSnapshot | None]:
        """Find the owners of what is started at *frame*, and the line that a user wrote for it."""
        owned = self.at(frame)
        if self.numbers.elsewhere is None:
            owned += self._find_carriers(frame)
        user = frames.find_user_frame(frame, intent.is_stdlib)
        return owned, None if user is None else FrameSnapshot(user)

    def _describe_thread_start(self) -> tuple[OwnerStack, FrameSnapshot | None, frozenset[str]]:
        frame = frames.get_caller(2)
        return *self._find_start(frame), self._find_permitted(frame)

    def _number_submission(self) -> int:
        frame = frames.get_caller(2)
        owned, at = self._find_start(frame)
        return self.numbers.issue(owned, (), at, self._find_permitted(frame))

    def _find_permitted(self, frame: FrameType) -> frozenset[str]:
        """Find the classes that what is started at *frame* may make, as what starts it may."""
        if self._find_own_permits is None:
            return frozenset()
        return self._find_own_permits(frame) | self.find_permitted_by_start(frame)


class Ownership:
    """Makes an evidence the owner of what happens in a block, and gives that back after."""

    __slots__ = ("_alone", "_before", "_evidence", "_on_turned", "_on_turning", "_owners", "_test")

    def __init__(
        self,
        owners: Owners,
        evidence: Evidence,
        test: str,
        on_turning: Callable[[], None] | None,
        on_turned: Callable[[], None],
        *,
        alone: bool,
    ) -> None:
        self._alone = alone
        self._on_turning = on_turning
        self._on_turned = on_turned
        self._owners = owners
        self._evidence = evidence
        self._test = test

    def __enter__(self) -> None:
        if self._on_turning is not None:
            self._on_turning()
        self._before = self._owners.enter(self._evidence, self._test, alone=self._alone)
        self._on_turned()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._on_turning is not None:
            self._on_turning()
        self._owners.leave(self._before)
        self._on_turned()
