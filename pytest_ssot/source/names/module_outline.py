"""One module as its source states it: its names, its statements, its comments."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Literal, NamedTuple

from pytest_ssot.source.text.constant_text import HOLE, read_text
from pytest_ssot.syntax.bindings import list_bound_names
from pytest_ssot.syntax.imports import list_taken_names
from pytest_ssot.syntax.module import Module
from pytest_ssot.syntax.nodes import join_dotted
from pytest_ssot.syntax.relative_names import resolve_modules
from pytest_ssot.syntax.statements import Block

#: Where a statement of a module stands: on every way through it, or on some.
Where = Literal["always", "if", "version", "try", "fallback", "checking"]


Sort = Literal["function", "coroutine", "class", "import", "value"]
_KINDS: dict[type[ast.stmt], Sort] = {
    ast.FunctionDef: "function",
    ast.AsyncFunctionDef: "coroutine",
    ast.ClassDef: "class",
}
#: What only chooses, or tries, the statements in it.
_THROUGH = ast.If | ast.Try | ast.TryStar | ast.With


class StatedName(NamedTuple):
    """What a module's name is; an import has a ``source``, ``a.b`` or ``a.b:Name``."""

    kind: Sort
    line: int
    source: str | None = None
    node: ast.stmt | None = None


class StatementRun(NamedTuple):
    """A statement that the import of a module runs, and where it stands."""

    node: ast.stmt
    where: Where


class ModuleOutline:
    """The module *dotted* in the file *path*: what *module* states, as far as it is about names."""

    def __init__(self, path: str, dotted: str, module: Module) -> None:
        self.path = path
        self.dotted = dotted
        self.is_package = path.rpartition("/")[2] == "__init__.py"
        self.module = module
        self.tree = module.tree
        self.steps = tuple(_list_steps(module))

    @property
    def package(self) -> str:
        return self.dotted if self.is_package else self.dotted.rpartition(".")[0]

    @cached_property
    def bindings(self) -> Mapping[str, StatedName]:
        """The module's names; a definition wins over what else binds the name, then the first."""
        found: dict[str, StatedName] = {}
        for step in self.steps:
            for name, binding in self._list_named(step.node):
                if name not in found or binding.kind in ("function", "coroutine", "class"):
                    found[name] = binding
        return found

    @cached_property
    def stars(self) -> tuple[str, ...]:
        """The modules of ``from … import *``."""
        return tuple(filter(None, (self.resolve_module(node) for node, _ in self.module.stars)))

    @cached_property
    def constants(self) -> Mapping[str, str]:
        """The strings that the module's names stand for, and its own name."""
        found = {"__name__": self.dotted}
        for step in self.steps:
            if isinstance(step.node, ast.Assign) and _is_text(step.node.value):
                text = read_text(step.node.value, found)
                for target in step.node.targets:
                    if isinstance(target, ast.Name) and text != HOLE:
                        found[target.id] = text
        return found

    @cached_property
    def comments(self) -> Mapping[int, tuple[str, bool]]:
        """By line: the comment, and whether it has the line to itself."""
        found: dict[int, tuple[str, bool]] = {}
        try:
            for token in tokenize.generate_tokens(io.StringIO(self.module.text).readline):
                if token.type == tokenize.COMMENT:
                    alone = not token.line[: token.start[1]].strip()
                    found[token.start[0]] = (token.string.lstrip("#: ").rstrip(), alone)
        except (tokenize.TokenError, SyntaxError):  # a newer grammar: what was read counts
            pass
        return found

    def find_comment_above(self, line: int) -> str:
        """The comment lines that end right above *line*, as one text."""
        told: list[str] = []
        while (above := self.comments.get(line - 1)) and above[1]:
            told.insert(0, above[0])
            line -= 1
        return " ".join(told)

    def find_comment_beside(self, line: int) -> str:
        text, alone = self.comments.get(line, ("", True))
        return "" if alone else text

    def resolve_module(self, node: ast.ImportFrom) -> str:
        """The module that *node* imports from; empty where it leads out of the package."""
        return next(iter(resolve_modules(node, (self.package,))), "")

    def list_imported(self, node: ast.stmt) -> Iterator[tuple[str, str]]:
        """The names that *node*, if it is an import, binds, and the source of each."""
        if isinstance(node, ast.Import | ast.ImportFrom):
            for bound, module, name in list_taken_names(node, (self.package,)):
                if name != "*":
                    yield bound, module if name is None else f"{module}:{name}"

    def complete_name(self, node: ast.expr, inner: Mapping[str, str]) -> str:
        """*node*'s dotted name with its first part as imported; empty where it is no name.

        *inner* are the sources of the names that the function around it imports.
        """
        name = join_dotted(node)
        root, dot, rest = name.partition(".")
        binding = self.bindings.get(root)
        source = inner.get(root) or (binding.source if binding else None) or root
        return f"{source.replace(':', '.')}{dot}{rest}" if name else ""

    def spell_pointer(self, node: ast.expr, inner: Mapping[str, str]) -> str:
        """*node* as a pointer: its dotted name, with what *inner* imports put in place."""
        name = join_dotted(node)
        root, dot, rest = name.partition(".")
        if root not in inner:
            return name
        source = inner[root]
        return f"{source}{dot or ''}{rest}" if not rest else f"{source.replace(':', '.')}.{rest}"

    def _list_named(self, node: ast.stmt) -> Iterator[tuple[str, StatedName]]:
        if isinstance(node, ast.Import | ast.ImportFrom):
            for name, source in self.list_imported(node):
                yield name, StatedName("import", node.lineno, source, node)
            return
        kind = _KINDS.get(type(node), "value")
        for name in list_bound_names(node):
            yield name, StatedName(kind, node.lineno, node=node)


def _is_text(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str)
    return isinstance(node, ast.JoinedStr | ast.BinOp | ast.Call)


def _list_steps(module: Module) -> Iterator[StatementRun]:
    for node, block in module.statements:
        where = None if isinstance(node, _THROUGH) else _place_block(block, module)
        if where is not None:
            yield StatementRun(node, where)


def _place_block(block: Block, module: Module) -> Where | None:
    """Where the statements of *block* stand; None where an import does not run them, or again."""
    if block.outer is None:
        return "always"
    around = _place_block(block.outer, module)
    if block.checking or around is None:
        return "checking" if block.checking else None
    if isinstance(block.node, ast.If):
        runs = module.guards.judge_arms(block.node.test)[block.part == "orelse"].runs
        return {None: _judge_test(block.node.test), True: around, False: None}[runs]
    if isinstance(block.node, ast.Try | ast.TryStar):
        if block.part == "handlers":
            return "fallback"
        return "try" if around == "always" and block.part != "finalbody" else around
    return around if isinstance(block.node, ast.With) else None


def _judge_test(test: ast.expr) -> Where:
    """Where an arm stands that *test* chooses."""
    text = ast.unparse(test)
    return "version" if "version" in text.lower() or "sys.platform" in text else "if"
