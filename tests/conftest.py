"""What whole-project tests share: a project on disk, a pytest run in it, and what it told."""

from __future__ import annotations

import compileall
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any, NamedTuple

import pytest

import pytest_ssot
from tests import seeds
from tests.forker import Forker
from tests.interpreter import run_command, run_forked, run_process, run_pytest

#: What an environment may hold that changes how pytest runs, or what it prints.
_DISTURBING = (
    "BUILD_NUMBER",
    "CI",
    "FORCE_COLOR",
    "GITHUB_STEP_SUMMARY",
    "GITHUB_WORKSPACE",
    "NO_COLOR",
    "PYTEST_SSOT_CHANNEL",
    "PYTEST_SSOT_OWNER",
    "PYTEST_XDIST_WORKER",
    "PYTHONWARNINGS",
    "PY_COLORS",
)
_OUTCOME = re.compile(r"^(FAILED|ERROR) (\S+)", re.MULTILINE)
_REPORT = "ssot-report.json"
_PYTEST = '[tool.pytest.ini_options]\npythonpath = ["."]\n'
#: What a run finds in its environment.
_SETTLED = {
    "COLUMNS": "80",
    # To start all that is installed takes longer than most runs do: see tests/together.
    "PYTEST_ADDOPTS": "-p ssot",
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    # Bytecode that outlives a rewrite within a second would be run instead of it.
    "PYTHONDONTWRITEBYTECODE": "1",
}


#: Installed plugins that shuffle, wrap or time tests: a run gets those only where it asks for
#: them (``-p NAME``).
_UNASKED = (
    *("anyio", "asyncio", "hypothesispytest", "pytest_cov", "pytest_forked", "randomly"),
    *("rerunfailures", "timeout"),
)


class Told(NamedTuple):
    """One violation of a report, in words.

    ``at`` is ``path:line:column``, each line of ``chain`` is ``path:line``; a
    function is added to both where it is not ``<module>``. ``tests`` are node ids.
    """

    verdict: str
    kind: str
    target: str
    name: str | None
    at: str
    chain: str
    tests: str


class Ran:
    """What a finished pytest run told: on the screen, by its exit code, in its report."""

    def __init__(self, result: pytest.RunResult, report: Path) -> None:
        self.code = int(result.ret)
        self.text = result.stdout.str()
        self.errors = result.stderr.str()
        self.lines = result.outlines
        self.bytes = report.read_bytes() if report.exists() else b""
        self.report: dict[str, Any] = json.loads(self.bytes) if self.bytes else {}
        self.counts = _counts(result)

    @property
    def failed(self) -> list[str]:
        """Node ids of the tests that failed or had an error, sorted."""
        return sorted({nodeid for _, nodeid in _OUTCOME.findall(self.text)})

    @property
    def violations(self) -> list[Told]:
        return [_told(one) for one in self.report["violations"]]

    @property
    def sites(self) -> list[tuple[str, str, str | None, str]]:
        """Verdict, target, name and place of each violation."""
        return [(one.verdict, one.target, one.name, one.at) for one in self.violations]

    @property
    def swept(self) -> list[tuple[str, str | None, str]]:
        """Target, name and place of what was only looked at."""
        return [(one.target, one.name, one.at) for one in map(_told, self.report["swept"])]

    @property
    def matched(self) -> dict[str, int]:
        return {rule["id"]: rule["matched"] for rule in self.report["rules"]}

    @property
    def summary(self) -> list[str]:
        """The lines of the plugin's section in the terminal summary."""
        rest = iter(self.lines)
        for line in rest:
            if re.fullmatch(r"=+ ssot =+", line):
                break
        told = []
        for line in rest:
            if line.startswith("==="):
                break
            told += [line] if line else []
        return told

    def failure(self, test: str) -> list[str]:
        """The lines of the failure under the title *test*, sections included."""
        rest = iter(self.lines)
        for line in rest:
            if re.fullmatch(rf"_+ {re.escape(test)} _+", line):
                break
        told = []
        for line in rest:
            if re.match(r"(_{3,} .* _{3,}|={3,} .* ={3,})$", line):
                break
            told.append(line)
        return told


class Project:
    """A project on disk. Its first folder is on ``sys.path``, its rule is on ``app.old``.

    What is run in it runs in this interpreter, unless *fresh*: then in a process of its own; or,
    with a *forker*, in a process that is forked from one that runs nothing else.
    """

    rule = '[[tool.pytest-ssot.rules]]\ndeprecated = "app.old"\nuse = "app.new"\n'

    def __init__(self, path: Path, *, fresh: bool, forker: Forker | None = None) -> None:
        self.path = path
        self.fresh = fresh
        self.forker = forker
        self.configure("", self.rule)
        self.write({"app/__init__.py": "", "app/old.py": "X = 1\ndef make(): return X\n"})

    def configure(self, settings: str = "", tables: str | None = None, pytest: str = "") -> None:
        """Write pyproject.toml: keys of ``[tool.pytest-ssot]``, tables, and pytest's own keys."""
        tables = self.rule if tables is None else dedent(tables)
        section = f"[tool.pytest-ssot]\n{dedent(settings)}\n{tables}"
        self.write({"pyproject.toml": f"{_PYTEST}{dedent(pytest)}\n{section}"})

    def write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            path = self.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            # The newline after opening quotes is none of the file's.
            text = dedent(text[1:]) if text.startswith("\n    ") else text
            path.write_text(text, encoding="utf-8")

    def run(self, *args: str) -> Ran:
        """Run pytest here."""
        report = self.path / _REPORT
        report.unlink(missing_ok=True)
        return Ran(self._pytest("--ssot-report", f"json:{_REPORT}", *args), report)

    def bare(self, *args: str) -> Ran:
        """Run pytest here without any option of the plugin's."""
        return Ran(self._pytest(*args), self.path / "no-report")

    def command(self, *args: str) -> pytest.RunResult:
        """Type ``pytest-ssot ARGS`` here."""
        if self.fresh:
            return self.python("-m", "pytest_ssot", *args)
        if self.forker is not None:
            return run_forked(self.forker, "pytest_ssot", *args)
        return run_command(*args)

    def debug(self, commands: str, *args: str) -> Ran:
        """Run pytest here with ``--pdb``, and type *commands*, separated by ``;``, into it."""
        always = ("-p", "no:cacheprovider", "--pdb", "--ssot-report", f"json:{_REPORT}")
        typed = commands.replace(";", "\n")
        return Ran(self.python("-m", "pytest", *always, *args, typed=typed), self.path / _REPORT)

    def python(self, *args: str, typed: str = "") -> pytest.RunResult:
        """Run a script here, in a process of its own."""
        assert self.fresh, "a test whose runs are no pytest or command is marked: fresh"
        return run_process(sys.executable, *args, typed=typed)

    def _pytest(self, *args: str) -> pytest.RunResult:
        always = ("-p", "no:cacheprovider", f"--basetemp={self.path / 'runpytest'}", *args)
        if self.fresh:
            return self.python("-m", "pytest", *always)
        if self.forker is not None:
            return run_forked(self.forker, "pytest", *always)
        return run_pytest(*always)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--seeds",
        type=int,
        default=1,
        metavar="N",
        help="tests at random try N times as many examples, and, from 2 on, others each time",
    )


def pytest_configure(config: pytest.Config) -> None:
    seeds.choose(config)
    # Compiled once: no child process that a test starts may keep bytecode.
    if not hasattr(config, "workerinput"):
        compileall.compile_dir(Path(pytest_ssot.__path__[0]), quiet=2)


def pytest_itemcollected(item: pytest.Item) -> None:
    if any(item.get_closest_marker(name) for name in ("fresh", "forked")):
        item.add_marker("process")


@pytest.fixture(scope="session")
def forker() -> Iterator[Forker]:
    with Forker("pytest_ssot.plugin") as forker:
        yield forker


@pytest.fixture
def project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Project:
    """An empty project with ``app/old.py`` and a rule on it."""
    for name in _DISTURBING:
        monkeypatch.delenv(name, raising=False)
    for name, value in _SETTLED.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    fresh = request.node.get_closest_marker("fresh") is not None
    forked = not fresh and request.node.get_closest_marker("forked") is not None
    if forked and not hasattr(os, "fork"):  # on Windows
        fresh, forked = True, False
    if fresh or forked:
        monkeypatch.setenv("PYTEST_ADDOPTS", "-p ssot -p xdist")
    return Project(
        tmp_path, fresh=fresh, forker=request.getfixturevalue("forker") if forked else None
    )


@pytest.fixture
def installed(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plugin of this project is loaded because it is installed."""
    load_what_is_installed(monkeypatch)


def load_what_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    monkeypatch.setenv("PYTEST_ADDOPTS", " ".join(f"-p no:{name}" for name in _UNASKED))


def _counts(result: pytest.RunResult) -> dict[str, int]:
    try:
        return result.parseoutcomes()
    except ValueError:
        return {}


def _told(violation: Mapping[str, Any]) -> Told:
    importer = violation["importer"]
    return Told(
        violation.get("verdict", ""),
        violation["kind"],
        violation["target"],
        violation["name"],
        _place(importer, f":{importer['column']}"),
        " > ".join(_place(step) for step in violation["chain"]),
        " ".join(violation["tests"]),
    )


def _place(place: Mapping[str, Any], column: str = "") -> str:
    function = "" if place["function"] == "<module>" else f" {place['function']}"
    return f"{place['path']}:{place['line']}{column}{function}"
