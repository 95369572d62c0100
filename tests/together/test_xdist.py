"""However pytest-xdist deals the tests out, and whatever its workers die of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Project, Ran

pytestmark = pytest.mark.forked

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
    assert many.bytes == one.bytes


def test_each_worker_runs_every_test(project: Project) -> None:
    full(project)
    one, many = project.run(*ALONE), project.run("-n2", "--dist=each")
    assert many.failed == one.failed
    assert outcomes(many) == {outcome: 2 * number for outcome, number in outcomes(one).items()}
    assert (many.summary, many.bytes) == (one.summary, one.bytes)


CRASH = {
    "app/bridge.py": "from app.old import make\n",
    "app/admin.py": "import app.old\n",
    "conftest.py": """
        import os
        import pytest

        @pytest.fixture
        def dies():
            yield
            os._exit(3)
        """,
    "tests/test_a.py": """
        import os
        import pytest

        pytestmark = pytest.mark.mission_critical

        def test_before(): import app.bridge

        def test_allowed(): import app.admin

        def test_crashes():
            import app.old
            os._exit(3)

        def test_after():
            import app.bridge
        """,
    "tests/test_b.py": """
        import pytest

        @pytest.mark.mission_critical
        def test_other(): from app.old import X

        def test_free(): import app.bridge
        """,
}
ALLOWED = """
    [[tool.pytest-ssot.rules]]
    deprecated = "app.old"

    [[tool.pytest-ssot.rules]]
    deprecated = "app.nothing"

    [[tool.pytest-ssot.allow]]
    rule = "app.old"
    from = ["app.admin"]
    reason = "moves later"
    """


@pytest.mark.parametrize("workers", [1, 2])
def test_a_crash_takes_nothing_of_other_tests(project: Project, workers: int) -> None:
    project.configure(tables=ALLOWED)
    project.write(CRASH)
    ran = project.run(f"-n{workers}")
    assert ran.failed == [
        "tests/test_a.py::test_after",
        "tests/test_a.py::test_before",
        "tests/test_a.py::test_crashes",
        "tests/test_b.py::test_other",
    ]
    assert {(one.at, one.tests) for one in ran.violations} == {
        (
            "app/bridge.py:1:0",
            "tests/test_a.py::test_after tests/test_a.py::test_before tests/test_b.py::test_free",
        ),
        ("app/admin.py:1:0", "tests/test_a.py::test_allowed"),
        ("tests/test_b.py:4:18 test_other", "tests/test_b.py::test_other"),
    }
    (lost,) = ran.report["errors"]
    assert lost.endswith(" ended before it could report")


def test_nothing_is_called_unused_where_a_worker_was_lost(project: Project) -> None:
    """What the crashed worker used, or matched, nobody knows."""
    project.configure(tables=ALLOWED)
    project.write(CRASH)
    ran = project.run("-n1")
    assert not [line for line in ran.summary if "unused" in line or "matched nothing" in line]
    project.write({"tests/test_a.py": CRASH["tests/test_a.py"].replace("os._exit(3)", "pass")})
    assert "rule that matched nothing: app.nothing" in "\n".join(project.run("-n1").summary)


def test_a_crash_in_teardown_takes_nothing_of_the_call(project: Project) -> None:
    project.write(CRASH)
    project.write(
        {
            "tests/test_a.py": """
                import pytest

                @pytest.mark.mission_critical
                def test_it(dies): import app.bridge
                """
        }
    )
    ran = project.run("-n1", "tests/test_a.py")
    assert ran.failed == ["tests/test_a.py::test_it"]
    assert ran.summary == [
        "app/bridge.py:1  app.old  fails 1 test",
        "error inside pytest-ssot: worker gw0 ended before it could report",
    ]


def test_an_allowance_for_a_test_holds_in_a_group(project: Project) -> None:
    """``--dist loadgroup`` adds the group to a node id; nobody writes it so."""
    project.configure(
        tables="""
            [[tool.pytest-ssot.rules]]
            deprecated = "app.old"

            [[tool.pytest-ssot.allow]]
            rule = "app.old"
            tests = ["tests/test_it.py::test_it"]
            reason = "moves later"
            """
    )
    project.write(
        {
            "tests/test_it.py": """
                import pytest

                pytestmark = [pytest.mark.mission_critical, pytest.mark.xdist_group("one")]

                def test_it(): import app.old

                @pytest.mark.parametrize("address", ["a@b.c"])
                def test_other(address): import app.old
                """
        }
    )
    one, many = project.run(*ALONE), project.run("-n2", "--dist=loadgroup")
    assert (one.code, many.code) == (1, 1)
    assert one.failed == ["tests/test_it.py::test_other[a@b.c]"]
    assert [name.removesuffix("@one") for name in many.failed] == one.failed
    assert many.bytes == one.bytes
