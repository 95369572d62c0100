"""However pytest-xdist deals the tests out, and whatever its workers die of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Project, Ran

ALONE = ["-p", "no:xdist"]
RULES = """
    [[tool.pytest-ssot.rules]]
    deprecated = "app.old"
    use = "app.new"

    [[tool.pytest-ssot.rules]]
    deprecated = "app.names:Gone"

    [[tool.pytest-ssot.allow]]
    rule = "app.old"
    from = ["app.admin"]
    reason = "moves later"

    [[tool.pytest-ssot.allow]]
    rule = "app.names:Gone"
    from = ["nowhere"]
    reason = "excuses nothing"
    """
#: Violations of every verdict, seen by tests, fixtures of all scopes, files, conftests, nobody.
FILES = {
    "app/names.py": "class Gone: pass\n",
    "app/bridge.py": "from app.old import make\n",
    "app/admin.py": "import app.old\n",
    "app/warns.py": "import warnings\nwarnings.warn('gone', DeprecationWarning, stacklevel=2)\n",
    "conftest.py": """
        import pytest
        import app.admin

        @pytest.fixture(scope="session")
        def session(): import app.bridge

        @pytest.fixture(scope="module")
        def module():
            import app.names
            yield app.names.Gone
        """,
    "tests/free/conftest.py": """
        from warnings import warn
        def pytest_sessionfinish(): import app.old
        """,
    "tests/free/test_free.py": """
        import app.warns

        def test_bridge(): import app.bridge

        class TestClass:
            def test_one(self, module): pass
            def test_two(self, module): pass
        """,
    "tests/test_critical.py": """
        import pytest
        import app.names

        pytestmark = pytest.mark.mission_critical

        @pytest.mark.xdist_group("one")
        def test_fixture(session): pass

        @pytest.mark.xdist_group("one")
        @pytest.mark.parametrize("n", range(3))
        def test_swallowed(n):
            try:
                from app.names import Gone
            except ImportError:
                pass

        @pytest.mark.ssot_allow("app.warns", reason="not yet")
        def test_allowed(): import app.warns

        @pytest.mark.xfail
        def test_xfail():
            import app.bridge
            assert False

        @pytest.mark.skip
        def test_skipped(session): pass

        def test_sweeps(): [getattr(app.names, name) for name in dir(app.names)]

        def test_own():
            import app.bridge
            assert 1 == 2

        def test_sound(): pass
        """,
}


def full(project: Project) -> None:
    project.configure(tables=RULES)
    project.write(FILES)


def outcomes(ran: Ran) -> dict[str, int]:
    """How many tests ended how; pytest's own warnings come once from each worker."""
    return {name: number for name, number in ran.counts.items() if name != "warnings"}


@pytest.mark.parametrize("dist", ["load", "loadscope", "loadfile", "loadgroup", "worksteal"])
def test_the_run_tells_what_one_process_tells(project: Project, dist: str) -> None:
    full(project)
    one, many = project.run(*ALONE), project.run("-n2", "--dist", dist)
    assert one.code == many.code == 1
    assert len(one.failed) == 6
    assert [nodeid.partition("@")[0] for nodeid in many.failed] == one.failed
    assert outcomes(many) == outcomes(one)
    assert many.summary == one.summary
    assert many.bytes.replace(b"@one", b"") == one.bytes


def test_each_worker_runs_every_test(project: Project) -> None:
    full(project)
    one, many = project.run(*ALONE), project.run("-n2", "--dist=each")
    assert many.failed == one.failed
    assert outcomes(many) == {outcome: 2 * number for outcome, number in outcomes(one).items()}
    assert (many.summary, many.bytes) == (one.summary, one.bytes)
