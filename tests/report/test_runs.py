"""Each format as a run writes it, in one process and in several."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest

if TYPE_CHECKING:
    from tests.conftest import Project, Ran

ALONE = ["-p", "no:xdist"]
FILES = {
    "app/bridge.py": "from app.old import X, make\n",
    "app/odd name#1.py": "import app.old\n",
    "app/free.py": "import app.old\n",
    "tests/test_critical.py": """
        import importlib
        import pytest

        pytestmark = pytest.mark.mission_critical

        def test_bridge(): import app.bridge

        def test_odd(): importlib.import_module("app.odd name#1")

        def test_sound(): pass

        @pytest.fixture
        def breaks():
            yield
            raise RuntimeError

        def test_twice(breaks):
            import app.bridge

        @pytest.mark.skip
        def test_skipped(): import app.bridge

        def test_skips():
            import app.bridge
            pytest.skip("by itself")
        """,
    "tests/test_free.py": "def test_free(): import app.free, app.bridge\n",
}
PATHS = {"sarif": "r.sarif", "github": "r.txt", "markdown": "r.md", "html": "r.html"}


def written(project: Project, *args: str) -> dict[str, bytes]:
    """What a run with every format writes, by format; the printed one too."""
    asked = [f"--ssot-report={name}:{path}" for name, path in PATHS.items()]
    ran = project.run(*asked, "--ssot-report=github", *args)
    assert ran.code == 1
    found = {name: (project.path / path).read_bytes() for name, path in PATHS.items()}
    return {**found, "printed": "\n".join(commands(ran)).encode()}


def commands(ran: Ran) -> list[str]:
    return [line for line in ran.lines if line.startswith("::")]


@pytest.mark.forked
def test_every_format_is_the_same_in_several_processes(project: Project) -> None:
    project.write(FILES)
    one, many = written(project, *ALONE), written(project, "-n2")
    assert many == one
    assert one["printed"] == one["github"].rstrip(b"\n")
    first, *rest = one["printed"].decode().split("\n")
    assert first == (
        "::error file=app/bridge.py,line=1,col=1,title=deprecated import%3A app.old"
        "::use:  from app.new import X%0Ause:  from app.new import make"
        "%0Afix:  change app/bridge.py:1"
    )
    assert [line.partition(",")[0] for line in rest] == [
        "::error file=app/free.py",
        "::error file=app/odd name#1.py",
    ]
    (run,) = json.loads(one["sarif"])["runs"]
    assert [result["ruleId"] for result in run["results"]] == ["app.old"] * 4
    assert b"| `app/odd name#1.py:1` | `app.old` | `import app.new` | 1 test |" in one["markdown"]
    assert b"<summary>3 tests</summary>" in one["html"]


@pytest.mark.forked
def test_commands_are_printed_last_each_at_the_start_of_a_line(project: Project) -> None:
    project.write(FILES)
    for args in (ALONE, ["-n2"], ["-q", "--no-summary", *ALONE], ["-s", *ALONE]):
        ran = project.run("--ssot-report=github", *args)
        told = [line for line in ran.lines if line]
        assert len(commands(ran)) == 3
        assert told[-3:] == commands(ran)


def test_nothing_is_printed_where_nothing_is_found(project: Project) -> None:
    project.write({"tests/test_a.py": "def test_a(): pass\n"})
    ran = project.run("--ssot-report=github")
    assert ran.code == 0
    assert commands(ran) == []


def test_commands_are_utf_8_whatever_the_locale(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    project.write(
        {
            "app/ünlich.py": "import app.old\n",
            "tests/test_a.py": "def test_a(): import app.ünlich\n",
        }
    )
    ran = project.run("--ssot-report=github", "--ssot-strict")
    (told,) = commands(ran)
    assert told.startswith("::error file=app/ünlich.py,line=1,")


def test_the_configuration_asks_too(project: Project) -> None:
    project.configure('report = ["github", "markdown:out/r.md"]')
    project.write(FILES)
    ran = project.bare()
    assert len(commands(ran)) == 3
    assert (project.path / "out" / "r.md").read_text("utf-8").startswith("## pytest-ssot\n")


def test_a_job_summary_is_added_to(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the step's other commands wrote there stays; any other file is replaced."""
    project.write(FILES)
    project.write({"summary.md": "# Before\n\n\n", "other.md": "# Old\n"})
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(project.path / "summary.md"))
    for path in ("summary.md", "other.md", "summary.md"):
        project.run(f"--ssot-report=markdown:{project.path / path}", *ALONE)
    other = (project.path / "other.md").read_text("utf-8")
    assert other.startswith("## pytest-ssot\n")
    summary = (project.path / "summary.md").read_text("utf-8")
    assert summary == f"# Before\n\n{other.rstrip()}\n\n{other}"


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("sarif", "item 2 needs a path: sarif:PATH"),
        ("junit:j.xml", "item 2 takes no path: junit; name the file with pytest's --junitxml"),
        (
            "yaml:r.yaml",
            ('item 2 unknown format "yaml"; there is: json, sarif, github, markdown, html, junit'),
        ),
    ],
)
def test_a_bad_format_ends_the_run(project: Project, asked: str, words: str) -> None:
    ran = project.run("--ssot-report", asked)
    assert ran.code == 4
    assert f"command line: --ssot-report: {words}" in ran.errors


BRIDGE = "fails app/bridge.py:1 app.old (app.old)"


def properties(project: Project, *args: str, report: str = "junit") -> list[tuple[str, Any]]:
    """Each test case of the XML with its properties, sorted."""
    project.run(f"--ssot-report={report}", "--junitxml=junit.xml", *args)
    cases = ElementTree.parse(project.path / "junit.xml").iter("testcase")
    return sorted(
        (
            case.attrib["name"],
            [(one.attrib["name"], one.attrib["value"]) for one in case.iter("property")],
        )
        for case in cases
    )


@pytest.mark.parametrize("family", ["xunit1", "xunit2"])
@pytest.mark.parametrize(
    "args", [ALONE, pytest.param(["-n2"], marks=pytest.mark.forked)], ids=["alone", "xdist"]
)
def test_a_test_case_has_what_its_test_reached(
    project: Project, family: str, args: list[str]
) -> None:
    project.write(FILES)
    assert properties(project, "-o", f"junit_family={family}", *args) == [
        ("test_bridge", [("ssot", BRIDGE)]),
        (
            "test_free",
            [("ssot", BRIDGE), ("ssot", "fails app/free.py:1 app.old (app.old)")],
        ),
        ("test_odd", [("ssot", "fails app/odd name#1.py:1 app.old (app.old)")]),
        ("test_skipped", []),
        ("test_skips", []),
        ("test_sound", []),
        # A failure and then an error: pytest makes two test cases of them.
        ("test_twice", [("ssot", BRIDGE)]),
        ("test_twice", [("ssot", BRIDGE)]),
    ]


def test_other_verdicts_are_properties_too(project: Project) -> None:
    project.write({"app/bridge.py": "import app.old  # ssot: allow[app.old] moves later\n"})
    project.write({"tests/test_a.py": "def test_a(record_property): import app.bridge\n"})
    assert properties(project, "--ssot-strict", "-o", "junit_family=xunit1") == [
        ("test_a", [("ssot", "allowed app/bridge.py:1 app.old (app.old)")])
    ]


def test_nobody_gets_properties_who_did_not_ask(project: Project) -> None:
    project.write(FILES)
    told = properties(project, *ALONE, report="html:r.html")
    assert len(told) == 8
    assert all(found == [] for _, found in told)
