"""Adds up what tests and workers tell, in the process that reports, and ends the run by that."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_ssot import xdist
from pytest_ssot.config.load import find_configured_above
from pytest_ssot.errors import UsageError
from pytest_ssot.model import Site, Verdict
from pytest_ssot.policy.run.outcome import Assembly, Outcome
from pytest_ssot.policy.run.tally import Result
from pytest_ssot.policy.run.watched_run import Remainder, Run
from pytest_ssot.report import terminal

#: The attribute under which a report carries what its test saw, as JSON values.
RESULT = "ssot_result"
#: The name of the property under which a test's violations are in JUnit XML.
PROPERTY = "ssot"


class SessionReport:
    """Adds up what tests and workers tell, in the process that reports."""

    def __init__(self, config: pytest.Config, run: Run, *, is_inner: bool) -> None:
        self._config = config
        self._run = run
        self._narrowed = False
        self._all_passed = True
        self._told: dict[object, str] = {}
        self._outcome: Outcome | None = None
        self._printed = ""
        self._session: pytest.Session | None = None
        self._ended_with: set[tuple[Site, str, str]] = set()
        #: A run inside of a test has rules of its own, or none.
        self._is_inner = is_inner
        self.assembly = Assembly(run)

    def pytest_deselected(self) -> None:
        self._narrowed = True

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._narrowed |= report.failed

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.outcome != "passed":  # one look, as it is for each phase
            self._all_passed &= not (report.failed or report.skipped)
        carried = report.__dict__
        if RESULT in carried or terminal.FAILING in carried:
            with self._keep_faults():
                self._take_result(report)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        with self._keep_faults():
            self._finish_run(session)
        outcome = self._outcome
        passed = session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
        if outcome is not None and outcome.mistakes:
            session.exitstatus = pytest.ExitCode.USAGE_ERROR
        elif passed and (self._run.settings.strict if outcome is None else outcome.broken):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        told = len(self._list_faults())
        with self._keep_faults():
            if self._outcome is not None:
                terminal.write_summary(terminalreporter, self._outcome)
        terminal.tell_faults(terminalreporter, self._list_faults()[told if self._outcome else 0 :])

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self) -> None:
        """Tell what other plugins reach while they end, too late for the summary only."""
        with self._keep_faults():
            _print_utf8(self._printed)
        with self._keep_faults():
            late = self._find_failures(self._run.make_remainder()) - self._ended_with
            for importer, target, of_test in sorted(late):
                sys.stderr.write(f"ssot: after the end: {importer}  {target}{of_test}\n")
            failed = self._run.settings.strict or any(of_test for _, _, of_test in late)
            session = self._session
            if late and failed and session is not None:
                session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED

    @staticmethod
    def _find_failures(remainder: Remainder) -> set[tuple[Site, str, str]]:
        """Find importer, target and test of what fails the run outside of any running test."""
        found = [(violation, "") for violation in remainder.session]
        for result in remainder.late:
            found += [
                (violation, f"  {result.nodeid}")
                for violation in result.violations
                if result.failed
            ]
        return {(v.importer, v.target, of) for v, of in found if v.verdict is Verdict.FAILS}

    def _take_result(self, report: pytest.TestReport) -> None:
        result = report.__dict__.pop(RESULT, None)
        if result is not None:
            told = Result.from_json(result)
            static = all("runtime" not in violation.seen for violation in told.violations)
            (self.assembly.add_static if static else self.assembly.add_result)(told)
        terminal.tell_once(report, self._told, self._run)

    def _finish_run(self, session: pytest.Session) -> None:
        self._session = session
        own = self._run.make_remainder()
        self._ended_with = self._find_failures(own)
        workers = xdist.is_controller(self._config)
        self.assembly.add_remainder(Remainder(faults=own.faults) if workers else own)
        outcome = self.assembly.make_outcome(full=self._is_full(session))
        told = self._config.hook.pytest_ssot_report
        if self._run.settings.report or told.get_hookimpls():
            from pytest_ssot.report import rendering
            from pytest_ssot.report.document import make_run_document

            data = make_run_document(outcome)
            told(report=data, config=self._config)
            outcome.mistakes += rendering.write_reports(
                data, self._run.settings, self._find_report_folder()
            )
            self._printed = rendering.render_printed(data, self._run.settings)
        self._compare_baseline(outcome)
        if self._run.settings.file is None and not self._is_inner:
            outcome.elsewhere = find_configured_above(self._run.settings.root)
        self._outcome = outcome

    def _compare_baseline(self, outcome: Outcome) -> None:
        """Compare the baseline with what is there now, where that decides something."""
        settings = self._run.settings
        asked = settings.strict or settings.update_baseline
        if asked and not self._config.option.collectonly and self._run.ratchet.baseline.entries:
            from pytest_ssot.policy.baseline.update_after_run import update_after_run

            observed = not (outcome.remainder.not_observed or outcome.remainder.faults)
            complete = outcome.full and self._all_passed and observed
            path = settings.baseline_path(find_typed_folder(self._config, "ssot_baseline"))
            run, seen = self._run, outcome.violations
            try:
                outcome.upkeep = update_after_run(
                    run.configured,
                    run.today,
                    path,
                    run.ratchet,
                    seen,
                    complete,
                    self.assembly.inventory,
                )
            except UsageError as error:
                outcome.mistakes += (str(error),)

    def _find_report_folder(self) -> Path:
        """Find the folder of reports: where the command line was typed, or the root."""
        return find_typed_folder(self._config, "ssot_report") or self._config.rootpath

    def _is_full(self, session: pytest.Session) -> bool:
        """Whether every test of the project was asked for, and none stopped the run."""
        if self._narrowed or session.shouldstop or session.shouldfail:
            return False
        here = self._config.invocation_params.dir == self._config.rootpath
        source, sources = self._config.args_source, pytest.Config.ArgsSource
        if not (source is sources.TESTPATHS or (source is sources.INVOCATION_DIR and here)):
            return False
        return not any(getattr(self._config.option, name, None) for name in _NARROWING)

    def _list_faults(self) -> list[str]:
        return self._run.watcher.guard.faults

    @contextlib.contextmanager
    def _keep_faults(self) -> Iterator[None]:
        """Keep an error inside the plugin: it is told, breaks no run, and fails a strict one."""
        try:
            yield
        except Exception as error:
            self._run.watcher.guard.keep_error(error)


def _print_utf8(text: str) -> None:
    """Write *text* as UTF-8, whatever the locale: that is what a CI reads."""
    if not text:
        return
    sys.stdout.flush()
    raw = getattr(sys.stdout, "buffer", None)
    if raw is None:  # an editor's own
        sys.stdout.write(text)
    else:
        raw.write(text.encode())
        raw.flush()


def find_typed_folder(config: pytest.Config, option: str) -> Path | None:
    """Find the folder that the command line was typed in; None where it has no *option*."""
    typed = getattr(config.known_args_namespace, option, None) is not None
    return config.invocation_params.dir if typed else None


#: Options of pytest that leave tests out, or of each test all but its fixtures.
_NARROWING = (
    *("collectonly", "ignore", "ignore_glob", "keyword", "lf", "markexpr"),
    *("setuponly", "setupplan", "stepwise"),
)
