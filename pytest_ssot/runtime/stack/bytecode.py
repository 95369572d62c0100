"""Reads the instruction that a frame is at: an import, an attribute, a call.

CPython's bytecode is an implementation detail, so everything here degrades to
"don't know" and never raises for an unknown instruction. Read against
``Python/bytecodes.c`` and ``Lib/dis.py`` of 3.11 to 3.15.
"""

from __future__ import annotations

import sys
from itertools import islice
from opcode import EXTENDED_ARG, opmap, opname

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType

_LOAD_ATTR_SHIFT = 1 if sys.version_info >= (3, 12) else 0
_IMPORT_NAME_SHIFT = 2 if sys.version_info >= (3, 15) else 0
_STAR = {opmap[name] for name in ("IMPORT_STAR", "CALL_INTRINSIC_1") if name in opmap}
_RESULTS = ("CALL", "BINARY_")
_LOAD_NAMES = frozenset(("LOAD_GLOBAL", "LOAD_NAME", "LOAD_FAST", "LOAD_DEREF", "LOAD_FAST_BORROW"))


class Instruction:
    """An instruction: what it does, and the identifier that it names, if any."""

    __slots__ = ("name", "op")

    def __init__(self, op: str, name: str | None = None) -> None:
        self.op = op
        self.name = name


class Position:
    """The place of an instruction in its source; columns count characters."""

    __slots__ = ("column", "end_line", "line")

    def __init__(self, line: int, end_line: int, column: int) -> None:
        self.line = line
        self.end_line = end_line
        self.column = column


def read_instruction(frame: FrameType) -> Instruction:
    """Read the instruction that *frame* is executing.

    ``op`` is "import", "from", "star", "attribute" (also of a store or delete)
    or "call" where the frame says so, otherwise CPython's own name.
    """
    code, at = frame.f_code, frame.f_lasti
    raw = code.co_code
    if at < 0 or at >= len(raw):
        return Instruction("unknown")
    op = opname[raw[at]]
    arg = _read_argument(raw, at)
    if op == "IMPORT_NAME":
        return Instruction("import", _read_name(code, arg >> _IMPORT_NAME_SHIFT))
    if op == "IMPORT_FROM":
        return Instruction("from", _read_name(code, arg))
    if op == "LOAD_ATTR":
        return Instruction("attribute", _read_name(code, arg >> _LOAD_ATTR_SHIFT))
    if op in ("LOAD_METHOD", "STORE_ATTR", "DELETE_ATTR"):
        return Instruction("attribute", _read_name(code, arg))
    if raw[at] in _STAR:
        return Instruction("star")
    if op.startswith(("CALL", "PRECALL")):
        return Instruction("call")
    return Instruction(op)


def is_attribute_read(frame: FrameType) -> bool:
    """Whether *frame* reads an attribute, by an instruction or by a builtin that it calls."""
    code, at = frame.f_code, frame.f_lasti
    instruction = read_instruction(frame)
    if instruction.op == "attribute":
        return opname[code.co_code[at]].startswith("LOAD_")
    if instruction.op == "call":
        return read_callee_root(frame) in ("getattr", "hasattr")
    return instruction.op in ("from", "star")


def read_import_operands(frame: FrameType) -> tuple[int, tuple[str, ...] | None] | None:
    """Read level and fromlist of the IMPORT_NAME that *frame* is at or has just passed.

    Serves an IMPORT_FROM too, whose IMPORT_NAME stands before it. None if there
    is no such instruction.
    """
    code, raw = frame.f_code, frame.f_code.co_code
    at = _find_import_name(frame)
    if at < 0:
        return None
    at = _find_previous(raw, at)
    fromlist = _read_constant(code, raw, at)
    level = _read_constant(code, raw, _find_previous(raw, at))
    if not isinstance(level, int):
        level = 0
    if isinstance(fromlist, tuple):
        return level, tuple(str(name) for name in fromlist)
    return level, None


def read_imported_name(frame: FrameType) -> str | None:
    """Read the module that the statement says whose IMPORT_FROM *frame* is at, without dots."""
    at = _find_import_name(frame)
    if at < 0:
        return None
    return _read_name(frame.f_code, _read_argument(frame.f_code.co_code, at) >> _IMPORT_NAME_SHIFT)


def _find_import_name(frame: FrameType) -> int:
    """Find the IMPORT_NAME that *frame* is at or has just passed; negative if there is none."""
    raw, at, wanted = frame.f_code.co_code, frame.f_lasti, opmap["IMPORT_NAME"]
    while at >= 0 and raw[at] != wanted:
        at -= 2
    return at


def read_next_attribute(frame: FrameType) -> str | None:
    """Read the name of the attribute that is asked for right after the one *frame* is at."""
    code, raw = frame.f_code, frame.f_code.co_code
    cache = opmap.get("CACHE", 0)
    at = frame.f_lasti + 2
    while at < len(raw) and raw[at] in (cache, EXTENDED_ARG):
        at += 2
    if at >= len(raw) or opname[raw[at]] not in ("LOAD_ATTR", "LOAD_METHOD"):
        return None
    shift = _LOAD_ATTR_SHIFT if opname[raw[at]] == "LOAD_ATTR" else 0
    return _read_name(code, _read_argument(raw, at) >> shift)


def read_callee_root(frame: FrameType) -> str | None:
    """Read the first name of what *frame* calls: ``getattr`` of ``getattr(m, "x")``."""
    names = read_callee(frame)
    return names[0] if names else None


def read_callee(frame: FrameType) -> list[str]:
    """Read the dotted name of what *frame* calls: ``["warnings", "warn"]``.

    A call and the expression that is called start at one place in the source.
    Empty if what is called is no dotted name.
    """
    code, raw = frame.f_code, frame.f_code.co_code
    positions = list(code.co_positions())
    if frame.f_lasti // 2 >= len(positions):
        return []
    start = _start_of(positions[frame.f_lasti // 2])
    names: list[str] = []
    for at in range(frame.f_lasti - 2, -1, -2):
        if _start_of(positions[at // 2]) != start:
            continue
        op = opname[raw[at]]
        if op == "LOAD_SUPER_ATTR":
            return ["super", _read_name(code, _read_argument(raw, at) >> 2) or ""]
        if op in _LOAD_NAMES:
            root = _read_loaded_name(code, op, _read_argument(raw, at))
            return [root, *reversed(names)] if root is not None else []
        if not names and op.startswith(_RESULTS):
            return []  # getattr(m, "x")() and table["x"]() call what that gave them
        if op in ("LOAD_ATTR", "LOAD_METHOD"):
            shift = _LOAD_ATTR_SHIFT if op == "LOAD_ATTR" else 0
            names.append(_read_name(code, _read_argument(raw, at) >> shift) or "")
    return []


def _start_of(position: tuple[int | None, ...]) -> tuple[int | None, int | None]:
    return position[0], position[2]


def find_position(frame: FrameType) -> Position:
    """The source range of the instruction that *frame* is at; of the call that it enters."""
    line, end_line, column = _find_range(frame)
    return Position(line, end_line, _count_characters(frame, line, column or 0))


def find_start(frame: FrameType) -> tuple[int, int | None]:
    """Where that range begins: the line, and the column in bytes, None where nobody knows."""
    line, _, column = _find_range(frame)
    return line, column


def _find_range(frame: FrameType) -> tuple[int, int, int | None]:
    code, at = frame.f_code, frame.f_lasti
    if opname[code.co_code[at]].startswith("BEFORE_"):
        at = _find_previous(code.co_code, at)  # a with statement enters what it has just called
    found = next(islice(code.co_positions(), at // 2, None), None)
    line, end_line, column, _ = found or (None, None, None, None)
    line = line or frame.f_lineno or code.co_firstlineno
    return line, max(end_line or line, line), column


def _count_characters(frame: FrameType, line: int, column: int) -> int:
    """Count the characters of what CPython counts in UTF-8 bytes."""
    if not column:
        return 0
    import linecache

    text = linecache.getline(frame.f_code.co_filename, line, frame.f_globals)
    return len(text.encode("utf-8", "replace")[:column].decode("utf-8", "ignore")) or column


def _read_argument(raw: bytes, at: int) -> int:
    arg, shift, at = raw[at + 1], 8, at - 2
    while at >= 0 and raw[at] == EXTENDED_ARG:
        arg |= raw[at + 1] << shift
        shift, at = shift + 8, at - 2
    return arg


def _find_previous(raw: bytes, at: int) -> int:
    """Find the instruction before that at *at*."""
    at -= 2
    while at >= 0 and raw[at] in (EXTENDED_ARG, opmap.get("CACHE", 0)):
        at -= 2
    return at


def _read_constant(code: CodeType, raw: bytes, at: int) -> object:
    if at < 0:
        return None
    op = opname[raw[at]]
    arg = _read_argument(raw, at)
    if op == "LOAD_SMALL_INT":
        return arg
    if op.startswith("LOAD_CONST") and arg < len(code.co_consts):
        return code.co_consts[arg]
    return None


def _read_name(code: CodeType, index: int) -> str | None:
    return code.co_names[index] if index < len(code.co_names) else None


def _read_loaded_name(code: CodeType, op: str, arg: int) -> str | None:
    if op == "LOAD_GLOBAL":
        return _read_name(code, arg >> 1)
    if op == "LOAD_NAME":
        return _read_name(code, arg)
    names = code.co_varnames + code.co_cellvars + code.co_freevars
    return names[arg] if arg < len(names) else None
