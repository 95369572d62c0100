"""``__getattr__`` of a module: names, or a whole module, that it answers for and warns of."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pytest_ssot.source.deprecated import wording
from pytest_ssot.source.deprecated.finding import Sign
from pytest_ssot.source.deprecated.warning_statements import Recogniser, Warned, read_inner_imports
from pytest_ssot.source.names.module_outline import ModuleOutline
from pytest_ssot.source.text.constant_text import HOLE, read_text
from pytest_ssot.syntax.nodes import join_dotted
from pytest_ssot.syntax.relative_names import resolve_relative, split_dots


class _Answer(NamedTuple):
    """A name that the shim answers for; None for any name.

    ``body`` runs for it, ``said`` are the words kept for it in a table.
    """

    name: str | None
    line: int
    pointers: tuple[str, ...]
    body: list[ast.stmt]
    said: str = ""


def find_signs(outline: ModuleOutline, recogniser: Recogniser) -> Iterator[Sign]:
    """The signs of what the module's ``__getattr__`` warns of; one that only loads late is none."""
    for step in outline.steps:
        if isinstance(step.node, ast.FunctionDef) and step.node.name == "__getattr__":
            yield from _Shim(outline, recogniser, step.node).find_signs()


class _Shim:
    def __init__(
        self, outline: ModuleOutline, recogniser: Recogniser, node: ast.FunctionDef
    ) -> None:
        self._outline = outline
        self._recogniser = recogniser
        self._node = node
        self._inner = read_inner_imports(outline, node)
        self._asked = node.args.args[0].arg if node.args.args else "name"

    def find_signs(self) -> Iterator[Sign]:
        outline = self._outline
        for answer in self._find_answers():
            known = {**outline.constants, self._asked: answer.name or HOLE}
            warned = self._find_warning(answer.body, known) or self._find_warning(
                self._list_before(), known
            )
            target = f"{outline.dotted}:{answer.name}" if answer.name else outline.dotted
            if warned is None or answer.name == "__path__":
                continue
            text = answer.said if warned.text in ("", HOLE) else warned.text
            if wording.is_about(text, [answer.name or outline.dotted]) is False and answer.name:
                continue
            told = tuple(wording.find_pointers(text))
            # That the same thing is still found elsewhere says little where words say what to do.
            ways = [
                pointer
                for pointer in answer.pointers
                if not told or not _ends_with(pointer, answer.name)
            ]
            how = "warns in __getattr__"
            yield Sign(
                target, warned.strength, how, outline.path, warned.line, text, (*ways, *told)
            )

    def _find_answers(self) -> Iterator[_Answer]:
        """The tests of the asked name, or, where there is none, the answer for any name."""
        found = False
        for node in ast.walk(self._node):
            if isinstance(node, ast.If):
                for answer in self._read_test(node):
                    found = True
                    yield answer
            elif isinstance(node, ast.Match) and self._is_asked(node.subject):
                for case in node.cases:
                    for name in _list_patterns(case.pattern):
                        found = True
                        ways = _fill_stars(self._list_returned(case.body), name)
                        yield _Answer(name, case.body[0].lineno, ways, case.body)
            elif isinstance(node, ast.Try):  # try: new = TABLE[name], except KeyError: …
                for table in self._find_lookups(node):
                    found = True
                    yield from self._read_table(table, self._node.body)
        if not found:
            yield from self._find_forwarded()

    def _read_test(self, node: ast.If) -> Iterator[_Answer]:
        test = node.test
        if not isinstance(test, ast.Compare) or not self._is_asked(test.left):
            return
        operator, right = test.ops[0], test.comparators[0]
        body = node.body
        if isinstance(operator, ast.NotIn | ast.NotEq):  # then the rest of the function answers
            body = self._node.body
        if isinstance(operator, ast.Eq | ast.NotEq):
            for name in _list_strings(right):
                yield _Answer(name, node.lineno, _fill_stars(self._list_returned(body), name), body)
        elif isinstance(operator, ast.In | ast.NotIn):
            yield from self._read_table(right, body)

    def _read_table(self, node: ast.expr, body: list[ast.stmt]) -> Iterator[_Answer]:
        """The names in a dict, list, tuple or set, written here or in the module's body."""
        table = self._value_of(node)
        returned = self._list_returned(body)
        if isinstance(table, ast.Dict):
            for key, value in zip(table.keys, table.values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    ways = (*_list_ways(value, key.value), *_fill_stars(returned, key.value))
                    said = read_text(value, self._outline.constants)
                    said = said if " " in said else ""
                    yield _Answer(key.value, key.lineno, ways, body, said)
        elif table is not None:
            for name in _list_strings(table):
                yield _Answer(name, table.lineno, _fill_stars(returned, name), body)

    def _find_forwarded(self) -> Iterator[_Answer]:
        """``return getattr(new, name)`` for every name."""
        for node in ast.walk(self._node):
            if not (isinstance(node, ast.Call) and ast.unparse(node.func) == "getattr"):
                continue
            if len(node.args) > 1 and self._is_asked(node.args[1]):
                module = self._find_module(node.args[0])
                if module and module != self._outline.dotted:
                    yield _Answer(None, node.lineno, (module,), self._node.body)

    def _list_returned(self, body: list[ast.stmt]) -> tuple[str, ...]:
        """What the branch returns, as pointers; ``module:*`` for the asked name in a module."""
        inner = dict(self._inner)
        found: list[str] = []
        for one in (sub for node in body for sub in ast.walk(node)):
            if isinstance(one, ast.Return) and one.value is not None:
                found += self._list_pointers(one.value, inner)
        return tuple(found)

    def _list_pointers(self, value: ast.expr, inner: Mapping[str, str]) -> Iterator[str]:
        if isinstance(value, ast.Call) and ast.unparse(value.func) == "getattr":
            module = self._find_module(value.args[0])
            asked = value.args[1]
            if module and isinstance(asked, ast.Constant) and isinstance(asked.value, str):
                yield f"{module}:{asked.value}"
            elif module:
                yield f"{module}:*"
        elif isinstance(value, ast.Attribute) and isinstance(value.value, ast.Call):
            module = self._find_module(value.value)
            if module:
                yield f"{module}:{value.attr}"
        elif isinstance(value, ast.Name | ast.Attribute):
            pointer = self._outline.spell_pointer(value, inner)
            if pointer:
                yield pointer

    def _find_module(self, node: ast.expr) -> str:
        """The module that an expression is: ``import_module("a.b")``, or an imported one's name."""
        node = self._find_assigned(node)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(
            ("import_module", "__import__")
        ):
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                return self._resolve_relative(first.value)
            return ""
        return self._outline.complete_name(node, self._inner)

    def _find_assigned(self, node: ast.expr) -> ast.expr:
        """What a local name was given, where that is a call."""
        if isinstance(node, ast.Name):
            for one in ast.walk(self._node):
                named = isinstance(one, ast.Assign) and ast.unparse(one.targets[0]) == node.id
                if named and isinstance(one, ast.Assign) and isinstance(one.value, ast.Call):
                    return one.value
        return node

    def _resolve_relative(self, module: str) -> str:
        return next(iter(resolve_relative((self._outline.package,), *split_dots(module))), "")

    def _find_lookups(self, node: ast.Try) -> Iterator[ast.expr]:
        for one in (sub for part in node.body for sub in ast.walk(part)):
            if isinstance(one, ast.Subscript) and self._is_asked(one.slice):
                yield one.value

    def _value_of(self, node: ast.expr) -> ast.expr | None:
        if not isinstance(node, ast.Name):
            return node
        binding = self._outline.bindings.get(node.id)
        if binding and isinstance(binding.node, ast.Assign | ast.AnnAssign):
            return binding.node.value
        return None

    def _is_asked(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id == self._asked

    def _list_before(self) -> list[ast.stmt]:
        """What runs for every name: the function's own statements, not those of its branches."""
        return [
            statement
            for statement in self._node.body
            if not isinstance(statement, ast.If | ast.Match)
        ]

    def _find_warning(self, body: list[ast.stmt], known: Mapping[str, str]) -> Warned | None:
        for node in (sub for part in body for sub in ast.walk(part)):
            if isinstance(node, ast.stmt):
                warned = self._recogniser(node, self._inner, known)
                if warned is not None:
                    return warned
        return None


def _list_strings(node: ast.expr) -> list[str]:
    items = node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else [node]
    if isinstance(node, ast.Call) and node.args:  # frozenset((…))
        return _list_strings(node.args[0])
    return [
        item.value
        for item in items
        if isinstance(item, ast.Constant) and isinstance(item.value, str)
    ]


def _list_patterns(pattern: ast.pattern) -> Iterator[str]:
    if isinstance(pattern, ast.MatchOr):
        for one in pattern.patterns:
            yield from _list_patterns(one)
    elif isinstance(pattern, ast.MatchValue):
        yield from _list_strings(pattern.value)


def _list_ways(value: ast.expr, name: str) -> Iterator[str]:
    """What an entry of a table of old names may point at."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        text = value.value
        if re.fullmatch(r"\.*\w+(?:\.\w+)*(?::\w+)?", text):
            yield from (text,) if ":" in text else (f"{text}:{name}", text)
        else:
            yield from wording.find_pointers(text)
    elif isinstance(value, ast.Tuple | ast.List):
        strings = [elt for elt in value.elts if isinstance(elt, ast.Constant)]
        texts = [string.value for string in strings if isinstance(string.value, str)]
        if len(texts) > 1:
            yield f"{texts[0]}:{texts[1]}"
        for elt in value.elts:
            yield from _list_ways(elt, name)
    elif join_dotted(value):
        yield join_dotted(value)


def _fill_stars(ways: tuple[str, ...], name: str) -> tuple[str, ...]:
    """*ways* for the asked *name*; of several, those that go by that name."""
    named = [f"{way[:-1]}{name}" if way.endswith(":*") else way for way in ways]
    same = [way for way in named if _ends_with(way, name)]
    return tuple(named if len(set(named)) == 1 else same)


def _ends_with(pointer: str, name: str | None) -> bool:
    return re.split("[.:]", pointer)[-1] == name
