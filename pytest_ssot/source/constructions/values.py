"""What an expression stands for, where that is a class which somebody looks for.

Names are resolved as for rules (`Scopes`); besides, this follows what only matters where
something is called: ``cls`` and ``type(self)``, conditions, generics, ``functools.partial``.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from pytest_ssot.source.names.scopes import Binding, Scopes
from pytest_ssot.source.uses.calls import find_given, find_told
from pytest_ssot.syntax.nodes import Function, Scope, name_called

_PARTIAL = "functools.partial"
#: Get the class as their first argument without being marked as class methods.
_IMPLICIT = ("__new__", "__class_getitem__")


class Value(NamedTuple):
    """A dotted path; with *partial*, what that call of ``functools.partial`` makes of it."""

    path: str
    partial: ast.Call | None = None


class Values:
    """Resolves expressions; *made* are the class statements that matter, with their paths."""

    def __init__(
        self,
        scopes: Scopes,
        packages: Sequence[str],
        made: dict[ast.AST, str],
        classes: Collection[str],
    ) -> None:
        self._scopes = scopes
        self._packages = packages
        self._made = made
        self._classes = classes
        self._known: dict[ast.expr, list[Value]] = {}

    def find_classes(self, node: ast.expr, scopes: Sequence[Scope]) -> list[Value]:
        """The classes that somebody looks for which *node* may stand for."""
        return [value for value in self.find_values(node, scopes) if value.path in self._classes]

    def find_values(self, node: ast.expr, scopes: Sequence[Scope]) -> list[Value]:
        """All that *node* may stand for, read in the last of *scopes*, as far as source tells."""
        known = self._known.get(node)
        if known is None:
            self._known[node] = []  # names may stand for each other
            known = self._known[node] = list(dict.fromkeys(self._resolve(node, scopes)))
        return known

    def _resolve(self, node: ast.expr, scopes: Sequence[Scope]) -> Iterator[Value]:
        match node:
            case ast.Name():
                yield from self._resolve_name(node, scopes)
            case ast.Attribute(value=owner, attr="__class__"):
                yield from self._find_own_class(owner, scopes)
            case ast.Attribute(value=owner, attr=name):
                yield from (
                    Value(f"{value.path}.{name}") for value in self._find_plain(owner, scopes)
                )
            case ast.Call():
                yield from self._resolve_call(node, scopes)
            case ast.Subscript(value=owner):
                path = find_given(node, self._packages)
                generic = [
                    class_ for class_ in self.find_classes(owner, scopes) if class_.partial is None
                ]
                yield from generic if path is None else [Value(path)]
            case ast.IfExp(body=one, orelse=other):
                yield from (*self.find_values(one, scopes), *self.find_values(other, scopes))
            case ast.BoolOp(values=parts):
                for part in parts:
                    yield from self.find_values(part, scopes)
            case ast.NamedExpr(value=inner):
                yield from self.find_values(inner, scopes)

    def _find_plain(self, node: ast.expr, scopes: Sequence[Scope]) -> Iterator[Value]:
        return (value for value in self.find_values(node, scopes) if value.partial is None)

    def _resolve_name(self, node: ast.Name, scopes: Sequence[Scope]) -> Iterator[Value]:
        bound = self._scopes.find_bindings(node, scopes)
        if bound is None:
            yield Value(f"builtins.{node.id}")
            return
        for binding, path in ((binding, binding.dotted) for binding in bound[0]):
            if path is not None:
                yield Value(path)
            elif binding.value is not None:
                yield from self.find_values(binding.value, bound[1])
            elif (own := self._read_parameter(node.id, binding, bound[1])) and own[1]:
                yield Value(own[0])

    def _resolve_call(self, node: ast.Call, scopes: Sequence[Scope]) -> Iterator[Value]:
        path = find_given(node, self._packages)
        if path is not None:
            yield Value(path)
            return
        functions = {value.path for value in self._find_plain(node.func, scopes)}
        if "builtins.type" in functions and len(node.args) == 1:
            yield from self._find_own_class(node.args[0], scopes)
        elif _PARTIAL in functions and node.args:
            yield from (
                Value(class_.path, node) for class_ in self.find_classes(node.args[0], scopes)
            )
        elif "builtins.getattr" in functions:
            for one in find_told(node, self._packages):
                if one.owner is not None:
                    owners = self._find_plain(one.owner, scopes)
                    yield from (Value(f"{owner.path}.{one.name}") for owner in owners)

    def _find_own_class(self, node: ast.expr, scopes: Sequence[Scope]) -> Iterator[Value]:
        """The class of *node*, where that is ``self`` in a method of one."""
        bound = self._scopes.find_bindings(node, scopes) if isinstance(node, ast.Name) else None
        if bound is not None and isinstance(node, ast.Name):
            for binding in bound[0]:
                own = self._read_parameter(node.id, binding, bound[1])
                if own is not None and not own[1]:
                    yield Value(own[0])

    def _read_parameter(
        self, name: str, binding: Binding, scopes: Sequence[Scope]
    ) -> tuple[str, bool] | None:
        """The class whose method has *binding* as its first parameter, and if that is the class.

        None for what is no such parameter.
        """
        if len(scopes) < 2 or binding.start > (0, 0):
            return None
        function, path = scopes[-1], self._made.get(scopes[-2])
        if path is None or not isinstance(function, Function):
            return None
        first = next(iter((*function.args.posonlyargs, *function.args.args)), None)
        marks = set(map(name_called, function.decorator_list))
        if first is None or first.arg != name or "staticmethod" in marks:
            return None
        return path, "classmethod" in marks or function.name in _IMPLICIT
