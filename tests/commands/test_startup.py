"""``pytest-ssot startup`` as a user runs it: what it tells of each module, and what ends it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any, NamedTuple

import pytest

import pytest_ssot
from pytest_ssot.cli import main
from tests.commands.folder import Folder

pytestmark = [pytest.mark.process, pytest.mark.thread]

RULE = """
[[tool.pytest-ssot.rules]]
deprecated = "app.old"
use = "app.new"
rename = { make = "build" }
id = "old"
"""
APP = {
    "app/__init__.py": "",
    "app/old.py": "def make(): pass\n",
    "app/bridge.py": "import json\nfrom app.old import make\n",
    "app/main.py": "import sys\n\nimport app.bridge\n",
    "app/clean.py": "X = 1\n",
}
BRIDGE = (
    "app/bridge.py:2:0: old deprecated import: app.old:make; use: from app.new import build as make"
)
TIME = re.compile(r"  \d+\.\d{3} s  ")


class Ran(NamedTuple):
    """The exit code, and the lines on standard output, without times, and on the other."""

    code: int
    out: list[str]
    said: list[str]

    @property
    def heads(self) -> list[str]:
        """The lines that tell of a module."""
        return [line for line in self.out if re.match(r"[\w.]+  ", line)]


class Tree(Folder):
    """A project on disk that is not imported here."""

    def __init__(self, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        super().__init__(path, capsys)
        self.configure()
        self.write(APP)

    def configure(self, settings: str = "", tables: str = RULE) -> None:
        self.write({"pyproject.toml": f"[tool.pytest-ssot]\n{dedent(settings)}\n{tables}"})

    def write(self, files: Mapping[str, str]) -> None:
        super().write({name: dedent(text) for name, text in files.items()})

    def startup(self, *args: str) -> Ran:
        code = main(["startup", *args])
        captured = self._capsys.readouterr()
        out = TIME.sub("  T  ", captured.out)
        return Ran(code, out.splitlines(), captured.err.splitlines())

    def data(self, *args: str) -> dict[str, Any]:
        assert main(["startup", "--output-format", "json", *args]) in (0, 1)
        loaded: dict[str, Any] = json.loads(self._capsys.readouterr().out)
        return loaded

    def command(self, *flags: str) -> list[str]:
        return [sys.executable, *flags, "-m", "pytest_ssot", "startup"]


@pytest.fixture
def tree(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Tree:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.delenv("PYTHONWARNINGS", raising=False)
    return Tree(tmp_path, capsys)


# -- what is told ----------------------------------------------------------------


def test_each_module_with_its_violations_and_their_chains(tree: Tree) -> None:
    ran = tree.startup("app.main", "app.clean")
    assert ran.out == [
        "app.main  T  1 use in 1 file fails",
        BRIDGE,
        "    app/main.py:3: in <module>",
        "app.clean  T  no violation",
    ]
    assert ran.said == ["2 modules imported; 1 use in 1 file fails"]
    assert ran.code == 1


def test_nothing_fails(tree: Tree) -> None:
    ran = tree.startup("app.clean")
    assert (ran.code, ran.said) == (0, ["1 module imported; no violation"])


def test_without_rules_it_says_so(tree: Tree) -> None:
    tree.configure(tables="")
    ran = tree.startup("app.main")
    none = "no rules in pyproject.toml: pytest-ssot init finds what is deprecated, and writes them"
    assert (ran.code, ran.said) == (0, [none, "1 module imported; no violation"])
    assert tree.startup("app.main", "--quiet").said == []


def test_each_name_once_in_the_order_given(tree: Tree) -> None:
    ran = tree.startup("app.new", "app.main", "app.clean", "app.main", "app.bridge")
    names = [line.partition(" ")[0] for line in ran.heads]
    assert names == ["app.new", "app.main", "app.clean", "app.bridge"]
    assert ran.said[-1] == "3 modules imported, 1 cannot be; 1 use in 1 file fails"


def test_quiet_tells_what_fails_and_verbose_all(tree: Tree) -> None:
    tree.write({"app/may.py": "import app.old  # ssot: allow[old] moves next\n"})
    told = "app/may.py:1:0: old deprecated import: app.old; use: import app.new"
    assert tree.startup("app.may").out == ["app.may  T  1 allowed"]
    assert tree.startup("app.may", "-v").out == [
        "app.may  T  1 allowed",
        f"{told}; allowed: moves next",
    ]
    ran = tree.startup("app.may", "app.main", "app.nope", "--quiet")
    assert [line.partition(" ")[0] for line in ran.heads] == ["app.main", "app.nope"]
    assert [line.partition(":")[0] for line in ran.said] == ["app.nope"]


def test_who_asks_for_a_deprecated_module_does_not_use_it(tree: Tree) -> None:
    tree.write(
        {
            "app/warns.py": """
                import warnings
                warnings.warn("app.warns is deprecated", DeprecationWarning, stacklevel=2)
                """,
            "app/user.py": "import app.warns\n",
        }
    )
    ran = tree.startup("app.old", "app.warns", "app.user")
    assert ran.heads == [
        "app.old  T  no violation",
        "app.warns  T  no violation",
        "app.user  T  1 use in 1 file fails",
    ]


def test_the_document(tree: Tree) -> None:
    first, second = tree.data("app.main", "app.bridge", "app.nope"), tree.data("app.main")
    (entry,) = first["violations"]
    assert entry["importer"] == {
        "path": "app/bridge.py",
        "line": 2,
        "column": 0,
        "function": "<module>",
    }
    assert (entry["chain"], entry["seen"], entry["tests"]) == ([], ["runtime"], [])
    assert [one.pop("seconds") > 0 for one in first["startup"]] == [True] * 3
    error = "ModuleNotFoundError: No module named 'app.nope'"
    assert first["startup"] == [
        {"module": "app.main", "error": None, "importers": ["app/bridge.py:2"]},
        {"module": "app.bridge", "error": None, "importers": ["app/bridge.py:2"]},
        {"module": "app.nope", "error": error, "importers": []},
    ]
    assert second["violations"][0]["chain"] == [
        {"path": "app/main.py", "line": 3, "function": "<module>"}
    ]
    assert [(one["id"], one["matched"]) for one in first["rules"]] == [("old", 1)]


def test_the_document_has_the_rules_of_all_sorts(tree: Tree) -> None:
    tree.configure(
        tables=RULE
        + """
[[tool.pytest-ssot.single]]
symbol = "app.new:build"

[[tool.pytest-ssot.factories]]
class = "app.new:Built"
only-from = ["app.new:build"]
"""
    )
    tree.write({"app/new.py": "class Built: pass\n\n\ndef build(): return Built()\n"})
    rules = tree.data("app.clean")["rules"]
    assert [one["id"] for one in rules] == ["app.new:Built()", "app.new:build", "old"]


def test_the_document_is_the_same_but_for_times(tree: Tree) -> None:
    tree.write({"app/warns.py": "import app.old\nimport imp_that_is_not\n"})
    documents = [tree.data("app.main", "app.warns", "--jobs", number) for number in "142"]
    for document in documents:
        for one in document["startup"]:
            del one["seconds"]
    assert documents[0] == documents[1] == documents[2]


def test_the_time_is_that_of_the_import(tree: Tree) -> None:
    tree.write(
        {
            "app/timed.py": """
                import time
                began = time.perf_counter()
                while time.perf_counter() < began + 0.05: pass
                """,
            "app/late.py": "import app.timed\n1/0\n",
        }
    )
    timed, late = tree.data("app.timed", "app.late")["startup"]
    assert min(timed["seconds"], late["seconds"]) >= 0.05


# -- where it runs ---------------------------------------------------------------


def test_every_interpreter_is_fresh(tree: Tree) -> None:
    for name in ("one", "two"):
        text = "import builtins\nassert not hasattr(builtins, 'seen')\nbuiltins.seen = 1\n"
        tree.write({f"app/{name}.py": text})
    assert tree.startup("app.one", "app.two", "--jobs", "1").code == 0


def test_it_is_as_by_python_c_in_the_root(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    tree.write(
        {
            "app/asks.py": f"""
                import os, sys, __main__
                assert sys.argv == ["-c"] and not hasattr(__main__, "__file__")
                assert __main__.__name__ == "__main__" and __name__ == "app.asks"
                assert os.getcwd() == {os.fspath(tree.path)!r}
                assert not any("pytest" in one and "ssot" in one and "site" == os.path.basename(one)
                               for one in sys.path)
                assert sys.stdin.read() == ""
                """
        }
    )
    (tree.path / "elsewhere").mkdir()
    monkeypatch.chdir(tree.path / "elsewhere")
    ran = tree.startup("app.asks", "--root", "..")
    assert (ran.code, ran.out) == (0, ["app.asks  T  no violation"])


def test_source_may_lie_in_src(tree: Tree) -> None:
    tree.write({"src/inner/__init__.py": "", "src/inner/main.py": "import app.old\n"})
    ran = tree.startup("inner.main")
    assert ran.out[1].startswith("src/inner/main.py:1:0: old ")


def test_src_may_be_a_package(tree: Tree) -> None:
    tree.write({"src/__init__.py": "", "src/json.py": "import app.old\n"})
    assert tree.startup("app.bridge", "src.json").out[2:] == [
        "src.json  T  1 use in 1 file fails",
        "src/json.py:1:0: old deprecated import: app.old; use: import app.new",
    ]


def test_pythonpath_adds_folders(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    tree.write({"services/chat.py": "import app.old\n"})
    ran = tree.startup("chat")
    assert ran.said[0] == (
        f"chat: there is no such module below {tree.path}, or below src there; "
        "PYTHONPATH adds other folders"
    )
    before = os.environ.get("PYTHONPATH", "")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(["services", before]))
    assert tree.startup("chat").out[1].startswith("services/chat.py:1:0: old ")


def test_the_flags_of_the_interpreter_are_handed_on(tree: Tree) -> None:
    tree.write(
        {
            "app/flags.py": """
                import sys
                assert False, "without -O"
                sys.exit(0 if sys.flags.dev_mode and sys.dont_write_bytecode else 1)
                """,
            "app/loud.py": "import warnings\nwarnings.warn('x', UserWarning)\n",
        }
    )
    flags = ("-OO", "-B", "-X", "dev", "-W", "error::UserWarning")
    command = [*tree.command(*flags), "app.flags", "app.loud"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "app.flags  " in ran.stdout
    assert "SystemExit: 0" in ran.stdout
    assert "cannot be imported: UserWarning: x" in ran.stdout


def test_an_interpreter_that_ignores_its_environment_has_watched_ones(tree: Tree) -> None:
    home = Path(pytest_ssot.__file__).parents[1]
    start = f"import sys; sys.path.insert(0, {str(home)!r}); from pytest_ssot.cli import main"
    program = f"{start}; sys.exit(main(['startup', 'app.main']))"
    command = [sys.executable, "-I", "-c", program]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert BRIDGE in ran.stdout, ran.stderr


def test_no_more_than_that_many_at_a_time(tree: Tree) -> None:
    text = """
        import os, time
        log = os.open("log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.write(log, b"(")
        time.sleep(0.1)
        os.write(log, b")")
        """
    names = [f"app.m{number}" for number in range(4)]
    tree.write({f"{name.replace('.', '/')}.py": text for name in names})
    assert tree.startup(*names, "--jobs", "1").code == 0
    assert (tree.path / "log").read_text() == "()" * 4
    (tree.path / "log").unlink()
    assert tree.startup(*names, "--jobs", "2").code == 0
    log = (tree.path / "log").read_text()
    at_once = [log[:end].count("(") - log[:end].count(")") for end in range(len(log) + 1)]
    assert (log.count("("), at_once[-1]) == (4, 0)
    assert max(at_once) <= 2


# -- verdicts --------------------------------------------------------------------


def test_the_baseline_excuses_what_it_knows(tree: Tree) -> None:
    assert main(["baseline"]) == 0
    ran = tree.startup("app.main", "-v")
    assert (ran.code, ran.heads[-1]) == (0, "app.main  T  1 known")
    os.rename("ssot-baseline.json", "other.json")
    assert tree.startup("app.main").code == 1
    assert tree.startup("app.main", "--baseline", "other.json").code == 0


def test_the_baseline_is_compared_with_what_all_reach_together(tree: Tree) -> None:
    tree.configure('first-party = ["app"]')
    one = "def one(): import app.old\ndef two(): import app.old\n"
    tree.write({"app/lazy.py": one, "app/a.py": "import app.lazy as m; m.one()\n"})
    assert main(["baseline"]) == 0
    tree.write({"app/lazy.py": one + "def three(): import app.old\n"})
    tree.write({"app/b.py": "import app.lazy as m; m.two(); m.three()\n"})
    assert tree.startup("app.b").code == 0, "two are known"
    ran = tree.startup("app.a", "app.b")
    assert ran.code == 1
    assert "the baseline knows 2, there are 3" in ran.out[-2]


def test_no_baseline_excuses_what_stands_in_mission_critical_files(tree: Tree) -> None:
    tree.configure('mission-critical = ["app"]')
    main(["baseline"])
    assert tree.startup("app.main").code == 1


def test_who_may_and_who_is_not_first_party(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    tree.configure(tables=f'{RULE}allow-from = ["app.compat"]\n')
    tree.write(
        {
            "app/compat.py": "import app.old\n",
            "venv/lib/site-packages/third.py": "import app.old\n",
            "app/third_user.py": "import third\n",
        }
    )
    packages = str(tree.path / "venv" / "lib" / "site-packages")
    before = os.environ.get("PYTHONPATH", "")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([packages, before]))
    ran = tree.startup("app.compat", "app.third_user")
    assert ran.out == ["app.compat  T  1 allowed", "app.third_user  T  1 indirect"]
    assert ran.code == 0


def test_warnings_count_as_everywhere(tree: Tree) -> None:
    tree.write(
        {
            "app/helper.py": """
                import warnings
                def old(): warnings.warn("old() is deprecated", DeprecationWarning)
                """,
            "app/calls.py": """
                import warnings
                from app.helper import old

                old()
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    old()
                """,
        }
    )
    ran = tree.startup("app.calls", "-v")
    told = "DeprecationWarning deprecated call: app.helper:old; old() is deprecated"
    assert ran.out == [
        "app.calls  T  1 use in 1 file fails, 1 suppressed",
        f"app/calls.py:5:0: {told}",
        f"app/calls.py:8:4: {told}; suppressed",
    ]
    tree.configure('warnings = ["FutureWarning"]')
    assert tree.startup("app.calls").out == ["app.calls  T  no violation"]


def test_children_and_threads_count_too(tree: Tree) -> None:
    python = "import subprocess, sys\nsubprocess.run([sys.executable, *{}], check=True)\n"
    tree.write(
        {
            "app/command.py": "\n" + python.format(["-c", "import app.old"]),
            "app/module.py": python.format(["-m", "app.bridge"]),
            "app/forks.py": """
                import os
                pid = os.fork()
                if pid:
                    assert os.waitpid(pid, 0)[1] == 0
                else:
                    import app.bridge
                """,
            "app/thread.py": """
                import threading
                def work(): import app.bridge
                threading.Thread(target=work).start()
                """,
        }
    )
    ran = tree.startup("app.command", "app.module", "app.forks", "app.thread")
    assert ran.out == [
        "app.command  T  1 use in 1 file fails",
        "app/command.py:3:0: old deprecated import: app.old; use: import app.new",
        "app.module  T  1 use in 1 file fails",
        BRIDGE,
        "    app/module.py:2: in <module>",
        "app.forks  T  1 use in 1 file fails",
        BRIDGE,
        "    app/forks.py:7: in <module>",
        "app.thread  T  1 use in 1 file fails",
        BRIDGE,
        "    app/thread.py:3: in work",
    ]
    tree.configure("subprocess = false")
    assert tree.startup("app.module").out == ["app.module  T  no violation"]


# -- modules that fail -----------------------------------------------------------

FAILING = {
    "raises": ("import app.bridge\n1/0\n", "ZeroDivisionError: division by zero"),
    "exits": ("import sys\nsys.exit('enough')\n", "SystemExit: enough"),
    "leaves": ("import os\nos._exit(0)\n", "it ended the process, with exit status 0"),
    "leaves3": ("import os\nos._exit(3)\n", "it ended the process, with exit status 3"),
    "aborts": ("import os\nos.abort()\n", "it was killed by SIGABRT"),
    "killed": ("import os\nos.kill(os.getpid(), 9)\n", "it was killed by SIGKILL"),
    "becomes": (
        "import os, sys\nos.execv(sys.executable, [sys.executable, '-c', 'pass'])\n",
        "it ended the process, with exit status 0",
    ),
    "interrupts": ("raise KeyboardInterrupt\n", "KeyboardInterrupt"),
    "broken": ("def f(: pass\n", "SyntaxError: invalid syntax (broken.py, line 1)"),
    "misses": ("import app.nowhere\n", "ModuleNotFoundError: No module named 'app.nowhere'"),
    "speechless": (
        "class E(Exception):\n    def __str__(self): raise ValueError\nraise E\n",
        "app.speechless.E",
    ),
    "recurses": (
        "def f(): f()\nf()\n",
        "RecursionError: maximum recursion depth exceeded",
    ),
    "forgets": ("import sys\nsys.path.clear()\nsys.modules.clear()\n", "KeyError: 'app.forgets'"),
    "floods": (
        "import sys\nfor _ in range(3000): sys.stderr.write('x' * 1999 + '\\n')\nraise OSError\n",
        "OSError",
    ),
}


def test_each_failure_is_told_and_none_loses_the_others(tree: Tree) -> None:
    tree.write({f"app/{name}.py": text for name, (text, _) in FAILING.items()})
    names = [f"app.{name}" for name in FAILING]
    found = tree.data("app.main", *names, "app.clean")["startup"]
    assert [one["error"] for one in found] == [None, *(why for _, why in FAILING.values()), None]
    assert [one["importers"] for one in found[:2]] == [["app/bridge.py:2"]] * 2
    gone = ("leaves", "leaves3", "aborts", "killed", "becomes")
    timeless = [one["module"] for one in found if one["seconds"] is None]
    assert timeless == [f"app.{name}" for name in gone]


def test_the_end_of_the_traceback_and_with_verbose_all(tree: Tree) -> None:
    tree.write(
        {
            "app/raises.py": "print('nearly')\nimport app.deeper\n",
            "app/deeper.py": "\ndef f():\n    raise ValueError('no\\nyes')\nf()\n",
        }
    )
    ran = tree.startup("app.raises")
    inner = f'    File "{tree.path}/app/deeper.py", line 3, in f'
    assert ran.out == [
        "app.raises  T  cannot be imported: ValueError: no",
        inner,
        "      raise ValueError('no\\nyes')",
        "  ValueError: no",
        "  yes",
    ]
    ran = tree.startup("app.raises", "--verbose")
    assert ran.out[1:3] == [
        "  Traceback (most recent call last):",
        f'    File "{tree.path}/app/raises.py", line 2, in <module>',
    ]
    assert inner in ran.out
    assert ran.out[-2:] == ["  it printed:", "  nearly"]
    assert not [line for line in ran.out if "pytest_ssot" in line or "importlib" in line]


def test_where_a_library_raises_the_line_that_calls_it_is_told_too(tree: Tree) -> None:
    tree.write(
        {
            "app/raises.py": "import app.deeper\n",
            "app/deeper.py": """
                import json

                try:
                    {}["cause"]
                except KeyError:
                    json.loads("{")
            """,
        }
    )
    out = tree.startup("app.raises").out
    assert out[1:3] == [
        f'    File "{tree.path}/app/deeper.py", line 7, in <module>',
        '      json.loads("{")',
    ]
    library = f'    File "{json.decoder.__file__}", line '
    assert [line for line in out if line.startswith("    File ")][1:] == [
        line for line in out if line.startswith(library)
    ]
    assert out[-1].startswith("  json.decoder.JSONDecodeError: ")
    tree.write({"app/raises.py": "X = 1\nraise OSError('no:\\n  File is gone')\n"})
    assert tree.startup("app.raises").out[-2:] == ["  OSError: no:", "    File is gone"]


def test_a_crash_is_told_with_its_place(tree: Tree) -> None:
    tree.write({"app/aborts.py": "import app.bridge\nimport os\nos.abort()\n"})
    ran = tree.startup("app.aborts")
    assert ran.out == [
        "app.aborts  -  cannot be imported: it was killed by SIGABRT; 1 use in 1 file fails",
        BRIDGE,
        "    app/aborts.py:1: in <module>",
        f'    File "{tree.path}/app/aborts.py", line 3 in <module>',
    ]


def test_a_module_that_hangs_is_told_with_its_place(tree: Tree) -> None:
    tree.write(
        {
            "app/hangs.py": "import app.waits\n",
            "app/waits.py": "import time, app.bridge\nprint('on my way')\ntime.sleep(1000)\n",
        }
    )
    ran = tree.startup("app.hangs", "app.clean", "--timeout", "5", "--verbose")
    assert ran.out[0] == (
        "app.hangs  -  cannot be imported: it takes longer than 5 s; 1 use in 1 file fails"
    )
    places = [
        f'    File "{tree.path}/app/hangs.py", line 1 in <module>',
        f'    File "{tree.path}/app/waits.py", line 3 in <module>',
    ]
    assert [line for line in ran.out if line in places] == places
    assert "  on my way" in ran.out
    assert ran.heads[-1] == "app.clean  T  no violation"


def test_what_prints_megabytes_is_imported(tree: Tree) -> None:
    tree.write({"app/floods.py": "for _ in range(5000): print('x' * 1999)\n"})
    assert tree.startup("app.floods", "-v").out == ["app.floods  T  no violation"]


@pytest.mark.parametrize(
    "never",
    [
        "import threading\nthreading.Thread(target=threading.Event().wait).start()\n",
        "import atexit, time\natexit.register(time.sleep, 1000)\n",
        "import os, time\ntime.sleep = os._exit = os.getpid = os.write = None\n",
        "import os\nos.closerange(0, 100)\n",
        "import sys\nsys.stdout = sys.stderr = None\nsys.path.clear()\n",
        "import os, signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nos.setsid = None\n",
    ],
)
def test_what_is_imported_need_not_end(tree: Tree, never: str) -> None:
    tree.write({"app/serves.py": f"import app.bridge\n{never}"})
    ran = tree.startup("app.serves", "--timeout", "30")
    assert ran.out[0] == "app.serves  T  1 use in 1 file fails"


@pytest.fixture
def lifeline(tree: Tree) -> Iterator[int]:
    """The reading end of a pipe by name; who opens "lifeline" to write holds it while it lives."""
    os.mkfifo(tree.path / "lifeline")
    end = os.open(tree.path / "lifeline", os.O_RDONLY | os.O_NONBLOCK)
    yield end
    os.close(end)


STARTS = """
    import os, subprocess, sys, time
    held = os.open("lifeline", os.O_WRONLY)
    subprocess.Popen(["sleep", "1000"], pass_fds=[held])
    os.write(held, b"started")
    """


def test_what_a_module_starts_is_ended_with_it(tree: Tree, lifeline: int) -> None:
    tree.write({"app/starts.py": STARTS})
    assert tree.startup("app.starts").code == 0
    assert os.read(lifeline, 100) == b"started"
    assert os.read(lifeline, 100) == b"", "nobody holds it"


def test_an_interrupt_ends_all(tree: Tree, lifeline: int) -> None:
    tree.write({"app/starts.py": f"{STARTS}time.sleep(1000)\n"})
    command = [*tree.command(), "app.clean", "app.starts", "app.main"]

    def heed() -> None:  # a job in the background ignores it, and so do those that it starts
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, preexec_fn=heed) as process:
        os.set_blocking(lifeline, True)
        while not os.read(lifeline, 100):  # nobody has opened it yet
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        _, said = process.communicate()
    assert (process.returncode, said) == (130, "")
    assert os.read(lifeline, 100) == b"", "nobody holds it"


# -- mistakes --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["app/main.py"], "'app/main.py': a module must be a dotted name"),
        (["app.main", "app..main"], "'app..main': a module must be a dotted name"),
        ([""], "'': a module must not be empty"),
        (["app.class"], "'app.class': a module must be a dotted name"),
        (["app.main:make"], "'app.main:make': a module must be a dotted name"),
        (["app.main", "--root", "nowhere"], "--root: nowhere is no folder"),
        (["app.main", "--baseline", "no.json"], "no.json: there is no such baseline"),
        (["app.mistaken"], "app/mistaken.py:1: # ssot: allow[old] needs a reason"),
    ],
)
def test_mistakes(tree: Tree, args: list[str], told: str) -> None:
    tree.write({"app/mistaken.py": "import app.old  # ssot: allow[old]\n"})
    ran = tree.startup(*args)
    assert (ran.code, ran.out) == (2, [])
    assert ran.said[0].startswith(told)


@pytest.mark.parametrize(
    ("args", "told"),
    [
        ([], "the following arguments are required: MODULE"),
        (["app.main", "--jobs", "0"], "argument --jobs: must be a number from 1 on, not '0'"),
        (["app.main", "--jobs", "two"], "argument --jobs: must be a number from 1 on"),
        (["app.main", "--timeout", "0"], "argument --timeout: a time limit is more than 0"),
        (["app.main", "--timeout", "nan"], "argument --timeout: a time limit is more than 0"),
        (["app.main", "--timeout", "1e9"], "argument --timeout: a time limit is more than 0"),
        (["app.main", "--timeout", "x"], "argument --timeout: must be a number of seconds"),
        (["app.main", "--output-format", "sarif"], "argument --output-format: invalid choice"),
    ],
)
def test_options_that_are_none(
    tree: Tree, args: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        tree.startup(*args)
    assert caught.value.code == 2
    assert told in capsys.readouterr().err


# -- what is documented ----------------------------------------------------------


def test_it_tells_what_is_documented(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = Path(__file__).parents[2]
    shutil.copytree(root / "examples" / "quickstart", tmp_path / "quickstart")
    monkeypatch.chdir(tmp_path / "quickstart")
    page = (root / "docs" / "startup.md").read_text("utf-8")
    (command,) = re.findall(r"```bash\npytest-ssot (startup .*)\n```", page)
    (shown,) = re.findall(r"```text\n(.*?)```", page, re.DOTALL)
    assert main(command.split()) == 1
    assert TIME.sub("  T  ", capsys.readouterr().out) == TIME.sub("  T  ", shown)
    (documented,) = (json.loads(one) for one in re.findall(r"```json\n(.*?)```", page, re.DOTALL))
    main(["startup", "app.agent", "app.nowhere", "--output-format", "json"])
    told = json.loads(capsys.readouterr().out)
    for entry in (*documented["startup"], *told["startup"]):
        assert entry.pop("seconds") > 0
    assert told["startup"] == documented["startup"]
