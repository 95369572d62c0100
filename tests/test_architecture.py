"""The rooms of the house, kept."""

from __future__ import annotations

import ast
import functools
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest_ssot

PACKAGE = Path(pytest_ssot.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))

#: From the ground up; a module imports only from rows below its own, or from its own room.
ROWS = (
    {"syntax", "model", "errors", "files", "patterns"},
    {"config"},
    {"rules"},
    {"runtime", "source", "isolation"},
    {"policy"},
    {"migrate", "report"},
    {
        "entry",
        "plugin",
        "session",
        "xdist",
        "cli",
        "commands",
        "hookspecs",
        "ssot",
        "__main__",
    },
)
#: Rooms on one row that know each other.
NEIGHBOURS = {
    ("entry", "plugin"),
    ("plugin", "xdist"),
    ("plugin", "hookspecs"),
    ("plugin", "session"),
    ("session", "ssot"),
    ("session", "xdist"),
    ("__main__", "cli"),
    ("cli", "commands"),
}
KNOWS_PYTEST = {
    "plugin.py",
    "session/configuration.py",
    "session/session_report.py",
    "session/scan_nodes.py",
    "session/scan_plugin.py",
    "xdist.py",
    "session/fixtures.py",
    "hookspecs.py",
    "report/debugger.py",
    "report/terminal.py",
}
#: The helper; and what appends to a channel, in processes where it would be too heavy.
WRITE_RECORDS = {
    "files.py",
    "runtime/evidence/channel.py",
    "runtime/children/fresh_import.py",
    "runtime/site/sitecustomize.py",
}
HEAVY = {
    *("ahocorasick_rs", "coverage", "importlib_metadata", "jinja2", "libcst"),
    *("packaging", "pathspec", "tomlkit", "tomllib"),
}


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


#: Without what any Python may run, be it too old to be watched.
WATCH = [one for one in FILES if name_of(one).startswith("runtime/") and one.parent.name != "site"]

#: What the watch may import besides: light, or, of the reading of source, where it is needed.
KNOWN_TO_THE_WATCH = (
    "pytest_ssot.runtime",
    "pytest_ssot.rules.first_party",
    "pytest_ssot.rules.lookup",
    "pytest_ssot.syntax",
)


def room_of(dotted: str) -> str:
    return dotted.split(".")[1] if "." in dotted else ""


def row_of(room: str) -> int:
    return next(number for number, rooms in enumerate(ROWS) if room in rooms)


def imported(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide the room"
            module = node.module or ""
            known = [PACKAGE.parent / f"{module.replace('.', '/')}/{a.name}" for a in node.names]
            inner = [p for p in known if p.is_dir() or p.with_suffix(".py").is_file()]
            yield from (f"{module}.{p.name}" for p in inner) if inner else (module,)


def at_import(tree: ast.Module) -> Iterator[ast.AST]:
    """The nodes that run when the module is imported: none of a function or of TYPE_CHECKING."""
    todo: list[ast.AST] = list(tree.body)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            todo += node.orelse
            continue
        yield node
        todo += ast.iter_child_nodes(node)


@functools.cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def assert_none(offenders: Iterable[tuple[Path, object]]) -> None:
    """Name all that break a rule at once, each with its file."""
    told = sorted({f"{name_of(path)}: {what}" for path, what in offenders})
    assert not told, "\n".join(["", *told])


def test_a_module_imports_from_below_its_own_row() -> None:
    assert_none((path, f"imports {dotted}") for path in FILES for dotted in upward(path))


def upward(path: Path) -> Iterator[str]:
    """What *path* imports that is neither below its row, nor in its room, nor a neighbour."""
    room = name_of(path).partition("/")[0].removesuffix(".py")
    if room == "__init__":
        return
    for dotted in imported(ast.walk(parsed(path))):
        other = room_of(dotted)
        if not dotted.startswith("pytest_ssot") or other in ("", room):
            continue
        below = row_of(other) < row_of(room)
        if not (below or (room, other) in NEIGHBOURS):
            yield dotted


def roots_of(nodes: Iterable[ast.AST]) -> set[str]:
    return {dotted.partition(".")[0] for dotted in imported(nodes)}


def test_pytest_is_imported_in_its_rooms_only() -> None:
    assert_none(
        (path, f"imports {root}")
        for path in FILES
        if name_of(path) not in KNOWS_PYTEST
        for root in roots_of(ast.walk(parsed(path))) & {"pytest", "_pytest", "pluggy"}
    )


def test_what_is_heavy_is_imported_where_it_is_used() -> None:
    assert_none(
        (path, f"imports {root}")
        for path in FILES
        for root in roots_of(at_import(parsed(path))) & HEAVY
    )


def test_the_watch_needs_the_standard_library_alone() -> None:
    assert WATCH
    assert_none(
        (path, f"imports {dotted}")
        for path in WATCH
        for dotted in imported(ast.walk(parsed(path)))
        if not dotted.startswith(KNOWN_TO_THE_WATCH)
        and dotted.partition(".")[0] not in sys.stdlib_module_names
    )


def test_the_reading_of_source_needs_the_standard_library_alone() -> None:
    assert_none(
        (path, f"imports {dotted}")
        for path in FILES
        if name_of(path).startswith("syntax/")
        for dotted in imported(ast.walk(parsed(path)))
        if not dotted.startswith("pytest_ssot.syntax")
        and dotted.partition(".")[0] not in sys.stdlib_module_names
    )


def test_the_watch_starts_light() -> None:
    """It starts in every child process, where nobody has paid for these."""
    code = (
        "import sys; before = set(sys.modules); import pytest_ssot.runtime.children.start_watch;"
        "print(*sorted(set(sys.modules) - before))"
    )
    ran = subprocess.run(
        [
            sys.executable,
            "-S",
            "-c",
            f"import sys; sys.path.insert(0, {str(PACKAGE.parent)!r}); {code}",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {name for name in ran.stdout.split() if not name.startswith("pytest_ssot")}
    assert not loaded & {"dataclasses", "enum", "inspect", "json", "pathlib", "re", "typing"}
    assert "ast" not in loaded
    ours = {name.removeprefix("pytest_ssot.") for name in ran.stdout.split()}
    assert not ours & {"syntax", "runtime.constructions", "runtime.definitions"}


def test_files_are_written_by_one_helper() -> None:
    assert_none(
        (path, ast.unparse(call))
        for path in FILES
        if name_of(path) not in WRITE_RECORDS
        for call in ast.walk(parsed(path))
        if isinstance(call, ast.Call) and is_write(call)
    )


def is_write(call: ast.Call) -> bool:
    called = ast.unparse(call.func).rpartition(".")[2]
    how = ast.unparse(call).replace("'", '"')
    reads = called == "open" and ('"rb"' in how or "os.O_RDONLY" in how)
    return called in ("open", "write_text", "write_bytes") and not reads


def test_no_mutable_globals() -> None:
    """Constants are frozen: only the one active watcher is state of a module."""
    assert_none((path, name) for path in FILES for name in mutable_globals(parsed(path)))


def mutable_globals(tree: ast.Module) -> Iterator[str]:
    mutable = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            names = ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)
            constant = (
                names in ("__all__",)
                or names.isupper()
                or (names.startswith("_") and names[1:].isupper())
            )
            if isinstance(node.value, mutable) and not constant:
                yield names
    stated = [node for node in ast.walk(tree) if isinstance(node, ast.Global)]
    yield from {name for node in stated for name in node.names} - {"_active"}


def test_sizes() -> None:
    """A smell in the small, a law at these bounds."""
    assert_none(
        (path, f"{what} has {lines} lines")
        for path in FILES
        for what, lines, bound in sizes_of(path)
        if lines > bound
    )


def sizes_of(path: Path) -> Iterator[tuple[str, int, int]]:
    """The file and each function: its name, its lines, and how many it may have."""
    yield "the file", path.read_text("utf-8").count("\n"), 400
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or 0) - node.lineno + 1, 60


# -- words -------------------------------------------------------------------------------


def test_a_class_has_its_name_for_itself() -> None:
    classes = [
        (node.name, path)
        for path in FILES
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ClassDef)
    ]
    number = Counter(name for name, _ in classes)
    assert_none((path, f"class {name}") for name, path in classes if number[name] > 1)


def test_a_file_is_called_like_no_other_but_where_its_room_tells_them_apart() -> None:
    named = [path for path in FILES if path.name != "__init__.py"]
    number = Counter(path.name for path in named)
    number += Counter(f"{path.parent.name}/{path.name}" for path in named)
    assert_none(
        (path, f"one of {number[path.name]}, and in no room of its own")
        for path in named
        if number[path.name] > 1
        if path.parent.parent == PACKAGE or number[f"{path.parent.name}/{path.name}"] > 1
    )


def test_most_functions_say_what_they_do_and_to_what() -> None:
    """Of two words or more: a verb, and its object."""
    names = [name for path in FILES for name in functions_of(parsed(path))]
    of_one_word = [name for name in names if len(list(filter(None, name.split("_")))) == 1]
    assert len(of_one_word) <= 0.6 * len(names), f"{len(of_one_word)} of {len(names)}"


def functions_of(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from () if node.name.startswith("__") else (node.name,)


def test_what_a_loop_goes_over_is_named_for_what_it_is() -> None:
    """``one`` is for comprehensions of a line, where its type is in sight."""
    uses = [(path, line) for path in FILES for line in uses_of_one(parsed(path))]
    lines = sum(path.read_text("utf-8").count("\n") for path in FILES)
    most = Counter(name_of(path) for path, _ in uses).most_common(10)
    assert len(uses) * 1000 <= 20 * lines, f"{len(uses)} in {lines} lines, as {most}"


def uses_of_one(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == "one":
            yield node.lineno
        if isinstance(node, ast.arg) and node.arg == "one":
            yield node.lineno


def test_no_room_is_a_hall() -> None:
    """A stranger who opens a room sees all of its doors at once."""
    rooms = sorted({path.parent for path in FILES})
    assert_none(
        (room, f"{doors} doors")
        for room in rooms
        if (doors := len(list(doors_of(room)))) > (22 if room == PACKAGE else 17)
    )


def doors_of(room: Path) -> Iterator[Path]:
    for path in room.iterdir():
        is_file = path.suffix == ".py" and path.name != "__init__.py"
        if is_file or (path / "__init__.py").is_file():
            yield path


def test_what_only_type_checkers_run_is_known_to_syntax_alone() -> None:
    assert_none(
        (path, f"line {node.lineno}")
        for path in FILES
        if not name_of(path).startswith("syntax/")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Constant) and node.value == "TYPE_CHECKING"
    )
