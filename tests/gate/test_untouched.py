"""Nothing violated: the run, and what it leaves behind, is what it is without the plugin."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Project

RULES = "\n".join(
    f'[[tool.pytest-ssot.rules]]\ndeprecated = "legacy.package{n}.module"' for n in range(1_000)
)

# Runs pytest in its own process and tells what differs after from before.
INNER = """
import builtins, json, pathlib, sys, threading, warnings
import pytest
import pytest_ssot.plugin
import app.helper

IGNORED = set(sys.argv[1:])

def state():
    return {
        "meta_path": list(sys.meta_path),
        "path_hooks": list(map(repr, sys.path_hooks)),
        "import": builtins.__import__,
        "filters": list(warnings.filters),
        "warnings": (type(warnings), warnings.warn, warnings.showwarning, warnings.warn_explicit),
        "classes": {name: type(one) for name, one in sys.modules.items()},
        "specs": {name: type(getattr(one, "__spec__", None)) for name, one in sys.modules.items()},
        "modules": {name: id(one) for name, one in sys.modules.items()},
        "trace": (sys.gettrace(), sys.getprofile(), threading.gettrace()),
        "excepthook": sys.excepthook,
    }

before = state()
code = int(pytest.main(["-q", "-p", "no:cacheprovider", *sys.argv[1:]]))
after = state()
differs = [key for key in before if key not in ("classes", "specs", "modules", "meta_path")
           and before[key] != after[key]]
differs += [f"meta_path {type(one).__name__}" for one in
            set(after["meta_path"]) ^ set(before["meta_path"])]
for key in ("classes", "specs", "modules"):
    differs += [f"{key} {name}" for name in before[key]
                if name in after[key] and before[key][name] != after[key][name]]
differs += [f"spec {name}" for name, one in after["specs"].items()
            if one.__module__.startswith("pytest_ssot") or "_initializing" in vars(one)]
differs += [f"class {name}" for name, one in sys.modules.items()
            if type(one).__name__ == "module" and type(one) is not type(sys)]
ours = sorted(name for name in after["modules"] if name.startswith("app"))
print("RESULT", json.dumps([code, sorted(differs), ours]))
"""

TESTS = {
    "app/helper.py": "def help(): return 1\n",
    "app/clean.py": "import json, app.helper\nclass C: pass\n",
    "tests/conftest.py": (
        "import pytest\nimport app.clean\n@pytest.fixture\ndef c(): return app.clean.C()\n"
    ),
    "tests/test_it.py": """
        import importlib, sys, types, warnings
        from unittest import mock

        import app.clean
        from app import helper

        def test_identity(c):
            assert type(app.clean) is types.ModuleType
            assert type(app.clean.__spec__).__module__ == "_frozen_importlib"
            assert sys.modules["app.clean"] is app.clean
            assert importlib.import_module("app.helper") is helper
            assert builtins_import is __import__

        import builtins
        builtins_import = builtins.__import__

        def test_filters():
            assert isinstance(warnings.filters, list)
            assert all(len(one) == 5 for one in warnings.filters)

        def test_patch():
            with mock.patch("app.helper.help", return_value=2):
                assert helper.help() == 2
            assert helper.help() == 1
        """,
}


def inner(project: Project, *args: str) -> list[object]:
    import json

    project.write({"inner.py": INNER})
    result = project.python("inner.py", *args)
    (line,) = [one for one in result.outlines if one.startswith("RESULT ")]
    found: list[object] = json.loads(line.removeprefix("RESULT "))
    return found


@pytest.mark.fresh
@pytest.mark.parametrize("args", [[], ["--ssot-strict"], ["-p", "no:ssot"]])
def test_the_interpreter_is_left_as_it_was_found(project: Project, args: list[str]) -> None:
    project.configure("", RULES)
    project.write(TESTS)
    code, differs, modules = inner(project, *args)
    assert (code, differs) == (0, [])
    assert modules == ["app", "app.clean", "app.helper"]


@pytest.mark.fresh
def test_it_is_left_as_it_was_found_after_violations_too(project: Project) -> None:
    """And with modules that were watched in each way."""
    project.configure(
        "",
        f"""
{project.rule}
[[tool.pytest-ssot.rules]]
deprecated = "app.helper:help"
[[tool.pytest-ssot.rules]]
deprecated = "app.ws"
submodules = false
""",
    )
    project.write(TESTS)
    project.write(
        {
            "app/ws/__init__.py": "M = 1\n",
            "app/ws/mod.py": "",
            "app/user.py": (
                "import app.old, app.ws.mod\nfrom app.helper import help\nfrom app.ws import M\n"
            ),
            "tests/test_user.py": "from app import user\ndef test_it(): assert user.help() == 1\n",
        }
    )
    code, differs, _ = inner(project)
    assert (code, differs) == (0, [])
    code, differs, _ = inner(project, "--ssot-strict")
    assert (code, differs) == (1, [])


@pytest.mark.fresh
def test_it_is_left_as_it_was_found_after_a_usage_error(project: Project) -> None:
    project.configure("", '[[tool.pytest-ssot.rules]]\ndeprecatd = "app.old"')
    project.write(TESTS)
    assert inner(project)[:2] == [4, []]


@pytest.mark.fresh
def test_it_is_left_as_it_was_found_after_a_broken_conftest(project: Project) -> None:
    project.write(TESTS)
    project.write({"tests/conftest.py": "import app.old\n1 / 0\n"})
    assert inner(project, "tests")[1] == []


@pytest.mark.fresh
def test_two_runs_in_one_process(project: Project) -> None:
    project.write(
        {
            "tests/test_it.py": (
                "import pytest\n@pytest.mark.mission_critical\ndef test_it(): import app.old\n"
            )
        }
    )
    project.write(
        {
            "twice.py": (
                "import pytest\ncodes = [int(pytest.main(['-q', '-p', 'no:cacheprovider']))"
                " for _ in '12']\nprint('CODES', codes)\n"
            )
        }
    )
    result = project.python("twice.py")
    assert "CODES [1, 1]" in result.outlines


# -- what tests and users see ----------------------------------------------------------

FAILING = {
    "app/broken.py": "def go():\n    raise ValueError('broken')\n",
    "app/raises.py": "1 / 0\n",
    "tests/test_fails.py": """
        import importlib, sys, warnings
        import pytest

        def test_assertion():
            value = {"a": [1, 2, 3]}
            assert value == {"a": [1, 2, 4]}

        def test_missing(): import app.missing

        def test_missing_name(): from app.helper import missing

        def test_missing_package(): import missing.app

        def test_raises_while_loading(): import app.raises

        def test_raises_while_loading_by_name(): importlib.import_module("app.raises")

        def test_attribute():
            import app.helper
            app.helper.missing

        def test_warning_as_error():
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                warnings.warn("mine")

        def test_went_another_way():
            from app.broken import go
            go()

        def test_warns(): warnings.warn("shown", UserWarning)

        def test_bad_filter():
            with pytest.warns(DeprecationWarning): pass

        def test_none_in_sys_modules(monkeypatch):
            monkeypatch.setitem(sys.modules, "app.helper", None)
            import app.helper
        """,
    "tests/test_error.py": "import app.raises\n",
    "tests/test_syntax.py": "def\n",
}


def plain(lines: list[str]) -> list[str]:
    """The output without what tells one run from another, and without the plugin's section."""
    told, inside = [], False
    for line in lines:
        inside = "= ssot =" in line if line.startswith("====") else inside
        if not inside and not line.startswith(("plugins:", "rootdir:")):
            line = re.sub(r" in [\d.]+s|0x[0-9a-f]+", " ...", line)
            told.append(re.sub(r"=+ (.*) =+", r"= \1 =", line))
    return told


@pytest.mark.parametrize("style", ["auto", "long", "native"])
@pytest.mark.parametrize("flags", [[], ["-W", "error"]], ids=["", "errors"])
def test_tracebacks_are_the_same(project: Project, style: str, flags: list[str]) -> None:
    project.configure("", RULES)
    project.write(TESTS)
    project.write(FAILING)
    args = [f"--tb={style}", "--continue-on-collection-errors", "-rA", *flags]
    without, with_it = project.bare("-p", "no:ssot", *args), project.bare(*args)
    assert plain(with_it.lines) == plain(without.lines)
    assert with_it.errors == without.errors
    assert with_it.code == without.code == 1


# A rule on the very module that breaks, so that it is found, watched and raises under watch.
WATCHED = '[[tool.pytest-ssot.rules]]\ndeprecated = "app.{}"\n'


@pytest.mark.parametrize("style", ["auto", "native"])
def test_tracebacks_of_watched_modules_are_the_same(project: Project, style: str) -> None:
    rules = "".join(WATCHED.format(name) for name in ("helper", "raises", "missing", "broken"))
    project.configure("", rules)
    project.write(TESTS)
    # app.clean leads to a violation here, and 3.11 needs a class for it to watch it.
    exact, loose = "type(app.clean) is types.ModuleType", "isinstance(app.clean, types.ModuleType)"
    project.write({"tests/test_it.py": TESTS["tests/test_it.py"].replace(exact, loose)})
    project.write(FAILING)
    args = [f"--tb={style}", "--continue-on-collection-errors", "-rA"]
    without, with_it = project.bare("-p", "no:ssot", *args), project.bare(*args)
    assert plain(with_it.lines) == plain(without.lines)


def test_an_error_names_the_module_as_ever(project: Project) -> None:
    project.configure("", WATCHED.format("old") + WATCHED.format("old:X"))
    project.write(
        {
            "tests/test_it.py": """
                import pickle, types
                import pytest
                import app.old

                NONE = "^module 'app.old' has no attribute '{}'$"
                NO_NAME = r"^cannot import name 'gone' from 'app.old' \\(.*old.py\\)$"

                def test_it():
                    with pytest.raises(AttributeError, match=NONE.format("gone")) as error:
                        app.old.gone
                    assert (error.value.name, error.value.obj) == ("gone", app.old)
                    with pytest.raises(ImportError, match=NO_NAME):
                        from app.old import gone
                    assert repr(app.old).startswith("<module 'app.old' from '")
                    assert type(app.old).__name__ == "module"
                    assert isinstance(app.old, types.ModuleType)
                    with pytest.raises(TypeError, match="^cannot pickle 'module' object$"):
                        pickle.dumps(app.old)
                    del app.old.X
                    with pytest.raises(AttributeError, match=NONE.format("X")):
                        app.old.X
                    with pytest.raises(AttributeError, match="X"):
                        del app.old.X
                    assert "X" not in dir(app.old)
                    app.old.X = 3
                    assert (app.old.X, vars(app.old)["X"], getattr(app.old, "X", 4)) == (3, 3, 3)
                    assert app.old.make() == 3
                """
        }
    )
    ran = project.run()
    assert ran.counts == {"passed": 1}
    assert project.bare("-p", "no:ssot").counts == {"passed": 1}


def test_assertions_are_rewritten_in_tests_conftests_and_plugins(project: Project) -> None:
    """Also where the rewritten module is one that a rule names."""
    project.configure("", WATCHED.format("old") + '[[tool.pytest-ssot.rules]]\ndeprecated = "plug"')
    project.write(
        {
            "plug.py": "def check(x): assert x == [1, 2]\n",
            "conftest.py": (
                "pytest_plugins = ['plug']\nimport app.old\ndef check(x): assert x == [1, 3]\n"
            ),
            "tests/test_it.py": """
                import app.old, plug

                def test_here(): assert [1] == [2]
                def test_plugin(): plug.check([3])
                def test_conftest(request):
                    request.config.pluginmanager.get_plugin(request.config.rootpath / "conftest.py")
                    import conftest
                    conftest.check([4])
                """,
        }
    )
    ran = project.run()
    for words in ("assert [1] == [2]", "assert [3] == [1, 2]", "assert [4] == [1, 3]"):
        assert re.search(rf"^E +(AssertionError: )?{re.escape(words)}$", ran.text, re.MULTILINE)
    assert ran.text.count("At index 0 diff") == 3


def test_a_run_inside_a_watched_run(project: Project) -> None:
    """In one process, by pytester: each has its own rules, the outer goes on after the inner."""
    project.write(
        {
            "conftest.py": "pytest_plugins = ['pytester']\n",
            "tests/test_it.py": '''
                import pytest

                @pytest.mark.mission_critical
                def test_runs_another(pytester):
                    pytester.makepyprojecttoml("""
                        [tool.pytest.ini_options]
                        [[tool.pytest-ssot.rules]]
                        deprecated = "inner_old"
                    """)
                    pytester.makepyfile(inner_old="X = 1")
                    pytester.makepyfile(test_inner="""
                        import pytest
                        import app.old

                        @pytest.mark.mission_critical
                        def test_clean(): pass

                        @pytest.mark.mission_critical
                        def test_inner():
                            import inner_old
                    """)
                    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")
                    result.assert_outcomes(passed=1, failed=1)
                    result.stdout.fnmatch_lines(["E   deprecated import: inner_old"])

                @pytest.mark.mission_critical
                def test_after(): import app.old

                @pytest.mark.mission_critical
                def test_clean(): pass
                ''',
        }
    )
    ran = project.run()
    own = [one for one in ran.failed if one.startswith("tests/")]  # and not the inner run's
    assert own == [f"tests/test_it.py::{name}" for name in ("test_after", "test_runs_another")]
    assert {(one.target, one.at.rpartition("/")[2]) for one in ran.violations} == {
        ("app.old", "test_it.py:27:18 test_after"),
        ("app.old", "test_inner.py:2:0"),
    }


@pytest.mark.usefixtures("installed")
@pytest.mark.fresh
def test_a_plugin_that_is_blocked_costs_nothing(project: Project) -> None:
    """-p no:ssot: nothing of it is imported but what registers it."""
    project.write(
        {
            "tests/test_it.py": (
                "import sys\ndef test_it(): assert [n for n in sys.modules if"
                " n.startswith('pytest_ssot')] == []\n"
            )
        }
    )
    assert project.bare("-p", "no:ssot").counts == {"passed": 1}


def test_a_project_that_never_heard_of_it(project: Project) -> None:
    project.write({"pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["."]\n'})
    project.write(TESTS)
    without, with_it = project.bare("-p", "no:ssot"), project.bare()
    assert plain(with_it.lines) == plain(without.lines)
