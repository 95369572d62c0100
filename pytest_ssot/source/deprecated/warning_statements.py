"""Recognises the statement that warns of a deprecation."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from pytest_ssot.source.deprecated.categories import WarningCategories
from pytest_ssot.source.deprecated.finding import Strength
from pytest_ssot.source.names.module_outline import ModuleOutline
from pytest_ssot.source.text.constant_text import read_text

_ISSUERS = frozenset(("warnings.warn", "warnings.warn_explicit"))
_LOGS = frozenset(("warn", "warning", "error"))
#: Home-made helpers by name; those that are about something smaller are none.
_HELPER = re.compile(r"deprecat", re.IGNORECASE)
SMALLER = re.compile(r"arg|attr|kw|option|param|position|propert|method|default|value", re.I)


class Warned(NamedTuple):
    """A deprecation that is told: ``uses`` are the names that its text is made of."""

    line: int
    text: str
    strength: Strength
    reaches_caller: bool
    uses: frozenset[str]


class Recogniser:
    """Finds what warns in one module."""

    def __init__(self, outline: ModuleOutline, categories: WarningCategories) -> None:
        self._outline = outline
        self._categories = categories

    def __call__(
        self, node: ast.stmt, inner: Mapping[str, str], known: Mapping[str, str]
    ) -> Warned | None:
        """What *node* warns of, if it is a call that warns of a deprecation.

        *inner* are the sources of what the function around it imports, *known*
        the texts of expressions.
        """
        call = node.value if isinstance(node, ast.Expr) else None
        if not isinstance(call, ast.Call):
            return None
        name = self._outline.complete_name(call.func, inner) or ast.unparse(call.func)
        if name in _ISSUERS or name.endswith("warnings.warn"):
            return self._read_issued(call, inner, known)
        last = name.rpartition(".")[2]
        words = [read_text(value, known) for value in _list_values(call)]
        said = max((word for word in words if " " in word), key=len, default="")
        if said and _HELPER.search(last) and not SMALLER.search(last):
            return _make_warned(call, said, Strength.LIKELY, reaches_caller=True)
        if last in _LOGS and re.search("log", name, re.I) and _says_deprecated(said):
            return _make_warned(call, said, Strength.LIKELY, reaches_caller=False)
        return None

    def _read_issued(
        self, call: ast.Call, inner: Mapping[str, str], known: Mapping[str, str]
    ) -> Warned | None:
        message = _find_argument(call, 0, "message")
        category = _find_argument(call, 1, "category")
        if message is None:
            return None
        if category is None and isinstance(message, ast.Call):
            category, message = message.func, message.args[0] if message.args else message
        text = read_text(message, {**self._outline.constants, **known})
        level = _find_argument(call, 2, "stacklevel") or _find_argument(call, 3, "lineno")
        reaches = level is not None and ast.unparse(level) != "1"
        if category is not None and self._categories.has(
            self._outline.complete_name(category, inner)
        ):
            return _make_warned(call, text, Strength.CERTAIN, reaches_caller=reaches)
        if _says_deprecated(text):  # of another category, or of none: the words decide
            return _make_warned(call, text, Strength.LIKELY, reaches_caller=reaches)
        return None


def list_unconditional(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a function's *body* that each call of it runs first."""
    for node in body:
        if isinstance(node, ast.With | ast.AsyncWith):
            yield from list_unconditional(node.body)
        elif isinstance(node, ast.Try | ast.TryStar):
            yield from list_unconditional(node.body)
            return
        elif isinstance(node, ast.Return | ast.Raise) or _may_leave(node):
            return
        else:
            yield node


def read_inner_imports(outline: ModuleOutline, node: ast.AST) -> dict[str, str]:
    """The sources of the names that statements anywhere in *node* import."""
    return {
        name: source
        for one in ast.walk(node)
        if isinstance(one, ast.Import | ast.ImportFrom)
        for name, source in outline.list_imported(one)
    }


def depends_on(warned: Warned, parameters: Collection[str]) -> bool:
    return not warned.uses.isdisjoint(parameters)


def _make_warned(call: ast.Call, text: str, strength: Strength, *, reaches_caller: bool) -> Warned:
    message = [*call.args[:1], *(word.value for word in call.keywords if word.arg == "message")]
    uses = {node.id for each in message for node in ast.walk(each) if isinstance(node, ast.Name)}
    return Warned(call.lineno, text, strength, reaches_caller, frozenset(uses))


def _says_deprecated(text: str) -> bool:
    return "deprecat" in text.lower()


def _find_argument(call: ast.Call, position: int, name: str) -> ast.expr | None:
    for word in call.keywords:
        if word.arg == name:
            return word.value
    return call.args[position] if len(call.args) > position else None


def _list_values(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(word.value for word in call.keywords)]


def _may_leave(node: ast.stmt) -> bool:
    """Whether a compound statement may end the function, or go on for long."""
    ends = (ast.Return, ast.Raise, ast.Yield, ast.YieldFrom, ast.Continue, ast.Break)
    compound = isinstance(node, ast.If | ast.For | ast.AsyncFor | ast.While | ast.Match)
    return compound and any(isinstance(one, ends) for one in ast.walk(node))
