"""What was expected, filtered or silenced is asked of each test, and hangs on no other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree

import pytest

if TYPE_CHECKING:
    from tests.conftest import Project

#: What each row has, unless it says otherwise. ``R`` is the row's own package, ``T`` its tests.
FILES = {
    "R/__init__.py": "",
    "R/lib.py": "import warnings\ndef call(): warnings.warn('R is old', DeprecationWarning, 2)\n",
    "R/uses.py": "from R.lib import call\nVALUE = call()\n",
    "R/go.py": "from R.lib import call\ndef go(): call()\n",
    "R/shim.py": "import warnings\nwarnings.warn('R.shim is old', DeprecationWarning, 2)\nY = 1\n",
    "R/from_shim.py": "from R.shim import Y\n",
    # A rule is on this one.
    "R/old.py": "import warnings\nwarnings.warn('R.old is old', DeprecationWarning, 2)\nY = 1\n",
    "R/from_old.py": "from R.old import Y\n",
    "T/conftest.py": "",
}
HEAD = "import importlib, sys, unittest, warnings\nimport pytest\n"

USES = "R/uses.py:2"
GO = "R/go.py:2"
SHIM = "R/from_shim.py:1"
OLD = "R/from_old.py:1"

WARNS = "with pytest.warns(DeprecationWarning): {}"
RECORD = "with warnings.catch_warnings(record=True): {}"
IGNORE = "with warnings.catch_warnings(): warnings.simplefilter('ignore'); {}"
NAMED = "with warnings.catch_warnings(): warnings.filterwarnings('ignore', 'R'); {}"
SKIP = "pytest.importorskip('{}')"
MARK = "@pytest.mark.filterwarnings('ignore:R')\n"
BLANKET = "@pytest.mark.filterwarnings('ignore::DeprecationWarning')\n"


class Row(NamedTuple):
    """Tests of one file, each with what it is told: verdict and place, nothing if it is empty."""

    tests: tuple[tuple[str, str], ...]
    files: dict[str, str]


def row(*tests: tuple[str, str], **files: str) -> Row:
    named = {name.replace("__", "/") + ".py": text for name, text in files.items()}
    return Row(tests, named)


def case(body: str, marks: str = "", takes: str = "") -> str:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return f"{marks}def test_it({takes}):\n{lines}\n"


IMPORT = "import R.uses"
GONE = "go()"
TAKES_GO = "from R.go import go\n"

ROWS = {
    # -- a module that reaches it while it loads
    "warns": row((case(WARNS.format(IMPORT)), ""), (case(IMPORT), f"fails {USES}")),
    "deprecated_call": row(
        (case(f"with pytest.deprecated_call(): {IMPORT}"), ""), (case(IMPORT), f"fails {USES}")
    ),
    "record": row((case(RECORD.format(IMPORT)), ""), (case(IMPORT), f"fails {USES}")),
    "recwarn": row((case(IMPORT, "", "recwarn"), ""), (case(IMPORT), f"fails {USES}")),
    "ignore": row(
        (case(IGNORE.format(IMPORT)), f"suppressed {USES}"), (case(IMPORT), f"fails {USES}")
    ),
    "importorskip": row(
        (case(SKIP.format("R.uses")), f"suppressed {USES}"), (case(IMPORT), f"fails {USES}")
    ),
    "mark": row((case(IMPORT, MARK), f"allowed {USES}"), (case(IMPORT), f"fails {USES}")),
    "blanket_mark": row((case(IMPORT, BLANKET), f"fails {USES}"), (case(IMPORT), f"fails {USES}")),
    "named": row((case(NAMED.format(IMPORT)), f"allowed {USES}"), (case(IMPORT), f"fails {USES}")),
    "warns_of_others": row(
        (case(f"with pytest.warns(UserWarning): warnings.warn('x'); {IMPORT}"), f"fails {USES}"),
        (case(RECORD.format(IMPORT)), ""),
    ),
    "warns_of_another_message": row(
        (
            case(
                "with pytest.warns(DeprecationWarning, match='mine'):\n"
                f"    warnings.warn('mine', DeprecationWarning)\n    {IMPORT}"
            ),
            f"fails {USES}",
        ),
        (case(RECORD.format(IMPORT)), ""),
    ),
    "through_another": row(
        (case(WARNS.format("import R.mid")), ""),
        (case("import R.mid"), f"fails {USES}"),
        (case("import R.uses"), f"fails {USES}"),
        R__mid="import R.uses\n",
    ),
    "silenced_on_the_way": row(
        (case("import R.mid"), f"suppressed {USES}"),
        (case(WARNS.format("import R.uses")), ""),
        (case("import R.uses"), f"fails {USES}"),
        R__mid="import warnings\n" + IGNORE.format("import R.uses") + "\n",
    ),
    "silenced_where_it_is_used": row(
        (case("import R.quiet"), "suppressed R/quiet.py:3"),
        (case(RECORD.format("import R.quiet")), "suppressed R/quiet.py:3"),
        R__quiet=f"import warnings\nfrom R.lib import call\n{IGNORE.format('call()')}\n",
    ),
    "silenced_round_a_circle": row(
        (case(RECORD.format("import R.x")), ""),
        (case("import R.x", MARK), "allowed R/x.py:3"),
        (case("import R.x"), "fails R/x.py:3"),
        R__x=f"import warnings\nfrom R.lib import call\ncall()\n{IGNORE.format('import R.y')}\n",
        R__y="import R.x\n",
    ),
    "both_ways": row((case(f"{RECORD.format(IMPORT)}\n{IMPORT}"), f"fails {USES}")),
    "caught_by_the_file": row(
        (case("pass"), ""), (case(IMPORT), f"fails {USES}"), T__head=WARNS.format(IMPORT)
    ),
    "silenced_by_the_file": row(
        (case("pass"), f"suppressed {USES}"),
        (case(IMPORT), f"fails {USES}"),
        T__head=IGNORE.format(IMPORT),
    ),
    "of_the_file": row(
        (case("pass", MARK), f"allowed {USES}"),
        (case("pass", "", "recwarn"), f"fails {USES}"),
        T__head=IMPORT,
    ),
    # -- a module that warns of itself, without a rule and with one
    "shim_warns": row(
        (case(WARNS.format("import R.from_shim")), ""),
        (case("import R.from_shim"), f"fails {SHIM}"),
    ),
    "shim_record": row(
        (case(RECORD.format("import R.from_shim")), ""),
        (case("import R.from_shim"), f"fails {SHIM}"),
    ),
    "shim_ignore": row(
        (case(IGNORE.format("import R.from_shim")), f"suppressed {SHIM}"),
        (case("import R.from_shim"), f"fails {SHIM}"),
    ),
    "shim_importorskip": row(
        (case(SKIP.format("R.from_shim")), f"suppressed {SHIM}"),
        (case("import R.from_shim"), f"fails {SHIM}"),
    ),
    "shim_mark": row(
        (case("import R.from_shim", MARK), f"allowed {SHIM}"),
        (case("import R.from_shim"), f"fails {SHIM}"),
    ),
    "old_warns": row(
        (case(WARNS.format("import R.from_old")), ""), (case("import R.from_old"), f"fails {OLD}")
    ),
    "old_record": row(
        (case(RECORD.format("import R.from_old")), ""), (case("import R.from_old"), f"fails {OLD}")
    ),
    "old_ignore": row(
        (case(IGNORE.format("import R.from_old")), f"fails {OLD}"),
        (case("import R.from_old"), f"fails {OLD}"),
    ),
    "old_mark": row(
        (case("import R.from_old", MARK), f"fails {OLD}"),
        (case(WARNS.format("import R.from_old")), ""),
    ),
    "old_warns_of_others": row(
        (
            case("with pytest.warns(UserWarning): warnings.warn('x'); import R.from_old"),
            f"fails {OLD}",
        ),
        (case(RECORD.format("import R.from_old")), ""),
    ),
}
for how, body in {
    "pop": "sys.modules.pop('R.{0}', None)\n" + WARNS.format("import R.{0}"),
    "delitem": (
        "monkeypatch.delitem(sys.modules, 'R.{0}', raising=False)\n" + WARNS.format("import R.{0}")
    ),
    "reload": (
        "with warnings.catch_warnings(record=True): module = importlib.import_module('R.{0}')\n"
        + WARNS.format("importlib.reload(module)")
    ),
}.items():
    for name, rule in (("shim", SHIM), ("old", OLD)):
        shown = case(body.format(name), takes="monkeypatch")
        ROWS[f"{how}_{name}"] = row(
            (shown, ""),
            (shown, ""),
            (case(f"import R.from_{name}"), f"fails {rule}"),
            (shown, ""),
        )

SCOPES = ("function", "class", "module", "package", "session")
for scope in SCOPES:
    fixture = f"import pytest, warnings\n@pytest.fixture(scope='{scope}')\ndef it(request):\n"
    at = {"T__conftest": fixture + "    import R.uses\n"}
    ROWS[f"{scope}_fixture"] = row(
        (case("pass", MARK, "it"), f"allowed {USES}"),
        (case("pass", BLANKET, "it"), f"fails {USES}"),
        (case("pass", "", "it"), f"fails {USES}"),
        **at,
    )
    ROWS[f"{scope}_fixture_by_name"] = row(
        (case(RECORD.format("request.getfixturevalue('it')"), "", "request"), ""),
        (
            case(IGNORE.format("request.getfixturevalue('it')"), "", "request"),
            f"suppressed {USES}",
        ),
        (case("request.getfixturevalue('it')", "", "request"), f"fails {USES}"),
        **at,
    )
    ROWS[f"{scope}_fixture_expects"] = row(
        (case("pass", "", "it"), ""),
        (case("pass", BLANKET, "it"), ""),
        (case(IMPORT), f"fails {USES}"),
        T__conftest=fixture + f"    {RECORD.format(IMPORT)}\n",
    )
    ROWS[f"{scope}_fixture_silences"] = row(
        (case("pass", "", "it"), f"suppressed {USES}"),
        (case("pass", "", "it"), f"suppressed {USES}"),
        (case(IMPORT), f"fails {USES}"),
        T__conftest=fixture + f"    {IGNORE.format(IMPORT)}\n",
    )
    told = "" if scope == "function" else f"fails {GO}"
    held = "    with warnings.catch_warnings(record=True):\n        {}yield\n"
    ROWS[f"{scope}_fixture_holds_a_recorder"] = row(
        (case(TAKES_GO + GONE, "", "it"), told),
        (case(TAKES_GO + GONE, "", "it"), told),
        T__conftest=fixture + held.format(""),
    )
    ROWS[f"{scope}_fixture_holds_a_filter"] = row(
        (case(TAKES_GO + GONE, "", "it"), f"allowed {GO}"),
        (case(TAKES_GO + GONE, "", "it"), f"allowed {GO}"),
        (case(TAKES_GO + GONE), f"fails {GO}"),
        T__conftest=fixture + "    warnings.filterwarnings('ignore', 'R is old')\n",
    )

ROWS |= {
    # -- whose filter
    "set_in_the_test": row(
        (case(f"{TAKES_GO}warnings.filterwarnings('ignore', 'R is old')\ngo()"), f"allowed {GO}"),
        (case(f"{TAKES_GO}go()"), f"fails {GO}"),
    ),
    "set_by_a_helper_of_tests": row(
        (
            case(f"{TAKES_GO}from helpers_R import quiet\nwith quiet(): go()"),
            f"allowed {GO}",
        ),
        (case(f"{TAKES_GO}go()"), f"fails {GO}"),
    ),
    "set_by_the_conftest": row(
        (case(f"{TAKES_GO}go()"), f"allowed {GO}"),
        (case(f"{TAKES_GO}go()"), f"allowed {GO}"),
        T__conftest="import warnings\nwarnings.filterwarnings('ignore', 'R is old')\n",
    ),
    "set_by_the_file": row(
        (case(f"{TAKES_GO}go()"), f"allowed {GO}"),
        (case(f"{TAKES_GO}go()"), f"allowed {GO}"),
        T__head="warnings.filterwarnings('ignore', 'R is old')\n",
    ),
    "around_its_own_call": row(
        (case("from R.own import go\ngo()"), "suppressed R/own.py:5"),
        (
            case("from R.own import go\nwith warnings.catch_warnings(record=True): go()"),
            "suppressed R/own.py:5",
        ),
        R__own=(
            "import warnings\nfrom R.lib import call\ndef go():\n"
            "    with warnings.catch_warnings():\n        "
            "warnings.filterwarnings('ignore', 'R is old'); call()\n"
        ),
    ),
    "for_the_process": row(
        (case("import R.all\nfrom R.go import go\ngo()"), f"fails {GO}"),
        (case("import R.all\nfrom R.go import go\ngo()"), f"fails {GO}"),
        (case("import R.all\nfrom R.go import go\n" + WARNS.format("go()")), ""),
        R__all="import warnings\nwarnings.filterwarnings('ignore', 'R is old')\n",
    ),
    "for_the_process_in_a_function": row(
        (case("from R.all import quiet\nfrom R.go import go\nquiet()\ngo()"), f"fails {GO}"),
        (case("from R.go import go\ngo()"), f"fails {GO}"),
        R__all=(
            "import warnings\ndef quiet():\n    warnings.filterwarnings('ignore', 'R is old')\n"
        ),
    ),
    "for_the_process_while_it_loads": row(
        (case("import R.all"), "fails R/all.py:4"),
        (case("import R.all"), "fails R/all.py:4"),
        R__all=(
            "import warnings\nwarnings.filterwarnings('ignore', 'R is old')\n"
            "from R.lib import call\ncall()\n"
        ),
    ),
    "for_the_process_in_the_tests_own": row(
        (
            case(f"with warnings.catch_warnings():\n    import R.all\n    {TAKES_GO}    go()"),
            f"fails {GO}",
        ),
        (
            case(f"with warnings.catch_warnings():\n    import R.all\n    {TAKES_GO}    go()"),
            f"fails {GO}",
        ),
        R__all="import warnings\nwarnings.filterwarnings('ignore', 'R is old')\n",
    ),
    "fits_everything": row(
        *(
            (case(TAKES_GO + GONE, f"@pytest.mark.filterwarnings({text!r})\n"), f"fails {GO}")
            for text in (
                "ignore:.*:DeprecationWarning",
                "ignore:(?s).+",
                "ignore:",
                "ignore:^",
                "ignore:.",
            )
        ),
        (case(f"{TAKES_GO}warnings.filterwarnings('ignore', '.*')\ngo()"), f"fails {GO}"),
        (case(f"{TAKES_GO}warnings.filterwarnings('ignore', module='.*')\ngo()"), f"fails {GO}"),
        (
            case(
                f"{TAKES_GO}with warnings.catch_warnings():\n"
                "    warnings.filterwarnings('ignore', '.*')\n    go()"
            ),
            f"suppressed {GO}",
        ),
    ),
    # -- an error of the test's own making
    "error_and_raises": row(
        (
            case(
                f"{TAKES_GO}warnings.simplefilter('error')\n"
                "with pytest.raises(DeprecationWarning): go()"
            ),
            "",
        ),
        (
            case(
                f"{TAKES_GO}with warnings.catch_warnings():\n"
                "    warnings.simplefilter('error', DeprecationWarning)\n"
                "    with pytest.raises(DeprecationWarning, match='old'): go()"
            ),
            "",
        ),
        (
            case(
                f"{TAKES_GO}with pytest.raises(DeprecationWarning): go()",
                "@pytest.mark.filterwarnings('error::DeprecationWarning')\n",
            ),
            "",
        ),
        (
            case(
                f"{TAKES_GO}warnings.simplefilter('error')\ntry: go()\n"
                "except DeprecationWarning: pass"
            ),
            "",
        ),
        (case(TAKES_GO + GONE), f"fails {GO}"),
    ),
    "error_and_swallowed": row(
        (
            case("from R.swallow import go\nwarnings.simplefilter('error')\ngo()"),
            "fails R/swallow.py:3",
        ),
        (case("from R.swallow import go\ngo()"), "fails R/swallow.py:3"),
        R__swallow=(
            "from R.lib import call\ndef go():\n    try: call()\n    except Exception: pass\n"
        ),
    ),
    # -- nested recorders
    "inner_hands_on": row(
        (
            case(
                f"{TAKES_GO}with pytest.warns(DeprecationWarning):\n"
                "    with pytest.warns(UserWarning): warnings.warn('x'); go()"
            ),
            "",
        ),
        (
            case(
                f"{TAKES_GO}with pytest.warns(DeprecationWarning, match='R is'):\n"
                "    with pytest.warns(DeprecationWarning, match='mine'):\n"
                "        warnings.warn('mine', DeprecationWarning); go()"
            ),
            "",
        ),
        (
            case(
                f"{TAKES_GO}with pytest.warns(DeprecationWarning, match='other'):\n"
                "    warnings.warn('other', DeprecationWarning)\n"
                "    with pytest.warns(UserWarning): warnings.warn('x'); go()"
            ),
            f"fails {GO}",
        ),
        (
            case(
                f"{TAKES_GO}with pytest.warns(UserWarning): warnings.warn('x'); go()", "", "recwarn"
            ),
            "",
        ),
        (
            case(
                f"{TAKES_GO}with warnings.catch_warnings():\n    warnings.simplefilter('ignore')\n"
                "    with pytest.warns(UserWarning): warnings.warn('x'); go()"
            ),
            f"suppressed {GO}",
        ),
    ),
    "two_blocks": row(
        (
            case(
                "from R.two import a, b\nwith pytest.warns(DeprecationWarning): a()\n"
                "with pytest.warns(UserWarning): warnings.warn('x'); b()"
            ),
            "fails R/two.py:3",
        ),
        (
            case(
                "from R.two import a, b\nwith pytest.warns(UserWarning): warnings.warn('x'); b()\n"
                "with pytest.warns(DeprecationWarning): a()"
            ),
            "fails R/two.py:3",
        ),
        R__two="from R.lib import call\ndef a(): call()\ndef b(): call()\n",
    ),
    "application_records": row(
        (case("from R.own import go\ngo()"), "suppressed R/own.py:4"),
        (case("from R.own import go\n" + RECORD.format("go()")), "suppressed R/own.py:4"),
        R__own=(
            "import warnings\nfrom R.lib import call\ndef go():\n"
            "    with warnings.catch_warnings(record=True): call()\n"
        ),
    ),
    "an_exit_stack": row(
        (
            case(
                f"{TAKES_GO}import contextlib\nwith contextlib.ExitStack() as stack:\n"
                "    stack.enter_context(pytest.warns(DeprecationWarning))\n    go()"
            ),
            "",
        ),
        (case(TAKES_GO + GONE), f"fails {GO}"),
    ),
}
UNITTEST = """
class TestIt(unittest.TestCase):
    def test_it(self):
        from R.go import go
        {}
"""
ROWS["unittest"] = row(
    (UNITTEST.format("with self.assertWarns(DeprecationWarning): go()"), ""),
    (UNITTEST.format("with self.assertWarns(Warning): go()"), ""),
    (UNITTEST.format("self.assertWarns(DeprecationWarning, go)"), ""),
    (UNITTEST.format("with self.assertWarnsRegex(DeprecationWarning, 'is old'): go()"), ""),
    (
        UNITTEST.format("with self.assertWarns(UserWarning): warnings.warn('x'); go()"),
        f"fails {GO}",
    ),
    (
        UNITTEST.format(
            "with self.assertWarnsRegex(DeprecationWarning, 'mine'):"
            " warnings.warn('mine', DeprecationWarning); go()"
        ),
        f"fails {GO}",
    ),
    (
        UNITTEST.format(
            "with self.assertWarns(DeprecationWarning):\n"
            "            with pytest.warns(UserWarning): warnings.warn('x'); go()"
        ),
        "",
    ),
)

#: How the tests are run, by the plugin that does so. The rows have nothing in common: who is
#: the only one of a row to run has the process to itself.
BACKWARD = "def pytest_collection_modifyitems(items): items.reverse()\n"
ALONE = """
    def pytest_collection_modifyitems(items):
        items[:] = [item for item in items if item.name == "test_{}"]
    """
MOST = max(len(row.tests) for row in ROWS.values())


@pytest.fixture
def expected(project: Project) -> dict[str, str]:
    """Writes all rows; what each test is to be told."""
    rules = [f'[[tool.pytest-ssot.rules]]\ndeprecated = "app.{name}.old"\n' for name in ROWS]
    project.configure('mission-critical = ["tests"]', "".join(rules))
    found: dict[str, str] = {}
    for name in ROWS:
        found |= _write(project, name)
    return found


@pytest.mark.parametrize(
    "mode", ["forward", "backward", pytest.param("dealt", marks=pytest.mark.forked)]
)
def test_what_each_is_told_hangs_on_no_order(
    project: Project, expected: dict[str, str], mode: str
) -> None:
    project.write({"forward.py": "", "backward.py": BACKWARD})
    args = ("-n2",) if mode == "dealt" else ("-p", mode)
    assert _run(project, *args) == expected


@pytest.mark.parametrize("number", range(MOST))
def test_what_each_is_told_hangs_on_no_other(
    project: Project, expected: dict[str, str], number: int
) -> None:
    project.write({"alone.py": ALONE.format(number)})
    alone = {name: told for name, told in expected.items() if name.endswith(f"test_{number}")}
    assert _run(project, "-p", "alone") == alone


def _run(project: Project, *args: str) -> dict[str, str]:
    """Verdict and place of what each test was told of."""
    xml = ("--junitxml=it.xml", "-o", "junit_family=xunit1")
    ran = project.run(*args, "--ssot-report", "junit", *xml)
    assert "error inside" not in ran.text
    return _told((project.path / "it.xml").read_text("utf-8"))


def _write(project: Project, name: str) -> dict[str, str]:
    """Write the row *name*; returns what each of its tests is to be told."""

    def named(text: str) -> str:
        text = re.sub(r"\bR/", f"app/{name}/", re.sub(r"\bT/", f"tests/{name}/", text))
        return re.sub(r"helpers_R", f"helpers_{name}", re.sub(r"\bR\b", f"app.{name}", text))

    files = FILES | ROWS[name].files
    head = HEAD + files.pop("T/head.py", "")
    files["tests/helpers_R.py"] = (
        "import contextlib, warnings\n@contextlib.contextmanager\ndef quiet():\n"
        "    with warnings.catch_warnings():\n"
        "        warnings.filterwarnings('ignore', 'R is old')\n        yield\n"
    )
    expected = {}
    text = head
    for number, (code, told) in enumerate(ROWS[name].tests):
        text += "\n" + code.replace("test_it", f"test_{number}").replace("TestIt", f"Test{number}")
        expected[f"{name}::test_{number}"] = named(told)
    files[f"T/test_{name}.py"] = text
    project.write({named(path): named(code) for path, code in files.items()})
    return expected


def _told(xml: str) -> dict[str, str]:
    found = {}
    for case in ElementTree.fromstring(xml).iter("testcase"):
        values = [
            one.get("value", "") for one in case.iter("property") if one.get("name") == "ssot"
        ]
        told = sorted(" ".join(value.split()[:2]) for value in values)
        row = (case.get("file") or "").split("/")[1]
        found[f"{row}::{case.get('name')}"] = "; ".join(told)
    return found
