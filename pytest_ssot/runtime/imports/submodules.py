"""Tells the submodules of a package from its other names, loaded or not."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec

from pytest_ssot.runtime.stack.namespaces import namespace_of


def holds_module(package: str, name: str) -> bool:
    """Whether *package* still has its submodule *name*, which somebody took out of sys.modules."""
    held = sys.modules.get(package)
    return issubclass(type(namespace_of(held).get(name)), type(sys))


def find_unloaded(name: str) -> ModuleSpec | None:
    """Find the module *name* by its file: neither it nor its packages need have been imported."""
    from importlib.machinery import PathFinder

    spec, path, dotted = None, None, ""
    for part in name.split("."):
        dotted = f"{dotted}.{part}" if dotted else part
        spec = PathFinder.find_spec(dotted, path)
        if spec is None:
            return None
        path = spec.submodule_search_locations
    return spec


def is_submodule(package: str, name: str, spec: ModuleSpec | None) -> bool:
    """Whether *name* is a submodule of *package*, which *spec* is of if it is not loaded."""
    if f"{package}.{name}" in sys.modules:
        return True
    if spec is None or not spec.submodule_search_locations:
        return False
    from importlib.machinery import PathFinder

    return PathFinder.find_spec(f"{package}.{name}", spec.submodule_search_locations) is not None
