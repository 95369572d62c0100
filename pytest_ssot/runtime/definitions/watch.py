"""Watches what is to be single: other definitions of it, other names, other paths.

A class statement is seen when it is executed; all else is looked for among a module's
names at the end of its load.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator
    from types import FrameType
    from typing import Any

    from pytest_ssot.rules.lookup import Owned, TargetIndex
    from pytest_ssot.runtime.definitions.name_origins import NameOrigin, NameOrigins
    from pytest_ssot.runtime.evidence.recorder import Recorder
    from pytest_ssot.runtime.imports.uses import ImportUses
    from pytest_ssot.runtime.stack.guard import Guard

from pytest_ssot.runtime.definitions.class_statements import (
    ClassStatements,
    adds_nothing,
    read_class_statement,
)
from pytest_ssot.runtime.definitions.single_symbols import SingleSymbol, SingleSymbols, is_loading
from pytest_ssot.runtime.evidence.evidence import Sighting
from pytest_ssot.runtime.imports.load_ends import LoadEnds
from pytest_ssot.runtime.stack import frames
from pytest_ssot.runtime.stack.loads import Load
from pytest_ssot.runtime.stack.namespaces import namespace_of

_Module = type(sys)
_MAIN = "__main__"
_STDLIB = os.path.dirname(os.__file__) + os.sep
_SITE, _DIST = (f"{os.sep}{name}{os.sep}" for name in ("site-packages", "dist-packages"))


class DefinitionWatch:
    """Turns other definitions, other names and other paths of single symbols into sightings."""

    def __init__(
        self,
        owned: Owned,
        index: TargetIndex,
        recorder: Recorder,
        uses: ImportUses,
        guard: Guard,
    ) -> None:
        self._index = index
        self._recorder = recorder
        self._uses = uses
        self.symbols = SingleSymbols()
        self.symbols.add_symbols(SingleSymbol(*one) for one in owned.single)
        if owned.foreign is not None:
            self.symbols.add_symbols(
                SingleSymbol(*one, foreign=True) for one in owned.foreign.single
            )
        self._tops: set[str] = set()
        self._looked: set[str] = set()
        self._seen: tuple[int, str] | None = None
        self.loads = LoadEnds(guard(self._on_load_end))
        self.classes = ClassStatements(self.symbols.names, guard(self._on_class_statement))
        self._look_around = guard(self._look_at_loaded)

    def install(self) -> None:
        """Begin, with a look at what is loaded already, for those who import it from now on."""
        self._tops.update(single.module.partition(".")[0] for single in self.symbols.all)
        self._look_around()
        self.loads.install()
        self.classes.install()

    def remove(self) -> None:
        self.loads.remove()
        self.classes.remove()

    @property
    def replacements(self) -> tuple[tuple[LoadEnds | ClassStatements, str], ...]:
        """The objects that stand in the place of Python's own, and what each is for."""
        return (
            (self.loads, "importlib._bootstrap._ModuleLockManager: other names"),
            (self.classes, "builtins.__build_class__: class statements"),
        )

    # -- what the detectors call ------------------------------------------

    def _on_load_end(self, name: str, frame: FrameType) -> None:
        namespace = namespace_of(sys.modules.get(name))
        if is_loading(namespace):
            return
        self._looked.add(name)
        if self._is_concerned(name, namespace):
            self._take_loaded(name, frame, namespace)

    def _take_loaded(self, name: str, frame: FrameType, namespace: dict[str, object]) -> None:
        """Charge who loads the module *name* at *frame* with what is wrong in it."""
        found = self._find_carried(name, namespace)
        asker = frames.find_request(frame)[1]
        if found and asker is not None:
            self._recorder.record_import(asker, name)
        elif found:
            for sighting in found:
                self._recorder.give_sighting((), sighting, ())
        target = self._index.modules.get(name)
        if target is not None and target.symbol is not None:
            self._uses.charge_loader(name, frame)
        if name in self.symbols.modules:
            self._charge_second_load(name, asker)

    def _on_class_statement(self, frame: FrameType) -> None:
        """A class statement is about to be executed at *frame*, or at who called for it."""
        found = read_class_statement(frame)
        while found is None and frame.f_back is not None:
            frame = frame.f_back  # somebody wrapped what makes classes
            found = read_class_statement(frame)
        module = frames.module_of(frame)
        if found is None or self._is_outside_project(frame.f_code.co_filename, module):
            return
        name, body = found
        renames = name not in self.symbols.names and adds_nothing(body)
        if not renames and name not in self.symbols.names:
            return
        self.symbols.refresh()
        importer = frames.find_user_frame(frame)
        if importer is None:
            return
        path = frame.f_code.co_filename
        origins = _read_origins(path, frame.f_globals) if importer is frame else None
        node, bound = (None, None) if origins is None else origins.find_class_at(frame.f_lineno)
        at_home = self.symbols.is_at_home(name, module, path)
        for single in self.symbols.all:
            if single.name == name and not at_home:
                self._record_definition(single, name, "definition", importer, bound)
            elif renames and node is not None and bound is not None and bound.form == "subclass":
                base: Any = _evaluate(node.bases[0], frame)
                if base is single.value is not None and not issubclass(base, BaseException):
                    self._record_definition(single, name, "subclass", importer, bound)

    def _record_definition(
        self,
        single: SingleSymbol,
        name: str,
        form: str,
        importer: FrameType,
        bound: NameOrigin | None,
    ) -> None:
        sighting = self._recorder.make_sighting(importer, **_describe(single, name, form))
        if bound is not None:
            sighting.end_line = bound.end_line
        self._recorder.record(importer, sighting)

    # -- modules -----------------------------------------------------------

    def _look_at_loaded(self) -> None:
        """Let what is loaded already carry what is wrong in it."""
        for name in self._list_unseen():
            self._look_at(name)

    def look_at_new(self) -> None:
        """Look at what came into ``sys.modules`` by no import, for who owns what happens now."""
        state = len(sys.modules), next(reversed(sys.modules), "")
        if state == self._seen:
            return
        self._seen = state
        owned = self._recorder.owners.at(frames.get_caller())
        for name in self._list_unseen():
            for sighting in self._look_at(name):
                self._recorder.give_sighting(owned, sighting, ())

    def _list_unseen(self) -> list[str]:
        modules = sys.modules
        new = [name for name in list(modules) if name not in self._looked]
        return [name for name in new if not is_loading(namespace_of(modules.get(name)))]

    def _look_at(self, name: str) -> list[Sighting]:
        """Look at the module *name* if that is worth it; returns what is wrong in it."""
        self._looked.add(name)
        namespace = namespace_of(sys.modules.get(name))
        return self._find_carried(name, namespace) if self._is_concerned(name, namespace) else []

    def _is_concerned(self, name: str, namespace: dict[str, object]) -> bool:
        path = namespace.get("__file__")
        return (
            isinstance(path, str)
            and name != _MAIN
            and not self._is_outside_project(path, name)
            and self.symbols.may_concern(name, namespace)
        )

    def _find_carried(self, name: str, namespace: dict[str, object]) -> list[Sighting]:
        """Find what is wrong in the module *name*, which carries that from now on."""
        path = str(namespace["__file__"])
        self._look_for_twin(name, path, namespace)
        found = list(self._find_others(name, path, namespace))
        if found:
            self._recorder.record_carrier(Load(None, namespace, path), found)
        return found

    def _find_others(
        self, module: str, path: str, namespace: dict[str, object]
    ) -> Iterator[Sighting]:
        suspected = self.symbols.find_suspects(module, namespace)
        origins = _read_origins(path, namespace) if suspected else None
        for suspect in suspected:
            bound = None if origins is None else suspect.find_binding(origins, module, path)
            if bound is not None:
                yield Sighting(
                    **_describe(suspect.single, suspect.name, bound.form),
                    path=path,
                    line=bound.line,
                    end_line=bound.end_line,
                    column=bound.column,
                    function="<module>",
                    module=module,
                )

    def _look_for_twin(self, module: str, path: str, namespace: dict[str, object]) -> None:
        """Make *module* a target if it is a symbol's own file by another name."""
        for single in self.symbols.all:
            own = single.is_defined_in(module, namespace) and module not in single.also_from
            if own and single.is_file(path):
                self._uses.add_twin(module, single.rule, single.symbol, foreign=single.foreign)

    def _charge_second_load(self, module: str, asker: FrameType | None) -> None:
        """Charge *asker*, which imported a symbol's *module*, if the process runs that file too."""
        namespace = namespace_of(sys.modules.get(_MAIN))
        path = os.path.abspath(str(namespace.get("__file__")))
        importer = frames.find_user_frame(asker)
        if importer is None:
            return
        for single in self.symbols.all:
            again = single.module == module and single.is_defined_in(_MAIN, namespace)
            if again and single.is_file(path):
                self._record_definition(single, single.name, "definition", importer, None)

    def _is_outside_project(self, path: str, module: str) -> bool:
        """Whether the code in *path* is none of the project's.

        What is installed may be, in the packages that the symbols are in.
        """
        if path.startswith(_STDLIB) or _SITE in path or _DIST in path:
            return module.partition(".")[0] not in self._tops
        return False


def _read_origins(path: str, namespace: dict[str, object]) -> NameOrigins | None:
    from pytest_ssot.runtime.definitions.name_origins import read_name_origins  # it parses

    return read_name_origins(path, namespace)


def _describe(single: SingleSymbol, name: str, form: str) -> dict[str, Any]:
    return {
        "rule": single.rule,
        "kind": "definition",
        "target": single.symbol,
        "name": name,
        "form": form,
        "foreign": single.foreign,
    }


def _evaluate(node: ast.expr, frame: FrameType) -> object:
    """Find what a name, or a name in a module, is at *frame*; None for all else."""
    identifier: str | None = getattr(node, "id", None)
    if identifier is not None:
        return frame.f_locals.get(identifier, frame.f_globals.get(identifier))
    inner: Any = getattr(node, "value", None)
    module = None if inner is None else _evaluate(inner, frame)
    found = namespace_of(module) if issubclass(type(module), _Module) else {}
    return found.get(getattr(node, "attr", ""))
