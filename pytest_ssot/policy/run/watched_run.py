"""One test run: who owns what is seen, and what it makes of each test."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, cast

from pytest_ssot.files import relative
from pytest_ssot.model import Violation
from pytest_ssot.policy.baseline.ratchet import Baseline, Ratchet
from pytest_ssot.policy.rules.overdue import Overdue, find_overdue
from pytest_ssot.policy.run.make_watcher import list_targets, make_watcher
from pytest_ssot.policy.run.remembered import leave_out_remembered, name_unlooked
from pytest_ssot.policy.run.tally import Result
from pytest_ssot.policy.verdict import mission_critical
from pytest_ssot.policy.verdict.allowances import Allowances, SeenBy
from pytest_ssot.policy.verdict.code_of_tests import TestCode
from pytest_ssot.policy.verdict.judge import Ask, Judge
from pytest_ssot.policy.verdict.silences import Around
from pytest_ssot.rules.allowance import Allowance
from pytest_ssot.rules.configured import Configured
from pytest_ssot.rules.first_party import FirstParty
from pytest_ssot.runtime.evidence.conditions import Condition
from pytest_ssot.runtime.evidence.evidence import Evidence, Sightings
from pytest_ssot.runtime.watcher import get_active


class TestTerms(NamedTuple):
    """The test that a verdict is asked for: where it is, and what it tolerates."""

    test: SeenBy
    path: str
    module: str
    gated: bool
    critical: bool


class RunningTest:
    """One test while it runs: its own evidence, and the causes that its failure has named.

    ``lost`` is what it took away of the watch, ``judged`` its violations as last
    asked for, and at what state of the evidence.
    """

    __slots__ = ("evidence", "judged", "lost", "skipped", "told")

    def __init__(self) -> None:
        self.evidence = Evidence()
        self.judged: tuple[object, list[Violation]] | None = None
        self.lost: list[str] = []
        self.told: set[Any] = set()
        self.skipped = False

    def end(self, test: object) -> EndedTest:
        return EndedTest(test, self.told, self.skipped)


class EndedTest(NamedTuple):
    """What is left of a test that is over, should it reach something yet.

    Without its evidence, which holds this.
    """

    test: object
    told: set[Any]
    skipped: bool


class Remainder(NamedTuple):
    """What a process saw besides its tests. JSON both ways: workers send it home.

    ``used`` and ``marks`` name the allowances that excused something, and the
    marks that may. ``late`` is what tests reached after they had ended, ``blind``
    tells where the watch was lost outside of tests, ``unlooked`` what remembers unseen, and why.
    """

    session: tuple[Violation, ...] = ()
    swept: tuple[Violation, ...] = ()
    used: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    mistakes: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    not_observed: tuple[str, ...] = ()
    discovered: tuple[tuple[str, str], ...] = ()
    late: tuple[Result, ...] = ()
    blind: tuple[str, ...] = ()
    unlooked: tuple[tuple[str, str], ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "session": [violation.to_json() for violation in self.session],
            "swept": [violation.to_json() for violation in self.swept],
            "used": list(self.used),
            "marks": list(self.marks),
            "mistakes": list(self.mistakes),
            "faults": list(self.faults),
            "not_observed": list(self.not_observed),
            "discovered": [list(pair) for pair in self.discovered],
            "late": [result.to_json() for result in self.late],
            "blind": list(self.blind),
            "unlooked": [list(pair) for pair in self.unlooked],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Remainder:
        return cls(
            session=tuple(Violation.from_json(raw) for raw in data["session"]),
            swept=tuple(Violation.from_json(raw) for raw in data["swept"]),
            used=tuple(data["used"]),
            marks=tuple(data["marks"]),
            mistakes=tuple(data["mistakes"]),
            faults=tuple(data["faults"]),
            not_observed=tuple(data["not_observed"]),
            discovered=tuple((name, text) for name, text in data["discovered"]),
            late=tuple(Result.from_json(raw) for raw in data["late"]),
            blind=tuple(data["blind"]),
            unlooked=tuple((function, why) for function, why in data["unlooked"]),
        )

    def __or__(self, other: Remainder) -> Remainder:
        return Remainder(
            session=self.session + other.session,
            swept=self.swept + other.swept,
            used=tuple(sorted({*self.used, *other.used})),
            marks=tuple(sorted({*self.marks, *other.marks})),
            mistakes=tuple(sorted({*self.mistakes, *other.mistakes})),
            faults=tuple(dict.fromkeys(self.faults + other.faults)),
            not_observed=tuple(sorted({*self.not_observed, *other.not_observed})),
            discovered=tuple(sorted({*self.discovered, *other.discovered})),
            late=self.late + other.late,
            blind=tuple(sorted({*self.blind, *other.blind})),
            unlooked=tuple(sorted({*self.unlooked, *other.unlooked})),
        )


class Run:
    """Watches a process for the length of a test run and judges what it sees.

    Knows nothing of pytest: tests come as node ids, paths and module names.
    *asked* says what a test tolerates, once it has ended: see ``Evidence.ended``.
    """

    def __init__(
        self,
        configured: Configured,
        known: Baseline,
        today: datetime.date,
        ask: Ask,
        asked: Callable[[Any], TestTerms],
    ) -> None:
        self.today = today
        self._ask = ask
        self._asked = asked
        self.marks: list[Allowance] = []
        self.plugins: list[str] = []
        #: The plugins that a test file asks for, by its path.
        self.plugins_of: dict[str, list[str]] = {}
        self.tested: set[Path] = set()
        self._configure(configured, known)
        self.watcher = make_watcher(configured, outer=get_active())
        self._files: dict[str, Evidence] = {}
        self._folders: dict[str, list[tuple[str, list[str]]]] = {}
        self._blind: set[str] = set()
        self._blind_outside: set[str] = set()
        self._known: dict[tuple[str, str], tuple[int, Sightings]] = {}

    def reconfigure(self, configured: Configured, known: Baseline) -> None:
        """Go on with *configured*, which has more rules: hooks gave them."""
        self._configure(configured, known)
        self.watcher.add_targets(list_targets(configured.rules))

    def _configure(self, configured: Configured, known: Baseline) -> None:
        self.configured = configured
        self.settings = configured.settings
        self.ratchet = Ratchet(known, self.today)
        self.rules = configured.rules
        self.allowances = Allowances(configured.allowances, self.today)
        tests = TestCode(self.settings.root, self.tested, self.plugins)
        self.judge = Judge(self.settings, self.rules, self.allowances, tests)

    def find_file_evidence(self, path: str) -> Evidence:
        """The evidence of the collection of a file or a folder."""
        return self._files.setdefault(path, Evidence())

    def concerns(self, running: RunningTest, path: str, module: str) -> bool:
        """Whether there is anything at all that a test there answers for."""
        return bool(running.evidence) or bool(self._gather_around(path, module))

    def judge_test(self, running: RunningTest, asked: TestTerms) -> list[Violation]:
        """What the test has reached so far, judged, sorted by importer."""
        state = self.watcher.recorder.changes, len(running.evidence.parts)
        if running.judged is None or running.judged[0] != state:
            found = self._gather_found(running, asked)
            running.judged = state, self._judge_test(found, running.evidence, asked)
        return running.judged[1]

    def judge_found(self, found: Sightings, asked: TestTerms) -> list[Violation]:
        """What was *found* elsewhere on behalf of the test, judged as if the test had seen it."""
        return self._judge_test(found, Evidence(), asked)

    def find_failing(
        self, running: RunningTest | EndedTest, asked: TestTerms, violations: Iterable[Violation]
    ) -> list[Violation]:
        """Those of *violations* that fail the test and that it has not told yet."""
        gated = asked.gated and not running.skipped
        return [
            violation
            for violation in violations
            if mission_critical.fails_test(violation, gated) and violation.cause not in running.told
        ]

    def note_lost(self, running: RunningTest, nodeid: str, lost: list[str]) -> list[str]:
        """What the test took away of the watch, and has not been told for yet."""
        new = [loss for loss in lost if loss not in running.lost]
        running.lost += new
        self._blind.update(f"{nodeid} {loss}" for loss in new)
        return new

    def note_lost_outside(self, where: str) -> None:
        """Note what code that is no test's has taken away of the watch."""
        lost = self.watcher.find_lost(ended=True, everywhere=True)
        self._blind_outside.update(f"{where} {loss}" for loss in lost)

    def make_remainder(self) -> Remainder:
        self.watcher.collect()
        self.note_lost_outside("something outside of tests")
        recorder = self.watcher.recorder
        around = recorder.in_force.read_standing(recorder.in_force.configured)
        session = self._judge_found(self.watcher.gather(self._find_unowned()), SeenBy(""), around)
        swept = self._judge_found(self.watcher.gather([recorder.swept]), SeenBy(""), ())
        return Remainder(
            session=tuple(self.ratchet.mark_known(leave_out_remembered(session))),
            swept=tuple(swept),
            used=tuple(sorted(self.judge.used)),
            marks=tuple(sorted({one.origin for one in self.marks if self.allowances.holds(one)})),
            mistakes=tuple(sorted(self.judge.mistakes)),
            faults=tuple(self.watcher.guard.faults),
            not_observed=tuple(self._list_not_observed()),
            discovered=tuple(sorted(self.watcher.warnings.discovered.items())),
            late=tuple(self._judge_late()),
            blind=tuple(sorted(self._blind_outside)),
            unlooked=name_unlooked(self.watcher.unlooked, self.relative_path),
        )

    def judge_overdue(self) -> tuple[Remainder, tuple[str, ...]]:
        """What is overdue, judged as no test's; and the targets of which nobody can tell."""
        found = find_overdue(self.configured)
        told = [self._judge_overdue(overdue) for overdue in found.overdue]
        judged = self.ratchet.mark_known([violation for violation in told if violation is not None])
        used, mistakes = tuple(sorted(self.judge.used)), tuple(sorted(self.judge.mistakes))
        return Remainder(session=tuple(judged), used=used, mistakes=mistakes), found.unknown

    def _judge_overdue(self, overdue: Overdue) -> Violation | None:
        from pytest_ssot.source.project.modules import Modules  # few runs come here

        violation, end_line = overdue
        test, modules = SeenBy(violation.importer.path), Modules(self.settings.root)
        return self.judge.judge_source(violation, end_line, modules, test, self._ask).violation

    @cached_property
    def _loaded_early(self) -> list[str]:
        """The targets that were loaded before the watch; asked for at the end, when it is known."""
        if not self.watcher.early.noted:
            return []
        from pytest_ssot.policy.run.loaded_early import find_loaded_early  # it parses

        ours = FirstParty(self.settings.root, self.settings.first_party)
        return find_loaded_early(self.watcher.early, self.watcher.index, ours)

    def _list_not_observed(self) -> list[str]:
        blind = self._blind | self._blind_outside
        missed = {
            f"a child process of {self.relative_path(path)}:{line}: {why}"
            for path, line, why in self.watcher.children.missed
        }
        watcher = self.watcher
        return sorted(blind.union(missed, watcher.unwatchable, self._loaded_early, watcher.missed))

    def _judge_late(self) -> Iterator[Result]:
        for evidence in list(self.watcher.recorder.late.values()):
            ended = cast("EndedTest", evidence.ended)
            asked = self._asked(ended.test)
            found = self._judge_test(self.watcher.gather([evidence]), evidence, asked)
            failing = self.find_failing(ended, asked, found)
            yield Result(asked.test.nodeid, tuple(found), bool(failing), ended.skipped)

    def relative_path(self, path: str) -> str:
        return relative(path, self.settings.root)

    def _judge_test(
        self, found: Sightings, evidence: Evidence, asked: TestTerms
    ) -> list[Violation]:
        """What was found for a test, judged, with what the baseline knows.

        Mission-critical tests excuse nothing. What functions remember is for gated tests.
        """
        conditions = self._find_conditions(evidence, asked.path)
        judged = self._judge_found(found, asked.test, conditions)
        judged = judged if asked.gated else leave_out_remembered(judged)
        return judged if asked.critical else self.ratchet.mark_known(judged)

    def _judge_found(
        self, found: Sightings, test: SeenBy, conditions: Iterable[Condition]
    ) -> list[Violation]:
        """What was found, judged; *conditions* are those around all of it."""
        around = Around()
        if any(sighting.warning is not None for sighting, _, _ in found.values()):
            around = Around(tuple(conditions), self.watcher.recorder.in_force.process_wide)
        return self.judge.judge_found(found, test, self._ask, around)

    def _find_conditions(self, evidence: Evidence, path: str) -> Iterator[Condition]:
        """Find the filters that hold for all that a test in the file *path* reaches.

        Those of its fixtures, of the files that it is below, and of pytest itself.
        """
        in_force = self.watcher.recorder.in_force
        files = {path, *(file for _, files in self._find_above(path) for file in files)}
        yield from _find_left(evidence)
        for condition in in_force.process_wide:
            where, _, function, _ = condition.setter
            if function == "<module>" and where in files:
                yield condition
        yield from in_force.read_standing(evidence.standing)

    def _gather_found(self, running: RunningTest, asked: TestTerms) -> Sightings:
        """All that a test answers for: itself, its fixtures, its file, the conftests above."""
        if not running.evidence:
            return self._gather_around(asked.path, asked.module)
        return self.watcher.gather([running.evidence, *self._find_around(asked.path, asked.module)])

    def _gather_around(self, path: str, module: str) -> Sightings:
        """What every test of a file answers for; the same until something new is seen."""
        changes = self.watcher.recorder.changes
        known = self._known.get((path, module))
        if known is None or known[0] != changes:
            known = changes, self.watcher.gather(self._find_around(path, module))
            self._known[path, module] = known
        return known[1]

    def _find_around(self, path: str, module: str) -> Iterator[Evidence]:
        lineage = self.watcher.recorder.lineage
        for name in (module, *self.plugins, *self.plugins_of.get(path, ())):
            yield from lineage.find_carriers(name)
        yield from lineage.evidence_in_file(path)
        yield from self._find_collected(path)
        for folder, files in self._find_above(path):
            yield from self._find_collected(folder)
            for file in files:
                yield from lineage.evidence_in_file(file)

    def _find_above(self, path: str) -> list[tuple[str, list[str]]]:
        """The folders above *path*, with the files of each that pytest loads for all below."""
        known = self._folders.get(path)
        if known is None:
            names = ("conftest.py", "__init__.py")
            above = [
                (str(parent), [str(parent / name) for name in names])
                for parent in Path(path).parents
            ]
            known = self._folders[path] = above
        return known

    def _find_unowned(self) -> Iterator[Evidence]:
        """Evidence that belongs to no test: the session's, and that of files without tests."""
        yield self.watcher.recorder.session
        tested = {str(folder) for path in self.tested for folder in (path, *path.parents)}
        yield from (self._files[path] for path in self._files.keys() - tested)

    def _find_collected(self, path: str) -> Iterator[Evidence]:
        if path in self._files:
            yield self._files[path]


def _find_left(evidence: Evidence) -> Iterator[Condition]:
    """Find the filters that the fixtures of a test left, each for all tests that use it."""
    for part in dict.fromkeys(part for part, _ in evidence.parts):
        yield from part.left
        yield from _find_left(part)
