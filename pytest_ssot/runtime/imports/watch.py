"""Watches imports: first ones by the search, later ones by tripwires, names by descriptors.

What is seen here is handed to :class:`ImportUses`, which decides whether it is a use.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from importlib.machinery import ModuleSpec
    from types import CodeType, FrameType
    from typing import Any

    from pytest_ssot.rules.lookup import TargetIndex
    from pytest_ssot.runtime.evidence.recorder import Recorder
    from pytest_ssot.runtime.stack.guard import Guard

from pytest_ssot.runtime.imports.armed_modules import LOOKS_TOUCH_SPECS, ArmedModules
from pytest_ssot.runtime.imports.attributes import Attributes, find_reader
from pytest_ssot.runtime.imports.circular_imports import CircularImports
from pytest_ssot.runtime.imports.lazy import LazyStatements
from pytest_ssot.runtime.imports.load_ends import LoadEnds
from pytest_ssot.runtime.imports.spec_search import SpecSearch
from pytest_ssot.runtime.imports.tripwire import Tripwires
from pytest_ssot.runtime.imports.uses import ImportUses
from pytest_ssot.runtime.stack import bytecode, frames, intent, patch_decorators
from pytest_ssot.runtime.stack.loads import Load
from pytest_ssot.runtime.stack.namespaces import SPEC, namespace_of


class ImportWatch:
    """Sees each import of a watched module, and each read of a watched name.

    *on_load* are functions by the names of modules, each called with its module as
    soon as that is loaded; what returns true has found something that the module
    carries.
    """

    def __init__(
        self,
        index: TargetIndex,
        recorder: Recorder,
        guard: Guard,
        *,
        on_load: Iterable[Mapping[str, Callable[[Any], object]]],
    ) -> None:
        self._index = index
        self._recorder = recorder
        self.armed = ArmedModules(
            index,
            Tripwires(guard(self._on_import), guard(self._on_loaded)),
            Attributes(guard(self._on_read), guard(self._on_new_class)),
        )
        self.uses = ImportUses(index, recorder, self.armed)
        self.search = SpecSearch(index.tops, guard(self._on_searched))
        self.lazy = LazyStatements(index.tops, guard(self.uses.charge_lazy_import))
        self.circular = CircularImports(guard(self._on_circular))
        self.load_ends = LoadEnds(guard(self._on_load_end), self._is_load_end_due)
        self._put = 0
        self._served = recorder.served
        self._told: dict[tuple[object, ...], CodeType] = {}
        self._told_at = (0, 0, 0, 0)
        self._loads = 0
        self._on_load: dict[str, list[Callable[[Any], object]]] = {}
        for acts in on_load:
            for name, act in acts.items():
                index.tops.add(name.partition(".")[0])
                self._on_load.setdefault(name, []).append(act)
        self._asked: tuple[int, int, int] | None = None

    def install(self) -> None:
        self.search.install()
        self.lazy.install()
        self.circular.install()
        self.load_ends.install()

    def remove(self) -> None:
        self.search.remove()
        self.load_ends.remove()
        self.lazy.remove()
        self.armed.disarm_all()
        self.circular.remove()

    # -- what the detectors call ------------------------------------------

    def _on_searched(self, fullname: str, spec: ModuleSpec | None, frame: FrameType) -> None:
        """A module was found, or not."""
        self._loads += 1
        self._wait_for_package(fullname, spec)
        if not (fullname in self._on_load or self._is_watched(fullname)):
            return
        if spec is not None:
            self.armed.set_tripwire(fullname, spec)
        name, asker = frames.find_request(frame)
        if name is not None and asker is not None:
            # What loads now tells by itself what it reaches. Its packages have loaded; what once
            # had its name may have been another file: every conftest is "conftest".
            self.uses.charge_carrier(fullname.rpartition(".")[0], asker)
            self.uses.charge_target(name, asker, frames.find_fromlist_package(frame), spec)
        self.uses.charge_waiting(fullname, asker, spec)

    def _on_loaded(self, spec: ModuleSpec) -> None:
        name = spec.name
        module = sys.modules.get(name)
        recorder = self._recorder
        if recorder.lineage:
            recorder.lineage.settle(name, spec)
        if module is None and recorder.circles:
            self._end_circle(spec)
        acts = () if module is None else self._on_load.get(name, ())
        found = [act(module) for act in acts]
        if any(found):
            self._charge_with_found(name)
        if self._is_watched(name):
            self.armed.arm(name)
        elif not recorder.circles.waits(name):
            self.armed.unset_tripwire(spec)

    def _on_import(self, spec: ModuleSpec, frame: FrameType) -> None:
        """A module that has a tripwire was imported again, or somebody looked at its spec."""
        frame = find_reader(frame)
        asked, self._asked = self._asked, None
        doubtful = LOOKS_TOUCH_SPECS and asked != (id(spec), id(frame), frame.f_lasti)
        if doubtful and not intent.says_import(frame):
            return
        if not self._is_repeated(frame, id(spec)):
            self._take_cached(
                spec.name, frame, lambda module: namespace_of(module).get(SPEC) is spec, spec
            )

    def _is_load_end_due(self) -> bool:
        """Whether a circle may end, or ``sys.modules`` has come to more than what was loaded."""
        put = len(sys.modules) - self.search.found
        return put != self._put or bool(self._recorder.circles.open)

    def _on_load_end(self, name: str, frame: FrameType) -> None:
        """A load has ended; it may have put other modules into ``sys.modules`` than itself."""
        if self._recorder.circles:
            self._end_circle_of(name)
        put = len(sys.modules) - self.search.found
        if put != self._put:
            self._put = put
            self._take_put(frame)

    def _end_circle_of(self, name: str) -> None:
        """End the circle of the module *name*, if that has loaded and so carries what it will."""
        spec: Any = namespace_of(sys.modules.get(name)).get(SPEC)
        if not getattr(spec, "__dict__", {}).get("_initializing"):
            self._end_circle(spec)

    def _end_circle(self, spec: ModuleSpec) -> None:
        circles = self._recorder.circles
        for waiting in circles.abandon(spec):
            if not (self._is_watched(waiting) or circles.waits(waiting)):
                self.armed.disarm(waiting)

    def _take_put(self, frame: FrameType) -> None:
        """Watch what the load at *frame* has put into ``sys.modules``, and charge who waits."""
        for name in self.armed.arm_put():
            self.uses.charge_waiting(name, frame, None)

    def _on_circular(self, name: str, frame: FrameType) -> None:
        """*frame* imports the module *name*, which is still loading."""
        first, *waiting = self._recorder.record_circular_import(frame, name) or (None,)
        if first is not None:
            self.armed.set_tripwire_in(first)
        for load in waiting:
            self.armed.arm_waiting(load)
        module = sys.modules.get(name)
        # On 3.11 its tripwire cannot tell a call that imports it from a look at it.
        if LOOKS_TOUCH_SPECS and not intent.says_import(frame):
            self._take_cached(name, frame, lambda imported: imported is module, None)
        if name in self._index.names:
            self.armed.arm(name)  # whose names are read before it has loaded

    def _on_read(self, module: object, name: str, frame: FrameType, exists: bool) -> None:
        """A watched *name* of *module* was read, set or deleted."""
        dotted = self._find_name(module, name, frame)
        if dotted is None:
            return
        spec: Any = namespace_of(module).get(SPEC) if name == SPEC else None
        if spec is not None:
            self._asked = (id(spec), id(frame), frame.f_lasti)
            self.armed.set_tripwire(dotted, spec)  # which it may have got later than its names
            return
        if self._is_repeated(frame, (id(module), name)) or patch_decorators.is_restoring(frame):
            return
        self.uses.lazy.charge_reader(module, name, frame)
        if name == SPEC:
            self._take_cached(dotted, frame, lambda imported: imported is module, None)
        elif exists and not frames.is_bootstrap(frame):
            self.uses.charge_attribute(dotted, name, frame)
        elif exists and f"{dotted}.{name}" in sys.modules:
            asker = intent.find_import_caller(frame)
            if asker is not None:
                self.uses.charge_import(f"{dotted}.{name}", asker, dotted, None)

    def _wait_for_package(self, name: str, spec: ModuleSpec | None) -> None:
        """Let the module *name*, which is about to load, wait for its package if that is loading.

        Who imports it later imports the package too, and the import system asks nobody for that.
        """
        package, _, last = name.rpartition(".")
        if not last or spec is None:
            return
        namespace = namespace_of(sys.modules.get(package))
        package_spec: Any = namespace.get(SPEC)
        if getattr(package_spec, "__dict__", {}).get("_initializing"):
            path = namespace.get("__file__")
            load = Load(None, namespace, path if isinstance(path, str) else "")
            if not self._recorder.lineage.has_evidence(load):
                self._recorder.circles.note_in_package(name, load)
                self.armed.set_tripwire(package, package_spec)
                self.armed.set_tripwire(name, spec)

    def _find_name(self, module: object, name: str, frame: FrameType) -> str | None:
        """Find the name by which *frame* means *module*, if that is one by which it is watched.

        What ``sys.modules`` has under several names is meant by the one that the code says.
        """
        names = self.armed.names_of(module)
        own = namespace_of(module).get("__name__")
        if len(names) == 1 and (own in names or own is None or name == SPEC):
            return names[0]
        if bytecode.read_instruction(frame).op in ("from", "star"):
            stated = intent.find_stated_package(frame)
            if stated in names:
                return stated
        elif name != SPEC:
            for other in names:
                if other != own and intent.imports_itself(frame, other, below=True):
                    return other
        return own if own in names else names[0] if name == SPEC and names else None

    def _on_new_class(self, module: object) -> None:
        """*module* was given another class, as a lazy module is when it loads."""
        for name in self.armed.names_of(module):
            self.armed.arm(name)

    # -- what is asked of them --------------------------------------------

    def _is_watched(self, name: str) -> bool:
        """Whether each import of *name* matters, and not only that it is loaded."""
        index = self._index
        if name in index.names or index.find_module(name) is not None:
            return True
        lineage = self._recorder.lineage
        return bool(lineage) and lineage.carries(name)

    def _is_repeated(self, frame: FrameType, what: object) -> bool:
        """Whether this very instruction has told of *what*, and nothing changed since.

        If not, it has from now on.
        """
        owners = self._recorder.owners
        recorder = self._recorder
        now = (recorder.changes, recorder.in_force.version, owners.turns, self._loads)
        if self._told_at != now:
            self._told.clear()
            self._told_at = now
        if frames.is_machinery(frame):  # which everybody shares
            frame = frames.find_user_frame(frame) or frame
        context = self._served.find_context(frame)
        key = (id(frame.f_code), frame.f_lasti, what, owners.find_key(frame), context)
        if key in self._told:
            return True
        self._told[key] = frame.f_code  # held, so that no other code gets its identity
        return False

    def _charge_with_found(self, name: str) -> None:
        """Charge who loads the module *name* with what was found in it when it had loaded."""
        for frame in frames.walk_outward(frames.get_caller()):
            if frames.is_bootstrap(frame):
                asked, asker = frames.find_request(frame)
                if asked is not None and asker is not None:
                    self.uses.charge_carrier(name, asker)
                return

    def _take_cached(
        self,
        default: str,
        frame: FrameType,
        is_it: Callable[[object], bool],
        spec: ModuleSpec | None,
    ) -> None:
        """Charge who imports a module that is loaded already, if anybody does at *frame*.

        *default* is the name of the module whose watch was touched, which *is_it* knows.
        """
        if not frames.is_bootstrap(frame):
            name, asker, package = intent.find_stated_module(default, frame), frame, None
        elif frame.f_code.co_name == "_find_and_load":
            name, found = frames.find_request(frame)
            asker, package = found or frame, frames.find_fromlist_package(frame)
        elif (called := _read_call(frame)) is not None:
            # "from package import module", and the package has no such attribute yet. By the
            # same call a package is loaded on the way, and what is asked then is the top one.
            found = frames.find_request(frame)[1]
            name, asker, package = called, found or frame, frames.find_fromlist_package(frame)
        else:
            return
        if name is not None and is_it(sys.modules.get(name)):
            self.uses.charge_import(name, asker, package, spec)


def _read_call(frame: FrameType) -> str | None:
    """Read the name of the module that the import machinery calls for at *frame*, if it does."""
    args = frame.f_locals.get("args")
    if frame.f_code.co_name != "_call_with_frames_removed" or type(args) is not tuple:
        return None
    return args[0] if len(args) == 1 and type(args[0]) is str else None
