"""A mission-critical test fails at the importer, whichever test or file came first."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Project

FREE = "tests/test_free.py"
CRITICAL = "tests/test_critical.py"
OTHER = "tests/test_other.py"

# Two test modules import app.bridge, whose line 3 imports the deprecated module.
SCENARIO = {
    "app/bridge.py": """
        import json

        from app.old import make

        def connect(): return make()
        """,
    FREE: """
        import app.bridge

        def test_free(): assert app.bridge.connect() == 1
        """,
    CRITICAL: """
        import pytest

        from app.bridge import connect

        @pytest.mark.mission_critical
        def test_critical(): assert connect() == 1
        """,
    OTHER: """
        def test_other(): pass
        """,
}

FAILURE = [
    "tests/test_critical.py:3: in <module>",
    "    from app.bridge import connect",
    "app/bridge.py:3: in <module>",
    ">   from app.old import make",
    "E   deprecated import: app.old",
    "E   use:  from app.new import make",
    "E   fix:  change app/bridge.py:3",
]

ORDERS = {
    "last": [OTHER, FREE, CRITICAL],
    "first": [CRITICAL, FREE],
    "alone": [CRITICAL],
    "in the middle": [FREE, CRITICAL, OTHER],
    "by its node id": [FREE, f"{CRITICAL}::test_critical"],
}


@pytest.mark.parametrize("mode", ["prepend", "append", "importlib"])
@pytest.mark.parametrize("order", ORDERS)
def test_it_fails_in_any_order(project: Project, order: str, mode: str) -> None:
    project.write(SCENARIO)
    ran = project.run(f"--import-mode={mode}", *ORDERS[order])
    assert ran.failed == [f"{CRITICAL}::test_critical"]
    assert ran.counts == {"failed": 1, "passed": len(ORDERS[order]) - 1} or order == "alone"
    assert ran.failure("test_critical") == FAILURE
    assert ran.code == 1


@pytest.mark.parametrize(
    "args",
    [
        pytest.param(["-n2"], marks=pytest.mark.forked, id="two workers"),
        pytest.param(["-n2", "--dist=loadfile"], marks=pytest.mark.forked, id="a file a worker"),
        pytest.param(
            ["-n2", "--dist=each"], marks=pytest.mark.forked, id="every test in each worker"
        ),
        pytest.param(["-n1"], marks=pytest.mark.forked, id="one worker"),
        pytest.param(["-n0"], marks=pytest.mark.forked, id="no worker"),
        pytest.param(["-p", "no:xdist"], marks=pytest.mark.forked, id="no xdist"),
        pytest.param(["-p", "no:randomly"], id="not shuffled"),
        pytest.param(["-k", "critical"], id="the others deselected"),
    ],
)
def test_it_fails_however_the_tests_are_dealt_out(project: Project, args: list[str]) -> None:
    project.write(SCENARIO)
    ran = project.run(*args)
    assert ran.failed == [f"{CRITICAL}::test_critical"]
    assert "\n".join(FAILURE) in ran.text
    assert ran.code == 1


@pytest.mark.forked
def test_it_fails_in_workers_of_a_worker(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw0")
    project.write(SCENARIO)
    ran = project.run("-n2")
    assert ran.failed == [f"{CRITICAL}::test_critical"]
    assert ran.violations == project.run().violations


@pytest.mark.forked
@pytest.mark.parametrize("count", ["auto", "logical"])
def test_it_fails_where_a_debugger_keeps_workers_away(project: Project, count: str) -> None:
    project.write(SCENARIO)
    assert project.run("-n", count, "--pdb").failed == [f"{CRITICAL}::test_critical"]


def test_it_fails_where_tests_are_reversed(project: Project) -> None:
    project.write(SCENARIO)
    project.write({"conftest.py": "def pytest_collection_modifyitems(items): items.reverse()\n"})
    ran = project.run("-v")
    assert ran.failed == [f"{CRITICAL}::test_critical"]
    assert ran.failure("test_critical") == FAILURE


def test_the_report_names_the_importer_once(project: Project) -> None:
    project.write(SCENARIO)
    ran = project.run()
    assert ran.violations == [
        (
            "fails",
            "import",
            "app.old",
            "make",
            "app/bridge.py:3:0",
            "tests/test_critical.py:3",
            "tests/test_critical.py::test_critical tests/test_free.py::test_free",
        )
    ]
    assert ran.matched == {"app.old": 1}


def test_nothing_fails_without_a_gate(project: Project) -> None:
    project.write(SCENARIO)
    ran = project.run(FREE, OTHER)
    assert (ran.code, ran.counts) == (0, {"passed": 2})
    told = "app/bridge.py:3  app.old  seen by 1 test, not gated"
    assert ran.summary == [told]
    assert ran.lines[ran.lines.index(told) - 1].endswith(
        "= ssot ====================================="
    )


# -- lineage: the modules between the test and the importer ----------------------------


def critical(body: str) -> str:
    """A test file that runs *body*, and whose test is mission-critical."""
    return f"{body}\n\nimport pytest\n@pytest.mark.mission_critical\ndef test_it(): pass\n"


CHAIN = {
    "app/one.py": "import app.two\n",
    "app/two.py": "\nfrom app import three\n",
    "app/three.py": "\n\nimport app.old\n",
}


@pytest.mark.parametrize(
    ("line", "chain"),
    [
        ("import app.one", "tests/test_b.py:1 > app/one.py:1 > app/two.py:2"),
        ("import app.two", "tests/test_b.py:1 > app/two.py:2"),
        ("from app import two", "tests/test_b.py:1 > app/two.py:2"),
        ("import app.three", "tests/test_b.py:1"),
        ("from app import three as t", "tests/test_b.py:1"),
    ],
)
@pytest.mark.parametrize("before", ["", "import app.one", "import app.three", "import app.two"])
def test_any_module_of_the_chain_carries_it(
    project: Project, line: str, chain: str, before: str
) -> None:
    project.write(CHAIN)
    project.write({"tests/test_a.py": f"{before}\ndef test_it(): pass\n"})
    project.write({"tests/test_b.py": critical(line)})
    ran = project.run("tests/test_a.py", "tests/test_b.py")
    assert ran.failed == ["tests/test_b.py::test_it"]
    steps = [f"{step}: in <module>" for step in (*chain.split(" > "), "app/three.py:3")]
    assert [one for one in ran.failure("test_it") if one.endswith("in <module>")] == steps
    assert ran.sites == [("fails", "app.old", None, "app/three.py:3:0")]


def test_a_neighbour_of_the_chain_does_not_carry_it(project: Project) -> None:
    project.write(CHAIN)
    project.write({"app/clean.py": "import json\n"})
    project.write({"tests/test_a.py": "import app.one\ndef test_it(): pass\n"})
    project.write({"tests/test_b.py": critical("import app, app.clean, json")})
    assert project.run().code == 0


@pytest.mark.parametrize(
    "line", ["import app.pkg.clean", "from app.pkg import clean", "from app.pkg.clean import Y"]
)
@pytest.mark.parametrize("before", ["", "import app.pkg", "import app.pkg.clean"])
def test_a_package_carries_it_for_its_submodules(project: Project, line: str, before: str) -> None:
    project.write(
        {
            "app/pkg/__init__.py": "from app.old import X\n",
            "app/pkg/clean.py": "Y = 1\n",
            "tests/test_a.py": f"{before}\ndef test_it(): pass\n",
            "tests/test_b.py": critical(line),
        }
    )
    ran = project.run()
    assert ran.failed == ["tests/test_b.py::test_it"]
    assert "\n".join(ran.failure("test_it")).startswith(
        f"tests/test_b.py:1: in <module>\n    {line}\napp/pkg/__init__.py:1: in <module>\n"
    )


def test_a_submodule_does_not_carry_it_to_its_package(project: Project) -> None:
    project.write(
        {
            "app/pkg/__init__.py": "",
            "app/pkg/bad.py": "import app.old\n",
            "tests/test_a.py": "import app.pkg.bad\ndef test_it(): pass\n",
            "tests/test_b.py": critical("import app.pkg"),
        }
    )
    assert project.run().code == 0


def test_a_submodule_read_off_its_package_while_a_test_runs(project: Project) -> None:
    project.write(SCENARIO)
    project.write(
        {
            "tests/test_z.py": """
                import app
                import pytest

                @pytest.mark.mission_critical
                def test_z():
                    from app import bridge
                    assert bridge.connect() == 1
                """
        }
    )
    ran = project.run(FREE, "tests/test_z.py")
    assert ran.failed == ["tests/test_z.py::test_z"]
    assert ran.failure("test_z")[:2] == [
        "tests/test_z.py:6: in test_z",
        "    from app import bridge",
    ]


def test_modules_that_import_each_other(project: Project) -> None:
    project.write(
        {
            "app/a.py": "import app.b\n",
            "app/b.py": "import app.a\nimport app.old\n",
            "tests/test_a.py": "import app.b\ndef test_it(): pass\n",
            "tests/test_b.py": critical("import app.a"),
        }
    )
    ran = project.run()
    assert ran.failed == ["tests/test_b.py::test_it"]
    assert ran.sites == [("fails", "app.old", None, "app/b.py:2:0")]


def test_two_importers_are_two_violations(project: Project) -> None:
    project.write(
        {
            "app/a.py": "from app.old import make\n",
            "app/b.py": "import app.a\nfrom app.old import X, make\n",
            "tests/test_a.py": critical("import app.b"),
        }
    )
    ran = project.run()
    chain = "tests/test_a.py:1"
    test = "tests/test_a.py::test_it"
    assert ran.violations == [
        ("fails", "import", "app.old", "make", "app/a.py:1:0", f"{chain} > app/b.py:1", test),
        ("fails", "import", "app.old", "X", "app/b.py:2:0", chain, test),
        ("fails", "import", "app.old", "make", "app/b.py:2:0", chain, test),
    ]
    assert ran.summary == [
        "app/a.py:1  app.old  fails 1 test",
        "app/b.py:2  app.old  fails 1 test",
    ]


def test_a_function_of_a_module_imports_when_it_is_called(project: Project) -> None:
    project.write(
        {
            "app/lazy.py": "def get():\n    from app.old import make\n    return make\n",
            "tests/test_a.py": """
                import pytest
                from app.lazy import get

                def test_first(): get()

                @pytest.mark.mission_critical
                def test_calls(): get()

                @pytest.mark.mission_critical
                def test_does_not(): pass
                """,
        }
    )
    ran = project.run()
    assert ran.failed == ["tests/test_a.py::test_calls"]
    assert ran.violations == [
        (
            "fails",
            "import",
            "app.old",
            "make",
            "app/lazy.py:2:4 get",
            "tests/test_a.py:4 test_first",
            "tests/test_a.py::test_calls tests/test_a.py::test_first",
        )
    ]
    assert ran.failure("test_calls")[:4] == [
        "tests/test_a.py:7: in test_calls",
        "    def test_calls(): get()",
        "app/lazy.py:2: in get",
        ">   from app.old import make",
    ]


# -- conftests, test packages, test files ----------------------------------------------

BELOW = {
    "app/bridge.py": "import app.old\n",
    "tests/test_top.py": critical(""),
    "tests/a/test_a.py": critical(""),
    "tests/a/deep/test_deep.py": critical(""),
    "tests/b/test_b.py": critical(""),
}
IN_A = ["tests/a/deep/test_deep.py::test_it", "tests/a/test_a.py::test_it"]
ALL = [*IN_A, "tests/b/test_b.py::test_it", "tests/test_top.py::test_it"]


@pytest.mark.parametrize("mode", ["prepend", "importlib"])
@pytest.mark.parametrize(
    ("conftests", "failed"),
    [
        (["conftest.py"], ALL),
        (["tests/conftest.py"], ALL),
        (["tests/a/conftest.py"], IN_A),
        (["tests/a/deep/conftest.py"], IN_A[:1]),
        (["tests/b/conftest.py", "tests/a/deep/conftest.py"], [ALL[0], ALL[2]]),
        (["tests/a/conftest.py", "tests/b/conftest.py"], ALL[:3]),
    ],
)
def test_a_conftest_belongs_to_every_test_below_it(
    project: Project, conftests: list[str], failed: list[str], mode: str
) -> None:
    project.write(BELOW)
    project.write(dict.fromkeys(conftests, "import app.bridge\n"))
    ran = project.run(f"--import-mode={mode}")
    assert ran.failed == failed
    assert [one.at for one in ran.violations] == ["app/bridge.py:1:0"]


def test_a_conftest_given_on_the_command_line(project: Project) -> None:
    project.write(BELOW)
    project.write({"tests/a/conftest.py": "\nimport app.bridge\n"})
    ran = project.run("tests/b", "tests/a/deep/test_deep.py")
    assert ran.failed == ["tests/a/deep/test_deep.py::test_it"]
    assert ran.violations[0].chain == "tests/a/conftest.py:2"


def test_a_plugin_that_a_conftest_asks_for(project: Project) -> None:
    project.write({"plug.py": "import app.old\n", "conftest.py": 'pytest_plugins = ["plug"]\n'})
    project.write({"tests/test_a.py": critical("")})
    ran = project.run()
    assert ran.failed == ["tests/test_a.py::test_it"]
    assert ran.sites == [("fails", "app.old", None, "plug.py:1:0")]


def test_the_init_of_a_test_package(project: Project) -> None:
    project.write(
        {
            "app/bridge.py": "import app.old\n",
            "tests/__init__.py": "",
            "tests/a/__init__.py": "import app.bridge\n",
            "tests/a/test_a.py": critical(""),
            "tests/b/__init__.py": "",
            "tests/b/test_b.py": critical(""),
        }
    )
    ran = project.run()
    assert ran.failed == ["tests/a/test_a.py::test_it"]
    assert ran.violations[0].chain == "tests/a/__init__.py:1"


@pytest.mark.parametrize("mode", ["prepend", "append", "importlib"])
@pytest.mark.parametrize("order", [["a", "b"], ["b", "a"], ["b"]])
def test_a_test_file_that_another_one_imported_first(
    project: Project, order: list[str], mode: str
) -> None:
    project.write(
        {
            "tests/__init__.py": "",
            "tests/test_a.py": "from tests import test_b\ndef test_it(): pass\n",
            "tests/test_b.py": critical("import app.old"),
        }
    )
    ran = project.run(f"--import-mode={mode}", *(f"tests/test_{one}.py" for one in order))
    assert ran.failed == ["tests/test_b.py::test_it"]
    assert [one.at for one in ran.violations] == ["tests/test_b.py:1:0"]


def test_a_helper_beside_the_tests(project: Project) -> None:
    project.write(
        {
            "tests/helper.py": "import app.old\n",
            "tests/test_a.py": "import helper\ndef test_it(): pass\n",
            "tests/test_b.py": critical("from helper import app"),
            "tests/test_c.py": critical(""),
        }
    )
    assert project.run().failed == ["tests/test_b.py::test_it"]


def test_two_test_files_of_one_name(project: Project) -> None:
    project.write(
        {
            "tests/a/test_it.py": critical("import app.old"),
            "tests/b/test_it.py": critical(""),
            "tests/c/test_it.py": critical("\nfrom app import old"),
        }
    )
    ran = project.run("--import-mode=importlib")
    assert ran.failed == ["tests/a/test_it.py::test_it", "tests/c/test_it.py::test_it"]
    assert [one.at for one in ran.violations] == [
        "tests/a/test_it.py:1:0",
        "tests/c/test_it.py:2:0",
    ]


# -- fixtures --------------------------------------------------------------------------

SCOPES = ["function", "class", "module", "package", "session"]

USERS = """
    import pytest

    class TestIt:
        def test_first(self, bridge): pass

        @pytest.mark.mission_critical
        def test_uses(self, bridge): pass

        @pytest.mark.mission_critical
        def test_does_not(self): pass
    """


@pytest.mark.parametrize("body", ["import app.old", "import app.bridge", "from app import bridge"])
@pytest.mark.parametrize("scope", SCOPES)
def test_a_fixture_belongs_to_every_test_that_uses_it(
    project: Project, scope: str, body: str
) -> None:
    project.write(
        {
            "app/bridge.py": "import app.old\n",
            "tests/conftest.py": f"""
                import pytest

                @pytest.fixture(scope="{scope}")
                def bridge():
                    {body}
                """,
            "tests/test_a.py": USERS,
        }
    )
    ran = project.run()
    assert ran.failed == ["tests/test_a.py::TestIt::test_uses"]
    assert ran.failure("TestIt.test_uses")[0] == "tests/conftest.py:5: in bridge"
    assert [one.tests for one in ran.violations] == [
        "tests/test_a.py::TestIt::test_first tests/test_a.py::TestIt::test_uses"
    ]


FIXTURES = """
    import pytest

    @pytest.fixture(scope="session")
    def base():
        import app.old

    @pytest.fixture(scope="session")
    def outer(base): pass

    @pytest.fixture(scope="session")
    def dynamic(request): return request.getfixturevalue("base")

    @pytest.fixture
    def near(outer): pass

    @pytest.fixture(scope="session", params=["clean", "dirty"])
    def some(request):
        if request.param == "dirty":
            import app.old

    @pytest.fixture(scope="session")
    def generator():
        import app.old
        yield
    """


@pytest.mark.parametrize(
    ("first", "use"),
    [
        ("base", "def test_it(base): pass"),
        ("base", "def test_it(outer): pass"),
        ("base", "def test_it(near): pass"),
        ("outer", "def test_it(near): pass"),
        ("outer", "def test_it(base): pass"),
        ("near", "def test_it(outer): pass"),
        ("generator", "def test_it(generator): pass"),
        ("base", "@pytest.mark.usefixtures('near')\ndef test_it(): pass"),
        ("base", "def test_it(request): request.getfixturevalue('base')"),
        ("base", "def test_it(request): request.getfixturevalue('near')"),
        ("dynamic", "def test_it(dynamic): pass"),
        ("dynamic", "def test_it(base): pass"),
        ("base", "def test_it(dynamic): pass"),
    ],
)
def test_a_fixture_that_stands_behind_another(project: Project, first: str, use: str) -> None:
    project.write(
        {
            "tests/conftest.py": FIXTURES,
            "tests/test_a.py": f"def test_first({first}): pass\n",
            "tests/test_b.py": f"import pytest\npytestmark = pytest.mark.mission_critical\n{use}\n",
            "tests/test_c.py": critical(""),
        }
    )
    ran = project.run()
    assert ran.failed == ["tests/test_b.py::test_it"]
    at = (
        "tests/conftest.py:23:4 generator" if first == "generator" else "tests/conftest.py:5:4 base"
    )
    assert ran.sites == [("fails", "app.old", None, at)]


def test_a_parameter_of_a_fixture(project: Project) -> None:
    project.write(
        {
            "tests/conftest.py": FIXTURES,
            "tests/test_a.py": "def test_first(some): pass\n",
            "tests/test_b.py": """
                import pytest

                @pytest.mark.mission_critical
                def test_it(some): pass
                """,
        }
    )
    ran = project.run()
    assert ran.failed == ["tests/test_b.py::test_it[dirty]"]


SETUPS = {
    "setup_module": "def setup_module():\n    import app.old\n",
    "setUpModule": "def setUpModule():\n    import app.old\n",
    "autouse": """
        @pytest.fixture(autouse=True, scope="module")
        def always():
            import app.old
        """,
    "module level": "import app.old\n",
    "class body": "class Settings:\n    import app.old\n",
    "default argument": "def f(x=__import__('app.old')): pass\n",
}


@pytest.mark.parametrize("setup", SETUPS)
def test_the_setup_of_a_module_belongs_to_all_its_tests(project: Project, setup: str) -> None:
    tests = "def test_1(): pass\n@pytest.mark.mission_critical\ndef test_2(): pass\n"
    project.write(
        {
            "tests/test_a.py": f"import pytest\n{dedent(SETUPS[setup])}\n{tests}",
            "tests/test_b.py": critical(""),
        }
    )
    ran = project.run()
    assert ran.failed == ["tests/test_a.py::test_2"]
    assert [one.tests for one in ran.violations] == [
        "tests/test_a.py::test_1 tests/test_a.py::test_2"
    ]


@pytest.mark.parametrize(
    ("base", "method"),
    [
        ("", "@classmethod\n    def setup_class(cls)"),
        ("(unittest.TestCase)", "@classmethod\n    def setUpClass(cls)"),
    ],
)
def test_the_setup_of_a_class_belongs_to_its_tests(
    project: Project, base: str, method: str
) -> None:
    project.write(
        {
            "tests/test_a.py": f"""
import pytest, unittest

class TestA{base}:
    {method}:
        import app.old

    def test_1(self): pass

    @pytest.mark.mission_critical
    def test_2(self): pass

@pytest.mark.mission_critical
class TestB:
    def test_3(self): pass
"""
        }
    )
    assert project.run().failed == ["tests/test_a.py::TestA::test_2"]
