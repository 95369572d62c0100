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
    from pytest_ssot.runtime.imports.hook import ImportWatch
    from pytest_ssot.runtime.stack.guard import Guard

from pytest_ssot.runtime.definitions import class_statements
from pytest_ssot.runtime.definitions.load_ends import Loads
from pytest_ssot.runtime.definitions.symbols import Home, Homes, is_loading
from pytest_ssot.runtime.evidence.evidence import Sighting
from pytest_ssot.runtime.imports.armed_modules import namespace_of
from pytest_ssot.runtime.stack import frames

_Module = type(sys)
_MAIN = "__main__"
_STDLIB = os.path.dirname(os.__file__) + os.sep
_SITE, _DIST = (f"{os.sep}{name}{os.sep}" for name in ("site-packages", "dist-packages"))


class DefinitionWatch:
    """Turns what is another of a single symbol into sightings."""

    def __init__(
        self,
        owned: Owned,
        index: TargetIndex,
        recorder: Recorder,
        imports: ImportWatch,
        guard: Guard,
    ) -> None:
        self._index = index
        self._recorder = recorder
        self._imports = imports
        self.homes = Homes()
        self.homes.add(Home(*one) for one in owned.single)
        if owned.foreign is not None:
            self.homes.add(Home(*one, foreign=True) for one in owned.foreign.single)
        self._tops: set[str] = set()
        self._looked: set[str] = set()
        self._seen: tuple[int, str] | None = None
        self.loads = Loads(guard(self._ended))
        self.classes = class_statements.ClassStatements(self.homes.names, guard(self._stated))
        self._begin = guard(self._look_around)

    def install(self) -> None:
        """Begin. What is loaded already is looked at, for those who import it from now on."""
        self._tops.update(home.module.partition(".")[0] for home in self.homes.all)
        self._begin()
        self.loads.install()
        self.classes.install()

    def remove(self) -> None:
        self.loads.remove()
        self.classes.remove()

    def lost(self) -> Iterator[str]:
        """What was replaced, and what is not seen since."""
        if not self.loads.stands:
            yield "replaced importlib._bootstrap._ModuleLockManager: other names"
        if not self.classes.stands:
            yield "replaced builtins.__build_class__: class statements"

    def put_back(self) -> None:
        for one in (self.loads, self.classes):
            if not one.stands:
                one.put_back()

    # -- what the detectors call ------------------------------------------

    def _ended(self, name: str, frame: FrameType) -> None:
        namespace = namespace_of(sys.modules.get(name))
        if is_loading(namespace):
            return
        self._looked.add(name)
        if self._concerns(name, namespace):
            self._loaded(name, frame, namespace)

    def _loaded(self, name: str, frame: FrameType, namespace: dict[str, object]) -> None:
        found = self._look(name, namespace)
        asker = frames.find_request(frame)[1]
        if found and asker is not None:
            self._recorder.use(asker, name)
        elif found:
            for sighting in found:
                self._recorder.give((), sighting, ())
        target = self._index.modules.get(name)
        if target is not None and target.symbol is not None:
            self._imports.now_known(name, frame)
        if name in self.homes.modules:
            self._loaded_again(name, asker)

    def _stated(self, frame: FrameType) -> None:
        """A class statement is about to be executed at *frame*, or at who called for it."""
        found = class_statements.stated(frame)
        while found is None and frame.f_back is not None:
            frame = frame.f_back  # somebody wrapped what makes classes
            found = class_statements.stated(frame)
        module = frames.module_of(frame)
        if found is None or self._is_foreign(frame.f_code.co_filename, module):
            return
        name, body = found
        renames = name not in self.homes.names and class_statements.adds_nothing(body)
        if not renames and name not in self.homes.names:
            return
        self.homes.refresh()
        importer = frames.find_user_frame(frame)
        if importer is None:
            return
        path = frame.f_code.co_filename
        origins = _read_origins(path, frame.f_globals) if importer is frame else None
        node, bound = (None, None) if origins is None else origins.find_class_at(frame.f_lineno)
        at_home = self.homes.is_at_home(name, module, path)
        for home in self.homes.all:
            if home.name == name and not at_home:
                self._defined(home, name, "definition", importer, bound)
            elif renames and node is not None and bound is not None and bound.form == "subclass":
                base: Any = _evaluated(node.bases[0], frame)
                if base is home.value is not None and not issubclass(base, BaseException):
                    self._defined(home, name, "subclass", importer, bound)

    def _defined(
        self, home: Home, name: str, form: str, importer: FrameType, bound: NameOrigin | None
    ) -> None:
        sighting = self._recorder.sighting(importer, **_what(home, name, form))
        if bound is not None:
            sighting.end_line = bound.end_line
        self._recorder.record(importer, sighting)

    # -- modules -----------------------------------------------------------

    def _look_around(self) -> None:
        for name in self._unseen():
            self._looked_at(name)

    def sweep(self) -> None:
        """Look at what came into ``sys.modules`` by no import, for who owns what happens now."""
        state = len(sys.modules), next(reversed(sys.modules), "")
        if state == self._seen:
            return
        self._seen = state
        owned = self._recorder.owners.at(frames.get_caller())
        for name in self._unseen():
            for sighting in self._looked_at(name):
                self._recorder.give(owned, sighting, ())

    def _unseen(self) -> list[str]:
        modules = sys.modules
        new = [name for name in list(modules) if name not in self._looked]
        return [name for name in new if not is_loading(namespace_of(modules.get(name)))]

    def _looked_at(self, name: str) -> list[Sighting]:
        """Look at the module *name* if that is worth it."""
        self._looked.add(name)
        namespace = namespace_of(sys.modules.get(name))
        return self._look(name, namespace) if self._concerns(name, namespace) else []

    def _concerns(self, name: str, namespace: dict[str, object]) -> bool:
        path = namespace.get("__file__")
        return (
            isinstance(path, str)
            and name != _MAIN
            and not self._is_foreign(path, name)
            and self.homes.concern(name, namespace)
        )

    def _look(self, name: str, namespace: dict[str, object]) -> list[Sighting]:
        """Look at the module *name*, which carries what is found; returns that."""
        path = str(namespace["__file__"])
        self._look_for_twin(name, path, namespace)
        found = list(self._found(name, path, namespace))
        if found:
            self._recorder.carry(name, path, found)
        return found

    def _found(self, module: str, path: str, namespace: dict[str, object]) -> Iterator[Sighting]:
        suspected = self.homes.suspects(module, namespace)
        origins = _read_origins(path, namespace) if suspected else None
        for suspect in suspected:
            bound = None if origins is None else suspect.bound(origins, module, path)
            if bound is not None:
                yield Sighting(
                    **_what(suspect.home, suspect.name, bound.form),
                    path=path,
                    line=bound.line,
                    end_line=bound.end_line,
                    column=bound.column,
                    function="<module>",
                    module=module,
                )

    def _look_for_twin(self, module: str, path: str, namespace: dict[str, object]) -> None:
        """*module* may be a symbol's own file by another name: who imports that has another one."""
        for home in self.homes.all:
            own = home.is_defined_in(module, namespace) and module not in home.also_from
            if own and home.is_file(path):
                self._imports.known_as(module, home.rule, home.symbol, foreign=home.foreign)

    def _loaded_again(self, module: str, asker: FrameType | None) -> None:
        """*asker* imported a symbol's *module*, whose file may be what the process runs, too."""
        namespace = namespace_of(sys.modules.get(_MAIN))
        path = os.path.abspath(str(namespace.get("__file__")))
        importer = frames.find_user_frame(asker)
        if importer is None:
            return
        for home in self.homes.all:
            again = home.module == module and home.is_defined_in(_MAIN, namespace)
            if again and home.is_file(path):
                self._defined(home, home.name, "definition", importer, None)

    def _is_foreign(self, path: str, module: str) -> bool:
        """Whether the code in *path* is none of the project's.

        What is installed may be, in the packages that the symbols are in.
        """
        if path.startswith(_STDLIB) or _SITE in path or _DIST in path:
            return module.partition(".")[0] not in self._tops
        return False


def _read_origins(path: str, namespace: dict[str, object]) -> NameOrigins | None:
    from pytest_ssot.runtime.definitions.name_origins import read_name_origins  # it parses

    return read_name_origins(path, namespace)


def _what(home: Home, name: str, form: str) -> dict[str, Any]:
    return {
        "rule": home.rule,
        "kind": "definition",
        "target": home.symbol,
        "name": name,
        "form": form,
        "foreign": home.foreign,
    }


def _evaluated(node: ast.expr, frame: FrameType) -> object:
    """What a name, or a name in a module, is at *frame*; None for all else."""
    identifier: str | None = getattr(node, "id", None)
    if identifier is not None:
        return frame.f_locals.get(identifier, frame.f_globals.get(identifier))
    inner: Any = getattr(node, "value", None)
    module = None if inner is None else _evaluated(inner, frame)
    found = namespace_of(module) if isinstance(module, _Module) else {}
    return found.get(getattr(node, "attr", ""))
