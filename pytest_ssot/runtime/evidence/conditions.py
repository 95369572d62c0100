"""The conditions under which something happened: filters and recorders of warnings, as facts.

They are plain values, so that child processes can tell them. What they come to is asked
for each test: see :mod:`pytest_ssot.policy.verdict.silences`.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: The code that set a condition: its file, line, function and module. Without a file it is
#: pytest itself, for its user.
Setter = tuple[str, int, str, str]
#: A regular expression, and its flags.
Pattern = tuple[str, int]

#: Sets what the configuration and the command line say.
BY_PYTEST: Setter = ("", 0, "", "")
#: Sets what the mark of a test says.
BY_MARK: Setter = ("", 0, "mark", "")
#: Takes what is shown, and keeps it: ``catch_warnings(record=True)``.
RECORD = "record"
#: Takes what is shown, and issues again what it did not expect: ``pytest.warns``.
CHECK = "check"
#: Takes what is shown, and issues again at the end of the test what nobody has asked it for:
#: Twisted's trial. Who only inherits a warning does not know whether somebody would have.
COLLECT = "collect"


class Condition:
    """A filter, or a recorder, that was in force.

    ``action`` is the filter's, or RECORD, CHECK or COLLECT. ``categories`` are the names of those
    that fit: a filter has one, a recorder with none takes any. ``block`` set the
    ``catch_warnings`` that it holds in, None where it holds for the process, be it that
    somebody else's block ends it. ``is_last`` is one that comes after all others.
    """

    __slots__ = (
        "action",
        "block",
        "categories",
        "is_last",
        "message",
        "module",
        "plain",
        "setter",
    )

    def __init__(
        self,
        action: str,
        setter: Setter,
        categories: tuple[str, ...] = (),
        message: Pattern | None = None,
        module: Pattern | None = None,
        block: Setter | None = None,
        is_last: bool = False,
    ) -> None:
        self.action = action
        self.setter = setter
        self.categories = categories
        self.message = message
        self.module = module
        self.block = block
        self.is_last = is_last
        #: What it is made of, for a channel too.
        self.plain = action, setter, categories, message, module, block, is_last

    @property
    def is_recorder(self) -> bool:
        return self.action in (RECORD, CHECK, COLLECT)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Condition) and self.plain == other.plain

    def __hash__(self) -> int:
        return hash(self.plain)


#: Innermost first: what was set last decides first.
Conditions = tuple[Condition, ...]


def leave_out_collector(conditions: Conditions) -> Conditions:
    """Leave out of *conditions* what may hand on what it takes, or not."""
    return tuple(condition for condition in conditions if condition.action != COLLECT)


class WarningFacts:
    """What a warning is, whoever hears it.

    ``categories`` are the names of its class and of those above; ``stated`` is the module
    that its ``stacklevel`` points at, None where that is the importer. ``inside`` are the
    conditions that the module set which warns of itself. ``caught`` is who would catch
    the warning if a filter makes an error of it.
    """

    __slots__ = ("categories", "caught", "inside", "stated", "text")

    def __init__(
        self,
        text: str,
        categories: tuple[str, ...],
        stated: str | None,
        inside: Conditions = (),
        caught: Setter | None = None,
    ) -> None:
        self.text = text
        self.categories = categories
        self.stated = stated
        self.inside = inside
        self.caught = caught

    def under(self, conditions: Conditions) -> WarningFacts:
        """The same warning, where its module, or what serves it, has set *conditions* too."""
        inside = self.inside + conditions
        return WarningFacts(self.text, self.categories, self.stated, inside, self.caught)

    def to_plain(self) -> tuple[object, ...]:
        """Return it as what a channel takes."""
        inside = tuple(condition.plain for condition in self.inside)
        return self.text, self.categories, self.stated, inside, self.caught

    @classmethod
    def from_plain(cls, plain: tuple[Any, ...]) -> WarningFacts:
        text, categories, stated, inside, caught = plain
        return cls(text, categories, stated, tuple(Condition(*one) for one in inside), caught)
