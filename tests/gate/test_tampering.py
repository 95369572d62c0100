"""Code under test that takes the watch away: it does no harm, or it is told and fails the test."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent, indent
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Project, Ran

HEAD = """\
import builtins, importlib, importlib.machinery, importlib.util, sys, types, warnings
from unittest import mock
import pytest

gated = pytest.mark.mission_critical
"""


def given(project: Project, code: str, **files: str) -> None:
    project.write({"tests/test_it.py": HEAD + "\n" + dedent(code)})
    project.write({f"app/{name}.py": text for name, text in files.items()})


def body(lines: str) -> str:
    return indent(dedent(lines).strip(), "    ")


def place(ran: Ran) -> list[tuple[str, str]]:
    return [(one.target, one.at) for one in ran.violations if one.verdict == "fails"]


# -- what does no harm --------------------------------------------------------

PATH_FINDER = "importlib.machinery.PathFinder"
#: Puts a finder in front that finds the module itself, as tests of import hooks do.
FRONT = f"""
    class Front:
        def find_spec(self, name, path=None, target=None):
            return {PATH_FINDER}.find_spec(name, path, target)
    sys.meta_path.insert(0, Front())
"""
#: What leaves an interpreter behind that no other run should have.
LASTING = {
    *("cleared", "emptied slice", "another list", "monkeypatched", "mocked", "ours removed"),
    *("one in front", "reloaded", "class", "class, back"),
}


def each(table: Mapping[str, str]) -> list[object]:
    return [
        pytest.param(name, marks=pytest.mark.forked) if name in LASTING else name for name in table
    ]


IMPORTS = {
    "cleared": "sys.meta_path.clear()\nsys.meta_path.append(importlib.machinery.PathFinder)",
    "emptied slice": f"sys.meta_path[:] = [{PATH_FINDER}]",
    "another list": f"sys.meta_path = [{PATH_FINDER}]",
    "monkeypatched": f"pytest.MonkeyPatch().setattr(sys, 'meta_path', [{PATH_FINDER}])",
    "mocked": f"mock.patch.object(sys, 'meta_path', [{PATH_FINDER}]).start()",
    "ours removed": "sys.meta_path[:] = [one for one in sys.meta_path if isinstance(one, type)]",
    "one in front": FRONT,
    "caches": "importlib.invalidate_caches()\nsys.path_importer_cache.clear()",
    "modules patched": "mock.patch.dict(sys.modules).start()",
    "modules cleared": """
        with mock.patch.dict(sys.modules, clear=True):
            pass
        """,
    "module deleted": "sys.modules.pop('app.old', None)",
    "package deleted": "sys.modules.pop('app.old', None)\nsys.modules.pop('app', None)",
    "class of the package": """
        import app
        class Module(types.ModuleType): pass
        app.__class__ = Module
        assert app.__class__ is Module and isinstance(app, Module)
        """,
    "class of the package, back": """
        import app
        class Module(types.ModuleType): pass
        app.__class__ = Module
        app.__class__ = types.ModuleType
        assert app.__class__ is types.ModuleType
        """,
}


@pytest.mark.parametrize("form", ["import app.old", "from app import old"])
@pytest.mark.parametrize("before", ["", "import app.old"], ids=["first", "cached"])
@pytest.mark.parametrize("how", each(IMPORTS))
def test_imports_are_seen_all_the_same(project: Project, how: str, before: str, form: str) -> None:
    helper = f"{HEAD}def tamper():\n{body(IMPORTS[how])}\n"
    given(
        project,
        f"""
        from app.helper import tamper
        from app.user import use
        {before.replace("import app.old", "import app.old  # ssot: allow[app.old] loads it")}

        @gated
        def test_it():
            tamper()
            use()
        """,
        helper=helper,
        user=f"def use():\n    {form}\n",
    )
    ran = project.run()
    assert place(ran) == [("app.old", "app/user.py:2:4 use")]
    assert ran.failed == ["tests/test_it.py::test_it"]
    assert ran.report["not_observed"] == []
    assert ran.report["errors"] == []


@pytest.mark.parametrize(
    "how",
    [
        "class Module(types.ModuleType): pass\nold.__class__ = Module",
        "class Module(type(old)): pass\nold.__class__ = Module",
        "class Spec(type(old.__spec__)): pass\nold.__spec__.__class__ = Spec",
        "old.__spec__.__class__ = importlib.machinery.ModuleSpec",
        "importlib.reload(old)",
        pytest.param(
            "sys.meta_path[:] = [importlib.machinery.PathFinder]\nimportlib.reload(old)",
            marks=pytest.mark.forked,
        ),
    ],
)
def test_what_is_on_a_module_goes_over_to_its_new_class(project: Project, how: str) -> None:
    """The package's own module is watched for a name of it, too."""
    project.configure(
        tables=project.rule + '[[tool.pytest-ssot.rules]]\ndeprecated = "app.old:X"\n'
    )
    given(
        project,
        f"""
        import app.old  # ssot: allow[app.old] loads it
        from app.user import use
        old = app.old

        def test_first():
{indent(body(how), "        ")}

        @gated
        def test_second():
            use()
        """.replace("\n        ", "\n"),
        user="def use():\n    import app.old\n    from app.old import X\n",
    )
    ran = project.run()
    seen = [(target, at) for target, at in place(ran) if at.startswith("app/user.py")]
    assert seen == [("app.old", "app/user.py:2:4 use"), ("app.old:X", "app/user.py:3:4 use")]
    assert ran.failed == ["tests/test_it.py::test_second"]
    assert ran.report["not_observed"] == []
    assert ran.report["errors"] == []


WARNINGS = {
    "showwarning": "warnings.showwarning = lambda *args, **kwargs: None",
    "_showwarnmsg_impl": "warnings._showwarnmsg_impl = lambda message: None",
    "reset": "warnings.resetwarnings()",
    "simple": "warnings.simplefilter('ignore')",
    "emptied": "warnings.filters[:] = []",
    "another list": "warnings.filters = []",
    "reloaded": "importlib.reload(warnings)",
    "class": "class Module(types.ModuleType): pass\nwarnings.__class__ = Module",
    "class, back": "warnings.__class__ = types.ModuleType",
    "copied in": "vars(warnings).update(dict(vars(warnings)))",
    "caught": "with warnings.catch_warnings(): warnings.simplefilter('ignore')",
    "modules patched": "with mock.patch.dict(sys.modules, warnings=types.ModuleType('w')): pass",
    "modules cleared": "with mock.patch.dict(sys.modules, clear=True): pass",
}


@pytest.mark.parametrize("issue", ["warnings.warn", "warn"], ids=["by name", "bound early"])
@pytest.mark.parametrize("how", each(WARNINGS))
def test_warnings_are_seen_all_the_same(project: Project, how: str, issue: str) -> None:
    given(
        project,
        f"""
        from app.user import use

        def test_first():
{indent(body(WARNINGS[how]), "        ")}
            use()

        @gated
        def test_second():
            use()

        @gated
        def test_third():
{indent(body(WARNINGS[how]), "        ")}
            use()
        """.replace("\n        ", "\n"),
        user=f"""
            import warnings
            from warnings import warn
            def old(): {issue}("gone", DeprecationWarning)
            def use(): old()
            """,
    )
    ran = project.run("-Walways")
    assert ran.failed == ["tests/test_it.py::test_second", "tests/test_it.py::test_third"]
    assert ran.report["not_observed"] == []
    assert ran.report["errors"] == []


@pytest.mark.parametrize("form", ["import app.old", "from app import old"])
@pytest.mark.parametrize("before", ["", "import app.old"], ids=["first", "cached"])
def test_another_import_function_hides_nothing(project: Project, before: str, form: str) -> None:
    given(
        project,
        f"""
        {before}

        @gated
        def test_it(monkeypatch):
            real = builtins.__import__
            monkeypatch.setattr(builtins, "__import__", lambda *args: real(*args))
            {form}
        """,
    )
    ran = project.run()
    assert ran.failed == ["tests/test_it.py::test_it"]
    assert ran.report["not_observed"] == []


def test_a_lazy_module_that_is_watched_loads_at_its_first_use(project: Project) -> None:
    given(
        project,
        """
        def test_lazy():
            spec = importlib.util.find_spec("app.old")
            spec.loader = importlib.util.LazyLoader(spec.loader)
            module = sys.modules["app.old"] = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)

        @gated
        def test_it():
            assert not hasattr(sys, "loaded")
            from app.old import X
            assert X == sys.loaded == 1
            assert type(sys.modules["app.old"]).__name__ == "module"
        """,
        old="import sys\nX = sys.loaded = 1\ndef make(): pass\n",
    )
    project.configure(
        tables=project.rule + '[[tool.pytest-ssot.rules]]\ndeprecated = "app.old:make"\n'
    )
    ran = project.run()
    assert ran.counts == {"passed": 1, "failed": 1}
    assert place(ran) == [("app.old", "tests/test_it.py:17:4 test_it")]
    assert ran.report["errors"] == []


def test_a_finder_that_raises_shows_the_traceback_that_it_always_had(project: Project) -> None:
    given(
        project,
        """
        import traceback

        class Broken:
            def find_spec(self, name, path=None, target=None):
                raise ZeroDivisionError(name)

        def test_it(monkeypatch):
            monkeypatch.setattr(sys, "meta_path", [Broken()])
            with pytest.raises(ZeroDivisionError) as caught:
                import app.other
            assert [one.name for one in traceback.extract_tb(caught.tb)][0] == "test_it"
            assert "pytest_ssot" not in "".join(traceback.format_tb(caught.tb))
        """,
    )
    assert project.run().counts == {"passed": 1}


# -- what takes the watch away ------------------------------------------------

LOCK = "importlib._bootstrap._lock_unlock_module"
#: What is done, and what is told of it.
LOSSES = {
    "spec": (
        "old.__spec__ = importlib.machinery.ModuleSpec('app.old', None)",
        "replaced app.old.__spec__: imports of app.old after that were not seen",
    ),
    "no spec": (
        "old.__spec__ = None",
        "replaced app.old.__spec__: imports of app.old after that were not seen",
    ),
    "spec deleted": (
        "del old.__spec__",
        "replaced app.old.__spec__: imports of app.old after that were not seen",
    ),
    "search": (
        "importlib._bootstrap._find_spec = lambda *args: None",
        "replaced importlib._bootstrap._find_spec: first imports after that were not seen",
    ),
    "lock": (
        f"{LOCK} = lambda name: None",
        f"replaced {LOCK}: circular imports after that were not seen",
    ),
    "warnings": (
        "sys.modules['warnings'] = types.ModuleType('warnings')",
        "replaced sys.modules['warnings']: warnings after that were not seen",
    ),
    "warnings deleted": (
        "del sys.modules['warnings']",
        "replaced sys.modules['warnings']: warnings after that were not seen",
    ),
    "warnings again": (
        "del sys.modules['warnings']; import warnings",
        "replaced sys.modules['warnings']: warnings after that were not seen",
    ),
}
WATCHED = """
import app.old  # ssot: allow[app.old] loads it
from app.user import use
old = app.old

{mark}
def test_it({fixture}):
    {loss}

@gated
def test_next():
    use()
"""
USER = """
from app.dep import old
def use():
    import app.old
    import app.again
    old()
"""


def losing(project: Project, loss: str, mark: str = "@gated", fixture: str = "") -> None:
    dep = "import warnings\ndef old(): warnings.warn('gone', DeprecationWarning)\n"
    code = WATCHED.format(loss=loss, mark=mark, fixture=fixture)
    given(project, code, again="import app.old\n", dep=dep, user=USER)


@pytest.mark.parametrize("how", LOSSES)
def test_a_gated_test_that_takes_the_watch_away_fails(project: Project, how: str) -> None:
    loss, told = LOSSES[how]
    losing(project, loss)
    ran = project.run()
    assert ran.failed == ["tests/test_it.py::test_it", "tests/test_it.py::test_next"]
    assert ran.failure("test_it") == [
        "tests/test_it.py:12: in test_it",
        f"E   the watch was lost: the test {told}",
        "E   fix:  leave that as it is, or do it in a process of its own",
    ]
    assert ran.report["not_observed"] == [f"tests/test_it.py::test_it {told}"]
    assert f"not observed: tests/test_it.py::test_it {told}" in ran.summary
    # The next test is watched as ever.
    assert place(ran) == [
        ("app.old", "app/again.py:1:0"),
        ("app.old", "app/user.py:4:4 use"),
        ("app.dep:old", "app/user.py:6:4 use"),
    ]
    assert ran.report["errors"] == []


@pytest.mark.parametrize("how", LOSSES)
def test_without_a_gate_it_is_told(project: Project, how: str) -> None:
    loss, told = LOSSES[how]
    losing(project, loss, mark="")
    ran = project.run()
    assert ran.failed == ["tests/test_it.py::test_next"]
    assert ran.report["not_observed"] == [f"tests/test_it.py::test_it {told}"]
    strict = project.run("--ssot-strict")
    assert strict.failed == ["tests/test_it.py::test_it", "tests/test_it.py::test_next"]


@pytest.mark.parametrize("how", ["spec", "warnings"])
def test_what_is_put_back_at_the_end_was_away_all_the_same(project: Project, how: str) -> None:
    """Nobody knows what the test reached in between."""
    target = "app.old, '__spec__'" if how == "spec" else "sys, 'modules'"
    loss = {
        "spec": f"monkeypatch.setattr({target}, None)",
        "warnings": "monkeypatch.setitem(sys.modules, 'warnings', types.ModuleType('warnings'))",
    }[how]
    losing(project, loss, fixture="monkeypatch")
    ran = project.run()
    assert ran.failed == ["tests/test_it.py::test_it", "tests/test_it.py::test_next"]
    (told,) = ran.report["not_observed"]
    assert told == f"tests/test_it.py::test_it {LOSSES[how][1]}"


def test_a_failure_of_its_own_is_kept(project: Project) -> None:
    losing(project, f"{LOSSES['spec'][0]}; assert 0, 'its own'")
    ran = project.run()
    text = "\n".join(ran.failure("test_it"))
    assert "its own" in text
    assert "pytest-ssot: the watch was lost" in text
    assert "the watch was lost: the test replaced app.old.__spec__" in text


@pytest.mark.parametrize(
    ("mark", "end", "failed"),
    [
        ("@gated", "pytest.skip('why')", False),
        ("@gated\n@pytest.mark.xfail", "pytest.xfail('why')", True),
        ("@gated\n@pytest.mark.xfail", "assert 0", True),
    ],
)
def test_a_skipped_test_stays_skipped_and_xfail_excuses_nothing(
    project: Project, mark: str, end: str, failed: bool
) -> None:
    losing(project, f"{LOSSES['spec'][0]}; {end}", mark=mark)
    ran = project.run()
    assert ("tests/test_it.py::test_it" in ran.failed) is failed
    assert ran.report["not_observed"] == [f"tests/test_it.py::test_it {LOSSES['spec'][1]}"]


def test_a_fixture_that_takes_the_watch_away_fails_the_test(project: Project) -> None:
    given(
        project,
        """
        import app.old  # ssot: allow[app.old] loads it

        @pytest.fixture(params=["setup", "teardown"])
        def tampers(request):
            another = importlib.machinery.ModuleSpec("app.old", None)
            if request.param == "setup": app.old.__spec__ = another
            yield
            app.old.__spec__ = another

        @gated
        def test_it(tampers): pass
        """,
    )
    ran = project.run()
    assert ran.failed == [f"tests/test_it.py::test_it[{one}]" for one in ("setup", "teardown")]
    assert ran.counts == {"failed": 1, "passed": 1, "errors": 1}


def test_outside_of_tests_it_fails_a_strict_run(project: Project) -> None:
    given(
        project,
        """
        import app.old  # ssot: allow[app.old] loads it
        app.old.__spec__ = None

        @gated
        def test_it(): pass
        """,
    )
    ran = project.run()
    assert ran.code == 0
    assert ran.report["not_observed"] == [f"tests/test_it.py {LOSSES['spec'][1]}"]
    strict = project.run("--ssot-strict")
    assert strict.code == 1
    assert strict.counts == {"passed": 1}


@pytest.mark.forked
def test_workers_tell_the_same(project: Project) -> None:
    losing(project, LOSSES["warnings"][0])
    alone, spread = project.run(), project.run("-n2", "--dist=loadfile")
    assert spread.bytes == alone.bytes
    assert spread.failed == alone.failed


# -- neighbours that are left alone -------------------------------------------


@pytest.mark.parametrize(
    "code",
    [
        "monkeypatch.setattr(sys, 'meta_path', [object(), *sys.meta_path])",
        "monkeypatch.setattr(sys, 'meta_path', [])",
        pytest.param(
            "sys.meta_path.insert(0, types.SimpleNamespace(find_spec=lambda *args: None))",
            marks=pytest.mark.forked,
        ),
        "mock.patch.dict(sys.modules, clear=True).__enter__; import json",
        "with mock.patch.dict(sys.modules, {'app.old': mock.Mock()}): pass",
        "with mock.patch.dict(sys.modules, clear=True): pass",
        "monkeypatch.setitem(sys.modules, 'app.old', types.ModuleType('app.old'))",
        "monkeypatch.delitem(sys.modules, 'app.old')",
        "monkeypatch.setattr(app.old, 'X', 2)",
        "with warnings.catch_warnings(record=True): warnings.warn('x')",
        "warnings.resetwarnings(); warnings.filters = []",
        pytest.param("importlib.reload(warnings)", marks=pytest.mark.forked),
        pytest.param("importlib.reload(importlib)", marks=pytest.mark.forked),
        pytest.param("importlib.reload(importlib.util)", marks=pytest.mark.forked),
        "importlib.invalidate_caches()",
        "builtins.__import__ = builtins.__import__",
        "spec = importlib.util.find_spec('app.old'); importlib.util.module_from_spec(spec)",
        "exec('import json', {})",
        "__spec__ = None",
        "app.__spec__ = None",
    ],
)
def test_what_leaves_the_watch_standing_is_no_loss(project: Project, code: str) -> None:
    given(
        project,
        f"""
        import app.old  # ssot: allow[app.old] loads it

        @gated
        def test_it(monkeypatch):
            {code}

        @gated
        def test_next(): pass
        """,
    )
    ran = project.run()
    assert ran.report["not_observed"] == []
    assert ran.report["errors"] == []
    assert not [one for one in ran.lines if "watch was lost" in one]


def test_a_pytest_run_inside_a_test_is_no_loss(project: Project) -> None:
    given(
        project,
        """
        import app.old  # ssot: allow[app.old] loads it

        pytest_plugins = ["pytester"]

        @gated
        def test_it(pytester):
            pytester.makepyfile(test_inner="def test_inner(): pass")
            # pytester takes PYTEST_ADDOPTS away, and pytest-asyncio warns of its own configuration.
            assert pytester.inline_run("-p", "no:cacheprovider", "-p", "no:asyncio").ret == 0

        @gated
        def test_parse(pytester):
            pytester.parseconfig()

        @gated
        def test_next(): pass
        """,
    )
    ran = project.run()
    assert ran.counts == {"passed": 3}
    assert ran.report["not_observed"] == []


@pytest.mark.forked
def test_a_pytest_run_that_is_left_open_is_told(project: Project) -> None:
    given(
        project,
        """
        from app.user import use

        @gated
        def test_it():
            from _pytest.config import get_config
            get_config(["."]).parse([".", "-p", "no:terminal"])

        @gated
        def test_next(): use()
        """,
        user="def use():\n    import app.old\n",
    )
    ran = project.run()
    assert ran.failed == ["tests/test_it.py::test_it", "tests/test_it.py::test_next"]
    told = "left a pytest run of its own unfinished: what happened since was not seen"
    assert ran.report["not_observed"] == [f"tests/test_it.py::test_it {told}"]
