"""Decides which imports and which reads of a name are uses of a target, and records them."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from importlib.machinery import ModuleSpec
    from types import FrameType

    from pytest_ssot.rules.lookup import TargetIndex
    from pytest_ssot.runtime.evidence.conditions import Conditions
    from pytest_ssot.runtime.evidence.recorder import Recorder
    from pytest_ssot.runtime.imports.armed_modules import ArmedModules
    from pytest_ssot.runtime.stack.served_names import ServedName

from pytest_ssot.rules.lookup import Target
from pytest_ssot.runtime.evidence.recorder import make_sighting_of_patch
from pytest_ssot.runtime.imports.lazy_names import LazyNames, classify_served_read
from pytest_ssot.runtime.imports.submodules import find_unloaded, holds_module, is_submodule
from pytest_ssot.runtime.stack import bytecode, frames, intent, patch_decorators
from pytest_ssot.runtime.stack.class_swap import answers_for_names
from pytest_ssot.runtime.stack.namespaces import namespace_of

#: Modules that import every package on the way to the dotted string that they are given.
_RESOLVERS = frozenset(("_pytest.monkeypatch", "mock.mock", "pkgutil", "unittest.mock"))


class ImportUses:
    """Charges whoever imports a module, or reads a name of one, if that is a use."""

    def __init__(self, index: TargetIndex, recorder: Recorder, armed: ArmedModules) -> None:
        self._index = index
        self._recorder = recorder
        self._armed = armed
        self.lazy = LazyNames(recorder, armed)
        #: The modules, and names in them, that lazy imports have stated.
        self._stated: set[str] = set()

    # -- imports ----------------------------------------------------------

    def charge_import(
        self, name: str, asker: FrameType, package: str | None, spec: ModuleSpec | None
    ) -> None:
        """Charge *asker*, which imports the module *name*, as a part of *package* if given."""
        self.charge_carrier(name, asker)
        self.charge_target(name, asker, package, spec)

    def charge_carrier(self, name: str, asker: FrameType) -> None:
        """Charge *asker* with what the module *name* carries, if it does."""
        recorder = self._recorder
        if recorder.lineage:
            recorder.record_import(asker, name)
        if recorder.circles:
            for waiting in recorder.circles.note_import(asker, name):
                self._armed.arm_waiting(waiting)

    def charge_target(
        self, name: str, asker: FrameType, package: str | None, spec: ModuleSpec | None
    ) -> None:
        """Charge *asker* with the target that the module *name* is, if it is."""
        target = self._index.find_module(name)
        if target is None or self._only_reads(asker, name):
            return
        if package is not None and self._index.find_module(package) is target:
            return  # told with the package, by the name that is taken from it
        importer, served = self._find_importer(target, asker, name, "import")
        if importer is None or self._is_inside(target, importer):
            return
        if target.symbol is not None and intent.says_relative_import(importer):
            self._charge_relative_import(target, target.symbol, importer)
            return
        if served or not frames.passes_through(asker, importer, _RESOLVERS):
            for taken in self._list_taken(name, target, asker, spec):
                if served:
                    self._charge_served(target, importer, served, name, taken, "import")
                else:
                    self._record_use(target, importer, "import", taken)
        elif target.submodules or intent.says_surface(
            importer, name, lambda below: is_submodule(name, below, spec)
        ):
            self._record_use(target, importer, "import", intent.find_spelled_name(importer, name))

    def charge_lazy_import(self, name: str, names: tuple[str, ...], frame: FrameType) -> None:
        """Charge *frame*, which states that it imports the module *name*, or *names* from it.

        Whoever reads what that binds, and so loads the module, is not charged for it again.
        """
        self._stated.update((name, *(f"{name}.{taken}" for taken in names)))
        if self._index.find_module(name) is not None:
            self.charge_target(name, frame, None, find_unloaded(name))
        for taken in names:
            target = self._index.find_name(name, taken)
            if target is not None:
                self._charge_name(target, name, taken, frame, "from", "symbol")
            else:
                self.charge_target(f"{name}.{taken}", frame, name, None)

    def _only_reads(self, frame: FrameType, dotted: str) -> bool:
        """Whether *frame* only reads what a lazy import of *dotted* has bound."""
        return dotted in self._stated and intent.reads_other_name(frame, dotted)

    def charge_waiting(self, name: str, frame: FrameType | None, spec: ModuleSpec | None) -> None:
        """Charge who asked for *name* and got its package loaded first, which now imports *name*.

        The import system looks into ``sys.modules`` again then, and asks no finder
        (``Lib/importlib/_bootstrap.py``: _find_and_load_unlocked).
        """
        for entry in frames.find_machinery_entries(frame):
            waiting, asker = frames.find_request(entry)
            if waiting == name and asker is not None:
                self.charge_target(name, asker, frames.find_fromlist_package(entry), spec)

    def charge_loader(self, name: str, frame: FrameType | None) -> None:
        """Charge who loads the module *name*, which has become a target while it loads.

        *frame* is of the import machinery.
        """
        requested, asker = frames.find_request(frame)
        if asker is not None and requested is not None:
            self.charge_import(name, asker, frames.find_fromlist_package(frame), None)
        self.charge_waiting(name, asker, None)

    def charge_discovered(self, name: str, body: FrameType) -> None:
        """Charge who loads the module *name*, whose *body* warns of itself."""
        self._armed.arm_carrier(name)
        self.charge_loader(name, body.f_back)

    def add_twin(self, name: str, rule: str, symbol: str, *, foreign: bool) -> None:
        """Take the module *name* as another path to *symbol* from now on."""
        if self._index.find_module(name) is None:
            self._index.add(Target(rule, name, symbol=symbol, foreign=foreign))
            self._armed.arm_carrier(name)

    def _charge_relative_import(self, target: Target, symbol: str, importer: FrameType) -> None:
        """Charge who loads a module that imports *symbol*'s own file beside it while it loads.

        That import is right where it stands: wrong is the name by which the module was loaded.
        """
        module = frames.module_of(importer)
        self.add_twin(module, target.rule, symbol, foreign=target.foreign)
        self.charge_loader(module, importer.f_back)

    def _list_taken(
        self, name: str, target: Target, asker: FrameType, spec: ModuleSpec | None
    ) -> Iterable[str | None]:
        """List the names that the statement takes from the module under this rule.

        None stands for the module itself.
        """
        names = intent.read_fromlist(asker, name)
        if names is None:
            return (None,)
        return [
            taken
            for taken in names
            if self._index.find_name(name, taken) is None
            and f"{name}.{taken}" not in self._index.modules
            and (target.submodules or not is_submodule(name, taken, spec))
        ]

    # -- attributes -------------------------------------------------------

    def charge_attribute(self, dotted: str, name: str, frame: FrameType) -> None:
        """Charge *frame*, which reads or sets the attribute *name* of the module *dotted*."""
        how = intent.classify_read(frame, name)
        if how == "computed" and self._only_reads(frame, f"{dotted}.{name}"):
            return
        if any(served.module is None for served in self._recorder.served.find(frame)):
            self.charge_carrier(dotted, frame)  # which no import statement tells of
        target = self._index.find_name(dotted, name)
        if target is not None:
            self._charge_name(target, dotted, name, frame, how, "symbol")
            return
        surface = self._index.modules.get(dotted)
        module = f"{dotted}.{name}"
        if module in sys.modules or holds_module(dotted, name):
            self._charge_submodule(module, frame, how)
        elif surface is not None and how not in ("from", "star"):
            self._charge_surface(surface, name, frame, how)

    def _charge_surface(self, target: Target, name: str, frame: FrameType, how: str) -> None:
        """Charge *frame* with a name of a package's own, under a rule without submodules."""
        if not intent.imports_itself(frame, target.module, below=False):
            self._charge_name(target, target.module, name, frame, how, "import")

    def _charge_submodule(self, module: str, frame: FrameType, how: str) -> None:
        """Charge *frame*, which reads the submodule *module* off its package."""
        package, _, name = module.rpartition(".")
        target = self._index.find_module(module)
        if how == "from":
            if intent.is_from_import(frame):
                self.charge_import(module, frame, package, None)
        elif how == "attribute":
            if target is None:
                self._charge_lazy_submodule(module, frame)
                return
            if intent.imports_itself(frame, module, below=target.submodules):
                return
            if target.submodules or bytecode.read_next_attribute(frame) is None:
                self._charge_name(target, package, name, frame, how, "import")
        elif target is not None:
            self._charge_name(target, package, name, frame, how, "import")

    def _charge_lazy_submodule(self, module: str, frame: FrameType) -> None:
        """Charge *frame* with what *module* carries, which its package loads when it is asked."""
        package = sys.modules.get(module.rpartition(".")[0])
        if answers_for_names(package):
            self.charge_carrier(module, frame)

    def _charge_name(
        self, target: Target, dotted: str, name: str, frame: FrameType, how: str, kind: str
    ) -> None:
        """Charge *frame* with the attribute *name* under *target*: used, or only looked at."""
        asker, served = self._find_importer(target, frame, dotted, kind)
        if asker is None:
            return
        taken: str | None = name
        module = f"{dotted}.{name}"
        if kind == "import" and module in sys.modules:
            taken = intent.find_spelled_name(asker, module) if how == "computed" else None
        if self._is_inside(target, asker):
            return
        if served:
            self._charge_served(target, asker, served, dotted, taken, kind)
        elif _is_meant(how, asker, dotted, name):
            self._record_use(target, asker, kind, taken)
        else:
            self._record_look(target, asker, kind, taken)

    # -- both -------------------------------------------------------------

    def _find_importer(
        self, target: Target, frame: FrameType, module: str, kind: str
    ) -> tuple[FrameType | None, list[ServedName]]:
        """Find who uses *target* at *frame*, which imports *module* or reads a name off it.

        Also the names by which that one asked for it, where other code answers, the last last.
        None where mock does so for a decorator: that has been charged then. Machinery only where
        it asked for such a name, and nobody else is on the stack.
        """
        if self._charge_patch(target, frame, kind, module):
            return None, []
        importer, served = self._recorder.served.find_importer(
            frame,
            lambda loader: intent.says_import(loader) or module in loader.f_code.co_consts,
            lambda package, name: self._is_name_of(target, package, name),
        )
        return frames.find_user_frame(importer) or (importer if served else None), served

    def _is_name_of(self, target: Target, module: str, name: str) -> bool:
        """Whether *name* of *module* is *target* itself."""
        dotted = f"{module}.{name}"
        return (
            self._index.find_name(module, name) is target
            or self._index.find_module(dotted) is target
        )

    def _charge_served(
        self,
        target: Target,
        importer: FrameType,
        served: list[ServedName],
        module: str,
        taken: str | None,
        kind: str,
        held: Conditions = (),
    ) -> None:
        """Charge *importer*, which asked for what was *served*, and each who asks after it.

        The code that served before has *held* its warnings under these conditions.
        """
        asked = served[-1]
        if self._is_from_proxy(target, asked):
            taken = asked.name
            self._armed.arm_surface(module)
        how = classify_served_read(asked)
        if how == "attribute" and self._is_told_elsewhere(target, importer, asked):
            return
        if frames.is_machinery(importer):
            self._charge_patch(target, importer, kind, module)
        elif _is_meant(how, importer, frames.module_of(asked.server), asked.name):
            self._record_use(target, importer, kind, taken, held=held)
        else:
            self._record_look(target, importer, kind, taken)
        for one in served:
            inside = held + self._recorder.find_held(one.server)
            again = (target, one.name, module, taken, kind, inside)
            self.lazy.keep(one, (target.text, kind, taken), self._charge_again, again)

    def _is_from_proxy(self, target: Target, asked: ServedName) -> bool:
        """Whether an object answers that stands for a module, and is none of a package's own."""
        name = str(namespace_of(asked.module).get("__name__"))
        package, _, last = name.rpartition(".")
        held = namespace_of(sys.modules.get(package)).get(last)
        if asked.module is None:
            return True
        if any(asked.module is one for one in (held, *list(sys.modules.values()))):
            return False
        return f"{name}.{asked.name}" != target.module

    def _is_told_elsewhere(self, target: Target, reader: FrameType, asked: ServedName) -> bool:
        """Whether *reader* reads a submodule under *target* that other code of its tells of.

        An import statement does, or the name that is read off it next.
        """
        package = namespace_of(asked.module).get("__name__")
        module = f"{package}.{asked.name}"
        if self._index.find_module(module) is not target:
            return False
        passes = not target.submodules and bytecode.read_next_attribute(asked.reader) is not None
        return passes or intent.imports_itself(reader, module, below=target.submodules)

    def _charge_again(
        self,
        target: Target,
        name: str,
        module: str,
        taken: str | None,
        kind: str,
        held: Conditions,
        frame: FrameType,
    ) -> None:
        """Charge *frame*, which reads the *name* that *target* was served by before."""
        importer, served = self._find_importer(target, frame, module, kind)
        if importer is None or self._is_inside(target, importer):
            return
        if served:
            self._charge_served(target, importer, served, module, taken, kind, held)
        elif _is_meant(intent.classify_read(frame, name), importer, "", name):
            self._record_use(target, importer, kind, taken, held=held)
        else:
            self._record_look(target, importer, kind, taken)

    def _record_look(self, target: Target, asker: FrameType, kind: str, taken: str | None) -> None:
        """Record that a name under *target* was looked at, by whoever wrote that."""
        looker = frames.find_user_frame(asker, intent.is_stdlib)
        if looker is not None and not self._is_inside(target, looker):
            self._record_use(target, looker, kind, taken, swept=True)

    def _is_inside(self, target: Target, frame: FrameType) -> bool:
        """Whether *frame* is the deprecated module's own."""
        module = frames.module_of(frame)
        return module == target.module or self._index.find_module(module) is target

    def _charge_patch(self, target: Target, frame: FrameType, kind: str, module: str) -> bool:
        """Charge the decorator whose string, entered by mock, names something of *module*.

        Returns whether there is such a decorator.
        """
        found = patch_decorators.find_patched(frame)
        if found is None:
            return False
        code, line = found
        name = intent.find_name_spelled_at(code.co_filename, line, line, module)
        sighting = make_sighting_of_patch(
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

    def _record_use(
        self,
        target: Target,
        importer: FrameType,
        kind: str,
        name: str | None,
        *,
        swept: bool = False,
        held: Conditions = (),
    ) -> None:
        symbol = target.symbol
        sighting = self._recorder.make_sighting(
            importer,
            rule=target.rule,
            kind=kind if symbol is None else "definition",
            target=symbol or target.text,
            name=name if symbol is None else symbol.partition(":")[2],
            form=None if symbol is None else "from",
            swept=swept,
            warning=None if target.warning is None else target.warning.under(held),
            foreign=target.foreign,
        )
        self._recorder.record(importer, sighting)


def _is_meant(how: str, asker: FrameType, module: str, name: str) -> bool:
    """Whether *asker*, which reads *name* of *module* like that, says the name."""
    if how == "computed":
        return intent.says_name(asker, module, name)
    return how in ("from", "star", "attribute")
