"""What carries evidence carries it from its first moment, whoever came first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.gate.in_any_order import WAYS, Row, Table, check, write

if TYPE_CHECKING:
    from tests.conftest import Project


#: Some of the projects leave a finder of their own behind.
pytestmark = pytest.mark.fresh


def body(*lines: str) -> str:
    return "\n    ".join(["def test_it():", *lines, "pass"]) + "\n"


OLD = "X = 1\nclass Old: pass\n"
ALIASED = {"alt/__init__.py": "", "lib/new/__init__.py": "X = 1\n", "lib/new/part.py": "Y = 1\n"}
BY_PATH = """
import importlib.util, sys
loaded = {}
def load(path, keep):
    if path not in loaded:
        spec = importlib.util.spec_from_file_location(path[:-3].replace("/", "."), path)
        module = loaded[path] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        if keep:
            sys.modules[spec.name] = module
    return loaded[path]
"""
REGISTRY = "def register(one):\n    from app.old import X\n    return one\n"
REGISTERED = "from app.registry import register\n@register\ndef it(): pass\n"
LOADER = """
import importlib.util, sys
class Loader:
    def create_module(self, spec): return None
    def exec_module(self, module): fill(module)
def fill(module):
    import app.old
    module.X = app.old.X
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name in ("app.made", "app.also"):
            return importlib.util.spec_from_loader(name, Loader(), origin=name)
sys.meta_path.insert(0, Finder())
"""
AT_OLD = "fails app.old X app/registry.py:2:4 register"

CIRCLES: Table = {
    "a circle, whose first goes on later": Row(
        "app.old",
        {
            "app/__init__.py": "",
            "app/x.py": "import app.y, app.z, app.old\n",
            "app/y.py": "import app.x\n",
            "app/z.py": "import app.y\n",
            "app/old.py": OLD,
            "a.py": body("import app.x"),
            "b.py": body("import app.z"),
            "c.py": body("import app.y"),
        },
        {one: ["fails app.old - app/x.py:1:0"] for one in "abc"},
    ),
    "a long circle": Row(
        "app.old",
        {
            "app/__init__.py": "",
            "app/x.py": "from app import y\nfrom app import z\nfrom app import w\nimport app.old\n",
            "app/y.py": "from app import x\n",
            "app/z.py": "from app import y\n",
            "app/w.py": "from app import z\n",
            "app/old.py": OLD,
            "a.py": body("import app.x"),
            "b.py": body("import app.w"),
            "c.py": body("from app import z"),
        },
        {one: ["fails app.old - app/x.py:4:0"] for one in "abc"},
    ),
    "a circle of two packages": Row(
        "lib.old",
        {
            "app/__init__.py": "",
            "app/x.py": "import main.y, main.z\nfrom app import late\n",
            "app/late.py": "import lib.old\n",
            "main/__init__.py": "",
            "main/y.py": "import app.x\n",
            "main/z.py": "import main.y\n",
            "lib/__init__.py": "",
            "lib/old.py": OLD,
            "a.py": body("import app.x"),
            "b.py": body("import main.z"),
        },
        {one: ["fails lib.old - app/late.py:1:0"] for one in "ab"},
    ),
    "a package that goes on after its modules": Row(
        "app.old",
        {
            "app/__init__.py": "",
            "app/sub/__init__.py": "import app.sub.one\nimport app.two\nimport app.old\n",
            "app/sub/one.py": "",
            "app/two.py": "import app.sub.one\n",
            "app/old.py": OLD,
            "a.py": body("import app.sub"),
            "b.py": body("import app.two"),
            "c.py": body("import app.sub.one"),
        },
        {one: ["fails app.old - app/sub/__init__.py:3:0"] for one in "abc"},
    ),
    "a circle whose late edges are in functions": Row(
        "app.old",
        {
            "app/__init__.py": "",
            "app/x.py": "import app.y\napp.y.setup()\nimport app.old\n",
            "app/y.py": "def setup():\n    import app.z\n",
            "app/z.py": "import app.x\n",
            "app/w.py": "import app.z\n",
            "app/old.py": OLD,
            "a.py": body("import app.x"),
            "b.py": body("import app.z"),
            "c.py": body("import app.w"),
        },
        {one: ["fails app.old - app/x.py:3:0"] for one in "abc"},
    ),
    "a circle within another": Row(
        "app.old",
        {
            "app/__init__.py": "",
            "app/x.py": "import app.y\nimport app.late\n",
            "app/y.py": "import app.x\nimport app.z\n",
            "app/z.py": "import app.y\n",
            "app/late.py": "import app.z, app.old\n",
            "app/old.py": OLD,
            "a.py": body("import app.x"),
            "b.py": body("import app.z"),
            "c.py": body("import app.y"),
        },
        {one: ["fails app.old - app/late.py:1:0"] for one in "abc"},
    ),
    "a circle that reaches nothing": Row(
        "app.old",
        {
            "app/__init__.py": "",
            "app/x.py": "import app.y, app.z\n",
            "app/y.py": "import app.x\n",
            "app/z.py": "import app.y\n",
            "app/old.py": OLD,
            "a.py": body("import app.x"),
            "b.py": body("import app.z", "import app.old"),
        },
        {"b": ["fails app.old - b.py:3:4 test_it"]},
    ),
}

LOADS: Table = {
    "a registry": Row(
        "app.old",
        {
            "app/__init__.py": "",
            "app/registry.py": REGISTRY,
            "app/one.py": REGISTERED,
            "app/two.py": REGISTERED,
            "main.py": REGISTERED,
            "app/old.py": OLD,
            "a.py": body(
                "from app.registry import register",
                "for _ in range(3): register(1)",
                "import main, app.one, app.two",
            ),
            "b.py": body("import app.two"),
            "c.py": body("import main"),
        },
        {one: [AT_OLD] for one in "abc"},
    ),
    "a registry that a test file's own modules fill": Row(
        "app.old",
        {
            "app/__init__.py": "import app.registry, app.one, main\n",
            "app/registry.py": REGISTRY,
            "app/one.py": REGISTERED,
            "main.py": "import app.registry\nfrom app.registry import register\nregister(1)\n",
            "app/old.py": OLD,
            "a.py": "import app\n" + body("import app"),
            "b.py": body("import main"),
        },
        {one: [AT_OLD] for one in "ab"},
    ),
    "plugin files, loaded by path": Row(
        "app.old",
        {
            "app/__init__.py": "",
            "app/load.py": BY_PATH,
            "app/registry.py": REGISTRY,
            "plugins/main_one.py": REGISTERED,
            "plugins/main_two.py": REGISTERED,
            "app/both.py": (
                "from app.registry import register\nfor _ in range(3): register(1)\n"
                "from app.load import load\nload('plugins/main_one.py', 1)\n"
                "load('plugins/main_two.py', 1)\n"
            ),
            "app/old.py": OLD,
            "a.py": body("import app.both"),
            "b.py": body("import app.both, sys", "sys.modules['plugins.main_two']"),
        },
        {one: [AT_OLD] for one in "ab"},
    ),
    "a loader that makes its module itself": Row(
        "app.old",
        {
            "app/__init__.py": (
                "import importlib.util, sys, types\nclass Loader:\n"
                "    def load_module(self, name):\n"
                "        module = sys.modules[name] = types.ModuleType(name)\n"
                "        fill(module)\n        return module\n"
                "def fill(module):\n    import app.old\n    module.X = app.old.X\n"
                "class Finder:\n    def find_spec(self, name, path=None, target=None):\n"
                "        if name in ('app.made', 'app.also'):\n"
                "            return importlib.util.spec_from_loader(name, Loader())\n"
                "sys.meta_path.insert(0, Finder())\n"
            ),
            "app/old.py": OLD,
            "app/uses.py": "import app.also\n",
            "a.py": body("import app.made"),
            "b.py": body("from app import made"),
            "c.py": body("import app.uses"),
        },
        {one: ["fails app.old - app/__init__.py:8:4 fill"] for one in "abc"},
    ),
    "a loader of its own that silences": Row(
        "",
        {
            "app/__init__.py": LOADER.replace(
                "    import app.old\n    module.X = app.old.X\n",
                "    import warnings\n    with warnings.catch_warnings():\n"
                "        warnings.simplefilter('ignore')\n        from app.old import old_call\n"
                "        module.X = old_call()\n",
            ),
            "app/old.py": (
                "import warnings\ndef old_call():\n"
                "    warnings.warn('old_call is deprecated', DeprecationWarning, stacklevel=2)\n"
            ),
            "a.py": body("import app.made"),
            "b.py": body("from app import made"),
        },
        {one: ["suppressed app.old:old_call - app/__init__.py:11:19 fill"] for one in "ab"},
    ),
    "a loader of its own": Row(
        "app.old",
        {
            "app/__init__.py": LOADER,
            "app/old.py": OLD,
            "app/uses.py": "import app.also\n",
            "a.py": body("import app.made"),
            "b.py": body("from app import made"),
            "c.py": body("import app.uses"),
        },
        {one: ["fails app.old - app/__init__.py:7:4 fill"] for one in "abc"},
    ),
}

ALIASES: Table = {
    "a package that names another module": Row(
        "lib.old",
        {
            **ALIASED,
            "lib/__init__.py": "import sys, lib.new\nsys.modules['lib.old'] = lib.new\n",
            "a.py": body("import lib.old"),
            "b.py": body("from lib.old import X"),
            "c.py": body("import importlib", "importlib.import_module('lib.old')"),
        },
        {
            "a": ["fails lib.old - a.py:2:4 test_it"],
            "b": ["fails lib.old X b.py:2:4 test_it"],
            "c": ["fails lib.old - c.py:3:4 test_it"],
        },
    ),
    "a package that names another module, and holds it": Row(
        "lib.old",
        {
            **ALIASED,
            "lib/__init__.py": ("import sys, lib.new\nsys.modules['lib.old'] = old = lib.new\n"),
            "a.py": body("from lib import old"),
            "b.py": body("import lib", "lib.old"),
            "c.py": body("import lib.new; lib.new", "from lib import new", "lib.new.X; new.X"),
        },
        {
            "a": ["fails lib.old - a.py:2:4 test_it"],
            "b": ["fails lib.old - b.py:3:4 test_it"],
        },
    ),
    "its submodules": Row(
        "lib.old",
        {
            **ALIASED,
            "lib/__init__.py": (
                "import sys, lib.new, lib.new.part\nsys.modules['lib.old'] = lib.new\n"
                "sys.modules['lib.old.part'] = lib.new.part\n"
            ),
            "a.py": body("import lib.old.part"),
            "b.py": body("from lib.old.part import Y"),
            "c.py": body("from lib.new.part import Y", "import lib.new.part"),
        },
        {
            "a": ["fails lib.old - a.py:2:4 test_it"],
            "b": ["fails lib.old Y b.py:2:4 test_it"],
        },
    ),
    "a name of an alias": Row(
        "lib.old:X",
        {
            **ALIASED,
            "lib/__init__.py": "import sys, lib.new\nsys.modules['lib.old'] = lib.new\n",
            "a.py": body("from lib.old import X"),
            "b.py": body("from lib.new import X", "import lib; lib.new.X"),
            "c.py": body("import lib.old as old", "old.X"),
        },
        {
            "a": ["fails lib.old:X X a.py:2:4 test_it"],
            "c": ["fails lib.old:X X c.py:3:4 test_it"],
        },
    ),
    "another package names it": Row(
        "lib.old",
        {
            **ALIASED,
            "lib/__init__.py": "",
            "app/__init__.py": "import sys, lib.new\nsys.modules['lib.old'] = lib.new\n",
            "a.py": body("import app", "import lib.old"),
            "b.py": body("import app", "from lib.old import X"),
            "c.py": body("import app", "import lib.new"),
        },
        {
            "a": ["fails lib.old - a.py:3:4 test_it"],
            "b": ["fails lib.old X b.py:3:4 test_it"],
        },
    ),
    "a module made of nothing": Row(
        "lib.old",
        {
            **ALIASED,
            "lib/__init__.py": (
                "import sys, types\nmade = types.ModuleType('lib.old')\n"
                "def get(name):\n    if name != 'X': raise AttributeError(name)\n"
                "    from lib.new import X\n    return X\n"
                "made.__getattr__ = get\nsys.modules['lib.old'] = made\n"
            ),
            "a.py": body("import lib.old"),
            "b.py": body("from lib.old import X"),
            "c.py": body("import lib.new"),
        },
        {
            "a": ["fails lib.old - a.py:2:4 test_it"],
            "b": ["fails lib.old X b.py:2:4 test_it"],
        },
    ),
    "an object in its own place": Row(
        "lib.old",
        {
            "lib/__init__.py": "",
            "lib/old.py": (
                "import sys\nclass Settings:\n    X = 1\n    def __getattr__(self, name):\n"
                "        raise AttributeError(name)\nsys.modules[__name__] = Settings()\n"
            ),
            "a.py": body("import lib.old"),
            "b.py": body("from lib.old import X"),
            "c.py": body("from lib import old"),
        },
        {
            "a": ["fails lib.old - a.py:2:4 test_it"],
            "b": ["fails lib.old X b.py:2:4 test_it"],
            "c": ["fails lib.old - c.py:2:4 test_it"],
        },
    ),
}

IDENTITY: Table = {
    "two modules of one name": Row(
        "app.old",
        {
            "app/__init__.py": "",
            "app/old.py": OLD,
            "app/load.py": (
                "import importlib, sys\ndef load(folder):\n    sys.modules.pop('main', None)\n"
                "    sys.path.insert(0, folder)\n    try:\n"
                "        return importlib.import_module('main')\n"
                "    finally:\n        sys.path.remove(folder)\n"
            ),
            "plugins/one/main.py": "import app.old\n",
            "plugins/two/main.py": "X = 1\n",
            "a.py": body("from app.load import load", "load('plugins/one')", "import main"),
            "b.py": body("from app.load import load", "load('plugins/two')", "import main"),
        },
        {"a": ["fails app.old - plugins/one/main.py:1:0"]},
    ),
    "a module that is written anew": Row(
        "app.old",
        {
            "app/__init__.py": "",
            "app/old.py": OLD,
            "app/make.py": (
                "import importlib, pathlib, sys\ndef make(text):\n"
                "    path = pathlib.Path('app/generated.py')\n    path.write_text(text)\n"
                "    sys.modules.pop('app.generated', None)\n    importlib.invalidate_caches()\n"
                "    import app.generated\n"
                "    return importlib.import_module('app.generated')\n"
            ),
            "a.py": body("from app.make import make", "make('import app.old')"),
            "b.py": body("from app.make import make", "make('Y = 12345678901')"),
        },
        {"a": ["fails app.old - app/generated.py:1:0"]},
    ),
    "a module that comes back": Row(
        "app.old",
        {
            "app/__init__.py": "",
            "app/old.py": OLD,
            "app/one.py": "import app.old\n",
            "a.py": (
                "import sys\ndef test_it(monkeypatch):\n    import app.one\n"
                "    monkeypatch.setitem(sys.modules, 'app.one', type(sys)('app.one'))\n"
                "    import app.one\n"
            ),
            "b.py": body("import app.one"),
        },
        {one: ["fails app.old - app/one.py:1:0"] for one in "ab"},
    ),
    "a test file's plugins": Row(
        "app.old",
        {
            "app/__init__.py": "",
            "app/old.py": OLD,
            "app/plugin.py": "import app.old\n",
            "a.py": "pytest_plugins = ['app.plugin']\ndef test_it(): pass\n",
            "b.py": "def test_it(): pass\n",
            "c.py": "pytest_plugins = 'app.plugin'\ndef test_it(): pass\n",
        },
        {one: ["fails app.old - app/plugin.py:1:0"] for one in "ac"},
    ),
}

UNTOUCHED: Table = {
    "a __getattr__ that raises KeyError": Row(
        "lib.old",
        {
            "lib/__init__.py": "def __getattr__(name): raise KeyError(name)\n",
            "lib/old.py": OLD,
            "app.py": "import lib.old\ndef __getattr__(name): raise KeyError(name)\n",
            "a.py": body("import app"),
            "b.py": body("import lib.old"),
            "c.py": body("import app, lib.old"),
        },
        {
            "a": ["fails lib.old - app.py:1:0"],
            "b": ["fails lib.old - b.py:2:4 test_it"],
            "c": ["fails lib.old - app.py:1:0", "fails lib.old - c.py:2:4 test_it"],
        },
    ),
    "a target whose __getattr__ raises KeyError": Row(
        "lib.old lib.part:Old",
        {
            "lib/__init__.py": "",
            "lib/old.py": (
                "X = 1\ndef __getattr__(name):\n"
                "    raise (AttributeError if name == '__path__' else KeyError)(name)\n"
            ),
            "lib/part.py": "Old = 1\ndef __getattr__(name): raise KeyError(name)\n",
            "a.py": body("from lib.old import X"),
            "b.py": body("from lib import old", "old.X"),
            "c.py": body("from lib import part", "part.Old"),
        },
        {
            "a": ["fails lib.old X a.py:2:4 test_it"],
            "b": ["fails lib.old - b.py:2:4 test_it"],
            "c": ["fails lib.part:Old Old c.py:3:4 test_it"],
        },
    ),
    "objects that count how they are touched": Row(
        "lib.old",
        {
            "lib/__init__.py": "",
            "lib/count.py": (
                "touched = []\nclass Meta(type):\n"
                "    def __init_subclass__(cls, **more): touched.append('meta subclass')\n"
                "    def __new__(*args, **more):\n        touched.append('meta new')\n"
                "        return type.__new__(*args, **more)\n"
                "import types\nclass Touchy(types.ModuleType, metaclass=Meta):\n"
                "    def __init_subclass__(cls, **more): touched.append('subclass')\n"
                "    def __getattribute__(self, name):\n        touched.append(name)\n"
                "        return super().__getattribute__(name)\n"
                "    def __repr__(self): touched.append('repr'); return 'touchy'\n"
                "    def __eq__(self, other): touched.append('eq'); return self is other\n"
                "    def __hash__(self): touched.append('hash'); return 1\n"
                "    def __bool__(self): touched.append('bool'); return True\n"
            ),
            "lib/old.py": (
                "import sys\nfrom lib.count import Touchy, touched\nmine = Touchy(__name__)\n"
                "mine.__spec__ = __spec__\nsys.modules[__name__] = mine\ntouched.clear()\n"
            ),
            "a.py": (
                "import lib.old, sys\ndef test_it():\n    from lib.count import touched\n"
                "    before = list(touched)\n    import lib.old\n"
                "    assert set(touched) <= {'__spec__'}, touched\n"
            ),
        },
        {
            "a": ["fails lib.old - a.py:1:0", "fails lib.old - a.py:5:4 test_it"],
        },
    ),
}


CARRIERS: Table = {**CIRCLES, **LOADS, **ALIASES, **IDENTITY, **UNTOUCHED}


@pytest.mark.parametrize("way", WAYS)
def test_who_came_first_changes_nothing(project: Project, way: str) -> None:
    write(project, CARRIERS)
    check(project, CARRIERS, way)
