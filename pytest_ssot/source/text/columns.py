"""The lines of a text, and where on them users see what a tree has."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence

from pytest_ssot.source.names.statements import at_top


class Columns:
    """Columns in characters: the tree has them in bytes of UTF-8."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._line = 0
        self._encoded = b""
        #: Where the last one was, in both: a line may be long, and hold many.
        self._last = (0, 0)

    def say(self, node: ast.stmt | ast.expr, text: str) -> bool:
        """Whether a line of *node* holds *text*."""
        return any(text in line for line in self._lines[node.lineno - 1 : node.end_lineno])

    def of(self, node: ast.stmt | ast.expr) -> int:
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


def function_of(enclosing: Sequence[ast.AST]) -> str:
    """As a traceback has it; a class body counts as where the class stands."""
    names: list[str] = []
    last = 0
    for node in enclosing:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.append(node.name)
            last = last if isinstance(node, ast.ClassDef) else len(names)
    return ".".join(names[:last]) or "<module>"


def imported(tree: ast.Module) -> Iterator[str]:
    """The names that imports bind at the top of *tree*; see `called_at`."""
    for node in at_top(tree.body):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from (name.asname or name.name.partition(".")[0] for name in node.names)


def called_at(node: ast.stmt | ast.expr, imported: Collection[str]) -> ast.stmt | ast.expr:
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
