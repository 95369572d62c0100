"""All modules of a project by dotted name, parsed when they are asked for."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType

from pytest_ssot.source.names.module_outline import ModuleOutline, StatedName
from pytest_ssot.syntax.module import Module
from pytest_ssot.syntax.nodes import join_dotted
from pytest_ssot.syntax.relative_names import resolve_relative, split_dots

#: What passes a name on may have it from another; chains that are longer are cut.
_DEEPEST = 20
#: What a file states; None where it cannot be read, or does not parse.
Parsed = Callable[[str], Module | None]


class Library:
    """*file_of* gives the file of a dotted name; *parsed* what a file states.

    *defined* are the modules that define a name at their top, by name.
    """

    def __init__(
        self,
        file_of: Callable[[str], str | None],
        parsed: Parsed,
        defined: Mapping[str, Collection[str]] = MappingProxyType({}),
    ) -> None:
        self._file_of = file_of
        self._parsed = parsed
        self._defined = defined
        self.outline = lru_cache(maxsize=None)(self._make_outline)

    def _make_outline(self, dotted: str) -> ModuleOutline | None:
        path = self._file_of(dotted)
        if path is None:
            return None
        module = self._parsed(path)
        return None if module is None else ModuleOutline(path, dotted, module)

    def is_module(self, dotted: str) -> bool:
        return self._file_of(dotted) is not None

    def find_binding(self, target: str, seen: frozenset[str] = frozenset()) -> StatedName | None:
        """What ``a.b:Name`` is in ``a.b``, through its star imports; None where it is not there."""
        module, _, name = target.partition(":")
        outline = self.outline(module)
        if outline is None or module in seen:
            return None
        found = outline.bindings.get(name)
        if found is not None:
            return found
        if self.is_module(f"{module}.{name}"):
            return StatedName("import", 0, f"{module}.{name}")
        for star in outline.stars if not name.startswith("_") else ():
            if self.find_binding(f"{star}:{name}", seen | {module}):
                return StatedName("import", 0, f"{star}:{name}")
        return None

    def find_kind(self, target: str, depth: int = 5) -> str:
        """What *target* is where it is defined, through aliases; empty where that is unknown."""
        origin = self.find_origin(target, into_private=True)
        found, outline = self.find_binding(origin), self.outline(origin.partition(":")[0])
        if found is None or outline is None:
            return ""
        value = found.node.value if isinstance(found.node, ast.Assign | ast.AnnAssign) else None
        meant = (
            self.resolve_pointer(join_dotted(value), outline)
            if value and join_dotted(value)
            else None
        )
        if meant is None or ":" not in meant or meant == origin or not depth:
            return found.kind
        return self.find_kind(meant, depth - 1)

    def find_origin(
        self, target: str, *, into_private: bool = False, through_aliases: bool = False
    ) -> str:
        """Where ``a.b:Name`` is defined, followed through imports within the project.

        It stops before a private module, unless *into_private*: such a path is for nobody to
        import. *through_aliases* ``Name = other.Name`` leads on as well.
        """
        for _ in range(_DEEPEST):  # imports may go in circles
            found = self.find_binding(target)
            source = found.source if found else None
            if found is not None and source is None and through_aliases:
                source = self._follow_alias(target.partition(":")[0], found)
            if source is None or ":" not in source or not self.find_binding(source):
                return target
            if not into_private and _is_private(source) and not _is_private(target):
                return target
            target = source
        return target

    def _follow_alias(self, module: str, found: StatedName) -> str | None:
        """What ``Name = other.Name`` in *module* stands for, where that is in another module."""
        value = found.node.value if isinstance(found.node, ast.Assign | ast.AnnAssign) else None
        outline = self.outline(module)
        if value is None or outline is None:
            return None
        owner, _, name = outline.complete_name(value, {}).rpartition(".")
        return f"{owner}:{name}" if owner != module and self.is_module(owner) else None

    def resolve_pointer(self, pointer: str, outline: ModuleOutline) -> str | None:
        """The target that *pointer* (see ``words.pointers``), read in *outline*, is.

        None where the project has no such thing: nobody shall be told to import it.
        """
        loose, pointer = pointer.startswith("?"), pointer.lstrip("?")
        module, colon, name = pointer.partition(":")
        if colon:
            found = next((one for one in self._spell_out(module, outline) if one), None)
            return self._resolve_named(found, name) if found else None
        plain = pointer.lstrip(".")
        bound = None if plain != pointer else self._resolve_bound(plain, outline, loose=loose)
        if bound is not None:
            return bound
        parts = plain.split(".")
        for base in self._list_bases(outline):
            for cut in (len(parts), len(parts) - 1):
                head, rest = ".".join([*base, *parts[:cut]]), parts[cut:]
                if self.is_module(head) and (cut or rest) and head != outline.package * loose:
                    found = self._resolve_named(head, rest[0]) if rest else head
                    if found is not None:
                        return found
        return None if loose or len(parts) > 1 else self._find_only(plain)

    def _resolve_bound(self, dotted: str, outline: ModuleOutline, *, loose: bool) -> str | None:
        """What *dotted* is by the names of the module that says it."""
        root, _, rest = dotted.partition(".")
        binding = outline.bindings.get(root)
        if binding is None or (binding.source is None and rest):
            return None
        if binding.source is None:
            usable = binding.kind != "value" or not loose
            return f"{outline.dotted}:{root}" if usable else None
        source = binding.source.replace(":", ".") + (f".{rest}" if rest else "")
        head, _, name = source.rpartition(".")
        if self.is_module(source):
            return None if loose else source
        return self._resolve_named(head, name) if self.is_module(head) else None

    def _resolve_named(self, module: str, name: str) -> str | None:
        if self.is_module(f"{module}.{name}") and not self._is_own(module, name):
            return f"{module}.{name}"
        return f"{module}:{name}" if self.find_binding(f"{module}:{name}") else None

    def _is_own(self, module: str, name: str) -> bool:
        outline = self.outline(module)
        return outline is not None and name in outline.bindings

    def _spell_out(self, module: str, outline: ModuleOutline) -> Iterator[str | None]:
        level, name = split_dots(module)
        if level:
            yield next(iter(resolve_relative((outline.package,), level, name)), None)
            return
        for base in self._list_bases(outline):
            full = ".".join([*base, module])
            yield full if self.is_module(full) else None

    @staticmethod
    def _list_bases(outline: ModuleOutline) -> Iterator[list[str]]:
        """Where a dotted word may start: at the top, or in a package around the module."""
        yield []
        parts = outline.package.split(".") if outline.package else []
        for depth in range(len(parts), 0, -1):
            yield parts[:depth]

    def _find_only(self, name: str) -> str | None:
        """The one definition of *name* in the project; a word that is common is no clue."""
        modules = [one for one in self._defined.get(name, ()) if self.find_binding(f"{one}:{name}")]
        if len(modules) != 1 or not re.search(r"[a-z]_?[A-Z]|\w_\w", name):
            return None
        return f"{modules[0]}:{name}"


def _is_private(target: str) -> bool:
    return any(part.startswith("_") for part in target.partition(":")[0].split("."))
