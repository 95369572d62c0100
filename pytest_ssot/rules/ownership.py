"""What has one home only: a symbol's import path, a class's factory."""

from __future__ import annotations

from typing import NamedTuple

from pytest_ssot.model import Kind


class Single(NamedTuple):
    """A symbol (``a.b:Name``) with one import path, and the modules that may re-export it.

    ``origin`` tells where it was written.
    """

    id: str
    symbol: str
    also_from: tuple[str, ...] = ()
    reason: str | None = None
    owner: str | None = None
    link: str | None = None
    origin: str = ""

    @property
    def default_id(self) -> str:
        """The id where none is written."""
        return self.symbol

    @property
    def target(self) -> str:
        return self.symbol

    @property
    def module(self) -> str:
        return self.symbol.partition(":")[0]

    @property
    def name(self) -> str:
        return self.symbol.partition(":")[2]

    @property
    def use(self) -> str:
        return self.symbol

    @property
    def kind(self) -> Kind:
        """What another of it is."""
        return Kind.DEFINITION

    def write_replacement(self, target: str, name: str | None) -> str | None:
        """The import line to write instead of the other path to it."""
        return f"from {self.module} import {self.name}"


class Factory(NamedTuple):
    """A class (``symbol``, ``a.b:Name``) that only these callers may make.

    A caller is ``a.b``, ``a.b:function`` or ``a.b:Class.method``. ``origin`` tells
    where it was written.
    """

    id: str
    symbol: str
    only_from: tuple[str, ...]
    reason: str | None = None
    owner: str | None = None
    link: str | None = None
    origin: str = ""

    @property
    def default_id(self) -> str:
        """The id where none is written: what makes one."""
        return f"{self.symbol}()"

    @property
    def target(self) -> str:
        return self.symbol

    @property
    def module(self) -> str:
        return self.symbol.partition(":")[0]

    @property
    def name(self) -> str:
        return self.symbol.partition(":")[2]

    @property
    def use(self) -> str:
        """The first of the callers."""
        return self.only_from[0]

    @property
    def kind(self) -> Kind:
        """What it is that somebody else makes one."""
        return Kind.CONSTRUCTION

    def write_replacement(self, target: str, name: str | None) -> str | None:
        """The import line of the first of the callers that may make it."""
        module, _, caller = self.only_from[0].partition(":")
        return f"from {module} import {caller.partition('.')[0]}" if caller else f"import {module}"
