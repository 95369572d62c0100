"""What is another of a symbol that is to be single, and what only looks like it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from pytest_ssot.model import Kind
from pytest_ssot.policy.run.inventory import Inventory
from tests.source.conftest import Scan, places

SINGLE = '[[tool.pytest-ssot.single]]\nid = "one"\nsymbol = "app.ws.manager:Manager"\n'
ALSO = f'{SINGLE}also-from = ["app.ws"]\n'
MANAGER = {
    "app/ws/__init__.py": "",
    "app/ws/manager.py": "class Manager:\n    def get(self): return Manager\n",
}
IMPORT = "from app.ws.manager import Manager\n"
NOTHING: list[str] = []


def found(scan: Scan, files: Mapping[str, str | bytes], tables: str = SINGLE) -> Inventory:
    return scan({**MANAGER, **files}, tables=tables)


def told(scan: Scan, text: str, *, path: str = "t.py", tables: str = SINGLE) -> list[str]:
    return places(found(scan, {path: text}, tables), own=path)


AGAIN = {
    "class": ("class Manager: pass", ["1:0 Manager definition"]),
    "decorated": ("@final\n@x\nclass Manager: pass", ["3:0 Manager definition"]),
    "function": ("def Manager(): pass", ["1:0 Manager definition"]),
    "async function": ("async def Manager(): pass", ["1:0 Manager definition"]),
    "condition": ("if x:\n  class Manager: pass", ["2:2 Manager definition"]),
    "else of type checkers": (
        f"if TYPE_CHECKING:\n  {IMPORT}else:\n  class Manager: pass",
        ["4:2 Manager definition"],
    ),
    "try": (
        f"try:\n  {IMPORT}except ImportError:\n  class Manager: pass",
        ["4:2 Manager definition try"],
    ),
    "with": ("with x:\n  def Manager(): pass", ["2:2 Manager definition"]),
    "case": ("match x:\n  case 1:\n    class Manager: pass", ["3:4 Manager definition"]),
    "class in a class": ("class A:\n  class Manager: pass", ["2:2 Manager definition class"]),
    "class in a function": (
        "def f():\n  class Manager: pass",
        ["2:2 f Manager definition function"],
    ),
    "on top of it": (
        f"{IMPORT}class Manager(Manager):\n  x = 1",
        ["2:0 Manager definition"],
    ),
    "type": ("Manager = type('Manager', (), {})", ["1:0 Manager definition"]),
    "metaclass": ("Manager = Meta('Manager', (Base,), {})", ["1:0 Manager definition"]),
    "namedtuple": (
        "Manager = collections.namedtuple('Manager', 'a b')",
        ["1:0 Manager definition"],
    ),
    "after what is beyond ASCII": (
        "é = 1; Manager = Enum('Manager', 'a')",
        ["1:7 Manager definition"],
    ),
}

ANOTHER_NAME = {
    "alias": (f"{IMPORT}Other = Manager", ["2:0 Other alias"]),
    "of the module": (
        "import app.ws.manager as m\nOther = m.Manager",
        ["2:0 Other alias"],
    ),
    "of the whole path": (
        "import app.ws.manager\nOther = app.ws.manager.Manager",
        ["2:0 Other alias"],
    ),
    "of the module from its package": (
        "from app.ws import manager\nManager = manager.Manager",
        ["2:0 Manager alias"],
    ),
    "of another local name": (
        "from app.ws.manager import Manager as M\nOther = M",
        ["2:0 Other alias"],
    ),
    "two at once": (f"{IMPORT}A = B = Manager", ["2:0 A alias", "2:0 B alias"]),
    "side by side": (f"{IMPORT}A, b = Manager, 1", ["2:0 A alias"]),
    "annotated": (f"{IMPORT}A: type = Manager", ["2:0 A alias"]),
    "alias of an alias": (f"{IMPORT}A = Manager\nB = A", ["2:0 A alias", "3:0 B alias"]),
    "alias of one of two": (
        f"{IMPORT}A = B = Manager\nC = B",
        ["2:0 A alias", "2:0 B alias", "3:0 C alias"],
    ),
    "condition": (f"{IMPORT}if x:\n  A = Manager", ["3:2 A alias"]),
    "try": (f"{IMPORT}try:\n  A = Manager\nfinally: pass", ["3:2 A alias try"]),
    "one of two": (f"{IMPORT}A = Manager if x else None", ["2:0 A alias"]),
    "of a module that is imported by a call": (
        "A = import_module('app.ws.manager').Manager",
        ["1:0 A alias"],
    ),
    "of a star": ("from app.ws.manager import *\nManager()\nA = Manager", ["3:0 A alias"]),
    "a longer import": (
        "from app.ws.manager import (\n  Manager as M,  # the one\n)\n\nA = (\n  M\n)",
        ["5:0 A alias"],
    ),
    "subclass": (f"{IMPORT}class A(Manager): pass", ["2:0 A subclass"]),
    "subclass with a docstring": (
        f'{IMPORT}class A(Manager):\n  """Text."""\n  ...\n  __slots__ = ()\n  __doc__ = ""',
        ["2:0 A subclass"],
    ),
    "subclass by another name": (
        "from app.ws.manager import Manager as M\nclass A(M):\n    pass\n",
        ["2:0 A subclass"],
    ),
    "subclass in a function": (
        "def f():\n  from app.ws import manager as m\n  class A(m.Manager):\n    pass\n",
        ["3:2 f A subclass function"],
    ),
    "subclass by the name of an alias": (
        f"{IMPORT}A = B = Manager\nclass C(B):\n  pass\n",
        ["2:0 A alias", "2:0 B alias", "3:0 C subclass"],
    ),
}

FINE = {
    "method": "class A:\n  def Manager(self): pass",
    "nested function": "def f():\n  def Manager(): pass",
    "local variable": f"{IMPORT}def f():\n  A = Manager\n  Manager = 1",
    "annotation": f"{IMPORT}a: Manager\ndef f(a: Manager) -> Manager: pass\nb: Manager = f()",
    "attribute": f"{IMPORT}a.b = Manager\na['b'] = Manager",
    "class attribute": f"{IMPORT}class A:\n  manager_class = Manager\n  Manager = Manager",
    "entry": f"{IMPORT}A = [Manager]\nB = {{'a': Manager}}\nC = (Manager,)",
    "instance": f"{IMPORT}A = Manager()\nmanager = Manager().get",
    "type parameter": f"{IMPORT}A = Manager[int]",
    "part of it": f"{IMPORT}A = Manager.get",
    "for type checkers": f"if TYPE_CHECKING:\n  {IMPORT}  A = Manager\n  class Manager: pass",
    "fixture": "@pytest.fixture\ndef Manager(): pass\n@pytest_asyncio.fixture()\ndef Manager(): 1",
    "one way to call it": "@overload\ndef Manager(): ...",
    "type of something": "Manager = type('Manager')\nManager = getLogger('Manager')",
    "another value": "Manager = None\nManager = other.Manager\nfor Manager in x: pass",
    "another name's class": "Other = type('Manager', (), {})\nManager = namedtuple('Other', 'a')",
    "type in a function": "def f():\n  Manager = type('Manager', (), {})",
    "strings": "mock.patch('app.ws.manager.Manager')\nx = 'class Manager: pass'\n# class Manager:",
    "import for own use": f"{IMPORT}Manager()",
    "import under another name": "from app.ws.manager import Manager as M\nM()",
    "import that nobody uses": IMPORT,
    "import of all for own use": "from app.ws.manager import *\nManager()",
    "import for an annotation": f"{IMPORT}def f(a: 'list[Manager]'): pass",
    "of the same name elsewhere": "from other import Manager\nA = Manager\nclass B(Manager): pass",
    "shadowed": f"{IMPORT}def f(Manager):\n  class A(Manager): pass",
    "subclass that adds": f"{IMPORT}class A(Manager):\n  x = 1",
    "subclass that annotates": f"{IMPORT}class A(Manager):\n  x: int",
    "subclass with slots": f"{IMPORT}class A(Manager):\n  __slots__ = ('a',)",
    "subclass with a mixin": f"{IMPORT}class A(Mixin, Manager): pass",
    "subclass with a metaclass": f"{IMPORT}class A(Manager, metaclass=M): pass",
    "decorated subclass": f"{IMPORT}@dataclass\nclass A(Manager): pass",
    "subclass of a part": f"{IMPORT}class A(Manager.Inner): pass",
    "subclass of a kind": f"{IMPORT}class A(Manager[int]): pass",
}


@pytest.mark.parametrize(("text", "sites"), AGAIN.values(), ids=AGAIN)
def test_what_is_defined_again(scan: Scan, text: str, sites: list[str]) -> None:
    assert told(scan, text) == sites
    assert told(scan, text, path="tests/ws/test_a.py") == sites
    assert told(scan, text, path="app/ws/manager.py") == NOTHING, "its own home"


@pytest.mark.parametrize(("text", "sites"), ANOTHER_NAME.values(), ids=ANOTHER_NAME)
def test_another_name(scan: Scan, text: str, sites: list[str]) -> None:
    assert told(scan, text) == sites
    assert told(scan, text, path="app/deep/er.py", tables=ALSO) == sites


@pytest.mark.parametrize("text", FINE.values(), ids=FINE)
def test_what_only_looks_like_it(scan: Scan, text: str) -> None:
    assert told(scan, text) == NOTHING
    assert told(scan, f"\n{text}\n", path="app/deep/er.py", tables=ALSO) == NOTHING


def test_what_newer_pythons_call_an_alias(scan: Scan) -> None:
    assert told(scan, f"{IMPORT}type A = Manager\nx = 1") == ["2:0 A alias"]


def test_another_name_in_its_own_home(scan: Scan) -> None:
    text = "class Manager: pass\nOld = Manager\nif x:\n  Older = Old\nclass New(Manager): pass\n"
    assert told(scan, text, path="app/ws/manager.py") == [
        *("2:0 Old alias", "4:2 Older alias", "5:0 New subclass")
    ]


def test_a_function_is_single_too(scan: Scan) -> None:
    tables = '[[tool.pytest-ssot.single]]\nsymbol = "app.old:make"\n'
    text = (
        "from app.old import make as build\nclass A:\n  def make(self): pass\n"
        "create = build\ndef make(): pass\n"
    )
    assert told(scan, text, tables=tables) == ["4:0 create alias", "5:0 make definition"]


def test_each_of_a_name_has_its_own_home(scan: Scan) -> None:
    other = '[[tool.pytest-ssot.single]]\nid = "two"\nsymbol = "app.old:Manager"\n'
    files = {"app/old.py": "class Manager: pass\n", "t.py": "class Manager: pass\n"}
    of = found(scan, files, SINGLE + other).violations
    assert [(one.importer.path, one.rule) for one in of] == [("t.py", "one"), ("t.py", "two")]


def test_an_exception_is_one_to_catch(scan: Scan) -> None:
    files = {
        "app/old.py": "class Failed(Exception): pass\nclass NoError(Failed): pass\n",
        "t.py": "from app.old import Failed, NoError\nclass A(Failed): pass\nclass B(NoError): 1\n",
    }
    for name in ("Failed", "NoError"):
        table = f'[[tool.pytest-ssot.single]]\nsymbol = "app.old:{name}"\n'
        assert found(scan, files, table).violations == ()


# -- re-exports ------------------------------------------------------------------------

OFFERED = {
    "in __all__": ("t.py", f"{IMPORT}__all__ = ['Manager']\nManager()", ["1:0 Manager from"]),
    "in a longer __all__": (
        "t.py",
        f"{IMPORT}__all__ = [\n  'A',\n]\n__all__ += ['B', 'Manager']",
        ["1:0 Manager from"],
    ),
    "another name in __all__": (
        "t.py",
        "from app.ws.manager import Manager as M\n__all__ = (\n  'M',\n)\n",
        ["1:0 M from"],
    ),
    "as itself": (
        "t.py",
        "from app.ws.manager import Manager as Manager\nManager()",
        ["1:0 Manager from"],
    ),
    "in a package": ("app/web/__init__.py", IMPORT, ["1:0 Manager from"]),
    "under another name": (
        "app/web/__init__.py",
        "from app.ws.manager import Manager as M",
        ["1:0 M from"],
    ),
    "relatively": ("app/__init__.py", "from .ws.manager import Manager", ["1:0 Manager from"]),
    "two levels up": (
        "app/web/__init__.py",
        "try:\n  from ..ws.manager import Manager\nexcept E: Manager = None",
        ["2:2 Manager from try"],
    ),
    "all in a package": (
        "app/web/__init__.py",
        "from app.ws.manager import *\nManager()",
        ["1:0 Manager star"],
    ),
    "all for nobody here": ("t.py", "from app.ws.manager import *\nother()", ["1:0 Manager star"]),
}
NOT_OFFERED = {
    "used in a package": ("app/web/__init__.py", f"{IMPORT}def f():\n  return Manager()\n"),
    "used in a quoted annotation": (
        "app/web/__init__.py",
        f"{IMPORT}def f() -> 'Manager | None': pass\n",
    ),
    "in a function of a package": ("app/web/__init__.py", f"def f():\n  {IMPORT}"),
    "for type checkers": ("app/web/__init__.py", f"if TYPE_CHECKING:\n  {IMPORT}"),
    "removed again": ("app/web/__init__.py", f"{IMPORT}del Manager"),
    "the module": ("app/web/__init__.py", "from app.ws import manager\nimport app.ws.manager as m"),
    "in a stub": ("app/web/__init__.pyi", "from app.ws.manager import Manager as Manager"),
    "not in __all__": ("t.py", f"{IMPORT}__all__ = ['other']\nManager()"),
}


@pytest.mark.parametrize(("path", "text", "sites"), OFFERED.values(), ids=OFFERED)
def test_what_is_there_for_others(scan: Scan, path: str, text: str, sites: list[str]) -> None:
    assert told(scan, text, path=path) == sites
    module = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    allowed = f'{SINGLE}also-from = ["{module}"]\n'
    assert told(scan, text, path=path, tables=allowed) == NOTHING


@pytest.mark.parametrize(("path", "text"), NOT_OFFERED.values(), ids=NOT_OFFERED)
def test_what_is_not_there_for_others(scan: Scan, path: str, text: str) -> None:
    assert told(scan, text, path=path) == NOTHING


DETOURS = {
    "an import": ("from app.user import Manager\n", ["1:0 Manager from via app/user.py:1"]),
    "in a function": (
        "def f():\n  from app.user import Manager as M\n  M()\n",
        ["2:2 f M from function via app/user.py:1"],
    ),
    "for type checkers": ("if TYPE_CHECKING:\n  from app.user import Manager\n", NOTHING),
    "all, and used": (
        "from app.user import *\nManager()\n",
        ["1:0 Manager star via app/user.py:1"],
    ),
    "all, and not used": ("from app.user import *\nother()\n", NOTHING),
    "something else": ("from app.user import run\n", NOTHING),
    "an attribute": ("import app.user\napp.user.Manager\n", NOTHING),
    "a name for it": ("import app.user as u\nA = u.Manager\n", ["2:0 A alias"]),
    "a subclass": ("import app.user as u\nclass A(u.Manager): pass\n", ["2:0 A subclass"]),
}


@pytest.mark.parametrize(("text", "sites"), DETOURS.values(), ids=DETOURS)
def test_taken_from_who_has_it_for_himself(scan: Scan, text: str, sites: list[str]) -> None:
    files = {"app/user.py": f"{IMPORT}def run(): Manager()\n", "t.py": text}
    assert places(found(scan, files)) == sites
    assert places(found(scan, files, f'{SINGLE}also-from = ["app.user"]\n')) == [
        one.partition(" via")[0] for one in sites if "alias" in one or "subclass" in one
    ]


def test_a_detour_is_told_once(scan: Scan) -> None:
    """Who takes from there is led right again by the one line that is told."""
    files = {
        "app/user.py": f"{IMPORT}Manager()\n",
        "app/web.py": "from app.user import Manager\nManager()\n",
        "app/far.py": "from app.web import Manager\nManager()\n",
        "app/api/__init__.py": "from app.user import Manager\n",
        "t.py": "from app.api import Manager\nManager()\n",
    }
    assert places(found(scan, files)) == [
        "app/api/__init__.py:1:0 Manager from via app/user.py:1",
        "app/web.py:1:0 Manager from via app/user.py:1",
    ]


def test_each_path_that_is_offered_is_told(scan: Scan) -> None:
    files = {
        "app/__init__.py": "from .web import Manager as M\n",
        "app/web/__init__.py": "from .inner import Manager\n",
        "app/web/inner/__init__.py": "from app.ws.manager import *\n",
        "t.py": "from app import M\nOther = M\n",
    }
    assert places(found(scan, files)) == [
        "app/__init__.py:1:0 M from",
        "app/web/__init__.py:1:0 Manager from",
        "app/web/inner/__init__.py:1:0 Manager star",
        "2:0 Other alias",
    ]


def test_what_may_be_offered_may_be_taken_from_there(scan: Scan) -> None:
    files = {
        "app/ws/__init__.py": "from .manager import Manager\n",
        "app/web/__init__.py": "from app.ws import Manager\n",
        "t.py": "from app.ws import Manager\nManager()\nOther = Manager\n",
    }
    assert places(found(scan, files, ALSO)) == [
        "app/web/__init__.py:1:0 Manager from",
        "3:0 Other alias",
    ]


def test_a_file_of_several_names_is_one_module(scan: Scan) -> None:
    table = SINGLE.replace("app.ws", "corp.ws") + 'also-from = ["corp.ws"]\n'
    files = {
        "src/corp/__init__.py": "",
        "src/corp/ws/__init__.py": "from .manager import Manager\n",
        "src/corp/ws/manager.py": "class Manager: pass\n",
        "src/corp/web/__init__.py": "",
        "src/corp/web/a.py": "from ..ws import Manager\nManager()\n",
        "src/corp/web/b.py": "from .a import Manager\nManager()\n",
    }
    assert [one for one in places(scan(files, tables=table)) if "web" in one] == [
        "src/corp/web/b.py:1:0 Manager from via src/corp/web/a.py:1"
    ]


def test_all_of_a_home_for_something_else_in_it(scan: Scan) -> None:
    files = {"app/ws/manager.py": "class Manager: pass\nclass Room: pass\n"}
    star = "from app.ws.manager import *\n"
    uses, passes = {"t.py": f"{star}Room()\n"}, {"t.py": star}
    assert places(found(scan, {**files, **uses})) == NOTHING
    assert places(found(scan, {**files, **passes})) == ["1:0 Manager star"]


def test_a_home_that_has_it_from_elsewhere(scan: Scan) -> None:
    files = {
        "app/ws/manager.py": (
            "try:\n  from ._fast import Manager\n"
            "except ImportError:\n  from ._slow import Manager\n"
        ),
        "app/ws/_slow.py": "class Manager: pass\n",
        "app/ws/_other.py": "class Manager: pass\n",
    }
    assert places(found(scan, files)) == ["app/ws/_other.py:1:0 Manager definition"]


def test_an_allowed_path_that_no_source_tells_of(scan: Scan) -> None:
    files = {
        "app/ws/__init__.py": "def __getattr__(name): return load(name)\n",
        "t.py": "from app.ws import Manager\nOther = Manager\n",
    }
    assert places(found(scan, files, ALSO)) == ["2:0 Other alias"]
    assert places(found(scan, files)) == NOTHING, "nobody knows what it is"


def test_modules_that_take_from_each_other(scan: Scan) -> None:
    files = {
        "app/one.py": "from app.two import Manager\nManager()\n",
        "app/two.py": f"from app.one import Manager\n{IMPORT}Manager()\n",
    }
    assert places(found(scan, files)) == ["app/one.py:1:0 Manager from via app/two.py:2"]


# -- files of all sorts ----------------------------------------------------------------


def test_a_home_with_several_names(scan: Scan) -> None:
    files = {"src/app/ws/manager.py": "class Manager: pass\nOld = Manager\n", **_gone()}
    assert [one.importer.path for one in found(scan, files).violations] == ["src/app/ws/manager.py"]


def test_a_module_that_goes_by_several_names(scan: Scan) -> None:
    files = {
        "libs/corp/__init__.py": "",
        "libs/corp/home.py": "class Manager: pass\n",
        "libs/corp/api.py": "from .home import Manager\n__all__ = ['Manager']\n",
        "t.py": "from corp.api import Manager\nOther = Manager\n",
        "u.py": "from libs.corp.api import Manager\nfrom corp.home import Manager as M\nN = M\n",
    }
    for module in ("corp", "libs.corp"):
        table = f'[[tool.pytest-ssot.single]]\nsymbol = "{module}.home:Manager"\n'
        also = f'also-from = ["{module}.api"]\n'
        assert [str(one.importer) for one in scan(files, tables=table + also).violations] == [
            *("t.py:2", "u.py:3")
        ]


def _gone() -> dict[str, str]:
    return {"app/ws/manager.py": "x = 1\n"}


@pytest.mark.parametrize(
    "text",
    ["", "from app.impl import Manager\n", "(", "import *", "from . import manager as Manager"],
)
def test_a_home_without_the_symbol(scan: Scan, text: str) -> None:
    files = {"app/ws/manager.py": text, "t.py": "class Manager: pass\n"}
    assert places(found(scan, files)) == ["1:0 Manager definition"]


def test_a_home_that_is_no_file(scan: Scan) -> None:
    tables = '[[tool.pytest-ssot.single]]\nsymbol = "json.decoder:JSONDecoder"\n'
    text = "import json\nfrom json.decoder import JSONDecoder\nOther = JSONDecoder\n"
    assert told(scan, text, tables=tables) == ["3:0 Other alias"]


def test_a_stub_never_comes_to_life(scan: Scan) -> None:
    files = {"app/ws/manager.pyi": "class Manager: ...\n", "app/x.pyi": "class Manager: ...\n"}
    assert places(found(scan, files)) == NOTHING


def test_a_namespace_package(scan: Scan) -> None:
    files = {
        "corp/ws/manager.py": "class Manager: pass\n",
        "corp/web/a.py": "from ..ws.manager import Manager\nOther = Manager\n",
    }
    table = '[[tool.pytest-ssot.single]]\nsymbol = "corp.ws.manager:Manager"\n'
    assert places(found(scan, files, table))[:1] == ["app/ws/manager.py:1:0 Manager definition"]
    assert places(found(scan, files, table))[1:] == ["corp/web/a.py:2:0 Other alias"]


def test_a_namespace_package_that_is_in_any_folder(scan: Scan) -> None:
    files = {
        "libs/users/corp/users/__init__.py": "",
        "libs/users/corp/users/model.py": "class User: pass\n",
        "libs/users/corp/users/make.py": "from .model import User\nUser()\nOther = User\n",
        "libs/web/corp/web/a.py": "from corp.users.model import User\nUser()\nOld = User\n",
        "libs/web/corp/web/model.py": "class User: pass\n",
    }
    tables = (
        '[[tool.pytest-ssot.single]]\nid = "one"\nsymbol = "corp.users.model:User"\n'
        '[[tool.pytest-ssot.factories]]\nclass = "corp.users.model:User"\n'
        'only-from = ["corp.users.make"]\n'
    )
    assert places(scan(files, tables=tables), own="libs/web/corp/web/a.py") == [
        "libs/users/corp/users/make.py:3:0 Other alias",
        "2:0 - call",
        "3:0 Old alias",
        "libs/web/corp/web/model.py:1:0 User definition",
    ]


def test_a_file_that_python_would_not_read(scan: Scan) -> None:
    of = found(scan, {"t.py": f"{IMPORT}x = (\nOther = Manager\n\nclass Manager: pass\nprint 1\n"})
    assert [path for path, _ in of.unreadable] == ["t.py"]
    assert "5:0 Manager definition" in places(of)


def test_vendored_code_may_call_its_own_so(scan: Scan) -> None:
    files = {"lib/python3.12/site-packages/other/x.py": "class Manager: pass\n"}
    assert places(found(scan, files)) == NOTHING


def test_no_single_costs_nothing(scan: Scan, monkeypatch: pytest.MonkeyPatch) -> None:
    from pytest_ssot.source import scan as module

    monkeypatch.setattr(module, "Search", None)
    assert places(found(scan, {"t.py": "class Manager: pass\n"}, tables="")) == NOTHING


# -- verdicts --------------------------------------------------------------------------

ALLOWED = {
    "class": "class Manager:  # ssot: allow[one] why\n  pass",
    "long header": "class Manager(\n  A,\n  B,\n):  # ssot: allow[one] why\n  pass",
    "decorated": "@x\nclass Manager:  # ssot: allow[one] why\n  pass",
    "function": "def Manager(\n  a: int = 1,  # ssot: allow[one] why\n) -> None:\n  pass",
    "alias": f"{IMPORT}Other = Manager  # ssot: allow[one] why",
    "long alias": f"{IMPORT}Other = (\n  Manager\n)  # ssot: allow[one] why",
    "import": "from app.ws.manager import (\n  Manager as Manager,  # ssot: allow[one] why\n)",
}


@pytest.mark.parametrize("text", ALLOWED.values(), ids=ALLOWED)
def test_a_comment_allows_it(scan: Scan, text: str) -> None:
    (one,) = found(scan, {"t.py": text}).violations
    assert (one.verdict.value, one.reason, one.kind) == ("allowed", "why", Kind.DEFINITION)


def test_a_comment_inside_of_its_block_is_not_its_own(scan: Scan) -> None:
    text = "class Manager:\n  x = 1  # ssot: allow[one] why\n"
    assert told(scan, text) == ["1:0 Manager definition"]


def test_the_marks_around_it(scan: Scan) -> None:
    text = (
        "@pytest.mark.mission_critical\ndef test_a():\n  class Manager: pass\n"
        "@pytest.mark.ssot_allow('one', reason='so')\nclass TestB:\n  class Manager: pass\n"
    )
    of = found(scan, {"tests/test_a.py": text})
    assert [one.verdict.value for one in of.violations] == ["fails", "allowed"]
    assert [str(one) for one in of.critical] == ["tests/test_a.py:3"]
