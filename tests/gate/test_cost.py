"""What a clean run takes, in counts: no machine changes them, so growth is seen as it happens.

Who lowers one writes the lower limit down. Who has to raise one measures what that costs first:
``python -m benchmarks --row run --row start``.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Project

#: Modules of ours that a run without a test and without a rule has loaded by its end.
MODULES = 111
#: Modules of ours that a child process has loaded when its own code begins.
IN_CHILD = 54
#: Calls of our functions for a test that passes and reaches nothing. pytest 8.0 sets one more
#: filter for it.
CALLS = 87 if pytest.version_tuple >= (8, 1) else 89

#: A plugin that counts both, but for what only some Pythons call: comprehensions.
COUNTING = """
    import json, os, sys
    import pytest_ssot

    OURS = os.path.dirname(pytest_ssot.__file__) + os.sep
    calls = 0

    def count(frame, event, arg):
        global calls
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(OURS) and code.co_name[0] != "<":
            calls += 1

    def pytest_configure():
        sys.setprofile(count)

    def pytest_unconfigure():
        sys.setprofile(None)
        modules = sum(name.partition(".")[0] == "pytest_ssot" for name in sys.modules)
        with open("counts.json", "w") as file:
            json.dump([modules, calls], file)
    """


def count(project: Project, tests: int) -> list[int]:
    """Run so many *tests*; returns the modules that are loaded in the end, and the calls."""
    body = "".join(f"def test_{number}(): pass\n" for number in range(tests))
    project.write({"counting.py": COUNTING, "tests/test_a.py": body})
    project.python("-m", "pytest", "-q", "-p", "counting", *(["--collect-only"] * (not tests)))
    counts: list[int] = json.loads((project.path / "counts.json").read_text("utf-8"))
    return counts


@pytest.fixture(autouse=True)
def without_other_plugins(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p ssot")


@pytest.mark.fresh
def test_a_start_loads_few_modules(project: Project) -> None:
    project.configure("", "")
    assert count(project, 0)[0] == MODULES


@pytest.mark.fresh
def test_a_clean_test_calls_few_functions(project: Project) -> None:
    assert count(project, 20)[1] - count(project, 10)[1] == 10 * CALLS


CHILD = """
    import subprocess, sys

    def test_a():
        code = "import sys; print(*sorted(sys.modules), file=open('loaded', 'w'))"
        subprocess.run([sys.executable, "-c", code], check=True)
    """


@pytest.mark.fresh
def test_a_child_loads_few_modules(project: Project) -> None:
    project.write({"tests/test_a.py": CHILD})
    assert project.bare().code == 0
    loaded = (project.path / "loaded").read_text("utf-8").split()
    ours = [name for name in loaded if name.partition(".")[0] == "pytest_ssot"]
    assert len(ours) == IN_CHILD
    # Each start would pay for these.
    assert not {"collections", "functools", "pathlib", "re", "typing"} & set(loaded)


#: Marks this package and another module to be rewritten, as pytest does with what is installed.
MARKING = """
    import sys

    for finder in sys.meta_path:
        if hasattr(finder, "mark_rewrite"):
            finder.mark_rewrite("pytest_ssot", "helper")

    def pytest_unconfigure():
        import helper

        mine = type(helper.__spec__.loader)
        rewritten = [name for name, module in sys.modules.items()
                     if type(getattr(module, "__loader__", None)) is mine]
        with open("rewritten", "w") as file:
            print(*sorted(rewritten), file=file)
    """


@pytest.mark.fresh
def test_pytest_rewrites_what_it_did_and_none_of_ours(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p marking -p ssot")
    project.write({"marking.py": MARKING, "helper.py": "", "conftest.py": ""})
    project.write({"tests/test_a.py": "def test_a(): pass\n"})
    assert project.bare().code == 0
    rewritten = (project.path / "rewritten").read_text("utf-8").split()
    ours = ["pytest_ssot", "pytest_ssot.entry"]
    assert rewritten == ["conftest", "helper", "marking", *ours, "test_a"]
