"""What code does with an error, a warning, a thread or a task hides no import."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Project

TEST = "tests/test_it.py"
HEAD = """
import asyncio, concurrent.futures, contextlib, threading, warnings, pytest
pytestmark = pytest.mark.mission_critical
"""


def body(lines: str) -> str:
    """A test file whose test runs *lines*, which stand from line 5 on."""
    return f"{HEAD.lstrip()}\ndef test_it():\n{lines}\n"


# The test's body -> the place of the import in it. All of these tests pass without the plugin.
SWALLOWED = {
    "except ImportError": (
        "    try:\n        import app.old\n    except ImportError:\n        pass",
        "6:8",
    ),
    "except Exception": (
        "    try:\n        import app.old\n    except Exception:\n        pass",
        "6:8",
    ),
    "bare except": (
        "    try:\n        import app.old\n    except:\n        pass",
        "6:8",
    ),
    "except BaseException, raised after": (
        (
            "    try:\n        import app.old\n        raise SystemExit\n"
            "    except BaseException:\n        pass"
        ),
        "6:8",
    ),
    "finally return": (
        "    try:\n        import app.old\n    finally:\n        return None",
        "6:8",
    ),
    "suppress": ("    with contextlib.suppress(BaseException):\n        import app.old", "6:8"),
    "simplefilter": ("    warnings.simplefilter('ignore')\n    import app.old", "6:4"),
    "catch_warnings": (
        (
            "    with warnings.catch_warnings():\n        warnings.simplefilter('ignore')\n"
            "        import app.old"
        ),
        "7:8",
    ),
    "pytest.raises": (
        "    with pytest.raises(ZeroDivisionError):\n        import app.old\n        1 / 0",
        "6:8",
    ),
    "pytest.warns": (
        "    with pytest.warns(UserWarning):\n        import app.old\n        warnings.warn('x')",
        "6:8",
    ),
    "exit of a context": (
        (
            "    class C:\n        def __enter__(self): pass\n        def __exit__(self, *_):\n"
            "            import app.old\n            return True\n    with C(): raise ValueError"
        ),
        "8:12 test_it.C.__exit__",
    ),
    "__del__": (
        "    class C:\n        def __del__(self):\n            import app.old\n    C()",
        "7:12 test_it.C.__del__",
    ),
    "thread": (
        (
            "    def work():\n        import app.old\n    t = threading.Thread(target=work)\n"
            "    t.start()\n    t.join()"
        ),
        "6:8 test_it.work",
    ),
    "thread pool": (
        (
            "    def work():\n        import app.old\n"
            "    with concurrent.futures.ThreadPoolExecutor() as pool:\n"
            "        pool.submit(work).result()"
        ),
        "6:8 test_it.work",
    ),
    "task": (
        (
            "    async def work():\n        import app.old\n"
            "    async def main():\n        await asyncio.create_task(work())\n"
            "    asyncio.run(main())"
        ),
        "6:8 test_it.work",
    ),
    "task that nobody awaits": (
        (
            "    async def work():\n        import app.old\n"
            "    async def main():\n        task = asyncio.create_task(work())\n"
            "        await asyncio.sleep(0)\n"
            "    asyncio.run(main())"
        ),
        "6:8 test_it.work",
    ),
    "to_thread": (
        "    def work():\n        import app.old\n    asyncio.run(asyncio.to_thread(work))",
        "6:8 test_it.work",
    ),
    "callback of a loop": (
        (
            "    def work():\n        import app.old\n"
            "    async def main(): asyncio.get_running_loop().call_soon(work)\n"
            "    asyncio.run(main())"
        ),
        "6:8 test_it.work",
    ),
}


@pytest.mark.parametrize("before", ["", "import app.old"], ids=["first", "cached"])
@pytest.mark.parametrize("how", SWALLOWED)
def test_the_import_is_told(project: Project, how: str, before: str) -> None:
    lines, place = SWALLOWED[how]
    project.write({"tests/test_before.py": f"{before}\ndef test_it(): pass\n"})
    project.write({TEST: body(lines)})
    # From 3.14 on the compiler warns of a return in a finally (PEP 765).
    ran = project.run("-Wignore::SyntaxWarning", "tests/test_before.py", TEST)
    assert ran.failed == [f"{TEST}::test_it"]
    path, line, *_ = f"{TEST}:{place}".split(":")
    function = place.partition(" ")[2] or "test_it"
    at = f"{TEST}:{place.partition(' ')[0]} {function}"
    assert ("fails", "app.old", None, at) in ran.sites
    told = ran.failure("test_it")
    assert f"{path}:{line}: in {function}" in told
    assert told[-4:] == [
        ">   import app.old",
        "E   deprecated import: app.old",
        "E   use:  import app.new",
        f"E   fix:  change {path}:{line}",
    ]
    assert ran.counts == {"failed": 1, "passed": 1}


@pytest.mark.thread
def test_all_of_them_pass_without_the_plugin(project: Project) -> None:
    for number, (lines, _) in enumerate(SWALLOWED.values()):
        project.write({f"tests/test_{number}.py": body(lines)})
    ran = project.bare("-p", "no:ssot", "-W", "ignore::pytest.PytestUnknownMarkWarning")
    assert ran.counts == {"passed": len(SWALLOWED)}


# -- filters that are given from outside -----------------------------------------------

FILTERS = {
    "ini, all": ('filterwarnings = ["ignore"]', []),
    "ini, the category": ('filterwarnings = ["ignore::DeprecationWarning"]', []),
    "ini, an error": ('filterwarnings = ["error"]', []),
    "-W ignore": ("", ["-W", "ignore"]),
    "-W ignore, the category": ("", ["-W", "ignore::DeprecationWarning"]),
    "-W error": ("", ["-W", "error"]),
    "no warnings plugin": ("", ["-p", "no:warnings"]),
    "no summary of warnings": ("", ["--disable-warnings"]),
}


@pytest.mark.parametrize("given", FILTERS)
def test_a_filter_from_outside_hides_nothing(project: Project, given: str) -> None:
    """Neither an import under a rule, nor a module that warns of itself, nor a call that warns."""
    ini, args = FILTERS[given]
    project.configure(pytest=ini)
    swallow = "    try: call()\n    except DeprecationWarning: pass"
    project.write(
        {
            "app/warns.py": "import warnings\nwarnings.warn('warns is old', DeprecationWarning, 2)",
            "app/lib.py": (
                "import warnings\ndef call(): warnings.warn('call is old', DeprecationWarning, 2)\n"
            ),
            "app/user.py": "try:\n    import app.warns\nexcept DeprecationWarning:\n    pass\n",
            TEST: f"import app.old, app.user\nfrom app.lib import call\n{body(swallow)}",
        }
    )
    ran = project.run(*args)
    assert ran.failed == [f"{TEST}::test_it"]
    assert ran.sites == [
        ("fails", "app.warns", None, "app/user.py:2:4"),
        ("fails", "app.old", None, f"{TEST}:1:0"),
        ("fails", "app.lib:call", None, f"{TEST}:7:9 test_it"),
    ]


def test_PYTHONWARNINGS_hides_nothing(  # noqa: N802 - the variable's name
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONWARNINGS", "ignore")
    project.write(
        {
            "app/warns.py": "import warnings\nwarnings.warn('warns is old', DeprecationWarning)",
            TEST: "import app.warns\n" + body("    pass"),
        }
    )
    assert project.run().failed == [f"{TEST}::test_it"]


# -- imports that fail -----------------------------------------------------------------


def test_an_import_that_fails_is_told_too(project: Project) -> None:
    """The shim is gone already: the fallback keeps the test green, the line is there still."""
    (project.path / "app/old.py").unlink()
    project.write(
        {
            TEST: body(
                "    try:\n        from app.old import X\n    except ImportError:\n        X = 1\n"
                "    assert X == 1"
            )
        }
    )
    ran = project.run()
    assert ran.sites == [("fails", "app.old", "X", f"{TEST}:6:8 test_it")]
    assert ran.failed == [f"{TEST}::test_it"]


def test_a_module_that_raises_while_it_loads(project: Project) -> None:
    project.write(
        {
            "app/old.py": "raise RuntimeError('old')\n",
            "app/bridge.py": "try:\n    import app.old\nexcept RuntimeError:\n    pass\n",
            "tests/test_before.py": "import app.bridge\ndef test_it(): pass\n",
            TEST: "import app.bridge\n" + body("    pass"),
        }
    )
    ran = project.run("tests/test_before.py", TEST)
    assert ran.failed == [f"{TEST}::test_it"]
    assert ran.sites == [("fails", "app.old", None, "app/bridge.py:2:4")]


def test_an_importer_that_raises_after_the_import(project: Project) -> None:
    project.write(
        {
            "app/bridge.py": "import app.old\nraise RuntimeError('bridge')\n",
            TEST: body(
                "    for _ in range(2):\n        with pytest.raises(RuntimeError, match='bridge'):"
                "\n            import app.bridge"
            ),
        }
    )
    ran = project.run()
    assert ran.failed == [f"{TEST}::test_it"]
    assert ran.sites == [("fails", "app.old", None, "app/bridge.py:1:0")]


def test_a_file_that_does_not_collect_keeps_its_error(project: Project) -> None:
    project.write({TEST: "import app.old\nimport app.gone\n" + body("    pass")})
    ran = project.run()
    assert ran.failed == [TEST]
    assert "ModuleNotFoundError: No module named 'app.gone'" in ran.text
    assert ran.code == 2
