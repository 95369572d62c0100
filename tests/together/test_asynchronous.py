"""Tests and fixtures that are coroutines, by pytest-asyncio and by anyio."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Project

pytestmark = pytest.mark.forked

TEST = "tests/test_it.py"
#: What each test of TESTS has to fail of: the line of its importer, None where it is sound.
IMPORTERS = {
    "test_after": f"{TEST}:13",
    "test_body": f"{TEST}:29",
    "test_fixture": f"{TEST}:7",
    "test_module": "app/bridge.py:1",
    "test_module_again": "app/bridge.py:1",
    "test_plain_fixture": f"{TEST}:21",
}
TESTS = """
    import asyncio
    import pytest
    MODULES

    FIXTURE
    async def fixture():
        from app.old import make
        yield make

    FIXTURE
    async def after():
        yield
        import app.old

    WIDE
    async def module():
        import app.bridge

    @pytest.fixture
    def plain():
        import app.old

    class TestGated:
        pytestmark = [pytest.mark.mission_critical, MARK]

        async def test_body(self):
            await sleep(0)
            try:
                import app.old
            except ImportError:
                pass

        async def test_fixture(self, fixture): pass

        async def test_after(self, after): pass

        async def test_module(self, module): pass

        async def test_module_again(self, module): pass

        async def test_plain_fixture(self, plain): pass

        async def test_sound(self): await sleep(0)
    """


def written(project: Project, modules: str, fixture: str, wide: str, mark: str) -> None:
    text = TESTS.replace("MODULES", modules).replace("FIXTURE", fixture)
    project.write({TEST: text.replace("WIDE", wide).replace("MARK", mark)})
    project.write({"app/bridge.py": "import app.old\n"})


def holds(project: Project, *args: str) -> None:
    ran = project.run("-p", "no:xdist", *args)
    assert ran.failed == [f"{TEST}::TestGated::{name}" for name in sorted(IMPORTERS)]
    told = {
        test.rpartition("::")[2]: one.at.partition(" ")[0].rpartition(":")[0]
        for one in ran.violations
        for test in one.tests.split()
    }
    assert told == IMPORTERS
    assert all("site-packages" not in one.chain for one in ran.violations)
    assert ran.report["errors"] == []


#: Before 0.24 a test in a wider loop could not use fixtures of its own that are coroutines.
SCOPES = ["function", "class", "module", "session"]
if tuple(map(int, version("pytest-asyncio").split(".")[:2])) < (0, 24):
    SCOPES = [""]


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_pytest_asyncio(project: Project, mode: str, scope: str) -> None:
    loop = f'loop_scope="{scope}"' if scope else ""
    wide = scope if scope == "class" else "module"
    its_loop = "" if scope in ("", "function") else loop
    written(
        project,
        "import pytest_asyncio; from asyncio import sleep",
        f"@pytest_asyncio.fixture({loop})" if mode == "strict" else "@pytest.fixture",
        f'@pytest_asyncio.fixture(scope="{wide}", {its_loop})',
        f"pytest.mark.asyncio({loop})",
    )
    holds(project, "-p", "asyncio", "--asyncio-mode", mode)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_anyio(project: Project, backend: str) -> None:
    written(
        project,
        "from anyio import sleep",
        "@pytest.fixture",
        '@pytest.fixture(scope="module")',
        "pytest.mark.anyio",
    )
    project.write(
        {
            "conftest.py": f"""
                import pytest

                @pytest.fixture(scope="session")
                def anyio_backend(): return "{backend}"
                """
        }
    )
    holds(project, "-p", "anyio")


#: What runs in the background of a loop that several tests share, and what those start in it.
BACKGROUND = """
    import MODULE
    import pytest

    pytestmark = [pytest.mark.mission_critical, MARK]

    def reach():
        import app.old

    async def later():
        reach()

    WIDE
    async def wide():
        yield

    WIDE
    async def server(wide):
        asked = MODULE.Event()
        async def serve():
            await asked.wait()
            reach()
        START

    async def test_1_uses_the_loop(wide): pass
    async def test_2_in_its_body(wide): reach()
    async def test_3_in_tasks(wide): TASKS
    async def test_4_in_a_thread(wide): THREAD
    async def test_5_in_the_background(server):
        server.set()
        await MODULE.sleep(0.01)
    async def test_6_uses_the_server(server): pass
    async def test_7_uses_the_loop(wide): await MODULE.sleep(0)
    """
REACHING = ("2_in_its_body", "3_in_tasks", "4_in_a_thread", "5_in_the_background")


def shared(project: Project, args: tuple[str, ...], **words: str) -> None:
    text = BACKGROUND
    for word, said in words.items():
        text = text.replace(word, said)
    project.write({TEST: text})
    wanted = [f"{TEST}::test_{name}" for name in (*REACHING, "6_uses_the_server")]
    ran = project.run("-p", "no:xdist", *args)
    assert ran.failed == wanted
    assert ran.report["errors"] == []
    again = project.run("-p", "no:xdist", *args, *reversed(wanted))
    told = [one.tests.split() for one in again.violations if one.target == "app.old"]
    assert told == [wanted]
    assert again.code == 1


def test_tasks_in_a_loop_that_tests_of_pytest_asyncio_share(project: Project) -> None:
    if SCOPES == [""]:
        mark, scope = "pytest.mark.asyncio", 'scope="module"'
        mark += f"({scope})"
    else:
        mark, scope = (
            'pytest.mark.asyncio(loop_scope="module")',
            'scope="module", loop_scope="module"',
        )
    shared(
        project,
        ("-p", "asyncio"),
        START="task = asyncio.create_task(serve()); yield asked; task.cancel()",
        TASKS="await asyncio.gather(later())",
        THREAD="await asyncio.to_thread(reach)",
        WIDE=f"@pytest_asyncio.fixture({scope})",
        MARK=mark,
        **{"import MODULE": "import asyncio, pytest_asyncio", "MODULE": "asyncio"},
    )


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_tasks_in_a_loop_that_tests_of_anyio_share(project: Project, backend: str) -> None:
    project.write(
        {
            "conftest.py": f"""
                import pytest

                @pytest.fixture(scope="session")
                def anyio_backend(): return "{backend}"
                """
        }
    )
    shared(
        project,
        ("-p", "anyio"),
        START="""async with anyio.create_task_group() as group:
            group.start_soon(serve)
            yield asked
            group.cancel_scope.cancel()""",
        TASKS="""
        async with anyio.create_task_group() as group:
            group.start_soon(later)""",
        THREAD="await anyio.to_thread.run_sync(reach)",
        WIDE='@pytest.fixture(scope="module")',
        MARK="pytest.mark.anyio",
        MODULE="anyio",
    )
