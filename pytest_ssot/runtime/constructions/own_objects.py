"""Objects that a module made of its own class while it was loading.

A class is guarded when its module has loaded: its decorators may look for an ``__init__``
before that. What the module has made by then stands under its names, and its source
tells where.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    #: Line, last line, column.
    Where = tuple[int, int, int]

from pytest_ssot.runtime.stack.namespaces import namespace_of


def find_made_while_loading(module: Any, name: str, kind: type) -> list[Where]:
    """Find the calls of *kind*, by its *name*, whose objects stand under names of *module*."""
    bound = {key for key, value in namespace_of(module).items() if type(value) is kind}
    path = namespace_of(module).get("__file__")
    if not bound or not isinstance(path, str):
        return []
    import ast

    from pytest_ssot.runtime.stack.stated_source import read_source
    from pytest_ssot.syntax.bindings import find_bindings

    source = read_source(path, namespace_of(module))
    if source is None:
        return []
    values = {
        assigned.value: assigned.name in bound
        for node, _ in source.statements
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for assigned in find_bindings(node)
    }
    return [
        (call.lineno, call.end_lineno or call.lineno, source.columns.find_column(call))
        for call, is_bound in values.items()
        if is_bound and isinstance(call, ast.Call)
        if isinstance(call.func, ast.Name) and call.func.id == name
    ]
