"""Whose it is: what happens belongs to a test, a fixture or a file, or to nobody."""

from __future__ import annotations

from _contextvars import ContextVar
from _thread import _local, get_ident

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from pytest_ssot.runtime.evidence.evidence import Evidence, Owned
    from pytest_ssot.runtime.stack.guard import Guard
    from pytest_ssot.runtime.stack.intent import Place

from pytest_ssot.runtime.owners import pools, tasks
from pytest_ssot.runtime.owners.owner_numbers import NOWHERE, At, Issued
from pytest_ssot.runtime.owners.threads import Threads
from pytest_ssot.runtime.stack import frames, intent

#: Stands for the line that started a child process, which the process that did knows.
STARTED = ("<started>", 0, 0, 0, "", "")


class _Thread(_local):
    """What is known of the thread that asks."""

    pool: bool | None = None
    started: Owned | None = None


class Owners:
    """Says whose it is what happens at a frame.

    In the thread that runs the tests, pytest says it: :meth:`enter` and
    :meth:`leave`. What an event loop runs there, and what other threads do, is
    whose who started it: contextvars, pools and threads tell. ``turns`` counts
    how often the owner changed.
    """

    def __init__(self, guard: Guard) -> None:
        self._home = get_ident()
        self._now: Owned = ()
        self._thread = _Thread()
        # Compared by identity: a context that was captured under an owner has this very tuple.
        self._captured: ContextVar[Owned | None] = ContextVar("pytest_ssot_owners", default=None)
        self.issued = Issued()
        #: :meth:`number_at`, for who is called by nobody of ours.
        self.process_at = guard(self.number_at, 0)
        self.threads = Threads(guard(self._starting, ((), None, frozenset())))
        self.pools = pools.Pools(guard(self._submitting, 0), self.process_at)
        #: Owners by the node ids of tests.
        self.tests: dict[str, Evidence] = {}
        #: The modules that load at a frame: who imports them has what they start, too.
        self.loading: Callable[[FrameType], Owned] = lambda frame: ()
        #: The classes that what is started at a frame may make.
        self.within: Callable[[FrameType], frozenset[str]] = lambda frame: frozenset()
        self.turns = 0

    def enter(self, owner: Evidence, name: str = "", *, alone: bool = False) -> Owned:
        """Until :meth:`leave`, *owner* gets what happens, and so does each that is in already.

        Not if it is to be *alone*. Returns what to leave with.
        """
        before = self._now
        if name:
            self.tests[name] = owner
        self._become((owner,) if alone else (*before, owner))
        return before

    def leave(self, before: Owned) -> None:
        self._become(before)

    def at(self, frame: FrameType) -> Owned:
        """Whose it is what happens at *frame*, which runs in the thread that asks."""
        captured = self._captured.get()
        at_home = get_ident() == self._home
        otherwise = self._now if at_home else self.threads.started_by()
        if captured is None or captured is otherwise:
            pass
        elif not at_home or tasks.is_dispatched(frame):
            return captured
        if not at_home or self.issued.elsewhere is not None:
            number = pools.number_at(frame)
            if number is not None:
                return self.issued.owned(number)
        return otherwise or ()

    def short(self, frame: FrameType) -> Owned | None:
        """As :meth:`at`, or what changes with it, for less where that cannot change."""
        captured = self._captured.get()
        if self.issued.elsewhere is not None:
            return self.at(frame)
        if get_ident() == self._home:
            return None if captured is self._now else self.at(frame)
        own = self._thread
        if own.pool is None:
            own.pool = pools.is_worker(frame)
            own.started = self.threads.started_by()
        return self.at(frame) if own.pool else captured or own.started

    def move(self, issued: Issued, number: int) -> None:
        """Go on in a child process, on behalf of the owner with that *number*.

        A fork may judge what it sees by itself, as pytest-forked does.
        """
        self.issued = issued
        self._become((*issued.owned(number), *self._now))

    def _become(self, now: Owned) -> None:
        self._home = get_ident()
        self._now = now
        self.turns += 1
        self.capture()

    def capture(self) -> None:
        """Make the context in which this is called tell whose turn it is."""
        self._captured.set(self._now)

    def number_at(self, frame: FrameType) -> int:
        """A number for whoever starts a process at *frame*."""
        owned, at = self._start(frame)
        user = frames.find_user_frame(frame, intent.is_stdlib)
        return self.issued.number(owned, frames.find_way(user), at, self.within(frame))

    def started_at(self, frame: FrameType) -> Place:
        """Who wrote the line that started what runs at *frame*, or submitted it to a pool."""
        if self.issued.elsewhere is not None:
            return STARTED
        number = pools.number_at(frame)
        if number is not None:
            return self.issued.entry(number)[2]
        at = None if get_ident() == self._home else self.threads.started_at()
        return NOWHERE if at is None else at.place()

    def started_within(self, frame: FrameType) -> frozenset[str]:
        """The classes that may be made where that was started, or submitted, which runs *frame*."""
        if get_ident() == self._home:
            return frozenset()
        number = pools.number_at(frame)
        return self.threads.started_within() if number is None else self.issued.within(number)

    def _start(self, frame: FrameType) -> tuple[Owned, At | None]:
        """Whose it is what is started at *frame*, and the line that a user wrote for it."""
        owned = self.at(frame)
        if self.issued.elsewhere is None:
            owned += self.loading(frame)
        user = frames.find_user_frame(frame, intent.is_stdlib)
        return owned, None if user is None else At(user)

    def _starting(self) -> tuple[Owned, At | None, frozenset[str]]:
        frame = frames.get_caller(2)
        return *self._start(frame), self.within(frame)

    def _submitting(self) -> int:
        frame = frames.get_caller(2)
        owned, at = self._start(frame)
        return self.issued.number(owned, (), at, self.within(frame))
