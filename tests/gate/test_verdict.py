"""The verdict: who is gated, what is allowed, what an outcome becomes, what the screen says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Project

TEST = "tests/test_it.py"
MARKED = "@pytest.mark.mission_critical\n"


def critical(body: str, marks: str = "") -> dict[str, str]:
    """A mission-critical test that runs *body*, which stands on line 5 (more with marks)."""
    return {TEST: f"import pytest\n\n{marks}{MARKED}def test_it():\n    {body}\n"}


# -- who is gated ----------------------------------------------------------------------

PATHS = {
    "a folder": ('mission-critical = ["tests/a"]', ["tests/a/sub/test_s.py", "tests/a/test_a.py"]),
    "a folder, with a slash": (
        'mission-critical = ["tests/a/"]',
        ["tests/a/sub/test_s.py", "tests/a/test_a.py"],
    ),
    "a folder below": ('mission-critical = ["tests/a/sub"]', ["tests/a/sub/test_s.py"]),
    "a file": ('mission-critical = ["tests/b/test_b.py"]', ["tests/b/test_b.py"]),
    "a glob": (
        'mission-critical = ["tests/*/test_?.py"]',
        ["tests/a/sub/test_s.py", "tests/a/test_a.py", "tests/b/test_b.py"],
    ),
    "a glob for one": ('mission-critical = ["*/test_b.py"]', ["tests/b/test_b.py"]),
    "two": (
        'mission-critical = ["tests/b", "./tests/a/test_a.py"]',
        ["tests/a/test_a.py", "tests/b/test_b.py"],
    ),
    "none": ("", []),
    "a glob that fits nothing": ('mission-critical = ["nowhere/*"]', []),
}


@pytest.mark.parametrize("where", PATHS)
def test_paths_that_are_critical(project: Project, where: str) -> None:
    settings, files = PATHS[where]
    project.configure(settings)
    body = "import app.old\ndef test_it(): pass\n"
    project.write(
        {f"tests/{name}": body for name in ("a/test_a.py", "a/sub/test_s.py", "b/test_b.py")}
    )
    project.write({"tests/ab/test_ab.py": body})
    assert project.run().failed == [f"{path}::test_it" for path in files]


MARKS = {
    "on the function": f"import pytest\n{MARKED}def test_it(): import app.old\n",
    "on the class": (
        f"import pytest\n{MARKED}class TestC:\n    def test_it(self): import app.old\n"
    ),
    "on the module": (
        "import pytest\npytestmark = pytest.mark.mission_critical\ndef test_it(): import app.old\n"
    ),
    "on a parameter": (
        "import pytest\n@pytest.mark.parametrize('n', [1, pytest.param(2, marks="
        "pytest.mark.mission_critical)])\ndef test_it(n): import app.old\n"
    ),
}


@pytest.mark.parametrize("where", MARKS)
def test_the_marker(project: Project, where: str) -> None:
    project.write({TEST: MARKS[where]})
    ran = project.run("--strict-markers")
    assert len(ran.failed) == 1
    assert ran.counts.get("passed", 0) == (1 if where == "on a parameter" else 0)


def test_a_marker_that_a_hook_adds(project: Project) -> None:
    project.write({TEST: "def test_it(): import app.old\n"})
    project.write(
        {
            "conftest.py": """
                import pytest
                def pytest_collection_modifyitems(items):
                    items[0].add_marker(pytest.mark.mission_critical)
                """
        }
    )
    assert project.run().failed == [f"{TEST}::test_it"]


@pytest.mark.parametrize(("marker", "code"), [("critical", 1), ("p0", 1), ("mission_critical", 0)])
def test_markers_of_ones_own(project: Project, marker: str, code: int) -> None:
    project.configure(
        'markers = ["critical", "p0"]', pytest='markers = ["mission_critical: not ours"]'
    )
    project.write({TEST: f"import pytest\n@pytest.mark.{marker}\ndef test_it(): import app.old\n"})
    assert project.run("--strict-markers").code == code


# toml, ini, flag -> whether the run is strict
PRECEDENCE = [
    ("", "", [], False),
    ("strict = true", "", [], True),
    ("", "ssot_strict = true", [], True),
    ("", "", ["--ssot-strict"], True),
    ("strict = true", "ssot_strict = false", [], False),
    ("strict = false", "ssot_strict = true", [], True),
    ("strict = false", "ssot_strict = false", ["--ssot-strict"], True),
    ("strict = true", "ssot_strict = false", ["-o", "ssot_strict=true"], True),
]


@pytest.mark.parametrize(("toml", "ini", "flags", "strict"), PRECEDENCE)
def test_what_says_that_a_run_is_strict(
    project: Project, toml: str, ini: str, flags: list[str], strict: bool
) -> None:
    project.configure(toml, pytest=ini)
    project.write({TEST: "def test_it(): import app.old\n"})
    assert project.run(*flags).code == int(strict)


CONFIGS = {
    "pytest.ini": "[pytest]\npythonpath = .\naddopts = -p no:hypothesispytest\n",
    ".pytest.ini": "[pytest]\npythonpath = .\naddopts = -p no:hypothesispytest\n",
    "tox.ini": "[pytest]\npythonpath = .\naddopts = -p no:hypothesispytest\n",
    "setup.cfg": "[tool:pytest]\npythonpath = .\naddopts = -p no:hypothesispytest\n",
}


@pytest.mark.parametrize("file", CONFIGS)
@pytest.mark.parametrize("folder", [".", "tests"])
def test_where_pytest_itself_is_configured(
    project: Project, file: str, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    section = '[tool.pytest-ssot]\nmission-critical = ["tests/test_it.py"]\n'
    project.write({file: CONFIGS[file], "pyproject.toml": section + project.rule})
    project.write({TEST: "def test_it(): import app.old\n"})
    monkeypatch.chdir(project.path / folder)
    ran = project.run()
    assert f"configfile: {file}" in ran.text or f"configfile: ../{file}" in ran.text
    assert ran.code == 1
    assert "deprecated import: app.old" in ran.text


@pytest.mark.skipif(pytest.version_tuple < (9,), reason="[tool.pytest] is new in pytest 9")
def test_where_pytest_is_configured_in_tool_pytest(project: Project) -> None:
    project.write(
        {
            "pyproject.toml": (
                '[tool.pytest]\npythonpath = ["."]\nssot_strict = true\n'
                f'ssot_indirect = "fail"\n[tool.pytest-ssot]\n{project.rule}'
            ),
            TEST: "def test_it(): import app.old\n",
        }
    )
    assert project.run().failed == [f"{TEST}::test_it"]


# -- strict ----------------------------------------------------------------------------

OUTSIDE = {
    "a conftest nobody is under": {"tests/empty/conftest.py": "import app.old\n"},
    "pytest_configure": {"conftest.py": "def pytest_configure():\n    import app.old\n"},
    "pytest_sessionstart": {"conftest.py": "def pytest_sessionstart():\n    import app.old\n"},
    "pytest_sessionfinish": {"conftest.py": "def pytest_sessionfinish():\n    import app.old\n"},
    "pytest_unconfigure": {"conftest.py": "def pytest_unconfigure():\n    import app.old\n"},
}


@pytest.mark.parametrize(
    "args", [[], pytest.param(["-n2"], marks=pytest.mark.forked)], ids=["one process", "workers"]
)
@pytest.mark.parametrize("where", OUTSIDE)
def test_what_happens_outside_any_test_fails_a_strict_run(
    project: Project, where: str, args: list[str]
) -> None:
    project.write(OUTSIDE[where])
    project.write({TEST: "def test_it(): pass\n"})
    ran = project.run("--ssot-strict", *args)
    assert ran.code == 1
    assert ran.counts == {"passed": 1}
    (path,) = OUTSIDE[where]
    line = 1 if path.startswith("tests") else 2
    assert f"{path}:{line}  app.old" in ran.text + ran.errors


@pytest.mark.parametrize(
    "args", [[], pytest.param(["-n2"], marks=pytest.mark.forked)], ids=["one process", "workers"]
)
def test_what_happens_outside_any_test_fails_no_other_run(
    project: Project, args: list[str]
) -> None:
    files = [item for files in OUTSIDE.values() for item in files.items()]
    for path in {path for path, _ in files}:
        project.write({path: "".join(text for file, text in files if file == path)})
    project.write({TEST: "def test_it(): pass\n"})
    ran = project.run(*args)
    assert ran.code == 0
    assert "tests/empty/conftest.py:1  app.old" in ran.text


def test_what_happens_outside_is_told_once(project: Project) -> None:
    project.write(OUTSIDE["a conftest nobody is under"])
    project.write({TEST: "def test_it(): pass\n"})
    ran = project.run()
    assert ran.summary == ["tests/empty/conftest.py:1  app.old  outside any test"]


def test_a_strict_run_of_nothing_is_no_failure(project: Project) -> None:
    assert project.run("--ssot-strict").code == 5


# -- errors inside the plugin ----------------------------------------------------------

FAULTS = {
    "the finder": "pytest_ssot.rules.lookup:TargetIndex.find_module",
    "an import": "pytest_ssot.runtime.imports.uses:ImportUses.charge_import",
    "a record": "pytest_ssot.runtime.evidence.recorder:Recorder.record",
    "a frame": "pytest_ssot.runtime.stack.frames:find_user_frame",
    "an instruction": "pytest_ssot.runtime.stack.bytecode:read_instruction",
    "a place": "pytest_ssot.runtime.stack.bytecode:find_position",
    "arming": "pytest_ssot.runtime.imports.armed_modules:ArmedModules.arm",
    "a refresh": "pytest_ssot.runtime.imports.armed_modules:ArmedModules.refresh",
    "the lineage": "pytest_ssot.runtime.evidence.lineage:Lineage.gather",
    "a verdict": "pytest_ssot.policy.verdict.judge:Judge.judge_found",
    "who is critical": "pytest_ssot.plugin:is_critical",
    "the failure told once": "pytest_ssot.report.terminal:tell_once",
    "the summary": "pytest_ssot.report.run_summary:summarize_run",
}


@pytest.mark.forked
@pytest.mark.parametrize("strict", [False, True], ids=["", "strict"])
@pytest.mark.parametrize("where", FAULTS)
def test_an_error_inside_the_plugin_breaks_nothing(
    project: Project, where: str, strict: bool
) -> None:
    module, _, name = FAULTS[where].partition(":")
    project.write(
        {
            "conftest.py": f"""
                import importlib, operator
                module = importlib.import_module("{module}")
                *owner, name = "{name}".split(".")

                def broken(*args, **kwargs): raise RuntimeError("boom")

                whose = operator.attrgetter(*owner)(module) if owner else module
                assert hasattr(whose, name)
                setattr(whose, name, broken)
                """,
            TEST: """
                def test_it():
                    from app.old import X
                    import app.old, app.later
                    assert (X, app.old.X, app.later.Y) == (1, 1, 2)

                def test_again():
                    import app.old
                    assert app.old.make() == 1
                """,
            "app/later.py": "Y = 2\n",
        }
    )
    ran = project.run(*(["--ssot-strict"] if strict else []))
    assert "RuntimeError: boom" in ran.text
    assert "INTERNALERROR" not in ran.text + ran.errors
    assert ran.code == int(strict)
    assert ran.counts.get("passed") == 2 or strict
    assert "assert (X" not in ran.text  # no failure of the test's own


@pytest.mark.forked
def test_an_error_while_a_failure_is_told_is_no_pass(project: Project) -> None:
    project.write(
        {
            "conftest.py": """
                from pytest_ssot.report import terminal

                def broken(*args): raise RuntimeError("boom")
                terminal.fail_report = broken
                """
        }
    )
    project.write(critical("import app.old"))
    ran = project.run("--ssot-strict")
    assert ran.code == 1
    assert any("error inside pytest-ssot: RuntimeError: boom" in line for line in ran.summary)


# -- outcomes --------------------------------------------------------------------------


def test_a_failing_test_keeps_its_failure_and_gets_a_section(project: Project) -> None:
    project.write(critical("from app.old import X; assert X == 2"))
    ran = project.run()
    assert ran.failed == [f"{TEST}::test_it"]
    assert "E       assert 1 == 2" in ran.text
    told = ran.failure("test_it")
    section = next(n for n, line in enumerate(told) if "pytest-ssot" in line and "---" in line)
    assert told[section + 1 :] == [
        "tests/test_it.py:5: in test_it",
        ">   from app.old import X; assert X == 2",
        "E   deprecated import: app.old",
        "E   use:  from app.new import X",
        "E   fix:  change tests/test_it.py:5",
    ]
    assert "FAILED tests/test_it.py::test_it - assert 1 == 2" in ran.text
    assert ran.summary == ["tests/test_it.py:5  app.old  fails 1 test"]


def test_a_failing_test_that_is_not_gated_gets_none(project: Project) -> None:
    project.write({TEST: "def test_it():\n    import app.old\n    assert 0\n"})
    ran = project.run()
    assert "deprecated import" not in ran.text
    assert ran.summary == ["tests/test_it.py:2  app.old  seen by 1 test, not gated"]


SKIPS = {
    "marked": ("pass", "@pytest.mark.skip(reason='no')\n"),
    "conditional": ("pass", "@pytest.mark.skipif(True, reason='no')\n"),
    "in its body": ("import app.old; pytest.skip('no')", ""),
    "by a fixture": ("pass", "@pytest.mark.usefixtures('skips')\n"),
}


@pytest.mark.parametrize("how", SKIPS)
def test_a_skipped_test_stays_skipped(project: Project, how: str) -> None:
    project.write(critical(*SKIPS[how]))
    project.write(
        {
            "conftest.py": """
                import pytest

                @pytest.fixture
                def skips():
                    import app.old
                    pytest.skip("no")
                """
        }
    )
    file = project.path / TEST
    file.write_text(f"{file.read_text()}\nimport app.old\n")
    ran = project.run()
    assert (ran.code, ran.counts) == (0, {"skipped": 1})


XFAILS = {
    "fails": ("import app.old; assert 0", ""),
    "fails, strict": ("import app.old; assert 0", "strict=True"),
    "passes": ("import app.old", ""),
    "passes, strict": ("import app.old", "strict=True"),
    "raises what is meant": ("import app.old; 1 / 0", "raises=ZeroDivisionError"),
    "raises another": ("import app.old; assert 0", "raises=ZeroDivisionError"),
    "imperative": ("import app.old; pytest.xfail('no')", "condition=False, reason='no'"),
}


@pytest.mark.parametrize("how", XFAILS)
def test_an_expected_failure_excuses_no_violation(project: Project, how: str) -> None:
    body, args = XFAILS[how]
    project.write(critical(body, f"@pytest.mark.xfail({args})\n"))
    ran = project.run()
    assert ran.failed == [f"{TEST}::test_it"]
    assert ran.counts == {"failed": 1}
    assert "E   deprecated import: app.old" in ran.text


def test_an_expected_failure_that_is_not_run(project: Project) -> None:
    project.write(critical("import app.old", "@pytest.mark.xfail(run=False)\n"))
    ran = project.run()
    assert (ran.code, ran.counts) == (0, {"xfailed": 1})
    assert ran.violations == []


def test_an_expected_failure_that_is_not_gated(project: Project) -> None:
    project.write({TEST: "import pytest, app.old\n@pytest.mark.xfail\ndef test_it(): assert 0\n"})
    ran = project.run()
    assert (ran.code, ran.counts) == (0, {"xfailed": 1})


PHASES = {
    "setup": ("import app.old\n    yield", {"passed": 0, "failed": 1}),
    "teardown": ("yield\n    import app.old", {"passed": 1, "errors": 1}),
}


@pytest.mark.parametrize("phase", PHASES)
def test_a_violation_in_one_phase(project: Project, phase: str) -> None:
    body, counts = PHASES[phase]
    project.write(critical("pass", "@pytest.mark.usefixtures('works')\n"))
    project.write({"conftest.py": f"import pytest\n@pytest.fixture\ndef works():\n    {body}\n"})
    ran = project.run()
    assert ran.failed == [f"{TEST}::test_it"]
    assert ran.counts == {name: number for name, number in counts.items() if number}
    assert [one.tests for one in ran.violations] == [f"{TEST}::test_it"]


def test_a_setup_that_fails_keeps_its_error(project: Project) -> None:
    project.write(critical("pass", "@pytest.mark.usefixtures('works')\n"))
    project.write(
        {
            "conftest.py": "import pytest\n@pytest.fixture\ndef works():\n"
            "    import app.old\n    raise OSError('mine')\n"
        }
    )
    ran = project.run()
    assert ran.counts == {"errors": 1}
    assert "E       OSError: mine" in ran.text
    assert "E   deprecated import: app.old" in ran.text


def test_one_violation_fails_a_test_once(project: Project) -> None:
    """The same line in setup, call and teardown."""
    project.write(
        {
            "app/lazy.py": "def get():\n    import app.old\n",
            "conftest.py": "import pytest\nfrom app.lazy import get\n"
            "@pytest.fixture\ndef works():\n    get()\n    yield\n    get()\n",
        }
    )
    project.write(
        critical("import app.lazy; app.lazy.get()", "@pytest.mark.usefixtures('works')\n")
    )
    ran = project.run()
    assert ran.counts == {"failed": 1}


# -- allowances ------------------------------------------------------------------------

RULE = '[[tool.pytest-ssot.rules]]\nid = "old"\ndeprecated = "app.old"\n'

# What follows the rule's table -> whether app/admin/user.py may import.
ALLOWED = {
    "dotted": ('allow-from = ["app.admin.user"]', True),
    "dotted, a package": ('allow-from = ["app.admin"]', True),
    "dotted, a glob": ('allow-from = ["app.*.user"]', True),
    "a path": ('allow-from = ["app/admin/user.py"]', True),
    "a folder": ('allow-from = ["app/admin/"]', True),
    "a glob of paths": ('allow-from = ["app/*/user.py"]', True),
    "another": ('allow-from = ["app.adm", "app.administrator", "admin"]', False),
    "another path": ('allow-from = ["app/user.py"]', False),
    "none": ("allow-from = []", False),
}


def importer(project: Project, tables: str) -> None:
    """A mission-critical test that reaches app/admin/user.py, which imports app.old."""
    project.configure("", tables)
    project.write({"app/admin/__init__.py": "", "app/admin/user.py": "import app.old\n"})
    project.write(critical("import app.admin.user"))


@pytest.mark.parametrize("who", ALLOWED)
def test_allow_from(project: Project, who: str) -> None:
    line, allowed = ALLOWED[who]
    importer(project, f"{RULE}{line}\n")
    ran = project.run()
    verdict = "allowed" if allowed else "fails"
    assert ran.sites == [(verdict, "app.old", None, "app/admin/user.py:1:0")]
    assert ran.code == (0 if allowed else 1)
    if allowed:
        assert ran.summary == ["allowed: app/admin/user.py:1  app.old  (allow-from of old)"]


# Keys of [[allow]] besides its reason -> whether it allows, and what the summary adds.
EXCEPTIONS = {
    "by id": ('rule = "old"', True),
    "by target": ('rule = "app.old"', True),
    "from": ('rule = "old"\nfrom = ["app.admin.*"]', True),
    "from another": ('rule = "old"\nfrom = ["app.other"]', False),
    "tests": (f'rule = "old"\ntests = ["{TEST}::test_it"]', True),
    "tests, a file": (f'rule = "old"\ntests = ["{TEST}"]', True),
    "tests, a glob": ('rule = "old"\ntests = ["tests/*::test_i*"]', True),
    "tests, another": (f'rule = "old"\ntests = ["{TEST}::test_i"]', False),
    "from and tests": ('rule = "old"\nfrom = ["app.admin"]\ntests = ["tests/"]', True),
    "from, not tests": ('rule = "old"\nfrom = ["app.admin"]\ntests = ["other/"]', False),
    "until then": ('rule = "old"\nuntil = "2999-12-31"', True),
    "until then, a TOML date": ('rule = "old"\nuntil = 2999-12-31', True),
    "expired": ('rule = "old"\nuntil = "2001-01-01"', False),
}


@pytest.mark.parametrize("how", EXCEPTIONS)
def test_an_allow_table(project: Project, how: str) -> None:
    keys, allowed = EXCEPTIONS[how]
    importer(project, f'{RULE}\n[[tool.pytest-ssot.allow]]\nreason = "moves"\n{keys}\n')
    ran = project.run()
    assert [one.verdict for one in ran.violations] == ["allowed" if allowed else "fails"]
    if allowed:
        assert ran.summary == ["allowed: app/admin/user.py:1  app.old  (moves)"]
        assert ran.report["violations"][0]["reason"] == "moves"
    elif how == "expired":
        assert "(until 2001-01-01)" in ran.summary[1]
        assert ran.summary[1].startswith("expired allowance: ")
    else:
        assert ran.summary[1].startswith("unused allowance: ")
    assert ran.code == (0 if allowed else 1)


def test_the_last_day_of_an_allowance_is_one_of_them(project: Project) -> None:
    import datetime

    day = datetime.date.today().isoformat()
    importer(
        project,
        f'{RULE}\n[[tool.pytest-ssot.allow]]\nreason = "r"\nrule = "old"\nuntil = "{day}"\n',
    )
    assert project.run().code == 0


PARTS = {
    "a path": ["tests"],
    "-k": ["-k", "clean"],
    "-m": ["-m", "not mission_critical"],
    "--deselect": ["--deselect", f"{TEST}::test_it"],
    "--ignore": ["--ignore", TEST],
    "--ignore-glob": ["--ignore-glob", "*_it.py"],
    "--collect-only": ["--collect-only"],
    "--maxfail": ["--maxfail=1"],
    "--last-failed": ["--lf", "-p", "cacheprovider"],
}


def test_each_allow_table_is_used_or_not_by_itself(project: Project) -> None:
    importer(
        project,
        f"""
        {RULE}
        [[tool.pytest-ssot.allow]]
        rule = "old"
        from = ["app.admin"]
        reason = "moves"
        [[tool.pytest-ssot.allow]]
        rule = "old"
        from = ["app.gone"]
        reason = "moved"
        """.replace("        ", ""),
    )
    ran = project.run()
    assert ran.code == 0
    (unused,) = [line for line in ran.summary if line.startswith("unused allowance: ")]
    assert "2" in unused or "moved" in unused or "app.gone" in unused


@pytest.mark.parametrize("part", PARTS)
def test_what_is_unused_is_told_by_a_full_run_only(project: Project, part: str) -> None:
    project.configure(
        "", f'{RULE}\n[[tool.pytest-ssot.allow]]\nreason = "r"\nrule = "old"\nfrom = ["gone"]\n'
    )
    project.write({TEST: f"import pytest\n{MARKED}def test_it(): assert 0\n"})
    project.write({"tests/test_clean.py": "def test_clean(): pass\n"})
    full, partly = project.run(), project.run(*PARTS[part])
    # Each test ran, if not to its end: what was not seen is not there.
    assert any("unused allowance" in line for line in full.summary)
    assert any("rule that matched nothing: old" in line for line in full.summary)
    assert [line for line in partly.summary if "unused" in line or "nothing" in line] == []


def test_a_file_that_does_not_collect_makes_no_full_run(project: Project) -> None:
    project.write({TEST: "import app.gone\ndef test_it(): import app.old\n"})
    ran = project.run("--continue-on-collection-errors")
    assert [line for line in ran.summary if "matched nothing" in line] == []


ALLOW_MARK = {
    "by id": ('"old", reason="moves"', "allowed"),
    "by target": ('"app.old", reason="moves"', "allowed"),
    "another rule": ('"other", reason="moves"', "fails"),
    "until then": ('"old", reason="moves", until="2999-01-01"', "allowed"),
    "expired": ('"old", reason="moves", until="2001-01-01"', "fails"),
}


@pytest.mark.parametrize("how", ALLOW_MARK)
def test_the_ssot_allow_marker(project: Project, how: str) -> None:
    args, verdict = ALLOW_MARK[how]
    importer(project, RULE)
    project.write(critical("import app.admin.user", f"@pytest.mark.ssot_allow({args})\n"))
    ran = project.run("--strict-markers")
    assert [one.verdict for one in ran.violations] == [verdict]
    assert ran.code == (0 if verdict == "allowed" else 1)


def test_the_ssot_allow_marker_is_for_its_test_only(project: Project) -> None:
    project.configure("", RULE)
    project.write(
        {
            TEST: """
                import pytest
                import app.old
                pytestmark = pytest.mark.mission_critical

                @pytest.mark.ssot_allow("old", reason="moves")
                def test_may(): pass

                def test_it(): pass
                """
        }
    )
    ran = project.run()
    assert ran.failed == [f"{TEST}::test_it"]
    assert ran.summary == [f"{TEST}:2  app.old  fails 1 test"]


BAD_MARKS = {
    "no reason": ('"old"', "ssot_allow('old') needs a reason: reason=\"…\""),
    "an empty reason": ('"old", reason=" "', "needs a reason"),
    "no rule": ('reason="r"', "ssot_allow takes one rule id or target, as a string"),
    "two rules": ('"a", "b", reason="r"', "ssot_allow takes one rule id or target, as a string"),
    "another argument": (
        '"old", why="r"',
        "ssot_allow has no argument 'why'; known: reason, until",
    ),
    "no date": ('"old", reason="r", until="soon"', "until='soon' is no date; write YYYY-MM-DD"),
}


@pytest.mark.parametrize(
    "args", [[], pytest.param(["-n2"], marks=pytest.mark.forked)], ids=["one process", "workers"]
)
@pytest.mark.parametrize("how", BAD_MARKS)
def test_a_marker_that_is_wrong_is_a_usage_error(
    project: Project, how: str, args: list[str]
) -> None:
    mark, words = BAD_MARKS[how]
    project.write(critical("pass", f"@pytest.mark.ssot_allow({mark})\n"))
    ran = project.run(*args)
    assert ran.code == 4
    assert words in ran.text + ran.errors
    assert f"{TEST}::test_it" in ran.text + ran.errors
    assert "Traceback" not in ran.text + ran.errors


COMMENTS = {
    "by id": ("import app.old  # ssot: allow[old] moves", "allowed"),
    "by target": ("import app.old  # ssot: allow[app.old] moves", "allowed"),
    "one of two": ("import app.old  # ssot: allow[x, old] moves", "allowed"),
    "after another comment": ("import app.old  # noqa # ssot: allow[old] moves", "allowed"),
    "at the end of a statement": (
        "from app.old import (\n    X,\n    make,\n)  # ssot: allow[old] moves",
        "allowed",
    ),
    "within a statement": (
        "from app.old import (\n    X,  # ssot: allow[old] moves\n    make,\n)",
        "allowed",
    ),
    "another rule": ("import app.old  # ssot: allow[other] moves", "fails"),
    "the line above": ("# ssot: allow[old] moves\nimport app.old", "fails"),
    "the line below": ("import app.old\n# ssot: allow[old] moves", "fails"),
    "in a string": ("import app.old; s = '# ssot: allow[old] moves'", "fails"),
}


@pytest.mark.parametrize("how", COMMENTS)
def test_a_comment_on_the_importing_line(project: Project, how: str) -> None:
    line, verdict = COMMENTS[how]
    importer(project, RULE)
    project.write({"app/admin/user.py": f"{line}\n"})
    ran = project.run()
    assert {one.verdict for one in ran.violations} == {verdict}
    assert ran.code == (0 if verdict == "allowed" else 1)
    if verdict == "allowed":
        assert {one["reason"] for one in ran.report["violations"]} == {"moves"}


def test_a_comment_without_a_reason_is_a_usage_error(project: Project) -> None:
    importer(project, RULE)
    project.write({"app/admin/user.py": "import app.old  # ssot: allow[old]\n"})
    ran = project.run()
    assert ran.code == 4
    words = "app/admin/user.py:1: # ssot: allow[old] needs a reason after the bracket"
    assert words in ran.summary
    assert ran.report["errors"] == [words]


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("import app.ws", "wide"),
        ("import app.ws.a", "wide"),
        ("import app.ws.b", "narrow"),
        ("import app.ws.b.c", "narrow"),
        ("from app.ws.b import N", "name"),
    ],
)
def test_the_most_specific_rule_wins(project: Project, line: str, rule: str) -> None:
    targets = {"wide": "app.ws", "narrow": "app.ws.b", "name": "app.ws.b:N"}
    project.configure(
        "",
        "\n".join(
            f'[[tool.pytest-ssot.rules]]\nid = "{name}"\ndeprecated = "{target}"'
            for name, target in targets.items()
        ),
    )
    project.write({f"app/ws/{name}": "" for name in ("__init__.py", "a.py", "b/c.py")})
    project.write({"app/ws/b/__init__.py": "N = 1\n"})
    project.write(critical(line))
    ran = project.run()
    assert [(one["rule"], one["target"]) for one in ran.report["violations"]] == [
        (rule, targets[rule])
    ]


# -- hooks -----------------------------------------------------------------------------


def test_rules_from_a_hook(project: Project) -> None:
    project.configure("", "")
    project.write(
        {
            "conftest.py": """
                def pytest_ssot_rules(config):
                    return [{"deprecated": "app.old", "use": "app.hooked", "id": "hooked"}]
                """
        }
    )
    project.write(critical("from app.old import X"))
    ran = project.run()
    assert ran.matched == {"hooked": 1}
    assert ran.failure("test_it")[2:4] == [
        "E   deprecated import: app.old (hooked)",
        "E   use:  from app.hooked import X",
    ]


def test_a_rule_from_a_hook_gives_way_to_the_projects(project: Project) -> None:
    project.write(
        {"conftest.py": "def pytest_ssot_rules(): return [{'deprecated': 'app.old', 'id': 'h'}]\n"}
    )
    project.write(critical("import app.old"))
    assert project.run().matched == {"app.old": 1}


def test_a_bad_rule_from_a_hook_is_a_usage_error(project: Project) -> None:
    project.write({"conftest.py": "def pytest_ssot_rules(): return [{'deprecatd': 'app.old'}]\n"})
    ran = project.run()
    assert ran.code == 4
    assert 'did you mean "deprecated"?' in ran.text + ran.errors


def test_a_hook_may_allow(project: Project) -> None:
    project.write(
        {
            "conftest.py": """
                def pytest_ssot_violation(item, violation):
                    if item.name == "test_may":
                        return f"{item.name} may: {violation.target} {violation.importer}"
                """,
            TEST: """
                import pytest
                import app.old
                pytestmark = pytest.mark.mission_critical

                def test_it(): pass
                def test_may(): pass
                """,
        }
    )
    assert project.run().failed == [f"{TEST}::test_it"]
    ran = project.run("-k", "may")
    assert ran.summary == [f"allowed: {TEST}:2  app.old  (test_may may: app.old {TEST}:2)"]


@pytest.mark.parametrize(
    "args", [[], pytest.param(["-n2"], marks=pytest.mark.forked)], ids=["one process", "workers"]
)
def test_a_hook_gets_the_report(project: Project, args: list[str]) -> None:
    project.write(
        {
            "conftest.py": """
                import json

                def pytest_ssot_report(report, config):
                    (config.rootpath / "hooked.json").write_text(json.dumps(report))
                """
        }
    )
    project.write(critical("import app.old"))
    import json

    ran = project.run(*args)
    assert json.loads((project.path / "hooked.json").read_text()) == ran.report


def test_a_hook_that_raises_breaks_no_test(project: Project) -> None:
    project.write({"conftest.py": "def pytest_ssot_violation(): 1 / 0\n"})
    project.write({TEST: "import app.old\ndef test_it(): pass\n"})
    ran = project.run()
    assert (ran.code, ran.counts) == (0, {"passed": 1})
    assert "ZeroDivisionError" in ran.text
    assert project.run("--ssot-strict").code == 1


# -- the screen ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "args", [[], pytest.param(["-n2"], marks=pytest.mark.forked)], ids=["one process", "workers"]
)
def test_a_cause_is_told_in_full_once(project: Project, args: list[str]) -> None:
    project.write(
        {
            "app/bridge.py": "\nimport app.old\n",
            TEST: """
                import pytest
                import app.bridge

                @pytest.mark.mission_critical
                @pytest.mark.parametrize("n", range(12))
                def test_it(n): pass
                """,
        }
    )
    ran = project.run(*args)
    assert ran.counts == {"failed": 12}
    assert ran.text.count("E   use:  import app.new") == 1
    assert ran.text.count("E   deprecated import: app.old; told in full by ") == 11
    assert ran.summary == ["app/bridge.py:2  app.old  fails 12 tests"]


def test_the_summary_counts_by_importer(project: Project) -> None:
    project.write(
        {
            "app/a.py": "import app.old\n",
            "app/longer.py": "\n\nimport app.old\n",
            "tests/test_a.py": f"import pytest, app.a\n{MARKED}def test_it(): pass\n",
            "tests/test_b.py": f"import pytest, app.a, app.longer\n{MARKED}def test_it(): pass\n",
            "tests/test_c.py": "import app.old\ndef test_it(): pass\n",
        }
    )
    ran = project.run()
    assert ran.summary == [
        "app/a.py:1         app.old  fails 2 tests",
        "app/longer.py:3    app.old  fails 1 test",
        "tests/test_c.py:1  app.old  seen by 1 test, not gated",
    ]


def test_whole_chains_in_the_summary(project: Project) -> None:
    project.write(
        {
            "app/one.py": "import app.two\n",
            "app/two.py": "def go():\n    import app.old\ngo()\n",
        }
    )
    project.write(critical("import app.one"))
    assert project.run("--ssot-chain").summary == [
        "app/two.py:2  app.old  fails 1 test",
        "    tests/test_it.py:5: in test_it",
        "    app/one.py:1: in <module>",
        "    app/two.py:3: in <module>",
    ]


def test_what_a_rule_says_is_in_the_failure(project: Project) -> None:
    project.configure(
        "",
        """
        [[tool.pytest-ssot.rules]]
        id = "websocket-factory"
        deprecated = "app.old"
        use = "app.ws"
        rename = { make = "get" }
        manual = ["X"]
        reason = "two managers alive at once"
        link = "https://example.org/1090"
        removed-in = "2.0"
        distribution = "chat"
        """,
    )
    project.write(critical("from app.old import make, X"))
    ran = project.run()
    assert ran.failure("test_it") == [
        "tests/test_it.py:5: in test_it",
        ">   from app.old import make, X",
        "E   deprecated import: app.old (websocket-factory, removed in 2.0)",
        "E   use:  nothing replaces X line by line",
        "E   use:  from app.ws import get as make",
        "E   why:  two managers alive at once https://example.org/1090",
        "E   fix:  change tests/test_it.py:5",
    ]


@pytest.mark.parametrize("style", ["auto", "long", "short", "line", "native", "no"])
def test_each_style_of_traceback_names_the_importer(project: Project, style: str) -> None:
    project.write(critical("import app.old"))
    ran = project.run(f"--tb={style}")
    assert "FAILED tests/test_it.py::test_it - tests/test_it.py:5: deprecated import" in ran.text
    # Which line it is, is pytest's own choice: 8.0 shows "line" without the frame.
    told = any(line.startswith("tests/test_it.py:5: ") for line in ran.lines)
    assert told == (style != "no")


def test_the_plugin_is_turned_off(project: Project) -> None:
    project.write(critical("import app.old"))
    ran = project.bare("-p", "no:ssot")
    assert ran.counts["passed"] == 1
    assert (
        "ssot"
        not in ran.text.replace("ssot-0", "")
        .partition("collected")[2]
        .partition("PytestUnknownMarkWarning")[0]
    )
    assert ran.code == 0


# -- the report ------------------------------------------------------------------------

MANY = {
    "app/bridge.py": "from app.old import X, make\n",
    "app/warns.py": "import warnings\ndef old(): warnings.warn('old', DeprecationWarning, 2)\n",
    "app/shim.py": "import warnings\nwarnings.warn('shim', DeprecationWarning, 2)\n",
    "tests/conftest.py": "import app.shim\n",
    **{
        f"tests/test_{number}.py": (
            "import pytest, app.bridge\nfrom app.warns import old\n"
            f"{MARKED}@pytest.mark.parametrize('n', range(4))\ndef test_it(n):\n    old()\n"
            "    import app\n    [getattr(app, name) for name in dir(app)]\n"
        )
        for number in range(4)
    },
}


@pytest.mark.fresh
def test_the_same_run_gives_the_same_bytes(project: Project) -> None:
    project.write(MANY)
    ran = project.run()
    once = ran.bytes
    assert [one.verdict for one in ran.violations] == ["fails"] * 7
    assert project.run().bytes == once
    assert project.run("-n2").bytes == once
    assert project.run("-n3", "--dist=loadfile").bytes == once
    assert project.run(*(f"tests/test_{number}.py" for number in (3, 1, 0, 2))).bytes == once


def test_the_schema(project: Project) -> None:
    project.write(critical("from app.old import make"))
    ran = project.run()
    assert ran.report["tool"].pop("version")
    assert ran.report == {
        "version": 1,
        "tool": {"name": "pytest-ssot"},
        "violations": [
            {
                "rule": "app.old",
                "kind": "import",
                "target": "app.old",
                "name": "make",
                "importer": {
                    "path": TEST,
                    "line": 5,
                    "column": 4,
                    "function": "test_it",
                },
                "chain": [],
                "verdict": "fails",
                "seen": ["runtime"],
                "tests": [f"{TEST}::test_it"],
            }
        ],
        "unreadable": [],
        "not_observed": [],
        "rules": [{"id": "app.old", "matched": 1, "deprecated": "app.old", "use": "app.new"}],
        "swept": [],
        "remembered": [],
        "suspects": [],
        "errors": [],
    }


def test_a_report_that_cannot_be_written_is_a_usage_error(project: Project) -> None:
    project.write({TEST: "def test_it(): pass\n", "file": ""})
    ran = project.run("--ssot-report", "json:file/report.json")
    assert ran.code == 4
    assert "report file/report.json cannot be written: " in ran.text
    assert ran.counts == {"passed": 1}


def test_two_reports(project: Project) -> None:
    project.write({TEST: "import app.old\ndef test_it(): pass\n"})
    ran = project.run("--ssot-report", "json:deep/er/report.json")
    assert (project.path / "deep/er/report.json").read_bytes() == ran.bytes != b""
