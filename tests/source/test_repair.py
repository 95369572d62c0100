"""What does not parse is made to, with its lines and what can be kept of its statements."""

from __future__ import annotations

import ast
import importlib.resources
import sys
import warnings

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from pytest_ssot.source.text.reading import decode_source
from pytest_ssot.source.text.repair import repair_text
from tests.seeds import examples

#: Of all kinds, and small enough to be parsed a hundred times.
MODULES = [
    decode_source(data)
    for package in ("asyncio", "collections", "email", "html", "json", "logging", "unittest")
    for file in sorted(importlib.resources.files(package).iterdir(), key=lambda file: file.name)
    if file.name.endswith(".py") and 1_000 < len(data := file.read_bytes()) < 12_000
]
QUICK = settings(max_examples=examples(15), suppress_health_check=list(HealthCheck))


def parses(text: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a stray backslash is no error
        try:
            ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True


def imports(text: str) -> set[tuple[int, int, str]]:
    nodes = [
        one for one in ast.walk(ast.parse(text)) if isinstance(one, ast.Import | ast.ImportFrom)
    ]
    return {(node.lineno, node.col_offset, ast.unparse(node)) for node in nodes}


def excepted(written: str) -> str:
    """Since 3.14 these are types, without brackets."""
    return f"except {written}" if sys.version_info >= (3, 14) else f"except({written})"


#: What was written, and what is read in its place.
REPAIRS = {
    "print": ('print "x" % a.b, c\n', 'print("x" % a.b, c)\n'),
    "print to a file": ("print >>f, 'x' % a\nprint 'y'\n", "print >>f, 'x' % a\nprint('y')\n"),
    "print in a line": ("import a; print 'x'; import b\n", "import a; print('x'); import b\n"),
    "except": (
        "try:\n    import a\nexcept (A, B), e:\n    raise E, 'x'\n",
        f"try:\n    import a\n{excepted('(A, B), e')}:\n    raise(E, 'x')\n",
    ),
    "except two": (
        "try:\n    import a\nexcept A, b:\n    import c\nx x\n",
        f"try:\n    import a\n{excepted('A, b')}:\n    import c\npass\n",
    ),
    "backticks": ("x = `a.b`\n", "x = (a.b)\n"),
    "exec": ("exec 'x' in y\n", "exec('x' in y)\n"),
    "numbers": ("f(0777, 10L, 0x1fl, a)\n", "f( 777, 10 , 0x1f , a)\n"),
    "unequal": ("if a <> b:\n    import c\n", "if a != b:\n    import c\n"),
    "literals": ("x = f(ur'a', a.b)\n", "x = f( r'a', a.b)\n"),
    "half a function": (
        "class A:\n    def f(:\n        import a\n    def g(self):\n        import b\n",
        "class A:\n    def f():\n        import a\n    def g(self):\n        import b\n",
    ),
    "half a class": ("class A(B\n    import a\n", "class A:\n    import a\n"),
    "no colon": (
        "if a.b\n    import a\nelse\n    import b\n",
        "if a.b:\n    import a\nelse:\n    import b\n",
    ),
    "half a condition": (
        "if a.:\n    import a\nelif (:\n    import b\n",
        "if 1:\n    import a\nelif 1:\n    import b\n",
    ),
    "no block": (
        "def f():  # x\nimport a\nclass B:",
        "def f(): pass  # x\nimport a\nclass B: pass",
    ),
    "no clause": ("try:\n    import a\nimport b\n", "if 1:\n    import a\nimport b\n"),
    "a clause alone": ("import a\nelse:\n    import b\n", "import a\nif 1:\n    import b\n"),
    "a decorator alone": ("@a.b\nimport c\n", "pass\nimport c\n"),
    "a case alone": (
        "x x\ncase = 1\ncase 1:\n    import a\n",
        "pass\ncase = 1\nif 1:\n    import a\n",
    ),
    "a match without cases": (
        "match a:\n    import b\n    case 1:\n        import c\nx x\n",
        "if 1:\n    import b\n    if 1:\n        import c\npass\n",
    ),
    "a match with more than cases": (
        "match a:\n    case 1:\n        import b\n    case 2: pass\n    import c\n",
        "if 1:\n    if 1:\n        import b\n    pass\n    import c\n",
    ),
    "two kinds of except": (
        "try:\n    import a\nexcept* A:\n    import b\nexcept B:\n    import c\n",
        "try:\n    import a\nexcept* A:\n    import b\nif 1:\n    import c\n",
    ),
    "an open bracket": ("x = f(a,\n\nimport b\n", "pass\n\nimport b\n"),
    "an open bracket within": (
        "def f():\n    g(a,\n    return b\n\ndef h():\n    import c\n",
        "def f():\n    pass\n    return b\n\ndef h():\n    import c\n",
    ),
    "too many": ("x = f(a))\nimport b\n", "pass\nimport b\n"),
    "an open string": ("x = 'abc\nimport b\n", "pass\nimport b\n"),
    "an open text": ("import a\nx = '''abc\nimport b\n", "import a\npass\nimport b\n"),
    "a conflict": (
        "<<<<<<< HEAD\nimport a\n||||||| base\nimport o\n=======\nimport b\n>>>>>>> topic\n",
        "\nimport a\n\nimport o\n\nimport b\n\n",
    ),
    "a conflict within": (
        "from a import (\n<<<<<<< HEAD\n    b,\n=======\n    c,\n>>>>>>> topic\n)\n",
        "from a import (\n\n    b,\n\n    c,\n\n)\n",
    ),
    "indented at once": ("    import a\nimport b\n", "import a\nimport b\n"),
    "indented for nothing": (
        "def f():\n    import a\n        import b\n    import c\n",
        "def f():\n    import a\n    import b\n    import c\n",
    ),
    "dedented to nowhere": (
        "def f():\n        import a\n    import b\nimport c\n",
        "def f():\n        import a\nimport b\nimport c\n",
    ),
    "tabs and blanks": (
        "if a:\n        import b\n\timport c\nimport d\n",
        "if a:\n        import b\n        import c\nimport d\n",
    ),
    "NUL": ("x = '\0'\nimport a\n", "x = ' '\nimport a\n"),
    "lost bytes": ("x = \ufffd\nimport a\ny = '\ufffd'\n", "pass\nimport a\ny = '\ufffd'\n"),
    "no final newline": ("x x\nimport a", "pass\nimport a"),
    "several lines": ("x = (a b\n  # c\n  d)\nimport e\n", "pass\n\n\nimport e\n"),
}
#: For Pythons before the one in the key.
NEWER = {
    (3, 15): ("lazy import a.b\nlazy from c import d\n", "import a.b\nfrom c import d\n"),
    (3, 14): (
        "try:\n    x = t'{a.b}' + rt'{c}'\nexcept A, B:\n    import d\n",
        "try:\n    x = f'{a.b}' + rf'{c}'\nexcept(A, B):\n    import d\n",
    ),
    (3, 13): ("def f[T = int](a: T):\n    import b\n", "def f         (a: T):\n    import b\n"),
    (3, 12): (
        "type A[T] = list[T]\nclass B[T: C](D):\n    import e\nx = f'{a['b']}'\n",
        "A[T] = list[T]\nclass B      (D):\n    import e\npass\n",
    ),
}


@pytest.mark.parametrize("name", REPAIRS)
def test_what_is_read_in_place_of_what_does_not_parse(name: str) -> None:
    written, read = REPAIRS[name]
    assert repair_text(written) == read
    assert parses(read)


@pytest.mark.parametrize("version", NEWER)
def test_what_a_newer_python_reads(version: tuple[int, int]) -> None:
    written, read = NEWER[version]
    assert repair_text(written) == (written if sys.version_info >= version else read)


@pytest.mark.parametrize("end", ["", "x x\n", "def f(:\n"])
def test_deep_nesting_is_no_error(end: str) -> None:
    nested = "".join(f"{' ' * depth}if 1:\n" for depth in range(150))
    for text in ("(" * 100_000, f"x = {'-' * 200_000}1", nested, "a" + ".b" * 100_000):
        found = repair_text(f"{text}\nimport z\n{end}")
        assert found is not None
        assert (found.count("\n"), "import z" in found) == (f"{text}\n\n{end}".count("\n"), True)


def test_a_long_file_for_python_2_takes_few_times_its_parsing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parsed: list[int] = []
    parse = ast.parse

    def counted(text: str) -> ast.Module:
        parsed.append(len(text))
        return parse(text)

    monkeypatch.setattr(ast, "parse", counted)
    function = (
        "    def f(self):\n        print 'x'\n        try:\n            import a\n"
        "        except A, e:\n            raise E, 'x'\n        return `a`\n\n\n"
    )
    text = "class C(object):\n" + function * 1000
    found = repair_text(text)
    assert found is not None
    assert len(imports(found)) == 1000
    assert sum(parsed) < 15 * len(text)


@QUICK
@given(st.sampled_from(MODULES))
def test_what_parses_is_not_touched(text: str) -> None:
    assert repair_text(text) is text


INSERTED = st.sampled_from(
    [
        *"()[]{}\"'\n\t :#\\@,.=`é",
        '"""',
        "def ",
        "else:\n",
        "try:\n",
        "import ",
        "\n\t",
        "\n   ",
        "\f",
    ]
)
MUTATIONS = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 60), INSERTED | st.none()),
    min_size=1,
    max_size=5,
)


@QUICK
@given(st.sampled_from(MODULES), MUTATIONS)
def test_whatever_was_done_to_a_file_it_parses(
    text: str, mutations: list[tuple[float, int, str | None]]
) -> None:
    for where, length, inserted in mutations:
        place = int(where * len(text))
        # inserted, or else this much is there twice, or is gone
        middle = text[place : place + length] * 2 if length % 2 else ""
        skipped = 0 if inserted else length
        text = text[:place] + (inserted or middle) + text[place + skipped :]
    found = repair_text(text)
    assert found is not None
    assert parses(found)
    assert found.count("\n") == text.count("\n")


@QUICK
@given(st.text(st.sampled_from("\n\n  \t\f\\()[]'\"#:;,.=@aif01é\0"), max_size=60))
def test_any_text_parses(text: str) -> None:
    found = repair_text(text)
    assert found is not None
    assert parses(found)
    assert found.count("\n") == text.count("\n")


WHOLE = [
    "import a.b\n",
    "from a import (\n    b,  # c)\n    d,\n)\n",
    'def f(x):\n    """Of "x".\n\nimport no\n    """\n    from a import b\n    return {b: (x)}\n',
    "try:\n    import a\nexcept A:\n    import b\nelse:\n    import c\nfinally:\n    import d\n",
    "@a.b\n@c\nclass C:\n\n\tx = '''\n'''\n\n\t@d\n\tasync def f(self):\n\t\timport e\n",
    "if a:\n    import b; import c\nelif d:\n    import e\n# f\nelse: import g\n",
    "import a \\\n    as b\n",
    "with a as b, \\\n        c:\n    import d\n",
]
BROKEN = [
    *(written for written, _ in REPAIRS.values() if "'''" not in written and written[0] != "<"),
    "def f(\n",
    "x = [1,\n",
    "x = {'a': (\n",
    "from a import (b,\n",
    "class A:\n    def f(self):\n        x = g(1,\n",
    "x = 'a\n",
    "    y = 1\n  z = 2\n",
    "@\n",
    "import a.\n",
    "for x in\n    import a\n",
    "é ~ §\n",
]


@QUICK
@given(
    st.lists(st.sampled_from(WHOLE), max_size=4),
    st.sampled_from(BROKEN),
    st.lists(st.sampled_from(WHOLE), max_size=4),
)
def test_what_is_whole_survives_beside_what_is_broken(
    above: list[str], broken: str, below: list[str]
) -> None:
    before, after = "".join(above), "".join(below)
    broken = broken.rstrip("\n") + "\n"
    assume(not parses(before + broken + after))
    # what is indented or goes on with a clause at once belongs to the statement above
    assume(not above or not broken.startswith((" ", "else")))
    text = before + broken + after
    found = repair_text(text)
    assert found is not None
    kept = imports("\n" * (before + broken).count("\n") + after) | imports(before)
    assert kept <= imports(found)
