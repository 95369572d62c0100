"""``--pdb`` opens at the importer, for a test that nothing else has failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Project, Ran

pytestmark = pytest.mark.fresh

TEST = "tests/test_it.py"
MARKED = "@pytest.mark.mission_critical\n"
BRIDGE = """
    import json

    class Bridge:
        known = "known"

        def connect(self):
            local = 1
            try:
                from app.old import make
            except ImportError:
                make = None
            return make
    """
SCENARIO = {
    "app/bridge.py": BRIDGE,
    TEST: f"""
        import pytest
        from app.bridge import Bridge

        SEEN = "seen"

        {MARKED.strip()}
        def test_it(): assert Bridge().connect()
        """,
}


def prompted(ran: Ran) -> list[str]:
    """What the debugger answered, from its first prompt on."""
    start = next(number for number, line in enumerate(ran.lines) if "PDB post_mortem" in line)
    return [line.removeprefix("(Pdb)").strip() for line in ran.lines[start + 1 :]]


def at(project: Project, place: str, line: str) -> list[str]:
    """How pdb names a line that is the current one."""
    return [f"> {project.path / place}", f"-> {line}"]


def test_it_opens_at_the_importer(project: Project) -> None:
    project.write(SCENARIO)
    told = prompted(project.debug("w;l;p Bridge.known;up;p SEEN;c"))
    importer = at(project, "app/bridge.py(9)connect()", "from app.old import make")
    test = at(project, f"{TEST}(7)test_it()", "def test_it(): assert Bridge().connect()")
    assert told[:2] == importer
    assert told[2:6] == [test[0].removeprefix("> "), test[1], *importer]
    assert told[6].split() == ["4", "known", "=", '"known"']
    assert told[11].split() == ["9", "->", "from", "app.old", "import", "make"]
    known = told.index("'known'")
    assert told[known + 1 : known + 4] == [*test, "'seen'"]


def test_what_was_seen_is_told_after_the_debugger_is_left(project: Project) -> None:
    project.write(SCENARIO)
    ran = project.debug("q")
    assert "Quitting debugger" in ran.text
    assert ran.code == 2
    assert ran.failed == [f"{TEST}::test_it"]
    assert ran.summary == ["app/bridge.py:9  app.old  fails 1 test"]
    assert ran.bytes == project.run().bytes


def test_a_failure_of_its_own_is_where_it_opens(project: Project) -> None:
    own = f"import pytest\n{MARKED}def test_it():\n    import app.old\n    assert 1 == 2\n"
    project.write({TEST: own})
    ran = project.debug("c")
    assert prompted(ran)[:2] == at(project, f"{TEST}(5)test_it()", "assert 1 == 2")
    assert ran.summary == [f"{TEST}:4  app.old  fails 1 test"]


def test_an_expected_failure_is_not_where_it_opens(project: Project) -> None:
    marks = f"@pytest.mark.xfail\n{MARKED}"
    project.write({TEST: f"import pytest\n{marks}def test_it():\n    import app.old\n    1 / 0\n"})
    told = prompted(project.debug("c"))
    assert told[:2] == at(project, f"{TEST}(5)test_it()", "import app.old")


def test_it_opens_for_a_teardown(project: Project) -> None:
    project.write(
        {
            TEST: f"""
                import pytest

                @pytest.fixture
                def fixture():
                    yield
                    import app.old

                {MARKED.strip()}
                def test_it(fixture): pass
                """
        }
    )
    ran = project.debug("c")
    assert prompted(ran)[:2] == at(project, f"{TEST}(6)fixture()", "import app.old")
    assert ran.counts == {"passed": 1, "errors": 1}


def test_it_opens_at_an_importer_whose_module_is_gone(project: Project) -> None:
    project.write(
        {
            "app/bridge.py": "import app.old\n",
            TEST: f"""
                import sys
                import pytest

                {MARKED.strip()}
                def test_it():
                    import app.bridge
                    del sys.modules["app.bridge"]
                """,
        }
    )
    told = prompted(project.debug("p __file__;c"))
    assert told[:2] == at(project, "app/bridge.py(1)<module>()", "import app.old")
    assert told[2] == repr(str(project.path / "app/bridge.py"))


def test_it_stays_closed_for_what_fails_nothing(project: Project) -> None:
    project.write({TEST: "def test_it(): import app.old\n"})
    ran = project.debug("c")
    assert (ran.code, ran.counts) == (0, {"passed": 1})
    assert "PDB" not in ran.text
