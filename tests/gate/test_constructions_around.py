"""Constructions over tests: orders, fixtures, patches, threads, tasks, children, nested runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.gate.test_constructions import FACTORY, configure, told

if TYPE_CHECKING:
    from tests.conftest import Project

SCATTERED = {
    "tests/conftest.py": """
        import pytest
        from app.ws import Manager, get_manager

        @pytest.fixture(scope="session")
        def shared(): return Manager("shared")

        @pytest.fixture(scope="module")
        def wide(shared): return shared

        @pytest.fixture
        def fine(): return get_manager()
        """,
    "app/early.py": "from app.ws import Manager\n\nSHARED = Manager('early')\n",
    "app/lazy.py": "def load():\n    import app.early\n    return app.early.SHARED\n",
    "tests/test_a.py": """
        from app.ws import build

        def test_shared(shared): assert shared.user == "shared"
        def test_wide(wide): pass
        def test_fine(fine): pass
        def test_loop():
            for one in range(3): build(one)
        def test_loop_again():
            for one in range(3): build(one)
        """,
    "tests/test_b.py": """
        import app.lazy

        def test_lazy(): app.lazy.load()
        def test_lazy_again(): app.lazy.load()
        def test_wide(wide): pass
        def test_nothing(): pass
        """,
    "tests/test_c.py": "import app.early\n\ndef test_loaded(): pass\n",
}
SEEN = {
    "test_shared": "tests/conftest.py:5:21 shared",
    "test_wide": "tests/conftest.py:5:21 shared",
    "test_loop": "app/ws.py:22:11 build",
    "test_loop_again": "app/ws.py:22:11 build",
    "test_lazy": "app/early.py:3:9",
    "test_lazy_again": "app/early.py:3:9",
    "test_loaded": "app/early.py:3:9",
}


@pytest.mark.parametrize(
    "args",
    [
        (),
        ("tests/test_c.py", "tests/test_b.py", "tests/test_a.py"),
        pytest.param(("-n2",), marks=pytest.mark.forked),
        (
            "tests/test_c.py",
            "tests/test_b.py::test_lazy_again",
            "tests/test_b.py",
            "tests/test_a.py",
        ),
    ],
    ids=["forward", "backward", "xdist", "picked"],
)
def test_whoever_uses_it_sees_it_in_any_order(project: Project, args: tuple[str, ...]) -> None:
    configure(project)
    project.write(SCATTERED)
    assert told(project, *args) == SEEN


def test_a_user_s_init_holds_and_the_guard_comes_back(project: Project) -> None:
    configure(project)
    project.write(
        {
            "test_it.py": """
            import functools, sys
            from unittest import mock
            import pytest
            from app.ws import Manager, get_manager

            ORIGINAL = Manager.__init__

            def fake(self, *args): self.user = "fake"

            @pytest.fixture(scope="module")
            def wide():
                with mock.patch.object(Manager, "__init__", fake):
                    yield

            def test_patched():
                with mock.patch.object(Manager, "__init__", fake):
                    assert get_manager("x").user == "fake" and Manager.__init__ is fake
                assert Manager.__init__ is ORIGINAL and get_manager("x").user == "x"

            def test_after_patch(): Manager()

            def test_monkeypatched(monkeypatch):
                monkeypatch.setattr(Manager, "__init__", fake)
                assert get_manager("x").user == "fake"

            def test_after_monkeypatch():
                assert Manager.__init__ is ORIGINAL
                Manager()

            @mock.patch.object(Manager, "__init__", autospec=True)
            def test_autospecced(init):
                init.return_value = None
                made = get_manager("x")
                init.assert_called_once_with(made, "x")
                assert Manager.__init__ is init

            def test_after_autospec(): Manager()

            def test_wrapped_for_good():
                original = Manager.__init__
                @functools.wraps(original)
                def counted(self, *args):
                    original(self, *args)
                    self.counted = True
                Manager.__init__ = counted
                assert get_manager("x").counted and Manager.__init__ is counted

            def test_after_wrapped():
                made = Manager("x")
                assert made.counted

            def test_unwrapped():
                Manager.__init__ = Manager.__init__.__wrapped__
                assert Manager.__init__ is ORIGINAL

            def test_after_unwrapped(): Manager()

            def make(): return Manager("x").user
            def test_wide_first(wide): assert make() == "fake"
            def test_wide_second(wide): assert make() == "fake"
            """,
            "test_later.py": """
            from app.ws import Manager, get_manager
            def test_later():
                assert get_manager("x").user == "x"
                Manager()
            """,
        }
    )
    assert told(project) == {
        "test_after_patch": "test_it.py:20:24 test_after_patch",
        "test_after_monkeypatch": "test_it.py:28:4 test_after_monkeypatch",
        "test_after_autospec": "test_it.py:37:27 test_after_autospec",
        "test_after_wrapped": "test_it.py:49:11 test_after_wrapped",
        "test_after_unwrapped": "test_it.py:56:28 test_after_unwrapped",
        "test_wide_first": "test_it.py:58:19 make",
        "test_wide_second": "test_it.py:58:19 make",
        "test_later": "test_later.py:4:4 test_later",
    }


STARTS = """
    import asyncio, concurrent.futures, multiprocessing, pickle, subprocess, sys, threading

    class Manager:
        def __init__(self, user=None): self.user = user

    def build(*args): return Manager(*args)

    async def abuild(): return build()

    async def later():
        await asyncio.sleep(0.01)
        return build()

    def in_thread(target=build):
        thread = threading.Thread(target=target)
        thread.start()
        thread.join()

    def in_pool(target=build):
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            return pool.submit(target).result()

    def in_thread_of_thread(): in_thread(in_thread)

    def in_pool_map():
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            return list(pool.map(build, [1]))

    async def awaited(): return await abuild()
    async def gathered(): return await asyncio.gather(abuild(), later())
    async def waited_for(): return await asyncio.wait_for(later(), 5)
    async def as_task(): return await asyncio.create_task(later())
    async def waited(): return await asyncio.wait([asyncio.create_task(later())])
    async def shielded(): return await asyncio.shield(later())
    async def grouped():
        async with asyncio.TaskGroup() as group:
            group.create_task(later())
    async def task_of_task():
        await asyncio.create_task(as_task())
    async def in_executor():
        return await asyncio.get_running_loop().run_in_executor(None, build)
    async def to_thread(): return await asyncio.to_thread(build)
    async def inner_thread():
        await asyncio.to_thread(in_thread)

    class Factory:
        def sync(self, name): return globals()[name]()
        async def wait(self, name): return await globals()[name]()
    """
SYNC = ["in_thread", "in_pool", "in_thread_of_thread", "in_pool_map"]
ASYNC = [
    *("awaited", "gathered", "waited_for", "as_task", "waited", "shielded", "grouped"),
    *("task_of_task", "in_executor", "to_thread", "inner_thread"),
]


@pytest.mark.thread
def test_what_a_factory_starts_is_part_of_it(project: Project) -> None:
    """Threads, pools and tasks; and the same ones started elsewhere are not."""
    project.configure("", FACTORY.replace("app.ws:get_manager", "app.ws:Factory"))
    tests = [f"def test_{n}(): app.ws.Factory().sync({n!r})" for n in SYNC]
    tests += [f"def test_{n}(): asyncio.run(app.ws.Factory().wait({n!r}))" for n in ASYNC]
    tests += [f"def test_{n}_elsewhere(): app.ws.{n}()" for n in SYNC]
    tests += [f"def test_{n}_elsewhere(): asyncio.run(app.ws.{n}())" for n in ASYNC]
    tests += ["def test_bare(): app.ws.in_thread(app.ws.Manager)"]
    project.write(
        {"app/ws.py": STARTS, "test_it.py": "import asyncio, app.ws\n" + "\n".join(tests)}
    )
    found = told(project)
    assert found.keys() == {f"test_{n}_elsewhere" for n in SYNC + ASYNC} | {"test_bare"}
    assert found.pop("test_bare") == "app/ws.py:16:4 in_thread"
    assert set(found.values()) == {"app/ws.py:6:25 build"}


CHILDREN = {
    "app/work.py": """
        import concurrent.futures, subprocess, sys
        import app.ws

        def direct(n=0): return app.ws.Manager(n).user
        def allowed(n=0): return app.ws.get_manager(n).user
        def in_pool():
            with concurrent.futures.ProcessPoolExecutor(1) as pool:
                return pool.submit(direct, 1).result()
        class Maker:
            def start(self, code):
                subprocess.run([sys.executable, "-c", code], check=True)
            def pool(self): return in_pool()
        """,
    "test_it.py": """
        import multiprocessing, os, subprocess, sys
        import pytest
        import app.work

        def run(code):
            subprocess.run([sys.executable, "-c", code], check=True)

        def test_child(): run("import app.work; app.work.direct()")
        def test_child_fine(): run("import app.work; app.work.allowed()")
        def test_child_of_child():
            run("import subprocess, sys; subprocess.run([sys.executable, '-c', "
                "'import app.work; app.work.direct()'], check=True)")
        def test_script():
            subprocess.run([sys.executable, "-m", "app.main"], check=True)
        def test_fork():
            pid = os.fork()
            if not pid:
                app.work.direct()
                os._exit(0)
            assert os.waitpid(pid, 0)[1] == 0
        @pytest.mark.parametrize("how", ["fork", "spawn"])
        def test_pool(how):
            with multiprocessing.get_context(how).Pool(1) as pool:
                assert pool.map(app.work.direct, [1]) == [1]
        def test_pool_fine():
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                assert pool.map(app.work.allowed, [1]) == [1]
        def test_started_by_a_factory():
            app.work.Maker().start("import app.work; app.work.direct()")
            app.work.Maker().pool()
        def test_process_pool(): app.work.in_pool()
        def test_result():
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                assert pool.map(app.ws.get_manager, [1])[0].user == 1
        """,
    "app/main.py": "from app.ws import Manager\n\nif __name__ == '__main__':\n    Manager()\n",
}


@pytest.mark.forked
def test_child_processes(project: Project) -> None:
    configure(project, "app.ws:get_manager", "app.work:Maker")
    project.write(CHILDREN)
    direct = "app/work.py:4:24 direct"
    # From 3.12 on os.fork warns where threads of an earlier pool have not ended yet.
    assert told(project, "-W", "ignore:This process:DeprecationWarning") == {
        "test_child": direct,
        "test_child_of_child": direct,
        "test_script": "app/main.py:4:4",
        "test_fork": direct,
        "test_pool[fork]": direct,
        "test_pool[spawn]": direct,
        "test_process_pool": direct,
    }
