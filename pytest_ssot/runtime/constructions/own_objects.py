"""Objects that a module made of its own class while it was loading.

A class is guarded when its module has loaded: its decorators may look for an ``__init__``
before that. What the module has made by then stands under its names, and its source
tells where.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator
    from typing import Any

    #: Line, last line, column.
    Where = tuple[int, int, int]

from pytest_ssot.runtime.stack.namespaces import namespace_of


def find_made_while_loading(module: Any, name: str, kind: type) -> list[Where]:
    """Find the calls of *kind*, by its *name*, whose objects stand under names of *module*."""
    bound = {key for key, value in namespace_of(module).items() if type(value) is kind}
    path = getattr(module, "__file__", None)
    if not bound or not isinstance(path, str):
        return []
    import ast
    import linecache

    lines = linecache.getlines(path, vars(module))
    try:
        tree = ast.parse("".join(lines))
    except (SyntaxError, ValueError):
        return []
    found = []
    for target, call in _assigned(tree):
        called = call.func
        if target in bound and isinstance(called, ast.Name) and called.id == name:
            line = lines[call.lineno - 1].encode("utf-8", "replace")[: call.col_offset]
            column = len(line.decode("utf-8", "ignore"))
            found.append((call.lineno, call.end_lineno or call.lineno, column))
    return found


def _assigned(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    """The names of the module that calls are assigned to."""
    import ast

    todo: list[ast.AST] = list(tree.body)
    while todo:
        node = todo.pop(0)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        todo += (one for one in ast.iter_child_nodes(node) if isinstance(one, _blocks()))
        value = getattr(node, "value", None)
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(value, ast.Call):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [target.id for target in targets if isinstance(target, ast.Name)]
            if names:
                yield names[0], value


def _blocks() -> Any:
    import ast

    return ast.stmt | ast.excepthandler | ast.match_case
