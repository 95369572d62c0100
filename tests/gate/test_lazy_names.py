"""Names that are served lazily: who asks for one is who uses it, the first as the last."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.gate.in_any_order import WAYS, Row, Table, check, write

if TYPE_CHECKING:
    from tests.conftest import Project


def body(*lines: str) -> str:
    return "\n    ".join(["def test_it():", *lines, "pass"]) + "\n"


#: A package's own ``__getattr__``; *served* gives the value of ``name``.
def served(*lines: str, names: str = "'Old', 'old', 'Thing'") -> str:
    body = [f"if name not in [{names}]:", "    raise AttributeError(name)", *lines]
    return "\n".join(
        ["import importlib", "def __getattr__(name):", *(f"    {one}" for one in body)]
    )


OLD = "X = 1\nclass Old: pass\nclass Thing: pass\n"
A, B, C = (f"{one}.py:2:4 test_it" for one in "abc")
READ = {"a.py": body("from lib import Thing"), "b.py": body("import lib", "lib.Thing")}
READ_OURS = {"a.py": body("from app import Thing"), "b.py": body("import app", "app.Thing")}
READ_AT = "b.py:3:4 test_it"
ATTACH = """
import importlib
def attach(package, submodules=(), attributes={}):
    where = {name: module for module, names in attributes.items() for name in names}
    def __getattr__(name):
        if name in submodules:
            return importlib.import_module(f"{package}.{name}")
        if name in where:
            return getattr(importlib.import_module(f"{package}.{where[name]}"), name)
        raise AttributeError(name)
    return __getattr__
"""
WARN = "import warnings; warnings.warn('lib.Old is deprecated', DeprecationWarning, stacklevel=2)"

CALL = (
    "import warnings\ndef old_call():\n"
    "    warnings.warn('old_call is deprecated', DeprecationWarning, stacklevel=2)\n    return 1\n"
)
SILENT = (
    "import warnings",
    "with warnings.catch_warnings():",
    "    warnings.simplefilter('ignore')",
)
QUIET = """
import contextlib, warnings
@contextlib.contextmanager
def quiet():
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "old_call|lib.Old", DeprecationWarning)
        yield
"""
STORED = ("globals()[name] = Thing", "return Thing")

NAMES: Table = {
    "a name with a rule, served anew": Row(
        "lib:Old",
        {
            "lib/__init__.py": served("from lib import impl", "return impl.Old"),
            "lib/impl.py": OLD,
            "a.py": body("from lib import Old"),
            "b.py": body("import lib", "lib.Old"),
        },
        {"a": [f"fails lib:Old Old {A}"], "b": [f"fails lib:Old Old {READ_AT}"]},
    ),
    "a submodule with a rule, served by our package": Row(
        "app.old",
        {
            "app/__init__.py": served("return importlib.import_module(f'app.{name}')"),
            "app/old.py": OLD,
            "a.py": body("from app import old"),
            "b.py": body("import app", "app.old"),
            "c.py": body("import app", "app.old.X"),
        },
        {
            "a": [f"fails app.old - {A}"],
            "b": [f"fails app.old - {READ_AT}"],
            "c": ["fails app.old - c.py:3:4 test_it"],
        },
    ),
    "a submodule that the file imports too": Row(
        "app.old",
        {
            "app/__init__.py": served("return importlib.import_module(f'app.{name}')"),
            "app/old.py": OLD,
            "a.py": "import app\n" + body("import app.old as it", "app.old.X"),
            "b.py": "import app.old\n" + body("app.old.X"),
        },
        {
            "a": ["fails app.old - a.py:3:4 test_it"],
            "b": ["fails app.old - b.py:1:0"],
        },
    ),
    "a submodule with a rule, served by another's package": Row(
        "lib.old",
        {
            "lib/__init__.py": served("return importlib.import_module(f'lib.{name}')"),
            "lib/old.py": OLD,
            "a.py": body("from lib import old"),
            "b.py": body("import lib", "lib.old"),
            "c.py": body("import lib", "getattr(lib, 'old')"),
        },
        {
            "a": [f"fails lib.old - {A}"],
            "b": [f"fails lib.old - {READ_AT}"],
            "c": ["fails lib.old - c.py:3:4 test_it"],
        },
    ),
    "another's name out of a target, served anew": Row(
        "lib.old",
        {
            "lib/__init__.py": served("from lib.old import Thing", "return Thing"),
            "lib/old.py": OLD,
            **READ,
        },
        {"a": [f"fails lib.old Thing {A}"], "b": [f"fails lib.old Thing {READ_AT}"]},
    ),
    "another's name out of a target, stored": Row(
        "lib.old",
        {
            "lib/__init__.py": served(
                "from lib.old import Thing", "globals()[name] = Thing", "return Thing"
            ),
            "lib/old.py": OLD,
            **READ,
        },
        {"a": [f"fails lib.old Thing {A}"], "b": [f"fails lib.old Thing {READ_AT}"]},
    ),
    "our table fetches it under another name, anew": Row(
        "app.old",
        {
            "app/__init__.py": served("return importlib.import_module('app.old').Thing"),
            "app/old.py": OLD,
            **READ_OURS,
        },
        {one: ["fails app.old - app/__init__.py:5:11 __getattr__"] for one in "ab"},
    ),
    "our table fetches it under another name, stored": Row(
        "app.old",
        {
            "app/__init__.py": served(
                "from app.old import Thing", "globals()[name] = Thing", "return Thing"
            ),
            "app/old.py": OLD,
            **READ_OURS,
        },
        {one: ["fails app.old Thing app/__init__.py:5:4 __getattr__"] for one in "ab"},
    ),
    "our table may": Row(
        "app.old",
        {
            "app/__init__.py": served(
                "from app.old import Thing  # ssot: allow[app.old] compatibility",
                "globals()[name] = Thing",
                "return Thing",
            ),
            "app/old.py": OLD,
            **READ_OURS,
        },
        {one: ["allowed app.old Thing app/__init__.py:5:4 __getattr__"] for one in "ab"},
    ),
    "what it loads keeps its own charge": Row(
        "app.old",
        {
            "app/__init__.py": served(
                "from app.user import Thing", "globals()[name] = Thing", "return Thing"
            ),
            "app/user.py": "from app.old import Thing\n",
            "app/old.py": OLD,
            **READ_OURS,
        },
        {one: ["fails app.old Thing app/user.py:1:0"] for one in "ab"},
    ),
    "a helper of others makes the package lazy": Row(
        "app.old",
        {
            "lib.py": ATTACH,
            "app/__init__.py": "import lib\n__getattr__ = lib.attach(__name__, ['old'])\n",
            "app/old.py": OLD,
            "a.py": body("from app import old"),
            "b.py": body("import app", "app.old"),
        },
        {"a": [f"fails app.old - {A}"], "b": [f"fails app.old - {READ_AT}"]},
    ),
    "a helper of others serves names out of a target": Row(
        "app.old",
        {
            "lib.py": ATTACH,
            "app/__init__.py": (
                "import lib\n__getattr__ = lib.attach(__name__, [], {'old': ['Thing']})\n"
            ),
            "app/old.py": OLD,
            **READ_OURS,
        },
        {"a": [f"fails app.old - {A}"], "b": [f"fails app.old - {READ_AT}"]},
    ),
    "a helper of others serves names out of what uses a target": Row(
        "app.old",
        {
            "lib.py": ATTACH,
            "app/__init__.py": (
                "import lib\n__getattr__ = lib.attach(__name__, [], {'user': ['Thing']})\n"
            ),
            "app/user.py": "from app.old import Thing\n",
            "app/old.py": OLD,
            **READ_OURS,
        },
        {one: ["fails app.old Thing app/user.py:1:0"] for one in "ab"},
    ),
    "a class for the module": Row(
        "lib.old",
        {
            "lib/__init__.py": (
                "import importlib, sys, types\nclass Lazy(types.ModuleType):\n"
                "    def __getattr__(self, name):\n"
                "        if name != 'old': raise AttributeError(name)\n"
                "        return importlib.import_module('lib.old')\n"
                "sys.modules[__name__].__class__ = Lazy\n"
            ),
            "lib/old.py": OLD,
            "a.py": body("from lib import old"),
            "b.py": body("import lib", "lib.old"),
        },
        {"a": [f"fails lib.old - {A}"], "b": [f"fails lib.old - {READ_AT}"]},
    ),
    "a property of the module's class": Row(
        "lib.old",
        {
            "lib/__init__.py": (
                "import importlib, sys, types\nclass Lazy(types.ModuleType):\n"
                "    @property\n    def Thing(self):\n"
                "        return importlib.import_module('lib.old').Thing\n"
                "sys.modules[__name__].__class__ = Lazy\n"
            ),
            "lib/old.py": OLD,
            **READ,
        },
        {"a": [f"fails lib.old - {A}"], "b": [f"fails lib.old - {READ_AT}"]},
    ),
    "a module in the place of the module, which stores": Row(
        "lib.old",
        {
            "lib/__init__.py": (
                "import importlib, sys, types\nclass Lazy(types.ModuleType):\n"
                "    def __getattr__(self, name):\n"
                "        if name != 'Thing': raise AttributeError(name)\n"
                "        value = getattr(importlib.import_module('lib.old'), name)\n"
                "        setattr(self, name, value)\n"
                "        return value\n"
                "mine = Lazy(__name__)\nmine.__path__ = __path__\nmine.__spec__ = __spec__\n"
                "sys.modules[__name__] = mine\n"
            ),
            "lib/old.py": OLD,
            **READ,
        },
        {"a": [f"fails lib.old - {A}"], "b": [f"fails lib.old - {READ_AT}"]},
    ),
    "a descriptor that goes when it has served": Row(
        "lib.old",
        {
            "lib/__init__.py": (
                "import importlib, sys, types\nclass Moved:\n"
                "    def __get__(self, module, owner):\n"
                "        found = importlib.import_module('lib.old').Thing\n"
                "        setattr(module, 'Thing', found)\n"
                "        delattr(Lazy, 'Thing')\n"
                "        return found\n"
                "class Lazy(types.ModuleType):\n    Thing = Moved()\n"
                "sys.modules[__name__].__class__ = Lazy\n"
            ),
            "lib/old.py": OLD,
            **READ,
        },
        {"a": [f"fails lib.old - {A}"], "b": [f"fails lib.old - {READ_AT}"]},
    ),
    "importlib's lazy module": Row(
        "app.old",
        {
            "app/__init__.py": "",
            "app/lazy.py": (
                "import importlib.util, sys\ndef lazy(name):\n"
                "    spec = importlib.util.find_spec(name)\n"
                "    spec.loader = importlib.util.LazyLoader(spec.loader)\n"
                "    module = importlib.util.module_from_spec(spec)\n"
                "    sys.modules[name] = module\n"
                "    spec.loader.exec_module(module)\n"
                "    return module\nold = lazy('app.old')\n"
            ),
            "app/old.py": OLD,
            "a.py": body("from app.lazy import old", "old.X"),
            "b.py": body("from app import lazy", "lazy.old.X"),
        },
        {
            "a": ["fails app.old X a.py:3:4 test_it"],
            "b": ["fails app.old X b.py:3:4 test_it"],
        },
    ),
    "a lazy object": Row(
        "app.old",
        {
            "lib.py": (
                "import importlib\nclass Lazy:\n"
                "    def __init__(self, name):\n        self.name, self.module = name, None\n"
                "    def __getattr__(self, name):\n"
                "        if self.module is None:\n"
                "            self.module = importlib.import_module(self.name)\n"
                "        return getattr(self.module, name)\n"
            ),
            "app/__init__.py": "",
            "app/lazy.py": "import lib\nold = lib.Lazy('app.old')\n",
            "app/old.py": OLD,
            "a.py": body("from app.lazy import old", "old.X"),
            "b.py": body("from app import lazy", "lazy.old.X"),
        },
        {
            "a": ["fails app.old X a.py:3:4 test_it"],
            "b": ["fails app.old X b.py:3:4 test_it"],
        },
    ),
    "it warns, and stores": Row(
        "",
        {
            "lib/__init__.py": served(WARN, "globals()[name] = 1", "return 1"),
            "a.py": body("from lib import Old"),
            "b.py": body("import lib", "lib.Old"),
        },
        {
            "a": [f"fails lib:__getattr__ - {A}"],
            "b": [f"fails lib:__getattr__ - {READ_AT}"],
        },
    ),
    "a class of ours warns, and stores": Row(
        "",
        {
            "app/__init__.py": (
                "import sys, types, warnings\nclass Lazy(types.ModuleType):\n"
                "    def __getattr__(self, name):\n"
                "        if name != 'Old': raise AttributeError(name)\n"
                "        warnings.warn('app.Old is old', DeprecationWarning, stacklevel=2)\n"
                "        setattr(self, name, 1)\n        return 1\n"
                "sys.modules[__name__].__class__ = Lazy\n"
            ),
            "a.py": body("from app import Old"),
            "b.py": body("import app", "app.Old"),
        },
        {
            "a": [f"fails app:Lazy.__getattr__ - {A}"],
            "b": [f"fails app:Lazy.__getattr__ - {READ_AT}"],
        },
    ),
    "it warns once": Row(
        "",
        {
            "lib.py": "warned = set()\n"
            + served("if name not in warned:", f"    {WARN}", "    warned.add(name)", "return 1"),
            "a.py": body("from lib import Old"),
            "b.py": body("import lib", "lib.Old"),
            "c.py": body("import lib", "hasattr(lib, 'Old')"),
        },
        {
            "a": [f"fails lib:__getattr__ - {A}"],
            "b": [f"fails lib:__getattr__ - {READ_AT}"],
        },
    ),
    "our shim warns, and stores": Row(
        "",
        {
            "app/__init__.py": served(
                WARN.replace("lib", "app"), "globals()[name] = 1", "return 1"
            ),
            "app/uses.py": "def get():\n    from app import Old\n    return Old\n",
            "a.py": body("from app.uses import get; get()"),
            "b.py": body("from app.uses import get; get()"),
        },
        {one: ["fails app:__getattr__ - app/uses.py:2:4 get"] for one in "ab"},
    ),
    "our table silences what it loads": Row(
        "",
        {
            "app/__init__.py": served(*SILENT, "    from app.user import Thing", *STORED),
            "app/user.py": "from lib import old_call\nThing = old_call()\n",
            "lib.py": CALL,
            **READ_OURS,
        },
        {one: ["suppressed lib:old_call - app/user.py:2:8"] for one in "ab"},
    ),
    "our table silences what it calls": Row(
        "",
        {
            "app/__init__.py": served(
                "from lib import old_call, quiet",
                "with quiet():",
                "    Thing = old_call()",
                *STORED,
            ),
            "lib.py": CALL + QUIET,
            **READ_OURS,
        },
        {one: ["suppressed lib:old_call - app/__init__.py:7:16 __getattr__"] for one in "ab"},
    ),
    "a shim silences itself": Row(
        "",
        {
            "lib/__init__.py": QUIET
            + served("with quiet():", f"    {WARN}", "globals()[name] = 1", "return 1"),
            "a.py": body("from lib import Old"),
            "b.py": body("import lib", "lib.Old"),
        },
        {
            "a": [f"suppressed lib:__getattr__ - {A}"],
            "b": [f"suppressed lib:__getattr__ - {READ_AT}"],
        },
    ),
    "it silences a target that warns of itself": Row(
        "",
        {
            "lib/__init__.py": served(*SILENT, "    from lib.old import Thing", *STORED),
            "lib/old.py": "import warnings\nwarnings.warn('lib.old is deprecated', "
            "DeprecationWarning, stacklevel=2)\nThing = 1\n",
            **READ,
            "c.py": body("import lib.old"),
        },
        {
            "a": [f"suppressed lib.old Thing {A}"],
            "b": [f"suppressed lib.old Thing {READ_AT}"],
            "c": [f"fails lib.old - {C}"],
        },
    ),
    "a test's recorder is its own": Row(
        "",
        {
            "app/__init__.py": served("from app.user import Thing", *STORED),
            "app/user.py": "from lib import old_call\nThing = old_call()\n",
            "lib.py": CALL,
            "a.py": (
                "import pytest\ndef test_it():\n    with pytest.warns(DeprecationWarning):\n"
                "        import app; app.Thing; from lib import old_call; old_call()\n"
            ),
            "b.py": body("import app", "app.Thing"),
        },
        {"b": ["fails lib:old_call - app/user.py:2:8"]},
    ),
    "a module reads it while it loads": Row(
        "lib.old",
        {
            "lib/__init__.py": served(
                "from lib.old import Thing", "globals()[name] = Thing", "return Thing"
            ),
            "lib/old.py": OLD,
            "app/__init__.py": "",
            "app/one.py": "from lib import Thing\n",
            "app/two.py": "import lib\nclass Mine(lib.Thing): pass\n",
            "a.py": body("import app.one"),
            "b.py": body("import app.two"),
            "c.py": body("import app.one, app.two"),
        },
        {
            "a": ["fails lib.old Thing app/one.py:1:0"],
            "b": ["fails lib.old Thing app/two.py:2:11"],
            "c": ["fails lib.old Thing app/one.py:1:0", "fails lib.old Thing app/two.py:2:11"],
        },
    ),
    "each line of one test": Row(
        "lib.old",
        {
            "lib/__init__.py": served("from lib.old import Thing", "return Thing"),
            "lib/old.py": OLD,
            "a.py": body("import lib", "for _ in 'ab': lib.Thing", "lib.Thing", "lib.Thing"),
        },
        {"a": [f"fails lib.old Thing a.py:{line} test_it" for line in ("3:19", "4:4", "5:4")]},
    ),
    "a name that is computed, and one that is looked for": Row(
        "lib.old",
        {
            "lib/__init__.py": served(
                "from lib.old import Thing", "globals()[name] = Thing", "return Thing"
            ),
            "lib/old.py": OLD,
            "a.py": body("import lib", "hasattr(lib, 'Thing')"),
            "b.py": body("import lib", "getattr(lib, 'Thi' + 'ng'[:2])"),
            "c.py": body("import lib", "getattr(lib, 'Thing', None)"),
        },
        {"c": ["fails lib.old Thing c.py:3:4 test_it"]},
    ),
    "patches name it": Row(
        "lib.old",
        {
            "lib/__init__.py": served(
                "import lib.old", "globals()[name] = lib.old.Thing", "return lib.old.Thing"
            ),
            "lib/old.py": OLD,
            "a.py": "from unittest import mock\n" + body("with mock.patch('lib.Thing'): pass"),
            "b.py": "from unittest import mock\n@mock.patch('lib.Thing')\ndef test_it(m): pass\n",
            "c.py": "def test_it(monkeypatch):\n    monkeypatch.setattr('lib.Thing', 1)\n",
        },
        {
            "a": ["fails lib.old - a.py:3:9 test_it"],
            "b": ["fails lib.old - b.py:2:1"],
            "c": [f"fails lib.old - {C}"],
        },
    ),
    "a decorator's patch names what warns, and is stored": Row(
        "",
        {
            "lib/__init__.py": served(WARN, "globals()[name] = 1", "return 1"),
            "a.py": "from unittest import mock\n@mock.patch('lib.Old')\ndef test_it(m): pass\n",
            "b.py": body("import lib", "lib.Old"),
        },
        {"b": [f"fails lib:__getattr__ - {READ_AT}"]},
    ),
    "an object in the place of our module, which stores": Row(
        "app.old",
        {
            "app/__init__.py": "",
            "app/old.py": OLD,
            "app/mine.py": (
                "import sys\nclass Mine:\n    def __getattr__(self, name):\n"
                "        if name != 'Thing': raise AttributeError(name)\n"
                "        from app.old import Thing\n        self.Thing = Thing\n"
                "        return Thing\nsys.modules[__name__] = Mine()\n"
            ),
            "a.py": body("from app.mine import Thing"),
            "b.py": body("import app.mine as mine", "mine.Thing"),
            "c.py": body("from app import mine", "mine.Thing"),
        },
        {one: ["fails app.old Thing app/mine.py:5:8 Mine.__getattr__"] for one in "abc"},
    ),
    "a module that carries, which its package loads": Row(
        "app.old",
        {
            "app/__init__.py": served(
                "return importlib.import_module(f'app.{name}')", names="'uses'"
            ),
            "app/uses.py": "import app.old\n",
            "app/old.py": OLD,
            "a.py": body("import app", "app.uses"),
            "b.py": body("from app import uses"),
            "c.py": body("import app.uses"),
        },
        {one: ["fails app.old - app/uses.py:1:0"] for one in "abc"},
    ),
    "it gives what another package serves": Row(
        "alt.old",
        {
            "lib/__init__.py": served("import alt", "return alt.Thing"),
            "alt/__init__.py": served(
                "from alt.old import Thing", "globals()[name] = Thing", "return Thing"
            ),
            "alt/old.py": OLD,
            **READ,
            "c.py": body("from alt import Thing"),
        },
        {
            "a": [f"fails alt.old Thing {A}"],
            "b": [f"fails alt.old Thing {READ_AT}"],
            "c": [f"fails alt.old Thing {C}"],
        },
    ),
}


@pytest.mark.fresh
@pytest.mark.parametrize("way", WAYS)
def test_who_asks_for_a_lazy_name_uses_it(project: Project, way: str) -> None:
    write(project, NAMES)
    check(project, NAMES, way)


REMEMBERS = {
    "a singleton": (
        "made = []\ndef get():\n    if not made:\n"
        "        from app.old import X\n        made.append(X)\n"
    ),
    "a cache": (
        "import functools\n@functools.cache\ndef get():\n    from app.old import X\n    return X\n"
    ),
}


@pytest.mark.fresh
@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot fork")
@pytest.mark.parametrize("how", REMEMBERS)
def test_what_a_function_remembers_is_seen_in_forks(project: Project, how: str) -> None:
    """In one process nobody asks the import system again."""
    project.configure('mission-critical = ["tests"]')
    test = "from app.get import get\ndef test_it(): get()\n"
    project.write({"app/get.py": REMEMBERS[how], "tests/test_a.py": test, "tests/test_b.py": test})
    first, second = "tests/test_a.py::test_it", "tests/test_b.py::test_it"
    assert project.run().failed == [first]
    args = ("-p", "pytest_forked", "--forked")
    if project.bare("-p", "no:ssot", *args).counts.get("failed"):
        pytest.skip("this pytest-forked cannot carry this pytest's reports")
    assert project.run(*args).failed == [first, second]
