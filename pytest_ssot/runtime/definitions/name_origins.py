"""How the names of a loaded module come to be, as its source says it.

Imported only once something was found in a module: it parses.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

from pytest_ssot.runtime.stack.namespaces import namespace_of, read_plainly
from pytest_ssot.runtime.stack.stated_source import read_source
from pytest_ssot.syntax.bindings import find_pairs
from pytest_ssot.syntax.definitions import find_renamed_base, is_no_definition
from pytest_ssot.syntax.enclosing import find_definitions
from pytest_ssot.syntax.heads import find_first_line
from pytest_ssot.syntax.module import Module, says_word
from pytest_ssot.syntax.nodes import Definition

_ASSIGNMENTS = ast.Assign | ast.AnnAssign


class NameOrigin:
    """How a statement binds a name: a form as the model's Form has it, and where it stands.

    ``end_line`` is that of the statement's head, without its block.
    """

    __slots__ = ("column", "end_line", "form", "line")

    def __init__(self, form: str, line: int, end_line: int, column: int) -> None:
        self.form = form
        self.line = line
        self.end_line = end_line
        self.column = column


class NameOrigins:
    """The names of the module in *path*, which are *namespace*, as *source* states them."""

    def __init__(self, path: str, namespace: dict[str, object], source: Module) -> None:
        self._path = path
        self._namespace = namespace
        self._source = source
        name = path.replace("\\", "/").rpartition("/")[2]
        self._is_package = name.partition(".")[0] == "__init__"

    def find_other_name(self, name: str) -> NameOrigin | None:
        """How *name* comes to be another name, or another path, for what others have.

        None where it is no more than an import for the module's own use.
        """
        for node in reversed(self._binding(name)):
            if isinstance(node, ast.ImportFrom):
                return self._at(node, "from") if self._passes_on(node, name) else None
            if isinstance(node, Definition):
                return self._at(node, "definition")
            if not (isinstance(node, _ASSIGNMENTS) or name in dict(find_pairs(node))):
                return None  # a loop's variable, a context's
            if not isinstance(getattr(node, "value", None), ast.Constant):
                return self._at(node, "alias")
        star = self._find_star(name)
        if star is not None:
            own = not self._is_package and self._source.uses(name)
            return None if own else self._at(star, "star")
        return None if self._is_global(name) else self._find_mention(name, "alias")

    def find_definition(self, name: str, value: object) -> NameOrigin | None:
        """Where *value*, which says that it is from here, is defined under *name*."""
        nodes = self._binding(name)
        defining = [node for node in nodes if isinstance(node, Definition)]
        if any(map(is_no_definition, defining)):
            return None
        if defining:
            lines = set(_list_first_lines(value, self._path))
            own = [node for node in defining if lines.intersection(_lines_of(node))]
            return self._at((own or defining)[-1], "definition")
        if read_plainly(value, "__name__") != name:
            return None
        assigned = [node for node in nodes if isinstance(node, _ASSIGNMENTS)]
        if assigned:
            return self._at(assigned[-1], "definition")
        return None if nodes or self._is_global(name) else self._find_mention(name, "definition")

    def find_renaming(self, name: str) -> NameOrigin | None:
        """The class statement of *name* at module level, if that does no more than rename."""
        for node in reversed(self._binding(name)):
            if isinstance(node, ast.ClassDef):
                return self._at(node, "subclass") if find_renamed_base(node) is not None else None
        return None

    def find_class_at(self, line: int) -> tuple[ast.ClassDef | None, NameOrigin | None]:
        """The class statement at *line*; its form is "subclass" if it does no more than rename.

        None and None where there is none.
        """
        for node, _ in find_definitions(self._source.tree.body):
            if isinstance(node, ast.ClassDef) and node.lineno == line:
                form = "definition" if find_renamed_base(node) is None else "subclass"
                return node, self._at(node, form)
        return None, None

    def _binding(self, name: str) -> list[ast.stmt]:
        """The statements that may run and bind *name* in the module's own scope, in their order."""
        return [
            node
            for node, block in self._source.find_binding(name)
            if block.runs is not False and not isinstance(node, ast.AugAssign)
        ]

    def _passes_on(self, node: ast.ImportFrom, name: str) -> bool:
        """Whether the import *node* of *name* is there for others."""
        listed = self._namespace.get("__all__")
        if isinstance(listed, list | tuple | set | frozenset) and name in listed:
            return True
        if any(alias.name == alias.asname == name for alias in node.names):
            return True
        return self._is_package and not self._source.uses(name)

    def _is_global(self, name: str) -> bool:
        """Whether a function binds *name*: no statement of the module's does."""
        return name in self._source.global_names

    def _find_star(self, name: str) -> ast.ImportFrom | None:
        """The last star import of a module that has *name*."""
        for node, modules in reversed(self._source.stars):
            taken_from = sys.modules.get(next(iter(modules), ""))
            if name in namespace_of(taken_from):
                return node
        return None

    def _find_mention(self, name: str, form: str) -> NameOrigin:
        """No statement binds *name*: the first that has it in a string, or the first line."""
        for node in sorted(_simple_statements(self._source.tree), key=lambda one: one.lineno):
            if any(bound == "__all__" for bound, _ in find_pairs(node)):
                continue
            for part in ast.walk(node):
                if isinstance(part, ast.Constant) and says_word(part.value, name):
                    return self._at(node, form)
        return NameOrigin(form, 1, 1, 0)

    def _at(self, node: ast.stmt, form: str) -> NameOrigin:
        source = self._source
        column = source.columns.find_column(node)
        return NameOrigin(form, node.lineno, source.find_end_of_head(node), column)


def read_name_origins(path: str, namespace: dict[str, object]) -> NameOrigins | None:
    """How the names of a module come to be; None where it has no source, or none that parses."""
    source = read_source(path, namespace)
    return None if source is None else NameOrigins(path, namespace, source)


def _list_first_lines(value: object, path: str) -> Iterator[int]:
    """The first lines of the code in *path* that *value*, a function or a class, is made of."""
    is_class = issubclass(type(value), type)
    known = read_plainly(value, "__firstlineno__") if is_class else None
    if type(known) is int:
        yield known
    parts = read_plainly(value, "__dict__").values() if is_class else (value,)
    for part in parts:
        code = read_plainly(part, "__code__")
        if code is not None and code.co_filename == path:
            yield code.co_firstlineno


def _lines_of(node: Definition) -> range:
    return range(find_first_line(node), (node.end_lineno or node.lineno) + 1)


def _simple_statements(tree: ast.Module) -> Iterator[ast.stmt]:
    """All statements without a block, inner scopes' too, but for docstrings."""
    for node in ast.walk(tree):
        text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if isinstance(node, ast.stmt) and not hasattr(node, "body") and not text:
            yield node
