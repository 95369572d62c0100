"""On files that people wrote: what is found is what a plain walk over the tree finds."""

from __future__ import annotations

import ast
import random
import sysconfig
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

import pytest_ssot.source.text.trees as trees
from pytest_ssot.model import Form
from pytest_ssot.rules.lookup import Target
from pytest_ssot.source.file_analysis import Analysed, Analysis
from pytest_ssot.source.project.modules import Modules
from pytest_ssot.source.text.reading import Unreadable, decode_source

#: Imports that begin with the name of a folder of the root, and what it takes to be absolute.
FORMS = {Form.IMPORT, Form.FROM, Form.STAR}


def roots() -> list[Path]:
    return [Path(sysconfig.get_path(one)) for one in ("stdlib", "purelib")]


def sample() -> list[tuple[Path, str]]:
    """Some 300 files, each with its root; the same ones every time."""
    chosen: list[tuple[Path, str]] = []
    for root in roots():
        files = sorted(
            path
            for path in root.rglob("*.py")
            if 500 < path.stat().st_size < 60_000
            and ("site-packages" in path.parts) == ("site-packages" in root.parts)
        )
        picked = random.Random(7).sample(files, min(len(files), 150))
        chosen += [(root, path.relative_to(root).as_posix()) for path in picked]
    return chosen


SAMPLE = sample()


def parsed(data: bytes) -> ast.Module | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(decode_source(data))
        except (Unreadable, SyntaxError, ValueError):
            return None


def imports(tree: ast.AST, packages: tuple[str, ...]) -> Iterator[tuple[int, str, str | None]]:
    """Line, module and name of each import in *tree*."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, one.name, None) for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            for one in node.names:
                for package in packages if node.level else [""]:
                    base = package.split(".")[: len(package.split(".")) - node.level + 1]
                    if base or not node.level:
                        inner = [*filter(None, base), *filter(None, [node.module])]
                        yield node.lineno, ".".join(inner), one.name


def found(root: Path, path: str, data: bytes, targets: list[Target]) -> Analysed:
    looked = Analysis(Modules(root), targets)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return looked.analyse_file(path, data) if looked.concerns(path, data) else Analysed([], [])


@pytest.mark.parametrize("part", range(10))
def test_imports_are_those_of_a_plain_walk(part: int) -> None:
    for root, path in SAMPLE[part::10]:
        data = (root / path).read_bytes()
        tree = parsed(data)
        modules = Modules(root)
        packages = modules.list_packages(path)
        said = sorted(set(imports(tree, packages)), key=str) if tree else []
        if not said or len(packages) > 1:
            continue
        _, chosen, _ = random.Random(path).choice(said)
        if not chosen or any(
            one == chosen or one.startswith(f"{chosen}.") for one in [*modules.list_names(path)]
        ):
            continue
        expected = {
            (line, None if f"{module}.{name}" == chosen else name)
            for line, module, name in said
            if f"{module}.".startswith(f"{chosen}.") or f"{module}.{name}" == chosen
        }
        uses = found(root, path, data, [Target("r", chosen)]).uses
        got = {(use.site.line, use.name) for use in uses if use.form in FORMS}
        assert got == expected, (path, chosen)


@pytest.mark.parametrize("part", range(10))
def test_what_is_left_out_changes_nothing(part: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for root, path in SAMPLE[part::10]:
        data = (root / path).read_bytes()
        tree = parsed(data)
        if tree is None:
            continue
        said = sorted(set(imports(tree, Modules(root).list_packages(path))), key=str)
        for seed in range(3):
            picked = random.Random(f"{path}{seed}").sample(said, min(len(said), 2))
            named = [f"{module}:{name}" for _, module, name in picked if name and name != "*"]
            texts = {*named, *(module for _, module, _ in picked if module)}
            targets = [Target(one, one) for one in sorted(texts)]
            short = found(root, path, data, targets)
            with monkeypatch.context() as without:
                without.setattr(trees, "outline_text", lambda text, lines: None)
                assert found(root, path, data, targets) == short, (path, texts)
