"""Files that nobody wrote by hand: deep, long, wide. None stops a scan."""

from __future__ import annotations

import pytest

from tests.source.conftest import Scan, places

RULE = 'deprecated = "app.old:X"'
USE = "import app.old as o\n"

#: Text -> how many uses are found; None: it is told as nested too deep, or the like.
SHAPES: dict[str, tuple[str, int | None]] = {
    "a sum": ("x = " + " + ".join(["o.X"] * 500), 500),
    "a sum that is too deep": ("x = " + " + ".join(["o.X"] * 10_000), None),
    "parentheses": (f"x = {'(' * 150}o.X{')' * 150}", 1),
    "too many parentheses": (f"x = {'(' * 10_000}o.X{')' * 10_000}", None),
    "too many lists": (f"x = {'[' * 10_000}o.X{']' * 10_000}", None),
    "functions": ("".join(f"{' ' * n}def f{n}():\n" for n in range(95)) + f"{' ' * 95}o.X", 1),
    "too many functions": (
        "".join(f"{' ' * n}def f{n}():\n" for n in range(1000)) + f"{' ' * 1000}o.X",
        None,
    ),
    "branches": ("if a: pass\n" + "elif o.X: pass\n" * 400, 400),
    "attributes": (f"x = o.X{'.a' * 500}", 1),
    "a long literal": (f"x = '{'a' * 10_000_000}'\no.X", 1),
    "a long docstring": (f'x = """{("a" * 99 + chr(10)) * 50_000}"""\no.X', 1),
    "many lines": ("x = 1\n" * 50_000 + "o.X", 1),
    "a wide line": (f"x = ['ä', {'o.X, ' * 5_000}]", 5_000),
    "a wide line without any": (f"x = ['ä', {'o.Y, ' * 100_000}]\no.X", 1),
    "many functions": ('def f():\n    x = 1\n    y = """d"""\n' * 10_000 + "o.X", 1),
    "many bindings": ("import app.old as o\no.X\n" * 3_000, 3_000),
    "many globals": ("def f():\n    global o\n    import app.old as o\n    o.X\n" * 1_000, 1_000),
    "a long chain of aliases": (
        "a0 = o\n" + "".join(f"a{n + 1} = a{n}\n" for n in range(200)) + "a200.X",
        1,
    ),
    "aliases of each other": ("if z: a = b\nif z: b = a\n" * 40 + "a.X\no.X", 1),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape(scan: Scan, shape: str) -> None:
    body, expected = SHAPES[shape]
    found = scan({"t.py": f"{USE}{body}\n"}, RULE)  # what is quadratic would take minutes
    if expected is None:
        assert [path for path, _ in found.unreadable] == ["t.py"]
    else:
        assert (len(places(found)), found.unreadable) == (expected, ())


def test_warnings_of_source_are_not_ours(scan: Scan, recwarn: pytest.WarningsRecorder) -> None:
    body = (
        "x = '\\d'; y = 1 is 1; z = (1)(2)\nassert (1, 'x')\neval('o.Y is 1')\nt: '1 is 1' = 0\n"
        "o.X\n"
    )
    assert places(scan({"t.py": f"{USE}{body}"}, RULE)) == ["6:0 X attribute"]
    assert len(recwarn) == 0


@pytest.mark.parametrize("body", ["# app.old", "", "\n", "\f", "'app.old'", "old = 1; X", "\\\n"])
def test_next_to_nothing(scan: Scan, body: str) -> None:
    assert places(scan({"t.py": body}, RULE, 'deprecated = "app.old"')) == []
