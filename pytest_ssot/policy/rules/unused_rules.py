"""Rules that match nothing: whether the shim is gone, or there is nobody left who imports it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from pytest_ssot.config.load import FILE
from pytest_ssot.model import Form, Violation
from pytest_ssot.policy.baseline.entries import BaselineEntry
from pytest_ssot.policy.rules.overdue import UNKNOWN, describe_standing
from pytest_ssot.rules.configured import Configured
from pytest_ssot.rules.rule import Rule
from pytest_ssot.source.names.still_there import Standing, Standings

#: What a run says of a target that it could not watch: `find_loaded_early` and the like.
_OF_ONE = re.compile(r"(?P<target>\S+) \((?:loaded before the watch|cannot be watched)")


class UnusedRule(NamedTuple):
    """A rule of the project's own that matches nothing.

    ``gone`` tells that its target is no longer there, else ``delete`` what of it is to be
    deleted, empty where the project has none of it. ``maybe`` tells that only running the
    module says if it is there. ``through`` is the line of the package around it that
    passes it on to nobody. ``doubt`` is what may hide a use.
    """

    rule: Rule
    gone: bool = False
    delete: str = ""
    maybe: bool = False
    overdue: bool = False
    through: str | None = None
    doubt: str | None = None


class KnownUses(NamedTuple):
    """All *violations*, and the *number* of uses by rule, those that are hidden among them.

    *entries* are the baseline's: what only runs see counts as seen. *paths* are the
    project's files, if they are known.
    """

    violations: Sequence[Violation]
    number: Mapping[str, int]
    entries: Iterable[BaselineEntry] = ()
    paths: Collection[str] | None = None


Doubt = Callable[[Rule], str | None]


def find_unused_rules(configured: Configured, known: KnownUses, doubt: Doubt) -> list[UnusedRule]:
    """The project's own rules that nobody uses, nor any rule for a part of the same; by id."""
    used = {name for name, number in known.number.items() if number}
    used |= {violation.rule for violation in known.violations if not violation.kind.traits.stands}
    used |= {entry.key.rule for entry in known.entries if entry.runtime}
    finder = _UnusedFinder(configured, known, used)
    own = sorted((rule for rule in configured.rules.rules if rule.origin == FILE), key=_id_of)
    return [
        unused._replace(doubt=doubt(rule))
        for rule in own
        if (unused := finder.find(rule)) is not None
    ]


class _UnusedFinder:
    def __init__(self, configured: Configured, known: KnownUses, used: Collection[str]) -> None:
        self._known = known
        self._used = used
        self._standings = Standings(configured.settings.root, known.paths)
        self._named: set[str] = set()
        self._above: set[str] = set()
        for rule in configured.rules.rules:
            if rule.id in used:
                parts = rule.module.split(".")
                self._above.update(".".join(parts[:end]) for end in range(1, len(parts)))
                self._named |= {rule.module} if rule.name else set()
        self._overdue = {
            violation.rule for violation in known.violations if violation.kind.traits.stands
        }

    def find(self, rule: Rule) -> UnusedRule | None:
        """The rule as an unused one; None if it is used."""
        through = self._find_pass_through(rule) if rule.id in self._used else None
        if rule.id in self._used and through is None:
            return None
        if rule.name is None and (
            rule.module in self._named or (rule.submodules and rule.module in self._above)
        ):
            return None
        stands = self._standings.find_standing(rule.module, rule.name, inside=rule.submodules)
        found = UnusedRule(rule, overdue=rule.id in self._overdue, through=through)
        if stands.exists is False:
            top = rule.module.partition(".")[0]
            return found._replace(gone=self._standings.find_standing(top).file is not None)
        return found._replace(delete=describe_standing(rule, stands), maybe=stands.exists is None)

    def _find_pass_through(self, rule: Rule) -> str | None:
        """The line of the package around the target that alone imports it, and does not use it."""
        uses = [
            violation
            for violation in self._known.violations
            if violation.rule == rule.id and not violation.kind.traits.stands
        ]
        sites = {use.importer for use in uses}
        runtime = any(entry.key.rule == rule.id and entry.runtime for entry in self._known.entries)
        hidden = self._known.number.get(rule.id, 0) > len(uses)
        if len(sites) != 1 or runtime or hidden or any(use.form is not Form.FROM for use in uses):
            return None
        (site,) = sites
        parents = rule.module.split(".")[:-1]
        packages = (".".join(parents[:end]) for end in range(1, len(parents) + 1))
        inside = any(
            _package_file(self._standings.find_standing(package)) == site.path
            for package in packages
        )
        return str(site) if inside and self._standings.passes_on(site.path, site.line) else None


def _package_file(stands: Standing) -> str | None:
    return stands.file if stands.folder is not None else None


def _id_of(rule: Rule) -> str:
    return rule.id


class Doubts:
    """What may hide a use from who looks.

    *unreadable* are the files under *root* that could not be read whole, *not_observed*
    what runs say that they did not see, *otherwise* what holds for all rules alike.
    """

    def __init__(
        self,
        root: Path,
        unreadable: Iterable[tuple[str, str]],
        not_observed: Iterable[str],
        otherwise: str | None = None,
    ) -> None:
        self._otherwise = otherwise
        self._texts = {path: _read_bytes(root / path) for path, _ in unreadable}
        self._unseen = [sentence for sentence in not_observed if not sentence.startswith(UNKNOWN)]

    def __call__(self, rule: Rule) -> str | None:
        return next(self._iterate(rule), None)

    def _iterate(self, rule: Rule) -> Iterator[str]:
        word = (rule.name or rule.module.rpartition(".")[2]).encode()
        for path, text in self._texts.items():
            if text is None or word in text:
                yield f"{path} was not read whole"
        for sentence in self._unseen:
            target = _OF_ONE.match(sentence)
            if target is None or target["target"].partition(":")[0] == rule.module:
                yield f"not observed: {sentence}"
        if self._otherwise is not None:
            yield self._otherwise


def _read_bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes() if path.is_file() else None
    except OSError:
        return None
