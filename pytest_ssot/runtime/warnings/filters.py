"""The warnings that count, by category, and those that a filter or a recorder takes out."""

from __future__ import annotations

import warnings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_ssot.rules.lookup import Target

    Filter = tuple[str, object, type[Warning], object, int]


class WatchedCategories:
    """The warning classes that are watched, by name: no module is imported for them."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset(name.removeprefix("builtins.") for name in names)
        self._known: dict[type, bool] = {}

    def __contains__(self, category: type) -> bool:
        known = self._known.get(category)
        if known is None:
            known = any(category_name(base) in self._names for base in category.__mro__)
            self._known[category] = known
        return known


class InheritedFilters:
    """The filters and the recorder that a test starts with, before its own code adds any."""

    def __init__(self) -> None:
        self.note_current()

    def note_current(self) -> None:
        """Take the filters and the recorder of this moment as those that a test starts with."""
        self._list: object = vars(warnings)["filters"]
        self._filters = tuple(vars(warnings)["filters"])
        self._recorder = _find_recorder()

    def is_expected(self) -> bool:
        """Whether something inside the test records warnings: it expects them.

        That fills a list; a function in its place (``warnings`` was reloaded, or
        code shows warnings in its own way) expects nothing.
        """
        recorder = _find_recorder()
        return recorder is not self._recorder and isinstance(recorder, list)

    def state_of(self, text: str, category: type, module: str) -> str:
        """Tell how the first filter that matches leaves a warning: see ``Sighting.state``."""
        found = _find_first_match(text, category, module)
        if found is None or found[0] != "ignore":
            return "seen"
        own = not any(found is one for one in self._filters)
        if own and vars(warnings)["filters"] is not self._list:
            return "suppressed"
        return "seen" if found[1] is None and found[3] is None else "honoured"

    def state_of_target(self, target: Target) -> str:
        """Tell how today's filters leave the warning of a discovered module, which warned once."""
        return "seen" if target.warning is None else self.state_of(*target.warning)


def category_name(category: type) -> str:
    """Return the dotted name of *category*, a builtin's without its module."""
    name = category.__qualname__
    return name if category.__module__ == "builtins" else f"{category.__module__}.{name}"


def _find_first_match(text: str, category: type, module: str) -> Filter | None:
    for candidate in warnings.filters:
        _, message, wanted, where, line = candidate
        if (
            not line
            and _matches(message, text)
            and issubclass(category, wanted)
            and _matches(where, module)
        ):
            return candidate  # type: ignore[return-value]
    return None


def _matches(pattern: object, text: str) -> bool:
    if pattern is None or isinstance(pattern, str):
        return pattern is None or pattern == text
    return pattern.match(text) is not None  # type: ignore[attr-defined]


def _find_recorder() -> object:
    """Find where shown warnings go: ``catch_warnings(record=True)`` and its users replace it."""
    shown = getattr(warnings, "_showwarnmsg_impl", None)
    return getattr(shown, "__self__", shown)
