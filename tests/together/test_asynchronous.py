"""Tests and fixtures that are coroutines, by pytest-asyncio and by anyio."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Project

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
