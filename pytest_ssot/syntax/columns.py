"""The lines of a text, and where on them users see what a tree has."""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence


class Columns:
    """Columns in characters: the tree has them in bytes of UTF-8."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._line = 0
        self._encoded = b""
        #: Where the last one was, in both: a line may be long, and hold many.
        self._last = (0, 0)

    def find_column(self, node: ast.stmt | ast.expr) -> int:
        """The column that *node* begins in."""
        line = self._lines[node.lineno - 1]
        if line.isascii():
            return node.col_offset
        if node.lineno != self._line or node.col_offset < self._last[0]:
            if node.lineno != self._line:
                self._line = node.lineno
                self._encoded = line.encode("utf-8", "surrogatepass")
            self._last = (0, 0)
        start, known = self._last
        between = self._encoded[start : node.col_offset].decode("utf-8", "surrogatepass")
        self._last = (node.col_offset, known + len(between))
        return self._last[1]


def find_called(node: ast.stmt | ast.expr, imported: Collection[str]) -> ast.stmt | ast.expr:
    """Where a traceback has *node*.

    A method that is called over several lines is where its name is, but for one of an import
    or with unpacked arguments (``maybe_optimize_method_call`` in CPython's compiler).
    """
    match node:
        case ast.Call(func=ast.Attribute(value=owner, attr=name) as method) if (
            method.end_lineno is not None and method.end_lineno != method.lineno
        ):
            unpacked = any(isinstance(argument, ast.Starred) for argument in node.args)
            plain = not unpacked and all(keyword.arg is not None for keyword in node.keywords)
            if plain and not (isinstance(owner, ast.Name) and owner.id in imported):
                end = method.end_col_offset or 0
                return ast.Name(name, lineno=method.end_lineno, col_offset=end - len(name))
    return node
