"""pytest's hooks, each a few lines that hand on to the run, which knows nothing of pytest.

PYTEST_DONT_REWRITE: see :mod:`pytest_ssot.entry`.
"""

from __future__ import annotations

import datetime
import functools
import os
import shutil
import tempfile
from collections.abc import Callable, Generator
from types import ModuleType
from typing import Any

import pytest

from pytest_ssot import hookspecs, xdist
from pytest_ssot.config.options import OPTIONS
from pytest_ssot.errors import UsageError
from pytest_ssot.model import Violation
from pytest_ssot.policy.run.outcome import Assembly
from pytest_ssot.policy.run.tally import Result
from pytest_ssot.policy.run.watched_run import Run, RunningTest, TestTerms
from pytest_ssot.policy.verdict.allowances import SeenBy, read_marker
from pytest_ssot.policy.verdict.mission_critical import is_critical, is_gated
from pytest_ssot.report import terminal
from pytest_ssot.report.violation_text import describe_in_a_line
from pytest_ssot.rules.allowance import Allowance
from pytest_ssot.rules.configured import Configured
from pytest_ssot.runtime.evidence import channel
from pytest_ssot.runtime.stack import frames
from pytest_ssot.runtime.stack.namespaces import namespace_of
from pytest_ssot.session.configuration import load_baseline, load_configuration
from pytest_ssot.session.fixtures import PLUGIN, Fixtures, ssot
from pytest_ssot.session.scan_nodes import MARKER, ScanItem, list_marker_names
from pytest_ssot.session.session_report import PROPERTY, RESULT, SessionReport

#: pytest looks here for the fixture that tests ask for.
__all__ = ["ssot"]


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("ssot", "single source of truth imports")
    for option in OPTIONS:
        parser.addini(option.ini, option.help, type=option.ini_type, default=None)
        if option.flag:
            kind: dict[str, Any] = {"action": "store_true"}
            if option.type != "bool":
                action = "append" if option.type == "strings" else "store"
                kind = {"action": action, "metavar": option.metavar}
            group.addoption(
                option.flag_name,
                dest=option.ini,
                default=None,
                help=option.help,
                **kind,
            )


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    pluginmanager.add_hookspecs(hookspecs)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Watch before the first conftest is loaded, so that what it imports is seen."""
    _start_plugin(early_config)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    plugin = config.pluginmanager.get_plugin(PLUGIN) or _start_plugin(config)
    plugin.configure()


def _start_plugin(config: pytest.Config) -> SsotPlugin:
    plugin = SsotPlugin(config, load_configuration(config))
    config.pluginmanager.register(plugin, PLUGIN)
    if not xdist.will_distribute(config):
        plugin.listen_to_children()
    plugin.run.watcher.start()
    config.add_cleanup(plugin.run.watcher.stop)
    return plugin


def _remove_folder(folder: str, pid: int) -> None:
    """Remove *folder*, but not in a fork that leaves its test by an exception."""
    if os.getpid() == pid:
        shutil.rmtree(folder, ignore_errors=True)


class SsotPlugin:
    """Watches and judges the tests that run in this process."""

    def __init__(self, config: pytest.Config, configured: Configured) -> None:
        self.config = config
        # Before this run tells its own children to: a run inside of a test.
        self._is_watched = channel.FOLDER in os.environ
        known = load_baseline(config, configured)
        self.run = Run(configured, known, datetime.date.today(), self._ask_hook, self.describe_test)
        self._in_junit = any(
            destination.format == "junit" for destination in self.run.settings.report
        )
        self._item: pytest.Item | None = None
        self._running = RunningTest()
        self._collects = False
        self._fixtures = Fixtures(self.run.watcher.recorder)
        self._markers = list_marker_names(config) if self.run.settings.scan else frozenset()

    def configure(self) -> None:
        declare = self.config.addinivalue_line
        for name in self.run.settings.markers:
            declare("markers", f"{name}: a test for which no violation is tolerated")
        declare("markers", f"{MARKER}: what --ssot-scan found in a file")
        declare("markers", "ssot_allow(rule, reason, until=None): allow a rule's violations here")
        given = self.config.hook.pytest_ssot_rules(config=self.config)
        extra = [("pytest_ssot_rules", rules) for rules in given if rules is not None]
        if extra:
            more = load_configuration(self.config, extra)
            self.run.reconfigure(more, load_baseline(self.config, more))
        if xdist.is_worker(self.config):
            self.config.pluginmanager.register(xdist.Worker(self.config, self.run))
            self._register_scan(None)
        else:
            reporting = SessionReport(self.config, self.run, is_inner=self._is_watched)
            self.config.pluginmanager.register(reporting)
            if self.config.pluginmanager.has_plugin("xdist"):
                self.config.pluginmanager.register(xdist.Controller(reporting.assembly))
            self._register_scan(reporting.assembly)

    def _register_scan(self, assembly: Assembly | None) -> None:
        if self.run.settings.scan:
            from pytest_ssot.session.scan_plugin import ScanPlugin

            scanning = ScanPlugin(self.config, self.run, assembly, self._markers)
            self.config.pluginmanager.register(scanning)

    def pytest_plugin_registered(self, plugin: object) -> None:
        """Note a plugin that is a module: it is part of every test, a conftest of some."""
        name = getattr(plugin, "__name__", None)
        if isinstance(plugin, ModuleType) and isinstance(name, str):
            conftest = name.rpartition(".")[2] == "conftest"
            # What a test file asks for concerns its own tests: see pytest_make_collect_report.
            if not (conftest or self._collects or name.startswith("_pytest.")):
                self.run.plugins.append(name)

    def listen_to_children(self) -> None:
        """Watch child processes too."""
        if self.run.settings.subprocess and not self.run.watcher.is_listening:
            folder = tempfile.mkdtemp(prefix="pytest-ssot-")
            self.config.add_cleanup(functools.partial(_remove_folder, folder, os.getpid()))
            self.run.watcher.listen(folder)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        """Listen if tests run here, which is known now: ``-n auto`` may mean no worker."""
        if not xdist.is_controller(self.config):
            self.listen_to_children()

    # -- who owns what happens ------------------------------------------------

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        watcher = self.run.watcher
        if isinstance(collector, pytest.Session):
            return (yield)
        path = str(collector.path)
        evidence = self.run.find_file_evidence(path)
        watcher.begin_collection(evidence)
        self._collects = True
        with watcher.owned_by(evidence):
            report = yield
        self._collects = False
        module = collector.__dict__.get("_obj")
        if isinstance(collector, pytest.Module) and "pytest_plugins" in namespace_of(module):
            from pytest_ssot.session.asked_plugins import find_asked_plugins

            self.run.plugins_of[path] = find_asked_plugins(module)
        self.run.note_lost_outside(collector.nodeid)
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        if type(item) is ScanItem:
            return (yield from self._run_scan_item())
        self._item, self._running = item, RunningTest()
        evidence = self._running.evidence
        self._fixtures.begin_test(evidence)
        watcher = self.run.watcher
        watcher.begin_test(evidence)
        with watcher.owned_by(evidence, item.nodeid):
            result = yield
        self._item, evidence.ended = None, self._running.end(item)
        self._fixtures.hand_down(watcher)
        return result

    def _run_scan_item(self) -> Generator[None, object, object]:
        """Run an item of the scan, which reaches nothing: what ends in it is the last test's."""
        last, watcher = self._running.evidence, self.run.watcher
        if last.ended is None:
            return (yield)
        with watcher.owned_by(last):
            result = yield
        self._fixtures.hand_down(watcher)
        return result

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> None:
        self.run.watcher.refresh()  # a fixture may have put a stub into sys.modules
        if "request" in getattr(item, "fixturenames", ()):
            self._fixtures.note_requests(getattr(item, "_request"), self._running.evidence)  # noqa: B009

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
    ) -> Generator[None, object, object]:
        if fixturedef.scope == "function":
            self._fixtures.note_requests(request, self._running.evidence, fixturedef)
            return (yield)
        evidence = self._fixtures.begin_setup(fixturedef)
        self._fixtures.note_requests(request, evidence, fixturedef)
        with (
            self._fixtures.owning_teardown(self.run.watcher, fixturedef, evidence),
            self.run.watcher.owned_by(evidence),
        ):
            try:
                return (yield)
            finally:
                self.run.watcher.end_setup(evidence)

    # -- the verdict ----------------------------------------------------------

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        self.run.tested |= {item.path for item in items if type(item) is not ScanItem}

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        parent, is_marked = None, True
        for item in session.items:
            if item.parent is not parent:
                parent = item.parent
                is_marked = parent is None or "ssot_allow" in parent.keywords
            if is_marked or item.own_markers:
                self.run.marks += self._read_allowances(item)
        mistakes = self.run.judge.mistakes
        if mistakes and not xdist.is_worker(self.config):  # a worker's go home at its end
            raise pytest.UsageError("\n".join(sorted(mistakes)))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[Any]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if type(item) is ScanItem:
            return report
        skipped = report.outcome == "skipped" and not hasattr(report, "wasxfail")
        if report.when == "setup":
            self._running.told.clear()  # pytest-rerunfailures tries again: that excuses nothing
            self._running.skipped = skipped
            if report.outcome != "failed":
                return report
        try:
            self._check_test(item, call, report, skipped)
        except Exception as error:
            self.run.watcher.guard.keep_error(error)
        return report

    def _check_test(
        self,
        item: pytest.Item,
        call: pytest.CallInfo[Any],
        report: pytest.TestReport,
        skipped: bool,
    ) -> None:
        watcher, running = self.run.watcher, self._running
        if skipped and frames.is_in_phase(frames.get_caller()):
            return  # a subtest's; the test's own comes after it
        running.skipped |= skipped and report.when == "call"
        ended = report.when == "teardown"
        watcher.collect()
        is_quiet = watcher.is_quiet  # asked once, as it is for each test
        if ended or not is_quiet:
            self._fixtures.join_fixtures(item, running.evidence)
        lost = watcher.find_lost(ended=ended)
        concerned = not is_quiet and self.run.concerns(running, *_locate_test(item))
        if not (lost or concerned) or frames.is_in_phase(frames.get_caller()):
            return
        if lost:
            self._tell_loss(item, report, lost)
        if concerned:
            self._judge_test(item, call, report)

    def _tell_loss(self, item: pytest.Item, report: pytest.TestReport, lost: list[str]) -> None:
        """Fail a gated test that took the watch away: nobody knows what it reached."""
        new = self.run.note_lost(self._running, item.nodeid, lost)
        if new and self.describe_test(item).gated and not self._running.skipped:
            terminal.fail_blind(report, new)

    def _judge_test(
        self, item: pytest.Item, call: pytest.CallInfo[Any], report: pytest.TestReport
    ) -> None:
        running = self._running
        asked = self.describe_test(item)
        if not asked.gated and report.when == "call":
            return  # nothing fails it, and at its end there may be more
        violations = self.run.judge_test(running, asked)
        failing = self.run.find_failing(running, asked, violations)
        if failing:
            running.told.update(violation.cause for violation in failing)
            if not report.failed and self.config.getoption("usepdb", False):
                from pytest_ssot.report import debugger

                call.excinfo = debugger.raise_at_importer(failing[0], self.run.settings.root)
            terminal.fail_report(report, failing, self.run)
        if self._in_junit and not running.skipped:
            told = dict.fromkeys(
                (PROPERTY, describe_in_a_line(violation)) for violation in violations
            )
            report.user_properties += told
        # With a failure too, as teardown may never come: a debugger is left, a worker crashes.
        if failing or (report.when == "teardown" and violations):
            result = Result(
                asked.test.nodeid, tuple(violations), bool(running.told), running.skipped
            )
            setattr(report, RESULT, result.to_json())

    def make_violations_getter(self, item: pytest.Item) -> Callable[[], list[Violation]]:
        """Make what returns the violations that *item*, which runs now, has reached by then."""
        running = self._running

        def get_violations() -> list[Violation]:
            self.run.watcher.collect()
            self._fixtures.join_fixtures(item, running.evidence)
            return list(self.run.judge_test(running, self.describe_test(item)))

        return get_violations

    def describe_test(self, item: pytest.Item) -> TestTerms:
        """Tell where *item* is, and what it tolerates."""
        settings = self.run.settings
        path, module = _locate_test(item)
        critical = is_critical(settings, self.run.relative_path(path), item.get_closest_marker)
        return TestTerms(
            test=SeenBy(xdist.nodeid_of(item), self._read_allowances(item)),
            path=path,
            module=module,
            gated=is_gated(settings, critical),
            critical=bool(critical),
        )

    def _read_allowances(self, item: pytest.Item) -> list[Allowance]:
        found: list[Allowance] = []
        if "ssot_allow" not in item.keywords:  # quicker than to look at each marker
            return found
        for mark in item.iter_markers("ssot_allow"):
            try:
                found.append(read_marker(mark.args, mark.kwargs, xdist.nodeid_of(item)))
            except UsageError as error:
                self.run.judge.mistakes.add(str(error))
        return found

    def _ask_hook(self, violation: Violation) -> str | None:
        """Ask the hook whether it allows *violation*, and why."""
        reason: str | None = self.config.hook.pytest_ssot_violation(
            item=self._item, violation=violation
        )
        return reason


def _locate_test(item: pytest.Item) -> tuple[str, str]:
    """Find the file and the module of a test."""
    return str(item.path), getattr(getattr(item, "module", None), "__name__", "")
