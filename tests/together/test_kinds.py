"""Tests that are no plain functions: TestCases, subtests, examples of hypothesis and doctest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Project, Ran

TEST = "tests/test_it.py"


def importers(ran: Ran) -> dict[str, str]:
    """Of each test: the lines of its importers, so far as they are the project's."""
    told: dict[str, str] = {}
    for one in ran.violations:
        if one.verdict == "indirect":  # pytest-subtests itself calls what is deprecated
            continue
        line = one.at.partition(" ")[0].rpartition(":")[0].removeprefix("tests/test_it.py:")
        for test in one.tests.split():
            name = test.removeprefix(f"{TEST}::")
            told[name] = f"{told[name]} {line}" if name in told else line
    return told


def test_unittest(project: Project) -> None:
    project.write(
        {
            "app/bridge.py": "import app.old\n",
            TEST: """
                import unittest
                import pytest

                pytestmark = pytest.mark.mission_critical

                class SetUp(unittest.TestCase):
                    def setUp(self): import app.old
                    def test_one(self): pass
                    def test_two(self): pass

                class SetUpClass(unittest.TestCase):
                    @classmethod
                    def setUpClass(cls): import app.old
                    def test_one(self): pass
                    def test_two(self): pass

                class TearDown(unittest.TestCase):
                    def tearDown(self): import app.old
                    def test_it(self): pass

                class TearDownClass(unittest.TestCase):
                    @classmethod
                    def tearDownClass(cls): import app.old
                    def test_it(self): pass

                class Various(unittest.TestCase):
                    @unittest.expectedFailure
                    def test_expected(self):
                        import app.old
                        assert 0

                    @unittest.skip("never")
                    def test_skipped(self): import app.old

                    def test_skips_itself(self):
                        import app.old
                        self.skipTest("late")

                    def test_cleans_up(self):
                        def clean(): import app.old
                        self.addCleanup(clean)

                    def test_sound(self): pass

                class Asynchronous(unittest.IsolatedAsyncioTestCase):
                    async def asyncSetUp(self): import app.bridge
                    async def test_it(self): import app.old
                """,
        }
    )
    ran = project.run()
    told = importers(ran)
    assert told == {
        "Asynchronous::test_it": "app/bridge.py:1 47",
        "SetUp::test_one": "7",
        "SetUp::test_two": "7",
        "SetUpClass::test_one": "13",
        "SetUpClass::test_two": "13",
        "TearDown::test_it": "18",
        "TearDownClass::test_it": "23",
        "Various::test_cleans_up": "40",
        "Various::test_expected": "29",
    }
    ended = f"{TEST}::TearDownClass::test_it"  # all tests of its class are over by then
    assert ran.failed == sorted({f"{TEST}::{name}" for name in told} - {ended})
    assert f"failed after its end: {ended}  {TEST}:23  app.old" in ran.summary
    assert ran.code == 1
    assert ran.counts["skipped"] == 2


@pytest.mark.forked
def test_a_subtest_fails_its_test(project: Project) -> None:
    """What is imported in a subtest belongs to the test, whether a subtest fails or not."""
    project.write(
        {
            TEST: """
                import unittest
                import pytest

                pytestmark = pytest.mark.mission_critical

                def test_reaches(subtests):
                    for n in range(3):
                        with subtests.test("part", n=n):
                            if n == 1:
                                import app.old

                def test_fails_and_reaches(subtests):
                    with subtests.test("part"):
                        import app.old
                        assert 0

                def test_skips_and_reaches(subtests):
                    with subtests.test("part"):
                        import app.old
                        pytest.skip("this part")
                    with subtests.test("other"):
                        pass

                def test_sound(subtests):
                    with subtests.test("part"):
                        pass

                class Case(unittest.TestCase):
                    def test_reaches(self):
                        for n in range(2):
                            with self.subTest(n=n):
                                import app.old

                    def test_fails_and_reaches(self):
                        for n in range(2):
                            with self.subTest(n=n):
                                import app.old
                                assert n

                    def test_sound(self):
                        with self.subTest(): pass
                """
        }
    )
    ran = project.run()
    told = importers(ran)
    assert told == {
        "Case::test_fails_and_reaches": "37",
        "Case::test_reaches": "32",
        "test_fails_and_reaches": "14",
        "test_reaches": "10",
        "test_skips_and_reaches": "19",
    }
    assert ran.failed == sorted(f"{TEST}::{name}" for name in told)
    assert ran.failure("test_reaches") == [
        f"{TEST}:10: in test_reaches",
        ">   import app.old",
        "E   deprecated import: app.old",
        "E   use:  import app.new",
        f"E   fix:  change {TEST}:10",
    ]
    assert importers(project.run("-n2")) == told


@pytest.mark.forked
def test_hypothesis(project: Project) -> None:
    project.write(
        {
            "app/bridge.py": "import app.old\n",
            TEST: """
                import pytest
                from hypothesis import given, settings, strategies

                pytestmark = pytest.mark.mission_critical
                few = settings(max_examples=20, database=None, deadline=None)
                numbers = strategies.integers(0, 9)

                @pytest.fixture(scope="module")
                def fixture(): import app.bridge

                @few
                @given(numbers)
                def test_at_an_example(n):
                    if n == 0:
                        import app.old

                @few
                @given(numbers)
                def test_fails_and_reaches(n):
                    try:
                        import app.old
                    except ImportError:
                        pass
                    assert n == 100

                @few
                @given(numbers.map(lambda n: __import__("app.old")))
                def test_in_a_strategy(n): pass

                @few
                @given(numbers)
                def test_fixture(fixture, n): pass

                @few
                @given(numbers)
                def test_sound(n): pass
                """,
        }
    )
    ran = project.run("-p", "hypothesispytest")
    told = importers(ran)
    assert told == {
        "test_at_an_example": "15",
        "test_fails_and_reaches": "21",
        "test_fixture": "app/bridge.py:1",
        "test_in_a_strategy": "27",
    }
    assert ran.failed == [f"{TEST}::{name}" for name in sorted(told)]
    assert not [one.chain for one in ran.violations if "hypothesis/" in one.chain]


def test_doctest(project: Project) -> None:
    project.configure('mission-critical = ["app/*.py", "docs/*"]')
    project.write(
        {
            "app/shown.py": '''
                def shown():
                    """Shows.

                    >>> import app.old
                    >>> 1 + 1
                    2
                    """

                def sound():
                    """
                    >>> 1 + 1
                    2
                    """
                ''',
            "docs/page.txt": "A page.\n\n>>> from app.old import X\n>>> X\n1\n",
        }
    )
    ran = project.run("--doctest-modules", "--doctest-glob=*.txt")
    assert ran.failed == ["app/shown.py::app.shown.shown", "docs/page.txt::page.txt"]
    assert [one.at for one in ran.violations] == ["app/shown.py:4:0", "docs/page.txt:3:0"]
