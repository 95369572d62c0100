"""The one table of report formats: what users may ask for, and what is peculiar to each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Format(NamedTuple):
    """A format, which ``report/formats/NAME.py`` renders.

    Without a path, one that is ``printed`` goes to standard output at the end of a run: a CI
    reads it there. GitHub reads what is ``for_github`` by itself, with paths that begin at the
    repository, and what ``adds_to_summary`` may be a job summary, which a step's commands share.
    ``written_by_pytest`` are those that pytest renders itself, and names a file for.
    """

    name: str
    printed: bool = False
    for_github: bool = False
    adds_to_summary: bool = False
    written_by_pytest: bool = False


_ROWS = (
    Format("json"),
    Format("sarif", for_github=True),
    Format("github", printed=True, for_github=True),
    Format("markdown", adds_to_summary=True),
    Format("html"),
    Format("junit", written_by_pytest=True),
)
FORMATS: Mapping[str, Format] = MappingProxyType({row.name: row for row in _ROWS})
#: The names of those that are made from the JSON document.
RENDERED = tuple(row.name for row in _ROWS if not row.written_by_pytest)
