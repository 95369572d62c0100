"""Whether what is to have one home is there: the symbols and the callers that tables name."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from pytest_ssot.config.load import FILE, SECTION
from pytest_ssot.config.mistakes import Mistakes, Place, nearest
from pytest_ssot.config.settings import Settings
from pytest_ssot.patterns import importer_matches
from pytest_ssot.policy.rules.ask_interpreter import Answer, ask, is_installed
from pytest_ssot.rules.configured import Configured
from pytest_ssot.rules.ownership import Factory, Single

if TYPE_CHECKING:  # it parses, which few runs have a use for
    from pytest_ssot.source.names.where_defined import Found, Homes

#: What is wrong with it, and what was meant.
Problem = tuple[str, str | None]


class Named(NamedTuple):
    """What a table names: ``a.b``, ``a.b:Name`` or ``a.b:Class.method``, where, and as what."""

    place: Place
    key: str
    target: str
    role: str
    item: str = ""


def check(configured: Configured, *, installed: bool) -> None:
    """Raises one UsageError with all that is named and is not there, or is something else.

    The project's own modules are read and not imported; others are asked for in a
    process of its own: those of the standard library, and with *installed* all that
    this interpreter has, as it is the one of the tests. What source does not tell is
    taken as it is.
    """
    rules = configured.rules
    if not (rules.single or rules.factories):
        return
    from pytest_ssot.source.names.where_defined import Homes  # it parses

    named = [*_of_singles(rules.single), *_of_factories(rules.factories)]
    looker = _Looker(Homes(configured.settings.root), configured.settings, installed)
    mistakes = Mistakes()
    for one, problem in looker.problems(named):
        if problem is not None:
            mistakes.add(one.place, one.item + problem[0], key=one.key, hint=problem[1])
    mistakes.raise_any()


def _of_singles(singles: Sequence[Single]) -> Iterator[Named]:
    for number, one in enumerate(singles, 1):
        place = _place("single", (0, number), one.id if one.id != one.default_id else None)
        yield Named(place, "symbol", one.symbol, "symbol")
        yield from _items(place, "also-from", one.also_from, "module")


def _of_factories(factories: Sequence[Factory]) -> Iterator[Named]:
    for number, one in enumerate(factories, 1):
        place = _place("factories", (1, number), one.id if one.id != one.default_id else None)
        yield Named(place, "class", one.symbol, "class")
        yield from _items(place, "only-from", one.only_from, "callable")


def _items(place: Place, key: str, targets: Sequence[str], role: str) -> Iterator[Named]:
    for number, target in enumerate(targets, 1):
        yield Named(place, key, target, role, f"item {number}: ")


def _place(table: str, order: tuple[int, int], name: str | None) -> Place:
    label = f' (id "{name}")' if name is not None else ""
    return Place(FILE, f"[{SECTION}.{table}] #{order[1]}{label}", order)


class _Looker:
    def __init__(self, homes: Homes, settings: Settings, installed: bool) -> None:
        self._homes = homes
        self._settings = settings
        self._installed = installed

    def problems(self, named: Sequence[Named]) -> Iterator[tuple[Named, Problem | None]]:
        """Each with its problem; those that are none of the project's are asked for at once."""
        found = [(one, self._found(one)) for one in named]
        foreign = {one for one, what in found if what.what == "no module" and self._is_foreign(one)}
        asked = [one.target for one in foreign if self._is_asked(one.target)]
        answers = ask(sorted(asked)) if asked else {}
        for one, what in found:
            if one not in foreign:
                is_built = what.what == "no module" and self._is_built(one)
                yield one, None if is_built else _problem(one, what.what, what.near, what.at)
                continue
            answer = answers.get(one.target) or _guessed(one.target, what.near)
            near = what.near if answer.what == "no module" else answer.near
            yield one, _problem(one, answer.what, near)

    def _found(self, named: Named) -> Found:
        """What a name is; who makes a class, and the class, may go by a path that leads there."""
        found = self._homes.of(named.target)
        if found.what == "elsewhere" and named.role in ("class", "callable"):
            return self._homes.of(found.at)
        return found

    def _is_foreign(self, named: Named) -> bool:
        """Whether the first part of the name is none of the project's."""
        top = named.target.partition(":")[0].partition(".")[0]
        return self._homes.module(top).what == "no module"

    def _is_built(self, named: Named) -> bool:
        """Whether a module that the project's source has not is where it is installed."""
        return self._installed and is_installed(_module(named.target))

    def _is_asked(self, target: str) -> bool:
        module = _module(target)
        if module.partition(".")[0] in sys.stdlib_module_names:
            return True
        ours = [one for one in self._settings.first_party if "/" not in one]
        return self._installed and not importer_matches("", module, ours)


def _guessed(target: str, near: Sequence[str]) -> Answer:
    """A module that may be installed elsewhere, unless the project has one of nearly that name."""
    module = _module(target)
    meant = [one for one in near if "." in one and nearest(module, [one])]
    return Answer("no module" if meant and not is_installed(module) else "unknown")


def _module(target: str) -> str:
    return target.partition(":")[0]


def _problem(named: Named, what: str, near: Sequence[str], at: str = "") -> Problem | None:
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


def _no_module(target: str, near: Sequence[str], at: str) -> Problem:
    module = _module(target)
    parent, dot, last = module.rpartition(".")
    siblings = [one.rpartition(".")[2] for one in near if one.rpartition(".")[0] == parent]
    hint = nearest(module, [one for one in near if "." in one]) if not siblings else None
    return f"there is no module {module}", hint or nearest(last, siblings, parent + dot)


def _absent(target: str, near: Sequence[str], at: str) -> Problem:
    owner, dot, name = target.rpartition("." if "." in target.partition(":")[2] else ":")
    return f"{owner} has no {name}", nearest(name, near, owner + dot)


def _elsewhere(target: str, near: Sequence[str], at: str) -> Problem:
    problem = f"{_module(target)} only passes it on: it is defined in {_module(at)}"
    return problem, f'write "{at}"'


def _inherited(target: str, near: Sequence[str], at: str) -> Problem:
    owner, _, name = target.rpartition(".")
    return f"{owner} only inherits {name}", f'write "{at}"'


_MISSING: dict[str, Callable[[str, Sequence[str], str], Problem]] = {
    "no module": _no_module,
    "absent": _absent,
    "elsewhere": _elsewhere,
    "inherited": _inherited,
}
