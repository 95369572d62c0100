"""``--ssot-scan``: what the static scan finds, as test items."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from functools import cached_property
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any
from warnings import catch_warnings, simplefilter

import pytest

from pytest_ssot import xdist
from pytest_ssot.errors import UsageError
from pytest_ssot.model import Verdict, Violation
from pytest_ssot.patterns import path_matches
from pytest_ssot.policy.run.outcome import Assembly
from pytest_ssot.policy.run.tally import Result
from pytest_ssot.policy.run.watched_run import Remainder, Run
from pytest_ssot.policy.scan_items.choose_findings import (
    ChosenFindings,
    choose_findings,
    is_finding,
)
from pytest_ssot.policy.scan_items.findings import Mark, ScanFinding, make_findings
from pytest_ssot.policy.verdict.mission_critical import make_is_critical
from pytest_ssot.report import terminal
from pytest_ssot.report.violation_text import describe_in_a_line
from pytest_ssot.runtime.evidence.evidence import Evidence
from pytest_ssot.session.scan_nodes import MARKER, ScanFile, ScanItem, list_marker_names
from pytest_ssot.session.session_report import PROPERTY, RESULT

if TYPE_CHECKING:
    from pytest_ssot.policy.run.inventory import Inventory


class ScanPlugin:
    """Scans once for a run, and makes its items in each process that has tests.

    *assembly* is None in a worker, which is sent its items. *declared* are the
    markers of pytest's configuration: those that code registers say how a test is
    run, and not what it is.
    """

    def __init__(
        self, config: pytest.Config, run: Run, assembly: Assembly | None, declared: frozenset[str]
    ) -> None:
        self._config = config
        self._run = run
        self._assembly = assembly
        self._labels = declared.union(run.settings.markers)
        self._found: list[ScanFinding] = []
        self._is_clean = False

    # -- the scan -------------------------------------------------------------

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        if xdist.is_controller(self._config):
            self._scan_once()

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Workers are sent what the controller found, so that all have the same."""
        node.workerinput[MARKER] = [finding.to_json() for finding in self._found]

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection(self) -> Generator[None, object, object]:
        """Collect without the arguments that name findings: pytest would import their files."""
        config = self._config
        if xdist.is_controller(config):
            return (yield)
        if self._assembly is None:
            sent = config.workerinput[MARKER]  # type: ignore[attr-defined]
            self._found = [ScanFinding.from_json(one) for one in sent]
        else:
            self._scan_once()
        given, rules = config.args, self._run.rules.by_id
        config.args = [one for one in given if not is_finding(one, rules)]
        try:
            return (yield)
        finally:
            config.args = given

    def _scan_once(self) -> None:
        assert self._assembly is not None
        try:
            chosen = self._choose_findings()
            if not chosen.is_empty:
                inventory = self._take_inventory()
                self._found = chosen.select(make_findings(inventory))
                self._assembly.add_scan(inventory, chosen.has_file)
                self._is_clean = not (self._found or inventory.unreadable)
        except UsageError as error:
            raise pytest.UsageError(str(error)) from None
        self._assembly.add_remainder(
            Remainder(not_observed=tuple(map(_describe_unscanned, chosen.outside)))
        )

    def _choose_findings(self) -> ChosenFindings:
        config = self._config
        if config.args_source is pytest.Config.ArgsSource.TESTPATHS:
            return ChosenFindings(everything=True)
        here, root, rules = config.invocation_params.dir, config.rootpath, self._run.rules.by_id
        packages = config.getoption("pyargs", False)
        return choose_findings(config.args, rules, root, here, packages=packages)

    def _take_inventory(self) -> Inventory:
        """Take inventory of everything, whatever was asked for: other files may pass names on."""
        from pytest_ssot.policy.run.inventory import take_inventory

        # What the scan itself does is no test's; and a fork of a watched process is watched.
        with self._run.watcher.owned_by(Evidence()):
            inventory = take_inventory(self._run.configured, self._run.today, forks=False)
        if inventory.mistakes:
            raise UsageError("\n".join(inventory.mistakes))
        return inventory

    # -- the items ------------------------------------------------------------

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        report = yield
        if isinstance(collector, pytest.Session) and report.passed:
            # After the tests: what fails one of them tells how it got there.
            report.result.extend(self._make_files(collector))
        return report

    def _make_files(self, session: pytest.Session) -> Iterator[ScanFile]:
        for path, group in groupby(self._found, key=attrgetter("path")):
            at = session.config.rootpath / path
            yield ScanFile.from_parent(session, path=at, scanning=self, found=list(group))

    def mark_item(self, item: ScanItem) -> None:
        """Give *item* the marks of its path and of its sites."""
        settings = self._run.settings
        item.add_marker(MARKER)
        if path_matches(item.finding.path, settings.mission_critical):
            for name in settings.markers:
                item.add_marker(name)
        for mark in item.finding.marks:
            if mark[0] not in self._acting_markers:
                _add_mark(item, mark)

    @cached_property
    def _acting_markers(self) -> frozenset[str]:
        """The markers that code reads, as far as is known: it has registered them."""
        return list_marker_names(self._config) - self._labels

    # -- the verdict ----------------------------------------------------------

    def judge_item(self, item: ScanItem) -> list[Violation]:
        """Judge each violation of *item*."""
        finding = item.finding
        asked = [self._ask_hook(item, violation) for violation in finding.violations]
        judged = self._run.ratchet.mark_known(
            asked, make_is_critical(self._run.settings, finding.critical)
        )
        if any(destination.format == "junit" for destination in self._run.settings.report):
            # A rerun tells the same again.
            told = dict.fromkeys((PROPERTY, describe_in_a_line(violation)) for violation in judged)
            item.user_properties += [one for one in told if one not in item.user_properties]
        return judged

    def _ask_hook(self, item: ScanItem, violation: Violation) -> Violation:
        reason = self._config.hook.pytest_ssot_violation(item=item, violation=violation)
        return violation if reason is None else violation.judged(Verdict.ALLOWED, reason)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[Any]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if isinstance(item, ScanItem) and call.when == "call" and item.judged:
            # To scan is to ask for the verdict: no further option has to gate it.
            failing = [violation for violation in item.judged if violation.verdict is Verdict.FAILS]
            if failing:
                terminal.fail_report(report, failing, self._run)
            result = Result(xdist.nodeid_of(item), tuple(item.judged), bool(failing))
            setattr(report, RESULT, result.to_json())
        return report

    @pytest.hookimpl
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Let a scan that has found nothing pass, though there is no test either."""
        option = self._config.option
        chose = option.keyword or (option.markexpr and MARKER not in option.markexpr)
        if session.exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and self._is_clean:
            session.exitstatus = session.exitstatus if chose else pytest.ExitCode.OK


def _add_mark(item: pytest.Item, mark: Mark) -> None:
    name, args, keywords = mark
    with catch_warnings():
        simplefilter("ignore")  # that nobody registered it is told at the test
        try:
            decorator: pytest.MarkDecorator = getattr(pytest.mark, name)
        except pytest.fail.Exception:
            return
    item.add_marker(decorator.with_args(*args, **dict(keywords)))


def _describe_unscanned(argument: str) -> str:
    return f"{argument} (outside of the root: not scanned)"
