"""Ways out of the gate that were found, and are closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Project

pytestmark = pytest.mark.forked

FILE = "tests/test_it.py"
HEAD = """
        import importlib
        import multiprocessing
        import os
        import pathlib
        import signal
        import subprocess
        import sys
        import threading
        import time
        from concurrent.futures import ThreadPoolExecutor

        import pytest

        pytestmark = pytest.mark.mission_critical
        ROOT = pathlib.Path(__file__).parents[1]
        """


@pytest.fixture
def given(project: Project) -> Project:
    """A project whose children can import from it, wherever they are started."""
    project.write(
        {
            "job.py": f"import sys\nsys.path.insert(0, {str(project.path)!r})\nimport app.old\n",
            "app/uses.py": "import app.old\n",
        }
    )
    return project


def failed(*tests: str) -> list[str]:
    return [f"{FILE}::{test}" for test in sorted(tests)]


def test_children_started_with_the_usual_arguments(given: Project) -> None:
    """No folder of their own, no session: from 3.13 on, that is another system call."""
    given.write(
        {
            FILE: HEAD
            + """
        JOB = str(ROOT / "job.py")

        @pytest.fixture(scope="session")
        def server(): subprocess.run([sys.executable, JOB], check=True)

        @pytest.fixture(scope="session")
        def executed():
            pid = os.fork()
            if not pid:
                os.execv(sys.executable, ["python", JOB])
            assert os.waitpid(pid, 0)[1] == 0

        def test_plain(): subprocess.run([sys.executable, JOB], check=True)
        def test_path():
            env = {**os.environ, "PYTHONPATH": str(ROOT)}
            subprocess.run([sys.executable, "-m", "app.uses"], env=env, check=True)
        def test_environment(monkeypatch):
            monkeypatch.setenv("PYTHONPATH", str(ROOT))
            subprocess.run([sys.executable, "-m", "app.uses"], check=True)
        def test_command(monkeypatch):
            monkeypatch.setenv("PYTHONPATH", str(ROOT))
            subprocess.run([sys.executable, "-c", "import app.old"], check=True)
        def test_kept_files(): subprocess.run([sys.executable, JOB], close_fds=False, check=True)
        def test_emptied(): subprocess.run([sys.executable, "-c", "pass"], env={}, check=True)
        def test_isolated(): subprocess.run([sys.executable, "-I", "-c", "pass"], check=True)
        def test_server_first(server): pass
        def test_server_second(server): pass
        def test_executed_first(executed): pass
        def test_executed_second(executed): pass
        def test_nothing(): subprocess.run([sys.executable, "-c", "pass"], check=True)
        """
        }
    )
    ran = given.run()
    reaching = ("plain", "path", "environment", "command", "kept_files", "server_first")
    later = ("server_second", "executed_first", "executed_second")
    assert ran.failed == failed(*(f"test_{one}" for one in (*reaching, *later)))
    assert len(ran.report["not_observed"]) == 2
    assert (f"{FILE}:38:4 test_command", "fails") in {
        (one.at, one.verdict) for one in ran.violations
    }


def test_a_process_without_a_number_blames_nobody_else(given: Project) -> None:
    given.write(
        {
            "tool.py": f"""
                import sys
                sys.path.insert(0, {str(given.path)!r})
                from concurrent.futures import ThreadPoolExecutor
                def use(): import app.old
                with ThreadPoolExecutor() as pool: pool.submit(use).result()
                """,
            FILE: HEAD
            + """
        def test_1_innocent():
            with ThreadPoolExecutor() as pool: pool.submit(str).result()
        def test_2_guilty(): assert os.system(f"{sys.executable} {ROOT / 'tool.py'}") == 0
        def test_3_innocent():
            with ThreadPoolExecutor() as pool: pool.submit(str).result()
        """,
        }
    )
    ran = given.run()
    assert ran.failed == failed("test_2_guilty")
    assert ran.text.count("after its end") == 0


def test_a_process_without_a_number_that_outlives_its_test(given: Project) -> None:
    given.write(
        {
            FILE: HEAD
            + """
        GO = ROOT / "go"
        SOURCE = (
            f"import sys, time, pathlib; sys.path.insert(0, {str(ROOT)!r})\\n"
            f"while not pathlib.Path({str(GO)!r}).exists(): time.sleep(0.01)\\n"
            "import app.uses\\n"
            f"pathlib.Path({str(GO) + '.done'!r}).touch()"
        )
        def test_starts():
            (ROOT / "late.py").write_text(SOURCE)
            os.system(f"{sys.executable} {ROOT / 'late.py'} &")
        def test_is_running_then():
            GO.touch()
            while not pathlib.Path(str(GO) + ".done").exists(): time.sleep(0.01)
        """
        }
    )
    ran = given.run()
    assert (ran.failed, ran.code) == ([], 1)
    assert [one.tests for one in ran.violations] == [f"{FILE}::test_starts"]


def test_an_import_that_is_handed_over_is_of_who_hands_it_over(given: Project) -> None:
    given.write(
        {
            FILE: HEAD
            + """
        load = importlib.import_module
        def test_thread():
            thread = threading.Thread(target=load, args=("app.old",))
            thread.start()
            thread.join()
        def test_pool():
            with ThreadPoolExecutor() as pool:
                pool.submit(load, "app.old").result()
        @pytest.mark.parametrize("how", ["fork", "spawn"])
        def test_process(how):
            process = multiprocessing.get_context(how).Process(target=load, args=("app.old",))
            process.start()
            process.join()
        def test_process_pool():
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                pool.apply(load, ("app.old",))
        """
        }
    )
    ran = given.run("-W", "ignore::DeprecationWarning:multiprocessing")
    names = ("test_thread", "test_pool", "test_process[fork]", "test_process[spawn]")
    assert ran.failed == failed(*names, "test_process_pool")
    assert [one.at for one in ran.violations if one.target == "app.old"] == [
        f"{FILE}:20:4 test_thread",
        f"{FILE}:24:8 test_pool",
        f"{FILE}:28:4 test_process",
        f"{FILE}:32:8 test_process_pool",
    ]


@pytest.mark.parametrize("mock", ["os.listdir", "os.stat", "os.open", "builtins.open"])
def test_functions_that_a_test_replaces_are_not_asked(given: Project, mock: str) -> None:
    given.write(
        {
            FILE: HEAD
            + f"""
        from unittest import mock

        @pytest.fixture
        def replaced():
            with mock.patch("{mock}", side_effect=OSError("not now")):
                yield

        def test_1_first(): subprocess.run([sys.executable, str(ROOT / "job.py")], cwd=ROOT)
        def test_2_guilty(replaced):
            os.spawnv(os.P_WAIT, sys.executable, ["python", str(ROOT / "job.py")])
        def test_3_other(replaced): pass
        def test_4_later(): subprocess.run([sys.executable, str(ROOT / "job.py")], cwd=ROOT)
        """
        }
    )
    ran = given.run("--ssot-strict")
    assert ran.failed == failed("test_1_first", "test_2_guilty", "test_4_later")
    assert ran.report["errors"] == []


def test_a_child_that_closes_its_files_writes_into_none_of_the_users(given: Project) -> None:
    given.write(
        {
            "app/older.py": "",
            "child.py": f"""
                import os, sys
                sys.path.insert(0, {str(given.path)!r})
                import app.old
                os.closerange(3, 100)
                with open({str(given.path / "data.txt")!r}, "w") as file:
                    file.write("theirs")
                    file.flush()
                    import app.older
                """,
            FILE: HEAD
            + """
        def test_it(): subprocess.run([sys.executable, str(ROOT / "child.py")], check=True)
        """,
        }
    )
    given.configure(tables=given.rule + '[[tool.pytest-ssot.rules]]\ndeprecated = "app.older"\n')
    ran = given.run()
    assert (given.path / "data.txt").read_text() == "theirs"
    assert [one.at for one in ran.violations] == ["child.py:3:0", "child.py:8:4"]


def test_what_a_module_starts_while_it_loads_is_its_own(given: Project) -> None:
    given.write(
        {
            "app/thread.py": """
                import threading
                def reach(): import app.old
                thread = threading.Thread(target=reach)
                thread.start()
                thread.join()
                """,
            "app/pool.py": """
                from concurrent.futures import ThreadPoolExecutor
                def reach(): import app.old
                with ThreadPoolExecutor() as pool: pool.submit(reach).result()
                """,
            "app/child.py": f"""
                import subprocess, sys
                subprocess.run([sys.executable, {str(given.path / "job.py")!r}], check=True)
                """,
            FILE: HEAD
            + """
        @pytest.mark.parametrize("module", ["thread", "pool", "child"])
        def test_1(module): importlib.import_module(f"app.{module}")
        @pytest.mark.parametrize("module", ["thread", "pool", "child"])
        def test_2(module): importlib.import_module(f"app.{module}")
        def test_3(): pass
        """,
        }
    )
    each = [f"[{module}]" for module in ("thread", "pool", "child")]
    ran = given.run()
    assert ran.failed == failed(*(f"test_{number}{one}" for number in (1, 2) for one in each))


def test_fixtures_that_ask_for_others_late_or_in_vain(given: Project) -> None:
    given.write(
        {
            FILE: HEAD
            + """
        @pytest.fixture(scope="session")
        def db(): import app.old
        @pytest.fixture(scope="session")
        def get(request): return request.getfixturevalue
        @pytest.fixture(scope="module")
        def bad():
            import app.uses
            raise RuntimeError("bad")

        def ask(request):
            with pytest.raises(RuntimeError): request.getfixturevalue("bad")

        def test_1(get): get("db")
        def test_2(get): get("db")
        def test_3(request): ask(request)
        def test_4(request): ask(request)
        """
        }
    )
    ran = given.run()
    assert ran.failed == failed("test_1", "test_2", "test_3", "test_4")
    for number in (2, 4):
        alone = given.run(f"{FILE}::test_{number}")
        assert alone.failed == failed(f"test_{number}")


@pytest.mark.parametrize("args", [("-n", "auto", "--pdb"), ("-n0",), ("-p", "no:xdist")])
def test_children_where_no_worker_is_started(given: Project, args: tuple[str, ...]) -> None:
    given.write(
        {
            FILE: HEAD
            + """
        def test_it(): subprocess.run([sys.executable, str(ROOT / "job.py")], check=True)
        """
        }
    )
    assert given.run(*args).failed == failed("test_it")


def test_a_run_in_a_child_has_numbers_of_its_own(given: Project) -> None:
    given.write(
        {
            "inner/pytest.ini": "[pytest]\naddopts = -p no:cacheprovider\n",
            "inner/pyproject.toml": given.rule,
            "inner/test_inner.py": """
                import os, sys
                import pytest

                @pytest.mark.mission_critical
                def test_inner():
                    os.system(f"{sys.executable} use.py")
                """,
            "inner/use.py": (given.path / "job.py").read_text(),
            FILE: HEAD
            + """
        def test_it():
            ran = subprocess.run(
                [sys.executable, "-m", "pytest", "test_inner.py"], cwd=ROOT / "inner"
            )
            assert ran.returncode == 1
        """,
        }
    )
    given.write({"inner/pyproject.toml": "[tool.pytest-ssot]\n" + given.rule})
    ran = given.run("tests")
    assert [(one.at, one.tests) for one in ran.violations] == [
        ("inner/use.py:3:0", f"{FILE}::test_it")
    ]
    assert "E   deprecated import: app.old" in ran.text
    assert ran.counts == {"failed": 1}


def test_a_signal_handler_may_start_a_process_while_one_is_started(given: Project) -> None:
    given.write(
        {
            FILE: HEAD
            + """
        def test_it():
            def handle(number, frame):
                subprocess.run(["true"], cwd="/")
                signal.setitimer(signal.ITIMER_REAL, 0.002)
            before = signal.signal(signal.SIGALRM, handle)
            signal.setitimer(signal.ITIMER_REAL, 0.002)
            try:
                for _ in range(100): subprocess.run(["true"], cwd="/")
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
                signal.signal(signal.SIGALRM, before)
        """
        }
    )
    assert given.run().counts == {"passed": 1}


def test_a_fork_that_leaves_its_test_by_an_exception_takes_nothing_along(given: Project) -> None:
    given.write(
        {
            FILE: HEAD
            + """
        def test_1_forks():
            pid = os.fork()
            if not pid:
                sys.exit(0)
            os.waitpid(pid, 0)
        def test_2_guilty(): subprocess.run([sys.executable, str(ROOT / "job.py")], check=True)
        """
        }
    )
    assert f"{FILE}::test_2_guilty" in given.run("-W", "ignore::DeprecationWarning").failed


def test_a_skip_in_teardown_excuses_nothing(given: Project) -> None:
    given.write(
        {
            FILE: HEAD
            + """
        @pytest.fixture
        def skipping():
            yield
            import app.old
            pytest.skip()

        def test_it(skipping): pass
        """
        }
    )
    assert given.run().failed == failed("test_it")


@pytest.mark.fresh
def test_runs_in_one_process_leave_nothing_behind(given: Project) -> None:
    given.write(
        {
            "main.py": """
                import gc, pytest
                from pytest_ssot.runtime.watcher import Watcher
                def left():
                    pytest.main(["-q", "tests"])
                    gc.collect()
                    return sum(isinstance(one, Watcher) for one in gc.get_objects())
                print("more:", -left() + [left(), left(), left()][-1])
                """,
            FILE: "def test_it(): pass\n",
        }
    )
    assert "more: 0" in given.python("main.py").stdout.str()
