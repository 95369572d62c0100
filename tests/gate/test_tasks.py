"""Tasks and callbacks: what they reach belongs to the test that created them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Project

FILE = "tests/test_it.py"
HEAD = """
        import asyncio

        import pytest

        pytestmark = pytest.mark.mission_critical

        def reach():
            import app.old

        async def reach_later(ready=None):
            if ready is not None:
                await ready.wait()
            reach()

        @pytest.fixture(scope="session")
        def loop():
            made = asyncio.new_event_loop()
            yield made
            made.close()
        """


def failed(*tests: str) -> list[str]:
    return [f"{FILE}::{test}" for test in sorted(tests)]


@pytest.mark.forked
def test_tasks_of_a_test(project: Project) -> None:
    project.write(
        {
            FILE: HEAD
            + """
        async def in_tasks():
            await asyncio.gather(reach_later(), reach_later())
        async def in_a_group():
            async with asyncio.TaskGroup() as group:
                group.create_task(reach_later())
        async def in_a_thread(): await asyncio.to_thread(reach)
        async def in_an_executor():
            await asyncio.get_running_loop().run_in_executor(None, reach)
        async def in_a_callback():
            loop = asyncio.get_running_loop()
            done = loop.create_future()
            loop.call_later(0, lambda: done.set_result(reach()))
            await done
        async def in_a_generator():
            async def generate():
                reach()
                yield
            async for _ in generate(): pass
        async def nothing(): await asyncio.to_thread(int)

        WAYS = [in_tasks, in_a_group, in_a_thread, in_an_executor, in_a_callback, in_a_generator]

        @pytest.mark.parametrize("way", [*WAYS, nothing])
        def test_own_loop(way): asyncio.run(way())

        @pytest.mark.parametrize("way", [*WAYS, nothing])
        def test_shared_loop(way, loop): loop.run_until_complete(way())

        def test_only_uses_it(loop): loop.run_until_complete(asyncio.sleep(0))
        """
        }
    )
    ways = ("tasks", "a_group", "a_thread", "an_executor", "a_callback", "a_generator")
    wanted = failed(*(f"test_{kind}_loop[in_{way}]" for kind in ("own", "shared") for way in ways))
    assert project.run().failed == wanted
    assert project.run("-n2").failed == wanted


def test_a_task_in_the_background_belongs_to_who_created_it(project: Project) -> None:
    """It runs while another test's task is awaited, in the same thread and the same loop."""
    project.write(
        {
            FILE: HEAD
            + """
        tasks = []

        async def create(ready):
            tasks.append((asyncio.create_task(reach_later(ready)), ready))

        async def let_it_run():
            task, ready = tasks.pop()
            ready.set()
            await task

        def test_1_creates(loop): loop.run_until_complete(create(asyncio.Event()))
        def test_2_is_running_then(loop): loop.run_until_complete(let_it_run())
        def test_3_reaches_itself(loop): loop.run_until_complete(reach_later())
        """
        }
    )
    ran = project.run()
    assert ran.failed == failed("test_3_reaches_itself")
    assert ran.code == 1
    assert [one.tests for one in ran.violations] == [
        f"{FILE}::test_1_creates {FILE}::test_3_reaches_itself"
    ]
    assert f"failed after its end: {FILE}::test_1_creates  {FILE}:8  app.old" in ran.summary


def test_a_task_of_a_fixture_belongs_to_all_who_use_it(project: Project) -> None:
    project.write(
        {
            FILE: HEAD
            + """
        @pytest.fixture(scope="session")
        def server(loop):
            ready = asyncio.Event()
            async def start(): return asyncio.create_task(reach_later(ready))
            return loop.run_until_complete(start()), ready

        async def ask(task, ready):
            ready.set()
            await task

        def test_1_asks(loop, server): loop.run_until_complete(ask(*server))
        def test_2_has_no_server(loop): loop.run_until_complete(asyncio.sleep(0))
        def test_3_has_it_too(server): pass
        """
        }
    )
    assert project.run().failed == failed("test_1_asks", "test_3_has_it_too")


def test_a_coroutine_of_another_context_is_a_call_where_it_is_waited_for(project: Project) -> None:
    """As pytest-asyncio runs the teardown of a fixture: in the context of its set-up."""
    project.write(
        {
            FILE: HEAD
            + """
        import contextvars

        @pytest.fixture(scope="session")
        def context(): return contextvars.copy_context()

        def test_1_captures(context): pass
        def test_2_runs(context):
            with asyncio.Runner() as runner:
                runner.run(reach_later(), context=context)
        def test_3_only_uses_it(context): pass
        """
        }
    )
    assert project.run().failed == failed("test_2_runs")
