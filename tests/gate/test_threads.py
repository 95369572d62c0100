"""Threads and pools: what they reach belongs to the test that started or submitted it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Project

HEAD = """
        import _thread
        import contextvars
        import threading
        from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
        from multiprocessing.pool import ThreadPool

        import pytest

        pytestmark = pytest.mark.mission_critical

        def reach():
            import app.old
        """
FILE = "tests/test_it.py"


def failed(*tests: str) -> list[str]:
    return [f"{FILE}::{test}" for test in sorted(tests)]


@pytest.mark.thread
def test_a_thread_belongs_to_the_test_that_starts_it(project: Project) -> None:
    project.write(
        {
            FILE: HEAD
            + """
        class Own(threading.Thread):
            def run(self): reach()

        class Equal(threading.Thread):
            def __hash__(self): return 1
            def __eq__(self, other): return True
            def run(self): reach()

        def joined(thread):
            thread.start()
            thread.join()

        def test_plain(): joined(threading.Thread(target=reach))
        def test_subclass(): joined(Own())
        def test_equal_to_all(): joined(Equal())
        def test_timer(): joined(threading.Timer(0, reach))
        def test_raw():
            done = threading.Event()
            def work():
                reach()
                done.set()
            _thread.start_new_thread(work, ())
            assert done.wait(30)
        def test_raw_with_arguments():
            done = threading.Event()
            def work(event, *, then):
                reach()
                then(event)
            _thread.start_new_thread(work, (done,), {"then": lambda event: event.set()})
            assert done.wait(30)
        def test_of_a_thread(): joined(threading.Thread(target=lambda: joined(Own())))
        def test_other(): joined(threading.Thread(target=int))
        """
        }
    )
    ran = project.run()
    assert ran.failed == failed(
        "test_plain",
        "test_subclass",
        "test_equal_to_all",
        "test_timer",
        "test_raw",
        "test_raw_with_arguments",
        "test_of_a_thread",
    )
    assert [one.at for one in ran.violations] == [f"{FILE}:12:4 reach"]


@pytest.mark.forked
def test_a_thread_that_outlives_its_test_still_belongs_to_it(project: Project) -> None:
    project.write(
        {
            FILE: HEAD
            + """
        go = threading.Event()
        threads = []

        def straggle():
            go.wait(30)
            reach()

        def test_starts():
            threads.append(threading.Thread(target=straggle))
            threads[0].start()

        def test_is_running_then():
            go.set()
            threads[0].join()
        """
        }
    )
    ran = project.run()
    assert ran.failed == []
    assert ran.counts == {"passed": 2}
    assert ran.code == 1, "a gated test cannot be excused by having ended"
    assert [one.tests for one in ran.violations] == [f"{FILE}::test_starts"]
    assert ran.summary == [
        f"{FILE}:12  app.old  fails 1 test",
        f"failed after its end: {FILE}::test_starts  {FILE}:12  app.old",
    ]
    for args in (["-n1"], ["-p", "no:terminal"]):
        again = project.run(*args)
        assert (again.code, again.bytes) == (1, ran.bytes)


@pytest.mark.thread
def test_what_ends_after_the_run_is_told(project: Project) -> None:
    project.write(
        {
            "conftest.py": """
                def pytest_unconfigure(config):
                    import threads
                    threads.go.set()
                    threads.started[0].join()
                """,
            "threads.py": "import threading\ngo = threading.Event()\nstarted = []\n",
            FILE: HEAD
            + """
        import threads

        def straggle():
            threads.go.wait(30)
            reach()

        def test_starts():
            threads.started.append(threading.Thread(target=straggle))
            threads.started[0].start()
        """,
        }
    )
    ran = project.run()
    assert f"ssot: after the end: {FILE}:12  app.old  {FILE}::test_starts" in ran.errors
    assert ran.code == 1


@pytest.mark.thread
def test_a_thread_of_a_test_that_is_not_gated_fails_nothing(project: Project) -> None:
    project.write(
        {
            "tests/test_free.py": """
                import threading

                go, threads = threading.Event(), []

                def straggle():
                    go.wait(30)
                    import app.old

                def test_starts():
                    threads.append(threading.Thread(target=straggle))
                    threads[0].start()

                def test_then():
                    go.set()
                    threads[0].join()
                """
        }
    )
    ran = project.run()
    assert ran.code == 0
    assert [one.tests for one in ran.violations] == ["tests/test_free.py::test_starts"]
    assert project.run("--ssot-strict").code == 1


@pytest.mark.forked
def test_the_work_of_a_pool_belongs_to_who_submits_it(project: Project) -> None:
    project.write(
        {
            FILE: HEAD
            + """
        futures, pool = ThreadPoolExecutor(1), ThreadPool(1)
        several = ThreadPoolExecutor(4)

        def test_1_starts_them():
            futures.submit(int).result()
            pool.apply(int)
            list(several.map(str, range(8)))
        def test_2_submit(): futures.submit(reach).result()
        def test_3_submits_nothing(): futures.submit(int).result()
        def test_4_map(): list(several.map(lambda _: reach(), range(4)))
        def test_5_apply(): pool.apply(reach)
        def test_6_imap(): list(pool.imap(lambda _: reach(), range(2)))
        def test_7_map_async(): pool.map_async(lambda _: reach(), range(2)).get()
        def test_8_applies_nothing(): pool.apply(int)
        def test_9_with_an_initializer():
            with ThreadPoolExecutor(1, initializer=reach) as own:
                own.submit(int).result()
        """
        }
    )
    reaching = ("2_submit", "4_map", "5_apply", "6_imap", "7_map_async", "9_with_an_initializer")
    wanted = failed(*(f"test_{one}" for one in reaching))
    assert project.run().failed == wanted
    assert project.run("-n2").failed == wanted
    alone = project.run(f"{FILE}::test_3_submits_nothing", f"{FILE}::test_5_apply")
    assert alone.failed == failed("test_5_apply")


@pytest.mark.forked
def test_work_that_outlives_its_test_belongs_to_who_submitted_it(project: Project) -> None:
    project.write(
        {
            FILE: HEAD
            + """
        pool, go, work = ThreadPoolExecutor(1), threading.Event(), []

        def test_1_starts_the_pool(): pool.submit(int).result()
        def test_2_submits(): work.append(pool.submit(lambda: go.wait(30) and reach()))
        def test_3_is_running_then():
            go.set()
            work[0].result()
        """
        }
    )
    ran = project.run()
    assert [one.tests for one in ran.violations] == [f"{FILE}::test_2_submits"]
    assert (ran.failed, ran.code) == ([], 1)


@pytest.mark.thread
def test_a_pool_of_a_fixture_works_for_the_test(project: Project) -> None:
    project.write(
        {
            FILE: HEAD
            + """
        @pytest.fixture(scope="session")
        def pool():
            with ThreadPoolExecutor(1) as made:
                made.submit(int).result()
                yield made

        @pytest.fixture(scope="session")
        def worker(pool):
            return pool.submit(reach).result()

        def test_1_submits(pool): pool.submit(reach).result()
        def test_2_only_uses_it(pool): pool.submit(int).result()
        def test_3_by_a_fixture(worker): pass
        def test_4_by_the_same_fixture(worker): pass
        """
        }
    )
    ran = project.run()
    assert ran.failed == failed(
        "test_1_submits", "test_3_by_a_fixture", "test_4_by_the_same_fixture"
    )


@pytest.mark.forked
def test_a_context_tells_more_than_the_thread_it_runs_in(project: Project) -> None:
    project.write(
        {
            FILE: HEAD
            + """
        import queue
        calls = queue.Queue()

        def serve():
            for context, call, done in iter(calls.get, None):
                context.run(call)
                done.set()

        def call(what):
            done = threading.Event()
            calls.put((contextvars.copy_context(), what, done))
            assert done.wait(30)

        def test_1_starts_the_server(): threading.Thread(target=serve, daemon=True).start()
        def test_2_calls(): call(reach)
        def test_3_calls_nothing(): call(int)
        """
        }
    )
    assert project.run().failed == failed("test_2_calls")


def test_a_context_of_another_time_means_nothing_in_a_call(project: Project) -> None:
    project.write(
        {
            FILE: HEAD
            + """
        @pytest.fixture(scope="session")
        def context(): return contextvars.copy_context()

        def test_1_captures(context): pass
        def test_2_calls(context): context.run(reach)
        def test_3_only_uses_it(context): pass
        """
        }
    )
    assert project.run().failed == failed("test_2_calls")


@pytest.mark.thread
def test_a_thread_of_nobody_belongs_to_the_session(project: Project) -> None:
    project.write(
        {
            "conftest.py": """
                import threading

                go, done = threading.Event(), threading.Event()

                def serve():
                    go.wait(30)
                    import app.old
                    done.set()

                def pytest_sessionstart():
                    threading.Thread(target=serve, daemon=True).start()
                """,
            "tests/test_it.py": """
                import pytest
                from conftest import done, go

                @pytest.mark.mission_critical
                def test_it():
                    go.set()
                    assert done.wait(30)
                """,
        }
    )
    ran = project.run()
    assert (ran.failed, ran.code) == ([], 0)
    assert [one.tests for one in ran.violations] == [""]
    assert project.run("--ssot-strict").code == 1


@pytest.mark.thread
@pytest.mark.parametrize("first", ["cached", "loaded by the threads"])
def test_many_threads_that_import_at_once_lose_nothing(project: Project, first: str) -> None:
    """No deadlock, one violation a site, and every test that started one has it."""
    threads, rounds = 16, 50
    project.write(
        {
            "app/slow.py": "import time\ntime.sleep(0.05)\nimport app.old\n",
            "tests/test_many.py": f"""
                import threading

                import pytest
                {"import app.slow" if first == "cached" else ""}

                pytestmark = pytest.mark.mission_critical

                def work(gate, number):
                    gate.wait()
                    for _ in range({rounds}):
                        if number % 2:
                            import app.slow
                        else:
                            from app import old

                @pytest.mark.parametrize("number", range(3))
                def test_many(number):
                    gate = threading.Barrier({threads})
                    workers = [
                        threading.Thread(target=work, args=(gate, n)) for n in range({threads})
                    ]
                    for one in workers: one.start()
                    for one in workers: one.join()
                """,
        }
    )
    ran = project.run()
    tests = [f"tests/test_many.py::test_many[{number}]" for number in range(3)]
    assert ran.failed == tests
    assert {(one.at, one.tests) for one in ran.violations} == {
        ("app/slow.py:3:0", " ".join(tests)),
        ("tests/test_many.py:14:12 work", " ".join(tests)),
    }


@pytest.mark.fresh
def test_threads_are_as_they_were_after_the_run(project: Project) -> None:
    project.write(
        {
            "look.py": """
                import os
                os.environ.pop("PYTEST_CURRENT_TEST", None)  # pytest takes it away at its end
                import _thread, concurrent.futures.thread, multiprocessing.pool, threading
                import multiprocessing.spawn, concurrent.futures.process, subprocess, sys

                def look():
                    modules = (_thread, threading, concurrent.futures.thread, subprocess,
                        concurrent.futures.process, multiprocessing.pool, multiprocessing.spawn,
                        sys.modules["_posixsubprocess"])
                    found = [(one.__name__, name, value) for one in modules
                        for name, value in vars(one).items()
                        if callable(value) or name == "job_counter"]
                    return found, {**os.environ, "PYTEST_VERSION": ""}

                before = look()
                import pytest
                assert pytest.main(["-q", *sys.argv[1:]]) == 1
                after = look()
                changed = [old for old, new in zip(before[0], after[0]) if old != new]
                environment = before[1].items() ^ after[1].items()
                print("changed:", changed, "in the environment:", environment)
                """,
            FILE: HEAD
            + """
        def test_it():
            ThreadPoolExecutor(1).submit(reach).result()
            ThreadPool(1).apply(reach)
        """,
        }
    )
    assert "changed: [] in the environment: set()" in project.python("look.py").stdout.str()
