"""Show what two WebSocket managers do to fifty users, why, and that one manager does not.

    python examples/golden_path/run.py [--ssot WHEEL] [--times N] [FOLDER]

This makes an environment in FOLDER (default: a temporary one), takes Starlette, uvicorn and
websockets from the package index by pip, and copies the application there. Then:

1. before, without pytest-ssot: what users see go wrong, several times over;
2. before, under it: which lines each mission-critical test fails for, and ``check``;
3. ``migration.patch`` is applied;
4. one module after the other is put back: which importer is behind what users saw;
5. after: all suites with ``--ssot-strict``, and the mission-critical one N times (100).

The exit status is 0 only if each step ends as it should.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parent.parent
REQUIREMENTS = ["starlette>=0.46,<2", "uvicorn>=0.35,<1", "websockets>=15,<18"]

#: How often the state before the migration has to fail.
TIMES_BEFORE = 5
#: As many of the runs after it as go on at once.
AT_ONCE = 2

CRITICAL = "tests/mission_critical"
FIFTY = f"{CRITICAL}/test_fifty_users.py"
SUITES = ["unit", "startup", "events", "isolation", "mission_critical"]

#: The tests that fail before the migration, with or without pytest-ssot, and how: users see it.
SEEN_BY_USERS = {
    f"{FIFTY}::test_no_event_is_lost": r"\d+ events lost",
    f"{FIFTY}::test_events_arrive_in_order": r"\d+ users with events out of order",
    f"{FIFTY}::test_no_event_reaches_another_user": r"\d+ events at the wrong user",
    "tests/isolation/test_two_users.py::test_each_sees_all_of_her_own": r"\d+ events lost",
    "tests/isolation/test_two_users.py::test_none_sees_what_is_of_the_other": (
        r"\d+ events at the wrong user"
    ),
}
#: The modules that a mission-critical test fails for under pytest-ssot, by the test's file.
SERVED_BY = {
    "app/agents/supervisor.py",
    "app/agents/thinking.py",
    "app/tools/dispatcher.py",
    "app/tools/progress.py",
    "app/websocket_core/connection.py",
}
FAILS_FOR: dict[str, set[str]] = {
    FIFTY: SERVED_BY,
    f"{CRITICAL}/test_reconnect.py": {*SERVED_BY, "app/services/history.py"},
    f"{CRITICAL}/test_login.py": set(),
}


@dataclass(frozen=True)
class Cause:
    """A module that, put back to what it was before the migration, breaks something again."""

    module: str
    wiring: str  # where the manager that it uses is told of connections
    breaks: str  # a test of FIFTY


CAUSES = [
    Cause("app/tools/dispatcher.py", "app/websocket_core/connection.py", "test_no_event_is_lost"),
    Cause(
        "app/tools/progress.py", "app/websocket_core/connection.py", "test_events_arrive_in_order"
    ),
    Cause(
        "app/agents/thinking.py", "app/agents/supervisor.py", "test_no_event_reaches_another_user"
    ),
]
#: The old managers, their factory and the aliases.
OLD = [
    f"app/websocket_core/{name}.py"
    for name in ("__init__", "websocket_manager", "websocket_manager_factory", "_process_manager")
]

#: The tests that ask the fixture ``ssot``: without pytest-ssot they are not collected.
ASKED_FOR = {
    "tests/isolation/test_shared_state.py::test_two_users_have_tools_of_their_own",
    "tests/startup/test_reach.py::test_the_application_starts_without_what_is_deprecated",
}
#: What ``check`` alone can tell: no test executes the one, and the other patches a name of the
#: factory in the module that imported it.
ONLY_IN_SOURCE = {"app/services/export.py", "tests/unit/test_notifications.py"}

Place = tuple[str, int]  # a path, and a line from 1


class Failed(Exception):
    """A step that this needs did not work."""


@dataclass
class Expectations:
    """What was expected, and whether it is so."""

    broken: list[str] = field(default_factory=list)

    def holds(self, what: str, true: bool, otherwise: object = "") -> None:
        print(f"  ok: {what}" if true else f"  NOT SO: {what}: {otherwise}", flush=True)
        if not true:
            self.broken.append(what)

    def same(self, what: str, found: Iterable[Any], expected: Iterable[Any]) -> None:
        here, wanted = set(found), set(expected)
        difference = f"too much {sorted(here - wanted)}, missing {sorted(wanted - here)}"
        self.holds(what, here == wanted, difference)


# The environment ----------------------------------------------------------------------


@dataclass(frozen=True)
class Workshop:
    """The folder that this works in: an environment, and a copy of the application."""

    folder: Path

    @property
    def project(self) -> Path:
        return self.folder / "golden_path"

    @property
    def python(self) -> str:
        return str(self.folder / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python")

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"}
        return subprocess.run(
            command,
            cwd=self.project,
            # A repository around the folder is none of git's business here.
            env={**kept, "GIT_CEILING_DIRECTORIES": str(self.folder)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )

    def must(self, *command: str) -> str:
        done = self.run(*command)
        if done.returncode:
            raise Failed(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
        return done.stdout

    def prepare(self, ssot: str) -> None:
        shutil.rmtree(self.project, ignore_errors=True)
        self.project.mkdir(parents=True)
        for name in ("app", "tests"):
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(HERE / name, self.project / name, ignore=ignored)
        for name in ("pyproject.toml", "migration.patch"):
            shutil.copy(HERE / name, self.project / name)
        venv.create(self.folder / "venv", with_pip=True, clear=True)
        pip = [self.python, "-m", "pip", "install", "--disable-pip-version-check", "-q"]
        self.must(*pip, *REQUIREMENTS, ssot)

    def versions(self) -> str:
        names = ["uvicorn", "starlette", "websockets", "pytest", "pytest-ssot"]
        code = "import sys, importlib.metadata as m; print(*map(m.version, sys.argv[1:]))"
        told = self.must(self.python, "-c", code, *names).split()
        return ", ".join(map(" ".join, zip(names, told, strict=True)))


# The runs ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tested:
    """How a run of pytest went: the message of each test, empty if it passed."""

    tests: Mapping[str, str]
    output: str

    def message(self, test: str) -> str:
        """Its first two lines: what went wrong, and an example."""
        lines = self.tests.get(test, "").removeprefix("AssertionError: ").splitlines()
        return " ".join(map(str.strip, lines[:2]))

    @property
    def failed(self) -> set[str]:
        return {test for test, message in self.tests.items() if message}

    def show(self) -> None:
        for suite in SUITES:
            mine = [test for test in self.tests if test.startswith(f"tests/{suite}/")]
            failed = self.failed.intersection(mine)
            print(f"  tests/{suite:<18}{len(mine) - len(failed):>3} passed {len(failed):>3} failed")


def pytest(workshop: Workshop, *options: str) -> Tested:
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder, "results.xml")
        command = [workshop.python, "-m", "pytest", "-p", "no:cacheprovider"]
        done = workshop.run(*command, f"--junitxml={results}", *options)
        if done.returncode not in (0, 1):
            raise Failed(f"pytest ended with {done.returncode}\n{done.stdout}{done.stderr}")
        cases = ElementTree.parse(results).iter("testcase")
        return Tested(dict(map(_told, cases)), done.stdout)


def _told(case: ElementTree.Element) -> tuple[str, str]:
    file = case.attrib["classname"].replace(".", "/")
    bad = case.find("failure") if case.find("error") is None else case.find("error")
    message = "" if bad is None else bad.get("message") or "failed"
    return f"{file}.py::{case.attrib['name']}", message


def failing(report: str) -> list[dict[str, Any]]:
    return [one for one in json.loads(report)["violations"] if one["verdict"] == "fails"]


def reported(workshop: Workshop) -> list[dict[str, Any]]:
    return failing((workshop.project / "report.json").read_text("utf-8"))


def place(violation: dict[str, Any]) -> Place:
    return violation["importer"]["path"], violation["importer"]["line"]


def uses(violations: Iterable[dict[str, Any]]) -> dict[Place, dict[str, Any]]:
    """The lines that use what a rule deprecates."""
    return {place(one): one for one in violations if one["kind"] in ("import", "symbol")}


def changed(workshop: Workshop) -> set[Place]:
    """The lines that the migration takes out."""
    lines: set[Place] = set()
    path, number = "", 0
    for line in (workshop.project / "migration.patch").read_text("utf-8").splitlines():
        if line.startswith("--- "):
            path = line.removeprefix("--- a/")
        elif found := re.match(r"@@ -(\d+)", line):
            number = int(found[1])
        elif line.startswith((" ", "-")):
            if line.startswith("-"):
                lines.add((path, number))
            number += 1
    return lines


# The steps --------------------------------------------------------------------------------


def what_users_see(workshop: Workshop, expect: Expectations) -> None:
    print("\nbefore the migration, without pytest-ssot")
    runs = [pytest(workshop, "-p", "no:ssot") for _ in range(TIMES_BEFORE)]
    runs[0].show()
    for test in SEEN_BY_USERS:
        print(f"\n  {test}\n    {runs[0].message(test)}")
    print()
    for number, tested in enumerate(runs, 1):
        wrong = {t for t, how in SEEN_BY_USERS.items() if re.match(how, tested.message(t))}
        expect.same(
            f"run {number}: these fail, for what goes wrong among users", wrong, SEEN_BY_USERS
        )
        expect.same(f"run {number}: no other test fails", tested.failed - wrong, ())


def why(workshop: Workshop, expect: Expectations) -> None:
    print("\nbefore the migration, under pytest-ssot")
    tested = pytest(workshop, "--ssot-report=json:report.json")
    tested.show()
    violations = reported(workshop)
    importers = uses(violations)
    print()
    for (path, line), one in sorted(importers.items()):
        critical = sum(test.startswith(f"{CRITICAL}/") for test in one["tests"])
        gated = f"fails {critical} mission-critical" if critical else "not gated"
        print(f"  {f'{path}:{line}':<38}{one['rule']:<20}{gated}")
    print()
    for file, modules in FAILS_FOR.items():
        mine = {test for test in tested.tests if test.startswith(f"{file}::")}
        what = f"{len(mine)} fail, each for {len(modules)} lines" if modules else "all pass"
        expect.same(f"{file}: {what}", tested.failed & mine, mine if modules else ())
        for test in mine:
            reached = {path for (path, _), one in importers.items() if test in one["tests"]}
            if reached != modules:
                expect.same(test, reached, modules)
    expect.same("the fixture ssot tells of it too", ASKED_FOR - tested.failed, ())
    kept = set(map(place, violations)) - changed(workshop)
    expect.same("all that fails is on lines that the migration changes", kept, ())
    inventory(workshop, importers, expect)


def inventory(workshop: Workshop, importers: Mapping[Place, object], expect: Expectations) -> None:
    done = workshop.run(workshop.python, "-m", "pytest_ssot", "check", "--output-format=json")
    expect.holds("check fails", done.returncode == 1, done.stderr)
    found = uses(failing(done.stdout))
    print(f"  check: {len(found)} lines in {len({path for path, _ in found})} files")
    besides = {path for path, _ in found.keys() - importers.keys()}
    expect.same(f"it also tells {' and '.join(sorted(ONLY_IN_SOURCE))}", besides, ONLY_IN_SOURCE)
    expect.same("it leaves out none that the tests reach", importers.keys() - found.keys(), ())


def migrate(workshop: Workshop) -> None:
    told = workshop.must("git", "apply", "--stat", "--apply", "migration.patch")
    print(f"\nmigration.patch:{told.splitlines()[-1]}")


def causes(workshop: Workshop, expect: Expectations) -> None:
    """Which importer is behind which misbehaviour: one module at a time is put back."""
    print("\nafter the migration, but for one module")
    for cause in CAUSES:
        files = [f"--include={file}" for file in (*OLD, cause.wiring, cause.module)]
        workshop.must("git", "apply", "--reverse", *files, "migration.patch")
        seen = pytest(workshop, "-p", "no:ssot", FIFTY)
        pytest(workshop, "--ssot-report=json:report.json", FIFTY)
        workshop.must("git", "apply", *files, "migration.patch")
        test = f"{FIFTY}::{cause.breaks}"
        print(f"  {cause.module}: {seen.message(test)}")
        expect.holds(f"it breaks {cause.breaks}", test in seen.failed, seen.failed)
        told = {path for (path, _), one in uses(reported(workshop)).items() if test in one["tests"]}
        expect.same(
            "pytest-ssot fails it for that importer, and where it is wired",
            told,
            {cause.module, cause.wiring},
        )


def after(workshop: Workshop, times: int, expect: Expectations) -> None:
    print("\nafter the migration, with --ssot-strict")
    tested = pytest(workshop, "--ssot-strict", "--ssot-report=json:report.json")
    tested.show()
    expect.same("no test fails", tested.failed, ())
    expect.same("no violation is left", map(place, reported(workshop)), ())
    done = workshop.run(workshop.python, "-m", "pytest_ssot", "check")
    expect.holds("check finds nothing", done.returncode == 0, done.stdout)

    def again(number: int) -> str:
        tested = pytest(workshop, "--ssot-strict", CRITICAL)
        sound = tested.tests.keys() == critical and not tested.failed
        return "" if sound else f"run {number}:\n{tested.output}"

    critical = {test for test in tested.tests if test.startswith(f"{CRITICAL}/")}
    began = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        bad = [output for output in pool.map(again, range(1, times + 1)) if output]
    taken = time.perf_counter() - began
    print(f"  {CRITICAL}: {len(critical)} tests, {times} times in {taken:.0f} s")
    expect.holds(f"{times} of {times} runs pass", not bad, f"{len(bad)} do not; {bad[:1]}")


def show(workshop: Workshop, ssot: str, times: int) -> int:
    """The exit status."""
    expect = Expectations()
    try:
        workshop.prepare(ssot)
        print(f"Python {sys.version.split()[0]}, {workshop.versions()}", flush=True)
        what_users_see(workshop, expect)
        why(workshop, expect)
        migrate(workshop)
        causes(workshop, expect)
        after(workshop, times, expect)
    except Failed as failure:
        print(f"failed: {failure}", file=sys.stderr)
        return 2
    print(f"\nNOT AS EXPECTED: {len(expect.broken)}" if expect.broken else "\nas expected")
    return 1 if expect.broken else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, help="work here, and leave it there")
    parser.add_argument("--ssot", default=str(CHECKOUT), help="a wheel; default: this checkout")
    parser.add_argument("--times", type=int, default=100, help="runs after the migration")
    options = parser.parse_args()
    if options.folder:
        return show(Workshop(options.folder.resolve()), options.ssot, options.times)
    with tempfile.TemporaryDirectory(prefix="ssot-golden-") as temporary:
        return show(Workshop(Path(temporary).resolve()), options.ssot, options.times)


if __name__ == "__main__":
    raise SystemExit(main())
