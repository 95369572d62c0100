"""What was loaded before the plugin could watch is named, with the importers its source tells."""

from __future__ import annotations

import py_compile
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Project, Ran

TEST = "def test_it():\n    pass\n"


def early(project: Project, files: dict[str, str], *args: str) -> Ran:
    """Run with the plugin ``early``, which pytest loads before it asks any other."""
    project.write({"tests/test_it.py": TEST, **files})
    return project.run("-p", "early", *args)


def told(project: Project, files: dict[str, str], *args: str) -> list[str]:
    ran = early(project, files, *args)
    assert ran.code == 0
    assert ran.report["errors"] == []
    not_observed: list[str] = ran.report["not_observed"]
    return not_observed


def test_the_importer_of_an_early_module_is_named(project: Project) -> None:
    ran = early(project, {"early.py": "import app.bridge", "app/bridge.py": "\nimport app.old\n"})
    entry = "app.old (loaded before the watch; imported by app/bridge.py:2)"
    assert ran.report["not_observed"] == [entry]
    assert ran.summary[0] == f"not observed: {entry}"


#: What a module may state that is run when it is imported, and the lines that import the target.
RUN = [
    ("import app.old as alias", [1]),
    ("from app import old", [1]),
    ("from app.old import X", [1]),
    ("from app.old import *", [1]),
    ("from . import old", [1]),
    ("from .old import X", [1]),
    ("import json, app.old; import app.old", [1]),
    ("try:\n    import gone\nexcept ImportError:\n    import app.old", [4]),
    ("class C:\n    from app.old import X", [2]),
    ("with open(__file__):\n    import app.old", [2]),
    ("match 1:\n    case 1:\n        import app.old", [3]),
    ("import app.old\nfrom app.old import (\n    X,\n)", [1, 2]),
    ("import sys\nif sys.platform:\n    import app.old", [3]),
    ("TYPE_CHECKING = False\nif not TYPE_CHECKING:\n    import app.old", [3]),
    ("if __name__ != '__main__':\n    import app.old", [2]),
    ("# coding: latin-1\nname = 'é'\nimport app.old", [3]),
]
#: What no import of the module runs, or imports something else.
NOT_RUN = [
    "def use():\n    import app.old",
    "async def use():\n    import app.old",
    "class C:\n    def use(self):\n        import app.old",
    "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import app.old",
    "import typing as t\nif t.TYPE_CHECKING and True:\n    import app.old",
    "if __name__ == '__main__':\n    import app.old",
    "if False:\n    import app.old",
    "import app\napp.older = 'app.old'",
    "from app import older",
]


def test_each_form_of_a_statement(project: Project) -> None:
    """One run for all: to look through what is loaded takes longer than all else."""
    project.write({"app/older.py": ""})
    sources = [*RUN, *((source, []) for source in NOT_RUN)]
    modules, places = [], []
    for number, (source, lines) in enumerate(sources):
        modules.append(f"bridge_{number:02}")
        path = f"app/{modules[-1]}.py"
        coded = source.encode("latin-1" if "latin-1" in source else "utf-8")
        (project.path / path).write_bytes(coded)
        places += [f"{path}:{line}" for line in lines]
    early = "".join(f"import app.{module}\n" for module in modules)
    (entry,) = told(project, {"early.py": f"import app.old\n{early}"})
    before, _, rest = entry.partition("; imported by ")
    assert before == "app.old (loaded before the watch"
    assert rest.removesuffix(")").split(", ") == [*places, "early.py:1"]


def test_an_import_in_a_function_of_an_early_module_is_seen_as_ever(project: Project) -> None:
    ran = early(
        project,
        {
            "early.py": "import app.bridge, app.old",
            "app/bridge.py": "def use():\n    import app.old\n",
            "tests/test_it.py": """
                import pytest
                from app.bridge import use

                @pytest.mark.mission_critical
                def test_it(): use()
                """,
        },
    )
    assert ran.failed == ["tests/test_it.py::test_it"]
    assert ran.sites == [("fails", "app.old", None, "app/bridge.py:2:4 use")]


def test_nobody_is_named_where_nobody_is_known(project: Project) -> None:
    project.write({"tests/test_it.py": TEST})
    ran = project.run("-p", "app.old")
    assert ran.report["not_observed"] == ["app.old (loaded before the watch)"]


def test_nothing_is_told_where_no_target_was_early(project: Project) -> None:
    files = {"early.py": "import app.bridge", "app/bridge.py": "def use(): import app.old"}
    assert told(project, files) == []


def test_a_deprecated_package_with_its_submodules(project: Project) -> None:
    """Its own imports are its own affair; one entry is enough for all that is under the rule."""
    files = {
        "early.py": "import app.bridge, app.other",
        "app/bridge.py": "import app.legacy.deep.part\n",
        "app/other.py": "from app.legacy import deep\nfrom app.legacy.deep.part import X\n",
        "app/legacy/__init__.py": "from app.legacy import deep\n",
        "app/legacy/deep/__init__.py": "from . import part\n",
        "app/legacy/deep/part.py": "import app.legacy\nX = 1\n",
    }
    project.configure(tables='[[tool.pytest-ssot.rules]]\ndeprecated = "app.legacy"\n')
    sites = "app/bridge.py:1, app/other.py:1, app/other.py:2"
    assert told(project, files) == [f"app.legacy (loaded before the watch; imported by {sites})"]


def test_a_rule_without_submodules_is_about_the_package_alone(project: Project) -> None:
    files = {
        "early.py": "import app.through, app.uses, app.itself",
        "app/through.py": "import app.legacy.part\nfrom app.legacy import part\n",
        "app/uses.py": "from app.legacy import part, Old\n",
        "app/itself.py": "import app.legacy\n",
        "app/legacy/__init__.py": "Old = 1\n",
        "app/legacy/part.py": "",
    }
    rule = '[[tool.pytest-ssot.rules]]\ndeprecated = "app.legacy"\nsubmodules = false\n'
    project.configure(tables=rule)
    assert told(project, files) == [
        "app.legacy (loaded before the watch; imported by app/itself.py:1, app/uses.py:1)"
    ]


def test_the_more_specific_rule_has_its_own_importers(project: Project) -> None:
    rules = ("app.legacy", "app.legacy.part", "app.legacy:Old")
    project.configure(
        tables="".join(f'[[tool.pytest-ssot.rules]]\ndeprecated = "{one}"\n' for one in rules)
    )
    files = {
        "early.py": "import app.a, app.b, app.c",
        "app/a.py": "from app.legacy import Old\n",
        "app/b.py": "from app.legacy import part\n",
        "app/c.py": "from app.legacy import other\n",
        "app/legacy/__init__.py": "Old = other = 1\n",
        "app/legacy/part.py": "",
    }
    assert told(project, files) == [
        "app.legacy (loaded before the watch; imported by app/c.py:1)",
        "app.legacy.part (loaded before the watch; imported by app/b.py:1)",
        "app.legacy:Old (loaded before the watch; imported by app/a.py:1)",
    ]


@pytest.mark.parametrize(
    ("source", "taken"),
    [
        ("from app.ws import Old", True),
        ("from .ws import Fine, Old", True),
        ("from app.ws import *", True),
        ("from app.ws import Fine", False),
        ("import app.ws", False),
    ],
)
def test_a_deprecated_name_is_told_where_it_is_taken(
    project: Project, source: str, taken: bool
) -> None:
    """Its module may have a hundred importers that mean other names."""
    project.configure(tables='[[tool.pytest-ssot.rules]]\ndeprecated = "app.ws:Old"\n')
    files = {
        "early.py": "import app.bridge",
        "app/ws.py": "Old = Fine = 1\n",
        "app/bridge.py": source,
    }
    entry = "app.ws:Old (loaded before the watch; imported by app/bridge.py:1)"
    assert told(project, files) == [entry] * taken


def test_a_star_takes_what_is_public(project: Project) -> None:
    project.configure(tables='[[tool.pytest-ssot.rules]]\ndeprecated = "app.ws:Old"\n')
    files = {
        "early.py": "import app.bridge",
        "app/ws.py": "__all__ = ['Fine']\nOld = Fine = 1\n",
        "app/bridge.py": "from app.ws import *",
    }
    assert told(project, files) == []


@pytest.mark.fresh
def test_sitecustomize_is_early(project: Project) -> None:
    project.write({"sitecustomize.py": "import app.old\n", "tests/test_it.py": TEST})
    assert project.run().report["not_observed"] == [
        "app.old (loaded before the watch; imported by sitecustomize.py:1)"
    ]


@pytest.mark.forked
def test_each_worker_names_the_same_and_it_is_said_once(project: Project) -> None:
    files = {"early.py": "import app.bridge", "app/bridge.py": "import app.old\n"}
    alone = early(project, files)
    spread = early(project, files, "-n2")
    assert spread.bytes == alone.bytes
    assert sum(line.startswith("not observed:") for line in spread.summary) == 1


def test_a_module_in_a_zip_file_tells_its_source(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(project.path / "lib.zip", "w") as archive:
        archive.writestr("packed.py", "import sys\nimport app.old\n")
    monkeypatch.setenv("PYTHONPATH", str(project.path / "lib.zip"), prepend=":")
    assert told(project, {"early.py": "import packed"}) == [
        "app.old (loaded before the watch; imported by lib.zip/packed.py:2)"
    ]


def test_compiled_code_that_may_import_it_is_named_as_unreadable(project: Project) -> None:
    project.write(
        {
            "compiled.py": "from app import old\n",
            "other.py": "import json\n",
            "early.py": "import compiled, other\n",
        }
    )
    for name in ("compiled.py", "other.py"):
        py_compile.compile(
            str(project.path / name), cfile=str(project.path / f"{name}c"), doraise=True
        )
        (project.path / name).unlink()
    assert told(project, {}) == [
        "app.old (loaded before the watch; perhaps by compiled.pyc, which cannot be read)"
    ]


@pytest.mark.parametrize("now", ["import app.old\nthis is no python\n", None])
def test_source_that_is_not_there_any_more(project: Project, now: str | None) -> None:
    """A test rewrites or removes the file: what ran is not known any more."""
    change = "unlink()" if now is None else f"write_text({now!r})"
    files = {
        "early.py": "import app.bridge",
        "app/bridge.py": "import app.old\n",
        "tests/test_it.py": f"""
            import pathlib
            def test_it(): pathlib.Path("app/bridge.py").{change}
            """,
    }
    assert told(project, files) == [
        "app.old (loaded before the watch; perhaps by app/bridge.py, which cannot be read)"
    ]


def test_a_rule_from_a_hook_comes_later(project: Project) -> None:
    """The conftest with the hook was loaded before its rule, and after those of the project."""
    project.write(
        {
            "conftest.py": """
                import app.bridge
                import app.old

                def pytest_ssot_rules(config):
                    return [{"deprecated": "app.late"}]
                """,
            "app/bridge.py": "import app.late\n",
            "app/late.py": "",
            "tests/test_it.py": TEST,
        }
    )
    ran = project.run()
    assert ran.report["not_observed"] == [
        "app.late (loaded before the watch; imported by app/bridge.py:1)"
    ]
    assert ran.sites == [("fails", "app.old", None, "conftest.py:2:0")]


def test_a_module_is_not_disturbed_by_being_noted(project: Project) -> None:
    """Some modules load at the first look at them."""
    files = {
        "early.py": """
            import app.old, sys
            from types import ModuleType

            class Lazy(ModuleType):
                def __getattribute__(self, name):
                    caller = sys._getframe(1).f_globals["__name__"]
                    if caller.startswith("pytest_ssot"):
                        print("LOOKED AT", name, caller)
                    return super().__getattribute__(name)

            sys.modules["app.lazy"] = Lazy("app.lazy")
            """,
    }
    ran = early(project, files, "-s")
    assert "LOOKED AT" not in ran.text
    assert ran.report["errors"] == []


def test_the_standard_library_may_be_deprecated_too(project: Project) -> None:
    project.configure(tables='[[tool.pytest-ssot.rules]]\ndeprecated = "sched"\n')
    assert told(project, {"early.py": "import sched\n", "tests/test_it.py": TEST}) == [
        "sched (loaded before the watch; imported by early.py:1)"
    ]
    assert "sched" in sys.stdlib_module_names
