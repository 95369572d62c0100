"""Functions and classes that say of themselves that they are deprecated."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator, Mapping
from functools import cached_property

from pytest_ssot.source.deprecated import wording
from pytest_ssot.source.deprecated.finding import Sign, Strength
from pytest_ssot.source.deprecated.warning_statements import (
    SMALLER,
    Recogniser,
    Warned,
    depends_on,
    list_unconditional,
    read_inner_imports,
)
from pytest_ssot.source.names.module_outline import ModuleOutline
from pytest_ssot.source.text.constant_text import read_text
from pytest_ssot.syntax.nodes import join_dotted

_Function = ast.FunctionDef | ast.AsyncFunctionDef
Thing = _Function | ast.ClassDef

#: Names of what makes or tells deprecations, and is none itself.
_TOOL = re.compile(r"deprecat|^_?warn|^__\w+__$", re.IGNORECASE)
_MARKS = frozenset(("warnings.deprecated", "typing_extensions.deprecated"))
_PACKAGE = frozenset(
    f"deprecated{module}.{name}"
    for module in ("", ".classic", ".sphinx")
    for name in ("deprecated", "versiondeprecated")
)
_HOME_MADE = re.compile(r"_*(?:mark_)?(?:as_)?deprecate[ds]?(?:_|$)", re.IGNORECASE)
_MADE_IN = ("__init__", "__new__", "__post_init__")


def find_signs(outline: ModuleOutline, recogniser: Recogniser) -> Iterator[Sign]:
    """The signs of the module's functions and classes, methods left out: no rule can name one."""
    for step in outline.steps:
        node = step.node
        if isinstance(node, Thing) and step.where != "checking" and not _TOOL.search(node.name):
            thing = _Reader(outline, recogniser, node)
            yield from thing.read_decorators()
            yield from thing.read_bodies()
            yield from thing.read_words()


class _Reader:
    def __init__(self, outline: ModuleOutline, recogniser: Recogniser, node: Thing) -> None:
        self._outline = outline
        self._recogniser = recogniser
        self._node = node

    @cached_property
    def _inner(self) -> Mapping[str, str]:
        return read_inner_imports(self._outline, self._node)

    def read_decorators(self) -> Iterator[Sign]:
        """``@deprecated("…")`` in all its makes."""
        names = [
            self._outline.complete_name(_strip_call(node), {}) for node in self._node.decorator_list
        ]
        if any(name.rpartition(".")[2] == "overload" for name in names):
            return  # one way of calling it
        for decorator, name in zip(self._node.decorator_list, names, strict=True):
            last = name.rpartition(".")[2]
            known = name in _MARKS or name in _PACKAGE
            if not known and (not _HOME_MADE.match(last) or SMALLER.search(last)):
                continue
            text = _find_reason(decorator, self._outline.constants)
            if known or wording.is_about(text, [self._node.name]) is not False:
                strength = Strength.CERTAIN if known else Strength.LIKELY
                how = f"is marked @{join_dotted(_strip_call(decorator)) or last}"
                yield self._make_sign(strength, how, decorator.lineno, text)

    def read_bodies(self) -> Iterator[Sign]:
        """A body that warns on each call."""
        for function in self._list_bodies():
            known = {**self._list_known(), **_read_locals(function, self._outline.constants)}
            for node in list_unconditional(function.body):
                if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
                    continue
                warned = self._recogniser(node, self._inner, known)
                if warned is None:
                    continue
                strength = self._judge_strength(warned, function)
                if strength is not None:
                    yield self._make_sign(strength, "warns", warned.line, warned.text)
                return

    def read_words(self) -> Iterator[Sign]:
        """A docstring or a comment."""
        node = self._node
        text = ast.get_docstring(node, clean=False)
        told = wording.read_docstring(inspect.cleandoc(text)) if text else None
        known = wording.is_about(told, [node.name]) if told is not None else False
        if told is not None and known is not False:
            strength = Strength.LIKELY if known else Strength.POSSIBLE
            yield self._make_sign(strength, "says", node.body[0].lineno, told)
        first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
        above = self._outline.find_comment_above(first)
        beside = self._outline.find_comment_beside(node.lineno)
        for comment, line in ((above, first - 1), (beside, node.lineno)):
            told = wording.read_comment(comment) if comment else None
            if told and wording.is_about(told, [node.name]) is not False:
                yield self._make_sign(Strength.LIKELY, "says", line, told)

    def _list_bodies(self) -> Iterator[_Function]:
        if not isinstance(self._node, ast.ClassDef):
            yield self._node
            return
        for statement in self._node.body:
            if isinstance(statement, ast.FunctionDef) and statement.name in _MADE_IN:
                yield statement

    def _list_known(self) -> Mapping[str, str]:
        """The expressions by which a class says its own name."""
        name = self._node.name
        ways = ("self.__class__", "type(self)", "cls", "__class__")
        said = {
            f"{way}.__{attribute}__": name for way in ways for attribute in ("name", "qualname")
        }
        return {**self._outline.constants, **said}

    def _judge_strength(self, warned: Warned, function: _Function) -> Strength | None:
        known = wording.is_about(warned.text, [self._node.name])
        if known is False:
            return None
        if known is None and depends_on(warned, _list_given(function)):
            return None  # a helper: what it warns of comes from its caller
        if known is None:
            return Strength.LIKELY
        return warned.strength

    def _make_sign(self, strength: Strength, how: str, line: int, text: str) -> Sign:
        outline, node = self._outline, self._node
        target = f"{outline.dotted}:{node.name}"
        ways = tuple(wording.find_pointers(text))
        return Sign(target, strength, how, outline.path, line, text, ways)


def _strip_call(decorator: ast.expr) -> ast.expr:
    return decorator.func if isinstance(decorator, ast.Call) else decorator


def _find_reason(decorator: ast.expr, constants: Mapping[str, str]) -> str:
    """The words in a decorator's arguments: a ``reason``, else the longest text."""
    if not isinstance(decorator, ast.Call):
        return ""
    named = {word.arg: word.value for word in decorator.keywords}
    for name in ("reason", "message", "msg", "details", "alternative"):
        if name in named:
            text = read_text(named[name], constants)
            return f"use {text}" if name == "alternative" else text
    given = [*decorator.args, *named.values()]
    texts = [read_text(node, constants) for node in given if not _is_flag(node)]
    return max((text for text in texts if re.search("[a-z]", text, re.I)), key=len, default="")


def _is_flag(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and not isinstance(node.value, str)


def _read_locals(function: _Function, constants: Mapping[str, str]) -> Mapping[str, str]:
    """The texts that the function's own names stand for."""
    found: dict[str, str] = {}
    for node in function.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            text = read_text(node.value, {**constants, **found})
            if re.search(r"\w", text):
                found[node.targets[0].id] = text
    return found


def _list_given(function: _Function) -> set[str]:
    """The parameters, and the names that are made of them."""
    found = _list_parameters(function)
    for node in function.body:
        if isinstance(node, ast.Assign):
            used = {one.id for one in ast.walk(node.value) if isinstance(one, ast.Name)}
            if used & found:
                found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return found


def _list_parameters(function: _Function) -> set[str]:
    given = function.args
    every = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    return {one.arg for one in every if one is not None} - {"self", "cls"}


def find_delegates(outline: ModuleOutline, node: Thing) -> Iterator[str]:
    """What a deprecated thing hands its calls on to, or is a bare subclass of."""
    if isinstance(node, ast.ClassDef):
        bare = all(
            isinstance(statement, ast.Pass | ast.Expr)
            or (isinstance(statement, ast.FunctionDef) and statement.name in _MADE_IN)
            for statement in node.body
        )
        if bare and len(node.bases) == 1:
            yield outline.spell_pointer(node.bases[0], {})
        return
    last = node.body[-1]
    value = last.value if isinstance(last, ast.Return | ast.Expr) else None
    value = value.value if isinstance(value, ast.Await) else value
    if isinstance(value, ast.Call) and _passes_all(value, _list_parameters(node)):
        pointer = outline.spell_pointer(value.func, read_inner_imports(outline, node))
        root, last_part = pointer.partition(".")[0], re.split("[.:]", pointer)[-1]
        if pointer and root not in _list_parameters(node) and not _TOOL.search(last_part):
            yield pointer


def _passes_all(call: ast.Call, parameters: set[str]) -> bool:
    """Whether *call* hands on what came in, and nothing else."""
    given = [
        argument.value if isinstance(argument, ast.Starred) else argument for argument in call.args
    ]
    given += [word.value for word in call.keywords]
    names = {node.id for node in given if isinstance(node, ast.Name)}
    return len(names) == len(given) and names == parameters
