"""Run uvicorn's own test suite under pytest-ssot, and hold what it finds against a count.

    python examples/uvicorn_websockets/run.py [--ssot WHEEL] [FOLDER]

uvicorn 0.34.0 was written against websockets 13. With websockets 15 it still works, by
``websockets.legacy``. This makes an environment in FOLDER (default: a temporary one), takes
both from the package index by pip, and runs the suite three times: without pytest-ssot,
under it, and with ``count_imports.py``, which counts the importing lines by simpler means.

The exit status is 0 only if the lines are the same, the tests that fail under pytest-ssot
are the ones that reach them, and every other test ends as it does without.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parent.parent
UVICORN = "uvicorn-0.34.0"

# The versions of uvicorn's requirements.txt, but for websockets, whose later version is the
# point, and for uvloop and click, which have since changed what its tests look at.
REQUIREMENTS = [
    "websockets==15.0.1",
    "a2wsgi==1.10.7",
    "click==8.1.7",
    "cryptography==44.0.0",
    "httpx==0.28.1",
    "pytest==8.3.4",
    "pytest-mock==3.14.0",
    "trustme==1.2.0",
    "typing_extensions>=4",
    "uvloop==0.21.0",
    "wsproto==1.2.0",
]

# uvicorn turns every warning into an error, and knew none of these when it was released.
# Without the filters its suite ends at collection. They are on in all three runs.
FILTERS = [
    "websockets.legacy is deprecated",
    "websockets.server.WebSocketServerProtocol is deprecated",
    "websockets.client.connect is deprecated",
    "websockets.exceptions.InvalidStatusCode is deprecated",
]

Outcomes = dict[str, str]


class Failed(Exception):
    """A step that this needs did not work."""


# The environment ----------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """The folder that this works in: an environment and uvicorn's sources."""

    folder: Path

    @property
    def python(self) -> str:
        return str(self.folder / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python")

    @property
    def uvicorn(self) -> Path:
        return self.folder / UVICORN

    def pip(self, *arguments: str) -> None:
        command = [self.python, "-m", "pip", *arguments, "--disable-pip-version-check", "-q"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Failed(f"pip {' '.join(arguments)}\n{done.stdout}{done.stderr}")

    def versions(self, *names: str) -> str:
        code = "import sys, importlib.metadata as m; print(*map(m.version, sys.argv[1:]))"
        command = [self.python, "-c", code, *names]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return ", ".join(map(" ".join, zip(names, told.split(), strict=True)))


def prepare(place: Place, ssot: str) -> None:
    shutil.rmtree(place.uvicorn, ignore_errors=True)
    venv.create(place.folder / "venv", with_pip=True, clear=True)
    sdist = UVICORN.replace("-", "==")
    place.pip("download", "--no-deps", "--no-binary", ":all:", "-d", str(place.folder), sdist)
    with tarfile.open(place.folder / f"{UVICORN}.tar.gz") as archive:
        archive.extractall(place.folder, filter="data")
    place.pip("install", "-e", f"{place.uvicorn}[standard]", *REQUIREMENTS, ssot)
    with (place.uvicorn / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write("\n" + (HERE / "rules.toml").read_text("utf-8"))


# The runs -----------------------------------------------------------------------------


def read(path: Path) -> Any:
    if not path.exists():
        raise Failed(f"the run wrote no {path.name}")
    return json.loads(path.read_text("utf-8"))


@dataclass(frozen=True)
class Run:
    """One run of uvicorn's suite."""

    place: Place
    name: str
    options: tuple[str, ...]

    @property
    def outcomes_file(self) -> Path:
        return self.place.folder / f"{self.name}.outcomes.json"

    def __call__(self, *tests: str) -> Outcomes:
        """Run it, or only those tests of it; how each test ended."""
        self.outcomes_file.unlink(missing_ok=True)
        command = [self.place.python, "-m", "pytest", "-p", "no:cacheprovider"]
        command += ["-p", "record_outcomes", f"--outcomes-to={self.outcomes_file}"]
        command += [
            part for each in FILTERS for part in ("-W", f"ignore:{each}:DeprecationWarning")
        ]
        log = self.place.folder / f"{self.name}.log"
        with log.open("a", encoding="utf-8") as out:
            done = subprocess.run(
                [*command, *self.options, *tests],
                cwd=self.place.uvicorn,
                env={**os.environ, "PYTHONPATH": str(HERE)},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                check=False,
            )
        closing = log.read_text("utf-8", "replace").rstrip().rpartition("\n")[2]
        if not tests:
            print(f"  {self.name:<20}{closing.strip('= ')}", flush=True)
        if done.returncode not in (0, 1):
            raise Failed(f"{self.name}: pytest ended with {done.returncode}, see {log}")
        outcomes: Outcomes = read(self.outcomes_file)
        return outcomes


# What is compared -----------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """What pytest-ssot said: the lines, and the tests that fail for them."""

    lines: dict[str, str]
    tests: frozenset[str]

    @classmethod
    def of(cls, violations: list[dict[str, Any]]) -> Told:
        return cls(
            {"{path}:{line}".format(**one["importer"]): one["rule"] for one in violations},
            frozenset(test for one in violations for test in one["tests"]),
        )


def failing(report: dict[str, Any]) -> tuple[Told, Told]:
    """What fails by the rules of rules.toml, and what by other deprecations."""
    table = tomllib.loads((HERE / "rules.toml").read_text("utf-8"))["tool"]["pytest-ssot"]
    rules = {rule.get("id", rule["deprecated"]) for rule in table["rules"]}
    fails = [one for one in report["violations"] if one["verdict"] == "fails"]
    ours = [one for one in fails if one["rule"] in rules]
    return Told.of(ours), Told.of([one for one in fails if one not in ours])


@dataclass(frozen=True)
class Counted:
    """What the count said, in the same words."""

    imports: dict[str, list[str]]
    reads: dict[str, list[str]]
    tests: frozenset[str]

    @classmethod
    def of(cls, data: dict[str, Any], collected: Outcomes) -> Counted:
        """A file that reached a target while it was collected gives it to all its tests."""
        files = tuple(f"{one}::" for one in data["reached"] if one.endswith(".py"))
        return cls(
            data["lines"]["import"],
            data["lines"]["read"],
            frozenset(one for one in collected if one in data["reached"] or one.startswith(files)),
        )


def place_of(line: str) -> tuple[str, int]:
    path, _, number = line.rpartition(":")
    return path, int(number)


def compare_lines(title: str, told: dict[str, str], counted: dict[str, list[str]]) -> bool:
    print(f"\n{title}: {len(told)} by pytest-ssot, {len(counted)} counted")
    for line in sorted({*told, *counted}, key=place_of):
        rule = told.get(line, "NOT TOLD")
        what = ", ".join(counted.get(line, ["NOT COUNTED"]))
        print(f"  {line:<52}{rule:<44}{what}")
    return told.keys() == counted.keys()


def compare_tests(told: frozenset[str], counted: frozenset[str]) -> bool:
    print(f"\ntests that reach one: {len(told)} by pytest-ssot, {len(counted)} counted")
    for test in sorted(told ^ counted):
        print(f"  {'not counted' if test in told else 'NOT TOLD'}: {test}")
    return told == counted


def unstable(without: Run, under: Run, tests: list[str], first: Outcomes) -> set[str]:
    """The tests whose end is a matter of chance: run again, alone, each way."""
    if not tests:
        return set()
    again, under_again = without(*tests), under(*tests)
    return {
        test
        for test in tests
        if again.get(test) != first.get(test) or under_again.get(test) == first.get(test)
    }


def compare_outcomes(
    without: Outcomes, under: Outcomes, gated: frozenset[str], chance: set[str]
) -> bool:
    """Gated tests fail; all others end as they do without pytest-ssot."""
    only = [test for test in gated if without.get(test) == "passed"]
    fine = [test for test in sorted(gated) if under.get(test) in (None, "passed")]
    others = without.keys() | under.keys()
    others -= gated
    different = [t for t in others if without.get(t) != under.get(t) and t not in chance]
    print(f"\ntests that fail only because of pytest-ssot: {len(only)}")
    print(f"all other tests: {len(others)}, of which end differently: {len(different)}")
    for test in sorted(different):
        print(f"  {without.get(test, 'not run')} -> {under.get(test, 'not run')}: {test}")
    for test in sorted(chance):
        print(f"  not the same twice, with or without pytest-ssot: {test}")
    for test in fine:
        print(f"  reached one, and ended as {under.get(test, 'not run')}: {test}")
    return not different and not fine


def compare(place: Place) -> bool:
    report, counts = place.folder / "report.json", place.folder / "counted.json"
    without = Run(place, "without", ("-p", "no:ssot"))
    under = Run(place, "under pytest-ssot", ("--ssot-strict", f"--ssot-report=json:{report}"))
    count = Run(
        place,
        "counting",
        (
            *("-p", "no:ssot", "-p", "count_imports"),
            *(f"--count-rules={HERE / 'rules.toml'}", f"--count-to={counts}"),
        ),
    )
    for left in (report, counts):
        left.unlink(missing_ok=True)
    plain, gated, _ = without(), under(), count()
    told, besides = failing(read(report))
    gated_tests = told.tests | besides.tests
    counted = Counted.of(read(counts), plain)

    imports = {line: rule for line, rule in told.lines.items() if line in counted.imports}
    reads = {line: rule for line, rule in told.lines.items() if line not in counted.imports}
    counted_reads = {k: v for k, v in counted.reads.items() if k not in counted.imports}
    differing = [
        test
        for test in sorted(plain.keys() | gated.keys())
        if test not in gated_tests and plain.get(test) != gated.get(test)
    ]
    chance = unstable(without, under, differing, plain)
    for line, rule in sorted(besides.lines.items()):
        print(f"told besides: {line} {rule}")
    return all(
        [
            compare_lines("lines that import a target", imports, counted.imports),
            compare_lines("lines that read one off a module", reads, counted_reads),
            compare_tests(told.tests, counted.tests),
            compare_outcomes(plain, gated, gated_tests, chance),
        ]
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, help="work here, and leave it there")
    parser.add_argument("--ssot", default=str(CHECKOUT), help="a wheel; default: this checkout")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ssot-uvicorn-") as temporary:
        place = Place((options.folder or Path(temporary)).resolve())
        place.folder.mkdir(parents=True, exist_ok=True)
        try:
            prepare(place, options.ssot)
            told = ("uvicorn", "websockets", "pytest", "pytest-ssot")
            print(f"Python {sys.version.split()[0]}, {place.versions(*told)}", flush=True)
            same = compare(place)
        except Failed as failure:
            print(f"failed: {failure}", file=sys.stderr)
            return 2
    print("\nthe same" if same else "\nNOT THE SAME")
    return 0 if same else 1


if __name__ == "__main__":
    raise SystemExit(main())
