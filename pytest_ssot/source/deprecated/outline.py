"""One module as its source states it: its names, its statements, its comments."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Literal, NamedTuple

from pytest_ssot.source.deprecated.constant_text import HOLE, text_of

#: Where a statement of a module stands: on every way through it, or on some.
Where = Literal["always", "if", "version", "try", "fallback", "checking"]


class Binding(NamedTuple):
    """What a module's name is; an import has a ``source``, ``a.b`` or ``a.b:Name``."""

    kind: Literal["function", "coroutine", "class", "import", "value"]
    line: int
    source: str | None = None
    node: ast.stmt | None = None


class Step(NamedTuple):
    """A statement that the import of a module runs, and where it stands."""

    node: ast.stmt
    where: Where


class Outline:
    """The module *dotted* in the file *path*; SyntaxError or ValueError where *text* is none."""

    def __init__(self, path: str, dotted: str, text: str) -> None:
        self.path = path
        self.dotted = dotted
        self.is_package = path.rpartition("/")[2] == "__init__.py"
        self._text = text
        self.tree = ast.parse(text)
        self.steps = tuple(_steps(self.tree.body, "always"))

    @property
    def package(self) -> str:
        return self.dotted if self.is_package else self.dotted.rpartition(".")[0]

    @cached_property
    def bindings(self) -> Mapping[str, Binding]:
        """The module's names; a definition wins over what else binds the name, then the first."""
        found: dict[str, Binding] = {}
        for step in self.steps:
            for name, binding in self._bound(step.node):
                if name not in found or binding.kind in ("function", "coroutine", "class"):
                    found[name] = binding
        return found

    @cached_property
    def stars(self) -> tuple[str, ...]:
        """The modules of ``from … import *``."""
        return tuple(
            self.absolute(step.node)
            for step in self.steps
            if isinstance(step.node, ast.ImportFrom) and step.node.names[0].name == "*"
        )

    @cached_property
    def constants(self) -> Mapping[str, str]:
        """The strings that the module's names stand for, and its own name."""
        found = {"__name__": self.dotted}
        for step in self.steps:
            if isinstance(step.node, ast.Assign) and _is_text(step.node.value):
                text = text_of(step.node.value, found)
                for target in step.node.targets:
                    if isinstance(target, ast.Name) and text != HOLE:
                        found[target.id] = text
        return found

    @cached_property
    def read_names(self) -> frozenset[str]:
        """The names that the module's own code reads."""
        return frozenset(
            node.id
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
        )

    @cached_property
    def comments(self) -> Mapping[int, tuple[str, bool]]:
        """By line: the comment, and whether it has the line to itself."""
        found: dict[int, tuple[str, bool]] = {}
        try:
            for token in tokenize.generate_tokens(io.StringIO(self._text).readline):
                if token.type == tokenize.COMMENT:
                    alone = not token.line[: token.start[1]].strip()
                    found[token.start[0]] = (token.string.lstrip("#: ").rstrip(), alone)
        except (tokenize.TokenError, SyntaxError):  # a newer grammar: what was read counts
            pass
        return found

    def comment_above(self, line: int) -> str:
        """The comment lines that end right above *line*, as one text."""
        told: list[str] = []
        while (above := self.comments.get(line - 1)) and above[1]:
            told.insert(0, above[0])
            line -= 1
        return " ".join(told)

    def comment_beside(self, line: int) -> str:
        text, alone = self.comments.get(line, ("", True))
        return "" if alone else text

    def absolute(self, node: ast.ImportFrom) -> str:
        """The module that *node* imports from; empty where it leads out of the package."""
        if not node.level:
            return node.module or ""
        parts = self.package.split(".")
        base = parts[: len(parts) - node.level + 1]
        return ".".join([*base, *([node.module] if node.module else [])]) if base else ""

    def imported(self, node: ast.stmt) -> Iterator[tuple[str, str]]:
        """The names that *node*, if it is an import, binds, and the source of each."""
        if isinstance(node, ast.Import):
            for alias in node.names:
                bound = alias.asname or alias.name.partition(".")[0]
                yield bound, alias.name if alias.asname else bound
        elif isinstance(node, ast.ImportFrom):
            module = self.absolute(node)
            for alias in node.names:
                if module and alias.name != "*":
                    yield alias.asname or alias.name, f"{module}:{alias.name}"

    def full(self, node: ast.expr, inner: Mapping[str, str]) -> str:
        """*node*'s dotted name with its first part as imported; empty where it is no name.

        *inner* are the sources of the names that the function around it imports.
        """
        name = dotted_name(node)
        root, dot, rest = name.partition(".")
        binding = self.bindings.get(root)
        source = inner.get(root) or (binding.source if binding else None) or root
        return f"{source.replace(':', '.')}{dot}{rest}" if name else ""

    def spelled(self, node: ast.expr, inner: Mapping[str, str]) -> str:
        """*node* as a pointer: its dotted name, with what *inner* imports put in place."""
        name = dotted_name(node)
        root, dot, rest = name.partition(".")
        if root not in inner:
            return name
        source = inner[root]
        return f"{source}{dot or ''}{rest}" if not rest else f"{source.replace(':', '.')}.{rest}"

    def _bound(self, node: ast.stmt) -> Iterator[tuple[str, Binding]]:
        if isinstance(node, ast.FunctionDef):
            yield node.name, Binding("function", node.lineno, node=node)
        elif isinstance(node, ast.AsyncFunctionDef):
            yield node.name, Binding("coroutine", node.lineno, node=node)
        elif isinstance(node, ast.ClassDef):
            yield node.name, Binding("class", node.lineno, node=node)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            for name, source in self.imported(node):
                yield name, Binding("import", node.lineno, source, node)
        else:
            for target in _assigned(node):
                yield target.id, Binding("value", node.lineno, node=node)


def dotted_name(node: ast.expr) -> str:
    """``a.b.c`` of nested attributes; empty where *node* is no such thing."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def _is_text(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str)
    return isinstance(node, ast.JoinedStr | ast.BinOp | ast.Call)


def _assigned(node: ast.stmt) -> Iterator[ast.Name]:
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = list(node.targets)
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        targets = [node.target]
    while targets:
        target = targets.pop()
        if isinstance(target, ast.Name):
            yield target
        elif isinstance(target, ast.Tuple | ast.List):
            targets += target.elts


def _steps(body: list[ast.stmt], where: Where) -> Iterator[Step]:
    for node in body:
        if isinstance(node, ast.If):
            inside, otherwise = _under(node.test)
            yield from _steps(node.body, inside) if inside else ()
            yield from _steps(node.orelse, otherwise)
        elif isinstance(node, ast.Try | ast.TryStar):
            yield from _steps([*node.body, *node.orelse], "try" if where == "always" else where)
            for handler in node.handlers:
                yield from _steps(handler.body, "fallback")
            yield from _steps(node.finalbody, where)
        elif isinstance(node, ast.With):
            yield from _steps(node.body, where)
        elif isinstance(node, ast.For | ast.While | ast.Match):
            yield Step(node, where)
        else:
            yield Step(node, where)


def _under(test: ast.expr) -> tuple[Where | None, Where]:
    """Where the two arms of an ``if`` stand; None for one that an import never runs."""
    text = ast.unparse(test)
    if "__name__" in text and "__main__" in text:
        return None, "always"
    if text.endswith("TYPE_CHECKING"):
        return "checking", "always"
    if "version" in text.lower() or "sys.platform" in text:
        return "version", "version"
    return "if", "if"
