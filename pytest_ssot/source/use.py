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
    modules that pass the name on. ``marks`` are those of the test around it.
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

    @property
    def place(self) -> tuple[str, int, int, str, str, str]:
        """What makes two uses one, and the order that they are told in."""
        site = self.site
        return site.path, site.line, site.column, self.rule, self.target, self.name or ""

    def packed(self) -> tuple[Any, ...]:
        """Plain values, for files and other processes; see `unpacked`."""
        kind, form, scope = self.kind.value, self.form.value, self.scope.value
        chain = tuple(map(tuple, self.chain))
        return (
            *self[:2],
            kind,
            self.name,
            tuple(self.site),
            self.end_line,
            form,
            scope,
            chain,
            self.marks,
        )

    @classmethod
    def unpacked(cls, plain: tuple[Any, ...]) -> Use:
        rule, target, kind, name, site, end_line, form, scope, chain, marks = plain
        steps = tuple(Step(*one) for one in chain)
        return cls(
            *(rule, target, Kind(kind), name, Site(*site), end_line),
            *(Form(form), Scope(scope), steps, marks),
        )


class Scan(NamedTuple):
    """What was found, sorted; what could not be read whole, by path; what was examined."""

    uses: tuple[Use, ...]
    unreadable: Mapping[str, str]
    examined: frozenset[str]
