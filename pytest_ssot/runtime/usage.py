"""Whether code that touches a name means it: DESIGN, looking is not using."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

from pytest_ssot.runtime import bytecode, frames

#: Builtins whose reading of an attribute imports nothing.
_LOOKS = frozenset(("getattr", "hasattr"))


def stated_module(spec_name: str, frame: FrameType) -> str | None:
    """The absolute name of the module that *frame* imports, None where it imports none.

    An import statement says it; a call (``__import__``, or C code that imports) is
    taken to mean the module *spec_name* itself, whose watch was touched.
    """
    instruction = bytecode.current(frame)
    if instruction.op == "import":
        return _absolute(frame, instruction.name or "")
    if instruction.op in ("attribute", "from"):
        return None  # the interpreter prepares an AttributeError's words
    if instruction.op == "call" and bytecode.callee(frame) in _LOOKS:
        return None
    return spec_name


def fromlist(frame: FrameType, module: str) -> tuple[str, ...] | None:
    """The names that the import statement *frame* is at takes from *module*, if it does."""
    instruction = bytecode.current(frame)
    if instruction.op != "import" or _absolute(frame, instruction.name or "") != module:
        return None
    operands = bytecode.import_operands(frame)
    return None if operands is None else operands[1]


def is_from_import(frame: FrameType) -> bool:
    """Whether the IMPORT_FROM that *frame* is at belongs to a ``from`` statement.

    ``import a.b.c as m`` has one too, without a fromlist.
    """
    operands = bytecode.import_operands(frame)
    return operands is not None and operands[1] is not None


def reading(frame: FrameType, name: str) -> str:
    """How *frame* touches the attribute *name*.

    "from", "star" or "attribute" where the instruction says the name, "looked"
    for ``hasattr``, otherwise "computed".
    """
    instruction = bytecode.current(frame)
    if instruction.op in ("from", "star"):
        return instruction.op
    if instruction.op == "attribute" and instruction.name == name:
        return "attribute"
    if instruction.op == "call" and bytecode.callee(frame) == "hasattr":
        return "looked"
    return "computed"


def says(frame: FrameType, dotted: str, name: str) -> bool:
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


def spelled(frame: FrameType, module: str) -> str | None:
    """The name of *module* that the statement *frame* is at spells in a string."""
    position = bytecode.position(frame)
    return spelled_at(frame.f_code.co_filename, position.line, position.end_line, module)


def spelled_at(path: str, first: int, last: int, module: str) -> str | None:
    """The name after ``module.`` in the lines *first* to *last*; None if not just one."""
    import linecache
    import re

    text = "".join(linecache.getline(path, line) for line in range(first, last + 1))
    found = set(re.findall(rf"[\"']{re.escape(module)}[.:]([^\W\d]\w*)", text))
    return found.pop() if len(found) == 1 else None


def imports_itself(frame: FrameType, module: str) -> bool:
    """Whether the file of *frame* has an import statement for *module* of its own.

    Then that line is the site, and the attributes read by its leave are not.
    """
    import linecache
    import re

    package, _, last = module.rpartition(".")
    pattern = re.compile(
        rf"^\s*(import\s.*\b{re.escape(module)}\b|from\s+{re.escape(module)}\b"
        rf"|from\s+{re.escape(package) or '$'}\s+import\b.*\b{re.escape(last)}\b)"
    )
    lines = linecache.getlines(frame.f_code.co_filename, frame.f_globals)
    return any(pattern.match(line) for line in lines)


def is_stdlib(frame: FrameType) -> bool:
    return frames.module_of(frame).partition(".")[0] in sys.stdlib_module_names


def _absolute(frame: FrameType, name: str) -> str:
    operands = bytecode.import_operands(frame)
    level = operands[0] if operands is not None else 0
    if level <= 0:
        return name
    package = frame.f_globals.get("__package__")
    if not isinstance(package, str):
        package = getattr(frame.f_globals.get("__spec__"), "parent", "") or ""
    base = package.rsplit(".", level - 1)[0] if level > 1 else package
    return f"{base}.{name}" if name else base
