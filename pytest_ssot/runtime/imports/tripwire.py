"""The watch on one loaded module: it reports each later import of it.

CPython asks ``module.__spec__._initializing`` of a module that is already in
``sys.modules`` (``Python/import.c``: import_ensure_initialized;
``Lib/importlib/_bootstrap.py``: _find_and_load), and of no other. A property of
that name on the spec's class is therefore a watch that costs nobody else.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from importlib.machinery import ModuleSpec
    from types import FrameType
    from typing import Any

from pytest_ssot.runtime.stack.class_swap import make_disguise, set_class
from pytest_ssot.runtime.stack.frames import get_caller, is_bootstrap
from pytest_ssot.runtime.stack.namespaces import find_inherited


class Tripwires:
    """Sets tripwires on specs and takes every one of them off again.

    *on_import* gets a spec and the frame that imports its module; *on_loaded*
    gets a spec whose module has just finished to load. ``kinds`` are the classes
    of specs that have one.
    """

    def __init__(
        self,
        on_import: Callable[[ModuleSpec, FrameType], None],
        on_loaded: Callable[[ModuleSpec], None],
    ) -> None:
        self._on_import = on_import
        self._on_loaded = on_loaded
        self._classes: dict[type, type] = {}
        self.kinds: set[type] = set()
        self._specs: dict[int, tuple[ModuleSpec, type]] = {}

    def set_on(self, spec: ModuleSpec) -> None:
        """Watch *spec*; again is no harm. TypeError where its class cannot be changed."""
        base = type(spec)
        if base in self.kinds:
            return
        set_class(spec, self._make_watched_class(base))
        self._specs[id(spec)] = (spec, base)

    def take_off(self, spec: ModuleSpec) -> None:
        """Watch *spec* no more."""
        _, base = self._specs.pop(id(spec), (spec, None))
        if base is not None and type(spec) is self._classes[base]:
            set_class(spec, base)

    def remove_all(self) -> None:
        for spec, base in self._specs.values():
            if type(spec) is self._classes[base]:
                set_class(spec, base)
        self._specs.clear()

    def _make_watched_class(self, base: type) -> type:
        if base not in self._classes:
            on_import, on_loaded = self._on_import, self._on_loaded

            def read(spec: Any) -> object:
                on_import(spec, get_caller())
                return spec.__dict__.get("_initializing", False)

            def write(spec: Any, value: object) -> None:
                spec.__dict__["_initializing"] = value
                if not value:
                    on_loaded(spec)

            members: dict[str, object] = {"_initializing": property(read, write)}
            if find_inherited(base, "name") is None:
                members["name"] = property(_make_name_reader(on_loaded), _write_name)
            self._classes[base] = make_disguise(base, members, self.set_on)
            self.kinds.add(self._classes[base])
        return self._classes[base]


def _make_name_reader(on_loaded: Callable[[ModuleSpec], None]) -> Callable[[Any], object]:
    def read(spec: Any) -> object:
        if _has_reloaded(get_caller()):
            on_loaded(spec)
        try:
            return spec.__dict__["name"]
        except KeyError:
            raise AttributeError("name") from None

    return read


def _write_name(spec: Any, value: object) -> None:
    spec.__dict__["name"] = value


def _has_reloaded(frame: FrameType) -> bool:
    """Whether *frame* is at the end of a reload, which sets no ``_initializing``.

    It reads the spec's name at its start, and again when the module has executed
    (``Lib/importlib/_bootstrap.py``: _exec).
    """
    return frame.f_code.co_name == "_exec" and is_bootstrap(frame) and "name" in frame.f_locals
