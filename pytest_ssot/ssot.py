"""The object that the fixture ``ssot`` gives to a test."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from pytest_ssot.errors import UsageError
from pytest_ssot.model import Violation
from pytest_ssot.policy.run.watched_run import Run, TestTerms

if TYPE_CHECKING:
    from pytest_ssot.policy.startup.import_modules import Startup


class StartupError(ImportError):
    """A module that :meth:`Ssot.startup` could not import.

    ``name`` is the module; the message says why, with the traceback in the fresh
    interpreter. ``violations`` are those that it reached until then, ``printed`` is the
    end of what it wrote to standard output and standard error.
    """

    def __init__(
        self, message: str, *, name: str, violations: Sequence[Violation], printed: str
    ) -> None:
        super().__init__(message, name=name)
        self.violations = list(violations)
        self.printed = printed


class Ssot:
    """The test's own view of the rules: ask for the fixture ``ssot`` to get one."""

    def __init__(
        self, run: Run, violations: Callable[[], list[Violation]], asked: Callable[[], TestTerms]
    ) -> None:
        self._run = run
        self._violations = violations
        self._asked = asked

    @property
    def violations(self) -> list[Violation]:
        """The violations that this test has reached so far, judged, sorted by importer.

        Whatever their verdict: those that fail the test at its end, and those that are
        known, allowed, indirect or suppressed. What its fixtures, its file and its child
        processes have reached is among them, what it only looked at is not.
        """
        __tracebackhide__ = True
        return self._violations()

    def startup(self, module: str, *, timeout: float = 60.0) -> list[Violation]:
        """Import *module* in a fresh interpreter; returns the violations of that, judged.

        They are sorted by importer, their chains start in *module*, and none of them counts
        against this test. The interpreter runs in the root of the project, with this process's
        environment and ``sys.path``, and the import may take *timeout* seconds.

        Raises :class:`pytest_ssot.StartupError`, an ImportError, where *module* cannot be
        imported: it raises, ends the process, or is not done in time. Raises
        :class:`pytest_ssot.UsageError` where *module* is no dotted name.
        """
        __tracebackhide__ = True
        try:
            started = self._run.watcher.guard.run_unwatched(
                lambda: self._start_module(module, timeout)
            )
        except UsageError as error:
            raise UsageError(str(error)) from None  # without the way to it, which is ours
        violations = self._run.judge_found(started.found, self._asked())
        if started.error is not None:
            from pytest_ssot.report.startup_text import describe_failure

            message = describe_failure(started)
            raise StartupError(message, name=module, violations=violations, printed=started.printed)
        return violations

    def assert_isolated(
        self,
        a: object,
        b: object,
        *,
        ignore: list[Any] | tuple[Any, ...] | set[Any] | frozenset[Any] = (),
    ) -> None:
        """Fail where *a* and *b* can reach the same mutable state, told with both paths to it.

        See :func:`pytest_ssot.isolation.assert_isolated`.
        """
        __tracebackhide__ = True
        from pytest_ssot.isolation import assert_isolated

        assert_isolated(a, b, ignore=ignore)

    def _start_module(self, module: str, timeout: float) -> Startup:
        from pytest_ssot.policy.startup import import_modules

        entries: list[object] = [*sys.path]
        # Others are ignored (CPython, Lib/importlib/_bootstrap_external.py: PathFinder._get_spec).
        here = [os.path.abspath(entry) for entry in entries if isinstance(entry, str)]
        root = import_modules.find_import_path(self._run.settings.root)
        path = [*here, *(one for one in root if one not in here)]
        (started,) = import_modules.import_modules(
            self._run.configured,
            [import_modules.check_module_name(module)],
            path=path,
            timeout=import_modules.check_time_limit(timeout),
        )
        return started
