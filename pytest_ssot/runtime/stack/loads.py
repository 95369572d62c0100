"""The modules that are being loaded where a frame is: each load is one of its own.

Two modules may go by one name, or come from one file, one after the other.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

from pytest_ssot.runtime.stack import frames
from pytest_ssot.runtime.stack.namespaces import SPEC

#: Load a module, and load it again (``Lib/importlib/_bootstrap.py``).
LOADERS = frozenset(("_exec", "_load_unlocked"))
_TELLING = frozenset(("<module>", *LOADERS, *frames.RUN))


class Load:
    """The load of a module: its name, its file, and its names so far.

    *frame* is that of the module's body; that of the import machinery where there is none, as
    for C extensions and for loaders that make a module by code of their own; None once the
    load has ended.
    """

    __slots__ = ("frame", "name", "namespace", "path")

    def __init__(self, frame: FrameType | None, namespace: dict[str, object], path: str) -> None:
        name = namespace.get("__name__")
        self.frame = frame
        self.name = name if isinstance(name, str) else ""
        self.namespace = namespace
        self.path = path

    def without_frame(self) -> Load:
        """Return it as what can be kept."""
        return Load(None, self.namespace, self.path)


def identify(namespace: dict[str, object]) -> int:
    """Return what no other load has that a module with those names is of: a spec, if it has one."""
    spec = namespace.get(SPEC)
    return id(namespace if spec is None else spec)


def find_outermost_load(frame: FrameType, until: FrameType) -> str:
    """Find the name of the module that *until*, further out, loads where *frame* is, if any."""
    name, outside = "", frames.list_outside(until)
    for load in find_loads(frame):
        if load.frame in outside:
            break
        name = load.name
    return name


def find_loads(frame: FrameType | None) -> Iterator[Load]:
    """Find the loads that *frame* is part of, the innermost first."""
    loading: object = None
    while frame is not None:  # as walk_outward, for less: it is asked often where nothing loads
        name = frame.f_code.co_name
        if name not in _TELLING:
            pass
        elif frames.is_module_level(frame):
            loading = frame.f_globals.get(SPEC)
            yield Load(frame, frame.f_globals, frame.f_code.co_filename)
        elif name in LOADERS and frames.is_bootstrap(frame):
            spec = frame.f_locals["spec"]
            if spec is not loading:
                loading = spec
                # What there is of the module so far, which a C extension makes by itself.
                yield Load(frame, {"__name__": spec.name, SPEC: spec}, spec.origin or "")
        elif name in frames.RUN and frames.is_run(frame):
            return
        frame = frame.f_back
