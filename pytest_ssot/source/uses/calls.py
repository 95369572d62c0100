"""Calls that are told a module or a name by a string."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pytest_ssot.model import Form
from pytest_ssot.syntax.relative_names import resolve, split_dots

#: Import, or look for, the module that their first argument names.
_DYNAMIC = frozenset(
    (
        *("__import__", "import_module", "find_spec", "importorskip", "resolve_name"),
        *("import_from_string", "import_string", "locate", "run_module"),
    )
)
#: Take nothing but a module: what follows a target is a submodule, and no name.
_MODULES = frozenset(("__import__", "find_spec", "import_module", "importorskip", "run_module"))
#: Give back the module that they are told.
_IMPORTERS = frozenset(("__import__", "import_module", "importorskip", "resolve_name"))
#: Resolve a dotted string as their first argument, or have a module and a name.
_PATCHES = frozenset(("patch", "object", "dict", "multiple", "setattr", "delattr", "spy", "stub"))
#: Have a module and the name of an attribute.
_ATTRIBUTES = frozenset(("getattr", "setattr", "delattr", "object", "spy"))
#: What the first argument is called when it is given by name.
_KEYWORDS = ("name", "modname", "mod_name", "target", "in_dict")
#: What the second is.
_NAMES = ("attribute", "name")


class Told(NamedTuple):
    """What a call is told: a dotted string, or the attribute ``name`` of an expression.

    ``is_module``: all of the string names a module.
    """

    form: Form
    node: ast.expr
    text: str = ""
    owner: ast.expr | None = None
    name: str = ""
    is_module: bool = False


def told(call: ast.Call, packages: Sequence[str]) -> list[Told]:
    """What *call* is told by strings, in a module of *packages*; empty for other calls."""
    if isinstance(call.func, ast.Call):
        return list(_getter(call, call.func))
    called = _name(call.func)
    if called not in _DYNAMIC and called not in _PATCHES and called not in _ATTRIBUTES:
        return []
    first = _argument(call, 0, _KEYWORDS)
    text = _text(first)
    if first is None:
        return []
    if text is None:
        name = _argument(call, 1, _NAMES)
        attribute = _text(name) if called in _ATTRIBUTES else None
        if name is None or attribute is None:
            return []
        return [Told(Form.STRING, name, owner=first, name=attribute)]
    if called not in _DYNAMIC:
        return [Told(Form.STRING, first, text)] if called in _PATCHES else []
    is_module = called in _MODULES
    return [
        *(Told(Form.DYNAMIC, first, f"{text}.{one}") for one in _fromlist(call, called)),
        *(
            Told(Form.DYNAMIC, first, one, is_module=is_module)
            for one in _absolute(text, call, packages)
        ),
    ]


def gives(node: ast.Call | ast.Subscript, packages: Sequence[str]) -> str | None:
    """The dotted path of what *node* gives: a call that imports, ``sys.modules["a.b"]``."""
    if isinstance(node, ast.Subscript):
        return _text(node.slice) if _name(node.value) == "modules" else None
    called = _name(node.func)
    text = _text(_argument(node, 0, _KEYWORDS)) if called in _IMPORTERS else None
    if not text:
        return None
    if called == "__import__" and not _fromlist(node, called):
        return text.partition(".")[0]
    return next(iter(_absolute(text.replace(":", "."), node, packages)), None)


def called_with_code(call: ast.Call) -> str | None:
    """The source that ``exec`` or ``eval`` is given, where it is a plain string."""
    is_run = isinstance(call.func, ast.Name) and call.func.id in ("exec", "eval")
    return _text(call.args[0]) if is_run and call.args else None


def _getter(call: ast.Call, getter: ast.Call) -> Iterator[Told]:
    """``attrgetter("a", "b")(owner)``."""
    for node in getter.args if _name(getter.func) == "attrgetter" else ():
        text = _text(node)
        if text is not None and call.args:
            yield Told(Form.STRING, node, owner=call.args[0], name=text)


def _argument(call: ast.Call, number: int, names: Sequence[str]) -> ast.expr | None:
    """The argument at *number*, which may be given as one of *names*."""
    if len(call.args) > number:
        return call.args[number]
    return next((keyword.value for keyword in call.keywords if keyword.arg in names), None)


def _text(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _absolute(text: str, call: ast.Call, packages: Sequence[str]) -> list[str]:
    """*text*, or what it is relative to the package that the call names."""
    anchor = _text(_argument(call, 1, ("package",)))
    return resolve(packages if anchor is None else [anchor], *split_dots(text))


def _fromlist(call: ast.Call, called: str) -> list[str]:
    """``__import__("a", fromlist=["b"])`` takes ``b`` from ``a``."""
    given = _argument(call, 3, ("fromlist",)) if called == "__import__" else None
    names = given.elts if isinstance(given, ast.List | ast.Tuple) else []
    return [text for name in names if (text := _text(name))]
