"""Whether what is to have one home is there: the symbols and the callers that tables name."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from pytest_ssot.config.load import FILE, SECTION
from pytest_ssot.config.mistakes import Mistakes, Place, hint_nearest
from pytest_ssot.config.settings import Settings
from pytest_ssot.patterns import importer_matches
from pytest_ssot.policy.rules.ask_interpreter import Answer, ask_interpreter, is_installed
from pytest_ssot.rules.configured import Configured
from pytest_ssot.rules.ownership import Factory, Single

if TYPE_CHECKING:  # it parses, which few runs have a use for
    from pytest_ssot.source.names.where_defined import Found, Homes

#: What is wrong with it, and what was meant.
Problem = tuple[str, str | None]


class NamedTarget(NamedTuple):
    """What a table names: ``a.b``, ``a.b:Name`` or ``a.b:Class.method``, where, and as what."""

    place: Place
    key: str
    target: str
    role: str
    item: str = ""


def check_homes(configured: Configured, *, installed: bool) -> None:
    """Check all that tables name; raises one UsageError with what is not there, or something else.

    The project's own modules are read and not imported; others are asked for in a
    process of its own: those of the standard library, and with *installed* all that
    this interpreter has, as it is the one of the tests. What source does not tell is
    taken as it is.
    """
    rules = configured.rules
    if not (rules.single or rules.factories):
        return
    from pytest_ssot.source.names.where_defined import Homes  # it parses

    named = [*_list_single_targets(rules.single), *_list_factory_targets(rules.factories)]
    looker = _TargetChecker(Homes(configured.settings.root), configured.settings, installed)
    mistakes = Mistakes()
    for target, problem in looker.find_problems(named):
        if problem is not None:
            mistakes.add(target.place, target.item + problem[0], key=target.key, hint=problem[1])
    mistakes.raise_any()


def _list_single_targets(singles: Sequence[Single]) -> Iterator[NamedTarget]:
    for number, single in enumerate(singles, 1):
        place = _place_table(
            "single", (0, number), single.id if single.id != single.default_id else None
        )
        yield NamedTarget(place, "symbol", single.symbol, "symbol")
        yield from _list_items(place, "also-from", single.also_from, "module")


def _list_factory_targets(factories: Sequence[Factory]) -> Iterator[NamedTarget]:
    for number, factory in enumerate(factories, 1):
        place = _place_table(
            "factories", (1, number), factory.id if factory.id != factory.default_id else None
        )
        yield NamedTarget(place, "class", factory.symbol, "class")
        yield from _list_items(place, "only-from", factory.only_from, "callable")


def _list_items(place: Place, key: str, targets: Sequence[str], role: str) -> Iterator[NamedTarget]:
    for number, target in enumerate(targets, 1):
        yield NamedTarget(place, key, target, role, f"item {number}: ")


def _place_table(table: str, order: tuple[int, int], name: str | None) -> Place:
    label = f' (id "{name}")' if name is not None else ""
    return Place(FILE, f"[{SECTION}.{table}] #{order[1]}{label}", order)


class _TargetChecker:
    def __init__(self, homes: Homes, settings: Settings, installed: bool) -> None:
        self._homes = homes
        self._settings = settings
        self._installed = installed

    def find_problems(
        self, named: Sequence[NamedTarget]
    ) -> Iterator[tuple[NamedTarget, Problem | None]]:
        """Each name with its problem; all that are none of the project's are asked for at once."""
        found = [(target, self._look_up(target)) for target in named]
        foreign = {
            target
            for target, what in found
            if what.what == "no module" and self._is_foreign(target)
        }
        asked = [target.target for target in foreign if self._is_asked(target.target)]
        answers = ask_interpreter(sorted(asked)) if asked else {}
        for target, what in found:
            if target not in foreign:
                is_built = what.what == "no module" and self._is_built(target)
                yield (
                    target,
                    None if is_built else _describe_problem(target, what.what, what.near, what.at),
                )
                continue
            answer = answers.get(target.target) or _guess_answer(target.target, what.near)
            near = what.near if answer.what == "no module" else answer.near
            yield target, _describe_problem(target, answer.what, near)

    def _look_up(self, named: NamedTarget) -> Found:
        """What a name is; a class and its factory may be named by a path that only leads there."""
        found = self._homes.find_target(named.target)
        if found.what == "elsewhere" and named.role in ("class", "callable"):
            return self._homes.find_target(found.at)
        return found

    def _is_foreign(self, named: NamedTarget) -> bool:
        """Whether the first part of the name is none of the project's."""
        top = named.target.partition(":")[0].partition(".")[0]
        return self._homes.find_module(top).what == "no module"

    def _is_built(self, named: NamedTarget) -> bool:
        """Whether the module is installed, though the project's source does not have it."""
        return self._installed and is_installed(_module_of(named.target))

    def _is_asked(self, target: str) -> bool:
        module = _module_of(target)
        if module.partition(".")[0] in sys.stdlib_module_names:
            return True
        ours = [entry for entry in self._settings.first_party if "/" not in entry]
        return self._installed and not importer_matches("", module, ours)


def _guess_answer(target: str, near: Sequence[str]) -> Answer:
    """A module that may be installed elsewhere, unless the project has one of nearly that name."""
    module = _module_of(target)
    meant = [name for name in near if "." in name and hint_nearest(module, [name])]
    return Answer("no module" if meant and not is_installed(module) else "unknown")


def _module_of(target: str) -> str:
    return target.partition(":")[0]


def _describe_problem(
    named: NamedTarget, what: str, near: Sequence[str], at: str = ""
) -> Problem | None:
    """What is wrong with a name that is *what*; None if nothing is."""
    told = _MISSING.get(what)
    if told is not None:
        return told(named.target, near, at)
    if named.role == "class" and what in ("function", "value"):
        kind = "a function" if what == "function" else "a value"
        return f'"{named.target}" is {kind}, and no class', None
    if named.role == "class" and what == "compiled":
        return f'"{named.target}" is a class from C: nobody can watch what makes it', None
    if named.role == "callable" and what == "value" and ":" in named.target:
        return f'"{named.target}" is a value, and nothing that can be called', None
    return None


def _describe_no_module(target: str, near: Sequence[str], at: str) -> Problem:
    module = _module_of(target)
    parent, dot, last = module.rpartition(".")
    siblings = [name.rpartition(".")[2] for name in near if name.rpartition(".")[0] == parent]
    hint = hint_nearest(module, [name for name in near if "." in name]) if not siblings else None
    return f"there is no module {module}", hint or hint_nearest(last, siblings, parent + dot)


def _describe_absent(target: str, near: Sequence[str], at: str) -> Problem:
    owner, dot, name = target.rpartition("." if "." in target.partition(":")[2] else ":")
    return f"{owner} has no {name}", hint_nearest(name, near, owner + dot)


def _describe_elsewhere(target: str, near: Sequence[str], at: str) -> Problem:
    problem = f"{_module_of(target)} only passes it on: it is defined in {_module_of(at)}"
    return problem, f'write "{at}"'


def _describe_inherited(target: str, near: Sequence[str], at: str) -> Problem:
    owner, _, name = target.rpartition(".")
    return f"{owner} only inherits {name}", f'write "{at}"'


_MISSING: dict[str, Callable[[str, Sequence[str], str], Problem]] = {
    "no module": _describe_no_module,
    "absent": _describe_absent,
    "elsewhere": _describe_elsewhere,
    "inherited": _describe_inherited,
}
