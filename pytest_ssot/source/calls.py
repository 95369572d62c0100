"""Calls that are told a module or a name by a string."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import NamedTuple

#: Import, or look for, the module that their first argument names.
_DYNAMIC = frozenset(
    (
        *("__import__", "import_module", "find_spec", "importorskip", "resolve_name"),
        *("import_from_string", "import_string", "locate", "run_module"),
    )
)
#: Resolve a dotted string as their first argument, or have a module and a name.
_PATCHES = frozenset(("patch", "object", "dict", "multiple", "setattr", "delattr", "spy", "stub"))
#: Have a module and the name of an attribute.
_ATTRIBUTES = frozenset(("getattr", "setattr", "delattr", "object", "spy"))
#: What the first argument is called when it is given by name.
_KEYWORDS = frozenset(("name", "modname", "mod_name", "target", "in_dict"))


class Told(NamedTuple):
    """What a call is told: a dotted string, or the attribute ``name`` of an expression."""

    dynamic: bool
    node: ast.Constant
    text: str = ""
    owner: ast.expr | None = None
    name: str = ""


def told(call: ast.Call, packages: Sequence[str]) -> list[Told]:
    """What *call* is told by strings, in a module of *packages*; empty for other calls."""
    called = _name(call.func)
    found: list[Told] = []
    match _first(call), call.args[1:]:
        case ast.Constant(value=str(text)) as node, rest if called in _DYNAMIC:
            found += [Told(True, node, one) for one in _absolute(text, call, rest, packages)]
            if called == "__import__":
                found += _fromlist(call, node, text)
        case ast.Constant(value=str(text)) as node, _ if called in _PATCHES:
            found.append(Told(False, node, text))
        case ast.expr() as owner, [ast.Constant(value=str(name)) as node, *_] if (
            called in _ATTRIBUTES and not isinstance(owner, ast.Constant)
        ):
            found.append(Told(False, node, owner=owner, name=name))
    return found


def _first(call: ast.Call) -> ast.expr | None:
    if call.args:
        return call.args[0]
    return next((one.value for one in call.keywords if one.arg in _KEYWORDS), None)


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _absolute(
    text: str, call: ast.Call, rest: Sequence[ast.expr], packages: Sequence[str]
) -> list[str]:
    """*text*, or what it is relative to the package that the call names."""
    level = len(text) - len(text.lstrip("."))
    if not level:
        return [text]
    anchor = next((one.value for one in call.keywords if one.arg == "package"), None)
    anchor = rest[0] if anchor is None and rest else anchor
    if isinstance(anchor, ast.Constant) and isinstance(anchor.value, str):
        packages = [anchor.value]
    found = []
    for package in packages:
        parts = package.split(".")
        base = parts[: len(parts) - level + 1]
        if base:
            found.append(".".join([*base, *filter(None, [text[level:]])]))
    return found


def _fromlist(call: ast.Call, node: ast.Constant, text: str) -> list[Told]:
    """``__import__("a", fromlist=["b"])`` takes ``b`` from ``a``."""
    given = call.args[3] if len(call.args) > 3 else None
    given = next((one.value for one in call.keywords if one.arg == "fromlist"), given)
    names = given.elts if isinstance(given, ast.List | ast.Tuple) else []
    return [
        Told(True, node, f"{text}.{one.value}")
        for one in names
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    ]
