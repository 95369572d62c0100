"""What is left out of a file changes nothing that is found in the rest."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import pytest_ssot.source.text.trees as trees
from pytest_ssot.rules.lookup import Target
from pytest_ssot.source.file_analysis import Analysed, Analysis
from pytest_ssot.source.project.modules import Modules
from pytest_ssot.source.text.partial_text import outline_text
from tests.conftest import Project
from tests.seeds import examples

TARGETS = [Target("m", "app.old"), Target("n", "app.names:X"), Target("p", "pytest_ssot_mark")]


def found(text: str, *, whole: bool) -> Analysed:
    looked = Analysis(Modules(Path("/nowhere")), TARGETS)
    with warnings.catch_warnings(), pytest.MonkeyPatch.context() as patch:
        warnings.simplefilter("ignore")
        if whole:
            patch.setattr(trees, "outline_text", lambda text, lines: None)
        return looked.analyse_file("t.py", text.encode())


LONG = "def f():\n    a\n    b\n"
USE = "import app.names as o\no.X\n"

#: Texts in which a definition only seems to be one, or matters outside of itself.
TRAPS = {
    "text at the margin of a string": f's = """\n{LONG}"""\n{USE}',
    "text at the margin of a string in a function": f"def g():\n    s = '''\n{LONG}'''\n{USE}",
    "quotes of the other kind": f"def g():\n    ''' it's \"\"\" '''\n    x = '''\n{LONG}'''\n{USE}",
    "quotes in a comment": f'def g():\n    a  # """\n    s = """\n{LONG}"""\n{USE}',
    "quotes in a string": f'def g():\n    a = \'"""\'\n    s = """\n{LONG}"""\n{USE}',
    "a string that goes on": f'{USE}def g():\n    s = "abc\\\no = 1 # "\n    b\no.X\n',
    "brackets at the margin": f"y = f(1,\n  2,\no = [\n  1,\n  2,\n],\n)\n{USE}",
    "no newline at the end": "def f():\n    a\n    b\n    import app.old",
    "a name set behind a semicolon": f"{USE}x = [\n  1,\n]; o = 1\no.X\n",
    "two names set": f"{USE}x = o = [\n  1,\n  2,\n]\no.X\n",
    "a name in brackets": f"{USE}x = [\n  1,\n  2,\n]\n(o, p) = 1, 2\no.X\n",
    "a name in a target": f"{USE}(o,\n p,\n q) = x\no.X\n",
    "a star": f"{USE}{LONG}*o, p = x\no.X\n",
    "a walrus": f"{USE}x = [\n  1,\n  (o := 2),\n]\no.X\n",
    "a walrus in a default": f"{USE}def g(\n  a=(o := 2),\n): pass\no.X\n",
    "a form feed": f"{USE}{LONG}\fo = 1\no.X\n",
    "a global": f"import app.names as a\no = 1\ndef g():\n    global o\n    o = a\n    b\n{USE}",
    "marks": f"pytestmark = [\n  mark.slow,\n  mark.fast,\n]\n{LONG}import app.old\n",
    "a decorated function": f"@a\n@b\n{LONG}import app.old\n@c(\n  1\n)\n{LONG}",
    "clauses": f"try:\n  a\nexcept A:\n  {USE[:-5]}finally:\n  b\n  c\nx = [\n 1,\n 2,\n]\n{USE}",
    "only a comment": "# app.old",
    "nothing at the margin": "  # app.old\n\n",
    "indented": "  import app.old\n",
    "a continued line": f"x = [\n1,\n2,\n] + \\\ny\n{USE}",
    "a shadow that is defined": "import app.names as o\ndef o():\n    a\n    b\nx = o.X\n",
}


@pytest.mark.parametrize("trap", TRAPS)
def test_a_trap(trap: str) -> None:
    assert found(TRAPS[trap], whole=False) == found(TRAPS[trap], whole=True)


def test_what_matters_stays() -> None:
    text = (
        f'{LONG}{USE}class C:\n    """x"""\n    def f(self): pass\nx = {{\n  1: 2,\n  3: 4,\n}}\n'
    )
    assert outline_text(text, [4, 5]) == f"f = 0\n\n\n{USE}C = 0\n\n\nx = 0\n\n\n\n"


PIECES = st.sampled_from(
    [
        *(
            "import app.old\n",
            "import app.names as o\n",
            "o.X\n",
            "o = 1\n",
            "x = [\n 1,\n 2,\n]\n",
        ),
        *(
            '"""\n',
            "'''\n",
            '# it\'s """\n',
            LONG,
            "class C:\n    o = 1\n    def f(self):\n",
            "\f\n",
        ),
        *("        o.X\n", "    import app.names as o\n", "@o.X\n", "def g(o):\n", "    '''d'''\n"),
        *(
            '    x = \'"""\'\n',
            "(o, p) = 1, 2\n",
            "    global o\n",
            's = "a\\\n',
            'b"\n',
            ")\n",
            "f(\n",
        ),
        *(
            "    return o.X\n",
            "else:\n",
            "if a:\n",
            "    pass\n",
            "async def h():\n",
            "\\\n",
            "]\n",
        ),
    ]
)


@settings(max_examples=examples(100), suppress_health_check=list(HealthCheck))
@given(st.lists(PIECES, max_size=14))
def test_what_is_left_out_changes_nothing(pieces: Sequence[str]) -> None:
    text = "".join(pieces)
    whole = found(text, whole=True)
    if whole.error is None:
        assert found(text, whole=False) == whole


@pytest.mark.parametrize(
    "text",
    ["", "\n", "# a.old alone\n", '"""A docstring that speaks of a.old."""\n', "    \n\t# a.old"],
)
def test_a_file_without_statements_at_the_margin_is_left_alone(text: str) -> None:
    assert outline_text(text, [1]) is None


def test_definitions_that_hold_no_line_of_interest_keep_their_lines() -> None:
    text = "import a\n\n\ndef one():\n    x = 1\n    return x\n\n\na.old()\n"
    outline = outline_text(text, [9])

    assert outline is not None
    assert "return" not in outline
    assert ast.dump(ast.parse(outline).body[-1], include_attributes=True) == ast.dump(
        ast.parse(text).body[-1], include_attributes=True
    )


def test_a_file_that_is_all_docstring_does_not_stop_the_scan(project: Project) -> None:
    project.configure(tables='[[tool.pytest-ssot.rules]]\ndeprecated = "app.old"')
    project.write(
        {
            "app/__init__.py": '"""What is left of app.old."""\n',
            "app/a.py": "import app.old\n",
        }
    )
    result = project.command("check", "--no-cache")

    assert result.ret == 1
    assert [line.partition(" ")[0] for line in result.outlines] == ["app/a.py:1:0:"]
