"""Child processes: what they reach belongs to the test that started them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Project

pytestmark = pytest.mark.forked

FILE = "tests/test_it.py"
METHODS = ["fork", "forkserver", "spawn"]
HEAD = """
        import asyncio
        import multiprocessing
        import os
        import pathlib
        import subprocess
        import sys
        from concurrent.futures import ProcessPoolExecutor

        import pytest

        pytestmark = pytest.mark.mission_critical
        ROOT = pathlib.Path(__file__).parents[1]
        METHODS = ["fork", "forkserver", "spawn"]

        def python(*args, **options):
            options = {"cwd": ROOT, "check": True, **options}
            return subprocess.run([sys.executable, *args], **options)

        def reach():
            import app.old

        """
BRIDGE = {"app/bridge.py": "import json\nimport app.old\n"}


def failed(*tests: str) -> list[str]:
    return [f"{FILE}::{test}" for test in sorted(tests)]


def test_whatever_starts_it(project: Project) -> None:
    project.write(
        {
            **BRIDGE,
            "script.py": "import app.bridge\n",
            FILE: HEAD
            + """
        def test_module(): python("-m", "app.bridge")
        def test_script(): python("script.py")
        def test_command(): python("-c", "import app.bridge")
        def test_stdin(): python("-", input=b"import app.bridge")
        def test_popen():
            with subprocess.Popen([sys.executable, "script.py"], cwd=ROOT) as process:
                assert process.wait() == 0
        def test_posix_spawn():
            env = {**os.environ, "PYTHONPATH": f"{os.environ['PYTHONPATH']}:{ROOT}"}
            pid = os.posix_spawn(sys.executable, ["python", "-m", "app.bridge"], env)
            assert os.waitpid(pid, 0)[1] == 0
        def test_system(): assert os.system(f"cd {ROOT} && {sys.executable} script.py") == 0
        def test_shell(): subprocess.run(f"{sys.executable} script.py", shell=True, cwd=ROOT)
        def test_asyncio():
            async def main():
                made = await asyncio.create_subprocess_exec(sys.executable, "script.py", cwd=ROOT)
                assert await made.wait() == 0
            asyncio.run(main())
        def test_another_path(): python("script.py", env={**os.environ, "PYTHONPATH": "nowhere"})
        def test_of_a_child():
            python("-c", "import subprocess, sys; subprocess.run([sys.executable, 'script.py'])")
        def test_fork():
            pid = os.fork()
            if not pid:
                import app.bridge
                os._exit(0)
            assert os.waitpid(pid, 0)[1] == 0
        def test_other(): python("-c", "import json")
        """,
        }
    )
    ran = project.run()
    reaching = (
        *("module", "script", "command", "stdin", "popen", "posix_spawn", "system", "shell"),
        *("asyncio", "another_path", "of_a_child", "fork"),
    )
    assert ran.failed == failed(*(f"test_{one}" for one in reaching))
    assert [one.at for one in ran.violations if one.verdict == "fails"] == ["app/bridge.py:2:0"]
    again = project.run("-n2")
    assert again.failed == ran.failed
    # From 3.12 on, to fork is deprecated in a worker, which has threads.
    assert [one for one in again.violations if one.target == "app.old"] == [
        one for one in ran.violations if one.target == "app.old"
    ]


def test_the_failure_leads_from_the_test_through_the_child(project: Project) -> None:
    project.write(
        {
            **BRIDGE,
            "script.py": "\nimport app.bridge\n",
            FILE: HEAD
            + """
        def test_it():
            python("script.py")
        """,
        }
    )
    ran = project.run()
    assert ran.failure("test_it") == [
        f"{FILE}:24: in test_it",
        '    python("script.py")',
        f"{FILE}:17: in python",
        "    return subprocess.run([sys.executable, *args], **options)",
        "script.py:2: in <module>",
        "    import app.bridge",
        "app/bridge.py:2: in <module>",
        ">   import app.old",
        "E   deprecated import: app.old",
        "E   use:  import app.new",
        "E   fix:  change app/bridge.py:2",
    ]


def test_source_on_a_command_line_is_of_who_wrote_that_line(project: Project) -> None:
    project.write(
        {
            FILE: HEAD
            + """
        def test_it():
            subprocess.run([sys.executable, "-c", "import app.old"], cwd=ROOT, check=True)

        def test_allowed():
            subprocess.run(
                [sys.executable, "-c", "def f():\\n import app.old\\nf()"], cwd=ROOT, check=True
            )  # ssot: allow[app.old] it is what is tested
        """
        }
    )
    ran = project.run()
    assert ran.failed == failed("test_it")
    assert [(one.at, one.verdict) for one in ran.violations] == [
        (f"{FILE}:24:4 test_it", "fails"),
        (f"{FILE}:27:4 test_allowed", "allowed"),
    ]


def test_processes_of_multiprocessing(project: Project) -> None:
    project.write(
        {
            FILE: HEAD
            + """
        def joined(method, target):
            process = multiprocessing.get_context(method).Process(target=target)
            process.start()
            process.join()
            assert process.exitcode == 0

        @pytest.mark.parametrize("method", METHODS)
        def test_1_starts_a_server(method): joined(method, int)
        @pytest.mark.parametrize("method", METHODS)
        def test_2_reaches(method): joined(method, reach)
        @pytest.mark.parametrize("method", METHODS)
        def test_3_other(method): joined(method, int)
        """
        }
    )
    ran = project.run("-W", "ignore::DeprecationWarning:multiprocessing")
    assert ran.failed == failed(*(f"test_2_reaches[{method}]" for method in METHODS))
    assert [one.at for one in ran.violations if one.target == "app.old"] == [f"{FILE}:20:4 reach"]


def test_process_pools_work_for_who_submits(project: Project) -> None:
    project.write(
        {
            FILE: HEAD
            + """
        @pytest.fixture(scope="session", params=METHODS)
        def pool(request):
            with multiprocessing.get_context(request.param).Pool(1) as made:
                made.apply(int)
                yield made

        @pytest.fixture(scope="session", params=METHODS)
        def executor(request):
            context = multiprocessing.get_context(request.param)
            with ProcessPoolExecutor(1, mp_context=context) as made:
                made.submit(int).result()
                yield made

        def test_1_applies(pool): pool.apply(reach)
        def test_2_applies_another(pool): pool.apply(int)
        def test_3_submits(executor): executor.submit(reach).result()
        def test_4_submits_another(executor): executor.submit(int).result()
        """
        }
    )
    ran = project.run("-W", "ignore::DeprecationWarning:multiprocessing")
    assert ran.failed == failed(
        *(f"test_1_applies[{method}]" for method in METHODS),
        *(f"test_3_submits[{method}]" for method in METHODS),
    )


def test_a_child_that_is_killed_has_told(project: Project) -> None:
    project.write(
        {
            **BRIDGE,
            FILE: HEAD
            + """
        def test_it():
            source = "import app.bridge, time; print(flush=True); time.sleep(60)"
            process = subprocess.Popen(
                [sys.executable, "-c", source], cwd=ROOT, stdout=subprocess.PIPE
            )
            with process:
                process.stdout.readline()
                process.kill()
        """,
        }
    )
    assert project.run().failed == failed("test_it")


def test_a_child_that_outlives_its_test_belongs_to_it(project: Project) -> None:
    project.write(
        {
            **BRIDGE,
            FILE: HEAD
            + """
        started = []

        def test_starts():
            source = "input(); import app.bridge"
            started.append(subprocess.Popen(
                [sys.executable, "-c", source], cwd=ROOT, stdin=subprocess.PIPE
            ))

        def test_is_running_then():
            started[0].communicate(b"now\\n")
        """,
        }
    )
    ran = project.run()
    assert (ran.failed, ran.code) == ([], 1)
    assert [one.tests for one in ran.violations] == [f"{FILE}::test_starts"]
    assert f"failed after its end: {FILE}::test_starts  app/bridge.py:2  app.old" in ran.summary


def test_a_child_of_a_fixture_belongs_to_all_who_use_it(project: Project) -> None:
    project.write(
        {
            **BRIDGE,
            FILE: HEAD
            + """
        @pytest.fixture(scope="module")
        def server():
            return python("-m", "app.bridge")

        def test_first(server): pass
        def test_other(): pass
        def test_second(server): pass
        """,
        }
    )
    assert project.run().failed == failed("test_first", "test_second")
    assert project.run(f"{FILE}::test_second").failed == failed("test_second")


def test_what_cannot_be_watched_is_named(project: Project) -> None:
    project.write(
        {
            **BRIDGE,
            FILE: HEAD
            + """
        def test_isolated(): python("-I", "-c", "pass")
        def test_without_site(): python("-bS", "-c", "pass")
        def test_without_environment(): python("-Wignore", "-X", "dev", "-E", "-c", "pass")
        def test_emptied(): python("-c", "pass", env={})
        def test_option_of_the_script(): python("-c", "pass", "-I")
        def test_other_program(): subprocess.run(["true"], env={}, check=True)
        """,
        }
    )
    ran = project.run()
    assert ran.code == 0
    at = f"a child process of {FILE}:17: "
    name = Path(sys.executable).name
    assert ran.report["not_observed"] == [
        f"{at}{name} -E ignores the environment or skips sitecustomize",
        f"{at}{name} -I ignores the environment or skips sitecustomize",
        f"{at}{name} -S ignores the environment or skips sitecustomize",
        f"{at}{name} was started without PYTEST_SSOT_CHANNEL in its environment",
    ]
    assert [line for line in ran.summary if line.startswith("not observed: a child")]


def test_the_sitecustomize_of_the_user_still_runs(project: Project) -> None:
    project.write(
        {
            **BRIDGE,
            "site/sitecustomize.py": "import sys\nsys.ran = __file__\n",
            "broken/sitecustomize.py": "import nothing_of_that_name\n",
            FILE: HEAD
            + """
        SHOW = "import sys, sitecustomize; print(sys.ran, sitecustomize.__file__, sys.path)"
        def test_theirs():
            env = {**os.environ, "PYTHONPATH": str(ROOT / "site")}
            shown = python("-c", SHOW, env=env, stdout=subprocess.PIPE, text=True).stdout
            theirs = ROOT / "site" / "sitecustomize.py"
            assert shown.startswith(f"{theirs} {theirs} [")
            assert "pytest_ssot" not in shown
        def test_broken():
            env = {**os.environ, "PYTHONPATH": str(ROOT / "broken")}
            ran = python("-c", "import app.bridge", env=env, stderr=subprocess.PIPE, text=True)
            assert "ModuleNotFoundError: No module named 'nothing_of_that_name'" in ran.stderr
        def test_none():
            shown = python("-c", "import sys; print(*sys.path)", stdout=subprocess.PIPE, text=True)
            assert "pytest_ssot/runtime" not in shown.stdout
        """,
        }
    )
    ran = project.run()
    assert ran.failed == failed("test_broken"), ran.text
    assert ran.violations[0].at == "app/bridge.py:2:0"


def test_the_child_sees_what_the_run_sees(project: Project) -> None:
    """Names, warnings, modules that warn of themselves, what is only looked at."""
    project.write(
        {
            "app/names.py": "Old = 1\nNew = 2\n",
            "app/warns.py": "import warnings\nwarnings.warn('app.warns', DeprecationWarning)\n",
            "app/calls.py": """
                import warnings

                def old():
                    warnings.warn("use new", DeprecationWarning, stacklevel=2)
                """,
            "script.py": """
                import app.names
                import app.warns
                from app.calls import old

                app.names.Old
                {name: getattr(app.names, name) for name in dir(app.names)}
                old()
                """,
            FILE: HEAD
            + """
        def test_it(): python("script.py")
        """,
        }
    )
    project.configure(
        "", '[[tool.pytest-ssot.rules]]\ndeprecated = "app.names:Old"\nuse = "app:New"'
    )
    ran = project.run()
    assert [(one.target, one.at) for one in ran.violations] == [
        ("app.warns", "script.py:2:0"),
        ("app.names:Old", "script.py:5:0"),
        ("app.calls:old", "script.py:7:0"),
    ]
    assert ran.swept == [("app.names:Old", "Old", "script.py:6:7")]
    assert ran.matched == {"app.names:Old": 1, "app.warns": 1}


def test_it_can_be_switched_off(project: Project) -> None:
    project.configure("subprocess = false")
    project.write(
        {
            **BRIDGE,
            FILE: HEAD
            + """
        def test_it():
            assert "PYTEST_SSOT_CHANNEL" not in os.environ
            python("-m", "app.bridge")
        """,
        }
    )
    ran = project.run()
    assert (ran.code, ran.violations) == (0, [])


def test_pytest_runs_in_tests(project: Project) -> None:
    """A run inside a test tells of its own rules, and the test has what it reaches of the outer."""
    project.write(
        {
            **BRIDGE,
            "conftest.py": "pytest_plugins = ['pytester']\n",
            FILE: """
                import pathlib
                import pytest

                pytestmark = pytest.mark.mission_critical
                ROOT = pathlib.Path(__file__).parents[1]

                @pytest.fixture
                def inner(pytester):
                    pytester.syspathinsert(ROOT)
                    pytester.makepyfile("def test_it(): import app.bridge")
                    # It takes PYTEST_ADDOPTS away.
                    pytester.makeini("[pytest]\\naddopts = -p ssot -p xdist")
                    return pytester

                def test_process(inner): assert inner.runpytest_subprocess().ret == 0
                def test_worker(inner): assert inner.runpytest_subprocess("-n1").ret == 0
                def test_inside(inner): assert inner.runpytest_inprocess().ret == 0
                def test_without(inner):
                    assert inner.runpytest_subprocess("-p", "no:ssot").ret == 0
                def test_errors(inner):
                    assert inner.runpytest_subprocess("-W", "error").ret == 0
                def test_rule_of_its_own(inner):
                    inner.makefile(".toml", pyproject='''
                        [tool.pytest-ssot]
                        first-party = ["app", "test_rule_of_its_own"]
                        [[tool.pytest-ssot.rules]]
                        deprecated = "app.old"
                        use = "app.newer"
                        ''')
                    ran = inner.runpytest_subprocess("--ssot-strict")
                    assert ran.ret == 1
                    ran.stdout.fnmatch_lines(["E   use:  import app.newer"])
                def test_nothing(inner):
                    inner.makepyfile("def test_it(): pass")
                    ran = inner.runpytest_subprocess("--ssot-strict")
                    assert ran.ret == 0
                    ran.stdout.no_fnmatch_line("*= ssot =*")
                """,
        }
    )
    ran = project.run()
    reaching = ("process", "worker", "inside", "without", "errors", "rule_of_its_own")
    own = [one for one in ran.failed if one.startswith(FILE)]  # and not the inner runs'
    assert own == failed(*(f"test_{one}" for one in reaching))
    assert [one.at for one in ran.violations] == ["app/bridge.py:2:0"]
    assert ran.counts == {"failed": len(reaching), "passed": 1}


@pytest.mark.skipif(sys.platform == "win32", reason="no links without rights on Windows")
def test_another_python_is_watched_or_says_that_it_is_not(project: Project) -> None:
    """Whatever its folder holds: the very code of the run is used there."""
    project.write(
        {
            **BRIDGE,
            FILE: HEAD
            + """
        def test_it(tmp_path):
            base = pathlib.Path(sys.base_prefix, "bin", f"python3.{sys.version_info[1]}")
            subprocess.run([base, "-m", "app.bridge"], cwd=ROOT, check=True)
        """,
        }
    )
    assert project.run().failed == failed("test_it")


def test_the_way_to_a_childs_own_child(project: Project) -> None:
    project.write(
        {
            **BRIDGE,
            "app/entry.py": "import app.starts\n",
            "app/starts.py": """
                import subprocess, sys
                subprocess.run([sys.executable, "-m", "app.bridge"], check=True)
                def late():
                    subprocess.run([sys.executable, "-c", "import app.old"], check=True)
                late()
                """,
            FILE: HEAD
            + """
        def test_it():
            python("-c", "import app.entry")
        """,
        }
    )
    ran = project.run()
    assert ran.failed == failed("test_it")
    assert [(one.at, one.chain) for one in ran.violations] == [
        (
            "app/bridge.py:2:0",
            f"{FILE}:24 test_it > {FILE}:17 python > app/entry.py:1 > app/starts.py:2",
        ),
        (
            "app/starts.py:4:4 late",
            f"{FILE}:24 test_it > {FILE}:17 python > app/entry.py:1 > app/starts.py:5",
        ),
    ]
