"""What only a function remembers is told to who calls it later, and fails nothing."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.etree import ElementTree

import pytest

if TYPE_CHECKING:
    from tests.conftest import Project

#: Before, Python tells of caches alone.
TELLS = sys.version_info >= (3, 12)
OLD = "from R.old import X"


class Row(NamedTuple):
    """What each test of a row calls, and the function that remembers; what they are told else.

    ``R`` is the row's own package, ``mod`` its module. The first that runs fails, those
    after it are told, unless it ``reaches`` the target itself or, in ``other``, nothing.
    """

    code: str
    calls: tuple[str, ...]
    function: str
    reaches: tuple[str, ...] = ()
    other: tuple[str, ...] = ()


def remembers(code: str, call: str, function: str, *other: str) -> Row:
    return Row(code, (call,) * 3, function, other=other)


def each_reaches(code: str, *calls: str) -> Row:
    return Row(code, (), "", reaches=calls)


ROWS = {
    "a_global": remembers(
        f"""
        _it = None
        def get():
            global _it
            if _it is None:
                {OLD}
                _it = X()
            return _it
        """,
        "mod.get()",
        "mod.py:3 get",
    ),
    "returned_early": remembers(
        f"""
        _it = None
        def get():
            global _it
            if _it is not None:
                return _it
            {OLD}
            _it = X()
            return _it
        """,
        "mod.get()",
        "mod.py:3 get",
    ),
    "in_one_expression": remembers(
        f"""
        _it = None
        def load():
            {OLD}
            return X()
        def get():
            global _it
            _it = _it or load()
            return _it
        """,
        "mod.get()",
        "mod.py:6 get",
    ),
    "under_a_lock": remembers(
        f"""
        import threading
        _lock = threading.Lock()
        _it = None
        def get():
            global _it
            if _it is None:
                with _lock:
                    if _it is None:
                        {OLD}
                        _it = X()
            return _it
        """,
        "mod.get()",
        "mod.py:5 get",
    ),
    "written_by_a_helper": remembers(
        f"""
        _it = None
        def get():
            if _it is None:
                _make()
            return _it
        def _make():
            global _it
            {OLD}
            _it = X()
        """,
        "mod.get()",
        "mod.py:3 get",
    ),
    "over_a_module": remembers(
        """
        _it = None
        def get():
            global _it
            if _it is None:
                import R.over
                _it = R.over.X()
            return _it
        """,
        "mod.get()",
        "mod.py:3 get",
    ),
    "a_class_attribute": remembers(
        f"""
        class Service:
            _it = None
            @classmethod
            def get(cls):
                if cls._it is None:
                    {OLD}
                    cls._it = X()
                return cls._it
        """,
        "mod.Service.get()",
        "mod.py:5 Service.get",
    ),
    "new": remembers(
        f"""
        class Service:
            _it = None
            def __new__(cls):
                if not cls._it:
                    {OLD}
                    cls._it = super().__new__(cls)
                return cls._it
        """,
        "mod.Service()",
        "mod.py:4 Service.__new__",
    ),
    "an_attribute_of_an_instance": remembers(
        f"""
        class Service:
            def __init__(self): self._it = None
            def get(self):
                if self._it is None:
                    {OLD}
                    self._it = X()
                return self._it
        service = Service()
        """,
        "mod.service.get()",
        "mod.py:4 Service.get",
        "mod.Service",
    ),
    "an_attribute_that_is_missing": remembers(
        f"""
        def get():
            if not hasattr(get, "it"):
                {OLD}
                get.it = X()
            return get.it
        """,
        "mod.get()",
        "mod.py:2 get",
    ),
    "an_attribute_that_is_tried": remembers(
        f"""
        class Service:
            @property
            def it(self):
                try:
                    return self._it
                except AttributeError:
                    {OLD}
                    self._it = X()
                return self._it
        service = Service()
        """,
        "mod.service.it",
        "mod.py:4 Service.it",
    ),
    "a_closure": remembers(
        f"""
        def make():
            it = None
            def get():
                nonlocal it
                if it is None:
                    {OLD}
                    it = X()
                return it
            return get
        get = make()
        """,
        "mod.get()",
        "mod.py:4 make.get",
    ),
    "a_flag": remembers(
        f"""
        _done = False
        def set_up():
            global _done
            if _done:
                return
            _done = True
            {OLD}
        """,
        "mod.set_up()",
        "mod.py:3 set_up",
    ),
    "asynchronous": remembers(
        f"""
        import asyncio
        _it = None
        async def load():
            await asyncio.sleep(0)
            {OLD}
            return X()
        async def get():
            global _it
            if _it is None:
                _it = await load()
            return _it
        """,
        "mod.asyncio.run(mod.get())",
        "mod.py:8 get",
    ),
    "a_dictionary": remembers(
        f"""
        _known = {{}}
        def get(name):
            if name not in _known:
                if name == "old":
                    {OLD}
                else:
                    from R.new import X
                _known[name] = X()
            return _known[name]
        """,
        "mod.get('old')",
        "mod.py:3 get",
        "mod.get('new')",
        "mod.get('newer')",
    ),
    "a_dictionary_that_is_tried": remembers(
        f"""
        _known = {{}}
        def get(name):
            try:
                return _known[name]
            except KeyError:
                pass
            if name == "old":
                {OLD}
            else:
                from R.new import X
            it = _known[name] = X()
            return it
        """,
        "mod.get('old')",
        "mod.py:3 get",
        "mod.get('new')",
    ),
    "a_dictionary_that_is_asked": remembers(
        f"""
        _known = {{}}
        def get(name, loud=True):
            it = _known.get(name)
            if it is None:
                if name == "old":
                    {OLD}
                else:
                    from R.new import X
                _known[name] = it = X()
            return it
        """,
        "mod.get('old')",
        "mod.py:3 get",
        "mod.get('new')",
    ),
    "a_set": remembers(
        f"""
        _done = set()
        def set_up(name):
            if name in _done:
                return
            _done.add(name)
            if name == "old":
                {OLD}
        """,
        "mod.set_up('old')",
        "mod.py:3 set_up",
        "mod.set_up('new')",
    ),
    "a_decorator": remembers(
        f"""
        def keep(function):
            known = {{}}
            def inner(*args):
                if args not in known:
                    known[args] = function(*args)
                return known[args]
            return inner
        @keep
        def get(name):
            if name == "old":
                {OLD}
        @keep
        def other(name): pass
        """,
        "mod.get('old')",
        "mod.py:4 keep.inner",
        "mod.get('new')",
        "mod.other('old')",
    ),
    "an_alias": remembers(
        f"""
        class Service:
            def __init__(self): self._known = {{}}
            def get(self, name):
                known = self._known
                if name in known:
                    return known[name]
                if name == "old":
                    {OLD}
                known[name] = name
        service = Service()
        """,
        "mod.service.get('old')",
        "mod.py:4 Service.get",
        "mod.service.get('new')",
        "mod.Service().get('new')",
    ),
    "a_default": remembers(
        f"""
        def get(name, _known={{}}):
            if name in _known:
                return _known[name]
            if name == "old":
                {OLD}
            _known[name] = name
        """,
        "mod.get('old')",
        "mod.py:2 get",
        "mod.get('new')",
    ),
    "unless_it_is_forced": remembers(
        f"""
        _it = None
        def get(force=False):
            global _it
            if _it is None or force:
                {OLD}
                _it = X()
            return _it
        """,
        "mod.get()",
        "mod.py:3 get",
    ),
    "unless_it_is_forced_early": remembers(
        f"""
        class Service:
            _it = None
            def get(self, force=False):
                if type(self)._it is not None and not force:
                    return self._it
                {OLD}
                type(self)._it = X()
        service = Service()
        """,
        "mod.service.get()",
        "mod.py:4 Service.get",
    ),
    "once": remembers(
        f"""
        def once(function):
            done = False
            def inner():
                nonlocal done
                if not done:
                    done = True
                    function()
            return inner
        @once
        def get():
            {OLD}
        @once
        def other(): pass
        """,
        "mod.get()",
        "mod.py:4 once.inner",
        "mod.other()",
        "mod.other()",
    ),
    "functools_cache": remembers(
        f"""
        import functools
        @functools.cache
        def get():
            {OLD}
            return X()
        """,
        "mod.get()",
        "mod.py:4 get",
    ),
    "functools_lru_cache": remembers(
        f"""
        import functools
        class Service:
            @staticmethod
            @functools.lru_cache(maxsize=8)
            def get(name="old"):
                {OLD}
                return X()
        """,
        "mod.Service.get()",
        "mod.py:6 Service.get",
    ),
    "functools_cache_of_a_helper": remembers(
        f"""
        import functools
        def load():
            {OLD}
            return X()
        @functools.cache
        def get(): return load()
        """,
        "mod.get()",
        "mod.py:7 get",
    ),
    # -- one that issues the warning itself
    "warned_already": remembers(
        """
        import warnings
        _warned = False
        def old_call():
            global _warned
            if not _warned:
                _warned = True
                warnings.warn("old_call is old", DeprecationWarning, stacklevel=2)
        """,
        "from R.go import go; go()",
        "mod.py:4 old_call",
    ),
    # -- nothing is remembered
    "another_branch": each_reaches(
        f"""
        _known = {{}}
        def get(name):
            if name == "old":
                {OLD}
            else:
                from R.new import X
            _known[name] = X
        """,
        "mod.get('old')",
        "mod.get('old')",
    )._replace(other=("mod.get('new')", "mod.get('old' if False else 'new')")),
    "something_unrelated": each_reaches(
        f"""
        count = 0
        quiet = False
        def get(name):
            global count
            count += 1
            if quiet or name == "new":
                return
            {OLD}
        """,
        "mod.get('old')",
        "mod.get('old')",
    )._replace(other=("mod.get('new')",)),
    "what_is_called_is_another": each_reaches(
        f"""
        _it = None
        def old():
            {OLD}
            return X()
        def get(make):
            global _it
            if _it is None:
                _it = make()
            return _it
        """,
        "mod._it = None; mod.get(mod.old)",
    )._replace(other=("mod.get(list)", "mod.get(dict)")),
    "another_at_its_place": each_reaches(
        f"""
        class Service:
            def __init__(self, done=False): self.done = done
            def set_up(self):
                if self.done:
                    return
                {OLD}
                self.done = True
        """,
        "mod.Service().set_up()",
        "mod.Service().set_up()",
    )._replace(other=("[mod.Service(True).set_up() for _ in range(100)]",) * 2),
    "reached_again": each_reaches(
        f"""
        last = None
        def get(name):
            global last
            if last != name or name == "old":
                {OLD}
            last = name
        """,
        "mod.get('old')",
        "mod.get('old')",
    ),
    "another_instance": each_reaches(
        f"""
        class Service:
            _it = None
            def get(self):
                if self._it is None:
                    {OLD}
                    self._it = X()
                return self._it
        """,
        "mod.Service().get()",
        "mod.Service().get()",
    ),
    "put_back": each_reaches(
        f"""
        _it = None
        def get():
            global _it
            if _it is None:
                {OLD}
                _it = X()
            return _it
        """,
        "mod._it = None; mod.get()",
        "mod._it = None; mod.get()",
    ),
    "replaced": each_reaches(
        f"""
        class Service:
            it = None
            def get(self):
                if self.it is None:
                    {OLD}
                    Service.it = X()
                return self.it
        """,
        "mod.Service.it = None; mod.Service().get()",
    )._replace(other=("mod.Service.it = 'a double'; mod.Service().get()",)),
    "functools_cache_by_argument": each_reaches(
        f"""
        import functools
        @functools.cache
        def get(name):
            if name == "old":
                {OLD}
        """,
        "mod.get('old')",
    )._replace(other=("mod.get('new'); mod.get('new')", "mod.get('new')")),
    "functools_cache_that_is_cleared": each_reaches(
        f"""
        import functools
        @functools.cache
        def get():
            {OLD}
        """,
        "mod.get.cache_clear(); mod.get()",
        "mod.get.cache_clear(); mod.get()",
    ),
}
FILES = {
    "R/__init__.py": "",
    "R/old.py": "X = type('X', (), {})\n",
    "R/new.py": "X = type('X', (), {})\n",
    "R/over.py": f"{OLD}\n",
    "R/go.py": "from R import mod\ndef go(): mod.old_call()\n",
}
BACKWARD = "def pytest_collection_modifyitems(items): items.reverse()\n"
ALONE = """
    def pytest_collection_modifyitems(items):
        items[:] = [item for item in items if item.name == "test_{}"]
    """
#: The tests of one number go to one worker, and a row has no other that remembers there.
DEALT = """
    import pytest
    def pytest_collection_modifyitems(items):
        for item in items:
            item.add_marker(pytest.mark.xdist_group(item.name))
    """
FAILS, TOLD = "fails", "told" if TELLS else ""
MOST = max(len(row.calls + row.reaches + row.other) for row in ROWS.values())


@pytest.fixture
def rows(project: Project) -> None:
    """Writes all rows."""
    rules = [f'[[tool.pytest-ssot.rules]]\ndeprecated = "app.{name}.old"\n' for name in ROWS]
    project.configure('mission-critical = ["tests"]', "".join(rules))
    for name, row in ROWS.items():
        files = {**FILES, "R/mod.py": _dedent(row.code)}
        files["T.py"] = "from R import mod\n" + "".join(
            f"def test_{number}(): {call}\n"
            for number, call in enumerate(row.calls + row.reaches + row.other)
        )
        renamed = {
            path.replace("R/", f"app/{name}/").replace("T.py", f"tests/test_{name}.py"): text
            for path, text in files.items()
        }
        named = {path: re.sub(r"\bR\b", f"app.{name}", text) for path, text in renamed.items()}
        project.write(named)


def _dedent(code: str) -> str:
    lines = code.splitlines()
    return "\n".join(line[8:] for line in lines) + "\n"


def _expect(name: str, order: list[int]) -> dict[str, str]:
    """What the tests of the row *name* are told that run in this *order* in one process."""
    row = ROWS[name]
    count, told, first = len(row.calls), {}, True
    later = "told" if name.startswith("functools") else TOLD
    for number in order:
        verdict = ""
        if number < count:
            verdict, first = (FAILS if first else later), False
        elif number < count + len(row.reaches):
            verdict = FAILS
        elif number >= count + len(row.reaches + row.other):
            continue
        told[f"{name}::test_{number}"] = verdict
    return told


def _run(project: Project, *args: str) -> dict[str, str]:
    xml = ("--junitxml=it.xml", "-o", "junit_family=xunit1")
    ran = project.run(*args, "--ssot-report", "junit", *xml)
    assert "error inside" not in ran.text
    found = {}
    for case in ElementTree.parse(project.path / "it.xml").getroot().iter("testcase"):
        values = (one.get("value", "") for one in case.iter("property"))
        row = (case.get("classname") or "").rpartition(".test_")[2]
        told = ";".join(sorted(value.split()[0] for value in values))
        found[f"{row}::{(case.get('name') or '').partition('@')[0]}"] = told
    return found


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("mode", ["forward", "backward"])
def test_the_first_that_runs_fails_and_the_others_are_told(project: Project, mode: str) -> None:
    project.write({"forward.py": "", "backward.py": BACKWARD})
    order = list(range(MOST))
    expected: dict[str, str] = {}
    for name in ROWS:
        expected |= _expect(name, order if mode == "forward" else order[::-1])
    assert _run(project, "-p", mode) == expected


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("number", range(MOST))
def test_who_has_the_process_to_itself_is_told_what_it_reaches(
    project: Project, number: int
) -> None:
    project.write({"alone.py": ALONE.format(number)})
    expected: dict[str, str] = {}
    for name in ROWS:
        expected |= _expect(name, [number])
    assert _run(project, "-p", "alone") == expected


@pytest.mark.fresh
@pytest.mark.usefixtures("rows")
def test_workers_remember_each_for_itself(project: Project) -> None:
    project.write({"dealt.py": DEALT})
    told = _run(project, "-n2", "--dist=loadgroup", "-p", "dealt")
    for name, row in ROWS.items():
        verdicts = [told[f"{name}::test_{number}"] for number in range(len(row.calls))]
        later = "told" if name.startswith("functools") else TOLD
        assert not row.calls or sorted(verdicts) in (
            sorted([FAILS, FAILS, later]),
            sorted([FAILS, later, later]),
        )


@pytest.mark.usefixtures("rows")
@pytest.mark.skipif(not TELLS, reason="Python tells of caches alone")
def test_the_functions_are_named(project: Project) -> None:
    told = project.run().report["remembered"]
    named = {
        (one["rule"], f"{one['remembered']['path']}:{one['remembered']['line']}")
        for one in told
        if one["kind"] == "import"
    }
    assert named == {
        (f"app.{name}.old", f"app/{name}/{row.function.partition(' ')[0]}")
        for name, row in ROWS.items()
        if row.function and name != "warned_already"
    }
    assert {one["verdict"] for one in told} == {"told"}


AGENT = """
    _it = None
    def get():
        global _it
        if _it is None:
            from app.old import make
            _it = make()
        return _it
    """
FIRST, LATER = "tests/test_a.py", "tests/test_b.py"
LINE = f"remembered: app/agent.py:2 get, reached by {LATER}::test_it: app/agent.py:5 app.old"
UNLOOKED = "later calls of what remembers what it reached (app/agent.py:2 get): "

needs_calls = pytest.mark.skipif(not TELLS, reason="Python tells of caches alone")


@pytest.fixture
def agent(project: Project) -> None:
    """A function that remembers, a test that calls it first, and a gated one after that."""
    project.configure(f'mission-critical = ["{LATER}"]')
    test = "from app.agent import get\ndef test_it(): get()\n"
    project.write({"app/agent.py": AGENT, FIRST: test, LATER: test})


def told(project: Project, *args: str) -> list[str]:
    """The tests that are told, and that nothing else comes of it."""
    ran = project.run(*args)
    assert (ran.code, ran.report["errors"]) == (0, [])
    return [test for one in ran.report["remembered"] for test in one["tests"]]


@needs_calls
@pytest.mark.usefixtures("agent")
def test_it_has_a_heading_of_its_own(project: Project) -> None:
    paths = {name: f"it.{name}" for name in ("markdown", "html", "sarif", "github")}
    ran = project.run(*(f"--ssot-report={name}:{path}" for name, path in paths.items()))
    assert (ran.code, ran.summary) == (
        0,
        ["app/agent.py:5  app.old  seen by 1 test, not gated", LINE],
    )
    assert ran.report["remembered"] == [
        {
            **ran.report["violations"][0],
            "chain": [{"path": LATER, "line": 2, "function": "test_it"}],
            "verdict": "told",
            "tests": [f"{LATER}::test_it"],
            "remembered": {"path": "app/agent.py", "line": 2, "function": "get"},
        }
    ]
    assert ran.matched == {"app.old": 1}
    texts = {name: (project.path / path).read_text("utf-8") for name, path in paths.items()}
    assert f"### Remembered\n\n- {LINE.partition(' ')[2]}" in texts["markdown"].replace("\\", "")
    assert "<h2>Remembered</h2>" in texts["html"]
    assert LINE in texts["sarif"]
    assert "reached by" not in texts["github"]


@needs_calls
@pytest.mark.usefixtures("agent")
def test_who_is_not_gated_is_told_nothing(project: Project) -> None:
    project.configure(f'mission-critical = ["{FIRST}"]')
    ran = project.run()
    assert (ran.failed, ran.report["remembered"]) == ([f"{FIRST}::test_it"], [])


@pytest.mark.usefixtures("agent")
def test_it_is_never_in_the_baseline(project: Project) -> None:
    assert project.command("baseline").ret == 0
    before = (project.path / "ssot-baseline.json").read_bytes()
    ran = project.run("--ssot-strict", "--ssot-update-baseline")
    assert ran.code == 0
    assert [one["verdict"] for one in ran.report["remembered"]] == ["told"] * TELLS
    assert (project.path / "ssot-baseline.json").read_bytes() == before


@pytest.mark.skipif(TELLS, reason="Python tells of all calls")
@pytest.mark.fresh
@pytest.mark.usefixtures("agent")
@pytest.mark.parametrize("args", [("-p", "no:xdist"), ("-n2",)])
def test_an_older_python_says_once_that_it_was_not_looked_at(
    project: Project, args: tuple[str, ...]
) -> None:
    project.write({"tests/test_c.py": "from app.agent import get\ndef test_it(): get()\n"})
    ran = project.run(*args)
    assert ran.report["not_observed"] == [f"{UNLOOKED}Python 3.11 does not tell of them"]
    assert ran.text.count(UNLOOKED) == 1


@needs_calls
@pytest.mark.usefixtures("agent")
def test_where_all_numbers_are_taken_that_is_said(project: Project) -> None:
    take = """
        import sys
        taken = [one for one in (3, 4, 5) if sys.monitoring.get_tool(one) is None]
        def pytest_configure():
            for one in taken: sys.monitoring.use_tool_id(one, "another")
        def pytest_unconfigure():
            for one in taken: sys.monitoring.free_tool_id(one)
        """
    project.write({"take.py": take})
    ran = project.run("-p", "take")
    why = "other tools have taken the numbers of sys.monitoring"
    assert (ran.report["remembered"], ran.report["not_observed"]) == ([], [f"{UNLOOKED}{why}"])


@needs_calls
@pytest.mark.usefixtures("agent")
def test_another_tool_sees_what_it_saw(project: Project) -> None:
    watch = """
        import sys
        from app import agent

        def test_it():
            tool, events, seen = sys.monitoring, sys.monitoring.events, []
            number = next(one for one in range(6) if tool.get_tool(one) is None)
            tool.use_tool_id(number, "another")
            tool.register_callback(number, events.PY_START, lambda *_: seen.append("start"))
            tool.register_callback(number, events.LINE, lambda _, line: seen.append(line))
            tool.set_local_events(number, agent.get.__code__, events.PY_START | events.LINE)
            agent.get()
            tool.set_local_events(number, agent.get.__code__, 0)
            agent.get()
            tool.free_tool_id(number)
            assert seen == ["start", 4, 7]
        """
    project.write({LATER: watch})
    assert told(project) == [f"{LATER}::test_it"]
    monitoring: Any = vars(sys)["monitoring"]
    numbers = [monitoring.get_tool(one) for one in range(6)]
    assert "another" not in numbers
    assert numbers.count("pytest-ssot") <= 1  # of the run that this test is part of


@pytest.mark.fresh
def test_a_clean_run_imports_nothing_for_it(project: Project) -> None:
    look = """
        import sys
        def pytest_unconfigure():
            print(sorted(one for one in sys.modules if "ssot.runtime.remembered" in one))
        """
    project.write({"look.py": look, FIRST: "def test_it(): pass\n"})
    assert "[]" in project.bare("-p", "look").lines


@needs_calls
@pytest.mark.usefixtures("agent")
def test_what_is_called_often_is_told_to_each(project: Project) -> None:
    project.write(
        {
            LATER: """
                from app.agent import get
                def test_it():
                    for _ in range(3000): get()
                def test_again():
                    get()
                """
        }
    )
    assert told(project) == [f"{LATER}::test_again", f"{LATER}::test_it"]


@needs_calls
@pytest.mark.usefixtures("agent")
def test_it_goes_the_way_of_what_is_reached(project: Project) -> None:
    """From fixtures, modules that load, threads and child processes."""
    project.write(
        {
            "app/loads.py": "from app.agent import get\nVALUE = get()\n",
            LATER: """
                import os, sys, threading
                import pytest
                from app.agent import get

                @pytest.fixture(scope="module")
                def fixture(): get()

                def test_fixture(fixture): pass
                def test_the_same(fixture): pass
                def test_loads(): import app.loads
                def test_loaded(): import app.loads
                def test_sound(): pass

                def test_thread():
                    thread = threading.Thread(target=get)
                    thread.start()
                    thread.join()
                """,
        }
    )
    tests = ["fixture", "loaded", "loads", "the_same", "thread"]
    assert told(project) == [f"{LATER}::test_{name}" for name in tests]


@needs_calls
@pytest.mark.fresh
@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot fork")
@pytest.mark.usefixtures("agent")
def test_a_fork_remembers_what_it_was_made_with(project: Project) -> None:
    project.write(
        {
            LATER: """
                import os
                from app.agent import get
                def test_it():
                    child = os.fork()
                    if child == 0:
                        get()
                        os._exit(0)
                    os.waitpid(child, 0)
                """
        }
    )
    assert told(project, "-p", "no:xdist") == [f"{LATER}::test_it"]


@needs_calls
@pytest.mark.usefixtures("agent")
def test_who_expects_the_warning_is_told_nothing(project: Project) -> None:
    project.write(
        {
            "app/agent.py": """
                import warnings
                _warned = set()
                def call(name):
                    if name not in _warned:
                        _warned.add(name)
                        warnings.warn(f"{name} is old", DeprecationWarning, stacklevel=2)
                """,
            FIRST: "from app.agent import call\ndef test_it(): call('a')\n",
            LATER: """
                import pytest
                from app.agent import call
                def test_expects():
                    with pytest.raises(pytest.fail.Exception):
                        with pytest.warns(DeprecationWarning): call('a')
                def test_it(): call('a')
                """,
        }
    )
    ran = project.run()
    (one,) = ran.report["remembered"]
    assert (one["importer"]["line"], one["tests"]) == (6, [f"{LATER}::test_it"])


@pytest.mark.usefixtures("agent")
def test_a_cached_property_is_named(project: Project) -> None:
    project.write(
        {
            "app/agent.py": """
                import functools
                class Agent:
                    @functools.cached_property
                    def it(self):
                        from app.old import make
                        return make()
                agent = Agent()
                """,
            FIRST: "from app.agent import agent\ndef test_it(): agent.it\n",
            LATER: "from app.agent import agent\ndef test_it(): agent.it\n",
        }
    )
    ran = project.run()
    why = "a cached_property runs no code when it is read again"
    what = "later calls of what remembers what it reached (app/agent.py:4 Agent.it)"
    assert (ran.report["remembered"], ran.report["not_observed"]) == ([], [f"{what}: {why}"])


@pytest.mark.usefixtures("agent")
def test_a_call_that_failed_remembers_nothing(project: Project) -> None:
    project.write(
        {
            "app/agent.py": """
                _known = {}
                def get(name):
                    if name not in _known:
                        if name == "old":
                            from app.old import gone
                        _known[name] = name
                    return _known[name]
                """,
            FIRST: """
                import pytest
                from app.agent import get
                def test_it():
                    with pytest.raises(ImportError): get("old")
                    get("new")
                """,
            LATER: "from app.agent import get\ndef test_it(): get('new'); get('new')\n",
        }
    )
    assert told(project) == []
