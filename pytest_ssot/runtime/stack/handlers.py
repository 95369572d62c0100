"""Finds who would catch an exception that is raised where a frame is, by the source."""

from __future__ import annotations

from types import ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator
    from types import FrameType

from pytest_ssot.runtime.stack import bytecode, frames
from pytest_ssot.runtime.stack.namespaces import namespace_of

#: What is found in place of a class that only running the code would tell.
_UNKNOWN = BaseException


def find_catcher(frame: FrameType, raised: type) -> FrameType | None:
    """Find the innermost frame, of what users write, that catches *raised* and keeps it."""
    for one in frames.walk_outward(frame):
        if not frames.is_machinery(one) and _catches(one, raised):
            return one
    return None


def _catches(frame: FrameType, raised: type) -> bool:
    import ast

    tree = _parse(frame.f_code.co_filename)
    if tree is None:
        return False
    at = bytecode.find_position(frame)
    for node in ast.walk(tree):
        if isinstance(node, ast.Try | ast.TryStar) and _is_within(node.body, at):
            handler = next((one for one in node.handlers if _fits(one, raised, frame)), None)
            if handler is not None and not _raises(handler):
                return True
        elif isinstance(node, ast.With | ast.AsyncWith) and _is_within(node.body, at):
            suppressed = _find_suppressed(node, frame)
            if any(issubclass(raised, cls) for cls in suppressed):
                return True
    return False


def _fits(handler: ast.ExceptHandler, raised: type, frame: FrameType) -> bool:
    caught = (_UNKNOWN,) if handler.type is None else _resolve(handler.type, frame)
    return any(issubclass(raised, cls) for cls in caught)


def _parse(path: str) -> ast.Module | None:
    import ast
    import linecache

    try:
        return ast.parse("".join(linecache.getlines(path)))
    except SyntaxError:
        return None


def _is_within(body: list[ast.stmt], at: bytecode.Position) -> bool:
    first, last = body[0], body[-1]
    if (at.line, at.column) < (first.lineno, first.col_offset):
        return False
    return at.line <= (last.end_lineno or last.lineno)


def _raises(handler: ast.ExceptHandler) -> bool:
    """Whether what *handler* catches goes on, or another exception instead of it."""
    import ast

    return any(isinstance(statement, ast.Raise) for statement in handler.body)


def _find_suppressed(node: ast.With | ast.AsyncWith, frame: FrameType) -> Iterator[type]:
    """Find the classes that the ``contextlib.suppress`` of *node* swallows."""
    import ast

    for item in node.items:
        call = item.context_expr
        if isinstance(call, ast.Call) and ast.unparse(call.func).rpartition(".")[2] == "suppress":
            for argument in call.args:
                yield from _resolve(argument, frame)


def _resolve(node: ast.expr, frame: FrameType) -> Iterator[type]:
    """Find the classes that *node* names, without running anything."""
    import ast

    if isinstance(node, ast.Tuple):
        for element in node.elts:
            yield from _resolve(element, frame)
        return
    value: object = None
    names = ast.unparse(node).split(".")
    for scope in (frame.f_locals, frame.f_globals, frame.f_builtins):
        if names[0] in scope:
            value = scope[names[0]]
            break
    for name in names[1:]:
        value = namespace_of(value).get(name) if issubclass(type(value), ModuleType) else None
    yield value if issubclass(type(value), type) else _UNKNOWN  # type: ignore[misc]
