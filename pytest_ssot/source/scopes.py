"""What a name stands for where it is read: the imports that bind it, if nothing else does."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

Function = ast.FunctionDef | ast.AsyncFunctionDef
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
Scope = ast.Module | ast.ClassDef | Function | ast.Lambda | Comprehension

#: How far aliases of aliases are followed.
_DEEP = 5
#: Calls that give back the module that they are told.
_IMPORTERS = frozenset(("import_module", "importorskip"))


class Binding(NamedTuple):
    """A name gets a value: that of the dotted path, of an expression, or one unknown.

    ``firm``: it does for sure, once the scope gets there.
    """

    line: int
    firm: bool
    dotted: str | None = None
    value: ast.expr | None = None


class Scopes:
    """Resolves names in one file.

    *absolute* gives the module that a ``from`` statement names.
    """

    def __init__(self, absolute: Callable[[ast.ImportFrom], str]) -> None:
        self._absolute = absolute
        self._known: dict[ast.AST, dict[str, list[Binding]]] = {}
        self._stated: dict[ast.AST, frozenset[str]] = {}

    def paths(self, name: ast.Name, scopes: Sequence[Scope], deep: int = _DEEP) -> list[str]:
        """The dotted paths that *name* may stand for, read in the last of *scopes*."""
        for at in range(len(scopes) - 1, -1, -1):
            scope = scopes[at]
            own = at == len(scopes) - 1
            if isinstance(scope, ast.ClassDef) and not own:
                continue  # a class's names are not its methods'
            bindings = self._bound(scope).get(name.id)
            if bindings is None:
                continue
            if any(one.line < 0 for one in bindings):  # global, nonlocal
                continue
            found: list[str] = []
            for one in _alive(bindings, name.lineno) if own else bindings:
                found += self._values(one, scopes[: at + 1], deep)
            return list(dict.fromkeys(found))
        return []

    def chain(
        self, node: ast.expr, scopes: Sequence[Scope], deep: int = _DEEP
    ) -> Iterator[tuple[str, list[str]]]:
        """What ``name.one.two`` may start from, each with the attributes behind it."""
        attributes: list[str] = []
        while isinstance(node, ast.Attribute):
            attributes.append(node.attr)
            node = node.value
        if isinstance(node, ast.Name):
            for path in self.paths(node, scopes, deep):
                yield path, attributes[::-1]

    def names(self, scope: Scope) -> frozenset[str]:
        """The names that *scope* binds."""
        return frozenset(self._bound(scope))

    def states(self, scopes: Sequence[Scope], module: str, *, below: bool) -> bool:
        """Whether an import statement for *module* runs before the code in *scopes* does.

        It stands at the top of the file or in a function around; with *below*,
        one for a submodule will do too.
        """
        return any(
            one == module or (below and one.startswith(f"{module}."))
            for scope in scopes
            for one in self._imports(scope)
        )

    def _values(self, binding: Binding, scopes: Sequence[Scope], deep: int) -> list[str]:
        if binding.dotted is not None:
            return [binding.dotted]
        value = binding.value
        if value is None or not deep:
            return []
        if isinstance(value, ast.Call):
            return [text for text in (_imported_by(value),) if text]
        return [".".join((path, *rest)) for path, rest in self.chain(value, scopes, deep - 1)]

    def _bound(self, scope: Scope) -> dict[str, list[Binding]]:
        known = self._known.get(scope)
        if known is None:
            known = {}
            for name, binding in self._bindings(scope):
                known.setdefault(name, []).append(binding)
            self._known[scope] = known
        return known

    def _bindings(self, scope: Scope) -> Iterator[tuple[str, Binding]]:
        if isinstance(scope, Comprehension):
            for generator in scope.generators:
                yield from _targets(generator.target)
            return
        if isinstance(scope, Function | ast.Lambda):
            for node in ast.walk(scope.args):
                if isinstance(node, ast.arg):
                    yield node.arg, Binding(0, True)
        if not isinstance(scope, ast.Lambda):
            for statement in scope.body:
                yield from self._of(statement, firm=True)

    def _of(self, node: ast.AST, firm: bool) -> Iterator[tuple[str, Binding]]:
        """What *node*, a statement or a part of one, binds in its scope."""
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name if alias.asname else alias.name.partition(".")[0]
                yield alias.asname or top, Binding(node.lineno, firm, top)
        elif isinstance(node, ast.ImportFrom):
            module = self._absolute(node)
            for alias in node.names:
                dotted = f"{module}.{alias.name}" if module else None
                yield alias.asname or alias.name, Binding(node.lineno, firm, dotted)
        elif isinstance(node, Function | ast.ClassDef):
            yield node.name, Binding(node.lineno, firm)
        elif isinstance(node, ast.Global | ast.Nonlocal):
            yield from ((name, Binding(-1, True)) for name in node.names)
        elif isinstance(node, ast.Lambda | Comprehension):
            yield from self._walrus(node)
        else:
            yield from _assigned(node, firm)
            inner = firm and not isinstance(node, _MAYBE)
            for child in ast.iter_child_nodes(node):
                if not isinstance(child, _LEAVES):
                    yield from self._of(child, inner)

    def _walrus(self, node: ast.AST) -> Iterator[tuple[str, Binding]]:
        """``:=`` inside a comprehension binds around it (PEP 572)."""
        for inner in ast.walk(node):
            if isinstance(inner, ast.NamedExpr):
                yield from _targets(inner.target)

    def _imports(self, scope: Scope) -> frozenset[str]:
        known = self._stated.get(scope)
        if known is None:
            body = [] if isinstance(scope, ast.Lambda | Comprehension) else scope.body
            known = self._stated[scope] = frozenset(self._modules(body))
        return known

    def _modules(self, body: Iterable[ast.AST]) -> Iterator[str]:
        todo = list(body)
        while todo:
            node = todo.pop()
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                module = self._absolute(node)
                yield from (f"{module}.{alias.name}" for alias in node.names)
            elif isinstance(node, ast.If) and is_typing(node.test) is not None:
                todo += node.orelse if is_typing(node.test) else node.body
            elif not isinstance(node, Function | ast.ClassDef | ast.expr):
                todo += ast.iter_child_nodes(node)


#: What may not run, or not to its end.
_MAYBE = ast.If | ast.For | ast.AsyncFor | ast.While | ast.Try | ast.TryStar | ast.Match
#: What binds nothing, below.
_LEAVES = ast.Constant | ast.expr_context | ast.operator | ast.alias | ast.Name


def is_typing(test: ast.expr) -> bool | None:
    """True for ``TYPE_CHECKING``, False for ``not TYPE_CHECKING``, None for all else."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = is_typing(test.operand)
        return None if inner is None else not inner
    name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")
    return True if name == "TYPE_CHECKING" else None


def _assigned(node: ast.AST, firm: bool) -> Iterator[tuple[str, Binding]]:
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            yield name, Binding(node.lineno, firm, value=value)
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            yield name, Binding(node.lineno, firm, value=value)
        case ast.NamedExpr(target=ast.Name(id=name), value=value):
            yield name, Binding(node.lineno, firm, value=value)
        case ast.Assign(targets=targets):
            for target in targets:
                yield from _targets(target, firm)
        case ast.AugAssign(target=target) | ast.For(target=target) | ast.AsyncFor(target=target):
            yield from _targets(target, firm)
        case ast.withitem(optional_vars=ast.expr() as target):
            yield from _targets(target, firm)
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
            yield name, Binding(node.lineno, False)
        case ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
            yield name, Binding(node.lineno, False)


def _targets(target: ast.expr, firm: bool = False) -> Iterator[tuple[str, Binding]]:
    for node in ast.walk(target):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, Binding(node.lineno, firm)


def _alive(bindings: list[Binding], line: int) -> list[Binding]:
    """Those that may still hold at *line*; all where none is above it (a loop)."""
    above = [one for one in bindings if one.line <= line]
    for at in range(len(above) - 1, -1, -1):
        if above[at].firm:
            return above[at:]
    return above or bindings


def _imported_by(call: ast.Call) -> str | None:
    """``a.b`` of ``importlib.import_module("a.b")``."""
    called = call.func.attr if isinstance(call.func, ast.Attribute) else None
    if isinstance(call.func, ast.Name):
        called = call.func.id
    match call.args:
        case [ast.Constant(value=str(text)), *_] if called in _IMPORTERS:
            return text.strip(".") and text
    return None
