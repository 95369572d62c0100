"""Notes what was loaded before the watch: nobody saw those imports, their source is left."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pytest_ssot.rules.lookup import Target

from pytest_ssot.runtime.stack.namespaces import namespace_of

_Module = type(sys)


class LoadedModule:
    """A module as it stood in ``sys.modules``. ``path`` is "" where it has no file."""

    __slots__ = ("loader", "name", "package", "path")

    def __init__(self, name: str, namespace: dict[str, object]) -> None:
        spec = namespace.get("__spec__")
        package, path = namespace.get("__package__"), namespace.get("__file__")
        self.name = name
        self.package = package if isinstance(package, str) else name.rpartition(".")[0]
        self.path = path if isinstance(path, str) else ""
        self.loader: object = getattr(spec, "loader", None)


class EarlyTargets:
    """The targets that were loaded before their watch began, each with all modules of that time.

    The modules are noted only if there is such a target: a run has a thousand of them.
    """

    def __init__(self) -> None:
        self.noted: list[tuple[tuple[Target, ...], tuple[LoadedModule, ...]]] = []

    def note_targets(self, targets: Iterable[Target]) -> None:
        targets = tuple(targets)
        if targets:
            self.noted.append((targets, tuple(_list_loaded())))


def _list_loaded() -> Iterable[LoadedModule]:
    for name, module in list(sys.modules.items()):
        if issubclass(type(module), _Module):
            yield LoadedModule(name, namespace_of(module))
