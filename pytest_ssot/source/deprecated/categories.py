"""Which classes of warnings tell of a deprecation, as far as source says it."""

from __future__ import annotations

from collections.abc import Collection

from pytest_ssot.source.names.library import Library


class WarningCategories:
    """The classes that *names* are, and those that *library* has below them or as aliases."""

    def __init__(self, library: Library, names: Collection[str]) -> None:
        self._library = library
        self._names = {name.rpartition(".")[2] for name in names}

    def has(self, dotted: str, depth: int = 5) -> bool:
        """Whether *dotted* is a class of warnings that tell of a deprecation."""
        last = dotted.rpartition(".")[2]
        if last.endswith("DeprecationWarning") or last in self._names:
            return True
        module, _, name = dotted.rpartition(".")
        origin = self._library.find_origin(f"{module}:{name}", into_private=True)
        found = self._library.find_binding(origin)
        outline = self._library.outline(origin.partition(":")[0])
        if not depth or found is None or outline is None:
            return False
        values = getattr(found.node, "bases", [getattr(found.node, "value", None)])
        names = [outline.complete_name(value, {}) for value in values if value is not None]
        inside = [name if "." in name else f"{outline.dotted}.{name}" for name in names if name]
        return any(self.has(name, depth - 1) for name in inside)
