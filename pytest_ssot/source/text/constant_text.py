"""The text that an expression comes to, as far as its source says it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

#: Stands for what only running the code tells.
HOLE = "…"
_PERCENT = re.compile(r"%(?:\((\w+)\))?[-#0 +]*\d*(?:\.\d+)?[sdrifx]|%%")
_BRACES = re.compile(r"\{\{|\}\}|\{(\w*)[^{}]*\}")
_PASS_ON = frozenset(("_", "cleandoc", "dedent", "gettext", "gettext_lazy", "str"))


def read_text(node: ast.expr, known: Mapping[str, str]) -> str:
    """The text of *node*; *known* are texts of expressions (``NAME``, ``cls.__name__``)."""
    return re.sub(r"\s+", " ", _read_text(node, known)).strip()


def _read_text(node: ast.expr, known: Mapping[str, str]) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(_read_text(part, known) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        return _read_text(node.value, known)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _read_text(node.left, known) + _read_text(node.right, known)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        return _fill_percent(_read_text(node.left, known), node.right, known)
    if isinstance(node, ast.Call):
        return _read_call(node, known)
    if isinstance(node, ast.Attribute) and node.attr in ("__name__", "__qualname__"):
        return known.get(ast.unparse(node), _read_name(node.value))
    return known.get(ast.unparse(node), HOLE)


def _read_name(node: ast.expr) -> str:
    """The ``__name__`` of what is named; a parameter's is not known, but it is not told apart."""
    return node.id if isinstance(node, ast.Name) else HOLE


def _read_call(node: ast.Call, known: Mapping[str, str]) -> str:
    if isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        named = {word.arg: _read_text(word.value, known) for word in node.keywords}
        placed = iter([_read_text(arg, known) for arg in node.args])
        return _BRACES.sub(
            lambda found: _fill_hole(found, placed, named), _read_text(node.func.value, known)
        )
    name = ast.unparse(node.func).rpartition(".")[2]
    if node.args and name in _PASS_ON:
        return _read_text(node.args[0], known)
    return HOLE


def _fill_percent(text: str, right: ast.expr, known: Mapping[str, str]) -> str:
    named: dict[str | None, str] = {}
    if isinstance(right, ast.Dict):
        named = {
            key.value: _read_text(value, known)
            for key, value in zip(right.keys, right.values, strict=True)
            if isinstance(key, ast.Constant) and isinstance(key.value, str)
        }
    values = right.elts if isinstance(right, ast.Tuple) else [right]
    placed = iter([_read_text(value, known) for value in values])
    return _PERCENT.sub(lambda found: _fill_hole(found, placed, named), text)


def _fill_hole(found: re.Match[str], placed: Iterator[str], named: Mapping[str | None, str]) -> str:
    if found[0] in ("%%", "{{", "}}"):
        return found[0][0]
    if found[1] and not found[1].isdigit():
        return named.get(found[1], HOLE)
    return next(placed, HOLE)
