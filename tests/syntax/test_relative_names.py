"""Where a relative import leads, beside what the import system itself says."""

from __future__ import annotations

import ast
from importlib.util import resolve_name

import pytest

from pytest_ssot.syntax.relative_names import resolve_modules, resolve_relative, split_dots

#: A statement in the package ``a.b``, and the module that it takes from.
LEADS = {
    "from x.y import z": "x.y",
    "from . import z": "a.b",
    "from .x import z": "a.b.x",
    "from .. import z": "a",
    "from ..x.y import z": "a.x.y",
    "from ... import z": None,
    "from ...x import z": None,
    "from .... import z": None,
    "from .....x import z": None,
}


@pytest.mark.parametrize("text", LEADS)
def test_where_an_import_leads(text: str) -> None:
    (node,) = ast.parse(text).body
    assert isinstance(node, ast.ImportFrom)
    expected = LEADS[text]
    assert resolve_modules(node, ["a.b"]) == ([] if expected is None else [expected])


@pytest.mark.parametrize("text", [text for text in LEADS if "from ." in text])
def test_it_leads_where_python_goes(text: str) -> None:
    name = text.split()[1]
    if LEADS[text] is None:
        with pytest.raises(ImportError):
            resolve_name(name, "a.b")
    else:
        assert [resolve_name(name, "a.b").rstrip(".")] == resolve_relative(
            ["a.b"], *split_dots(name)
        )


def test_a_file_that_goes_by_several_names() -> None:
    assert resolve_relative(["a.b", "src.a.b", "b"], 2, "x") == ["a.x", "src.a.x"]
    assert resolve_relative(["a.b", "src.a.b"], 0, "x") == ["x"]


def test_a_file_in_no_package() -> None:
    assert resolve_relative([], 1, "x") == []
    assert resolve_relative([""], 1, "x") == []
    assert resolve_relative([""], 0, "x") == ["x"]
