"""What a scan finds in source, and what only looks like it."""

from __future__ import annotations

import sys

import pytest

from tests.source.conftest import Scan, places

BY_MODULE, BY_NAME = 'deprecated = "app.old"', 'deprecated = "app.old:X"'

#: Source -> the sites of a rule on the module ``app.old``.
MODULES: dict[str, tuple[str, list[str]]] = {
    "a conditional of a type checker": (
        ("import typing as t\nif t.TYPE_CHECKING:\n    import app.old\nelse:\n    import app.old"),
        ["3:4 - import type-checking", "5:4 - import"],
    ),
    "its name under another name": (
        (
            "from typing import TYPE_CHECKING as T\n"
            "if T:\n"
            "    import app.old\n"
            "else:\n"
            "    import app.old"
        ),
        ["3:4 - import type-checking", "5:4 - import"],
    ),
    "its negation": (
        (
            "from typing import TYPE_CHECKING\n"
            "if not TYPE_CHECKING:\n"
            "    import app.old\n"
            "else:\n"
            "    import app.old"
        ),
        ["3:4 - import", "5:4 - import type-checking"],
    ),
    "with another condition": (
        (
            "from typing import TYPE_CHECKING\n"
            "if TYPE_CHECKING and x:\n"
            "    import app.old\n"
            "else:\n"
            "    import app.old"
        ),
        ["3:4 - import type-checking", "5:4 - import"],
    ),
    "as a second branch": (
        (
            "from typing import TYPE_CHECKING\n"
            "if a: pass\n"
            "elif TYPE_CHECKING:\n"
            "    import app.old\n"
            "else:\n"
            "    import app.old"
        ),
        ["4:4 - import type-checking", "6:4 - import"],
    ),
    "mypy's own name": (
        ("MYPY = False\nif MYPY:\n    import app.old"),
        ["3:4 - import type-checking"],
    ),
    "a branch that never runs": (("if False:\n    import app.old"), ["2:4 - import"]),
    "its else, in a function": (
        ("def f():\n    if TYPE_CHECKING: pass\n    else:\n        import app.old"),
        ["4:8 f - import function"],
    ),
    "quoted full mod no import": (("import app\nx: 'app.old.X'"), ["2:3 - attribute"]),
    "concat": ("x = 'app.' 'old'", ["1:4 - string"]),
    "ml implicit": (("x = ('app.'\n  'old')"), ["1:5 - string"]),
    "wide": ("ä = '😀'; import app.old", ["1:9 - import"]),
    "sentence": (("x = 'see app.old for it'\ny='app.old '\nz='app.old.'"), []),
    "v2": (
        (
            "import app.old_v2, vendored.app.old\n"
            "from app.old_v2 import X\n"
            "x = 'app.old_v2'\n"
            "'x.app.old'"
        ),
        [],
    ),
    "doc": (
        (
            "'''app.old'''\n"
            "class C:\n"
            "    'app.old'\n"
            "    x = 1\n"
            "    'app.old.X'\n"
            "def f():\n"
            "    'app.old'\n"
            ""
        ),
        [],
    ),
    "string exprs": (
        ("x = 'app.old'\nf('app.old')\n['app.old', 'app.old:X']\n{'app.old': 1, 'a': 'app.old.X'}"),
        [
            "1:4 - string",
            "2:2 - string",
            "3:1 - string",
            "3:12 X string",
            "4:1 - string",
            "4:20 X string",
        ],
    ),
}

#: Source -> the sites of a rule on the name ``app.old:X``.
NAMES: dict[str, tuple[str, list[str]]] = {
    "an alias of a module": (("import app.old as m\nm.X()"), ["2:0 X attribute"]),
    "a module taken from its package": (("from app import old\nold.X"), ["2:0 X attribute"]),
    "an alias of an alias": (
        ("from app import old\no=old\no.X\nX=o.X\nX()"),
        ["3:0 X attribute", "4:2 X attribute"],
    ),
    "import_module, bound": (
        ("import importlib\nm = importlib.import_module('app.old')\nm.X"),
        ["3:0 X attribute"],
    ),
    "import_module, at once": (
        ("import importlib\nimportlib.import_module('app.old').X"),
        ["2:0 X attribute"],
    ),
    "__import__, at once": ("__import__('app.old').old.X", ["1:0 X attribute"]),
    "__import__ with a fromlist, at once": (
        "__import__('app.old', fromlist=['X']).X",
        ["1:0 X attribute"],
    ),
    "__import__, bound": (
        ("m=__import__('app.old', fromlist=['x'])\nm.X\nn=__import__('app.old')\nn.old.X\nn.X"),
        ["2:0 X attribute", "4:0 X attribute"],
    ),
    "sys.modules": (("import sys\nsys.modules['app.old'].X"), ["2:0 X attribute"]),
    "sys.modules, bound": (("import sys\nm=sys.modules['app.old']\nm.X"), ["3:0 X attribute"]),
    "importorskip, bound": (
        ("import pytest\nm=pytest.importorskip('app.old')\nm.X"),
        ["3:0 X attribute"],
    ),
    "import_module, relative, bound": (
        ("import importlib\nm=importlib.import_module('.old', 'app')\nm.X"),
        ["3:0 X attribute"],
    ),
    "quoted": (
        (
            "import app.old as o\n"
            "def f(a: 'o.X', *b: 'list[o.X]') -> 'o.X | None': ...\n"
            "x: 'o.X' = 1"
        ),
        ["2:9 X attribute", "2:20 X attribute", "2:36 X attribute", "3:3 X attribute"],
    ),
    "quoted fs typed": (
        (
            "from typing import cast, Optional\n"
            "import app.old as o\n"
            "cast('o.X', 1)\n"
            "x: Optional['o.X']\n"
            "T=Optional['o.X']"
        ),
        ["3:5 X attribute", "4:12 X attribute"],
    ),
    "Literal": (("import app.old as o\nfrom typing import Literal\nx: Literal['o.X']"), []),
    "Annotated": (
        ("import app.old as o\nfrom typing import Annotated\nx: Annotated[int, 'o.X']"),
        [],
    ),
    "quoted full": (
        ("import app.old\nx: 'app.old.X'\ndef f() -> 'app.old.X': pass"),
        ["2:3 X attribute", "3:11 X attribute"],
    ),
    "quoted name from": (("from app.old import X\nx: 'X'"), ["1:0 X from"]),
    "global": (
        ("import app.old as o\ndef f():\n    global o\n    o.X\n"),
        ["4:4 f X attribute function"],
    ),
    "global2": (
        ("def g():\n    global o\n    import app.old as o\ndef f():\n    return o.X\n"),
        ["5:11 f X attribute function"],
    ),
    "global3": (
        ("def g():\n    global o\n    import app.old as o\n    o.X"),
        ["4:4 g X attribute function"],
    ),
    "nonlocal": (
        (
            "def g():\n"
            "    import app.old as o\n"
            "    def h():\n"
            "        nonlocal o\n"
            "        o.X\n"
            "        o = 1"
        ),
        ["5:8 g.h X attribute function"],
    ),
    "compr": (
        (
            "import app.old as o\n"
            "[o.X for a in b]\n"
            "[o.X for o in b]\n"
            "{o.X: 1 for b in o.X}\n"
            "[a for o in o.X]"
        ),
        ["2:1 X attribute", "4:1 X attribute", "4:17 X attribute", "5:12 X attribute"],
    ),
    "lambda": (
        ("import app.old as o\nf = lambda a=o.X: o.X\ng = lambda o: o.X"),
        ["2:13 X attribute", "2:18 X attribute"],
    ),
    "walrus": (
        "if (m := __import__('importlib').import_module('app.old')): m.X",
        ["1:60 X attribute"],
    ),
    "walrus2": (("import app.old as o\n[(o := a) for a in b]\no.X"), ["3:0 X attribute"]),
    "match": (
        (
            "import app.old as o\n"
            "match a:\n"
            "    case o.X: pass\n"
            "    case o.X(): pass\n"
            "    case {'a': o.X}: pass"
        ),
        ["3:9 X attribute", "4:9 X attribute", "5:15 X attribute"],
    ),
    "match bind": (
        ("def f(a):\n    import app.old as o\n    match a:\n        case o: pass\n    o.X"),
        ["5:4 f X attribute function"],
    ),
    "except as": (
        ("import app.old as o\ntry: pass\nexcept o.X as e: pass\nexcept Exception as o: o.X"),
        ["3:7 X attribute try"],
    ),
    "class scope": (
        (
            "import app.old as o\n"
            "class C:\n"
            "    o = 1\n"
            "    o.X\n"
            "    def f(self): return o.X\n"
            "    x = [o.X for a in b]"
        ),
        ["5:24 C.f X attribute function", "6:9 X attribute class"],
    ),
    "class scope2": (
        (
            "class C:\n"
            "    import app.old as o\n"
            "    o.X\n"
            "    def f(self): return o.X, self.o.X, C.o.X"
        ),
        ["3:4 X attribute class"],
    ),
    "deco": (
        ("import app.old as o\n@o.X\ndef f(): pass\n@o.X(1)\nclass C(o.X, metaclass=o.X): pass"),
        ["2:1 X attribute", "4:1 X attribute", "5:8 X attribute", "5:23 X attribute"],
    ),
    "default": (
        ("import app.old as o\ndef f(a=o.X, *, b=o.X): pass"),
        ["2:8 X attribute", "2:18 X attribute"],
    ),
    "default shadow": (("import app.old as o\ndef f(o=o.X): o.X"), ["2:8 X attribute"]),
    "fstring": (
        ("import app.old as o\nx = f'{o.X} and {o.X!r:>{o.X}}'"),
        ["2:7 X attribute", "2:17 X attribute", "2:25 X attribute"],
    ),
    "fstring ml": (
        ("import app.old as o\nx = f'''\n{o.X}\n  {o.X}'''"),
        ["3:1 X attribute", "4:3 X attribute"],
    ),
    "fstring nested": (
        ("import app.old as o\nx = ('a' f'ä{o.X}' 'b'\n  f'{o.X}')"),
        ["2:13 X attribute", "3:5 X attribute"],
    ),
    "fstring string": (
        ("x = f'app.old.X'\ny = f'{1}app.old.X'\nz = f'{\"app.old.X\"}'"),
        ["3:7 X string"],
    ),
    "bytes": ("x = b'app.old.X'", []),
    "wide attr": (("import app.old as o\nä = '😀', o.X"), ["2:9 X attribute"]),
    "param": (
        (
            "import app.old as o\n"
            "def f(o): return o.X\n"
            "def g(*o): return o.X\n"
            "def h(**o): return o.X\n"
            "async def k(a, /, o): o.X"
        ),
        [],
    ),
    "local": (("import app.old as o\ndef f():\n    o.X\n    o = 1"), []),
    "for": (("import app.old as o\nfor o in x: o.X"), []),
    "with": (("import app.old as o\nwith a as o: o.X"), []),
    "with2": (("import app.old as o\nwith a as (o, b): o.X"), []),
    "del": (("import app.old as o\ndel o\n"), []),
    "star assign": (("import app.old as o\n*o, = 1,\no.X"), []),
    "import shadow": (("import app.old as o\nimport json as o\no.X"), []),
    "def shadow": (("import app.old as o\ndef o(): pass\no.X"), []),
    "self": (("class C:\n    def f(self): self.old.X; self.app.old.X"), []),
    "kw": ("f(old=1); f(app=1); {'old': 1}; a.app.old.X", []),
    "assign": (
        (
            "import app.old as o\n"
            "o.X = 1\n"
            "o.X += 1\n"
            "o.X: int = 1\n"
            "del o.X\n"
            "for o.X in y: pass\n"
            "with y as o.X: pass"
        ),
        [
            "2:0 X attribute",
            "3:0 X attribute",
            "4:0 X attribute",
            "5:4 X attribute",
            "6:4 X attribute",
            "7:10 X attribute",
        ],
    ),
    "call chain": (
        ("import app.old as o\no.X().y.z\no.X[0].y\n(o).X\n(o\n .X)"),
        ["2:0 X attribute", "3:0 X attribute", "4:0 X attribute", "5:1 X attribute"],
    ),
    "getattr": (
        ("import app.old as o\ngetattr(o, 'X')\ngetattr(o, 'Y')\nhasattr(o,'X')"),
        ["2:0 X attribute"],
    ),
    "try binding": (
        ("try:\n    from app import old as o\nexcept ImportError:\n    o = None\no.X"),
        ["5:0 X attribute"],
    ),
    "if binding": (
        ("if a:\n    import json as o\nelse:\n    import app.old as o\no.X"),
        ["5:0 X attribute"],
    ),
    "star bind": (("from app import *\nold.X"), []),
    "return imported": (("import app.old as o\nreturn_ = o\ndef f():\n    return o\nf().X"), []),
    "tuple": (("import app.old as o\na, b = o, 1\na.X"), []),
    "yield/await": (
        (
            "import app.old as o\n"
            "async def f():\n"
            "    await o.X()\n"
            "    async with o.X() as x: pass\n"
            "    async for i in o.X(): yield o.X"
        ),
        [
            "3:10 f X attribute function",
            "4:15 f X attribute function",
            "5:19 f X attribute function",
            "5:32 f X attribute function",
        ],
    ),
    "class attr alias": (
        ("import app.old as o\nclass C:\n    m = o\n    x = m.X"),
        ["4:8 X attribute class"],
    ),
}

#: Strings that name a module to what resolves them, under a rule on the module ``old``.
SHORT: dict[str, tuple[str, list[str]]] = {
    "pytest_plugins": ("pytest_plugins = 'old'", ["1:17 - string"]),
    "pytest_plugins, a list": ("pytest_plugins = ['x', 'old']", ["1:23 - string"]),
    "pytest_plugins, a tuple": ("pytest_plugins = 'x', 'old.y'", ["1:22 y string"]),
    "import_module": ("import_module('old')", ["1:0 - dynamic"]),
    "import_module by name": ("import_module(name='old')", ["1:0 - dynamic"]),
    "__import__": ("__import__('old')", ["1:0 - dynamic"]),
    "a file": (
        "x = 'old.py'; y = ['old.json', 'old.toml', 'src/old.py', 'old.X']",
        ["1:57 X string"],
    ),
    "one word": ("x = 'old'; f('old'); x['old']; {'old': 1}", []),
}

#: Calls of mock and pytest, under a rule on the name ``app.old:X``.
PATCHES: dict[str, tuple[str, list[str]]] = {
    "patch": ("patch('app.old.X')", ["2:0 X string"]),
    "patch by name": ("mock.patch(target='app.old.X')", ["2:0 X string"]),
    "mocker.patch": ("mocker.patch('app.old.X.method')", ["2:0 X string"]),
    "patch.object": ("mock.patch.object(o, 'X')", ["2:0 X attribute"]),
    "patch.object by name": ("patch.object(target=o, attribute='X')", ["2:0 X attribute"]),
    "mocker.patch.object": ("mocker.patch.object(o, 'X')", ["2:0 X attribute"]),
    "spy": ("mocker.spy(o, 'X')", ["2:0 X attribute"]),
    "patch.dict": ("patch.dict('app.old.X', a=1)", ["2:0 X string"]),
    "setattr": ("monkeypatch.setattr(o, 'X', 1)", ["2:0 X attribute"]),
    "setattr by path": ("monkeypatch.setattr('app.old.X', 1)", ["2:0 X string"]),
    "delattr": ("monkeypatch.delattr(o, 'X')", ["2:0 X attribute"]),
    "attrgetter of two": ("attrgetter('Y', 'X')(o)", ["2:0 X attribute"]),
    "resolve_name": ("resolve_name('app.old:X')", ["2:0 X dynamic"]),
    "resolve_name, then": ("resolve_name('app.old').X", ["2:0 X attribute"]),
    "decorator": ("@patch('app.old.X')\ndef f(): pass", ["2:1 X string"]),
    "a name in code": ("getattr(o, f'X')", []),
    "computed": ("patch('app.' + 'old.X')", []),
    "another object": ("patch.object(p, 'X'); setattr(self.o, 'X', 1)", []),
    "another name": ("patch.object(o, 'Y'); patch('app.old.Y'); patch('app.older.X')", []),
    "to execute": (
        "exec('o.X'); eval('[o.X for o in y] + o.X')",
        ["2:0 X dynamic", "2:13 X dynamic"],
    ),
    "to execute, then": ("exec('import app.old as q; q.X'); eval('q.X')", ["2:0 X dynamic"]),
    "to execute, no code": ("exec('o. X X'); eval('o.'); exec(b'o.X')", []),
}

#: What holds a name where it is read, under a rule on the name ``app.old:X``.
BOUND: dict[str, tuple[str, list[str]]] = {
    "in a loop, set later": ("for i in y:\n    o.X\n    o = 1", ["3:4 X attribute"]),
    "in a function, set later": ("def f(): o.X\no = None", ["2:9 f X attribute function"]),
    "in a function, set before": ("import json as o\ndef f(): o.X", []),
    "its own value": ("o = o.X()\no.X", ["2:4 X attribute"]),
    "in a branch": ("if a:\n    import json as o\n    o.X\no.X", ["5:0 X attribute"]),
    "a function in a function": ("def f():\n    def o(): pass\n    def g(): o.X", []),
    "a class": ("class o: X = 1\no.X", []),
    "a default of a lambda": ("f = lambda o=o.X: o.X", ["2:13 X attribute"]),
    "a nested comprehension": (
        "[[o.X for o in o.X] for a in o.X]",
        ["2:15 X attribute", "2:29 X attribute"],
    ),
    "a name that a case gives": (
        "match y:\n    case [o, *r] if o.X: o.X\n    case _: o.X",
        ["4:12 X attribute"],
    ),
    "global at the top": ("global o\no.X", ["3:0 X attribute"]),
    "a quoted annotation in a quoted one": ("x: 'list[\"o.X\"]'", ["2:3 X attribute"]),
    "a quoted annotation, many lines": ("x: '''\n  o.X\n'''", ["2:3 X attribute"]),
    "a part of an annotation": ("def f(x: 'int' | 'o.X'): pass", ["2:17 X attribute"]),
}

#: What only a Python that has it (3.12) reads in its own place.
GENERIC = {
    "bounds": (
        (
            "import app.old as o\ndef f[T: o.X](a: T) -> T: ...\nclass C[T: o.X]: ...\n"
            "type A = o.X\ntype B[T] = list[o.X]\n"
        ),
        ["2:9 X attribute", "3:11 X attribute", "4:9 X attribute", "5:17 X attribute"],
    ),
    "shadows": (
        "import app.old as o\ndef f[o](a: o.X): o.X\nclass C[o](o.X):\n    def f(self): o.X\n",
        [],
    ),
}


@pytest.mark.parametrize("case", MODULES)
def test_uses_of_a_module(scan: Scan, case: str) -> None:
    body, expected = MODULES[case]
    assert places(scan({"t.py": f"{body}\n"}, BY_MODULE)) == expected
    assert places(scan({"t.py": body}, BY_MODULE)) == expected


@pytest.mark.parametrize("case", NAMES)
def test_uses_of_a_name(scan: Scan, case: str) -> None:
    body, expected = NAMES[case]
    assert places(scan({"t.py": f"{body}\n"}, BY_NAME)) == expected


@pytest.mark.parametrize("case", SHORT)
def test_names_of_modules(scan: Scan, case: str) -> None:
    body, expected = SHORT[case]
    assert places(scan({"t.py": f"{body}\n"}, 'deprecated = "old"')) == expected


@pytest.mark.parametrize("case", PATCHES)
def test_calls_that_take_strings(scan: Scan, case: str) -> None:
    body, expected = PATCHES[case]
    assert places(scan({"t.py": f"import app.old as o\n{body}\n"}, BY_NAME)) == expected


@pytest.mark.parametrize("case", BOUND)
def test_what_a_name_is_bound_to(scan: Scan, case: str) -> None:
    body, expected = BOUND[case]
    assert places(scan({"t.py": f"import app.old as o\n{body}\n"}, BY_NAME)) == expected


@pytest.mark.parametrize("case", GENERIC)
def test_type_parameters(scan: Scan, case: str) -> None:
    body, expected = GENERIC[case]
    found = scan({"t.py": body}, BY_NAME)
    if sys.version_info >= (3, 12):
        assert places(found) == expected
    else:
        assert [path for path, _ in found.unreadable] == ["t.py"]
