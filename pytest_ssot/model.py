"""What detectors produce, policy judges and reporters print.

Everything here is frozen, comparable, and goes to JSON and back without loss.
The shapes are those of the report schema (``docs/report.md``): paths are
relative to the root with ``/``, lines count from 1, columns from 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any, NamedTuple

SCHEMA_VERSION = 1


class Form(str, Enum):
    """How the source says a use, or what is another of what there should be one of."""

    IMPORT = "import"  # import a.b
    FROM = "from"  # from a.b import c
    STAR = "star"  # from a.b import *
    ATTRIBUTE = "attribute"  # a.b, m.Old: through a name that an import has bound
    DYNAMIC = "dynamic"  # import_module("a.b") and its like
    STRING = "string"  # mock.patch("a.b.Old"), settings, entry points
    CALL = "call"  # Manager(): what only a factory may make
    DEFINITION = "definition"  # class Manager: where there is one already
    ALIAS = "alias"  # Other = Manager
    SUBCLASS = "subclass"  # class Other(Manager): pass


class Wording(NamedTuple):
    """What a violation is called, and what is to be done about the importing line."""

    title: str
    to_do: str = "change"


class Traits(NamedTuple):
    """What is peculiar to a kind: the columns of the table that :class:`Kind` is.

    ``wording`` is its own, ``by_form`` that of forms which read otherwise. ``is_use`` says
    that what is deprecated is used. ``is_another`` says that it is one more of the target,
    by the violation's ``name``, which is nobody's business outside of first-party code.
    ``stands`` says that it is the target itself, which should be gone, whoever uses it; the
    message is then what there is now, ``: ``, and what to delete.

    ``suffix`` is what follows the target where the target itself is named otherwise, and may
    have a rule of its own. ``seen_by`` tells who can see it, as in :attr:`Violation.seen`.
    ``own_entry`` has the keys of its entries in the baseline, besides path, rule and name; a
    kind without any shares its entries with others of that rule.
    """

    wording: Wording
    by_form: Mapping[Form, Wording] = MappingProxyType({})
    is_use: bool = False
    is_another: bool = False
    stands: bool = False
    suffix: str = ""
    seen_by: tuple[str, ...] = ("runtime", "static")
    own_entry: tuple[str, ...] = ()

    def wording_of(self, form: Form | None) -> Wording:
        """The words for a violation that the source says in this *form*."""
        return self.wording if form is None else self.by_form.get(form, self.wording)


class Kind(str, Enum):
    """What sort of violation it is, with its :class:`Traits`: the one table of kinds."""

    _value_: str
    traits: Traits

    # Type checkers take Kind("import"), which looks a member up, for a call of this.
    def __new__(cls, value: str, *traits: Traits) -> Kind:
        member = str.__new__(cls, value)
        member._value_ = value
        (member.traits,) = traits
        return member

    IMPORT = "import", Traits(Wording("deprecated import"), is_use=True)
    SYMBOL = "symbol", Traits(Wording("deprecated name"), is_use=True)
    WARNING = (
        "warning",
        Traits(
            Wording("deprecated call"),
            is_use=True,
            seen_by=("runtime",),
            own_entry=("kind", "target", "function", "message"),
        ),
    )
    CONSTRUCTION = "construction", Traits(Wording("made outside its factory"), suffix="()")
    DEFINITION = (
        "definition",
        Traits(
            Wording("defined again"),
            MappingProxyType(
                {
                    # What only has the name, a test double perhaps, may get one of its own.
                    Form.DEFINITION: Wording("defined again", "delete or rename"),
                    Form.ALIAS: Wording("another name for", "delete"),
                    Form.SUBCLASS: Wording("a subclass that only renames", "delete"),
                    Form.FROM: Wording("another path to"),
                    Form.STAR: Wording("another path to"),
                }
            ),
            is_another=True,
        ),
    )
    OVERDUE = (
        "overdue",
        Traits(Wording("overdue"), stands=True, seen_by=("static",), own_entry=("kind",)),
    )


class Verdict(str, Enum):
    """What policy says of a violation."""

    FAILS = "fails"
    KNOWN = "known"
    ALLOWED = "allowed"
    INDIRECT = "indirect"
    SUPPRESSED = "suppressed"
    TOLD = "told"


class Scope(str, Enum):
    """Where in its file a use stands: the innermost of these that holds."""

    MODULE = "module"
    CLASS = "class"
    FUNCTION = "function"
    TRY = "try"
    TYPE_CHECKING = "type-checking"


class Site(NamedTuple):
    """A place in source."""

    path: str
    line: int
    column: int = 0
    function: str = "<module>"

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"

    def to_json(self) -> dict[str, Any]:
        return {
            "path": self.path,
            "line": self.line,
            "column": self.column,
            "function": self.function,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Site:
        return cls(data["path"], data["line"], data["column"], data["function"])


class Step(NamedTuple):
    """One line of a chain: a frame on the way from the test to the importer."""

    path: str
    line: int
    function: str = "<module>"

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"

    def to_json(self) -> dict[str, Any]:
        return {"path": self.path, "line": self.line, "function": self.function}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Step:
        return cls(data["path"], data["line"], data["function"])


class Violation(NamedTuple):
    """One use of one target by one importer.

    ``name`` is the attribute that was taken from the target (``*`` for a star
    import), None where only the module itself was imported. ``chain`` starts at
    the test and ends before the importer. ``tests`` are the node ids that saw
    it, sorted. ``message`` is a warning's text; ``reason`` is why an allowed
    violation is allowed. ``form`` and ``scope`` are how and where the source says
    it (see :class:`Form`, :class:`Scope`); a run knows the form of a definition alone.
    ``remembered`` is the function that its tests called, and that did not use the target
    again as it remembers to have done so.
    """

    rule: str
    kind: Kind
    target: str
    name: str | None
    importer: Site
    chain: tuple[Step, ...] = ()
    verdict: Verdict = Verdict.FAILS
    seen: tuple[str, ...] = ("runtime",)
    tests: tuple[str, ...] = ()
    message: str | None = None
    reason: str | None = None
    form: Form | None = None
    scope: Scope | None = None
    remembered: Step | None = None

    @property
    def cause(self) -> tuple[Any, ...]:
        """What makes two violations the same: all but how and by whom it was reached.

        A warning's message is no part of it: the words may vary from call to call.
        """
        function = self.remembered or ()
        return (
            self.importer,
            self.target,
            self.rule,
            self.kind.value,
            self.name or "",
            function,
        )

    def judged(self, verdict: Verdict, reason: str | None = None) -> Violation:
        return self._replace(verdict=verdict, reason=reason)

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {
            "rule": self.rule,
            "kind": self.kind.value,
            "target": self.target,
            "name": self.name,
            "importer": self.importer.to_json(),
            "chain": [step.to_json() for step in self.chain],
            "verdict": self.verdict.value,
            "seen": list(self.seen),
            "tests": list(self.tests),
        }
        if self.message is not None:
            data["message"] = self.message
        if self.reason is not None:
            data["reason"] = self.reason
        if self.form is not None:
            data["form"] = self.form.value
        if self.scope is not None:
            data["scope"] = self.scope.value
        if self.remembered is not None:
            data["remembered"] = self.remembered.to_json()
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Violation:
        return cls(
            rule=data["rule"],
            kind=Kind(data["kind"]),
            target=data["target"],
            name=data["name"],
            importer=Site.from_json(data["importer"]),
            chain=tuple(Step.from_json(step) for step in data["chain"]),
            verdict=Verdict(data["verdict"]),
            seen=tuple(data["seen"]),
            tests=tuple(data["tests"]),
            message=data.get("message"),
            reason=data.get("reason"),
            form=Form(data["form"]) if "form" in data else None,
            scope=Scope(data["scope"]) if "scope" in data else None,
            remembered=Step.from_json(data["remembered"]) if "remembered" in data else None,
        )


class Suspect(NamedTuple):
    """A class that may be a copy, under another name, of one that is to be single.

    ``rule`` is that of the symbol ``target``, ``name`` the class's own; ``likeness`` is
    above 0 and at most 1. It is told, and no violation.
    """

    rule: str
    target: str
    name: str
    site: Site
    likeness: float

    def to_json(self) -> dict[str, Any]:
        return {**self._asdict(), "site": self.site.to_json()}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Suspect:
        return cls(**{**data, "site": Site.from_json(data["site"])})
