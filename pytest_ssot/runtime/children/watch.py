"""Watches child processes: tells each to watch itself, and who owns it.

A child is found by its environment: PYTHONPATH begins with a folder whose
``sitecustomize`` starts the watch there (``Lib/site.py``: execsitecustomize), and
a variable names the channel. Its owner's number stands in another variable, for that
child alone: it is set where the process is made (``Modules/_posixsubprocess.c``:
fork_exec, ``os.posix_spawn``). What is started in another way (``os.system``) goes by
PYTEST_CURRENT_TEST. A fork goes on with this very watch.
"""

from __future__ import annotations

import os
import sys
from _thread import RLock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import FrameType
    from typing import Any

    from pytest_ssot.runtime.evidence.recorder import Recorder
    from pytest_ssot.runtime.stack.guard import Guard

from pytest_ssot.runtime.children.remote_owner import make_absolute
from pytest_ssot.runtime.evidence.channel import FOLDER, OWNER, Channel
from pytest_ssot.runtime.owners.owner_numbers import make_unissued_number
from pytest_ssot.runtime.stack import frames, intent

_posixsubprocess: Any
try:  # what has not loaded subprocess yet would not have it
    import _posixsubprocess
except ImportError:  # Windows
    _posixsubprocess = None

_RUNTIME = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_SITE = os.path.join(_RUNTIME, "site")
_PATH = "PYTHONPATH"
#: Where fork_exec has the environment among its arguments.
_ENV = 5


class ChildWatch:
    """Sees to it that the processes that this one starts watch themselves, while installed.

    *hand_over* makes this very watch that of a fork. ``missed`` names those that cannot
    be watched: path and line of who started it, and why.
    """

    def __init__(
        self, recorder: Recorder, guard: Guard, hand_over: Callable[[Channel, int], None]
    ) -> None:
        self._recorder = recorder
        self._hand_over = hand_over
        self._guard = guard
        self._updates = guard(self._find_updates)
        self._encoded = guard(_encode)
        self._lock = RLock()
        self._channel: Channel | None = None
        self._forking = 0
        self._before: dict[str, str | None] = {}
        self._set: dict[str, str] = {}
        self._originals: dict[Any, Any] = {}
        self.missed: dict[tuple[str, int, str], None] = {}

    def install(self, channel: Channel) -> None:
        self._channel = channel
        self._before = {name: os.environ.get(name) for name in (FOLDER, _PATH, OWNER)}
        self._set = {FOLDER: channel.folder, _PATH: _add_site(self._before[_PATH] or "")}
        os.environ.update(self._set)
        if self._recorder.owners.numbers.elsewhere is None:
            os.environ.pop(OWNER, None)  # a run inside a child of another: its numbers are its own
        for module, name in _list_places():
            original = getattr(module, name, None)
            if original is not None:
                # Where subprocess is not loaded yet, it will bind the one that is replaced here.
                starting = self._wrap_fork_exec if name.endswith("exec") else self._wrap_posix_spawn
                self._originals.setdefault(original, starting(original))
                setattr(module, name, self._originals[original])

    def remove(self) -> None:
        if self._channel is None:
            return
        self._channel = None
        for name, before in self._before.items():
            if os.environ.get(name) == self._set.get(name):
                os.environ.pop(name, None)
                if before is not None:
                    os.environ[name] = before
        for original, mine in self._originals.items():
            for module, name in _list_places():
                if getattr(module, name, None) is mine:
                    setattr(module, name, original)
        self._originals.clear()

    # -- exec -----------------------------------------------------------------

    def _wrap_fork_exec(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def fork_exec(*args: Any) -> Any:
            __tracebackhide__ = True
            given = args[_ENV] if len(args) > _ENV else ()
            pairs = () if given is None else (one.partition(b"=") for one in given)
            env = None if given is None else {name: value for name, _, value in pairs}
            updates = self._updates(args[0], args[1], env, frames.get_caller())
            if not updates:
                return original(*args)
            if env is None:
                return self._call_with_environment(updates, lambda: original(*args))
            listed = [b"%s=%s" % pair for pair in (env | updates).items()]
            return original(*args[:_ENV], listed, *args[_ENV + 1 :])

        return fork_exec

    def _wrap_posix_spawn(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """Wrap what subprocess calls where it can, from 3.13 on with its usual arguments too."""

        def posix_spawn(path: Any, argv: Any, env: Any, *args: Any, **options: Any) -> Any:
            __tracebackhide__ = True
            given = None if env is None else self._encoded(env)
            updates = self._updates(argv, [path], given, frames.get_caller())
            if updates and given is None:
                return self._call_with_environment(
                    updates, lambda: original(path, argv, env, *args, **options)
                )
            return original(path, argv, given | updates if updates else env, *args, **options)

        return posix_spawn

    def _call_with_environment(self, updates: dict[bytes, bytes], start: Callable[[], Any]) -> Any:
        """Call *start* with *updates* in the environment of the process itself.

        The child inherits all of that, also what os.environ does not know of.
        """
        with self._lock:
            for name, value in updates.items():
                os.putenv(name, value)
            try:
                return start()
            finally:
                for name in updates:
                    before = os.environb.get(name)
                    if before is None:
                        os.unsetenv(name)
                    else:
                        os.putenv(name, before)

    def _find_updates(
        self,
        args: Sequence[Any],
        executables: Sequence[Any],
        given: dict[bytes, bytes] | None,
        frame: FrameType,
    ) -> dict[bytes, bytes] | None:
        """Find what the environment of the child needs, so that it knows its owner."""
        if self._channel is None:
            return None
        env = os.environb if given is None else given
        why = _find_obstacle(args, executables, env)
        if why is not None:
            self._note_missed(frame, why)
        if FOLDER.encode() not in env:
            return None
        path = env.get(_PATH.encode(), b"")
        number = self._number_child(self._channel, frame)
        updates = {OWNER.encode(): str(number).encode()}
        with_site = os.fsencode(_add_site(os.fsdecode(path)))
        if with_site != path:
            updates[_PATH.encode()] = with_site
        return updates

    def _number_child(self, channel: Channel, frame: FrameType) -> int:
        """Issue a number for the child; in a child process, the run is told of it."""
        owners = self._recorder.owners
        number: int = owners.issue_number(frame)
        user = frames.find_user_frame(frame, intent.is_stdlib)
        if owners.numbers.elsewhere is None or user is None:
            return number
        relayed = make_unissued_number()
        path, *rest = intent.place_of(user)
        way = tuple((make_absolute(file), *step) for file, *step in frames.find_way(user))
        channel.write("relayed", relayed, number, way, (make_absolute(path), *rest))
        return relayed

    def _note_missed(self, frame: FrameType, why: str) -> None:
        user = frames.find_user_frame(frame, intent.is_stdlib) or frame
        place = user.f_code.co_filename, user.f_lineno, why
        if self._channel is not None and self._recorder.owners.numbers.elsewhere is not None:
            self._channel.write("missed", "a child process of {}:{}: {}".format(*place))
        else:
            self.missed[place] = None

    # -- fork -----------------------------------------------------------------

    def before_fork(self) -> None:
        if self._channel is not None:
            self._forking = self._recorder.owners.issue_guarded(frames.get_caller())

    def after_fork(self) -> None:
        """Go on in the child."""
        if self._channel is not None:
            self._lock = RLock()
            self._guard.forget_threads()
            os.environ[OWNER] = str(self._forking)  # it may execute another program
            self._hand_over(self._channel, self._forking)


def make_environment(folder: str) -> dict[str, str]:
    """Make the environment of a process that is watched for the channel *folder* alone."""
    env = {**os.environ, FOLDER: folder, _PATH: _add_site(os.environ.get(_PATH, ""))}
    env.pop(OWNER, None)
    return env


def _encode(env: Any) -> dict[bytes, bytes]:
    return {os.fsencode(name): os.fsencode(value) for name, value in env.items()}


def _list_places() -> Sequence[tuple[Any, str]]:
    """List where fork_exec is called from: by name, and as subprocess has bound it."""
    modules = sys.modules
    return (
        (_posixsubprocess, "fork_exec"),
        (modules.get("subprocess"), "_fork_exec"),
        (os, "posix_spawn"),
        (os, "posix_spawnp"),
    )


def _add_site(path: str) -> str:
    return os.pathsep.join([_SITE, *filter(None, [_drop_site(path)])])


def _drop_site(path: str) -> str:
    return os.pathsep.join(part for part in path.split(os.pathsep) if part != _SITE)


def _find_obstacle(args: Sequence[Any], executables: Sequence[Any], env: Any) -> str | None:
    """Find why the child cannot be watched, if it is a Python that cannot."""
    name = os.path.basename(os.fsdecode(executables[0])) if executables else ""
    if not name.lower().startswith(("python", "pypy")):
        return None
    for letter in _read_flags([os.fsdecode(argument) for argument in args[1:]]):
        if letter in "EIS":
            return f"{name} -{letter} ignores the environment or skips sitecustomize"
    if FOLDER.encode() not in env:
        return f"{name} was started without {FOLDER} in its environment"
    return None


def _read_flags(args: Sequence[str]) -> str:
    """Read the letters of a Python's options without a value (``Python/getopt.c``)."""
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
