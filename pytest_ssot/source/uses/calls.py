"""Calls that are told a module or a name by a string."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from pytest_ssot.model import Form
from pytest_ssot.syntax.relative_names import resolve_relative, split_dots


class _Takes(NamedTuple):
    """What a call makes of its arguments.

    ``imports``: it imports, or looks for, what its first argument names; with ``module``, that
    is a module and nothing below one; with ``gives_it``, that is what it gives back. ``path``:
    its first argument may be a dotted string. ``attribute``: its arguments may be a module, and
    the name of an attribute.
    """

    imports: bool = False
    module: bool = False
    gives_it: bool = False
    path: bool = False
    attribute: bool = False


#: The calls that are known, by the last part of what is called.
_CALLS: Mapping[str, _Takes] = MappingProxyType(
    {
        "__import__": _Takes(imports=True, module=True, gives_it=True),
        "import_module": _Takes(imports=True, module=True, gives_it=True),
        "importorskip": _Takes(imports=True, module=True, gives_it=True),
        "find_spec": _Takes(imports=True, module=True),
        "run_module": _Takes(imports=True, module=True),
        "resolve_name": _Takes(imports=True, gives_it=True),
        "import_from_string": _Takes(imports=True),
        "import_string": _Takes(imports=True),
        "locate": _Takes(imports=True),
        "getattr": _Takes(attribute=True),
        "setattr": _Takes(path=True, attribute=True),
        "delattr": _Takes(path=True, attribute=True),
        "object": _Takes(path=True, attribute=True),
        "spy": _Takes(path=True, attribute=True),
        "patch": _Takes(path=True),
        "dict": _Takes(path=True),
        "multiple": _Takes(path=True),
        "stub": _Takes(path=True),
    }
)
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


def find_told(call: ast.Call, packages: Sequence[str]) -> list[Told]:
    """What *call* is told by strings, in a module of *packages*; empty for other calls."""
    if isinstance(call.func, ast.Call):
        return list(_read_getter(call, call.func))
    called = _last_name(call.func)
    takes = _CALLS.get(called)
    first = _find_argument(call, 0, _KEYWORDS)
    if takes is None or first is None:
        return []
    text = _text_of(first)
    if text is None:
        return _find_attribute(call, first) if takes.attribute else []
    if takes.path:
        return [Told(Form.STRING, first, text)]
    if not takes.imports:
        return []
    return [
        *(Told(Form.DYNAMIC, first, f"{text}.{name}") for name in _read_fromlist(call, called)),
        *(
            Told(Form.DYNAMIC, first, path, is_module=takes.module)
            for path in _resolve_text(text, call, packages)
        ),
    ]


def find_given(node: ast.Call | ast.Subscript, packages: Sequence[str]) -> str | None:
    """The dotted path of what *node* gives: a call that imports, ``sys.modules["a.b"]``."""
    if isinstance(node, ast.Subscript):
        return _text_of(node.slice) if _last_name(node.value) == "modules" else None
    called = _last_name(node.func)
    takes = _CALLS.get(called)
    text = _text_of(_find_argument(node, 0, _KEYWORDS)) if takes and takes.gives_it else None
    if not text:
        return None
    if called == "__import__" and not _read_fromlist(node, called):
        return text.partition(".")[0]
    return next(iter(_resolve_text(text.replace(":", "."), node, packages)), None)


def find_code(call: ast.Call) -> str | None:
    """The source that ``exec`` or ``eval`` is given, where it is a plain string."""
    is_run = isinstance(call.func, ast.Name) and call.func.id in ("exec", "eval")
    return _text_of(call.args[0]) if is_run and call.args else None


def _find_attribute(call: ast.Call, owner: ast.expr) -> list[Told]:
    """``getattr(owner, "name")`` and its like."""
    node = _find_argument(call, 1, _NAMES)
    name = _text_of(node)
    return [] if node is None or name is None else [Told(Form.STRING, node, owner=owner, name=name)]


def _read_getter(call: ast.Call, getter: ast.Call) -> Iterator[Told]:
    """``attrgetter("a", "b")(owner)``."""
    for node in getter.args if _last_name(getter.func) == "attrgetter" else ():
        text = _text_of(node)
        if text is not None and call.args:
            yield Told(Form.STRING, node, owner=call.args[0], name=text)


def _find_argument(call: ast.Call, number: int, names: Sequence[str]) -> ast.expr | None:
    """The argument at *number*, which may be given as one of *names*."""
    if len(call.args) > number:
        return call.args[number]
    return next((keyword.value for keyword in call.keywords if keyword.arg in names), None)


def _text_of(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _last_name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _resolve_text(text: str, call: ast.Call, packages: Sequence[str]) -> list[str]:
    """*text*, or what it is relative to the package that the call names."""
    anchor = _text_of(_find_argument(call, 1, ("package",)))
    return resolve_relative(packages if anchor is None else [anchor], *split_dots(text))


def _read_fromlist(call: ast.Call, called: str) -> list[str]:
    """``__import__("a", fromlist=["b"])`` takes ``b`` from ``a``."""
    given = _find_argument(call, 3, ("fromlist",)) if called == "__import__" else None
    names = given.elts if isinstance(given, ast.List | ast.Tuple) else []
    return [text for name in names if (text := _text_of(name))]
