"""The inventory: what a scan of the source finds, judged as a test run would be."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from pytest_ssot.errors import UsageError
from pytest_ssot.model import Form, Kind, Scope, Site, Suspect, Verdict, Violation
from pytest_ssot.patterns import path_matches
from pytest_ssot.policy.rules.overdue import Due, find_overdue
from pytest_ssot.policy.verdict.allowances import Allowances, SeenBy, read_marker
from pytest_ssot.policy.verdict.judge import Judge
from pytest_ssot.rules.allowance import Allowance
from pytest_ssot.rules.configured import Configured
from pytest_ssot.rules.lookup import Target
from pytest_ssot.source import index
from pytest_ssot.source.project.files import Entry, Files
from pytest_ssot.source.project.modules import Modules
from pytest_ssot.source.project.surroundings import Surroundings
from pytest_ssot.source.uses.use import Copy, Mark, Scan, Use
from pytest_ssot.source.wanted import Wanted


class Ground(NamedTuple):
    """The last line of a violation's statement or call, and the allowance that covers it."""

    end_line: int
    allowed_by: str = ""


class Inventory(NamedTuple):
    """What was found in source.

    ``violations`` are judged and sorted by site; ``critical`` are the sites in
    mission-critical tests. ``unreadable`` are files that could not be read
    whole, and why. ``examined`` are the files that were read. ``used`` names the
    allowances that excused something. ``marks`` are those of the tests around
    sites, as far as source tells them. ``grounds`` are by the violations' ``cause``.
    ``uses`` is the number of uses by rule, in all files and whoever excuses them;
    ``due`` what should be gone. ``suspects`` fail nothing; those that are allowed are
    left out.
    """

    violations: tuple[Violation, ...]
    critical: frozenset[Site]
    unreadable: tuple[tuple[str, str], ...]
    examined: frozenset[str]
    used: frozenset[str]
    mistakes: tuple[str, ...]
    marks: Mapping[Site, tuple[Mark, ...]]
    grounds: Mapping[tuple[object, ...], Ground]
    uses: Mapping[str, int]
    due: Due
    suspects: tuple[Suspect, ...] = ()

    def restrict_to(self, paths: Collection[str]) -> Inventory:
        """What of this is in the files *paths*."""
        return self._replace(
            violations=tuple(
                violation for violation in self.violations if violation.importer.path in paths
            ),
            unreadable=tuple(pair for pair in self.unreadable if pair[0] in paths),
            examined=self.examined.intersection(paths),
            suspects=tuple(suspect for suspect in self.suspects if suspect.site.path in paths),
        )


def take_inventory(
    configured: Configured,
    today: datetime.date,
    paths: Sequence[str] = (),
    *,
    cache: bool = True,
    forks: bool = True,
) -> Inventory:
    """The inventory of the files under *paths*, relative to the root; none means all.

    All are scanned in any case: what a file uses depends on what others pass on.
    With *cache* what the last one found is used where files have not changed.
    Without *forks* all is done in this process, which others may watch or share.
    Raises UsageError for a path that is not there, or not below the root.
    """
    settings = configured.settings
    files = Files(settings.root, (), settings.exclude)
    entries = {entry.path: entry for entry in files}
    if not paths:
        found = _scan_files(configured, list(entries.values()), cache=cache, forks=forks)
        return _ScanJudge(configured, today).judge_scan(found, files.missed)
    asked = Files(settings.root, paths, settings.exclude)
    # What git ignores is examined where it is named.
    chosen = {entry.path: entry for entry in asked}
    found = _scan_files(configured, list({**entries, **chosen}.values()), cache=cache, forks=forks)
    wanted = chosen.keys() | {path for path, _ in asked.missed}
    return _ScanJudge(configured, today).judge_scan(found, asked.missed).restrict_to(wanted)


def _scan_files(
    configured: Configured, entries: Sequence[Entry], *, cache: bool, forks: bool
) -> Scan:
    root = configured.settings.root
    rules = configured.rules.rules
    targets = [Target(rule.id, rule.deprecated, rule.submodules) for rule in rules]
    canonical = {rule.id: rule.use.partition(":")[0] for rule in rules if rule.use is not None}
    wanted = Wanted(targets, canonical, configured.rules.single, configured.rules.factories)
    key = index.make_key(wanted.to_plain())
    state = index.State(index.find_index_path(root) if cache else None, key, Surroundings(root))
    known = state.begin_scan(entries)
    if known is not None:
        return known
    from pytest_ssot.source.scan import scan_files

    return scan_files(root, entries, wanted, state, forks=forks)


class _ScanJudge:
    """Judges what a scan found by the rules' own settings."""

    def __init__(self, configured: Configured, today: datetime.date) -> None:
        settings = configured.settings
        self._configured = configured
        self._settings = settings
        allowances = Allowances(configured.allowances, today)
        self._judge = Judge(settings, configured.rules, allowances)
        self._modules = Modules(settings.root)
        self._grounds: dict[tuple[object, ...], Ground] = {}

    def judge_scan(self, found: Scan, missed: Sequence[tuple[str, str]]) -> Inventory:
        judged = [
            violation for use in found.uses if (violation := self._judge_use(use)) is not None
        ]
        suspects = [suspect for copy in found.suspects for suspect in self._find_suspect(copy)]
        uses = Counter(use.rule for use in found.uses)
        owed = find_overdue(self._configured, found.examined.__contains__).add_uses(uses)
        overdue = [
            self._judge_violation(overdue_target.violation, overdue_target.end_line)
            for overdue_target in owed.overdue
        ]
        told = [
            *_allow_through(judged),
            *(violation for violation in overdue if violation is not None),
        ]
        critical = {use.site for use in found.uses if self._is_critical(use)}
        critical |= {
            violation.importer
            for violation in overdue
            if violation and self._is_in_critical(violation.importer)
        }
        return Inventory(
            violations=tuple(sorted(told, key=_order_of) if overdue else told),
            critical=frozenset(critical),
            unreadable=tuple(sorted([*found.unreadable.items(), *missed])),
            examined=found.examined,
            used=frozenset(self._judge.used),
            mistakes=tuple(sorted(self._judge.mistakes)),
            marks={use.site: use.marks for use in found.uses if use.marks},
            grounds=self._grounds,
            uses=uses,
            due=owed,
            suspects=tuple(suspects),
        )

    def _find_suspect(self, copy: Copy) -> Iterator[Suspect]:
        """The suspect that *copy* is, unless a definition there would not fail either."""
        rule, target, name, site, end_line, likeness, noted = copy
        how = (Form.DEFINITION, Scope.MODULE)
        use = Use(rule, target, Kind.DEFINITION, name, site, end_line, *how, noted=noted)
        judged = self._judge_use(use)
        if judged is not None and judged.verdict is Verdict.FAILS:
            yield Suspect(rule, target, name, site, likeness)

    def _judge_use(self, use: Use) -> Violation | None:
        violation = Violation(
            rule=use.rule,
            kind=use.kind,
            target=use.target,
            name=use.name,
            importer=use.site,
            chain=use.chain,
            seen=("static",),
            form=use.form,
            scope=use.scope,
        )
        return self._judge_violation(violation, use.end_line, use.marks, noted=use.noted)

    def _judge_violation(
        self,
        violation: Violation,
        end_line: int,
        marks: Sequence[Mark] = (),
        *,
        noted: bool = True,
    ) -> Violation | None:
        """*violation* with its verdict; None where the settings say to ignore it.

        Comments up to *end_line* may allow it, if there are any that are *noted*.
        """
        last = end_line if noted else 0  # no comment there: none of its lines is read
        test = SeenBy(_nodeid_of(violation.importer), self._read_marks(violation.importer, marks))
        judged, allowed_by = self._judge.judge_source(violation, last, self._modules, test)
        self._grounds[violation.cause] = Ground(end_line, allowed_by)
        return judged

    def _read_marks(self, site: Site, marks: Sequence[Mark]) -> list[Allowance]:
        """Those of the ``ssot_allow`` *marks* around *site*; one that does not fit is none."""
        try:
            return [
                # It is the test's own, which a run knows by its node id.
                read_marker(args, dict(keywords), str(site))._replace(origin=_nodeid_of(site))
                for name, args, keywords in marks
                if name == "ssot_allow"
            ]
        except UsageError as error:
            self._judge.mistakes.add(str(error))
            return []

    def _is_critical(self, use: Use) -> bool:
        if self._is_in_critical(use.site):
            return True
        return any(name in self._settings.markers for name, _, _ in use.marks)

    def _is_in_critical(self, site: Site) -> bool:
        return path_matches(site.path, self._settings.mission_critical)


def _nodeid_of(site: Site) -> str:
    """What pytest would call a test at *site*."""
    names = [] if site.function == "<module>" else site.function.split(".")
    return "::".join([site.path, *names])


def _order_of(violation: Violation) -> tuple[object, ...]:
    """The order of a scan; see `Use.place`."""
    site = violation.importer
    return site.path, site.line, site.column, violation.rule, violation.target, violation.name or ""


def _allow_through(violations: Sequence[Violation]) -> list[Violation]:
    """*violations*, where one that goes through an allowed importer is allowed as well."""
    may = {
        (violation.rule, violation.importer.path, violation.importer.line)
        for violation in violations
        if violation.verdict is Verdict.ALLOWED
    }
    return [
        next(
            (
                violation.judged(Verdict.ALLOWED, f"passed on by {step}, which may")
                for step in violation.chain
                if (violation.rule, step.path, step.line) in may
            ),
            violation,
        )
        for violation in violations
    ]
