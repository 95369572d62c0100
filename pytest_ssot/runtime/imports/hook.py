"""Watches imports: first ones by the search, later ones by tripwires, names by descriptors."""

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

from pytest_ssot.rules.lookup import Target
from pytest_ssot.runtime.evidence.recorder import sighting_in
from pytest_ssot.runtime.imports.armed_modules import LOOKS_TOUCH_SPECS, SPEC, Arming
from pytest_ssot.runtime.imports.attributes import Attributes
from pytest_ssot.runtime.imports.finder import Search
from pytest_ssot.runtime.imports.lazy import LazyStatements
from pytest_ssot.runtime.imports.submodules import find_unloaded, holds_module, is_submodule
from pytest_ssot.runtime.imports.tripwire import Tripwires
from pytest_ssot.runtime.stack import bytecode, frames, intent, patch_decorators

#: Import every package on the way to the dotted string that they are given.
_RESOLVERS = frozenset(("_pytest.monkeypatch", "mock.mock", "pkgutil", "unittest.mock"))


class ImportWatch:
    """Turns each import and each read of a watched name into sightings."""

    def __init__(self, index: TargetIndex, recorder: Recorder, guard: Guard) -> None:
        self._index = index
        self._recorder = recorder
        self.search = Search(index.tops, guard(self._searched))
        self.lazy = LazyStatements(index.tops, guard(self._stated_lazily))
        self.arming = Arming(
            index,
            Tripwires(guard(self._tripped), guard(self._loaded)),
            Attributes(guard(self._read)),
        )
        self._told: dict[tuple[int, int, object, object], CodeType] = {}
        self._told_at = (0, 0, 0)
        self._loads = 0
        self._on_load: dict[str, list[Callable[[Any], object]]] = {}
        self.on_load(recorder.owners.pools.on_load)
        self._asked: tuple[int, int, int] | None = None
        #: How a use of a target is to be taken; whoever watches warnings knows better.
        self.state_of: Callable[[Target], str] = lambda target: "seen"

    def on_load(self, acts: Mapping[str, Callable[[Any], object]]) -> None:
        """Call these, by the names of modules, with each of those as soon as it is loaded.

        What returns true has found something that the module carries.
        """
        for name, act in acts.items():
            self._index.tops.add(name.partition(".")[0])
            self._on_load.setdefault(name, []).append(act)

    def warned(self, name: str, body: FrameType, *, expected: bool) -> None:
        """Take the module *name*, whose *body* warns of itself, as imported just now.

        *expected* by who imports it now, it is watched for the others.
        """
        self.arming.carry(name)
        if not expected:
            self.now_known(name, body.f_back)

    def now_known(self, name: str, frame: FrameType | None) -> None:
        """Take the module *name*, a target since it loads, as imported by who loads it.

        *frame* is of the import machinery.
        """
        requested, asker = frames.find_request(frame)
        if asker is not None and requested is not None:
            self._imported(name, asker, frames.find_fromlist_package(frame), None)
        self._waited_for(name, asker, None)

    def known_as(self, name: str, rule: str, symbol: str, *, foreign: bool) -> None:
        """Take the module *name* as another path to *symbol* from now on."""
        if self._index.module(name) is None:
            self._index.add(Target(rule, name, symbol=symbol, foreign=foreign))
            self.arming.carry(name)

    # -- what the detectors call ------------------------------------------

    def _wanted(self, name: str) -> bool:
        self._loads += 1
        return name in self._on_load or self._is_watched(name)

    def _is_watched(self, name: str) -> bool:
        """Whether each import of *name* matters, and not only that it is loaded."""
        index = self._index
        if name in index.names or index.module(name) is not None:
            return True
        lineage = self._recorder.lineage
        return bool(lineage) and lineage.carries(name)

    def _found(self, fullname: str, spec: ModuleSpec | None, frame: FrameType) -> None:
        if spec is not None:
            self.arming.set_tripwire(fullname, spec)
        name, asker = frames.find_request(frame)
        if name is not None and asker is not None:
            # What loads now tells by itself what it reaches. Its packages have loaded; what once
            # had its name may have been another file: every conftest is "conftest".
            self._carried(fullname.rpartition(".")[0], asker)
            self._targeted(name, asker, frames.find_fromlist_package(frame), spec)
        self._waited_for(fullname, asker, spec)

    def _searched(self, fullname: str, spec: ModuleSpec | None, frame: FrameType) -> None:
        """A module was found, or not."""
        if self._wanted(fullname):
            self._found(fullname, spec, frame)

    def _loaded(self, spec: ModuleSpec) -> None:
        name = spec.name
        module = sys.modules.get(name)
        acts = () if module is None else self._on_load.get(name, ())
        found = [act(module) for act in acts]
        if any(found):
            self._just_carries(name)
        if self._is_watched(name):
            self.arming.arm(name)
        else:
            self.arming.unset_tripwire(spec)

    def _just_carries(self, name: str) -> None:
        """Who loads the module *name* gets what was found in it when it had loaded."""
        for frame in frames.walk_outward(frames.get_caller()):
            if frames.is_bootstrap(frame):
                asked, asker = frames.find_request(frame)
                if asked is not None and asker is not None:
                    self._carried(name, asker)
                return

    def _tripped(self, spec: ModuleSpec, frame: FrameType) -> None:
        asked, self._asked = self._asked, None
        doubtful = LOOKS_TOUCH_SPECS and asked != (id(spec), id(frame), frame.f_lasti)
        if doubtful and not intent.says_import(frame):
            return
        if not self._was_told(frame, id(spec)):
            self._cached(spec.name, frame, lambda module: getattr(module, SPEC, None) is spec, spec)

    def waits(self, name: str, frame: FrameType) -> None:
        """*frame* imports the module *name*, which is still loading.

        On 3.11 its tripwire cannot tell a call that imports it from a look at it.
        """
        module = sys.modules.get(name)
        if LOOKS_TOUCH_SPECS and not intent.says_import(frame):
            self._cached(name, frame, lambda imported: imported is module, None)

    def _read(self, module: object, name: str, frame: FrameType, exists: bool) -> None:
        dotted = self.arming.dotted(module)
        spec = vars(module).get(SPEC) if name == SPEC else None
        if spec is not None:
            self._asked = (id(spec), id(frame), frame.f_lasti)
            return
        if self._was_told(frame, (id(module), name)) or patch_decorators.is_restoring(frame):
            return
        if name == SPEC:
            self._cached(dotted, frame, lambda imported: imported is module, None)
        elif exists and not frames.is_bootstrap(frame):
            self._touched(dotted, name, frame)
        elif exists and f"{dotted}.{name}" in sys.modules:
            asker = intent.find_import_caller(frame)
            if asker is not None:
                self._imported(f"{dotted}.{name}", asker, dotted, None)

    def _was_told(self, frame: FrameType, what: object) -> bool:
        """Whether this very instruction has told of *what*, and nothing changed since."""
        owners = self._recorder.owners
        now = (self._recorder.changes, owners.turns, self._loads)
        if self._told_at != now:
            self._told.clear()
            self._told_at = now
        if frames.is_machinery(frame):  # which everybody shares
            frame = frames.find_user_frame(frame) or frame
        key = (id(frame.f_code), frame.f_lasti, what, owners.short(frame))
        if key in self._told:
            return True
        self._told[key] = frame.f_code  # held, so that no other code gets its identity
        return False

    # -- imports ----------------------------------------------------------

    def _stated_lazily(self, name: str, names: tuple[str, ...], frame: FrameType) -> None:
        """*frame* imports the module *name*, or *names* from it, as soon as somebody reads them."""
        if self._index.module(name) is not None:
            self._targeted(name, frame, None, find_unloaded(name))
        for taken in names:
            target = self._index.name(name, taken)
            if target is not None:
                self._named(target, name, taken, frame, "from", "symbol")
            else:
                self._targeted(f"{name}.{taken}", frame, name, None)

    def _waited_for(self, name: str, frame: FrameType | None, spec: ModuleSpec | None) -> None:
        """Who asked for *name* and got its package loaded first, which now imports *name* itself.

        The import system looks into ``sys.modules`` again then, and asks no finder
        (``Lib/importlib/_bootstrap.py``: _find_and_load_unlocked).
        """
        for at in frames.find_machinery_entries(frame):
            waiting, asker = frames.find_request(at)
            if waiting == name and asker is not None:
                self._targeted(name, asker, frames.find_fromlist_package(at), spec)

    def _cached(
        self,
        default: str,
        frame: FrameType,
        is_it: Callable[[object], bool],
        spec: ModuleSpec | None,
    ) -> None:
        """A module in ``sys.modules`` was imported by *frame*, or just looked at."""
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
            self._imported(name, asker, package, spec)

    def _imported(
        self, name: str, asker: FrameType, package: str | None, spec: ModuleSpec | None
    ) -> None:
        """*asker* imports the module *name*, as a part of *package* if that is given."""
        self._carried(name, asker)
        self._targeted(name, asker, package, spec)

    def _carried(self, name: str, asker: FrameType) -> None:
        recorder = self._recorder
        if recorder.lineage and recorder.lineage.carries(name):
            recorder.use(asker, name)

    def _targeted(
        self, name: str, asker: FrameType, package: str | None, spec: ModuleSpec | None
    ) -> None:
        target = self._index.module(name)
        if target is None or self.lazy.only_read(name, asker):
            return
        if package is not None and self._index.module(package) is target:
            return  # told with the package, by the name that is taken from it
        if self._patched(target, asker, "import", name):
            return
        importer = frames.find_user_frame(asker)
        if importer is None or self._inside(target, importer):
            return
        if target.symbol is not None and intent.says_relative_import(importer):
            self._relatively(target, target.symbol, importer)
            return
        if not frames.passes_through(asker, importer, _RESOLVERS):
            for taken in self._taken(name, target, asker, spec):
                self._use(target, importer, "import", taken)
        elif target.submodules or intent.says_surface(
            importer, name, lambda one: is_submodule(name, one, spec)
        ):
            self._use(target, importer, "import", intent.find_spelled_name(importer, name))

    def _relatively(self, target: Target, symbol: str, importer: FrameType) -> None:
        """A module imports *symbol*'s own file beside it while it loads.

        That is right where it stands: wrong is by what name the module itself was loaded.
        """
        module = frames.module_of(importer)
        self.known_as(module, target.rule, symbol, foreign=target.foreign)
        self.now_known(module, importer.f_back)

    def _taken(
        self, name: str, target: Target, asker: FrameType, spec: ModuleSpec | None
    ) -> Iterable[str | None]:
        """The names that the statement takes from the module under this rule; None: the module."""
        names = intent.read_fromlist(asker, name)
        if names is None:
            return (None,)
        return [
            one
            for one in names
            if self._index.name(name, one) is None
            and f"{name}.{one}" not in self._index.modules
            and (target.submodules or not is_submodule(name, one, spec))
        ]

    # -- attributes -------------------------------------------------------

    def _touched(self, dotted: str, name: str, frame: FrameType) -> None:
        """*frame* reads or sets the attribute *name* of the module *dotted*."""
        how = intent.classify_read(frame, name)
        if how == "computed" and self.lazy.only_read(f"{dotted}.{name}", frame):
            return
        target = self._index.name(dotted, name)
        if target is not None:
            self._named(target, dotted, name, frame, how, "symbol")
            return
        surface = self._index.modules.get(dotted)
        module = f"{dotted}.{name}"
        if module in sys.modules or holds_module(dotted, name):
            self._submodule(module, frame, how)
        elif surface is not None and how not in ("from", "star"):
            self._surface(surface, name, frame, how)

    def _surface(self, target: Target, name: str, frame: FrameType, how: str) -> None:
        """A name of a package's own, under a rule without submodules, was read off it."""
        if not intent.imports_itself(frame, target.module, below=False):
            self._named(target, target.module, name, frame, how, "import")

    def _submodule(self, module: str, frame: FrameType, how: str) -> None:
        package, _, name = module.rpartition(".")
        target = self._index.module(module)
        if how == "from":
            if intent.is_from_import(frame):
                self._imported(module, frame, package, None)
        elif how == "attribute":
            if target is None or intent.imports_itself(frame, module, below=target.submodules):
                return
            if target.submodules or bytecode.read_next_attribute(frame) is None:
                self._named(target, package, name, frame, how, "import")
        elif target is not None:
            self._named(target, package, name, frame, how, "import")

    def _named(
        self, target: Target, dotted: str, name: str, frame: FrameType, how: str, kind: str
    ) -> None:
        """The attribute *name* under *target* was touched: used, or only looked at."""
        if self._patched(target, frame, kind, dotted):
            return
        asker = frames.find_user_frame(frame)
        if asker is None:
            return
        taken: str | None = name
        if kind == "import" and f"{dotted}.{name}" in sys.modules:
            taken = (
                intent.find_spelled_name(asker, f"{dotted}.{name}") if how == "computed" else None
            )
        if self._inside(target, asker):
            return
        if how in ("from", "star", "attribute") or (
            how == "computed" and intent.says_name(asker, dotted, name)
        ):
            self._use(target, asker, kind, taken)
            return
        looker = frames.find_user_frame(frame, intent.is_stdlib)
        if looker is not None and not self._inside(target, looker):
            self._use(target, looker, kind, taken, state="swept")

    def _inside(self, target: Target, frame: FrameType) -> bool:
        """Whether *frame* is the deprecated module's own."""
        module = frames.module_of(frame)
        return module == target.module or self._index.module(module) is target

    def _patched(self, target: Target, frame: FrameType, kind: str, module: str) -> bool:
        """Whether a decorator's string, entered by mock, names something of *module*."""
        found = patch_decorators.find_patched(frame)
        if found is None:
            return False
        code, line = found
        name = intent.find_name_spelled_at(code.co_filename, line, line, module)
        sighting = sighting_in(
            code,
            line,
            rule=target.rule,
            kind=kind,
            target=target.text,
            name=name,
            foreign=target.foreign,
        )
        self._recorder.record(frame, sighting)
        return True

    def _use(
        self, target: Target, importer: FrameType, kind: str, name: str | None, state: str = "seen"
    ) -> None:
        symbol = target.symbol
        sighting = self._recorder.sighting(
            importer,
            rule=target.rule,
            kind=kind if symbol is None else "definition",
            target=symbol or target.text,
            name=name if symbol is None else symbol.partition(":")[2],
            form=None if symbol is None else "from",
            state=self.state_of(target) if state == "seen" else state,
            message=None if target.warning is None else target.warning[0],
            foreign=target.foreign,
        )
        self._recorder.record(importer, sighting)
