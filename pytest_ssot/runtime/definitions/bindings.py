"""What the source of a loaded module says of the names that it binds.

Read only once something was found in the module. ``ast`` is imported there: child
processes rarely need it.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from collections.abc import Iterable, Iterator
    from typing import Any

#: Statements with blocks that are executed where they stand.
_BLOCKS = ("body", "orelse", "finalbody")
_DEFINITIONS = ("ClassDef", "FunctionDef", "AsyncFunctionDef")
_ASSIGNMENTS = ("Assign", "AnnAssign")
#: What a class may have that its base has not, and be no other class for it.
_EMPTY = frozenset(("__doc__", "__module__", "__qualname__"))
#: Decorators of functions that are no definition of their own, or that nobody calls by name.
_NO_DEFINITIONS = frozenset(("fixture", "overload"))


class Bound:
    """How a statement binds a name: a form as the model's Form has it, and where it stands.

    ``end_line`` is that of the statement's head, without its block.
    """

    __slots__ = ("column", "end_line", "form", "line")

    def __init__(self, form: str, line: int, end_line: int, column: int) -> None:
        self.form = form
        self.line = line
        self.end_line = end_line
        self.column = column


class Source:
    """The source of the module in *path*, whose names are *namespace*."""

    def __init__(self, path: str, namespace: dict[str, object], tree: ast.Module) -> None:
        self._path = path
        self._namespace = namespace
        self._tree = tree
        self._statements = list(_executed(tree.body))
        name = path.replace("\\", "/").rpartition("/")[2]
        self._is_package = name.partition(".")[0] == "__init__"

    def another(self, name: str) -> Bound | None:
        """How *name* comes to be another name, or another path, for what others have.

        None where it is no more than an import for the module's own use.
        """
        for node in reversed(self._binding(name)):
            kind = type(node).__name__
            if kind == "ImportFrom":
                return self._at(node, "from") if self._passes_on(node, name) else None
            if kind in _DEFINITIONS:
                return self._at(node, "definition")
            if kind not in _ASSIGNMENTS:
                return None  # a loop's variable, a context's
            if type(node.value).__name__ != "Constant":
                return self._at(node, "alias")
        star = self._star(name)
        if star is not None:
            own = not self._is_package and self._uses(name)
            return None if own else self._at(star, "star")
        return None if self._is_global(name) else self._dynamic(name, "alias")

    def definition(self, name: str, value: object) -> Bound | None:
        """Where *value*, which says that it is from here, is defined under *name*."""
        nodes = self._binding(name)
        defining = [node for node in nodes if type(node).__name__ in _DEFINITIONS]
        if any(_is_none(one) for one in defining):
            return None
        if defining:
            lines = set(_first_lines(value, self._path))
            own = [one for one in defining if lines.intersection(_lines(one))]
            return self._at((own or defining)[-1], "definition")
        if getattr(value, "__name__", None) != name:
            return None
        assigned = [node for node in nodes if type(node).__name__ in _ASSIGNMENTS]
        if assigned:
            return self._at(assigned[-1], "definition")
        return None if nodes or self._is_global(name) else self._dynamic(name, "definition")

    def renaming(self, name: str) -> Bound | None:
        """The class statement of *name* at module level, if that does no more than rename."""
        for node in reversed(self._binding(name)):
            if type(node).__name__ == "ClassDef":
                return self._at(node, "subclass") if _only_renames(node) else None
        return None

    def class_at(self, line: int) -> tuple[Any, Bound | None]:
        """The class statement at *line*; its form is "subclass" if it does no more than rename.

        None and None where there is none.
        """
        import ast

        for node in ast.walk(self._tree):
            if isinstance(node, ast.ClassDef) and node.lineno == line:
                return node, self._at(node, "subclass" if _only_renames(node) else "definition")
        return None, None

    def _binding(self, name: str) -> list[Any]:
        """The statements that bind *name* in the module's own scope, in their order."""
        return [statement for statement in self._statements if _binds(statement, name)]

    def _passes_on(self, node: Any, name: str) -> bool:
        """Whether the import *node* of *name* is there for others."""
        listed = self._namespace.get("__all__")
        if isinstance(listed, list | tuple | set | frozenset) and name in listed:
            return True
        if any(alias.name == alias.asname == name for alias in node.names):
            return True
        return self._is_package and not self._uses(name)

    def _uses(self, name: str) -> bool:
        """Whether the module's own code reads *name*, or a quoted annotation says it."""
        import ast

        for node in ast.walk(self._tree):
            if getattr(node, "id", None) == name and not isinstance(node.ctx, ast.Store):  # type: ignore[attr-defined]
                return True
            for annotation in (getattr(node, "annotation", None), getattr(node, "returns", None)):
                quoted = ast.walk(annotation) if isinstance(annotation, ast.expr) else ()
                if any(
                    isinstance(node, ast.Constant) and _says(node.value, name) for node in quoted
                ):
                    return True
        return False

    def _is_global(self, name: str) -> bool:
        """Whether a function binds *name*: no statement of the module's does."""
        import ast

        return any(
            isinstance(node, ast.Global) and name in node.names for node in ast.walk(self._tree)
        )

    def _star(self, name: str) -> Any:
        """The last star import of a module that has *name*."""
        import sys

        for node in reversed(self._statements):
            if type(node).__name__ == "ImportFrom" and node.names[0].name == "*":
                module = sys.modules.get(_absolute(node, self._namespace))
                if name in getattr(module, "__dict__", ()):
                    return node
        return None

    def _dynamic(self, name: str, form: str) -> Bound:
        """No statement binds *name*: the first that has it in a string, or the first line."""
        import ast

        for node in sorted(_simple(self._tree), key=lambda one: one.lineno):
            targets = getattr(node, "targets", [getattr(node, "target", None)])
            if any(getattr(target, "id", "") == "__all__" for target in targets):
                continue
            for part in ast.walk(node):
                if isinstance(part, ast.Constant) and _says(part.value, name):
                    return self._at(node, form)
        return Bound(form, 1, 1, 0)

    def _at(self, node: Any, form: str) -> Bound:
        import linecache

        encoded = linecache.getline(self._path, node.lineno).encode("utf-8", "replace")
        column = len(encoded[: node.col_offset].decode("utf-8", "ignore"))
        return Bound(form, node.lineno, self._end_of_head(node), column)

    def _end_of_head(self, node: Any) -> int:
        """The last line of *node* that is none of its block's."""
        import ast
        import linecache

        start: int = node.lineno
        end: int = node.end_lineno or start
        body = getattr(node, "body", None)
        if not body:
            return end
        first: int = min(one.lineno for one in (body[0], *getattr(body[0], "decorator_list", ())))
        heads = (*getattr(node, "bases", ()), *getattr(node, "keywords", ()))
        heads += (getattr(node, "args", None), getattr(node, "returns", None))
        inner = (part for head in heads if head is not None for part in ast.walk(head))
        said = max((getattr(node, "end_lineno", 0) for node in inner), default=0)
        for line in range(max(start, said), first):
            if _ends_head(linecache.getline(self._path, line)):
                return line
        return max(start, first - 1)


class Sources:
    """Reads the sources of modules, and remembers the last one."""

    def __init__(self) -> None:
        self._last: tuple[list[str], dict[str, object], Source | None] | None = None

    def read(self, path: str, namespace: dict[str, object]) -> Source | None:
        """The source of a module; None where there is none, or none that parses."""
        import linecache

        linecache.checkcache(path)
        lines = linecache.getlines(path, namespace)
        last = self._last
        if last is None or last[0] is not lines or last[1] is not namespace:
            last = self._last = lines, namespace, _parsed(path, namespace, "".join(lines))
        return last[2]


def _parsed(path: str, namespace: dict[str, object], text: str) -> Source | None:
    import ast

    try:
        return Source(path, namespace, ast.parse(text)) if text else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _executed(body: Iterable[Any]) -> Iterator[Any]:
    """The statements that may run when the module is imported, and not in an inner scope."""
    for node in body:
        yield node
        if type(node).__name__ in _DEFINITIONS:
            continue
        typing = type(node).__name__ == "If" and _is_typing(node.test)
        for field in _BLOCKS[1:] if typing else _BLOCKS:
            yield from _executed(getattr(node, field, ()))
        for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
            yield from _executed(part.body)


def _is_typing(test: Any) -> bool:
    return getattr(test, "id", getattr(test, "attr", "")) == "TYPE_CHECKING"


def _binds(node: Any, name: str) -> bool:
    kind = type(node).__name__
    if kind in _DEFINITIONS:
        return bool(node.name == name)
    if kind in ("Import", "ImportFrom"):
        return any((one.asname or one.name.partition(".")[0]) == name for one in node.names)
    if kind == "AnnAssign" and node.value is None:
        return False
    targets = [*getattr(node, "targets", ()), getattr(node, "target", None)]
    targets += [one.optional_vars for one in getattr(node, "items", ())]
    return kind != "AugAssign" and any(_stores(target, name) for target in targets)


def _stores(target: Any, name: str) -> bool:
    """Whether *target*, which may be a tuple of some, is the variable *name*."""
    inner = getattr(target, "elts", [getattr(target, "value", None)] if _is_starred(target) else ())
    return getattr(target, "id", None) == name or any(_stores(one, name) for one in inner)


def _is_starred(target: Any) -> bool:
    return type(target).__name__ == "Starred"


def _only_renames(node: Any) -> bool:
    if node.keywords or node.decorator_list or getattr(node, "type_params", ()):
        return False
    # With a parameter, a base says more than its name.
    plain = [type(base).__name__ in ("Attribute", "Name") for base in node.bases]
    return plain == [True] and all(map(_adds_nothing, node.body))


def _adds_nothing(node: Any) -> bool:
    kind = type(node).__name__
    if kind == "Expr":
        return type(node.value).__name__ == "Constant"
    if kind != "Assign":
        return kind == "Pass"
    names = [getattr(target, "id", "") for target in node.targets]
    if names == ["__slots__"]:
        return getattr(node.value, "elts", None) == []
    return _EMPTY.issuperset(names)


def _first_lines(value: object, path: str) -> Iterator[int]:
    """The first lines of the code in *path* that *value*, a function or a class, is made of."""
    known = getattr(value, "__dict__", {}).get("__firstlineno__")
    if isinstance(known, int):
        yield known
    parts = vars(value).values() if isinstance(value, type) else (value,)
    for part in parts:
        code = getattr(part, "__code__", None)
        if code is not None and code.co_filename == path:
            yield code.co_firstlineno


def _lines(node: Any) -> range:
    first = min((one.lineno for one in node.decorator_list), default=node.lineno)
    return range(first, (node.end_lineno or node.lineno) + 1)


def _is_none(node: Any) -> bool:
    called = [getattr(one, "func", one) for one in node.decorator_list]
    return any(getattr(one, "attr", getattr(one, "id", "")) in _NO_DEFINITIONS for one in called)


def _simple(tree: ast.Module) -> Iterator[Any]:
    """All statements without a block, inner scopes' too, but for docstrings."""
    import ast

    for node in ast.walk(tree):
        text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if isinstance(node, ast.stmt) and not hasattr(node, "body") and not text:
            yield node


def _ends_head(line: str) -> bool:
    return line.partition("#")[0].rstrip().endswith(":")


def _says(value: object, name: str) -> bool:
    if not isinstance(value, str) or name not in value:
        return False
    import re

    return re.search(rf"\b{re.escape(name)}\b", value) is not None


def _absolute(node: Any, namespace: dict[str, object]) -> str:
    """The module that *node*, a from statement, imports from."""
    stated: str = node.module or ""
    if not node.level:
        return stated
    package = namespace.get("__package__")
    base = package if isinstance(package, str) else ""
    base = base.rsplit(".", node.level - 1)[0] if node.level > 1 else base
    return f"{base}.{stated}" if stated else base
