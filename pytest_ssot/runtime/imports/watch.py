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

    from pytest_ssot.rules.lookup import Target, TargetIndex
    from pytest_ssot.runtime.evidence.recorder import Recorder
    from pytest_ssot.runtime.stack.guard import Guard

from pytest_ssot.runtime.imports.armed_modules import LOOKS_TOUCH_SPECS, SPEC, ArmedModules
from pytest_ssot.runtime.imports.attributes import Attributes
from pytest_ssot.runtime.imports.circular_imports import CircularImports
from pytest_ssot.runtime.imports.spec_search import SpecSearch
from pytest_ssot.runtime.imports.tripwire import Tripwires
from pytest_ssot.runtime.imports.uses import ImportUses
from pytest_ssot.runtime.stack import frames, intent, patch_decorators


class ImportWatch:
    """Sees each import of a watched module, and each read of a watched name.

    *on_load* are functions by the names of modules, each called with its module as
    soon as that is loaded; what returns true has found something that the module
    carries. *state_of* is for :class:`ImportUses`.
    """

    def __init__(
        self,
        index: TargetIndex,
        recorder: Recorder,
        guard: Guard,
        *,
        on_load: Iterable[Mapping[str, Callable[[Any], object]]],
        state_of: Callable[[Target], str],
    ) -> None:
        self._index = index
        self._recorder = recorder
        self.armed = ArmedModules(
            index,
            Tripwires(guard(self._on_import), guard(self._on_loaded)),
            Attributes(guard(self._on_read)),
        )
        self.uses = ImportUses(index, recorder, self.armed, state_of)
        self.search = SpecSearch(index.tops, guard(self._on_searched))
        self.circular = CircularImports(guard(self._on_circular))
        self._told: dict[tuple[int, int, object, object], CodeType] = {}
        self._told_at = (0, 0, 0)
        self._loads = 0
        self._on_load: dict[str, list[Callable[[Any], object]]] = {}
        for acts in on_load:
            for name, act in acts.items():
                index.tops.add(name.partition(".")[0])
                self._on_load.setdefault(name, []).append(act)
        self._asked: tuple[int, int, int] | None = None

    def install(self) -> None:
        self.search.install()
        self.circular.install()

    def remove(self) -> None:
        self.search.remove()
        self.armed.disarm_all()
        self.circular.remove()

    # -- what the detectors call ------------------------------------------

    def _on_searched(self, fullname: str, spec: ModuleSpec | None, frame: FrameType) -> None:
        """A module was found, or not."""
        self._loads += 1
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
        acts = () if module is None else self._on_load.get(name, ())
        found = [act(module) for act in acts]
        if any(found):
            self._charge_with_found(name)
        if self._is_watched(name):
            self.armed.arm(name)
        else:
            self.armed.unset_tripwire(spec)

    def _on_import(self, spec: ModuleSpec, frame: FrameType) -> None:
        """A module that has a tripwire was imported again, or somebody looked at its spec."""
        asked, self._asked = self._asked, None
        doubtful = LOOKS_TOUCH_SPECS and asked != (id(spec), id(frame), frame.f_lasti)
        if doubtful and not intent.says_import(frame):
            return
        if not self._is_repeated(frame, id(spec)):
            self._take_cached(
                spec.name, frame, lambda module: getattr(module, SPEC, None) is spec, spec
            )

    def _on_circular(self, name: str, frame: FrameType) -> None:
        """*frame* imports the module *name*, which is still loading."""
        self._recorder.record_circular_import(frame, name)
        module = sys.modules.get(name)
        # On 3.11 its tripwire cannot tell a call that imports it from a look at it.
        if LOOKS_TOUCH_SPECS and not intent.says_import(frame):
            self._take_cached(name, frame, lambda imported: imported is module, None)
        if name in self._index.names:
            self.armed.arm(name)  # whose names are read before it has loaded

    def _on_read(self, module: object, name: str, frame: FrameType, exists: bool) -> None:
        """A watched *name* of *module* was read, set or deleted."""
        dotted = self.armed.name_of(module)
        spec = vars(module).get(SPEC) if name == SPEC else None
        if spec is not None:
            self._asked = (id(spec), id(frame), frame.f_lasti)
            return
        if self._is_repeated(frame, (id(module), name)) or patch_decorators.is_restoring(frame):
            return
        if name == SPEC:
            self._take_cached(dotted, frame, lambda imported: imported is module, None)
        elif exists and not frames.is_bootstrap(frame):
            self.uses.charge_attribute(dotted, name, frame)
        elif exists and f"{dotted}.{name}" in sys.modules:
            asker = intent.find_import_caller(frame)
            if asker is not None:
                self.uses.charge_import(f"{dotted}.{name}", asker, dotted, None)

    # -- what is asked of them --------------------------------------------

    def _is_watched(self, name: str) -> bool:
        """Whether each import of *name* matters, and not only that it is loaded."""
        index = self._index
        if name in index.names or index.module(name) is not None:
            return True
        lineage = self._recorder.lineage
        return bool(lineage) and lineage.carries(name)

    def _is_repeated(self, frame: FrameType, what: object) -> bool:
        """Whether this very instruction has told of *what*, and nothing changed since.

        If not, it has from now on.
        """
        owners = self._recorder.owners
        now = (self._recorder.changes, owners.turns, self._loads)
        if self._told_at != now:
            self._told.clear()
            self._told_at = now
        if frames.is_machinery(frame):  # which everybody shares
            frame = frames.find_user_frame(frame) or frame
        key = (id(frame.f_code), frame.f_lasti, what, owners.find_key(frame))
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
        elif frame.f_locals.get("args") == (default,):
            # "from package import module", and the package has no such attribute yet. By the
            # same call a package is loaded on the way, and what is asked then is the top one.
            found = frames.find_request(frame)[1]
            name, asker, package = default, found or frame, frames.find_fromlist_package(frame)
        else:
            return
        if name is not None and is_it(sys.modules.get(name)):
            self.uses.charge_import(name, asker, package, spec)
