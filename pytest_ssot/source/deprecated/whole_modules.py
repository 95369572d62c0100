"""Modules that say of themselves that they are deprecated, or look like an old path."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator

from pytest_ssot.source.deprecated import wording
from pytest_ssot.source.deprecated.finding import Sign, Strength
from pytest_ssot.source.deprecated.warning_statements import (
    Recogniser,
    Warned,
    list_unconditional,
    read_inner_imports,
)
from pytest_ssot.source.names.module_outline import ModuleOutline, StatementRun
from pytest_ssot.syntax.nodes import join_dotted

_OWN_PATH = re.compile(r"\b(?:module|package|importing|import path|imports? from|shim)\b", re.I)


def find_signs(outline: ModuleOutline, recogniser: Recogniser) -> Iterator[Sign]:
    """The signs of the module itself."""
    yield from _find_warned(outline, recogniser)
    yield from _find_said(outline)
    yield from _find_replaced(outline)
    if passes_on(outline) and not outline.is_package and outline.stars:
        yield _make_sign(outline, Strength.POSSIBLE, "only passes on another module", 1, "")
    elif passes_on(outline) and not outline.is_package and len(count_sources(outline)) == 1:
        yield _make_sign(outline, Strength.POSSIBLE, "only passes names on", 1, "")


def passes_on(outline: ModuleOutline) -> bool:
    """Whether the module holds nothing of its own: imports, ``__all__``, words, a warning."""
    steps = [step for step in outline.steps if not _says_nothing(step.node)]
    return bool(count_sources(outline)) and all(_only_passes(step, outline) for step in steps)


def count_sources(outline: ModuleOutline) -> dict[str, int]:
    """The modules that it takes names from for others, with how many; a star counts as many."""
    found: dict[str, int] = {}
    for step in outline.steps:
        if isinstance(step.node, ast.ImportFrom) and step.where != "checking":
            module = outline.resolve_module(step.node)
            if module not in ("", "__future__", "typing", "warnings", "importlib"):
                names = [alias.asname or alias.name for alias in step.node.names]
                passed = [name for name in names if name not in outline.module.read_names]
                if passed:
                    more = 100 if names[0] == "*" else len(passed)
                    found[module] = found.get(module, 0) + more
    return found


def _find_warned(outline: ModuleOutline, recogniser: Recogniser) -> Iterator[Sign]:
    for step in outline.steps:
        if step.where in ("version", "checking"):
            continue
        warned = recogniser(step.node, {}, outline.constants) or _read_call(
            step.node, outline, recogniser
        )
        strength = _judge_strength(warned, step, outline) if warned else None
        if warned and strength:
            yield _make_sign(outline, strength, "warns", warned.line, warned.text)


def _read_call(node: ast.stmt, outline: ModuleOutline, recogniser: Recogniser) -> Warned | None:
    """What the module's own function warns of, where *node* only calls it."""
    call = node.value if isinstance(node, ast.Expr) else None
    name = join_dotted(call.func) if isinstance(call, ast.Call) else ""
    found = outline.bindings.get(name)
    function = found.node if found else None
    if not isinstance(function, ast.FunctionDef):
        return None
    inner = read_inner_imports(outline, function)
    told = (
        recogniser(statement, inner, outline.constants)
        for statement in list_unconditional(function.body)
    )
    return next((warned for warned in told if warned is not None), None)


def _judge_strength(warned: Warned, step: StatementRun, outline: ModuleOutline) -> Strength | None:
    known = wording.is_about(warned.text, _list_names(outline))
    if known is False and not _OWN_PATH.search(warned.text):
        return None
    itself = known or _OWN_PATH.search(warned.text) or _is_path(warned.text, outline)
    if itself and step.where in ("always", "try"):
        return warned.strength
    if itself:
        return Strength.LIKELY
    # What it says is not known, or not clear: then who is shown as the culprit decides.
    return Strength.LIKELY if warned.reaches_caller and step.where == "always" else None


def _list_names(outline: ModuleOutline) -> list[str]:
    """What the module may be called, the fullest first."""
    parts = outline.dotted.split(".")
    return [".".join(parts[at:]) for at in range(len(parts))]


def _is_path(text: str, outline: ModuleOutline) -> bool:
    return outline.path in text or outline.path.rpartition("/")[2] in text


def _find_said(outline: ModuleOutline) -> Iterator[Sign]:
    body = outline.tree.body
    text = ast.get_docstring(outline.tree, clean=False)
    told = wording.read_docstring(inspect.cleandoc(text)) if text else None
    known = wording.is_about(told, _list_names(outline)) if told is not None else False
    if told is not None and known is not False:
        strength = Strength.LIKELY if known else Strength.POSSIBLE
        yield _make_sign(outline, strength, "says", body[0].lineno, told)
    begins = next((statement for statement in body if not _says_nothing(statement)), None)
    first = begins.lineno if begins else 0
    imports = isinstance(begins, ast.Import | ast.ImportFrom)
    for line, (comment, alone) in outline.comments.items():
        if not alone or line >= first:
            break
        block = comment if line == 1 or line - 1 not in outline.comments else ""
        while block and (more := outline.comments.get(line + 1)):
            block, line = f"{block} {more[0]}", line + 1
        told = wording.read_docstring(block) if block else None
        # Right above a definition it may be about that one alone.
        if told and (line + 1 < first or imports or _OWN_PATH.search(told)):
            yield _make_sign(outline, Strength.LIKELY, "says", line, told)


def _find_replaced(outline: ModuleOutline) -> Iterator[Sign]:
    """``sys.modules[__name__] = new``."""
    for step in outline.steps:
        node = step.node
        if isinstance(node, ast.Assign) and _is_own_entry(node.targets[0]):
            pointer = _name_module(node.value)
            text = f"{ast.unparse(node.targets[0])} = {ast.unparse(node.value)}"
            sign = _make_sign(
                outline, Strength.POSSIBLE, "puts another module in its place", 0, text
            )
            yield sign._replace(line=node.lineno, pointers=(pointer,) if pointer else ())


def _name_module(node: ast.expr) -> str:
    """What names a module in *node*: itself, or what ``import_module`` is called with."""
    first = node.args[0] if isinstance(node, ast.Call) and node.args else None
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        return first.value
    return join_dotted(node)


def _is_own_entry(node: ast.expr) -> bool:
    return isinstance(node, ast.Subscript) and ast.unparse(node) == "sys.modules[__name__]"


def _make_sign(outline: ModuleOutline, strength: Strength, how: str, line: int, text: str) -> Sign:
    ways = tuple(wording.find_pointers(text))
    return Sign(outline.dotted, strength, how, outline.path, line, text, ways)


def _says_nothing(node: ast.stmt) -> bool:
    return isinstance(node, ast.Pass) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    )


def _only_passes(step: StatementRun, outline: ModuleOutline) -> bool:
    node = step.node
    if isinstance(node, ast.Import | ast.ImportFrom):
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return "warn" in outline.complete_name(node.value.func, {}).lower()
    if isinstance(node, ast.FunctionDef):
        return node.name in ("__getattr__", "__dir__")
    if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        named = re.fullmatch(r"__\w+__", ast.unparse(target)) or _is_own_entry(target)
        return bool(named) or (node.value is not None and bool(join_dotted(node.value)))
    return False
