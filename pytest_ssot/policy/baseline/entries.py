"""An entry of the baseline: what is known of one rule in one file, without line numbers."""

from __future__ import annotations

import datetime
import re
from functools import lru_cache
from typing import Any, NamedTuple

from pytest_ssot.model import Kind, Violation

#: What stands in a message for a part that varies.
ANY = "*"

_LONGEST = 200
_VARIABLE = (
    # A quote within a word is an apostrophe.
    (r"(?<!\w)(['\"`])(?!\1)(?:(?!\1).)+\1(?!\w)", rf"\1{ANY}\1"),
    (r"(?i)\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", ANY),
    (r"(?i)\b0x[0-9a-f]+\b", ANY),
    (r"(?<![\w.:/\\~-])(?:~|[A-Za-z]:)?[/\\](?:[^\s'\"`:;,()<>]*[\w/\\])", ANY),
    (r"(?<!\w)\d+(?:[.,_:]\d+)*(?!\w)", ANY),
)


class EntryKey(NamedTuple):
    """What an entry is about: ``name`` is None for the module itself.

    The last four are those of kinds with entries of their own (:class:`Traits`), and empty
    else. They tell warnings apart: ``target`` issued it, ``function`` called that.
    """

    path: str
    rule: str
    name: str | None
    kind: str = ""
    target: str = ""
    function: str = ""
    message: str = ""

    @property
    def order(self) -> tuple[Any, ...]:
        return (self.path, self.rule, self.name is not None, self.name or "", *self[3:])

    @property
    def group(self) -> EntryKey:
        """The key without its message, which has to be compared and not looked up."""
        return self._replace(message="")

    @property
    def stands(self) -> bool:
        """Whether it is about a target that should be gone, and no use of it."""
        return bool(self.kind) and Kind(self.kind).traits.stands

    def covers(self, other: EntryKey) -> bool:
        """Whether *other*, of the same group, says nothing else: ``*`` stands for anything."""
        parts = map(re.escape, self.message.split(ANY))
        return re.fullmatch(".*".join(parts), other.message) is not None


class BaselineEntry(NamedTuple):
    """*number* sites of *key* are known; with ``runtime``, such as only a run can see.

    Past the day ``until`` the entry excuses nothing.
    """

    key: EntryKey
    number: int
    runtime: bool = False
    reason: str | None = None
    owner: str | None = None
    until: datetime.date | None = None

    @property
    def order(self) -> tuple[Any, ...]:
        return (*self.key.order, self.runtime)

    def holds_on(self, today: datetime.date) -> bool:
        return self.until is None or today <= self.until

    def __str__(self) -> str:
        """``app/bridge.py  app.old:make``, with the words of a warning."""
        if self.key.stands:
            return f"{self.key.path}  {self.key.rule} {self.key.kind}"
        name = f":{self.key.name}" if self.key.name else ""
        message = f"  {self.key.message}" if self.key.message else ""
        return f"{self.key.path}  {self.key.rule}{name}{message}"


def make_key(violation: Violation) -> EntryKey:
    """What an entry for *violation* is about."""
    importer = violation.importer
    key = EntryKey(importer.path, violation.rule, violation.name)
    own = violation.kind.traits.own_entry
    if not own:
        return key
    values = {
        "kind": violation.kind.value,
        "target": violation.target,
        "function": importer.function,
        "message": generalize_message(violation.message or ""),
    }
    return key._replace(**{name: values[name] for name in own})


@lru_cache(maxsize=4096)
def generalize_message(message: str) -> str:
    """*message* without what varies from call to call and from version to version.

    Numbers, addresses, UUIDs, absolute paths and what is quoted become ``*``;
    blanks become one, and what is too long is cut.
    """
    text = " ".join(message.split())
    for pattern, replacement in _VARIABLE:
        text = re.sub(pattern, replacement, text)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + ANY
