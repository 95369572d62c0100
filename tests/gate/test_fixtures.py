"""Fixtures: what happens in their set-up belongs to every test that uses them, in any order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Project

FILE = "tests/test_it.py"
HEAD = """
        import pytest

        pytestmark = pytest.mark.mission_critical

        def reach():
            import app.old
        """
# Runs the tests in the order of their node ids, or the other way round.
CONFTEST = """
    def pytest_addoption(parser): parser.addoption("--backwards", action="store_true")

    def pytest_collection_modifyitems(config, items):
        if config.getoption("--backwards"):
            items.reverse()
    """


def failed(*tests: str) -> list[str]:
    return [f"{FILE}::{test}" for test in sorted(tests)]


def of_scope(scope: str, how: str) -> str:
    return f"""
        @pytest.fixture(scope="{scope}")
        def given():
            reach()
            {how} 1

        def test_1(given): pass
        def test_2(): pass
        def test_3(given): pass
        @pytest.mark.usefixtures("given")
        def test_4(): pass
        """


#: By signature, by name, by mark; what is set up already is a link all the same.
OTHERS = """
        @pytest.fixture(scope="session")
        def base(): reach()
        @pytest.fixture(scope="module")
        def above(base): pass
        @pytest.fixture(scope="session")
        def asking(request): request.getfixturevalue("base")
        @pytest.fixture(scope="module")
        def asking_the_asking(request): return request.getfixturevalue("asking")
        @pytest.fixture
        def each(request): request.getfixturevalue("asking_the_asking")
        @pytest.fixture
        def factory(request): return lambda: request.getfixturevalue("base")
        @pytest.fixture(scope="session")
        def clean(): pass

        def test_1(base): pass
        def test_2(above): pass
        def test_3(asking): pass
        def test_4(asking_the_asking): pass
        def test_5(each): pass
        def test_6(request): request.getfixturevalue("above")
        def test_7(factory): factory()
        def test_8(factory, clean, request): request.getfixturevalue("clean")
        """
PARAMETRIZED = """
        @pytest.fixture(scope="module", params=["old", "new"])
        def given(request):
            if request.param == "old":
                reach()

        @pytest.fixture(scope="module")
        def above(given): pass

        def test_1(given): pass
        def test_2(above): pass
        def test_3(): pass
        """
#: The fixtures, the tests that ask for them, and which of those fail.
USES = {
    **{
        f"{how}-{scope}": (of_scope(scope, how), ["test_1", "test_3", "test_4"])
        for how in ("return", "yield")
        for scope in ("function", "class", "module", "package", "session")
    },
    "through others": (OTHERS, [f"test_{number}" for number in range(1, 8)]),
    "parametrized": (PARAMETRIZED, ["test_1[old]", "test_2[old]"]),
}


@pytest.mark.parametrize("uses", USES)
def test_in_either_order_and_alone(project: Project, uses: str) -> None:
    text, tests = USES[uses]
    project.write({FILE: HEAD + text, "conftest.py": CONFTEST})
    ran = project.run()
    wanted = failed(*tests)
    assert ran.failed == wanted
    backwards = project.run("--backwards")
    assert backwards.failed == wanted
    assert backwards.bytes == ran.bytes
    for test in wanted[-1:]:
        assert project.run(test).failed == [test]


@pytest.mark.forked
def test_in_workers(project: Project) -> None:
    wanted = []
    for number, (text, tests) in enumerate(USES.values()):
        file = f"tests/test_{number}.py"
        project.write({file: HEAD + text})
        wanted += [f"{file}::{test}" for test in tests]
    assert project.run("-n2").failed == sorted(wanted)


@pytest.mark.forked
def test_overridden_ones(project: Project) -> None:
    project.write(
        {
            "tests/conftest.py": HEAD
            + """
        @pytest.fixture(scope="session")
        def given(): reach()
        @pytest.fixture(scope="session")
        def hidden(): reach()
        """,
            FILE: HEAD
            + """
        @pytest.fixture
        def hidden(): pass

        class TestBelow:
            @pytest.fixture
            def given(self, given): return given
            def test_1(self, given): pass
            def test_2(self): pass

        class TestModule:
            @pytest.fixture(scope="class")
            def given(self, given): return given
            def test_3(self, given): pass

        def test_4(given): pass
        def test_5(hidden): pass
        """,
            "tests/test_other.py": """
                import pytest

                @pytest.mark.mission_critical
                def test_first_to_use_it(hidden): pass
                """,
        }
    )
    project.write({"conftest.py": CONFTEST})
    wanted = failed("TestBelow::test_1", "TestModule::test_3", "test_4")
    wanted.append("tests/test_other.py::test_first_to_use_it")
    assert project.run().failed == wanted
    assert project.run("--backwards").failed == wanted
    assert project.run("-n2", "--dist=loadfile").failed == wanted


def test_those_that_fail(project: Project) -> None:
    """The second test gets the exception that the first one's set-up raised."""
    project.write(
        {
            FILE: HEAD
            + """
        @pytest.fixture(scope="session")
        def broken():
            reach()
            raise LookupError("not there")

        @pytest.fixture(scope="session")
        def above(broken): pass

        def test_1(broken): pass
        def test_2(above): pass
        """
        }
    )
    project.write({"conftest.py": CONFTEST})
    ran = project.run()
    assert ran.failed == failed("test_1", "test_2")
    assert [one.tests for one in ran.violations] == [f"{FILE}::test_1 {FILE}::test_2"]
    assert project.run("--backwards").bytes == ran.bytes


def test_autouse(project: Project) -> None:
    project.write(
        {
            "tests/deep/conftest.py": HEAD
            + """
        @pytest.fixture(scope="session", autouse=True)
        def everywhere(): reach()
        """,
            "tests/deep/test_deep.py": HEAD
            + """
        def test_deep(): pass
        """,
            FILE: HEAD
            + """
        class TestIt:
            @pytest.fixture(scope="class", autouse=True)
            def always(self): reach()
            def test_1(self): pass
        def test_2(): pass
        """,
        }
    )
    ran = project.run()
    assert ran.failed == ["tests/deep/test_deep.py::test_deep", f"{FILE}::TestIt::test_1"]


WIDER = ("class", "module", "package", "session")


def write_teardowns(project: Project) -> dict[str, list[str]]:
    """Write a file for each scope; returns the tests that used its fixture, by the file."""
    for scope in WIDER:
        file = f"tests/test_{scope}.py"
        text = f"""
        @pytest.fixture(scope="{scope}")
        def given():
            yield
            reach()

        class TestIt:
            def test_1(self, given): pass
            def test_2(self, given): pass
            def test_3(self): pass
        """
        project.write({file: HEAD + text})
    project.write({"conftest.py": CONFTEST})
    return {
        f"tests/test_{scope}.py": [f"tests/test_{scope}.py::TestIt::test_{n}" for n in (1, 2)]
        for scope in WIDER
    }


@pytest.mark.fresh
def test_a_teardown_counts_for_all_that_used_the_fixture(project: Project) -> None:
    """Not for the test in which it happens to end: all of them have ended by then."""
    used = write_teardowns(project)
    for args in ([], ["--backwards"], ["-n2", "--dist=loadfile"]):
        ran = project.run(*args)
        assert (ran.code, ran.failed) == (1, [])
        assert {one.at.partition(":")[0]: one.tests.split() for one in ran.violations} == used
        assert sorted(one for one in ran.summary if "after its end" in one) == [
            f"failed after its end: {test}  {file}:6  app.old"
            for file, tests in sorted(used.items())
            for test in tests
        ]


@pytest.mark.parametrize("scope", WIDER)
def test_a_teardown_counts_for_one_that_runs_alone(project: Project, scope: str) -> None:
    file = f"tests/test_{scope}.py"
    first, _ = write_teardowns(project)[file]
    alone = project.run(first)
    assert [one.tests for one in alone.violations] == [first]
    assert alone.code == 1
    assert project.run(f"{file}::TestIt::test_3").code == 0


def test_those_of_xunit_and_unittest(project: Project) -> None:
    project.write(
        {
            "tests/test_module.py": HEAD
            + """
        def setup_module(module): reach()
        def test_1(): pass
        """,
            "tests/test_function.py": HEAD
            + """
        def setup_function(function):
            if function is test_1:
                reach()
        def test_1(): pass
        def test_2(): pass
        """,
            "tests/test_unittest_module.py": HEAD
            + """
        import unittest
        def setUpModule(): reach()
        class Test(unittest.TestCase):
            def test_1(self): pass
        """,
            FILE: HEAD
            + """
        import unittest

        class TestClass:
            @classmethod
            def setup_class(cls): reach()
            def test_1(self): pass
            def test_2(self): pass

        class TestMethod:
            def setup_method(self, method):
                if method.__name__ == "test_3":
                    reach()
            def test_3(self): pass
            def test_4(self): pass

        class TestCase(unittest.TestCase):
            @classmethod
            def setUpClass(cls): reach()
            def test_5(self): pass
            def test_6(self): pass

        class TestEach(unittest.TestCase):
            def setUp(self):
                if self._testMethodName == "test_7":
                    self.addCleanup(reach)
            def test_7(self): pass
            def test_8(self): pass

        class TestAsync(unittest.IsolatedAsyncioTestCase):
            async def asyncSetUp(self):
                if self._testMethodName == "test_9":
                    reach()
            async def test_9(self): pass
            async def test_10(self): pass
        """,
        }
    )
    wanted = sorted(
        [
            "tests/test_module.py::test_1",
            "tests/test_function.py::test_1",
            "tests/test_unittest_module.py::Test::test_1",
            f"{FILE}::TestClass::test_1",
            f"{FILE}::TestClass::test_2",
            f"{FILE}::TestMethod::test_3",
            f"{FILE}::TestCase::test_5",
            f"{FILE}::TestCase::test_6",
            f"{FILE}::TestEach::test_7",
            f"{FILE}::TestAsync::test_9",
        ]
    )
    project.write({"conftest.py": CONFTEST})
    assert project.run().failed == wanted
    assert project.run("--backwards").failed == wanted


def test_doctests_and_their_namespace(project: Project) -> None:
    project.write(
        {
            "conftest.py": """
                import pytest

                @pytest.fixture(scope="session", autouse=True)
                def namespace(doctest_namespace, request):
                    import app.old
                    doctest_namespace["X"] = 1
                """,
            "app/documented.py": '"""\n>>> X\n1\n"""\n',
        }
    )
    ran = project.run("--doctest-modules", "--ssot-strict", "app/documented.py")
    assert ran.failed == ["app/documented.py::app.documented"]


def test_collection_belongs_to_the_file(project: Project) -> None:
    project.write(
        {
            "tests/test_generated.py": HEAD
            + """
        def pytest_generate_tests(metafunc):
            reach()
            if "number" in metafunc.fixturenames:
                metafunc.parametrize("number", [1, 2])
        def test_1(number): pass
        """,
            "tests/test_marked.py": HEAD
            + """
        import importlib
        @pytest.mark.parametrize("module", [pytest.param(importlib.import_module("app.old"))])
        class TestIt:
            def test_1(self, module): pass
        def test_2(): pass
        """,
            FILE: HEAD
            + """
        def test_other(): pass
        """,
        }
    )
    assert project.run().failed == [
        "tests/test_generated.py::test_1[1]",
        "tests/test_generated.py::test_1[2]",
        "tests/test_marked.py::TestIt::test_1[app.old]",
        "tests/test_marked.py::test_2",
    ]


@pytest.mark.parametrize(
    "marks", ["@pytest.mark.mission_critical", "pytestmark = [pytest.mark.mission_critical]"]
)
def test_marks_of_classes(project: Project, marks: str) -> None:
    on_class = marks.startswith("@")
    project.write(
        {
            FILE: f"""
                import pytest
                {"" if on_class else marks}
                {marks if on_class else ""}
                class TestIt:
                    def test_1(self): import app.old
                class TestOther:
                    def test_2(self): import app.old
                    @pytest.mark.parametrize("n", [
                        1, pytest.param(2, marks=pytest.mark.mission_critical)
                    ])
                    def test_3(self, n): import app.old
                """
        }
    )
    every = [f"TestOther::test_{one}" for one in ("2", "3[1]")]
    wanted = failed("TestIt::test_1", "TestOther::test_3[2]", *([] if on_class else every))
    assert project.run().failed == wanted
