"""A run and a scan agree on each line that uses a target: imports and uses, wherever they stand.

Each row is a module of the package ``app``, whose function ``run`` a test calls. An import
statement speaks for the attributes that are read where it has run; the row says what is told
beside it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.source.conftest import Scan

if TYPE_CHECKING:
    from tests.conftest import Project


class Row(NamedTuple):
    """A module, the places that a run tells, and those that only a scan does, which runs nothing.

    ``pkg`` is about the package ``app.pkg`` without its submodules, else it is about ``app.old``.
    """

    body: str
    told: str
    more: str = ""
    pkg: bool = False
    verdict: str = "fails"


#: An import in a function, and the use in something inside of it.
INNER = {
    "a function": Row(
        "import app\ndef run():\n    import app.old\n    def f():\n        return app.old.X\n"
        "    f()",
        "3:4 run",
    ),
    "a function two deep": Row(
        "import app\ndef run():\n    import app.old\n    def f():\n        def g():\n"
        "            return app.old.X\n        return g()\n    f()",
        "3:4 run",
    ),
    "a function under a decorator": Row(
        "import app, functools\ndef wrap(f):\n    @functools.wraps(f)\n    def g(): return f()\n"
        "    return g\ndef run():\n    import app.old\n    @wrap\n    @wrap\n    def f():\n"
        "        return app.old.X\n    f()",
        "7:4 run",
    ),
    "the decorator itself": Row(
        "import app\ndef run():\n    import app.old\n    @app.old.make\n    def f(): pass",
        "3:4 run",
    ),
    "a lambda": Row(
        "import app\ndef run():\n    import app.old\n    (lambda: app.old.X)()", "3:4 run"
    ),
    "a lambda of the module": Row("import app.old\nf = lambda: app.old.X\ndef run(): f()", "1:0"),
    "a comprehension": Row(
        "import app\ndef run():\n    import app.old\n    [app.old.X for _ in '12']\n"
        "    {app.old.X: 1 for _ in '12' if app.old.X}\n    {app.old.X for _ in [app.old.X]}",
        "3:4 run",
    ),
    "a generator": Row(
        "import app\ndef run():\n    import app.old\n    list(app.old.X for _ in '12')", "3:4 run"
    ),
    "an asynchronous comprehension": Row(
        "import app, asyncio\nasync def ns():\n    yield 1\nasync def f():\n    import app.old\n"
        "    return [app.old.X async for _ in ns()]\ndef run(): asyncio.run(f())",
        "5:4 f",
    ),
    "a comprehension in a lambda in a function": Row(
        "import app\ndef run():\n    import app.old\n    def f():\n"
        "        return (lambda: [app.old.X for _ in '12'])()\n    f()",
        "3:4 run",
    ),
    "a default": Row(
        "import app\ndef run():\n    import app.old\n    def f(a=app.old.X, *, b=app.old.X): pass",
        "3:4 run",
    ),
    "a default, before the import": Row(
        "import app\ndef run():\n    def f(a=app.old.X): pass\n    from app.old import X",
        "3:12 run; 4:4 run X",
    ),
    "a class": Row(
        "import app\ndef run():\n    import app.old\n    class C:\n        x = app.old.X\n"
        "        def f(self): return app.old.X\n    C().f()",
        "3:4 run",
    ),
    "a class that imports": Row(
        "import app\nclass C:\n    import app.old\n    x = app.old.X\n    def f(self):\n"
        "        return app.old.X\ny = app.old.X\ndef run(): C().f()",
        "3:4",
    ),
    "a method that imports": Row(
        "import app\nclass C:\n    def f(self):\n        import app.old\n        return app.old.X\n"
        "    def g(self):\n        return app.old.X\ndef run():\n    C().f()\n    C().g()",
        "4:8 C.f; 7:15 C.g",
    ),
    "a function beside the one that imports": Row(
        "import app\ndef f():\n    import app.old\ndef run():\n    f()\n    return app.old.X",
        "3:4 f; 6:11 run",
    ),
    "a function that says global": Row(
        "def f():\n    global app\n    import app.old\ndef run():\n    f()\n    return app.old.X",
        "3:4 f; 6:11 run",
    ),
    "a function that is called before the import": Row(
        "import app\ndef f():\n    return app.old.X\ndef run(): f()\nf()\nimport app.old", "6:0"
    ),
    "a function that imports later, and not always": Row(
        "import app\ndef f(early):\n    if early:\n        return app.old.X\n"
        "    from app.old import X\n    return X\ndef run(): f(True)",
        "4:15 f",
        "5:4 f X",
    ),
    "a function that chooses its inner one": Row(
        "import app\ndef run(a=True):\n    if a:\n        import app.old\n        def f():\n"
        "            return app.old.X\n    else:\n        def f():\n"
        "            return app.old.make\n    f()",
        "4:8 run",
        "9:19 run.f",
    ),
    "a function that is one by a condition": Row(
        "import app\nif app:\n    import app.old\n    def run():\n        return app.old.X", "3:4"
    ),
}
#: Conditions that decide whether an import runs.
CONDITIONS = {
    "not for type checkers": Row(
        "from typing import TYPE_CHECKING\nimport app\nif not TYPE_CHECKING:\n    import app.old\n"
        "def run(): return app.old.X",
        "4:4",
    ),
    "the else of what is for type checkers": Row(
        "from typing import TYPE_CHECKING\nimport app\nif TYPE_CHECKING:\n    pass\nelse:\n"
        "    import app.old\ndef run(): return app.old.X",
        "6:4",
    ),
    "for type checkers, under another name": Row(
        "import typing as t\nimport app\nTC = t.TYPE_CHECKING\nif TC or t.TYPE_CHECKING:\n"
        "    import app.old\ndef run(): return app.old.X",
        "6:18 run",
        "5:4",
    ),
    "for type checkers, in a function": Row(
        "TYPE_CHECKING = False\nimport app\ndef run():\n    if not TYPE_CHECKING:\n"
        "        import app.old\n    return [app.old.X for _ in '12']",
        "5:8 run",
    ),
    "an import that is for them alone": Row(
        "TYPE_CHECKING = False\nimport app\nif TYPE_CHECKING:\n    from app import old\n"
        "def run(): return app.old.X",
        "5:18 run",
        "4:4",
    ),
    "never true": Row(
        'import app, sys\nif sys.platform == "nowhere":\n    import app.old\n'
        "def run():\n    return app.old.X, app.old.make",
        "5:11 run; 5:22 run",
        "3:4",
    ),
    "true": Row(
        'import app, sys\nif sys.platform != "nowhere":\n    import app.old\n    x = app.old.X\n'
        "def run():\n    return app.old.X",
        "3:4; 6:11 run",
    ),
    "never true, in a function": Row(
        "import app\ndef run(a=False):\n    if a:\n        import app.old as o\n"
        "    return app.old.X",
        "5:11 run",
        "4:8 run",
    ),
    "a loop that does not run": Row(
        "import app\nfor _ in ():\n    import app.old\ndef run():\n    return app.old.X",
        "5:11 run",
        "3:4",
    ),
    "a case": Row(
        "import app\nmatch 1:\n    case 2:\n        import app.old\n    case 1:\n"
        "        from app.old import X\n        x = app.old.X\ndef run():\n    return app.old.X",
        "6:8 X; 9:11 run",
        "4:8",
    ),
    "a try": Row(
        "import app\ntry:\n    import app.old\n    x = app.old.X\nexcept ImportError:\n"
        "    app = None\nelse:\n    y = app.old.X\ndef run(): return app.old.X",
        "3:4",
    ),
    "a try that fails before": Row(
        "import app\ntry:\n    import nowhere\n    import app.old\nexcept ImportError:\n"
        "    x = app.old.X\ndef run():\n    return app.old.X",
        "6:8; 8:11 run",
        "4:4",
    ),
    "a try that fails, or all is imported": Row(
        "import app\ntry:\n    import json\n    import app.old\nexcept ImportError:\n    raise\n"
        "def run(): return app.old.X",
        "4:4",
    ),
    "what stands for what is not there": Row(
        "import app\ntry:\n    import nowhere\nexcept ImportError:\n    import app.old\n"
        "    x = app.old.X\ndef run():\n    return app.old.X",
        "5:4; 8:11 run",
    ),
    "in a context": Row(
        "import app, warnings\nwith warnings.catch_warnings():\n"
        "    warnings.simplefilter('error')\n    import app.old\ndef run(): return app.old.X",
        "4:4",
    ),
    "the main program": Row(
        'import app\nif __name__ == "__main__":\n    import app.old\ndef run(): return app.old.X',
        "4:18 run",
        "3:4",
    ),
}
#: Other ways to state it.
STATED = {
    "relative": Row("import app\nfrom . import old\ndef run(): return app.old.X", "2:0"),
    "relative, a name": Row("import app\nfrom .old import X\ndef run(): return app.old.X", "2:0 X"),
    "relative, in a function": Row(
        "import app\ndef run():\n    from . import old\n    return (lambda: app.old.X)()", "3:4 run"
    ),
    "relative, of all": Row("import app\nfrom .old import *\ndef run(): return app.old.X", "2:0 *"),
    "a package": Row("from . import pkg\ndef run(): return pkg.X", "1:0", pkg=True),
    "a package, in a function": Row(
        "def run():\n    from . import pkg\n    return [pkg.X for _ in '12'], (lambda: pkg.X)()",
        "2:4 run",
        pkg=True,
    ),
    "a package, absolute": Row("import app.pkg\ndef run(): return app.pkg.X", "1:0", pkg=True),
    "a package's submodule": Row(
        "import app.pkg.sub\ndef run(): return app.pkg.sub.Y, app.pkg.X", "2:33 run X", pkg=True
    ),
    "a package, not in this run": Row(
        "import app, sys\nif sys.platform == 'nowhere':\n    from . import pkg\n"
        "def run(): return app.pkg.X",
        "4:18 run X",
        "3:4",
        pkg=True,
    ),
    "a comment allows it": Row(
        "import app\ndef run():\n    import app.old  # ssot: allow[app.old] moves with the rest\n"
        "    def f():\n        return app.old.X, [app.old.X for _ in '12'], (lambda: app.old.X)()\n"
        "    f()",
        "3:4 run",
        verdict="allowed",
    ),
}
ROWS = {
    f"{table}: {way}": row
    for table, rows in {"in": INNER, "if": CONDITIONS, "by": STATED}.items()
    for way, row in rows.items()
}
PATHS = {way: f"app/row_{number}.py" for number, way in enumerate(ROWS)}
FILES = {
    "app/__init__.py": "",
    "app/old.py": "X = 1\ndef make(f=None): return f\n",
    "app/pkg/__init__.py": "X = 1\n",
    "app/pkg/sub.py": "Y = 1\n",
}
RULES = ('deprecated = "app.old"', 'deprecated = "app.pkg"\nsubmodules = false')
#: Loads what is used, as some other test would have.
CONFTEST = "import app.old, app.pkg.sub  # ssot: allow[*] it is there for all\n"


def expected(row: Row, *, scanned: bool) -> list[str]:
    """The places of *row*, those that it does not run too where it is *scanned*."""
    told = row.told.split("; ")
    return sorted([*told, *(row.more.split("; ") if scanned and row.more else ())])


def place(line: int, column: int, function: str, name: str | None) -> str:
    function = "" if function == "<module>" else f" {function}"
    return f"{line}:{column}{function}{'' if name is None else f' {name}'}"


@pytest.mark.parametrize("way", ROWS)
def test_what_a_scan_says(scan: Scan, way: str) -> None:
    row = ROWS[way]
    found = scan({**FILES, "app/row.py": f"{row.body}\n"}, *RULES).violations
    ours = [one for one in found if one.importer.path == "app/row.py"]
    assert sorted(
        place(one.importer.line, one.importer.column, one.importer.function, one.name)
        for one in ours
    ) == expected(row, scanned=True)
    assert {one.rule for one in ours} == {"app.pkg" if row.pkg else "app.old"}
    assert {one.verdict.value for one in ours} <= {row.verdict, "told"}


@pytest.fixture
def rows(project: Project) -> Project:
    """A project in which each row is a module, and a test runs it."""
    project.configure("", "".join(f"[[tool.pytest-ssot.rules]]\n{rule}\n" for rule in RULES))
    project.write({**FILES, "conftest.py": CONFTEST})
    for number, (way, path) in enumerate(PATHS.items()):
        project.write({path: f"{ROWS[way].body}\n"})
        test = f"def test_it():\n    import app.row_{number}\n    app.row_{number}.run()\n"
        project.write({f"tests/test_{number}.py": test})
    return project


def test_what_a_run_says(rows: Project) -> None:
    ran = rows.run("--ssot-strict")
    assert ran.report["errors"] == []
    found: dict[str, list[str]] = {path: [] for path in PATHS.values()}
    for one in ran.report["violations"]:
        at = one["importer"]
        if at["path"] in found:
            told = place(at["line"], at["column"], at["function"], one["name"])
            found[at["path"]].append(told)
    assert {way: sorted(found[path]) for way, path in PATHS.items()} == {
        way: expected(row, scanned=False) for way, row in ROWS.items()
    }


def test_after_a_baseline_both_are_content(rows: Project) -> None:
    """What a scan has written down is all that a run sees, and none of it is stale."""
    written = rows.command("baseline")
    assert written.ret == 0
    entries = json.loads((rows.path / "ssot-baseline.json").read_text("utf-8"))["entries"]
    assert {one["path"] for one in entries} >= {
        path for way, path in PATHS.items() if ROWS[way].verdict == "fails"
    }

    ran = rows.run("--ssot-strict")
    failing = [(one.verdict, one.at) for one in ran.violations if one.verdict == "fails"]
    assert (failing, ran.failed, ran.code) == ([], [], 0)
    assert not [line for line in ran.summary if "thank you" in line or "stale" in line]

    checked = rows.command("check", "--no-cache")
    assert (checked.ret, [line for line in checked.outlines if line]) == (0, [])
    again = rows.command("baseline", "--update")
    assert again.ret == 0
    assert "nothing changed" in again.stderr.str()
