"""Tells code that means a name from code that only touches it: docs/verdicts.md."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import CodeType, FrameType

    #: Path, line, last line, column, function and module.
    Place = tuple[str, int, int, int, str, str]

    from typing import Any

from pytest_ssot.runtime.stack import bytecode, frames

_PARTS = ("path", "line", "end_line", "column", "function", "module")
#: Builtins whose reading of an attribute imports nothing.
_LOOKS = frozenset(("getattr", "hasattr"))


def says_import(frame: FrameType) -> bool:
    """Whether the code at *frame* is an import by itself: a statement, or the import machinery."""
    return frames.is_bootstrap(frame) or bytecode.read_instruction(frame).op == "import"


def says_relative_import(frame: FrameType) -> bool:
    """Whether *frame*, of a module's own body, is at a relative import."""
    if not frames.is_module_level(frame) or bytecode.read_instruction(frame).op not in (
        "import",
        "from",
    ):
        return False
    operands = bytecode.read_import_operands(frame)
    return operands is not None and operands[0] > 0


def find_stated_module(spec_name: str, frame: FrameType) -> str | None:
    """Find the absolute name of the module that *frame* imports, None where it imports none.

    An import statement says it; a call (``__import__``, or C code that imports) is
    taken to mean the module *spec_name* itself, whose watch was touched.
    """
    instruction = bytecode.read_instruction(frame)
    if instruction.op == "import":
        return _resolve_name(frame, instruction.name or "")
    if instruction.op in ("attribute", "from", "star"):
        return None  # the interpreter prepares an AttributeError's words
    if instruction.op == "call":
        callee = bytecode.read_callee_root(frame)
        if callee in _LOOKS:
            return None  # getattr(module, "__spec__")
        if callee == "__import__" and _says_only_below(frame, spec_name):
            return None  # __import__("a.b") gives back "a", as import a.b binds it
    return spec_name


def find_stated_package(frame: FrameType) -> str | None:
    """Find the module from which the statement that *frame* is at takes a name."""
    name = bytecode.read_imported_name(frame)
    return None if name is None else _resolve_name(frame, name)


def read_fromlist(frame: FrameType, module: str) -> tuple[str, ...] | None:
    """Read the names that the import statement *frame* is at takes from *module*, if it does."""
    instruction = bytecode.read_instruction(frame)
    if instruction.op != "import" or _resolve_name(frame, instruction.name or "") != module:
        return None
    operands = bytecode.read_import_operands(frame)
    return None if operands is None else operands[1]


def find_import_caller(frame: FrameType) -> FrameType | None:
    """Find who calls ``__import__`` with a fromlist that the import machinery in *frame* reads.

    None for a statement: the names that it takes are read by itself, later.
    """
    if frame.f_code.co_name != "_handle_fromlist":
        return None
    _, asker = frames.find_request(frame)
    return None if asker is None or bytecode.read_instruction(asker).op == "import" else asker


def is_from_import(frame: FrameType) -> bool:
    """Whether the IMPORT_FROM that *frame* is at belongs to a ``from`` statement.

    ``import a.b.c as m`` has one too, without a fromlist.
    """
    operands = bytecode.read_import_operands(frame)
    return operands is not None and operands[1] is not None


def reads_other_name(frame: FrameType, dotted: str) -> bool:
    """Whether the code at *frame* reads a name, and is no import of *dotted* by itself."""
    op = bytecode.read_instruction(frame).op
    if op == "call":
        return bytecode.read_callee_root(frame) in _LOOKS
    if op == "from":
        package = _resolve_name(frame, bytecode.read_imported_name(frame) or "")
        return package != dotted.rpartition(".")[0]
    return op == "attribute" or op.startswith("LOAD_")


def classify_read(frame: FrameType, name: str) -> str:
    """Tell how *frame* touches the attribute *name*.

    "from", "star" or "attribute" where the instruction says the name, "looked"
    for ``hasattr``, otherwise "computed".
    """
    instruction = bytecode.read_instruction(frame)
    if instruction.op in ("from", "star"):
        return instruction.op
    if instruction.op == "attribute" and instruction.name == name:
        return "attribute"
    if instruction.op == "call" and bytecode.read_callee_root(frame) == "hasattr":
        return "looked"
    return "computed"


def says_name(frame: FrameType, dotted: str, name: str) -> bool:
    """Whether the function of *frame* has the attribute *name* of *dotted* as a literal."""
    full = f"{dotted}.{name}"
    endings, starts = ("." + name, ":" + name), (full + ".", full + ":")
    return any(
        isinstance(value, str)
        and (value in (name, full) or value.endswith(endings) or value.startswith(starts))
        for value in frame.f_code.co_consts
    )


def says_surface(frame: FrameType, package: str, is_submodule: Callable[[str], bool]) -> bool:
    """Whether a literal in the function of *frame* means *package* itself or a name of its own.

    What resolves a dotted string (``mock.patch``) imports each package on its
    way; ``"package.sub.name"`` only passes through.
    """
    for value in frame.f_code.co_consts:
        if isinstance(value, str) and (value == package or value.startswith(package + ".")):
            following = value[len(package) + 1 :].partition(".")[0].partition(":")[0]
            if not following or not is_submodule(following):
                return True
    return False


def find_spelled_name(frame: FrameType, module: str) -> str | None:
    """Find the name of *module* that the statement *frame* is at spells in a string."""
    position = bytecode.find_position(frame)
    name = find_name_spelled_at(frame.f_code.co_filename, position.line, position.end_line, module)
    return name or _find_common_name(_list_strings(frame.f_code), module)


def find_name_spelled_at(path: str, first: int, last: int, module: str) -> str | None:
    """Find the name after ``module.`` in the lines *first* to *last*; None if there are several."""
    import linecache
    import re

    text = "".join(linecache.getline(path, line) for line in range(first, last + 1))
    return _find_common_name(re.findall(r"[\"']([\w.:]+)[\"']", text), module)


def _says_only_below(frame: FrameType, module: str) -> bool:
    """Whether the function of *frame* has submodules of *module* as literals, and not itself."""
    said = _list_strings(frame.f_code)
    return module not in said and any(one.startswith(module + ".") for one in said)


def _find_common_name(strings: Iterable[str], module: str) -> str | None:
    """Find the name that follows *module* in *strings*, if it is the same in all."""
    starts = (module + ".", module + ":")
    found = {
        string[len(module) + 1 :].partition(".")[0]
        for string in strings
        if string.startswith(starts)
    }
    return found.pop() if len(found) == 1 else None


def _list_strings(code: CodeType) -> list[str]:
    return [value for value in code.co_consts if isinstance(value, str)]


def imports_itself(frame: FrameType, module: str, *, below: bool) -> bool:
    """Whether *frame* reads attributes by leave of an import statement for *module*.

    One that has run by now in this file, as its blocks tell: that is the site then. With
    *below*, one for a submodule will do too.
    """
    from pytest_ssot.runtime.stack.stated_source import read_source

    source = read_source(frame.f_code.co_filename, frame.f_globals)
    if source is None:
        return False
    line, column = bytecode.find_start(frame)
    at = (line, sys.maxsize if column is None else column)
    return source.imports_before.has_run(module, at, below=below)


def place_of(frame: FrameType) -> Place:
    """The line that *frame* is at."""
    position = bytecode.find_position(frame)
    path, offset = frames.find_file_and_offset(frame)
    return (
        path,
        position.line + offset,
        position.end_line + offset,
        position.column,
        frames.function_of(frame),
        frames.module_of(frame),
    )


def name_parts(place: Place) -> dict[str, Any]:
    """The parts of *place* by the names that a sighting has for them."""
    return dict(zip(_PARTS, place, strict=True))


def is_stdlib(frame: FrameType) -> bool:
    return frames.module_of(frame).partition(".")[0] in sys.stdlib_module_names


def _resolve_name(frame: FrameType, name: str) -> str:
    operands = bytecode.read_import_operands(frame)
    level = operands[0] if operands is not None else 0
    if level <= 0:
        return name
    from pytest_ssot.syntax.relative_names import resolve_relative

    return next(iter(resolve_relative((frames.package_of(frame.f_globals),), level, name)), name)
