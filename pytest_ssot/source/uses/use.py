"""What a scan finds: a use of a target, as the source says it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from pytest_ssot.model import Form, Kind, Scope, Site, Step

#: A pytest mark as a decorator or ``pytestmark`` writes it: name, arguments, keywords.
Mark = tuple[str, tuple[Any, ...], tuple[tuple[str, Any], ...]]


class Use(NamedTuple):
    """One use of one target at one site.

    ``target`` is what the rule names, ``name`` what is taken from it. ``end_line``
    is the last line of the statement, or of the call. ``chain`` leads over the
    modules that pass the name on. ``marks`` are those of the test around it;
    ``noted`` tells that a comment on its lines speaks of us.
    """

    rule: str
    target: str
    kind: Kind
    name: str | None
    site: Site
    end_line: int
    form: Form
    scope: Scope
    chain: tuple[Step, ...] = ()
    marks: tuple[Mark, ...] = ()
    noted: bool = False

    @property
    def place(self) -> tuple[str, int, int, str, str, str]:
        """What makes two uses one, and the order that they are told in."""
        site = self.site
        return site.path, site.line, site.column, self.rule, self.target, self.name or ""

    def pack(self) -> tuple[Any, ...]:
        """Plain values, for files and other processes; see `unpacked`."""
        values = self._asdict()
        values["kind"], values["form"] = self.kind.value, self.form.value
        values["scope"], values["site"] = self.scope.value, tuple(self.site)
        values["chain"] = tuple(map(tuple, self.chain))
        return tuple(values.values())

    @classmethod
    def unpack(cls, plain: tuple[Any, ...]) -> Use:
        use = cls(*plain)
        return use._replace(
            kind=Kind(use.kind),
            site=Site(*use.site),
            form=Form(use.form),
            scope=Scope(use.scope),
            chain=tuple(Step(*step) for step in use.chain),
        )


class Copy(NamedTuple):
    """A class under another name that is much like one that is to be single: a suspect.

    ``likeness`` is above 0 and at most 1 (see ``definitions/likeness.py``); the rest is as
    that of a use: the rule's id, the symbol, the class's name, and its site.
    """

    rule: str
    target: str
    name: str
    site: Site
    end_line: int
    likeness: float
    noted: bool = False

    def pack(self) -> tuple[Any, ...]:
        """Plain values, for files and other processes; see `unpacked`."""
        return tuple(self._replace(site=tuple(self.site)))  # type: ignore[arg-type]

    @classmethod
    def unpack(cls, plain: tuple[Any, ...]) -> Copy:
        copy = cls(*plain)
        return copy._replace(site=Site(*copy.site))


class Scan(NamedTuple):
    """What was found, sorted; what could not be read whole, by path; what was examined."""

    uses: tuple[Use, ...]
    unreadable: Mapping[str, str]
    examined: frozenset[str]
    suspects: tuple[Copy, ...] = ()
