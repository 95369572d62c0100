"""Writes a graph as a project's files. Each line that imports ends with the name of its site."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tests.oracle.graphs import NAMES, Class, File, Fixture, Folder, Graph, Step, Steps, Test
from tests.oracle.reach import Case, Oracle, site

#: What stands before a site's name at the end of its line.
MARK = "  # at "


def rules(graph: Graph, number: int) -> str:
    """The tables of the graph's rules."""
    oracle = Oracle(graph, prefix(number))
    tables = []
    for target in graph.targets:
        surface = "" if target.submodules else "submodules = false\n"
        tables.append(
            f'[[tool.pytest-ssot.rules]]\ndeprecated = "{oracle.text(target)}"\n{surface}'
        )
    return "".join(tables)


def critical(graph: Graph, number: int) -> list[str]:
    """The folders that are mission-critical."""
    return [folder_path(graph, number, n) for n, one in enumerate(graph.folders) if one.critical]


def prefix(number: int) -> str:
    return f"g{number}_"


def folder_path(graph: Graph, number: int, folder: int) -> str:
    return "/".join(f"tests_{number}_{one}" for one in reversed(graph.folders_of(folder)))


def node_id(graph: Graph, number: int, case: Case) -> str:
    in_class, test = case.at
    path = f"{folder_path(graph, number, case.file.folder)}/test_{number}_{case.number}.py"
    return f"{path}::" + ("" if in_class is None else f"TestC{in_class}::") + f"test_{test}"


class Writer:
    """Writes the graph with *number* among those that share a project."""

    def __init__(self, graph: Graph, number: int) -> None:
        self._graph = graph
        self._number = number
        self._oracle = Oracle(graph, prefix(number))

    def files(self) -> dict[str, str]:
        found = {self._path(n): self._module(n) for n in range(len(self._graph.modules))}
        for n, folder in enumerate(self._graph.folders):
            path = folder_path(self._graph, self._number, n)
            found[f"{path}/conftest.py"] = _text(self._conftest(f"d{n}", folder))
            if folder.init is not None:
                lines = ["import importlib", *self._steps(f"d{n}.init", folder.init)]
                lines += self._function("setup_module()", f"d{n}.setup", folder.setup)
                found[f"{path}/__init__.py"] = _text(lines)
        for n, file in enumerate(self._graph.files):
            path = folder_path(self._graph, self._number, file.folder)
            found[f"{path}/test_{self._number}_{n}.py"] = _text(self._file(f"t{n}", file))
        return found

    # -- modules

    def _path(self, module: int) -> str:
        path = self._oracle.dotted(module).replace(".", "/")
        return f"{path}/__init__.py" if self._graph.modules[module].package else f"{path}.py"

    def _module(self, number: int) -> str:
        module = self._graph.modules[number]
        lines = ["import importlib", f"__all__ = {list(NAMES)}"]
        # First what others take, so that a circle of imports finds it.
        lines += [f"{name} = {n}" for n, name in enumerate(NAMES)]
        for n, steps in enumerate(module.functions):
            owner = f"m{number}.f{n}"
            body = self._steps(owner, steps, number) or ["pass"]
            lines += [f"def f{n}():", *_indented(body)]
        lines += self._steps(f"m{number}", module.body, number)
        return _text([*lines, 'raise ImportError("broken")'] if module.broken else lines)

    # -- tests

    def _conftest(self, owner: str, folder: Folder) -> Iterator[str]:
        yield from ("import importlib", "import pytest")
        yield from self._steps(f"{owner}.conftest", folder.conftest)
        yield from self._fixtures(owner, folder.fixtures)

    def _file(self, owner: str, file: File) -> Iterator[str]:
        yield from ("import importlib", "import unittest", "import pytest")
        if file.critical:
            yield "pytestmark = pytest.mark.mission_critical"
        yield from self._steps(owner, file.body)
        yield from self._fixtures(owner, file.fixtures)
        yield from self._function("setup_module()", f"{owner}.setup", file.setup)
        yield from self._function("setup_function()", f"{owner}.each", file.each)
        for n, test in enumerate(file.tests):
            yield from self._test(f"{owner}.test{n}", test, [], n)
        for n, one in enumerate(file.classes):
            if one.critical:
                yield "@pytest.mark.mission_critical"
            yield f"class TestC{n}{'(unittest.TestCase)' if one.unittest else ''}:"
            yield from _indented(self._class(f"{owner}.c{n}", one))

    def _class(self, owner: str, one: Class) -> Iterator[str]:
        once, each = ("setUpClass", "setUp") if one.unittest else ("setup_class", "setup_method")
        yield from self._fixtures(owner, one.fixtures, ["self"])
        if one.setup:
            yield "@classmethod"
        yield from self._function(f"{once}(cls)", f"{owner}.setup", one.setup)
        yield from self._function(f"{each}(self)", f"{owner}.each", one.each)
        for n, test in enumerate(one.tests):
            if one.unittest:
                test = test._replace(needs=(), asks=())
            yield from self._test(f"{owner}.test{n}", test, ["self"], n)

    def _test(self, owner: str, test: Test, first: Sequence[str], number: int) -> Iterator[str]:
        if test.critical:
            yield "@pytest.mark.mission_critical"
        if test.marked:
            yield f"@pytest.mark.usefixtures({', '.join(repr(_name(n)) for n in test.marked)})"
        arguments = [*first, *map(_name, test.needs), *(["request"] if test.asks else [])]
        yield f"def test_{number}({', '.join(arguments)}):"
        body = [f"request.getfixturevalue({_name(n)!r})" for n in test.asks]
        yield from _indented([*body, *self._steps(owner, test.body), "pass"])

    def _fixtures(
        self, owner: str, fixtures: Iterable[Fixture], first: Sequence[str] = ()
    ) -> Iterator[str]:
        for one in fixtures:
            name = _name(one.number)
            scope = self._graph.scopes[one.number]
            needs = [name, *map(_name, one.needs)] if one.outer else map(_name, one.needs)
            yield f"@pytest.fixture(scope={scope!r}{', autouse=True' if one.autouse else ''})"
            yield f"def {name}({', '.join([*first, 'request', *needs])}):"
            asked = [f"request.getfixturevalue({_name(n)!r})" for n in self._oracle.asked(one)]
            body = [*asked, *self._steps(f"{owner}.{name}", one.body), "pass"]
            if one.after is not None:
                body += ["yield", *self._steps(f"{owner}.{name}.after", one.after)]
            yield from _indented(body)

    def _function(self, signature: str, owner: str, steps: Steps) -> Iterator[str]:
        if steps:
            yield f"def {signature}:"
            yield from _indented(self._steps(owner, steps))

    # -- statements

    def _steps(self, owner: str, steps: Steps, module: int | None = None) -> list[str]:
        lines = []
        for number, step in enumerate(steps):
            written = self._step(owner, number, step, module)
            if step.guard == "except":
                tried = ["try:", "    import nothing_has_this_name", "except ImportError:"]
                written = [*tried, *_indented(written)]
            if step.guard == "try" or self._graph.is_broken(step):
                written = ["try:", *_indented(written), "except ImportError:", "    pass"]
            lines += written
        return lines

    def _step(self, owner: str, number: int, step: Step, module: int | None) -> list[str]:
        dotted, names = self._oracle.dotted(step.module), ", ".join(step.names)
        source = self._relative(dotted, module) if step.relative else dotted
        mark, read = (f"{MARK}{self._number}:{site(owner, number, of)}" for of in ("", "a"))
        match step.form:
            case "import":
                return [f"import {dotted}{mark}"]
            case "as":
                return [f"import {dotted} as bound{mark}"]
            case "from":
                return [f"from {source} import {names}{mark}"]
            case "star":
                return [f"from {source} import *{mark}"]
            case "dynamic":
                return [f'importlib.import_module("{dotted}"){mark}']
            case "dunder":
                return [f'__import__("{dotted}"){mark}']
            case "call":
                return [f"from {source} import {names} as called{mark}", "called()"]
            case "attribute":
                return [f"import {dotted}{mark}", f"{dotted}.{names}{read}"]
        raise ValueError(step.form)

    def _relative(self, dotted: str, importer: int | None) -> str:
        """*dotted* as the module *importer* can say it: with dots, if they share a package."""
        if importer is None:
            return dotted
        package = self._oracle.dotted(importer).split(".")
        if not self._graph.modules[importer].package:
            package.pop()
        parts, common = dotted.split("."), 0
        while common < min(len(package), len(parts)) and package[common] == parts[common]:
            common += 1
        if not common:
            return dotted
        return "." * (len(package) - common + 1) + ".".join(parts[common:])


def _name(fixture: int) -> str:
    return f"x{fixture}"


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def _text(lines: Iterable[str]) -> str:
    return "\n".join([*lines, ""])
