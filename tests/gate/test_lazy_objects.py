"""Objects that stand for modules: who reads by one is told as the first was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.gate.in_any_order import WAYS, Row, Table, check, write
from tests.gate.test_lazy_names import OLD, A, B, body

if TYPE_CHECKING:
    from tests.conftest import Project

LAZY_LOADER = """
import importlib.util, sys
def lazy(name):
    spec = importlib.util.find_spec(name)
    spec.loader = importlib.util.LazyLoader(spec.loader)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
"""
OBJECT = """
import importlib
class Lazy:
    def __init__(self, name):
        self.name, self.module = name, None
    def __getattr__(self, name):
        if self.module is None:
            self.module = importlib.import_module(self.name)
        return getattr(self.module, name)
lazy = Lazy
"""
TURNS_INTO_IT = """
import importlib, types
class Lazy(types.ModuleType):
    def __getattr__(self, name):
        module = importlib.import_module(self.__name__)
        self.__dict__.update(module.__dict__)
        return getattr(module, name)
lazy = Lazy
"""
READ = {
    "a.py": body("from app.lazy import old", "old.X"),
    "b.py": body("from app import lazy", "lazy.old.X"),
}
TARGET = {
    "a": ["fails app.old X a.py:3:4 test_it"],
    "b": ["fails app.old X b.py:3:4 test_it"],
}
CARRIED = {one: ["fails app.old X app/uses.py:1:0"] for one in "ab"}


def behind(lazy: str, module: str) -> dict[str, str]:
    """A project that reads *module* by what *lazy* makes."""
    return {
        "lib.py": lazy,
        "app/__init__.py": "",
        "app/lazy.py": f"import lib\nold = lib.lazy('{module}')\n",
        "app/uses.py": "from app.old import X\n",
        "app/old.py": OLD,
        **READ,
    }


OBJECTS: Table = {
    "what is behind importlib's lazy module carries": Row(
        "app.old", behind(LAZY_LOADER, "app.uses"), CARRIED
    ),
    "what is behind a lazy object carries": Row("app.old", behind(OBJECT, "app.uses"), CARRIED),
    "what a lazy module turns into carries": Row(
        "app.old", behind(TURNS_INTO_IT, "app.uses"), CARRIED
    ),
    "a lazy module turns into a target": Row("app.old", behind(TURNS_INTO_IT, "app.old"), TARGET),
    "a package puts another in its place": Row(
        "lib.old",
        {
            "lib/__init__.py": "",
            "lib/new/__init__.py": OLD,
            "lib/old/__init__.py": "import sys, lib.new\nsys.modules[__name__] = lib.new\n",
            "a.py": body("import lib.old"),
            "b.py": body("from lib.old import Thing"),
            "c.py": body("from lib.new import Thing", "import lib.new", "lib.new.Thing"),
        },
        {"a": [f"fails lib.old - {A}"], "b": [f"fails lib.old Thing {B}"]},
    ),
    "a top package puts another in its place": Row(
        "lib",
        {
            "alt/__init__.py": OLD,
            "lib/__init__.py": "import sys, alt\nsys.modules[__name__] = alt\n",
            "a.py": body("import lib"),
            "b.py": body("from lib import Thing"),
            "c.py": body("import alt", "alt.Thing"),
        },
        {"a": [f"fails lib - {A}"], "b": [f"fails lib Thing {B}"]},
    ),
    "a package that carries puts another in its place": Row(
        "app.old",
        {
            "app/__init__.py": "",
            "app/old.py": OLD,
            "app/new.py": OLD,
            "app/uses/__init__.py": (
                "import sys, app.old, app.new\nsys.modules[__name__] = app.new\n"
            ),
            "a.py": body("import app.uses"),
            "b.py": body("from app.uses import Thing"),
            "c.py": body("import app.new", "app.new.Thing"),
        },
        {one: ["fails app.old - app/uses/__init__.py:1:0"] for one in "ab"},
    ),
}


@pytest.mark.fresh
@pytest.mark.parametrize("way", WAYS)
def test_who_reads_by_an_object_reads_the_module(project: Project, way: str) -> None:
    write(project, OBJECTS)
    check(project, OBJECTS, way)


@pytest.mark.parametrize("what", ["Mine", "Slotted()"])
def test_what_nobody_can_watch_is_named(project: Project, what: str) -> None:
    """Who loads it is told, who imports it later is not."""
    project.configure('mission-critical = ["tests"]')
    project.write(
        {
            "app/old.py": (
                "import sys\nclass Mine: pass\nclass Slotted: __slots__ = ()\n"
                f"sys.modules[__name__] = {what}\n"
            ),
            "tests/test_a.py": body("import app.old"),
            "tests/test_b.py": body("import app.old"),
        }
    )
    ran = project.run()
    assert ran.failed == ["tests/test_a.py::test_it"]
    assert ran.report["not_observed"] == ["app.old (cannot be watched)"]
