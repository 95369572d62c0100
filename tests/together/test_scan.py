"""``--ssot-scan``: findings as test items, with all that pytest does with items."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

if TYPE_CHECKING:
    from tests.conftest import Project, Ran

ONE = ("-p", "no:xdist")
RULES = """
    [[tool.pytest-ssot.rules]]
    deprecated = "app.old"
    use = "app.new"
    id = "old-one"

    [[tool.pytest-ssot.rules]]
    deprecated = "app.names:Gone"

    [[tool.pytest-ssot.allow]]
    rule = "old-one"
    from = ["app.admin"]
    reason = "moves later"
    """
BRIDGE, GONE = "app/bridge.py::ssot::old-one", "app/bridge.py::ssot::app.names:Gone"
FILES = {
    "app/names.py": "class Gone: pass\n",
    "app/admin.py": "import app.old\n",
    "app/bridge.py": """
        def connect():
            from app.old import make
            from app.names import Gone
            return make
        """,
    "tests/test_free.py": "def test_free(): pass\n",
}


def full(project: Project, settings: str = "", pytest: str = "") -> None:
    project.configure(settings, RULES, pytest)
    project.write(FILES)


def items(ran: Ran) -> list[str]:
    """What ``--collect-only -q`` lists."""
    return [line for line in ran.lines if "::" in line and " " not in line]


def test_a_finding_fails_and_reads_like_a_failure_of_the_gate(project: Project) -> None:
    full(project)
    ran = project.run("--ssot-scan")
    assert ran.code == 1
    assert ran.failed == [GONE, BRIDGE]
    assert ran.counts == {"passed": 1, "failed": 2}
    assert ran.failure("app/bridge.py: old-one") == [
        "app/bridge.py:2: in connect",
        ">   from app.old import make",
        "E   deprecated import: app.old (old-one)",
        "E   use:  from app.new import make",
        "E   fix:  change app/bridge.py:2",
    ]
    assert ran.summary == [
        "app/bridge.py:2  app.old         fails 1 test",
        "app/bridge.py:3  app.names:Gone  fails 1 test",
        "allowed: app/admin.py:1  app.old  (moves later)",
    ]


def test_node_ids_are_told_as_they_are_typed(project: Project) -> None:
    full(project)
    ran = project.run("--ssot-scan", "-v")
    told = [line.split()[0] for line in ran.lines if "FAILED  " in line]
    assert told == [GONE, BRIDGE]


@pytest.mark.fresh
def test_without_the_option_nothing_is_scanned(project: Project) -> None:
    full(project)
    project.write(
        {
            "tests/test_free.py": """
            import sys

            def test_free():
                scan = {"policy.inventory", "source.files", "source.index", "source.scan"}
                assert not [name for name in scan if f"pytest_ssot.{name}" in sys.modules]
            """
        }
    )
    ran = project.run()
    assert (ran.code, ran.counts, ran.violations) == (0, {"passed": 1}, [])
    assert not (project.path / ".ssot_cache").exists()


def test_findings_follow_the_tests_sorted_by_path_and_rule(project: Project) -> None:
    full(project)
    project.write({"app/aa.py": "import app.old\n", "lib/z.py": "import app.old\n"})
    ran = project.run("--ssot-scan", "--collect-only", "-q")
    assert items(ran) == [
        "tests/test_free.py::test_free",
        "app/aa.py::ssot::old-one",
        GONE,
        BRIDGE,
        "lib/z.py::ssot::old-one",
    ]


def test_findings_alone_decide_where_there_is_no_test(project: Project) -> None:
    full(project)
    (project.path / "tests" / "test_free.py").unlink()
    assert project.run("--ssot-scan").code == 1
    project.write({"app/bridge.py": ""})
    ran = project.run("--ssot-scan")
    assert (ran.code, ran.summary[0]) == (0, "allowed: app/admin.py:1  app.old  (moves later)")
    assert ran.summary[1].startswith("rule that matched nothing: app.names:Gone")
    assert project.run().code == 5


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["-m", "ssot_scan"], 0),
        pytest.param(["-m", "ssot_scan", "-n2"], 0, marks=pytest.mark.forked),
        (["-k", "nothing"], 5),
        (["-m", "not_there"], 5),
    ],
)
def test_a_clean_scan_passes_where_it_was_asked_for(
    project: Project, args: list[str], code: int
) -> None:
    full(project)
    project.write({"app/bridge.py": ""})
    assert project.run("--ssot-scan", *args).code == code


@pytest.mark.parametrize(
    ("args", "found"),
    [
        (["tests"], ["tests/test_free.py::test_free", "tests/test_free.py::ssot::old-one"]),
        (["tests/test_free.py::test_free"], ["tests/test_free.py::test_free",
                                             "tests/test_free.py::ssot::old-one"]),
        ([BRIDGE], [BRIDGE]),
        (["app/bridge.py::ssot"], [GONE, BRIDGE]),
        ([BRIDGE, "tests/test_free.py::test_free"],
         ["tests/test_free.py::test_free", BRIDGE, "tests/test_free.py::ssot::old-one"]),
        (["app"], [GONE, BRIDGE]),
        (["--pyargs", "app"], [GONE, BRIDGE]),
        ([".", "--ignore=tests"], [GONE, BRIDGE, "tests/test_free.py::ssot::old-one"]),
        (["-k", "old-one and bridge"], [BRIDGE]),
        (["-k", "Gone"], [GONE]),
        (["-m", "ssot_scan"], [GONE, BRIDGE, "tests/test_free.py::ssot::old-one"]),
        (["-m", "not ssot_scan"], ["tests/test_free.py::test_free"]),
        (["--deselect", "app/bridge.py", "-m", "ssot_scan"], ["tests/test_free.py::ssot::old-one"]),
    ],
)  # fmt: skip
def test_items_are_chosen_as_tests_are(project: Project, args: list[str], found: list[str]) -> None:
    full(project)
    project.write({"tests/test_free.py": "def test_free():\n    import app.old\n"})
    listed = project.run("--ssot-scan", "--collect-only", "-q", *args)
    assert (listed.code, items(listed)) == (0, found)
    ran = project.run("--ssot-scan", *args)
    assert ran.failed == sorted(one for one in found if "::ssot::" in one)
    assert sum(ran.counts.get(how, 0) for how in ("passed", "failed")) == len(found)


def test_a_finding_is_told_without_importing_its_file(project: Project) -> None:
    full(project)
    project.write({"app/bridge.py": "import app.old\nraise SystemExit('imported')\n"})
    ran = project.run("--ssot-scan", BRIDGE)
    assert (ran.code, ran.failed) == (1, [BRIDGE])


def test_arguments_are_seen_from_where_they_were_typed(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    full(project)
    monkeypatch.chdir(project.path / "app")
    listed = project.run("--ssot-scan", "--collect-only", "-q", "bridge.py::ssot::old-one")
    assert items(listed) == [BRIDGE]
    # Without arguments pytest collects what is below.
    assert items(project.run("--ssot-scan", "--collect-only", "-q")) == [GONE, BRIDGE]


@pytest.mark.parametrize("args", [(), pytest.param(("-n2",), marks=pytest.mark.forked)])
@pytest.mark.parametrize(
    ("argument", "told"),
    [
        ("app/new.py::ssot::old-one", "file not found under the root: app/new.py::ssot::old-one"),
        (
            "app/admin.py::ssot::old-one",
            "not found: app/admin.py::ssot::old-one (the scan has no such finding)",
        ),
    ],
)
def test_a_finding_that_is_not_there_is_a_usage_error(
    project: Project, argument: str, told: str, args: tuple[str, ...]
) -> None:
    full(project)
    ran = project.run("--ssot-scan", argument, *args)
    assert ran.code == 4
    assert f"ERROR: {told}" in (ran.errors + ran.text)


def test_a_class_of_that_name_is_a_test(project: Project) -> None:
    full(project, pytest='python_classes = ["ssot"]')
    project.write({"tests/test_free.py": "class ssot:\n    def test_it(self): pass\n"})
    ran = project.run("--ssot-scan", "tests/test_free.py::ssot::test_it")
    assert (ran.code, ran.counts) == (0, {"passed": 1})


def above(folder: str) -> str:
    """What a run tells of rules in *folder*, which holds its rootdir."""
    path = os.path.join(folder, "pyproject.toml")
    return f"not gated by {path}: it is above pytest's rootdir; run pytest with --rootdir={folder}"


def test_a_path_outside_of_the_root_is_told(project: Project) -> None:
    full(project)
    project.write({"inner/pytest.ini": "[pytest]\n", "inner/test_a.py": "def test_a(): pass\n"})
    ran = project.run("--ssot-scan", "--rootdir=inner", "-cinner/pytest.ini", "inner", "tests")
    assert (ran.code, ran.counts["passed"]) == (0, 2)
    told = ["tests (outside of the root: not scanned)"]
    assert ran.summary == [f"not observed: {told[0]}", above("..")]


@pytest.mark.forked
@pytest.mark.parametrize("dist", ["load", "loadfile", "loadscope", "loadgroup"])
def test_workers_tell_what_one_process_tells(project: Project, dist: str) -> None:
    full(project)
    project.write(
        {
            "app/shim.py": "from app.old import make\n",
            "app/user.py": "from app.shim import make\n",
            "app/broken.py": "def broken(:\n    import app.old\n",
            "tests/test_group.py": """
                import pytest

                @pytest.mark.mission_critical
                def test_group():
                    from app.bridge import connect
                    connect()
                """,
        }
    )
    one, many = project.run("--ssot-scan", *ONE), project.run("--ssot-scan", "-n2", "--dist", dist)
    assert one.code == many.code == 1
    assert [nodeid.partition("@")[0] for nodeid in many.failed] == one.failed
    assert many.counts == one.counts
    assert many.summary == one.summary
    assert many.bytes == one.bytes


@pytest.mark.forked
def test_all_workers_have_the_items_of_one_scan(project: Project) -> None:
    """Though the files change between the scan and a worker's start."""
    full(project)
    project.write(
        {
            "conftest.py": """
                import os, pathlib
                worker = os.environ.get("PYTEST_XDIST_WORKER")
                if worker:
                    pathlib.Path(f"app/{worker}.py").write_text("import app.old\\n")
                """
        }
    )
    ran = project.run("--ssot-scan", "-n2")
    assert (ran.code, ran.failed) == (1, [GONE, BRIDGE])


def test_a_site_that_a_test_runs_too_is_one_violation(project: Project) -> None:
    full(project)
    project.write(
        {
            "tests/test_free.py": """
                import pytest

                @pytest.mark.mission_critical
                def test_free():
                    from app.bridge import connect
                    connect()
                """
        }
    )
    ran = project.run("--ssot-scan")
    assert [one["seen"] for one in ran.report["violations"]] == [
        ["static"],
        ["runtime", "static"],
        ["runtime", "static"],
    ]
    test = "tests/test_free.py::test_free"
    assert [(one.at, one.chain, one.tests) for one in ran.violations[1:]] == [
        ("app/bridge.py:2:4 connect", "tests/test_free.py:6 test_free", test),
        ("app/bridge.py:3:4 connect", "tests/test_free.py:6 test_free", test),
    ]
    assert ran.summary[:2] == [
        "app/bridge.py:2  app.old         fails 2 tests",
        "app/bridge.py:3  app.names:Gone  fails 2 tests",
    ]
    assert ran.matched == {"old-one": 2, "app.names:Gone": 1}
    headline = "E   deprecated import: app.old (old-one)"
    assert ran.failure("app/bridge.py: old-one") == [
        "app/bridge.py:2: in connect",
        f"{headline}; told in full by {test}",
    ]


def test_the_modules_that_pass_a_name_on_are_shown(project: Project) -> None:
    full(project)
    project.write(
        {"app/shim.py": "from app.old import make\n", "app/user.py": "from app.shim import make\n"}
    )
    ran = project.run("--ssot-scan", "app/user.py::ssot")
    assert ran.failure("app/user.py: old-one")[:4] == [
        "app/shim.py:1: in <module>",
        "    from app.old import make",
        "app/user.py:1: in <module>",
        ">   from app.shim import make",
    ]


def test_items_have_the_marks_of_their_paths_and_sites(project: Project) -> None:
    full(
        project,
        'mission-critical = ["tests/critical"]\nmarkers = ["critical", "vital"]',
        'markers = ["slow: takes long", "device(name): where"]\naddopts = "--strict-markers"',
    )
    project.write(
        {
            "conftest.py": """
                def pytest_configure(config):
                    config.addinivalue_line("markers", "acting: read by code")
                def pytest_runtest_setup(item):
                    for mark in item.iter_markers("acting"):
                        item.function
                """,
            "tests/critical/test_path.py": "def test_path():\n    import app.old\n",
            "tests/test_marks.py": """
                import pytest
                pytestmark = [pytest.mark.slow]
                @pytest.mark.skip
                @pytest.mark.acting
                @pytest.mark.xfail
                @pytest.mark.parametrize("n", [1])
                def test_marks(n):
                    import app.old
                """,
            "tests/test_vital.py": """
                import pytest
                @pytest.mark.vital
                @pytest.mark.device("a")
                class TestVital:
                    def test_it(self):
                        import app.old
                """,
        }
    )

    def having(expression: str) -> list[str]:
        ran = project.run("--ssot-scan", "--co", "-q", "-m", f"ssot_scan and {expression}")
        return [one.partition("::")[0] for one in items(ran)]

    assert having("critical") == ["tests/critical/test_path.py"]
    assert having("vital") == ["tests/critical/test_path.py", "tests/test_vital.py"]
    assert having("slow") == ["tests/test_marks.py"]
    assert having("device") == ["tests/test_vital.py"]
    assert having("(skip or acting or xfail or parametrize)") == []
    ran = project.run("--ssot-scan", "-m", "ssot_scan")
    assert ran.counts["failed"] == 5


def test_known_findings_pass_but_in_mission_critical_tests(project: Project) -> None:
    full(project, 'mission-critical = ["tests/critical"]')
    project.write(
        {
            "tests/critical/test_path.py": "def test_path():\n    assert 1\n    import app.old\n",
            "tests/test_mark.py": """
                import pytest

                def test_known():
                    import app.old

                @pytest.mark.mission_critical
                def test_mark():
                    import app.old
                """,
            "ssot-baseline.json": """{"version": 1, "entries": [
  {"path": "app/bridge.py", "rule": "app.names:Gone", "name": "Gone", "count": 1},
  {"path": "app/bridge.py", "rule": "old-one", "name": "make", "count": 1},
  {"path": "tests/critical/test_path.py", "rule": "old-one", "name": null, "count": 1},
  {"path": "tests/test_mark.py", "rule": "old-one", "name": null, "count": 1}
]}
""",
        }
    )
    ran = project.run("--ssot-scan", "-m", "ssot_scan")
    failed = ["tests/critical/test_path.py::ssot::old-one", "tests/test_mark.py::ssot::old-one"]
    assert (ran.code, ran.failed, ran.counts["passed"]) == (1, failed, 2)
    assert [(one.verdict, one.at) for one in ran.violations if one.at.startswith("tests")] == [
        ("fails", "tests/critical/test_path.py:3:4 test_path"),
        ("known", "tests/test_mark.py:4:4 test_known"),
        ("fails", "tests/test_mark.py:8:4 test_mark"),
    ]


def test_more_than_is_known_fails_and_says_so(project: Project) -> None:
    full(project)
    project.write(
        {
            "app/bridge.py": "import app.old\ndef again():\n    import app.old\n",
            "ssot-baseline.json": """{"version": 1, "entries": [
  {"path": "app/bridge.py", "rule": "old-one", "name": null, "count": 1}
]}
""",
        }
    )
    ran = project.run("--ssot-scan")
    assert (ran.code, ran.failed) == (1, [BRIDGE])
    assert "E   note: the baseline knows 1, there are 2" in ran.failure("app/bridge.py: old-one")


@pytest.mark.parametrize("args", [(), pytest.param(("-n2",), marks=pytest.mark.forked)])
def test_a_strict_run_tells_what_the_scan_no_longer_finds(
    project: Project, args: tuple[str, ...]
) -> None:
    full(project)
    project.write(
        {
            "app/bridge.py": "import app.old\n",
            "ssot-baseline.json": """{"version": 1, "entries": [
  {"path": "app/bridge.py", "rule": "old-one", "name": null, "count": 3}
]}
""",
        }
    )
    ran = project.run("--ssot-scan", "--ssot-strict", *args)
    assert (ran.code, ran.failed) == (1, [])
    told = "thank you: app/bridge.py reaches app.old (old-one) in fewer places, 3 -> 1"
    assert told in ran.summary


def test_a_broken_baseline_ends_the_run(project: Project) -> None:
    full(project)
    project.write({"ssot-baseline.json": '{"version": 1, "entries": ['})
    ran = project.run("--ssot-scan")
    assert ran.code == 4
    assert "ssot-baseline.json:1: is no JSON" in ran.errors + ran.text


def test_what_cannot_be_read_is_told(project: Project) -> None:
    full(project)
    project.write({"app/broken.py": "def broken(:\n    import app.old\n"})
    ran = project.run("--ssot-scan")
    assert "app/broken.py::ssot::old-one" in ran.failed
    assert ran.report["unreadable"] == [
        {"path": "app/broken.py", "error": "line 1: invalid syntax"}
    ]
    assert "not read: app/broken.py: line 1: invalid syntax" in ran.summary


def test_odd_files_are_items_as_others(project: Project) -> None:
    full(project)
    project.write(
        {
            "app/stub.pyi": "import app.old\n",
            "bin/tool": "#!/usr/bin/env python3\nimport app.old\n",
            "app/sp ace [1].py": "import app.old\n",
            "app/größe.py": "import app.old\n",
            "build/lib.py": "import app.old\n",
            "node_modules/x.py": "import app.old\n",
            "notes.txt": "import app.old\n",
        }
    )
    (project.path / "app" / "cookie.py").write_bytes(b"# coding: latin-1\n# \xe9\nimport app.old\n")
    ran = project.run("--ssot-scan", "-k", "old-one")
    found = {one["importer"]["path"] for one in ran.report["violations"]}
    assert found == {
        "app/admin.py",
        "app/bridge.py",
        "app/cookie.py",
        "app/größe.py",
        "app/sp ace [1].py",
        "app/stub.pyi",
        "bin/tool",
        "build/lib.py",
    }
    assert ran.counts == {"failed": 7, "deselected": 2}


def test_allowances_that_only_the_scan_needed_are_used(project: Project) -> None:
    full(project)
    project.write(
        {
            "app/bridge.py": "import app.old  # ssot: allow[old-one] here\n",
            "tests/test_free.py": """
                import pytest

                @pytest.mark.parametrize("n", [1, 2])
                @pytest.mark.ssot_allow("old-one", reason="not run")
                def test_free(n):
                    if n > 2:
                        import app.old

                @pytest.mark.ssot_allow("old-one", reason="for nothing")
                def test_unused(): pass
                """,
        }
    )
    ran = project.run("--ssot-scan")
    assert (ran.code, ran.counts) == (0, {"passed": 3})
    assert [line for line in ran.summary if line.startswith("unused")] == [
        "unused allowance: tests/test_free.py::test_unused"
    ]


def test_a_mistake_in_a_comment_ends_the_run(project: Project) -> None:
    full(project)
    project.write({"app/bridge.py": "import app.old  # ssot: allow[old-one]\n"})
    ran = project.run("--ssot-scan")
    assert ran.code == 4
    assert "app/bridge.py:1: # ssot: allow[old-one] needs a reason" in ran.errors + ran.text


def test_a_hook_may_allow_what_the_scan_found(project: Project) -> None:
    full(project)
    project.write(
        {
            "conftest.py": """
                def pytest_ssot_violation(item, violation):
                    if item is not None and item.nodeid.endswith("::ssot::old-one"):
                        return "generated"
                """
        }
    )
    ran = project.run("--ssot-scan")
    assert (ran.code, ran.failed) == (1, [GONE])
    assert "allowed: app/bridge.py:2  app.old  (generated)" in ran.summary


def test_rules_of_hooks_are_scanned_for(project: Project) -> None:
    project.configure(tables="")
    project.write(
        {
            "conftest.py": "def pytest_ssot_rules(): return [{'deprecated': 'app.' + 'old'}]\n",
            "app/bridge.py": "import app.old\n",
        }
    )
    assert project.run("--ssot-scan").failed == ["app/bridge.py::ssot::app.old"]


def test_junit_names_the_file_and_the_line(project: Project) -> None:
    full(project)
    project.run("--ssot-scan", "--ssot-report=junit", "--junitxml=out.xml", "-ojunit_family=xunit1")
    cases = ElementTree.parse(project.path / "out.xml").getroot().iter("testcase")
    case = next(one for one in cases if one.get("name") == "old-one")
    assert [case.get(name) for name in ("classname", "file", "line")] == [
        "app.bridge.ssot",
        "app/bridge.py",
        "1",
    ]
    failure, prop = case.find("failure"), case.find("properties/property")
    assert failure is not None
    assert failure.get("message") == "app/bridge.py:2: deprecated import: app.old (old-one)"
    assert prop is not None
    assert prop.get("value") == "fails app/bridge.py:2 app.old (old-one)"


@pytest.mark.fresh
def test_the_last_failed_are_run_again(project: Project) -> None:
    full(project)
    cached = ("--ssot-scan", "-p", "cacheprovider")
    project.bare(*cached, "-pcacheprovider")
    ran = project.python("-mpytest", "--ssot-scan", "--lf")
    ran.assert_outcomes(failed=2)
    project.write({"app/bridge.py": "from app.old import make\n"})
    project.python("-mpytest", "--ssot-scan", "--lf").assert_outcomes(failed=1)


def test_a_run_may_stop_at_a_finding(project: Project) -> None:
    full(project)
    ran = project.run("--ssot-scan", "--maxfail=1")
    assert ran.counts == {"passed": 1, "failed": 1}


def test_what_a_wide_fixture_reaches_at_its_end_is_still_a_tests(project: Project) -> None:
    full(project)
    project.write(
        {
            "tests/test_free.py": """
                import pytest

                @pytest.fixture(scope="session")
                def wide():
                    yield
                    import app.old

                @pytest.mark.mission_critical
                def test_free(wide): pass
                """
        }
    )
    ran = project.run("--ssot-scan", "-k", "free or Gone")
    told = "failed after its end: tests/test_free.py::test_free  tests/test_free.py:6  app.old"
    assert ran.code == 1
    assert told in ran.summary


def test_the_scan_is_no_part_of_what_is_watched(project: Project) -> None:
    full(project)
    project.write({f"app/many/m{n}.py": f"X = {n}\n" for n in range(500)})
    project.write({"tests/test_free.py": "def test_free(): pass\n"})
    ran = project.run("--ssot-scan", "--ssot-strict", "-Werror")
    assert (ran.code, ran.failed) == (1, [GONE, BRIDGE])
    assert (ran.report["not_observed"], ran.report["errors"]) == ([], [])
    assert all(one["seen"] == ["static"] for one in ran.report["violations"])


def test_other_plugins_leave_the_items_alone(project: Project) -> None:
    full(project, pytest='asyncio_default_fixture_loop_scope = "function"')
    project.write(
        {
            "tests/test_free.py": """
                import pytest

                @pytest.mark.asyncio
                @pytest.mark.flaky(reruns=1)
                @pytest.mark.timeout(60)
                async def test_free():
                    if False:
                        import app.old
                """
        }
    )
    plugins = ("anyio", "asyncio", "randomly", "rerunfailures", "timeout", "pytest_forked")
    loaded = [part for name in plugins for part in ("-p", _module(name))]
    ran = project.run("--ssot-scan", *loaded, "--timeout=60", "--reruns=1")
    assert ran.failed == sorted([GONE, BRIDGE, "tests/test_free.py::ssot::old-one"])
    assert (ran.code, ran.counts["passed"], ran.counts["rerun"]) == (1, 1, 3)


def _module(plugin: str) -> str:
    return {
        "anyio": "anyio.pytest_plugin",
        "asyncio": "pytest_asyncio.plugin",
        "randomly": "pytest_randomly",
        "rerunfailures": "pytest_rerunfailures",
        "timeout": "pytest_timeout",
    }.get(plugin, plugin)


@pytest.mark.parametrize("ways", [[], ["--ssot-strict"], ["--ssot-scan"]])
def test_rules_above_the_rootdir_are_told_to_hold_for_nothing(
    project: Project, ways: list[str]
) -> None:
    project.write(
        {
            "packages/one/pytest.ini": "[pytest]\npythonpath = ../..\n",
            "packages/one/test_it.py": "def test_it(): import app.old\n",
        }
    )
    ran = project.run(*ways, "packages/one")
    assert ran.counts == {"passed": 1}
    assert ran.summary == [above(os.path.join("..", ".."))]
