"""Child processes: lets them know whose they are, and takes in what they tell.

A child is found by its environment: PYTHONPATH begins with a folder whose
``sitecustomize`` starts the watch there (``Lib/site.py``: execsitecustomize), and
a variable names the channel. Whose it is stands in another one, for that child
alone: it is set where the process is made (``Modules/_posixsubprocess.c``:
fork_exec). What is started in another way (``os.system``) goes by
PYTEST_CURRENT_TEST. A fork goes on with this very watch.
"""

from __future__ import annotations

import os
import sys
from _thread import allocate_lock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import FrameType
    from typing import Any

    from pytest_ssot.runtime.guard import Guard
    from pytest_ssot.runtime.recorder import Recorder

from pytest_ssot.runtime import bytecode, frames, usage
from pytest_ssot.runtime.channel import FOLDER, OWNER, Channel

_SITE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "site")
_PATH = "PYTHONPATH"
#: Where fork_exec has the environment among its arguments.
_ENV = 5


class Children:
    """Watches the processes that this one starts, for as long as it is installed.

    ``missed`` names those that cannot be watched: path and line of who started it, and why.
    """

    def __init__(
        self, recorder: Recorder, guard: Guard, report_to: Callable[[Channel, int], None]
    ) -> None:
        self._recorder = recorder
        self._report_to = report_to
        self._guard = guard
        self._updates = guard(self._find_updates)
        self._before_fork = guard(self._note_fork)
        self._lock = allocate_lock()
        self._channel: Channel | None = None
        self._forking = 0
        self._hooked = False
        self._before: dict[str, str | None] = {}
        self._set: dict[str, str] = {}
        self._originals: dict[Any, Any] = {}
        self.missed: dict[tuple[str, int, str], None] = {}

    def install(self, channel: Channel) -> None:
        self._channel = channel
        self._before = {name: os.environ.get(name) for name in (FOLDER, _PATH)}
        self._set = {FOLDER: channel.folder, _PATH: _with_site(self._before[_PATH] or "")}
        os.environ.update(self._set)
        for module, name in _places():
            original = getattr(module, name, None)
            if original is not None:
                # Where subprocess is not loaded yet, it will bind the one that is replaced here.
                self._originals.setdefault(original, self._starting(original))
                setattr(module, name, self._originals[original])
        if not self._hooked:
            self._hooked = True  # it cannot be unhooked
            os.register_at_fork(before=self._fork, after_in_child=self._forked)

    def remove(self) -> None:
        if self._channel is None:
            return
        self._channel = None
        for name, before in self._before.items():
            if os.environ.get(name) == self._set[name]:
                os.environ.pop(name)
                if before is not None:
                    os.environ[name] = before
        for original, mine in self._originals.items():
            for module, name in _places():
                if getattr(module, name, None) is mine:
                    setattr(module, name, original)
        self._originals.clear()

    # -- exec -----------------------------------------------------------------

    def _starting(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def fork_exec(*args: Any) -> Any:
            updates: dict[bytes, bytes] | None = self._updates(args, frames.caller())
            if not updates:
                return original(*args)
            if args[_ENV] is None:
                return self._with_environment(updates, original, args)
            kept = [one for one in args[_ENV] if one.partition(b"=")[0] not in updates]
            env = [*kept, *(b"%s=%s" % update for update in updates.items())]
            return original(*args[:_ENV], env, *args[_ENV + 1 :])

        return fork_exec

    def _with_environment(
        self, updates: dict[bytes, bytes], original: Callable[..., Any], args: tuple[Any, ...]
    ) -> Any:
        """Call *original* with *updates* in the environment of the process itself.

        The child inherits all of that, also what os.environ does not know of.
        """
        with self._lock:
            for name, value in updates.items():
                os.putenv(name, value)
            try:
                return original(*args)
            finally:
                for name in updates:
                    before = os.environb.get(name)
                    if before is None:
                        os.unsetenv(name)
                    else:
                        os.putenv(name, before)

    def _find_updates(self, args: tuple[Any, ...], frame: FrameType) -> dict[bytes, bytes] | None:
        """What the environment of the child needs, so that it knows whose it is."""
        if self._channel is None or len(args) <= _ENV:
            return None
        given = args[_ENV]
        env = os.environb if given is None else dict(one.split(b"=", 1) for one in given)
        why = _unwatched(args[0], args[1], env)
        if why is not None:
            user = frames.innermost(frame, usage.is_stdlib) or frame
            self.missed[user.f_code.co_filename, user.f_lineno, why] = None
        if FOLDER.encode() not in env:
            return None
        path = env.get(_PATH.encode(), b"")
        updates = {OWNER.encode(): str(self._number(frame)).encode()}
        with_site = os.fsencode(_with_site(os.fsdecode(path)))
        if with_site != path:
            updates[_PATH.encode()] = with_site
        return updates

    def _number(self, frame: FrameType) -> int:
        """A number for whoever starts a process at *frame*."""
        owners = self._recorder.owners
        user = frames.innermost(frame, usage.is_stdlib)
        if user is None:
            return owners.issued.number(owners.at(frame))
        position = bytecode.position(user)
        path, offset = frames.place(user)
        place = (
            path,
            position.line + offset,
            position.end_line + offset,
            position.column,
            frames.function_of(user),
            frames.module_of(user),
        )
        return owners.issued.number(owners.at(frame), frames.way(user), place)

    # -- fork -----------------------------------------------------------------

    def _fork(self) -> None:
        if self._channel is not None:
            self._before_fork(frames.caller())

    def _note_fork(self, frame: FrameType) -> None:
        self._forking = self._number(frame)

    def _forked(self) -> None:
        if self._channel is not None:
            self._lock = allocate_lock()
            self._guard.forked()
            self._report_to(self._channel, self._forking)


def _places() -> Sequence[tuple[Any, str]]:
    """Where fork_exec is called from: by name, and as subprocess has bound it."""
    modules = sys.modules
    return (
        (modules.get("_posixsubprocess"), "fork_exec"),
        (modules.get("subprocess"), "_fork_exec"),
    )


def _with_site(path: str) -> str:
    return os.pathsep.join([_SITE, *filter(None, [_without_site(path)])])


def _without_site(path: str) -> str:
    return os.pathsep.join(one for one in path.split(os.pathsep) if one != _SITE)


def _unwatched(args: Sequence[Any], executables: Sequence[Any], env: Any) -> str | None:
    """Why the child cannot be watched, if it is a Python that cannot."""
    name = os.path.basename(os.fsdecode(executables[0])) if executables else ""
    if not name.lower().startswith(("python", "pypy")):
        return None
    for letter in _flags([os.fsdecode(one) for one in args[1:]]):
        if letter in "EIS":
            return f"{name} -{letter} ignores the environment or skips sitecustomize"
    if FOLDER.encode() not in env:
        return f"{name} was started without {FOLDER} in its environment"
    return None


def _flags(args: Sequence[str]) -> str:
    """The letters of a Python's options without a value (``Python/getopt.c``)."""
    letters = ""
    takes_value = False
    for arg in args:
        if takes_value:
            takes_value = False
            continue
        if not arg.startswith("-") or arg == "-":
            break
        if arg.startswith("--"):
            takes_value = arg == "--check-hash-based-pycs"
            continue
        for position, letter in enumerate(arg[1:], 1):
            if letter in "cm":
                return letters
            if letter in "WX":
                takes_value = position == len(arg) - 1
                break
            letters += letter
    return letters
