"""Uses that are fine as long as no other file mentions the functions that they stand in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pytest_ssot.source.project.modules import Modules
from pytest_ssot.source.uses.use import Use


class Spared:
    """Asks the passes of a scan for mentions, and tells what has turned out to be none."""

    def __init__(self, modules: Modules) -> None:
        self._modules = modules
        self._uses: list[tuple[list[str], Use]] = []
        self._sought: set[str] = set()
        self._mentioned: set[str] = set()

    def add_uses(self, path: str, names: Sequence[str], uses: Iterable[Use]) -> None:
        """*uses* in the file *path*, which depend on its functions *names*."""
        targets = [
            f"{module}:{name}" for module in self._modules.list_names(path) for name in names
        ]
        self._uses += [(targets, use) for use in uses]

    def take_new_targets(self) -> list[tuple[str, str, bool]]:
        """What has to be looked for that was not yet: rule, target, submodules."""
        wanted = {target for targets, _ in self._uses for target in targets} - self._sought
        self._sought |= wanted
        return [(_name_rule(one), one, True) for one in sorted(wanted)]

    def is_mention(self, use: Use) -> bool:
        """Whether *use* is an answer to what was looked for here, and no violation."""
        is_mention = use.rule == _name_rule(use.target) and use.target in self._sought
        if is_mention:
            self._mentioned.add(use.target)
        return is_mention

    def list_told(self) -> Iterator[Use]:
        """Those that are not fine."""
        return (use for names, use in self._uses if not self._mentioned.isdisjoint(names))


def _name_rule(target: str) -> str:
    return f"mention of {target}"  # with blanks, as no rule's id is
