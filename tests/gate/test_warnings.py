"""Deprecation warnings: at the true caller, whatever the stacklevel, filter or recorder."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Project

TEST = "tests/test_it.py"
HEAD = "import pytest, warnings\nfrom app import lib\npytestmark = pytest.mark.mission_critical\n"


def lib(code: str) -> dict[str, str]:
    """``app/lib.py`` with *code*, and a mission-critical test that calls it at line 4."""
    return {
        "app/lib.py": f"import warnings\n{code}\n",
        TEST: f"{HEAD}def test_it(): lib.call()\n",
    }


def calls(body: str, before: str = "") -> dict[str, str]:
    """A mission-critical test that runs *body*, which stands from line 6 on."""
    return {TEST: f"{HEAD}{before}\ndef test_it():\n{body}\n"}


CALL = "def call(): warnings.warn('call is old', DeprecationWarning, stacklevel=2)\n"
FAILS = ("fails", "app.lib:call", None, f"{TEST}:4:15 test_it")

# How app/lib.py warns. What is told is the same: the caller's line.
ISSUED = {
    **{
        f"stacklevel {level}": (
            f"def call(): warnings.warn('call is old', DeprecationWarning, stacklevel={level})"
        )
        for level in (1, 2, 3, 5, 99)
    },
    "no stacklevel": "def call(): warnings.warn('call is old', DeprecationWarning)",
    "an instance": "def call(): warnings.warn(DeprecationWarning('call is old'), stacklevel=2)",
    "pending": "def call(): warnings.warn('call is old', PendingDeprecationWarning, 2)",
    "a subclass": (
        "class Mine(DeprecationWarning): pass\ndef call(): warnings.warn('call is old', Mine, 2)"
    ),
    "bound early": (
        "from warnings import warn\ndef call(): warn('call is old', DeprecationWarning, 2)"
    ),
    "bound as": "w = warnings.warn\ndef call(): w('call is old', DeprecationWarning, 2)",
    "warn_explicit": (
        "def call(): warnings.warn_explicit('call is old', DeprecationWarning, 'x.py', 1)"
    ),
    "a helper in the module": (
        "def _tell(): warnings.warn('call is old', DeprecationWarning, stacklevel=3)\n"
        "def call(): _tell()"
    ),
    "a context of its own": (
        "def call():\n    with warnings.catch_warnings():\n"
        "        warnings.simplefilter('always')\n"
        "        warnings.warn('call is old', DeprecationWarning, 2)"
    ),
    "an error of its own": (
        "def call():\n    with warnings.catch_warnings():\n"
        "        warnings.simplefilter('error')\n"
        "        try: warnings.warn('call is old', DeprecationWarning, 2)\n"
        "        except DeprecationWarning: pass"
    ),
}


@pytest.mark.parametrize("how", ISSUED)
def test_the_caller_is_told_however_it_is_issued(project: Project, how: str) -> None:
    project.write(lib(ISSUED[how]))
    ran = project.run()
    assert [one.at for one in ran.violations] == [FAILS[3]]
    assert [(one.kind, one.verdict) for one in ran.violations] == [("warning", "fails")]
    target = "app.lib:_tell" if how.startswith("a helper") else "app.lib:call"
    assert ran.violations[0].target == target
    assert ran.report["violations"][0]["message"] == "call is old"
    assert ran.failure("test_it") == [
        "tests/test_it.py:4: in test_it",
        ">   def test_it(): lib.call()",
        f"E   deprecated call: {target} ({ran.report['violations'][0]['rule']})",
        "E   says: call is old",
        "E   fix:  change tests/test_it.py:4",
    ]


CLASSES = {
    "__init__": "class Old:\n    def __init__(self): warnings.warn('old', DeprecationWarning, 2)\n",
    "__new__": (
        "class Old:\n    def __new__(cls):\n        warnings.warn('old', DeprecationWarning, 2)\n"
        "        return object.__new__(cls)\n"
    ),
}


@pytest.mark.parametrize("made", CLASSES)
def test_a_class_that_warns(project: Project, made: str) -> None:
    project.write(lib(f"{CLASSES[made]}\ncall = Old"))
    assert project.run().sites == [("fails", f"app.lib:Old.{made}", None, f"{TEST}:4:15 test_it")]


def test_a_base_class_that_warns_of_its_subclasses(project: Project) -> None:
    project.write(
        {
            "app/lib.py": (
                "import warnings\nclass Old:\n    def __init_subclass__(cls):\n"
                "        warnings.warn('old', DeprecationWarning, 2)\n"
            ),
            TEST: f"{HEAD}class Mine(lib.Old): pass\ndef test_it(): pass\n",
        }
    )
    ran = project.run()
    assert ran.sites == [("fails", "app.lib:Old.__init_subclass__", None, f"{TEST}:4:0")]
    assert ran.failed == [f"{TEST}::test_it"]


def test_a_property_that_warns(project: Project) -> None:
    project.write(
        lib("class C:\n    @property\n    def x(self): warnings.warn('x', DeprecationWarning)")
    )
    project.write(calls("    c = lib.C()\n    c.x"))
    assert project.run().sites == [("fails", "app.lib:C.x", None, f"{TEST}:7:4 test_it")]


def test_a_module_getattr_that_warns(project: Project) -> None:
    project.write(
        lib(
            "def __getattr__(name):\n    if name != 'call': raise AttributeError(name)\n"
            "    warnings.warn(f'{name} moved', DeprecationWarning, 2)\n    return int"
        )
    )
    ran = project.run()
    assert ran.sites == [("fails", "app.lib:__getattr__", None, f"{TEST}:4:15 test_it")]
    assert ran.failed == [f"{TEST}::test_it"]


def test_pytests_own_look_at_a_module_that_warns_of_all_its_names(project: Project) -> None:
    """The shim forwards every name; pytest's collection asks it for some."""
    project.write(
        lib(
            "import app.new\ndef __getattr__(name):\n"
            "    warnings.warn(f'{name} moved', DeprecationWarning, 2)\n"
            "    return getattr(app.new, name)"
        )
    )
    project.write({"app/new.py": "def call(): pass\n"})
    ran = project.run()
    assert [one.at for one in ran.violations] == [f"{TEST}:4:15 test_it"]


def test_what_passes_through_another_module(project: Project) -> None:
    """The user of the deprecated thing is who is told, not the user's user."""
    project.write(lib(CALL))
    project.write({"app/user.py": "from app import lib\n\ndef go(): return lib.call()\n"})
    project.write(calls("    user.go()", "from app import user"))
    assert project.run().violations == [
        (
            "fails",
            "warning",
            "app.lib:call",
            None,
            "app/user.py:3:17 go",
            f"{TEST}:6 test_it",
            f"{TEST}::test_it",
        )
    ]


def test_a_warning_while_a_module_loads_is_in_its_lineage(project: Project) -> None:
    project.write(lib(CALL))
    project.write({"app/user.py": "\nfrom app import lib\nlib.call()\n"})
    project.write({"tests/test_before.py": "import app.user\ndef test_it(): pass\n"})
    project.write({TEST: f"import app.user\n{HEAD}def test_it(): pass\n"})
    ran = project.run("tests/test_before.py", TEST)
    assert ran.failed == [f"{TEST}::test_it"]
    assert ran.sites == [("fails", "app.lib:call", None, "app/user.py:3:0")]


def test_each_test_that_repeats_it_sees_it(project: Project) -> None:
    project.write(lib(CALL))
    project.write(
        {
            "app/user.py": "from app import lib\ndef go(): return lib.call()\n",
            TEST: """
                import pytest
                from app.user import go

                @pytest.mark.parametrize("n", range(3))
                def test_free(n): go()

                @pytest.mark.mission_critical
                @pytest.mark.parametrize("n", range(3))
                def test_it(n): go()

                @pytest.mark.mission_critical
                def test_clean(): pass
                """,
        }
    )
    for args in ([], ["-W", "once"], ["-W", "default"], ["-p", "no:warnings"]):
        ran = project.run(*args)
        assert ran.failed == [f"{TEST}::test_it[{n}]" for n in range(3)], args
        assert len(ran.violations[0].tests.split()) == 6, args


# -- PEP 702 ---------------------------------------------------------------------------

STAND_IN = """
import functools, warnings

def deprecated(message):
    def decorate(arg):
        @functools.wraps(arg)
        def wrapper(*args, **kwargs):
            warnings.warn(message, DeprecationWarning, stacklevel=2)
            return arg(*args, **kwargs)
        return wrapper
    return decorate
"""

DECORATORS = [
    pytest.param(f"{STAND_IN}", "app.lib:deprecated.decorate.wrapper", id="our own"),
    pytest.param("from app.deco import deprecated", None, id="another module's"),
    pytest.param(
        "from warnings import deprecated",
        "app.lib:call",
        id="warnings",
        marks=pytest.mark.skipif(sys.version_info < (3, 13), reason="new in 3.13"),
    ),
    pytest.param(
        "from typing_extensions import deprecated",
        "app.lib:call",
        id="typing_extensions",
        marks=pytest.mark.skipif(not find_spec("typing_extensions"), reason="not installed"),
    ),
]


@pytest.mark.parametrize(("decorator", "target"), DECORATORS)
def test_a_decorated_function(project: Project, decorator: str, target: str | None) -> None:
    project.write(lib(f"{decorator}\n@deprecated('call is old')\ndef call(): pass"))
    project.write({"app/deco.py": STAND_IN})
    ran = project.run()
    assert [one.at for one in ran.violations] == [f"{TEST}:4:15 test_it"]
    assert target is None or ran.violations[0].target == target
    assert ran.failed == [f"{TEST}::test_it"]


@pytest.mark.parametrize(("decorator", "target"), DECORATORS[2:])
@pytest.mark.parametrize(
    ("code", "call", "name"),
    [
        ("class Old: pass", "lib.Old()", "Old"),
        ("class Old:\n    def __init__(self, x=1): pass", "lib.Old(2)", "Old"),
    ],
)
def test_a_decorated_class(
    project: Project, decorator: str, target: str, code: str, call: str, name: str
) -> None:
    project.write(lib(f"{decorator}\n@deprecated('old')\n{code}"))
    project.write(calls(f"    {call}"))
    assert project.run().sites == [("fails", f"app.lib:{name}", None, f"{TEST}:6:4 test_it")]


@pytest.mark.parametrize(("decorator", "target"), DECORATORS[2:])
def test_a_decorated_method(project: Project, decorator: str, target: str) -> None:
    project.write(lib(f"{decorator}\nclass C:\n    @deprecated('old')\n    def m(self): pass"))
    project.write(calls("    lib.C().m()"))
    assert project.run().sites == [("fails", "app.lib:C.m", None, f"{TEST}:6:4 test_it")]


# -- who is not told -------------------------------------------------------------------

EXPECTED = {
    "pytest.warns": "    with pytest.warns(DeprecationWarning): lib.call()",
    "pytest.warns, matching": "    with pytest.warns(DeprecationWarning, match='old'): lib.call()",
    "pytest.warns, anything": "    with pytest.warns(): lib.call()",
    "pytest.warns, a base": "    with pytest.warns(Warning): lib.call()",
    "deprecated_call": "    with pytest.deprecated_call(): lib.call()",
    "deprecated_call, a function": "    pytest.deprecated_call(lib.call)",
    "recorded": "    with warnings.catch_warnings(record=True): lib.call()",
    "recorded, always": (
        "    with warnings.catch_warnings(record=True) as told:\n"
        "        warnings.simplefilter('always')\n        lib.call()\n    assert len(told) == 1"
    ),
}


@pytest.mark.parametrize("how", EXPECTED)
def test_what_a_test_expects_is_none(project: Project, how: str) -> None:
    project.write(lib(CALL))
    project.write(calls(EXPECTED[how]))
    ran = project.run()
    assert (ran.code, ran.violations) == (0, [])


def test_recwarn(project: Project) -> None:
    project.write(lib(CALL))
    project.write(
        {TEST: f"{HEAD}def test_it(recwarn):\n    lib.call()\n    assert len(recwarn) == 1\n"}
    )
    ran = project.run()
    assert (ran.code, ran.violations) == (0, [])


def test_assertWarns(project: Project) -> None:  # noqa: N802 - the method's name
    project.write(lib(CALL))
    project.write(
        {
            TEST: (
                f"{HEAD}import unittest\nclass TestIt(unittest.TestCase):\n    def test_it(self):\n"
                "        with self.assertWarns(DeprecationWarning): lib.call()\n"
            )
        }
    )
    ran = project.run()
    assert (ran.code, ran.violations) == (0, [])


NOT_EXPECTED = {
    "another category": (
        "    with pytest.warns(UserWarning):\n        warnings.warn('x')\n        lib.call()",
        "8:8",
    ),
    "another message": (
        (
            "    with pytest.warns(DeprecationWarning, match='mine'):\n"
            "        warnings.warn('mine', DeprecationWarning)\n        lib.call()"
        ),
        "8:8",
    ),
    "after it": (
        "    with pytest.warns(DeprecationWarning): lib.call()\n    lib.call()",
        "7:4",
    ),
    "before it": (
        "    lib.call()\n    with pytest.warns(DeprecationWarning): lib.call()",
        "6:4",
    ),
    "inside an error": (
        "    with pytest.raises(ZeroDivisionError):\n        lib.call()\n        1 / 0",
        "7:8",
    ),
}


@pytest.mark.parametrize("how", NOT_EXPECTED)
def test_what_a_test_does_not_expect(project: Project, how: str) -> None:
    body, place = NOT_EXPECTED[how]
    project.write(lib(CALL))
    project.write(calls(body))
    ran = project.run()
    assert (f"{TEST}:{place} test_it") in [one.at for one in ran.violations]
    assert ran.failed == [f"{TEST}::test_it"]


EXPECTS = "    with pytest.warns(DeprecationWarning):\n        import app.old"


def test_who_expects_the_warning_of_a_rules_target_expects_its_use(project: Project) -> None:
    project.write(lib(CALL))
    project.write(
        {"app/old.py": "import warnings\nwarnings.warn('app.old is old', DeprecationWarning, 2)\n"}
    )
    project.write(calls(EXPECTS))
    ran = project.run()
    assert (ran.code, ran.violations) == (0, [])


def test_an_expectation_excuses_no_use_that_does_not_warn(project: Project) -> None:
    project.write(lib(CALL))
    project.write(calls(f"{EXPECTS}; lib.call()"))
    ran = project.run()
    assert ran.sites == [("fails", "app.old", None, f"{TEST}:7:8 test_it")]


# -- filters ---------------------------------------------------------------------------

MARK = "@pytest.mark.filterwarnings('{}')"
# Where the filter stands, what it says -> the verdict.
FILTERS = {
    "ini, message": ("ini", "ignore:call is old", "allowed"),
    "ini, message and category": ("ini", "ignore:call is old:DeprecationWarning", "allowed"),
    "ini, module": ("ini", "ignore::DeprecationWarning:test_it", "allowed"),
    "ini, another message": ("ini", "ignore:other", "fails"),
    "ini, another module": ("ini", "ignore::DeprecationWarning:other", "fails"),
    "ini, category": ("ini", "ignore::DeprecationWarning", "fails"),
    "ini, everything": ("ini", "ignore", "fails"),
    "mark, message": ("mark", "ignore:call is old", "allowed"),
    "mark, category": ("mark", "ignore::DeprecationWarning", "fails"),
    "flag, message": ("flag", "ignore:call is old", "allowed"),
    "flag, category": ("flag", "ignore::DeprecationWarning", "fails"),
    "flag, module": ("flag", "ignore::DeprecationWarning:test_it", "allowed"),
    "mark, default": ("mark", "default:call is old", "fails"),
    "mark, error": ("mark", "error:other", "fails"),
}


@pytest.mark.parametrize("given", FILTERS)
def test_a_filter_that_names_it_is_honoured(project: Project, given: str) -> None:
    where, text, verdict = FILTERS[given]
    project.configure(pytest=f'filterwarnings = ["{text}"]' if where == "ini" else "")
    project.write(lib(CALL))
    mark = MARK.format(text) if where == "mark" else ""
    project.write({TEST: f"{HEAD}{mark}\ndef test_it(): lib.call()\n"})
    ran = project.run(*(["-W", text] if where == "flag" else []))
    assert ran.sites == [(verdict, "app.lib:call", None, f"{TEST}:5:15 test_it")]
    assert ran.failed == ([f"{TEST}::test_it"] if verdict == "fails" else [])
    if verdict == "allowed":
        assert f"allowed: {TEST}:5  app.lib:call  (a warning filter that names it)" in ran.summary


# -- what the code itself silences -----------------------------------------------------

SILENCED = {
    "simplefilter": "warnings.simplefilter('ignore')",
    "category": "warnings.simplefilter('ignore', DeprecationWarning)",
    "message": "warnings.filterwarnings('ignore', message='call is old')",
    "module": "warnings.filterwarnings('ignore', module='app.user')",
}


@pytest.mark.parametrize("how", SILENCED)
@pytest.mark.parametrize(
    ("setting", "verdicts", "code"),
    [("report", ["suppressed"], 0), ("fail", ["fails"], 1), ("ignore", [], 0)],
)
def test_what_the_code_silences_around_its_call(
    project: Project, setting: str, verdicts: list[str], code: int, how: str
) -> None:
    project.configure(f'suppressed = "{setting}"', "")
    project.write(lib(CALL))
    project.write(
        {
            "app/user.py": (
                "import warnings\nfrom app import lib\ndef go():\n"
                f"    with warnings.catch_warnings():\n        {SILENCED[how]}\n"
                "        return lib.call()\n"
            )
        }
    )
    project.write(calls("    user.go()", "from app import user"))
    ran = project.run()
    assert [one.verdict for one in ran.violations] == verdicts
    assert all(one.at == "app/user.py:6:15 go" for one in ran.violations)
    assert ran.code == code
    if setting == "report":
        assert ran.summary == ["suppressed: app/user.py:6  app.lib:call"]


def test_a_filter_that_a_test_sets_and_leaves(project: Project) -> None:
    """The mark is pytest's: it takes it away after the test: no later test is touched by it."""
    project.write(lib(CALL))
    project.write(
        {
            TEST: f"{HEAD}def test_1():\n    warnings.simplefilter('ignore')\n    lib.call()\n\n"
            "def test_2(): lib.call()\n"
        }
    )
    ran = project.run()
    assert f"{TEST}::test_2" in ran.failed
    assert ("fails", "app.lib:call", None, f"{TEST}:8:14 test_2") in ran.sites


def test_a_filter_for_the_whole_process_is_named(project: Project) -> None:
    project.write(lib(CALL))
    project.write(
        {"app/quiet.py": "import warnings\n\nwarnings.filterwarnings('ignore', 'call is old')\n"}
    )
    project.write(calls("    lib.call()", "import app.quiet"))
    told = project.run().failure("test_it")
    note = "E   note: the filter of app/quiet.py:3 is for the whole process, and excuses nobody"
    assert note in told


# -- discover --------------------------------------------------------------------------

WARNS = (
    "import warnings\nwarnings.warn('app.shim is old', DeprecationWarning, stacklevel=2)\nY = 1\n"
)


@pytest.mark.parametrize("before", ["", "import app.shim"], ids=["first", "cached"])
@pytest.mark.parametrize(
    ("line", "name"), [("import app.shim", None), ("from app.shim import Y", "Y")]
)
def test_a_module_that_warns_of_itself_becomes_a_rule(
    project: Project, line: str, name: str | None, before: str
) -> None:
    project.configure("", "")
    project.write({"app/shim.py": WARNS, "app/user.py": f"\n{line}\n"})
    project.write({"tests/test_before.py": f"{before}\ndef test_it(): pass\n"})
    project.write(calls("    pass", "import app.user"))
    project.write({"app/lib.py": ""})
    ran = project.run("tests/test_before.py", TEST)
    assert ran.failed == [f"{TEST}::test_it"]
    found = [one for one in ran.violations if one.verdict == "fails" and "user" in one.at]
    assert [(one.kind, one.target, one.name, one.at) for one in found] == [
        ("import", "app.shim", name, "app/user.py:2:0")
    ]
    assert "discovered rule: app.shim warns of itself: app.shim is old" in ran.summary
    assert ran.matched["app.shim"] == len(ran.violations)


def test_without_discover_the_warning_is_a_violation(project: Project) -> None:
    project.configure("discover = false", "")
    project.write({"app/shim.py": WARNS, "app/lib.py": "", "app/user.py": "\nimport app.shim\n"})
    project.write(calls("    pass", "import app.user"))
    ran = project.run()
    assert [(one.kind, one.target, one.at) for one in ran.violations] == [
        ("warning", "app.shim", "app/user.py:2:0")
    ]
    assert ran.failed == [f"{TEST}::test_it"]


def test_a_rule_covers_the_warning_of_its_module(project: Project) -> None:
    project.write({"app/old.py": WARNS, "app/lib.py": ""})
    project.write(calls("    pass", "import app.old"))
    ran = project.run()
    assert [(one.kind, one.target, one.at) for one in ran.violations] == [
        ("import", "app.old", f"{TEST}:4:0")
    ]


def test_a_package_that_warns_while_it_is_passed_through(project: Project) -> None:
    project.configure(
        "",
        """
        [[tool.pytest-ssot.rules]]
        deprecated = "app.ws"
        submodules = false
        """,
    )
    project.write({"app/ws/__init__.py": WARNS, "app/ws/manager.py": "M = 1\n", "app/lib.py": ""})
    project.write(calls("    pass", "from app.ws.manager import M"))
    ran = project.run()
    assert (ran.code, ran.violations) == (0, [])


def test_a_helper_that_warns_for_the_module_that_loads(project: Project) -> None:
    project.configure("", "")
    project.write(
        {
            "app/lib.py": (
                "import warnings\n"
                "def moved(name): warnings.warn(f'{name} moved', DeprecationWarning, 3)\n"
            ),
            "app/shim.py": "from app.lib import moved\nmoved(__name__)\n",
        }
    )
    project.write(calls("    pass", "import app.shim"))
    ran = project.run()
    assert [(one.kind, one.target, one.at) for one in ran.violations] == [
        ("import", "app.shim", f"{TEST}:4:0")
    ]


@pytest.mark.parametrize("level", [1, 2, 3, 4, 9])
def test_a_body_that_calls_what_is_deprecated_does_not_warn_of_itself(
    project: Project, level: int
) -> None:
    project.configure("", "")
    project.write(lib(f"def call(): warnings.warn('call is old', DeprecationWarning, {level})"))
    project.write({"app/bridge.py": "from app import lib\nlib.call()\n"})
    project.write(calls("    pass", "import app.bridge"))
    ran = project.run()
    assert [(one.kind, one.target, one.at) for one in ran.violations] == [
        ("warning", "app.lib:call", "app/bridge.py:2:0")
    ]


# -- categories ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("configured", "category", "code"),
    [
        ("", "UserWarning", 0),
        ("", "FutureWarning", 0),
        ('warnings = ["FutureWarning"]', "FutureWarning", 1),
        ('warnings = ["FutureWarning"]', "DeprecationWarning", 0),
        ('warnings = ["app.lib.Moved"]', "Moved", 1),
        ('warnings = ["app.lib.Moved"]', "Sub", 1),
        ('warnings = ["Warning"]', "UserWarning", 1),
        ("warnings = []", "DeprecationWarning", 0),
    ],
)
def test_the_categories_that_count(
    project: Project, configured: str, category: str, code: int
) -> None:
    project.configure(configured)
    project.write(
        lib(
            "class Moved(UserWarning): pass\nclass Sub(Moved): pass\n"
            f"def call(): warnings.warn('call is old', {category}, 2)"
        )
    )
    ran = project.run()
    assert ran.code == code
    assert ran.sites == ([FAILS] if code else [])


# -- third parties ---------------------------------------------------------------------


@pytest.fixture
def vendor(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Puts ``vendor.py`` into a site-packages folder outside of the project."""
    folder = tmp_path_factory.mktemp("env") / "lib" / "site-packages"
    folder.mkdir(parents=True)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    (folder / "vendor.py").write_text(
        "import warnings\n"
        "def old(): warnings.warn('vendor.old is old', DeprecationWarning, 2)\n"
        "def calls(function): return function()\n"
        "def imports():\n    import app.old\n"
    )


@pytest.mark.usefixtures("vendor")
def test_our_call_of_a_third_partys_deprecated_function_is_ours(project: Project) -> None:
    project.write({"app/lib.py": "import vendor\ndef call(): vendor.old()\n"})
    project.write({TEST: f"{HEAD}def test_it(): lib.call()\n"})
    ran = project.run()
    assert ran.sites == [("fails", "vendor:old", None, "app/lib.py:2:12 call")]


@pytest.mark.usefixtures("vendor")
@pytest.mark.parametrize(
    ("setting", "verdicts", "code"),
    [("report", ["indirect"], 0), ("fail", ["fails"], 1), ("ignore", [], 0)],
)
def test_a_third_partys_call_is_indirect(
    project: Project, setting: str, verdicts: list[str], code: int
) -> None:
    project.configure(f'indirect = "{setting}"')
    project.write(lib(CALL))
    project.write(calls("    vendor.calls(lib.call)", "import vendor"))
    ran = project.run()
    assert [(one.verdict, one.target) for one in ran.violations] == [
        (verdict, "app.lib:call") for verdict in verdicts
    ]
    assert all(one.at.endswith("site-packages/vendor.py:3:28 calls") for one in ran.violations)
    assert ran.code == code


@pytest.mark.usefixtures("vendor")
@pytest.mark.parametrize(
    ("setting", "verdicts", "code"),
    [("report", ["indirect"], 0), ("fail", ["fails"], 1), ("ignore", [], 0)],
)
def test_a_third_partys_import_is_indirect(
    project: Project, setting: str, verdicts: list[str], code: int
) -> None:
    project.configure(f'indirect = "{setting}"')
    project.write({"app/lib.py": ""})
    project.write(calls("    vendor.imports()", "import vendor"))
    ran = project.run()
    assert [(one.verdict, one.target) for one in ran.violations] == [
        (verdict, "app.old") for verdict in verdicts
    ]
    assert ran.code == code


def test_the_standard_librarys_warning_at_our_line(project: Project) -> None:
    """Issued by code in C: nothing of the module that is warned of is on the stack."""
    project.write({"app/lib.py": ""})
    project.write(calls("    ~True"))
    project.configure(pytest="")
    project.write({TEST: f"{HEAD}T = True\n\ndef test_it(): return None if ~T else None\n"})
    ran = project.run()
    if sys.version_info < (3, 12):
        assert ran.violations == []  # ~True is deprecated from 3.12 on
    else:
        assert [(one.kind, one.verdict, one.at) for one in ran.violations] == [
            ("warning", "fails", f"{TEST}:6:30 test_it")
        ]
        assert ran.failed == [f"{TEST}::test_it"]
