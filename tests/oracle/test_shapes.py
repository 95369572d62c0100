"""What a test is told is what it would be told alone, however lazy and noisy the modules are.

Webs of modules are drawn (shapes.py), several stand in one project, and its tests run
forward, backward, shuffled, one of each web alone, and dealt to workers. Each of them is
told in every run what the web says of it (alone.py). As for the graphs beside it::

    pytest tests/oracle --seeds 25
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from random import Random
from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree

import hypothesis
import pytest
from hypothesis import strategies as st

from tests.oracle.alone import Hermit
from tests.oracle.many import Many, many
from tests.oracle.shapes import Web, webs
from tests.oracle.test_oracle import CONFTEST, checked
from tests.oracle.writing import MARK
from tests.oracle.writing_shapes import SHARED, Scribe
from tests.seeds import examples

if TYPE_CHECKING:
    from tests.conftest import Project, Ran

WAYS = st.tuples(
    st.integers(0, 2**16),
    st.sampled_from(["forward", "backward", "shuffled", "alone"]),
    st.sampled_from([(), ("--import-mode=importlib",)]),
)
#: The order, what of it runs, and what the command line has besides.
Run = tuple[int, str, tuple[str, ...]]
Told = set[tuple[str, str]]


class Expected(NamedTuple):
    web: int
    told: Told


@checked(examples(3))
@hypothesis.given(found=many(webs()), run=WAYS)
def test_each_is_told_what_it_is_told_alone(project: Project, found: Many[Web], run: Run) -> None:
    check(project, found, write(project, found), run)


@pytest.mark.fresh
@checked(examples(1))
@hypothesis.given(found=many(webs()), run=WAYS)
def test_so_it_is_in_workers(project: Project, found: Many[Web], run: Run) -> None:
    seed, way, args = run
    check(project, found, write(project, found), (seed, way, (*args, "-n2")))


def write(project: Project, found: Sequence[Web]) -> dict[str, Expected]:
    """Write the project; returns what each of its tests is to be told, by node id."""
    for pattern in ("w*_*", "tests_*", "vendor"):
        for path in project.path.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    vendor = 'import sys\nsys.path.append("vendor")\n'
    project.write({"conftest.py": CONFTEST + vendor, **SHARED})
    expected: dict[str, Expected] = {}
    tables = ""
    for number, web in enumerate(found):
        scribe, hermit = Scribe(web, number), Hermit(web)
        project.write(scribe.files())
        for rule in scribe.rules():
            tables += f'[[tool.pytest-ssot.rules]]\ndeprecated = "{rule}"\n'
        for room, one in enumerate(web.rooms):
            for trial in range(len(one.trials)):
                told = {(verdict, f"{number}:{at}") for verdict, at in hermit.tell(room, trial)}
                expected[scribe.node_id(room, trial)] = Expected(number, told)
    ours = 'first-party = ["w*_*", "tests_*", "loading", "conftest.py"]'
    project.configure(f'mission-critical = ["tests_*"]\n{ours}', tables)
    return expected


def check(project: Project, found: Sequence[Web], expected: dict[str, Expected], run: Run) -> None:
    """Run the project this way, and compare what was told with what is *expected*."""
    seed, way, args = run
    chosen = _choose(expected, seed, way)
    project.write({"order.json": json.dumps(chosen)})
    xml = ("--ssot-report=junit", "--junitxml=it.xml", "-o", "junit_family=xunit1")
    ran = project.run(*args, *xml)
    told = dict(_read(project))
    different: dict[str, str] = {}
    for one in chosen:
        wanted, seen = expected[one].told, told.get(one)
        fails = any(verdict == "fails" for verdict, _ in wanted)
        if wanted != seen:
            different[one] = _difference(wanted, seen or set())
        elif fails != (one in ran.failed):
            different[one] = f"    {'did not fail' if fails else 'failed'}"
    if not different and (ran.report["errors"] or set(ran.failed) - set(chosen)):
        different["the run"] = "    did not end as it should"
    if different:
        raise Disagreement(found, run, chosen, different, ran)


def _choose(expected: dict[str, Expected], seed: int, way: str) -> list[str]:
    chosen = list(expected)
    match way:
        case "backward":
            chosen.reverse()
        case "shuffled":
            Random(seed).shuffle(chosen)
        case "alone":
            Random(seed).shuffle(chosen)
            chosen = list({expected[one].web: one for one in chosen}.values())
    return chosen


class Disagreement(AssertionError):
    """What was told is not what the web says; shows the first web of which that is so."""

    def __init__(
        self,
        found: Sequence[Web],
        run: Run,
        chosen: Sequence[str],
        different: dict[str, str],
        ran: Ran,
    ) -> None:
        owners = {int(one.split("_")[1]) for one in different if one.startswith("tests_")}
        self.numbers = sorted(owners) or [0]
        number = self.numbers[0]
        scribe = Scribe(found[number], number)
        shown = sorted(scribe.files().items())
        lines = [f"--- {path}\n{text}" for path, text in shown if text.strip()]
        lines += ["--- rules", *scribe.rules(), "--- run", str(run)]
        lines += [one for one in chosen if one.split("_")[1] == str(number)]
        lines += ["--- differences", *(f"{one}\n{text}" for one, text in different.items())]
        lines += [line for line in ran.summary if "error inside" in line]
        if not ran.report or ran.report["errors"] or "the run" in different:
            lines += ["--- output", ran.text, ran.errors]
        super().__init__("\n".join(lines))


def _read(project: Project) -> Iterator[tuple[str, Told]]:
    """What each test is told: verdict, and the name of the line, or else the line."""
    lines: dict[str, list[str]] = {}
    text = (project.path / "it.xml").read_text("utf-8")
    for case in ElementTree.fromstring(text).iter("testcase"):
        told: Told = set()
        for one in case.iter("property"):
            if one.get("name") != "ssot":
                continue
            verdict, at, *_ = (one.get("value") or "").split()
            path, line, *_ = at.split(":")
            if path not in lines:
                lines[path] = (project.path / path).read_text("utf-8").splitlines()
            _, _, site = lines[path][int(line) - 1].partition(MARK)
            told.add((verdict, site or at))
        yield f"{case.get('file')}::{case.get('name')}", told


def _difference(wanted: Told, seen: Told) -> str:
    lines = [f"    not told: {' '.join(one)}" for one in sorted(wanted - seen)]
    return "\n".join(lines + [f"    not there: {' '.join(one)}" for one in sorted(seen - wanted)])
