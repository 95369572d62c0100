"""What ``a.b:Name`` is in the project, as its source says; nothing is imported."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from pytest_ssot.source.names.library import Library
from pytest_ssot.source.names.still_there import Standings
from pytest_ssot.source.project.files import SUFFIXES
from pytest_ssot.syntax.module import Module, choose_definition
from pytest_ssot.syntax.nodes import Function, join_dotted

#: "unknown" is what source does not tell: a call's result, a file that does not parse.
#: "elsewhere" is what a module only passes on, "inherited" what a class does not define.
What = Literal[
    "class", "function", "value", "unknown", "elsewhere", "inherited", "absent", "no module"
]

_VALUES = (
    *(ast.Constant, ast.JoinedStr, ast.Dict, ast.List, ast.Set, ast.Tuple),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.Compare, ast.UnaryOp),
)


class Found(NamedTuple):
    """What a name is; *at* is where it is defined, if that is another place.

    ``near`` are the names that may have been meant, where there is no such one.
    """

    what: What
    at: str = ""
    near: tuple[str, ...] = ()


_UNKNOWN = Found("unknown")


class Homes:
    """The modules of the project at *root* and what is in them; parsed where they are asked for."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._standings = Standings(root)
        #: First parts of names that only the packages around a file spell.
        self._tops: set[str] = set()
        self._library = Library(self._find_path, self._standings.read_source)

    def find_module(self, module: str) -> Found:
        """Whether the project has the *module*."""
        if self._standings.find_file(module) is not None:
            self._tops.add(module.partition(".")[0])
            return _UNKNOWN
        if self._is_made(module) or self._standings.has_path_ending(module):
            return _UNKNOWN
        return Found("no module", near=tuple(self._list_modules_near(module)))

    def find_target(self, target: str) -> Found:
        """What ``a.b:Name``, or ``a.b:Class.method``, is."""
        module, _, names = target.partition(":")
        found = self.find_module(module)
        if found.what == "no module" or not names:
            return found
        file = self._standings.find_file(module)
        source = (
            None if file is None or file.endswith(".pyi") else self._standings.read_source(file)
        )
        if file is not None and not file.endswith(SUFFIXES):
            return self._find_in_folder(target)
        if file is None or source is None:
            return _UNKNOWN  # compiled, or no Python: told where it is read
        name, _, rest = names.partition(".")
        top = self._find_top(module, name, source)
        if not rest or top.what in ("absent", "unknown"):
            return top
        if top.what == "elsewhere":
            return top._replace(at=f"{top.at}.{rest}")
        node = source.find_definition(name)
        if isinstance(node, ast.ClassDef):
            return self._find_inside(module, source, node, name, rest.split("."))
        return Found("absent") if top.what != "class" else _UNKNOWN

    # -- a name at the top of a module ------------------------------------------------------

    def _find_top(self, module: str, name: str, source: Module) -> Found:
        found = source.find_binding(name)
        nodes = [node for node, block in found if not block.checking] or [node for node, _ in found]
        if not nodes:
            return self._find_unbound(module, name, source)
        if all(isinstance(node, ast.Import | ast.ImportFrom) for node in nodes):
            return self._find_passed_on(f"{module}:{name}")
        kinds = {self._judge_kind(node, module) for node in nodes}
        for what in ("class", "unknown", "function"):
            if what in kinds:
                return Found(what)
        return Found("value")

    def _find_unbound(self, module: str, name: str, source: Module) -> Found:
        """A name that no statement binds: a function or a star may, or the module itself."""
        if self._standings.find_file(f"{module}.{name}") is not None:
            return Found("value")  # a module
        stands = self._standings.find_standing(module, name)
        if stands.exists is False:
            return Found("absent", near=tuple(sorted(source.bound_names)))
        origin = self._library.find_origin(f"{module}:{name}", into_private=True)
        if origin != f"{module}:{name}":
            return Found("elsewhere", origin)
        return _UNKNOWN

    def _find_passed_on(self, target: str) -> Found:
        """Where an imported name is defined, if that is in the project."""
        origin = self._library.find_origin(target, into_private=True)
        return Found("elsewhere", origin) if origin != target else _UNKNOWN

    def _judge_kind(self, node: ast.stmt, module: str) -> What:
        if isinstance(node, ast.ClassDef):
            return "class"
        if isinstance(node, Function):
            return "unknown" if node.decorator_list else "function"
        value = getattr(node, "value", None)
        if isinstance(value, ast.Lambda):
            return "function"
        if isinstance(value, _VALUES):
            return "value"
        outline = self._library.outline(module)
        dotted = join_dotted(value) if isinstance(value, ast.Name | ast.Attribute) else ""
        meant = self._library.resolve_pointer(dotted, outline) if dotted and outline else None
        kind = self._library.find_kind(meant) if meant and ":" in meant else ""
        return "class" if kind == "class" else "unknown"

    # -- a name in a class ------------------------------------------------------------------

    def _find_inside(
        self, module: str, source: Module, owner: ast.ClassDef, path: str, names: Sequence[str]
    ) -> Found:
        name, *rest = names
        bound = source.find_bindings_in(owner)
        node = choose_definition(bound.get(name, ()))
        if node is None:
            return self._find_inherited(module, owner, names, bound.keys())
        if isinstance(node, ast.ClassDef):
            inner = f"{path}.{name}"
            return self._find_inside(module, source, node, inner, rest) if rest else Found("class")
        if isinstance(node, Function):
            return Found("absent") if rest else Found("function")
        value = getattr(node, "value", None)
        return Found("value") if isinstance(value, _VALUES) and not rest else _UNKNOWN

    def _find_inherited(
        self, module: str, owner: ast.ClassDef, names: Sequence[str], own: Iterable[str]
    ) -> Found:
        """A name that the class has from those above it, as far as the project has them.

        *own* are the names that it binds itself.
        """
        outline = self._library.outline(module)
        sure = outline is not None and not (owner.keywords or owner.decorator_list)
        for base in owner.bases:
            dotted = join_dotted(base)
            if dotted in ("object", "Generic", "Protocol", "ABC"):
                continue
            meant = self._library.resolve_pointer(dotted, outline) if dotted and outline else None
            above = self._library.find_origin(meant, into_private=True) if meant else ""
            found = self.find_target(f"{above}.{'.'.join(names)}") if ":" in above else _UNKNOWN
            if found.what in ("class", "function", "value"):
                return Found("inherited", f"{above}.{'.'.join(names)}")
            if found.what in ("elsewhere", "inherited"):
                return Found("inherited", found.at)
            sure = sure and found.what == "absent"
        return Found("absent", near=tuple(sorted(own))) if sure else _UNKNOWN

    # -- modules ----------------------------------------------------------------------------

    def _find_in_folder(self, target: str) -> Found:
        """A name in a package without an __init__, which holds modules alone."""
        module = target.replace(":", ".")
        is_there = self._standings.find_file(module) is not None
        return Found("value") if is_there else Found("absent")

    def _is_made(self, module: str) -> bool:
        """Whether something else than source is there: an extension, or what one is made from."""
        parent, _, last = module.rpartition(".")
        folder = self._find_folder(parent)
        return folder is not None and any(
            one.startswith(f"{last}.") for one in _list_folder(self._root / folder)
        )

    def _list_modules_near(self, module: str) -> Iterator[str]:
        """The modules next to where *module* would be; whole names if its first part is wrong."""
        parent, rest = module.rpartition(".")[0], module.partition(".")[2]
        while parent and self._find_folder(parent) is None:
            parent = parent.rpartition(".")[0]
        folder = self._find_folder(parent)
        prefix = f"{parent}." if parent else ""
        for one in _list_folder(self._root / folder) if folder is not None else ():
            name = one.partition(".")[0]
            if self._standings.modules.is_module(prefix + name) and name != "__init__":
                yield prefix + name
                if not prefix and rest and self._standings.modules.is_module(f"{name}.{rest}"):
                    yield f"{name}.{rest}"

    def _find_folder(self, package: str) -> str | None:
        """The folder of *package*, the root's for none; None where it is no package."""
        if not package:
            return ""
        file = self._standings.find_file(package)
        if file is None or not file.endswith(SUFFIXES):
            return file
        is_init = os.path.basename(file).partition(".")[0] == "__init__"
        return os.path.dirname(file) if is_init else None

    def _find_path(self, dotted: str) -> str | None:
        found = self._standings.modules.find_file(dotted)
        if found is None and dotted.partition(".")[0] in self._tops:
            found = self._standings.find_file(dotted)
        return found if found is not None and found.endswith(".py") else None


def _list_folder(folder: Path) -> Iterable[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return ()
