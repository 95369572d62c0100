"""Old names by assignment (``Old = New``), and imports that only keep an old path alive."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from pytest_ssot.source.deprecated import wording
from pytest_ssot.source.deprecated.finding import Sign, Strength
from pytest_ssot.source.deprecated.whole_modules import passes_on
from pytest_ssot.source.names.library import Library
from pytest_ssot.source.names.module_outline import ModuleOutline
from pytest_ssot.syntax.nodes import join_dotted

_OLD = re.compile(
    r"^(?:Old|Legacy|Deprecated|old_|legacy_|deprecated_)|(?:Old|Legacy|_old|_legacy)$"
)


def find_signs(outline: ModuleOutline, library: Library) -> Iterator[Sign]:
    """The signs of the module's aliases; those in ``if`` and ``try`` choose, and are none."""
    run: tuple[int, str] = (0, "")  # the last line of a run of aliases, and what stands above it
    only_passes_on = passes_on(outline)
    for step in outline.steps:
        if step.where != "always":
            continue
        if isinstance(step.node, ast.ImportFrom) and not only_passes_on:
            yield from _read_imported(outline, library, step.node)
        for alias in _find_aliases(step.node, outline, library):
            line = step.node.lineno
            above = outline.find_comment_above(line) or (run[1] if line - run[0] in (0, 1) else "")
            run = (line, above)
            yield from _read_assigned(
                outline, alias, line, outline.find_comment_beside(line) or above
            )


def _find_aliases(
    node: ast.stmt, outline: ModuleOutline, library: Library
) -> Iterator[tuple[str, str]]:
    """The old names and what each stands for: a class or a function of the project."""
    if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
        return
    source = join_dotted(node.value)
    found = library.resolve_pointer(source, outline) if source else None
    if found is None or ":" not in found:
        return
    if library.find_kind(found) not in ("class", "function", "coroutine"):
        return
    for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
        name = target.id if isinstance(target, ast.Name) else "_"
        if not name.startswith("_") and found != f"{outline.dotted}:{name}":
            yield name, source


def _read_assigned(
    outline: ModuleOutline, alias: tuple[str, str], line: int, comment: str
) -> Iterator[Sign]:
    name, source = alias
    told = wording.read_alias(comment) if comment else None
    target, how = f"{outline.dotted}:{name}", f"assigns {name} = {source}"
    strength = Strength.LIKELY if told or _OLD.search(name) else Strength.POSSIBLE
    if strength is Strength.LIKELY or source.rpartition(".")[2][:1].isupper():
        yield Sign(target, strength, how, outline.path, line, told or "", (source,))


def _read_imported(
    outline: ModuleOutline, library: Library, node: ast.ImportFrom
) -> Iterator[Sign]:
    """``from new import New as Old  # deprecated alias``, where the module has no use for it.

    A package's own submodules' names are what it offers, whatever was before.
    """
    module = outline.resolve_module(node)
    if not library.is_module(module):
        return
    offered = outline.is_package and module.startswith(f"{outline.dotted}.")
    strength = Strength.POSSIBLE if offered else Strength.LIKELY
    above = outline.find_comment_above(node.lineno)
    for alias in node.names:
        beside = outline.find_comment_beside(alias.lineno) or outline.find_comment_beside(
            node.lineno
        )
        told = wording.read_alias(beside or above)
        bound = alias.asname or alias.name
        if (
            told
            and alias.name != "*"
            and bound not in outline.module.read_names
            and not bound.startswith("_")
        ):
            how, path = f"imports {bound} for others", outline.path
            source = f"{module}.{alias.name}"
            if library.is_module(source):  # a submodule that is imported to be there
                yield Sign(source, strength, how, path, alias.lineno, told)
            else:
                target = f"{outline.dotted}:{bound}"
                yield Sign(target, strength, how, path, alias.lineno, told, (bound,))
