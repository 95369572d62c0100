"""Puts tripwires and descriptors on the loaded modules that are watched, and takes them off."""

from __future__ import annotations

import sys
from operator import is_, itemgetter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from importlib.machinery import ModuleSpec
    from typing import Any

    from pytest_ssot.rules.lookup import Target, TargetIndex
    from pytest_ssot.runtime.imports.attributes import Attributes
    from pytest_ssot.runtime.imports.tripwire import Tripwires
    from pytest_ssot.runtime.stack.loads import Load
    from pytest_ssot.runtime.stack.served_names import ServedName

from pytest_ssot.runtime.stack.namespaces import SPEC, has_ancestor, namespace_of

#: On 3.11 every failed look for an attribute of a module touches its spec, from whatever C code
#: (``isinstance``); since 3.12 only what raises does (``Objects/moduleobject.c``: module_getattro).
LOOKS_TOUCH_SPECS = sys.version_info < (3, 12)
_spec_of = itemgetter(SPEC)


class ArmedModules:
    """Watches modules by name, as they stand in ``sys.modules``.

    ``unwatchable`` names the modules whose class or spec cannot be changed.
    """

    def __init__(self, index: TargetIndex, tripwires: Tripwires, attributes: Attributes) -> None:
        self._index = index
        self._tripwires = tripwires
        self._attributes = attributes
        self._armed: dict[str, object] = {}
        self._names: dict[int, dict[str, None]] = {}
        # By name: what of each test is looked at, and what only at the end.
        self._targets: dict[str, dict[str, object]] = {}
        self._carrying: dict[str, dict[str, object]] = {}
        self._seen: tuple[object, ...] = ()
        self.unwatchable: set[str] = set()
        # By name: modules that are used through lazy objects, which no statement tells of.
        self._lazy: set[str] = set()

    def arm(self, name: str) -> None:
        """Watch the module *name* as it stands there now, if it does."""
        module = sys.modules.get(name)
        if module is None:
            return
        namespace = namespace_of(module)
        spec: Any = namespace.get(SPEC)
        watched = self._carrying
        if name in self._index.names or self._index.find_module(name) is not None:
            self._armed[name] = module
            watched = self._targets
        try:
            watched.pop(name, None)
            if spec is not None:
                self._tripwires.set_on(spec)
                watched[name] = namespace
            asked = [SPEC] if spec is None or LOOKS_TOUCH_SPECS else []
            self._watch_names(module, name, [*asked, *self._list_watched_names(name, module)])
            if self._is_lazy(name, module):
                self._watch_names(module, name, [], everything=True)
            self._watch_in_package(name)
        except TypeError:
            self.unwatchable.add(name)

    def set_tripwire(self, name: str, spec: ModuleSpec) -> None:
        """Watch a module that is about to load."""
        try:
            self._tripwires.set_on(spec)
        except TypeError:
            self.unwatchable.add(name)

    def unset_tripwire(self, spec: ModuleSpec) -> None:
        """Watch a module that has loaded no more."""
        self._tripwires.take_off(spec)

    def arm_load(self, load: Load) -> None:
        """Watch the module of that *load*, which is part of a lineage."""
        self.set_tripwire_in(load)
        self.arm_carrier(load.name)

    def arm_waiting(self, load: Load) -> None:
        """Watch a module that may become part of a lineage."""
        if load.name != "__main__":
            self.set_tripwire_in(load)
            self.arm(load.name)

    def arm_name(self, module: object, name: str) -> None:
        """Watch *name* of *module*."""
        dotted = _name_module(module)
        try:
            self._watch_names(module, dotted, [name])
        except TypeError:
            self.unwatchable.add(f"{dotted}.{name}")

    def arm_served(self, served: ServedName, behind: str) -> None:
        """Watch a name that code answers for; of an object, the module *behind* it."""
        if served.key is not None:
            self.arm_name(served.module, served.name)
        elif behind:
            self.arm_surface(behind)

    def arm_surface(self, name: str) -> None:
        """Watch all that the module *name* has, now or when it has loaded."""
        if name not in self._lazy:
            self._lazy.add(name)
            self.arm(name)

    def disarm(self, name: str) -> None:
        """Watch the module *name* no more, nor as what its package has."""
        namespace = namespace_of(sys.modules.get(name))
        self._carrying.pop(name, None)
        spec: Any = namespace.get(SPEC)
        if spec is not None:
            self._tripwires.take_off(spec)
        package, _, last = name.rpartition(".")
        if last not in self._index.names.get(package, ()):
            self._attributes.unwatch_name(sys.modules.get(package), last)
        self._attributes.unwatch_name(sys.modules.get(name), SPEC)

    def set_tripwire_in(self, load: Load) -> None:
        """Watch a module that may not be in ``sys.modules``, or not yet."""
        spec: Any = load.namespace.get(SPEC)
        if spec is not None and load.name != "__main__":
            self.set_tripwire(load.name, spec)

    def arm_carrier(self, name: str) -> None:
        """Watch a module that is part of a lineage, loading or loaded, and its submodules."""
        if name == "__main__":
            return
        self._index.tops.add(name.partition(".")[0])
        self.arm(name)
        prefix = name + "."
        if "__path__" in namespace_of(sys.modules.get(name)):
            for loaded in list(sys.modules):
                if loaded.startswith(prefix):
                    self.arm(loaded)

    def arm_loaded(self, targets: Iterable[Target]) -> list[Target]:
        """Watch what is loaded already; returns those of *targets* that are."""
        index = self._index
        covered = {name: index.find_module(name) for name in list(sys.modules)}
        loaded = {name for name, target in covered.items() if target is not None}
        for name in loaded.union(index.names.keys() & sys.modules.keys()):
            self.arm(name)
        found = {id(target) for target in covered.values()}
        return [
            target
            for target in targets
            if not target.foreign
            and (target.module in sys.modules if target.name is not None else id(target) in found)
        ]

    def arm_put(self) -> list[str]:
        """Watch what code has put into ``sys.modules`` by itself; returns those names."""
        index, armed, modules = self._index, self._armed, sys.modules
        put = [
            name
            for name in list(modules)
            if name.partition(".")[0] in index.tops
            and armed.get(name) is not modules.get(name)
            and (name in index.names or index.find_module(name) is not None)
        ]
        for name in put:
            self.arm(name)
        return put

    def refresh(self) -> None:
        """Watch what came into ``sys.modules`` by no import: stubs, aliases, replacements.

        Called for each test, so it looks closer only where something changed.
        """
        modules, index, armed = sys.modules, self._index, self._armed
        state = (len(modules), next(reversed(modules)), len(index.modules), len(index.names))
        if state == self._seen and all(map(is_, map(modules.get, armed), armed.values())):
            return
        self._seen = state
        for names in (index.modules, index.names, dict(armed)):
            for name in names.keys() & modules.keys():
                if armed.get(name) is not modules[name]:
                    self.arm(name)

    def names_of(self, module: object) -> list[str]:
        """Return the names under which *module* is watched."""
        return list(self._names.get(id(module), ()))

    def disarm_all(self) -> None:
        self._tripwires.remove_all()
        self._attributes.remove_all()
        self._armed.clear()
        self._names.clear()
        self._targets.clear()
        self._carrying.clear()

    def find_disarmed(self) -> list[str]:
        """The targets whose spec was taken from them. Called for each test."""
        kinds = self._tripwires.kinds
        try:
            if all(map(kinds.__contains__, map(type, map(_spec_of, self._targets.values())))):
                return []
        except KeyError:  # deleted
            pass
        return self._find_without_spec(self._targets)

    def find_disarmed_carriers(self) -> list[str]:
        """The same of all that carries evidence, which may be each file of tests."""
        return self._find_without_spec(self._carrying)

    def _find_without_spec(self, watched: dict[str, dict[str, object]]) -> list[str]:
        return sorted(
            name
            for name, namespace in watched.items()
            if type(namespace.get(SPEC)) not in self._tripwires.kinds
            and namespace_of(sys.modules.get(name)) is namespace
        )

    def _is_lazy(self, name: str, module: object) -> bool:
        if name in self._lazy:
            return True
        if has_ancestor(type(module), "_LazyModule"):
            self._lazy.add(name)
        return name in self._lazy

    def _watch_names(
        self, module: object, dotted: str, names: list[str], *, everything: bool = False
    ) -> None:
        if names or everything:
            self._names.setdefault(id(module), {})[dotted] = None
            self._attributes.watch_names(module, names, everything=everything)

    def _list_watched_names(self, dotted: str, module: object) -> list[str]:
        """The names with a rule, and all that a package with ``submodules = false`` has itself."""
        names = list(self._index.names.get(dotted, ()))
        target = self._index.modules.get(dotted)
        if target is not None and not target.submodules:
            names += [
                name
                for name in list(namespace_of(module))
                if not name.startswith("__") and f"{dotted}.{name}" not in sys.modules
            ]
        return names

    def _watch_in_package(self, dotted: str) -> None:
        """Watch the submodule *dotted* as an attribute of its package."""
        package, _, last = dotted.rpartition(".")
        parent = sys.modules.get(package)
        if parent is not None:
            self._watch_names(parent, package, [last])


def _name_module(module: object) -> str:
    """Find the name that *module* goes by: an object in the place of one has none of its own."""
    name = namespace_of(module).get("__name__")
    if isinstance(name, str):
        return name
    return next((name for name, one in list(sys.modules.items()) if one is module), "")
