"""One module as its source states it, parsed once: its statements, its names, who they are for."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from pytest_ssot.syntax.bindings import find_bindings, list_bound_names
from pytest_ssot.syntax.columns import Columns
from pytest_ssot.syntax.heads import find_end_of_head
from pytest_ssot.syntax.imports_before import ImportsBefore
from pytest_ssot.syntax.nodes import Definition, get_end, parse_source
from pytest_ssot.syntax.relative_names import resolve_modules
from pytest_ssot.syntax.statements import Placed, walk_statements
from pytest_ssot.syntax.type_checking import Guards


class Module:
    """The module whose source is *text*, and that *tree* of it.

    *find_packages* gives the packages that its file is in, where somebody asks for them.
    """

    def __init__(
        self, text: str, tree: ast.Module, find_packages: Callable[[], Sequence[str]] = tuple
    ) -> None:
        self.text = text
        self.tree = tree
        self.guards = Guards(tree.body)
        self._find_packages = find_packages

    @cached_property
    def packages(self) -> Sequence[str]:
        """The packages that relative imports start from."""
        return self._find_packages()

    @cached_property
    def imports_before(self) -> ImportsBefore:
        return ImportsBefore(self.tree, self.guards, self.packages)

    @cached_property
    def statements(self) -> tuple[Placed, ...]:
        """The statements of the module's own scope, in their order."""
        return tuple(walk_statements(self.tree.body, self.guards))

    @cached_property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    @cached_property
    def columns(self) -> Columns:
        return Columns(self.lines)

    def says_on(self, first: int, last: int, text: str) -> bool:
        """Whether one of the lines from *first* to *last* holds *text*."""
        return any(text in line for line in self.lines[first - 1 : last])

    def find_end_of_head(self, node: ast.stmt) -> int:
        """The last line of *node* without its block."""
        return find_end_of_head(node, self.lines)

    # -- its names ------------------------------------------------------------

    @cached_property
    def _binding(self) -> Mapping[str, Sequence[Placed]]:
        return group_by_name(self.statements)

    @property
    def bound_names(self) -> Iterable[str]:
        """The names that statements of the module bind."""
        return self._binding.keys()

    def find_binding(self, name: str) -> Sequence[Placed]:
        """The statements that bind *name* in the module's own scope, in their order."""
        return self._binding.get(name, ())

    def find_definition(self, name: str) -> ast.stmt | None:
        """The statement that defines *name*: see `defining`."""
        return choose_definition(self.find_binding(name))

    def find_bindings_in(self, owner: ast.ClassDef) -> Mapping[str, Sequence[Placed]]:
        """The statements of the class *owner*, by the names that each binds there."""
        return group_by_name(walk_statements(owner.body, self.guards))

    @cached_property
    def _last_to_bind(self) -> Mapping[str, ast.stmt]:
        """The statements that bind, or unbind, names for sure: the last of each name."""
        return {
            bound.name: node
            for node, block in self.statements
            if block.runs
            for bound in find_bindings(node)
        }

    def replaces(self, name: str, taken: ast.stmt) -> bool:
        """Whether *name* has got another value than *taken* gave it when the module is loaded."""
        last = self._last_to_bind.get(name, taken)
        if isinstance(last, ast.AugAssign):
            return False
        if isinstance(last, ast.Assign) and _mentions(last.value, name):
            return False  # wrapped
        return get_end(last) > get_end(taken)

    @cached_property
    def stars(self) -> tuple[tuple[ast.ImportFrom, Sequence[str]], ...]:
        """The imports of everything, each with the modules that it may take from."""
        return tuple(
            (node, resolve_modules(node, self.packages))
            for node, _ in self.statements
            if isinstance(node, ast.ImportFrom) and node.names[0].name == "*"
        )

    @cached_property
    def listed(self) -> tuple[frozenset[str], bool]:
        """What the module adds to ``__all__``, and whether that is all of it."""
        found: set[str] = set()
        whole = False
        for node in self.tree.body:
            match node:
                case (
                    ast.Assign(targets=[ast.Name(id="__all__")], value=value)
                    | ast.AnnAssign(target=ast.Name(id="__all__"), value=ast.expr() as value)
                ):
                    found.clear()
                    whole = _add_strings(value, found)
                case (
                    ast.AugAssign(target=ast.Name(id="__all__"), value=value)
                    | ast.Expr(
                        value=ast.Call(
                            func=ast.Attribute(
                                value=ast.Name(id="__all__"), attr="append" | "extend" | "insert"
                            ),
                            args=[*_, value],
                        )
                    )
                ):
                    whole = _add_strings(value, found) and whole
        return frozenset(found), whole

    @cached_property
    def global_names(self) -> frozenset[str]:
        """The names that functions say are ``global``."""
        stated = [node for node in ast.walk(self.tree) if isinstance(node, ast.Global)]
        return frozenset(name for node in stated for name in node.names)

    # -- what its code reads --------------------------------------------------

    @cached_property
    def read_names(self) -> frozenset[str]:
        """The names that the module's own code reads."""
        return frozenset(
            node.id
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Store)
        )

    def uses(self, name: str) -> bool:
        """Whether the module's own code reads *name*, or a quoted annotation says it."""
        return name in self.read_names or any(says_word(text, name) for text in self._quoted)

    @cached_property
    def _quoted(self) -> tuple[str, ...]:
        return tuple(_find_quoted(self.tree))


def read_module(text: str, find_packages: Callable[[], Sequence[str]] = tuple) -> Module | None:
    """The module whose source is *text*; None where Python takes it for none."""
    tree = parse_source(text)
    return None if tree is None else Module(text, tree, find_packages)


def group_by_name(statements: Iterable[Placed]) -> Mapping[str, Sequence[Placed]]:
    """*statements* by the names that each binds."""
    found: dict[str, list[Placed]] = {}
    for placed in statements:
        for name in list_bound_names(placed.node):
            found.setdefault(name, []).append(placed)
    return found


def choose_definition(binding: Iterable[Placed]) -> ast.stmt | None:
    """The statement that defines a name, of those that bind it.

    A definition rather than what else does, the first of them, and what is for type checkers
    alone last.
    """
    ordered = sorted(
        binding, key=lambda one: (one.block.checking, not isinstance(one.node, Definition))
    )
    return ordered[0].node if ordered else None


def says_word(text: object, name: str) -> bool:
    """Whether *text* holds *name* as a whole word."""
    if not isinstance(text, str) or name not in text:
        return False
    return re.search(rf"\b{re.escape(name)}\b", text) is not None


def _mentions(node: ast.expr, name: str) -> bool:
    return any(isinstance(part, ast.Name) and part.id == name for part in ast.walk(node))


def _add_strings(node: ast.expr, found: set[str]) -> bool:
    """Add the strings in *node* to *found*; False where there is more than source tells."""
    match node:
        case ast.Constant(value=str(text)):
            found.add(text)
            return True
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
            known = [_add_strings(part, found) for part in parts]  # all of them, whatever is first
            return all(known)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return all([_add_strings(left, found), _add_strings(right, found)])
        case (
            ast.Starred(value=value)
            | ast.Call(func=ast.Name(id="list" | "tuple" | "sorted"), args=[value])
        ):
            return _add_strings(value, found)
    return False


def _find_quoted(tree: ast.Module) -> Iterator[str]:
    """The strings in annotations (PEP 484)."""
    for node in ast.walk(tree):
        for annotation in (getattr(node, "annotation", None), getattr(node, "returns", None)):
            if isinstance(annotation, ast.expr):
                for part in ast.walk(annotation):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        yield part.value
