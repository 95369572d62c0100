"""Modules that pass a target on: who takes it from them is found, with the way it came."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from pytest_ssot.policy.run.inventory import take_inventory
from pytest_ssot.rules.configured import load_configured
from pytest_ssot.source import index
from tests.source.conftest import Scan, places

BY_MODULE, BY_NAME = 'deprecated = "app.old"', 'deprecated = "app.old:X"'

#: Files, rules -> the sites.
PASSED_ON: dict[str, tuple[dict[str, str], tuple[str, ...], list[str]]] = {
    "init": (
        {
            "pkg/__init__.py": "from app.old import X\n",
            "t.py": "from pkg import X\nimport pkg\npkg.X\nimport pkg as p\np.X()\n",
        },
        (BY_MODULE,),
        [
            "pkg/__init__.py:1:0 X from",
            "1:0 X from via pkg/__init__.py:1",
            "3:0 X attribute via pkg/__init__.py:1",
            "5:0 X attribute via pkg/__init__.py:1",
        ],
    ),
    "init rel": (
        {
            "app/__init__.py": "from .old import X\n",
            "t.py": "from app import X\nimport app\napp.X\n",
        },
        (BY_MODULE,),
        [
            "app/__init__.py:1:0 X from",
            "1:0 X from via app/__init__.py:1",
            "3:0 X attribute via app/__init__.py:1",
        ],
    ),
    "init rel N": (
        {
            "app/__init__.py": "from .old import X\n",
            "t.py": "from app import X\nimport app\napp.X\n",
        },
        (BY_NAME,),
        [
            "app/__init__.py:1:0 X from",
            "1:0 X from via app/__init__.py:1",
            "3:0 X attribute via app/__init__.py:1",
        ],
    ),
    "as": (
        {
            "pkg/__init__.py": "from app.old import X as Y\n",
            "t.py": "from pkg import Y\nfrom pkg import X\n",
        },
        (BY_MODULE,),
        ["pkg/__init__.py:1:0 X from", "1:0 X from via pkg/__init__.py:1"],
    ),
    "star": (
        {
            "pkg/__init__.py": "from app.old import *\n",
            "t.py": "from pkg import X, make, _P\nfrom pkg import *\n",
        },
        (BY_MODULE,),
        [
            "pkg/__init__.py:1:0 * star",
            "1:0 X from via pkg/__init__.py:1",
            "1:0 make from via pkg/__init__.py:1",
            "2:0 X star via pkg/__init__.py:1",
            "2:0 make star via pkg/__init__.py:1",
        ],
    ),
    "star all": (
        {
            "app/old.py": '__all__ = ["make"]\nX=1\ndef make(): pass\n',
            "pkg/__init__.py": "from app.old import *\n",
            "t.py": "from pkg import X, make\nfrom pkg import *\n",
        },
        (BY_MODULE,),
        [
            "pkg/__init__.py:1:0 * star",
            "1:0 make from via pkg/__init__.py:1",
            "2:0 make star via pkg/__init__.py:1",
        ],
    ),
    "star all N": (
        {
            "app/old.py": '__all__ = ["make"]\nX=1\ndef make(): pass\n',
            "pkg/__init__.py": "from app.old import *\n",
            "t.py": "from pkg import X, make\nfrom pkg import *\n",
        },
        (BY_NAME,),
        [],
    ),
    "all +=": (
        {
            "app/old.py": '__all__ = ["make"]\n__all__ += ["X"]\nX=1\ndef make(): pass\n',
            "pkg/__init__.py": "from app.old import *\n",
            "t.py": "from pkg import X, make\n",
        },
        (BY_MODULE,),
        [
            "pkg/__init__.py:1:0 * star",
            "1:0 X from via pkg/__init__.py:1",
            "1:0 make from via pkg/__init__.py:1",
        ],
    ),
    "all ext": (
        {
            "app/old.py": (
                "__all__: list[str] = []\n"
                '__all__.extend(("X",))\n'
                '__all__.append("make")\n'
                "X=1\n"
                "def make(): pass\n"
            ),
            "pkg/__init__.py": "from app.old import *\n",
            "t.py": "from pkg import X, make\n",
        },
        (BY_MODULE,),
        [
            "pkg/__init__.py:1:0 * star",
            "1:0 X from via pkg/__init__.py:1",
            "1:0 make from via pkg/__init__.py:1",
        ],
    ),
    "all empty": (
        {
            "app/old.py": "__all__ = []\nX=1\n",
            "pkg/__init__.py": "from app.old import *\n",
            "t.py": "from pkg import X, make\n",
        },
        (BY_MODULE,),
        ["pkg/__init__.py:1:0 * star"],
    ),
    "all other": (
        {
            "app/old.py": (
                "from . import _impl\n"
                '__all__ = ["A"] + _impl.__all__\n'
                "from ._impl import *\n"
                "from ._impl import _B\n"
            ),
            "app/_impl.py": '__all__ = ["_C", "D"]\n_C=D=1\n',
            "pkg/__init__.py": "from app.old import *\n",
            "t.py": "from pkg import _C, D, A, _B\n",
        },
        (BY_MODULE,),
        [
            "pkg/__init__.py:1:0 * star",
            "1:0 A from via pkg/__init__.py:1",
            "1:0 D from via pkg/__init__.py:1",
        ],
    ),
    "star chain": (
        {
            "a.py": "from app.old import X\n",
            "b.py": "from a import *\n",
            "t.py": "from b import X\n",
        },
        (BY_MODULE,),
        ["a.py:1:0 X from", "b.py:1:0 X star via a.py:1", "1:0 X from via b.py:1 via a.py:1"],
    ),
    "star chain N": (
        {
            "a.py": "from app.old import X\n",
            "b.py": "from a import *\n",
            "t.py": "from b import X\n",
        },
        (BY_NAME,),
        ["a.py:1:0 X from", "b.py:1:0 X star via a.py:1", "1:0 X from via b.py:1 via a.py:1"],
    ),
    "rel star chain": (
        {
            "pkg/__init__.py": "from app.old import X\n",
            "pkg/b.py": "from . import *\n",
            "t.py": "from pkg.b import X\n",
        },
        (BY_NAME,),
        [
            "pkg/__init__.py:1:0 X from",
            "pkg/b.py:1:0 X star via pkg/__init__.py:1",
            "1:0 X from via pkg/b.py:1 via pkg/__init__.py:1",
        ],
    ),
    "rel star name rule pkg": (
        {"app/__init__.py": "Old = 1\n", "app/b.py": "from . import *\n"},
        ('deprecated = "app:Old"',),
        ["app/b.py:1:0 Old star"],
    ),
    "cycle": (
        {
            "a.py": "from app.old import X\nfrom b import *\n",
            "b.py": "from a import *\nfrom app.old import make\n",
            "t.py": "from b import X, make\nfrom a import X, make\n",
        },
        (BY_MODULE,),
        [
            "a.py:1:0 X from",
            "a.py:2:0 X star via b.py:1 via a.py:1",
            "a.py:2:0 make star via b.py:2",
            "b.py:1:0 X star via a.py:1",
            "b.py:2:0 make from",
            "1:0 X from via b.py:1 via a.py:1",
            "1:0 make from via b.py:2",
            "2:0 X from via a.py:1",
            "2:0 make from via a.py:2 via b.py:2",
        ],
    ),
    "cycle2": (
        {
            "a.py": "from b import X\n",
            "b.py": "from a import X\n",
            "c.py": "from app.old import X\n",
        },
        (BY_MODULE,),
        ["c.py:1:0 X from"],
    ),
    "re re": (
        {
            "a.py": "from app.old import X as A\n",
            "b.py": "from a import A as B\n",
            "c.py": "import b\nb.B\n",
            "t.py": "from b import B\n\ndef f(): B\n",
        },
        (BY_MODULE,),
        [
            "a.py:1:0 X from",
            "b.py:1:0 X from via a.py:1",
            "c.py:2:0 X attribute via b.py:1 via a.py:1",
            "1:0 X from via b.py:1 via a.py:1",
        ],
    ),
    "canonical": (
        {
            "app/new.py": "from app.old import X\nfrom app.old import make\n",
            "t.py": "from app.new import X\n",
        },
        ('deprecated = "app.old"\nuse = "app.new"',),
        ["app/new.py:1:0 X from", "app/new.py:2:0 make from"],
    ),
    "stub y as y": (
        {
            "a.pyi": "from app.old import X as X\nfrom app.old import make\n",
            "t.py": "from a import X, make\n",
        },
        (BY_MODULE,),
        [
            "a.pyi:1:0 X from type-checking",
            "a.pyi:2:0 make from type-checking",
            "1:0 X from via a.pyi:1",
        ],
    ),
    "stub": (
        {"t.pyi": "import app.old\n"},
        (BY_MODULE,),
        ["t.pyi:1:0 - import type-checking"],
    ),
    "typed reexp": (
        {
            "a.py": (
                "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from app.old import X\n"
            ),
            "t.py": "from a import X\n",
        },
        (BY_MODULE,),
        ["a.py:3:4 X from type-checking"],
    ),
    "try reexp": (
        {
            "a.py": "try:\n    from app.old import X\nexcept ImportError:\n    X = None\n",
            "t.py": "from a import X\n",
        },
        (BY_MODULE,),
        ["a.py:2:4 X from try", "1:0 X from via a.py:2"],
    ),
    "func reexp": (
        {"a.py": "def f():\n    from app.old import X\n", "t.py": "from a import X\n"},
        (BY_MODULE,),
        ["a.py:2:4 f X from function"],
    ),
    "overridden": (
        {"a.py": "from app.old import X\nX = 3\n", "t.py": "from a import X\n"},
        (BY_MODULE,),
        ["a.py:1:0 X from"],
    ),
    "module reexp": (
        {
            "a.py": "import app.old as o\nfrom app import old\n",
            "t.py": "from a import o, old\nimport a\na.o.X\na.old.make\n",
        },
        (BY_MODULE,),
        [
            "a.py:1:0 - import",
            "a.py:2:0 - from",
            "1:0 - from via a.py:1",
            "3:0 - attribute via a.py:1",
            "4:0 - attribute via a.py:2",
        ],
    ),
    "module reexp N": (
        {
            "a.py": "import app.old as o\nfrom app import old\n",
            "t.py": "from a import o\no.X\nimport a\na.old.X\n",
        },
        (BY_NAME,),
        [],
    ),
    "plain import reexp": (
        {
            "a.py": "import app.old\n",
            "t.py": "import a\na.app.old.X\nfrom a import app\napp.old.X\n",
        },
        (BY_MODULE,),
        ["a.py:1:0 - import"],
    ),
    "assign reexp": (
        {
            "a.py": "from app import old\nX = old.X\nfrom app.old import make\nmk = make\n",
            "t.py": "from a import X, mk\n",
        },
        (BY_MODULE,),
        ["a.py:1:0 - from", "a.py:3:0 make from"],
    ),
    "assign reexp N": (
        {"a.py": "from app import old\nX = old.X\n", "t.py": "from a import X\n"},
        (BY_NAME,),
        ["a.py:2:4 X attribute"],
    ),
    "assign reexp N2": (
        {"a.py": "from app.old import X\nY = X\n", "t.py": "from a import Y\n"},
        (BY_NAME,),
        ["a.py:1:0 X from"],
    ),
    "string": (
        {
            "a.py": "from app.old import X\n",
            "t.py": (
                'from unittest import mock\nmock.patch("a.X")\nx = "a:X"\nmock.patch("a.X.foo")\n'
            ),
        },
        (BY_MODULE,),
        [
            "a.py:1:0 X from",
            "2:0 X string via a.py:1",
            "3:4 X string via a.py:1",
            "4:0 X string via a.py:1",
        ],
    ),
    "patch obj": (
        {
            "a.py": "from app.old import X\n",
            "t.py": 'import a\nmp.setattr(a, "X", 1)\npatch.object(a, "X")\n',
        },
        (BY_MODULE,),
        ["a.py:1:0 X from", "2:0 X attribute via a.py:1", "3:0 X attribute via a.py:1"],
    ),
    "allowed": (
        {
            "a.py": "from app.old import X\n",
            "b.py": "from a import X\n",
            "t.py": "from b import X\nfrom a import X\n",
        },
        ('deprecated = "app.old"\nallow-from=["a"]',),
        [
            "a.py:1:0 X from allowed",
            "b.py:1:0 X from via a.py:1 allowed",
            "1:0 X from via b.py:1 via a.py:1 allowed",
            "2:0 X from via a.py:1 allowed",
        ],
    ),
    "getattr pep562": (
        {
            "a.py": "def __getattr__(n):\n    from app import old\n    return getattr(old, n)\n",
            "t.py": "from a import X\n",
        },
        (BY_MODULE,),
        ["a.py:2:4 __getattr__ - from function"],
    ),
    "src layout": (
        {
            "src/lib/__init__.py": "",
            "src/lib/a.py": "from app.old import X\n",
            "src/lib/b.py": "from .a import X\n",
            "t.py": "from lib.a import X\n",
        },
        (BY_MODULE,),
        [
            "src/lib/a.py:1:0 X from",
            "src/lib/b.py:1:0 X from via src/lib/a.py:1",
            "1:0 X from via src/lib/a.py:1",
        ],
    ),
    "local name decoy": (
        {
            "a.py": "from app.old import X\n",
            "t.py": "import a\ndef f(a): return a.X\nclass Q:\n    X=1\nQ.X\n",
        },
        (BY_MODULE,),
        ["a.py:1:0 X from"],
    ),
    "same last": (
        {
            "other/a.py": "X=1\n",
            "pkg/a.py": "from app.old import X\n",
            "t.py": "from other.a import X\nfrom pkg.a import X\n",
        },
        (BY_MODULE,),
        ["pkg/a.py:1:0 X from", "2:0 X from via pkg/a.py:1"],
    ),
    "conditional": (
        {
            "a.py": (
                "import sys\n"
                "if sys.version_info > (3,):\n"
                "    from app.old import X\n"
                "else:\n"
                "    X = None\n"
            ),
            "t.py": "from a import X\n",
        },
        (BY_MODULE,),
        ["a.py:3:4 X from", "1:0 X from via a.py:3"],
    ),
    "from pkg import submodule reexp": (
        {
            "pkg/__init__.py": "from .sub import X\n",
            "pkg/sub.py": "from app.old import X\n",
            "t.py": "from pkg import X\nfrom pkg.sub import X\n",
        },
        (BY_MODULE,),
        [
            "pkg/__init__.py:1:0 X from via pkg/sub.py:1",
            "pkg/sub.py:1:0 X from",
            "1:0 X from via pkg/__init__.py:1 via pkg/sub.py:1",
            "2:0 X from via pkg/sub.py:1",
        ],
    ),
    "two rules": (
        {"a.py": "from app.old import X\n", "t.py": "from a import X\n"},
        (BY_MODULE, BY_NAME),
        ["a.py:1:0 X from", "1:0 X from via a.py:1"],
    ),
    "reexp of sub": (
        {"a.py": "from app.old import *\n", "t.py": "import a\na.X; a.make(); a._P; a.json\n"},
        (BY_MODULE,),
        ["a.py:1:0 * star", "2:0 X attribute via a.py:1", "2:5 make attribute via a.py:1"],
    ),
    "script": (
        {
            "bin/run": "#!/usr/bin/env python3\nimport app.old\n",
            "bin/no": "#!/bin/sh\nimport app.old\n",
            "x.txt": "import app.old\n",
        },
        (BY_MODULE,),
        ["bin/run:2:0 - import"],
    ),
    "pyw": (
        {"x.pyw": "import app.old\n"},
        (BY_MODULE,),
        ["x.pyw:1:0 - import"],
    ),
    "rel in script": (
        {
            "app/sub/__init__.py": "from ..old import X\nfrom .. import old\nfrom ... import old\n",
            "app/sub/m.py": "from ..old import X\n",
        },
        (BY_MODULE,),
        [
            "app/sub/__init__.py:1:0 X from",
            "app/sub/__init__.py:2:0 - from",
            "app/sub/m.py:1:0 X from",
        ],
    ),
    "ns pkg rel": (
        {"ns/a.py": "from .old import X\n", "ns/old.py": "X=1\n"},
        ('deprecated = "ns.old"',),
        ["ns/a.py:1:0 X from"],
    ),
    "no space": (
        {
            "app/u.py": (
                "from.old import X\nfrom . import(old)\nfrom\t.\told import X\n"
                "from \\\n . import old\n"
            )
        },
        (BY_MODULE,),
        [
            "app/u.py:1:0 X from",
            "app/u.py:2:0 - from",
            "app/u.py:3:0 X from",
            "app/u.py:4:0 - from",
        ],
    ),
    "no space reexp": (
        {
            "app/__init__.py": "from .old import X\n",
            "app/u.py": "from.import X\n",
            "app/v.py": "from  . import X\n",
        },
        (BY_NAME,),
        [
            "app/__init__.py:1:0 X from",
            "app/u.py:1:0 X from via app/__init__.py:1",
            "app/v.py:1:0 X from via app/__init__.py:1",
        ],
    ),
}


def test_an_edit_of_what_a_star_takes_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "_YOUNG", -60 * 10**9)  # files that are young are read anyway

    def write(name: str, text: str) -> None:
        (tmp_path / name).write_text(text, "utf-8")

    def found(*, cache: bool) -> list[str]:
        return places(
            take_inventory(load_configured(tmp_path, {}, {}), datetime.date.today(), cache=cache)
        )

    write("pyproject.toml", f"[tool.pytest-ssot]\n[[tool.pytest-ssot.rules]]\n{BY_MODULE}\n")
    write("pkg.py", "from app.old import X\n")
    write("t.py", "from pkg import *\n")
    assert found(cache=True) == ["pkg.py:1:0 X from", "1:0 X star via pkg.py:1"]
    write("pkg.py", "from app.old import X\n__all__ = []\n")
    assert found(cache=True) == found(cache=False) == ["pkg.py:1:0 X from"]


@pytest.mark.parametrize("case", PASSED_ON)
def test_what_is_passed_on(scan: Scan, case: str) -> None:
    files, rules, expected = PASSED_ON[case]
    assert places(scan(files, *rules)) == expected
