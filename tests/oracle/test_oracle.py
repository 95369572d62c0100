"""Verdicts depend on the import graph, and on nothing else.

Hypothesis makes import graphs, writes some of them into one project, and runs its tests in
random orders, in random selections, in one process and in workers. What each test is told
to have reached must be what the graph says (reach.py), in every run.

What runs here is the same each time. To look further, at other graphs and more::

    pytest tests/oracle --seeds 25

Each project holds some five graphs, so that forty are tried here. A failure shows the
smallest graph that was found, its files, and what was told of it.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import TYPE_CHECKING, NamedTuple

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st

from tests.oracle import reach
from tests.oracle.graphs import Graph, graphs
from tests.oracle.many import many
from tests.oracle.writing import MARK, Writer, critical, node_id, rules
from tests.seeds import examples

if TYPE_CHECKING:
    from tests.conftest import Project, Ran

#: Runs the tests that a file names, in its order.
CONFTEST = """
import json, pathlib
import pytest

@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    order = pathlib.Path(__file__).with_name("order.json")
    if order.exists():
        by_id = {item.nodeid: item for item in items}
        items[:] = [by_id[one] for one in json.loads(order.read_text("utf-8"))]
"""


class Way(NamedTuple):
    """How a project is run. ``share`` of its tests, out of 4, are selected.

    ``named``: they are given on the command line, so that no other file is collected.
    """

    seed: int
    share: int
    named: bool
    args: tuple[str, ...]


WAYS = st.builds(
    Way,
    st.integers(0, 2**16),
    st.sampled_from([4, 3, 1]),
    st.booleans(),
    st.sampled_from([(), ("--import-mode=importlib",), ("--ssot-strict",)]),
)


class Known(NamedTuple):
    """What the oracle says of a test."""

    critical: bool
    uses: frozenset[reach.Use]


def checked(projects: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The settings that these tests share, with that many projects."""
    return hypothesis.settings(
        max_examples=projects,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=[
            HealthCheck.function_scoped_fixture,  # each project is written to an empty folder
            HealthCheck.too_slow,  # much is drawn, since a run of pytest costs much more
            HealthCheck.data_too_large,  # the same
        ],
    )


@checked(examples(8))
@hypothesis.given(found=many(graphs()), way=WAYS)
def test_in_one_process(project: Project, found: list[Graph], way: Way) -> None:
    known = write(project, found)
    check(project, found, known, way)


@pytest.mark.forked
@checked(examples(1))
@hypothesis.given(found=many(graphs()), way=WAYS)
def test_in_workers(project: Project, found: list[Graph], way: Way) -> None:
    known = write(project, found)
    check(project, found, known, way._replace(args=(*way.args, "-n2")))


def write(project: Project, found: Sequence[Graph]) -> dict[str, Known]:
    """Write the project; returns what is known of each test, by node id."""
    for pattern in ("g*_*", "tests_*"):
        for path in project.path.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    known: dict[str, Known] = {}
    folders: list[str] = []
    for number, graph in enumerate(found):
        project.write(Writer(graph, number).files())
        folders += critical(graph, number)
        known.update(_known(graph, number))
    tables = "".join(rules(graph, number) for number, graph in enumerate(found))
    project.configure(f"mission-critical = {json.dumps(folders)}", tables)
    project.write({"conftest.py": CONFTEST})
    return known


def _known(graph: Graph, number: int) -> Iterator[tuple[str, Known]]:
    oracle = reach.Oracle(graph, f"g{number}_")
    for case in reach.cases(graph):
        uses = frozenset(one._replace(site=f"{number}:{one.site}") for one in oracle.expected(case))
        yield node_id(graph, number, case), Known(reach.is_critical(graph, case), uses)


def check(project: Project, found: Sequence[Graph], known: dict[str, Known], way: Way) -> None:
    """Run the project this way, and compare what was told with what is *known*."""
    chosen = sorted(known)
    Random(way.seed).shuffle(chosen)
    chosen = chosen[: max(1, len(chosen) * way.share // 4)]
    project.write({"order.json": json.dumps(chosen)})
    ran = project.run(*way.args, *(chosen if way.named else ()))
    told = _told(project, ran)
    failed = set(ran.failed)
    different: dict[str, str] = {}
    for one in chosen:
        uses, seen = known[one].uses, told.get(one, set())
        fails = bool(uses) and (known[one].critical or "--ssot-strict" in way.args)
        if uses != seen:
            different[one] = _difference(uses, seen)
        elif fails != (one in failed):
            different[one] = f"    {'did not fail' if fails else 'failed'}"
    ended = sum(ran.counts.get(how, 0) for how in ("passed", "failed"))
    if not different and (ended < len(chosen) or failed - set(chosen)):
        different["the run"] = "    did not end as it should"
    if different:
        raise Different(found, way, chosen, different, ran)


class Different(AssertionError):
    """What was told is not what the graph says; shows the first graph of which that is so."""

    def __init__(
        self,
        found: Sequence[Graph],
        way: Way,
        chosen: Sequence[str],
        different: dict[str, str],
        ran: Ran,
    ) -> None:
        owners = {int(one.split("_")[1]) for one in different if one.startswith("tests_")}
        self.numbers = sorted(owners) or [0]
        number = self.numbers[0]
        files = Writer(found[number], number).files()
        lines = [f"--- {path}\n{text}" for path, text in sorted(files.items()) if text.strip()]
        lines += ["--- rules", rules(found[number], number), *critical(found[number], number)]
        lines += ["--- run", str(way), *(one for one in chosen if one.split("_")[1] == str(number))]
        lines += ["--- differences", *(f"{one}\n{text}" for one, text in different.items())]
        lines += [line for line in ran.summary if "error inside" in line]
        if not ran.report or "the run" in different:
            lines += ["--- output", ran.text, ran.errors]
        super().__init__("\n".join(lines))


def _told(project: Project, ran: Ran) -> dict[str, set[reach.Use]]:
    """What each test is told to have reached; a line that was not written to import is told too."""
    lines: dict[str, list[str]] = {}
    told: dict[str, set[reach.Use]] = {}
    for one in ran.report.get("violations", ()):
        path, line = one["importer"]["path"], one["importer"]["line"]
        if path not in lines:
            lines[path] = (project.path / path).read_text("utf-8").splitlines()
        _, _, site = lines[path][line - 1].partition(MARK)
        use = reach.Use(site or f"{path}:{line}", one["kind"], one["target"], one["name"])
        for test in one["tests"]:
            told.setdefault(test, set()).add(use)
    return told


def _difference(known: frozenset[reach.Use], told: set[reach.Use]) -> str:
    lines = [f"    not told: {one}" for one in sorted(known - told, key=str)]
    return "\n".join(lines + [f"    not there: {one}" for one in sorted(told - known, key=str)])
