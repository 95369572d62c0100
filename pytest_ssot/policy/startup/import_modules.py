"""What importing a module reaches: each in an interpreter of its own, which nothing has warmed."""

from __future__ import annotations

import datetime
import marshal
import os
import re
import signal
import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from pytest_ssot import runtime
from pytest_ssot.config import names
from pytest_ssot.config.mistakes import Wrong
from pytest_ssot.errors import UsageError
from pytest_ssot.files import write_atomically
from pytest_ssot.model import Violation
from pytest_ssot.policy.baseline.ratchet import Baseline, Ratchet
from pytest_ssot.policy.run.make_watcher import make_watcher
from pytest_ssot.policy.startup.interpreter import Interpreter
from pytest_ssot.policy.verdict.allowances import Allowances, SeenBy
from pytest_ssot.policy.verdict.judge import Judge
from pytest_ssot.policy.verdict.mission_critical import make_is_critical
from pytest_ssot.rules.configured import Configured
from pytest_ssot.runtime.children import fresh_import
from pytest_ssot.runtime.children.watch import make_environment
from pytest_ssot.runtime.evidence.channel import ChannelReader
from pytest_ssot.runtime.evidence.evidence import Sightings, keep_shortest
from pytest_ssot.source.project.modules import Modules

#: Seconds that an import may take, unless another limit is given.
TIMEOUT = 60.0
_LONGEST = 7 * 24 * 3600.0
_SOURCE_ROOTS = ("", "src")


class Startup(NamedTuple):
    """What came of importing one module.

    ``seconds`` is the time of the import alone, up to the error where it failed; None where
    the process did not live to tell. ``error`` says in a line why it failed, None where it did
    not; ``trace`` is the traceback, or where the process stood when it died; ``printed`` the
    end of what it wrote. ``status`` is its exit status, negative for a signal, None where it
    had to be ended. ``missing`` is the module that was not found, if that was the error.

    ``found`` and ``swept`` are what it reached and what it only looked at, not yet judged.
    ``discovered``, ``not_observed`` and ``faults`` are as those of a run.
    """

    module: str
    seconds: float | None
    error: str | None
    trace: str
    printed: str
    status: int | None
    missing: str
    found: Sightings
    swept: Sightings
    discovered: tuple[tuple[str, str], ...]
    not_observed: tuple[str, ...]
    faults: tuple[str, ...]


class JudgedStartups(NamedTuple):
    """The violations of each startup, in their order, sorted by importer.

    ``swept`` is what any only looked at; ``mistakes`` are those in inline comments.
    """

    violations: tuple[tuple[Violation, ...], ...]
    swept: tuple[Violation, ...]
    mistakes: tuple[str, ...]


def check_module_name(module: str) -> str:
    """*module*, a dotted name; raises UsageError for what is none."""
    try:
        return names.check_module(module)
    except Wrong as wrong:
        hint = f"; {wrong.hint}" if wrong.hint else ""
        raise UsageError(f"{module!r}: a module {wrong.problem}{hint}") from None


def check_time_limit(seconds: object) -> float:
    """*seconds* as a time limit; raises UsageError for what is none."""
    if not (isinstance(seconds, (int, float)) and 0 < seconds <= _LONGEST):
        raise UsageError(
            f"a time limit is more than 0 and at most {_LONGEST:.0f} s, not {seconds!r}"
        )
    return seconds


def find_import_path(root: Path) -> list[str]:
    """The folders that imports begin in: the root, and ``src`` in it unless that is a package."""
    folders = (root / folder for folder in _SOURCE_ROOTS)
    return [str(folder) for folder in folders if folder == root or _is_source_root(folder)]


def import_modules(
    configured: Configured,
    modules: Iterable[str],
    *,
    path: Sequence[str],
    timeout: float = TIMEOUT,
    jobs: int = 1,
) -> list[Startup]:
    """What importing each of *modules* comes to, in their order, *jobs* of them at a time.

    *path* is what ``sys.path`` begins with there, *timeout* the seconds that an import may
    take. Raises UsageError where no process can be started.
    """
    with tempfile.TemporaryDirectory(prefix="pytest-ssot-", ignore_cleanup_errors=True) as folder:
        tries = [
            _ImportProcess(configured, module, os.path.join(folder, str(number)), path, timeout)
            for number, module in enumerate(modules)
        ]
        if len(tries) > 1 and jobs > 1:
            _run_in_parallel(tries, jobs)
        else:
            for process in tries:
                process.run()
        return [process.make_startup() for process in tries]


def judge_startups(
    configured: Configured, startups: Iterable[Startup], baseline: Baseline, today: datetime.date
) -> JudgedStartups:
    """What *startups* found, each judged by the rules, and against *baseline* all as one."""
    settings = configured.settings
    allowances = Allowances(configured.allowances, today)
    judge, nobody = Judge(settings, configured.rules, allowances), SeenBy("")
    startups = list(startups)
    each = [judge.judge_found(startup.found, nobody) for startup in startups]
    swept = chain.from_iterable(judge.judge_found(startup.swept, nobody) for startup in startups)
    ratchet = Ratchet(baseline, today)
    known = iter(ratchet.mark_known(chain.from_iterable(each), make_is_critical(settings, ())))
    told = tuple(tuple(islice(known, len(found))) for found in each)
    return JudgedStartups(told, tuple(swept), tuple(sorted(judge.mistakes)))


def _run_in_parallel(tries: Sequence[_ImportProcess], jobs: int) -> None:
    pool = ThreadPoolExecutor(min(jobs, len(tries)))
    try:
        for future in [pool.submit(process.run) for process in tries]:
            future.result()
    except BaseException:  # as Ctrl-C, which only this thread is told
        for process in tries:
            process.stop()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


class _ImportProcess:
    """One module's process, and what it tells through the channel *folder*."""

    def __init__(
        self, configured: Configured, module: str, folder: str, path: Sequence[str], timeout: float
    ) -> None:
        self._root = configured.settings.root
        self._module = module
        self._folder = folder
        self._timeout = timeout
        self._stopped = False
        self._process: Interpreter | None = None
        self._status: int | None = None
        outcome = os.path.join(folder, fresh_import.OUTCOME)
        os.makedirs(outcome)
        self._outcome = ChannelReader(outcome)
        self._watcher = make_watcher(configured)
        self._watcher.listen(folder)
        task = (module, tuple(path), timeout, configured.settings.subprocess)
        write_atomically(Path(folder, fresh_import.TASK), marshal.dumps(task), durable=False)

    def run(self) -> None:
        """Start the process and wait for its end."""
        if self._stopped:
            return
        self._process = Interpreter(
            fresh_import.PROGRAM, self._root, make_environment(self._folder)
        )
        try:
            if not self._stopped:
                self._status = self._process.wait(self._timeout)
            if self._status is None and fresh_import.ASK is not None:
                self._process.send_signal(fresh_import.ASK)
        finally:
            self._process.end()

    def stop(self) -> None:
        """Do not go on, by another thread's wish."""
        self._stopped = True
        if self._process is not None:
            self._process.kill()

    def make_startup(self) -> Startup:
        seconds, error, trace, missing = self._read_outcome()
        watcher = self._watcher
        watcher.take_in()
        recorder = watcher.recorder
        return Startup(
            module=self._module,
            seconds=seconds,
            error=error,
            trace=trace,
            printed="" if self._process is None else self._process.read_printed(),
            status=self._status,
            missing=missing,
            found=self._place_found(watcher.gather([recorder.session])),
            swept=self._place_found(watcher.gather([recorder.swept])),
            discovered=tuple(sorted(watcher.warnings.discovered.items())),
            not_observed=tuple(watcher.missed),
            faults=tuple(watcher.guard.faults),
        )

    def _read_outcome(self) -> tuple[float | None, str | None, str, str]:
        """Seconds, error, trace and what is missing, by the process's last word or its end."""
        begun = False
        for kind, *what in self._outcome.read_new():
            begun = True
            if kind == "imported":
                return what[0], None, "", ""
            if kind == "failed":
                error, trace, missing, seconds = what
                return seconds, error, trace, missing
        trace = self._read_last_place()
        return None, self._describe_end() if begun else self._describe_no_start(), trace, ""

    def _describe_end(self) -> str:
        """How the process ended in the middle of the import."""
        if self._status is None:
            return f"it takes longer than {self._timeout:g} s"
        if self._status < 0:
            return f"it was killed by {_name_signal(-self._status)}"
        return f"it ended the process, with exit status {self._status}"

    def _describe_no_start(self) -> str:
        how = "in time" if self._status is None else f"exit status {self._status}"
        return f"its interpreter did not start: {how}"

    def _read_last_place(self) -> str:
        """Where it stood when it died, as faulthandler tells it, without us."""
        try:
            text = Path(self._folder, fresh_import.TRACE).read_text("utf-8", "backslashreplace")
        except OSError:
            return ""
        return _make_readable(text)

    def _place_found(self, found: Sightings) -> Sightings:
        """*found*, where source of a command line counts as of the module that started it."""
        path = Modules(self._root).find_file(self._module)
        if path is None:
            return found
        first = {"path": str(self._root / path), "line": 1, "end_line": 1, "column": 0}
        placed: Sightings = {}
        for seen, way, conditions in found.values():
            if seen.path.startswith("<"):
                seen = seen.copy(**first, function="<module>", module=self._module)
            steps = tuple(step for step in way if not step[0].startswith("<"))
            keep_shortest(placed, (seen, steps, conditions))
        return placed


def _make_readable(text: str) -> str:
    """The frames of a dump of faulthandler, the most recent last, without machinery."""
    lines: list[str] = []
    frames: list[str] = []
    for line in text.splitlines():
        if line.startswith("  File "):
            frames += [] if any(path in line for path in _MACHINERY) else [line]
            continue
        lines += [*reversed(frames)]
        frames = []
        if line.endswith("(most recent call first):"):
            name = _ADDRESS.sub("", line).replace("call first", "call last")
            lines.append(name)
        elif line.startswith(("Fatal Python error", "Windows fatal")):
            lines.append(line)
    return "".join(f"{line}\n" for line in [*lines, *reversed(frames)])


_MACHINERY = (
    "<frozen importlib.",
    "<string>",
    os.path.dirname(os.path.abspath(runtime.__file__)),
)
_ADDRESS = re.compile(r" 0x[0-9a-f]+")


def _name_signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _is_source_root(folder: Path) -> bool:
    return folder.is_dir() and not (folder / "__init__.py").exists()
