"""What a package has beneath it, without importing anything for it."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec


def holds_module(package: str, name: str) -> bool:
    """Whether *package* still has its submodule *name*, which somebody took out of sys.modules."""
    held = sys.modules.get(package)
    return held is not None and isinstance(vars(held).get(name), type(sys))


def is_submodule(package: str, name: str, spec: ModuleSpec | None) -> bool:
    if f"{package}.{name}" in sys.modules:
        return True
    if spec is None or not spec.submodule_search_locations:
        return False
    from importlib.machinery import PathFinder

    return PathFinder.find_spec(f"{package}.{name}", spec.submodule_search_locations) is not None


def find_unloaded(name: str) -> ModuleSpec | None:
    """Find the module *name* by its file, whose packages need not have been imported."""
    from importlib.machinery import PathFinder

    spec, path, dotted = None, None, ""
    for part in name.split("."):
        dotted = f"{dotted}.{part}" if dotted else part
        spec = PathFinder.find_spec(dotted, path)
        if spec is None:
            return None
        path = spec.submodule_search_locations
    return spec
