"""The categories of warnings: which count, and what they are called."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


class WatchedCategories:
    """The warning classes that are watched, by name: no module is imported for them."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset(name.removeprefix("builtins.") for name in names)
        self._known: dict[type, tuple[str, ...]] = {}

    def find_names(self, category: type) -> tuple[str, ...]:
        """Find the names of *category*, and of those above it; none where it is not watched."""
        known = self._known.get(category)
        if known is None:
            names = tuple(category_name(base) for base in category.__mro__)
            known = self._known[category] = () if self._names.isdisjoint(names) else names
        return known


def category_name(category: type) -> str:
    """Return the dotted name of *category*, a builtin's without its module."""
    name = category.__qualname__
    return name if category.__module__ == "builtins" else f"{category.__module__}.{name}"
