"""The names that an import binds, and where it takes each from."""

from __future__ import annotations

import ast

import pytest

from pytest_ssot.syntax.imports import list_taken_names

#: A statement in the package ``p.q``, which is ``src.p.q`` too: names, and their sources.
TAKEN = {
    "import a": ["a = a"],
    "import a.b": ["a = a"],
    "import a.b as c, d": ["c = a.b", "d = d"],
    "from a.b import c, d as e": ["c = a.b:c", "e = a.b:d"],
    "from a import *": ["* = a:*"],
    "from . import a": ["a = p.q:a"],
    "from .a import b": ["b = p.q.a:b"],
    "from .. import a": ["a = p:a"],
    "from ... import a": ["a = src:a"],
    "from .... import a": [],
}


@pytest.mark.parametrize("text", TAKEN)
def test_what_an_import_takes(text: str) -> None:
    (node,) = ast.parse(text).body
    assert isinstance(node, ast.Import | ast.ImportFrom)
    told = []
    for bound, module, name in list_taken_names(node, ["p.q", "src.p.q"]):
        told.append(f"{bound} = {module}{'' if name is None else f':{name}'}")
    assert told == TAKEN[text]
