"""Leads the search for definitions: first what is known of a symbol, then what leads to that."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from pytest_ssot.model import Form, Step
from pytest_ssot.rules.ownership import Single
from pytest_ssot.source.definitions.routes import Home, State, flatten_route, list_homes
from pytest_ssot.source.index import Pass
from pytest_ssot.source.project.modules import Modules
from pytest_ssot.source.uses.use import Copy, Use

#: Looks through all files for routes, and in the first pass for homes; both as plain values.
Look = Callable[[list[Any], list[Any]], Pass]

#: Longer chains of modules that take from each other are cut.
_DEEPEST = 20


class _Known(NamedTuple):
    """What a route stands for: the rule, the home, and the lines that it leads over."""

    rule: str
    home: Home
    chain: tuple[Step, ...] = ()


class Searched(NamedTuple):
    """What was found, in no order."""

    uses: list[Use]
    suspects: list[Copy]


class Search:
    """Searches for what is another of the symbols of *single*."""

    def __init__(self, single: Sequence[Single], modules: Modules, look: Look) -> None:
        self._homes = list(list_homes(single))
        self._modules = modules
        self._look = look
        self._known: dict[str, _Known] = {}
        self._uses: list[Use] = []

    def run_passes(self) -> Searched:
        """Looks until nothing new is found."""
        wanted = [tuple(home) for _, home in self._homes]
        routes = list(self._list_given())
        suspects: list[Copy] = []
        for number in range(_DEEPEST):
            if not routes:
                break
            done = self._look([] if number else wanted, routes)
            suspects += [
                one._replace(rule=self._known[one.rule].rule)
                for _, _, _, some in done.found.values()
                for one in map(Copy.unpack, some)
            ]
            routes = self._take_found(done)
        return Searched(self._uses, suspects)

    def _list_given(self) -> Iterator[Any]:
        """The routes that are allowed: known before anything is read."""
        for rule, home in self._homes:
            for module in (home.module, *home.also_from):
                path = self._modules.find_file(module)
                # A module goes by all of its file's names.
                for name in (module, *(self._modules.list_names(path) if path else ())):
                    key = f"{name}:{home.name}"
                    if key not in self._known:
                        self._known[key] = _Known(rule, home)
                        yield flatten_route(key, home, "right")

    def _take_found(self, done: Pass) -> list[Any]:
        """Takes what a pass has found; returns the routes that are new."""
        new: dict[str, Any] = {}
        for path, (uses, exports, _, _) in sorted(done.found.items()):
            self._uses += [self._derive_use(Use.unpack(use)) for use in uses]
            for name, one in exports:
                use = Use.unpack(one)
                home = self._known[use.rule].home
                names = self._modules.list_names(path)
                state = _judge_state(names, home, told=one in uses)
                for module in names:
                    key = f"{module}:{name}"
                    if key not in self._known:
                        self._known[key] = self._lead_over(use, state)
                        new[key] = flatten_route(key, home, state)
        return [new[key] for key in sorted(new)]

    def _lead_over(self, use: Use, state: State) -> _Known:
        """What the name that *use* binds stands for.

        What is told of by itself is no way to get elsewhere, nor is what is right.
        """
        origin, site = self._known[use.rule], use.site
        if state != "open":
            return origin._replace(chain=())
        return origin._replace(chain=(Step(site.path, site.line, site.function), *origin.chain))

    def _derive_use(self, use: Use) -> Use:
        """*use*, which was found under a route, under the rule; only an import is led there."""
        origin = self._known[use.rule]
        led = use.form in (Form.FROM, Form.STAR)
        return use._replace(rule=origin.rule, chain=origin.chain if led else ())


def _judge_state(names: Sequence[str], home: Home, *, told: bool) -> State:
    if not set(names).isdisjoint(home.also_from):
        return "right"
    return "told" if told else "open"
