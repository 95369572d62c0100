"""Symbols that are to be single, and the routes by which modules reach them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

from pytest_ssot.rules.ownership import Single

#: Whether a route may be taken, is told of where it is laid, or is told of who takes it.
State = Literal["right", "told", "open"]

Plain = tuple[object, ...]


class Home(NamedTuple):
    """Where a symbol is defined: its name in its canonical module, and who may re-export it."""

    module: str
    name: str
    also_from: tuple[str, ...]

    @property
    def symbol(self) -> str:
        return f"{self.module}:{self.name}"


class Route(NamedTuple):
    """A name of a module, ``a.b:Name``, that is the symbol."""

    key: str
    home: Home
    state: State

    @property
    def name(self) -> str:
        return self.key.partition(":")[2]


class Routes:
    """Routes by how source spells them. *plain* is what `plain` gave."""

    def __init__(self, plain: Iterable[tuple[str, Plain, State]]) -> None:
        self.all = [Route(key, Home(*home), state) for key, home, state in plain]  # type: ignore[arg-type]
        self._by_dotted = {route.key.replace(":", "."): route for route in self.all}
        self._by_module: dict[str, dict[str, Route]] = {}
        for route in self.all:
            self._by_module.setdefault(route.key.partition(":")[0], {})[route.name] = route

    def find_dotted(self, path: str) -> Route | None:
        """The route that ``a.b.Name`` is."""
        return self._by_dotted.get(path)

    def routes_of(self, module: str) -> Mapping[str, Route]:
        """The routes through *module*, by name."""
        return self._by_module.get(module, {})

    def list_modules(self) -> Iterable[str]:
        return self._by_module


def flatten_route(key: str, home: Home, state: State) -> tuple[str, Plain, State]:
    """A route as plain values, for other processes and the index."""
    return key, tuple(home), state


def list_homes(single: Iterable[Single]) -> Iterator[tuple[str, Home]]:
    """Each rule's id, and the home that it speaks of."""
    return ((one.id, Home(one.module, one.name, one.also_from)) for one in single)
