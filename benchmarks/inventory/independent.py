"""Counts the uses of targets by LibCST's scope analysis, without any of the plugin's code."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

import libcst as cst
from libcst.helpers import get_full_name_for_node
from libcst.metadata import (
    CodeRange,
    GlobalScope,
    MetadataWrapper,
    ParentNodeProvider,
    PositionProvider,
    QualifiedNameSource,
    ScopeProvider,
)

_DOTTED = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*(:[^\W\d]\w*(\.[^\W\d]\w*)*)?")

#: Line and column.
Place = tuple[int, int]


class Import(NamedTuple):
    """One name of an import statement; ``name`` is None for ``import module``."""

    place: Place
    module: str
    name: str | None
    binds: str
    scope: str
    exported: bool


class Read(NamedTuple):
    """An attribute chain that begins with an imported name, spelled from that import.

    The last ``attributes`` parts of each path are read, the others imported.
    """

    place: Place
    paths: tuple[str, ...]
    attributes: int
    scope: str


class Text(NamedTuple):
    """A dotted string: where it stands, and where the call begins that it is an argument of."""

    places: tuple[Place, ...]
    value: str


class Facts(NamedTuple):
    """What a file says."""

    imports: list[Import]
    reads: list[Read]
    texts: list[Text]
    defined: frozenset[str]
    listed: frozenset[str] | None
    error: str | None = None


class Site(NamedTuple):
    """A use that was found; any of ``places`` is a fair answer."""

    path: str
    places: tuple[Place, ...]
    target: str
    name: str | None


class Target(NamedTuple):
    """What a rule names, or a name that some module passes on (of ``origin``)."""

    module: str
    name: str | None
    submodules: bool
    origin: str
    taken: str | None = None


#: Targets by module and name, and by module.
Named = dict[tuple[str, str], Target]
Whole = dict[str, Target]


def count(root: Path, targets: Mapping[str, bool]) -> tuple[list[Site], dict[str, str]]:
    """The uses of *targets* (with whether submodules count) below *root*, and what LibCST refuses.

    Paths are relative to *root*.
    """
    project = _Project(root)
    todo = [_target(text, submodules) for text, submodules in targets.items()]
    own = list(todo)
    sites: dict[Site, None] = {}
    known = {(one.module, one.name) for one in todo}
    while todo:
        passed: list[Target] = []
        for path, facts in project.facts(_words(todo)):
            for site, exports in _uses(project, path, facts, todo):
                sites[site] = None
                passed += exports
        todo = []
        for one in passed:
            key = (one.module, one.name)
            if key not in known and not any(_covers(rule, one.module) for rule in own):
                known.add(key)
                todo.append(one)
    return list(sites), project.refused


def _target(text: str, submodules: bool) -> Target:
    module, _, name = text.partition(":")
    return Target(module, name or None, submodules, text)


def _words(targets: Iterable[Target]) -> frozenset[str]:
    return frozenset(one.name or one.module.rpartition(".")[2] for one in targets)


def _covers(target: Target, module: str) -> bool:
    """Whether code in *module* is the target's own."""
    if module == target.module:
        return True
    below = module.startswith(f"{target.module}.")
    return below and target.name is None and target.submodules


# -- what a file means under the targets ----------------------------------


def _uses(
    project: _Project, path: str, facts: Facts, targets: Sequence[Target]
) -> Iterator[tuple[Site, list[Target]]]:
    module = project.modules[path]
    mine = [one for one in targets if not _covers(one, module)]
    by_name: Named = {(one.module, one.name): one for one in mine if one.name is not None}
    by_module: Whole = {one.module: one for one in mine if one.name is None}
    for one in facts.imports:
        for target, taken in _imported(project, one, by_name, by_module):
            name = target.taken if target.origin != _text(target) else taken
            site = Site(path, (one.place,), target.origin, name)
            yield site, list(_exports(project, module, one, target, taken, name))
    stated = [(one.scope, said) for one in facts.imports for said in _said(one)]
    for read in facts.reads:
        for spelled in read.paths:
            bound = spelled.count(".") + 1 - read.attributes
            found = _reached(project, spelled, by_name, by_module, bound)
            if found is None:
                continue
            target, taken = found
            if target.name is None and _is_stated(target, read.scope, stated):
                continue
            name = target.taken if target.origin != _text(target) else taken
            yield Site(path, (read.place,), target.origin, name), []
            break
    for text in facts.texts:
        found = _told(project, text.value, by_name, by_module)
        if found is not None:
            target, taken = found
            name = target.taken if target.origin != _text(target) else taken
            yield Site(path, text.places, target.origin, name), []


def _text(target: Target) -> str:
    return target.module if target.name is None else f"{target.module}:{target.name}"


def _imported(
    project: _Project,
    one: Import,
    by_name: Named,
    by_module: Whole,
) -> Iterator[tuple[Target, str | None]]:
    if one.name is None:
        target = _above(one.module, by_module)
        if target is not None:
            yield target, None
        return
    if one.name == "*":
        target = _above(one.module, by_module)
        if target is not None:
            yield target, "*"
        for (module, name), named in by_name.items():
            if module == one.module and name in project.public(module):
                yield named, name
        return
    inner = f"{one.module}.{one.name}"
    if (one.module, one.name) in by_name:
        yield by_name[one.module, one.name], one.name
    elif inner in by_module:
        yield by_module[inner], None
    else:
        target = _above(one.module, by_module)
        if target is not None and (target.submodules or inner not in project.paths):
            yield target, one.name


def _above(module: str, by_module: Whole) -> Target | None:
    found = by_module.get(module)
    while found is None and "." in module:
        module = module.rpartition(".")[0]
        above = by_module.get(module)
        found = above if above is not None and above.submodules else None
    return found


def _exports(
    project: _Project,
    module: str,
    one: Import,
    target: Target,
    taken: str | None,
    name: str | None,
) -> Iterator[Target]:
    """The names that the importing module passes on."""
    if not one.exported:
        return
    if taken != "*":
        if one.binds:
            bound = taken if one.name == "*" else one.binds
            yield Target(module, bound, True, target.origin, name)
        return
    for public in sorted(project.public(one.module)):
        yield Target(module, public, True, target.origin, public)


def _reached(
    project: _Project,
    spelled: str,
    by_name: Named,
    by_module: Whole,
    bound: int = 1,
) -> tuple[Target, str | None] | None:
    """The target that the dotted path *spelled* leads to, and what is taken from it.

    Names among its first *bound* parts were taken elsewhere.
    """
    parts = spelled.split(".")
    for at in range(bound, len(parts)):
        named = by_name.get((".".join(parts[:at]), parts[at]))
        if named is not None:
            return named, parts[at]
    for at in range(len(parts), 0, -1):
        target = by_module.get(".".join(parts[:at]))
        if target is not None:
            taken = parts[at] if at < len(parts) else None
            through = taken is not None and f"{target.module}.{taken}" in project.paths
            return None if through and not target.submodules else (target, taken)
    return None


def _told(
    project: _Project,
    text: str,
    by_name: Named,
    by_module: Whole,
) -> tuple[Target, str | None] | None:
    """What a string leads to; where a module and a name are called the same, it is the module."""
    module, _, rest = text.partition(":")
    depth = module.count(".") + 1
    spelled = f"{module}.{rest}" if rest else module
    while depth > 1 and ".".join(spelled.split(".")[:depth]) not in project.paths:
        depth -= 1
    return _reached(project, spelled, by_name, by_module, depth)


def _said(one: Import) -> Iterator[str]:
    yield one.module if one.name is None else f"{one.module}.{one.name}"


def _is_stated(target: Target, scope: str, stated: Iterable[tuple[str, str]]) -> bool:
    """Whether an import statement that is told already gives the code in *scope* the module."""
    return any(
        scope.startswith(where) and (said == target.module or said.startswith(f"{target.module}."))
        for where, said in stated
    )


# -- the files ------------------------------------------------------------


class _Project:
    """The modules below a folder, each read when a word asks for it."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._facts: dict[str, Facts] = {}
        self._said: dict[str, frozenset[str]] = {}
        self.modules: dict[str, str] = {}
        self.paths: dict[str, str] = {}
        self.refused: dict[str, str] = {}
        for folder, folders, files in os.walk(root):
            folders[:] = sorted(one for one in folders if not one.startswith("."))
            for file in sorted(files):
                if file.endswith((".py", ".pyi")):
                    self._add(Path(folder, file))

    def _add(self, file: Path) -> None:
        path = file.relative_to(self._root).as_posix()
        parts = [] if file.stem == "__init__" else [file.stem]
        folder = file.parent
        while (folder / "__init__.py").exists() and folder != self._root:
            parts.insert(0, folder.name)
            folder = folder.parent
        dotted = ".".join(parts)
        self.modules[path] = dotted
        self.paths.setdefault(dotted, path)
        self._said[path] = frozenset(re.findall(r"\w+", file.read_bytes().decode("latin-1")))

    def facts(self, words: frozenset[str]) -> Iterator[tuple[str, Facts]]:
        """Of those files that say one of *words*, or import all that another has."""
        chosen = [path for path, said in self._said.items() if not words.isdisjoint(said)]
        self._read(path for path in chosen if path not in self._facts)
        for path in chosen:
            yield path, self._facts[path]
        starred = [path for path, facts in self._facts.items() if path not in set(chosen)]
        for path in starred:
            if any(one.name == "*" for one in self._facts[path].imports):
                yield path, self._facts[path]

    def public(self, module: str) -> frozenset[str]:
        """What ``from module import *`` takes, as far as the source tells."""
        path = self.paths.get(module)
        if path is None:
            return frozenset()
        if path not in self._facts:
            self._read([path])
        facts = self._facts[path]
        if facts.listed is not None:
            return facts.listed
        return frozenset(one for one in facts.defined if not one.startswith("_"))

    def _read(self, paths: Iterable[str]) -> None:
        work = [(str(self._root / path), path, self.modules[path]) for path in paths]
        if len(work) < 4:
            results = [_facts(*one) for one in work]
        else:
            with ProcessPoolExecutor(2) as pool:
                results = list(pool.map(_facts, *zip(*work, strict=True), chunksize=4))
        for (_, path, _), facts in zip(work, results, strict=True):
            self._facts[path] = facts
            if facts.error is not None:
                self.refused[path] = facts.error


def _facts(file: str, path: str, module: str) -> Facts:
    try:
        tree = cst.parse_module(Path(file).read_bytes())
        package = module if path.endswith("__init__.py") else module.rpartition(".")[0]
        reader = _Reader(package)
        MetadataWrapper(tree, unsafe_skip_copy=True).visit(reader)
    except Exception as error:  # whatever LibCST says of it is its answer
        return Facts([], [], [], frozenset(), None, f"{type(error).__name__}: {error}"[:200])
    return reader.facts()


class _Reader(cst.CSTVisitor):
    METADATA_DEPENDENCIES = (PositionProvider, ScopeProvider, ParentNodeProvider)

    def __init__(self, package: str) -> None:
        super().__init__()
        self._package = package
        self._imports: list[Import] = []
        self._reads: list[Read] = []
        self._texts: list[Text] = []
        self._within: list[str] = []
        self._typing = 0
        self._top: frozenset[str] = frozenset()
        self._listed: frozenset[str] | None = None

    def facts(self) -> Facts:
        return Facts(self._imports, self._reads, self._texts, self._top, self._listed)

    def leave_Module(self, original_node: cst.Module) -> None:
        scope = self.get_metadata(ScopeProvider, original_node, None)
        for node in original_node.children:
            scope = scope or self.get_metadata(ScopeProvider, node, None)
        if scope is not None:
            self._top = frozenset(
                one.name for one in scope.globals.assignments if hasattr(one, "node")
            )

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        self._within.append(node.name.value)

    def leave_FunctionDef(self, original_node: cst.FunctionDef) -> None:
        self._within.pop()

    def visit_ClassDef(self, node: cst.ClassDef) -> None:
        self._within.append(node.name.value)

    def leave_ClassDef(self, original_node: cst.ClassDef) -> None:
        self._within.pop()

    def visit_Assign(self, node: cst.Assign) -> None:
        name = get_full_name_for_node(node.targets[0].target)
        if name == "__all__" and not self._within and isinstance(node.value, cst.List | cst.Tuple):
            values = [getattr(one.value, "evaluated_value", None) for one in node.value.elements]
            self._listed = frozenset(one for one in values if isinstance(one, str))

    def visit_Import(self, node: cst.Import) -> None:
        for alias in node.names:
            module = get_full_name_for_node(alias.name) or ""
            self._add_import(node, module, None, alias)

    def visit_ImportFrom(self, node: cst.ImportFrom) -> None:
        module = get_full_name_for_node(node.module) if node.module else ""
        if node.relative:
            module = _joined(self._package, len(node.relative), module or "")
        if isinstance(node.names, cst.ImportStar):
            self._imports.append(self._import(node, module or "", "*", "*"))
            return
        for alias in node.names:
            self._add_import(node, module or "", get_full_name_for_node(alias.name), alias)

    def _add_import(
        self, node: cst.CSTNode, module: str, name: str | None, alias: cst.ImportAlias
    ) -> None:
        binds = get_full_name_for_node(alias.asname.name) if alias.asname else name
        self._imports.append(self._import(node, module, name, binds or ""))

    def _import(self, node: cst.CSTNode, module: str, name: str | None, binds: str) -> Import:
        return Import(
            self._place(node),
            module,
            name,
            binds,
            ".".join(self._within),
            isinstance(self.get_metadata(ScopeProvider, node), GlobalScope),
        )

    def visit_Attribute(self, node: cst.Attribute) -> None:
        parent = self.get_metadata(ParentNodeProvider, node)
        if isinstance(parent, cst.Attribute) and parent.value is node:
            return
        if self._in_import(node):
            return
        self._read(node, node, "")

    def visit_Call(self, node: cst.Call) -> None:
        """``patch.object(module, "Name")`` and its like read an attribute."""
        called = (get_full_name_for_node(node.func) or "").rpartition(".")[2]
        if called in ("getattr", "setattr", "delattr", "object", "spy") and len(node.args) > 1:
            name = getattr(node.args[1].value, "evaluated_value", None)
            if isinstance(name, str):
                self._read(node, node.args[0].value, f".{name}")

    def _read(self, at: cst.CSTNode, node: cst.BaseExpression, more: str) -> None:
        scope = self.get_metadata(ScopeProvider, node, None)
        spelled = get_full_name_for_node(node)
        if scope is None or not spelled or not _is_chain(node):
            return
        paths = tuple(
            sorted(
                self._absolute(one.name) + more
                for one in scope.get_qualified_names_for(node)
                if one.source is QualifiedNameSource.IMPORT
            )
        )
        if paths:
            attributes = f"{spelled}{more}".count(".")
            self._reads.append(Read(self._place(at), paths, attributes, ".".join(self._within)))

    def _absolute(self, name: str) -> str:
        inner = name.lstrip(".")
        level = len(name) - len(inner)
        return _joined(self._package, level, inner) if level else name

    def _in_import(self, node: cst.CSTNode) -> bool:
        above: cst.CSTNode | None = node
        while above is not None and not isinstance(above, cst.BaseSmallStatement):
            above = self.get_metadata(ParentNodeProvider, above, None)
        return isinstance(above, cst.Import | cst.ImportFrom)

    def visit_SimpleString(self, node: cst.SimpleString) -> None:
        value = node.evaluated_value
        if not isinstance(value, str) or not _DOTTED.fullmatch(value):
            return
        if "." not in value and ":" not in value:
            return
        above = self.get_metadata(ParentNodeProvider, node)
        if isinstance(above, cst.Expr | cst.ConcatenatedString):
            return
        places = [self._place(node)]
        if isinstance(above, cst.Arg):
            places.append(self._place(self.get_metadata(ParentNodeProvider, above)))
        self._texts.append(Text(tuple(places), value))

    def _place(self, node: cst.CSTNode) -> Place:
        where: CodeRange = self.get_metadata(PositionProvider, node)
        return where.start.line, where.start.column


def _is_chain(node: cst.BaseExpression) -> bool:
    while isinstance(node, cst.Attribute):
        node = node.value
    return isinstance(node, cst.Name)


def _joined(package: str, level: int, rest: str) -> str:
    parts = package.split(".")
    base = parts[: len(parts) - level + 1]
    return ".".join([*base, *filter(None, [rest])])
