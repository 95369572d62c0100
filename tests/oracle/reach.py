"""The oracle: what each test answers for, worked out from the graph alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tests.oracle.graphs import NAMES, Class, File, Fixture, Graph, Step, Steps, Target, Test


class Use(NamedTuple):
    """One use of one target. ``site`` names the statement: see :func:`site`."""

    site: str
    kind: str
    target: str
    name: str | None


class Case(NamedTuple):
    """A test and all that stands around it."""

    number: int
    file: File
    klass: Class | None
    test: Test
    #: The class's number and the test's, as in their names.
    at: tuple[int | None, int]


#: Statements that run, and the module that they stand in, if the graph has it.
class Code(NamedTuple):
    owner: str
    steps: Steps
    module: int | None = None


def site(owner: str, number: int, of: str = "") -> str:
    return f"{owner}/{number}{of}"


def cases(graph: Graph) -> Iterator[Case]:
    for number, file in enumerate(graph.files):
        for n, test in enumerate(file.tests):
            yield Case(number, file, None, test, (None, n))
        for c, klass in enumerate(file.classes):
            for n, test in enumerate(klass.tests):
                yield Case(number, file, klass, test, (c, n))


def is_critical(graph: Graph, case: Case) -> bool:
    folders = graph.folders_of(case.file.folder)
    marked = case.klass is not None and case.klass.critical
    path = any(graph.folders[one].critical for one in folders)
    return case.test.critical or marked or case.file.critical or path


class Oracle:
    """Answers for one graph; *prefix* begins the names of its top modules."""

    def __init__(self, graph: Graph, prefix: str) -> None:
        self._graph = graph
        self._prefix = prefix
        self._definitions = self._count()

    def dotted(self, module: int) -> str:
        *outer, top = self._graph.above(module)
        return ".".join([f"{self._prefix}m{top}", *(f"m{one}" for one in reversed(outer))])

    def text(self, target: Target) -> str:
        dotted = self.dotted(target.module)
        return dotted if target.name is None else f"{dotted}:{target.name}"

    def asked(self, fixture: Fixture) -> list[int]:
        """What *fixture* asks for by ``getfixturevalue``.

        Who else has overridden that by then would decide what a wide fixture got,
        so only what has one definition is asked for.
        """
        return [one for one in fixture.asks if self._definitions[one] == 1]

    def expected(self, case: Case) -> set[Use]:
        found: set[Use] = set()
        todo = list(self._around(case))
        done: set[str] = set()
        while todo:
            code = todo.pop()
            if code.owner in done:
                continue
            done.add(code.owner)
            for number, step in enumerate(code.steps):
                found.update(self._uses(code, number, step))
                todo.extend(self._runs(step))
        return found

    # -- what stands around a test

    def _around(self, case: Case) -> Iterator[Code]:
        graph, owner = self._graph, f"t{case.number}"
        for n in graph.folders_of(case.file.folder):
            folder = graph.folders[n]
            yield Code(f"d{n}.conftest", folder.conftest)
            yield Code(f"d{n}.init", folder.init or ())
            yield Code(f"d{n}.setup", folder.setup)
        yield Code(owner, case.file.body)
        yield Code(f"{owner}.setup", case.file.setup)
        in_class, number = case.at
        if case.klass is None:
            yield Code(f"{owner}.each", case.file.each)
        else:
            owner += f".c{in_class}"
            yield Code(f"{owner}.setup", case.klass.setup)
            yield Code(f"{owner}.each", case.klass.each)
        yield Code(f"{owner}.test{number}", case.test.body)
        for place, fixture in self._fixtures(case):
            yield Code(f"{place}.x{fixture.number}", fixture.body)
            yield Code(f"{place}.x{fixture.number}.after", fixture.after or ())

    def _fixtures(self, case: Case) -> set[tuple[str, Fixture]]:
        visible: dict[int, list[tuple[str, Fixture]]] = {}
        for place, fixture in self._places(case):
            visible.setdefault(fixture.number, []).append((place, fixture))
        test = case.test
        arguments = () if case.klass is not None and case.klass.unittest else test.needs + test.asks
        auto = (n for n, found in visible.items() if any(one.autouse for _, one in found))
        todo = [visible[n][-1] for n in {*auto, *test.marked, *arguments}]
        found: set[tuple[str, Fixture]] = set()
        while todo:
            at = todo.pop()
            if at in found:
                continue
            found.add(at)
            _, fixture = at
            todo += [visible[n][-1] for n in (*fixture.needs, *self.asked(fixture))]
            if fixture.outer:
                same = visible[fixture.number]
                todo.append(same[same.index(at) - 1])
        return found

    def _places(self, case: Case) -> Iterator[tuple[str, Fixture]]:
        """The fixtures that *case* can see, from the outermost folder in."""
        for n in reversed(self._graph.folders_of(case.file.folder)):
            yield from ((f"d{n}", one) for one in self._graph.folders[n].fixtures)
        yield from ((f"t{case.number}", one) for one in case.file.fixtures)
        if case.klass is not None:
            yield from ((f"t{case.number}.c{case.at[0]}", one) for one in case.klass.fixtures)

    def _count(self) -> Counter[int]:
        """How many definitions each fixture has."""
        files = self._graph.files
        defined = [one.fixtures for one in self._graph.folders]
        defined += [one.fixtures for one in files]
        defined += [one.fixtures for file in files for one in file.classes]
        return Counter(fixture.number for fixtures in defined for fixture in fixtures)

    # -- what a statement does

    def _runs(self, step: Step) -> Iterator[Code]:
        """What runs, now or when it ran first, for *step* to be done."""
        children = self._graph.children(step.module)
        loaded = [step.module, *(children[name] for name in step.names if name in children)]
        for module in {one for name in loaded for one in self._graph.above(name)}:
            yield Code(f"m{module}", self._graph.modules[module].body, module)
        if step.form == "call":
            (name,) = step.names
            steps = self._graph.modules[step.module].functions[int(name[1:])]
            yield Code(f"m{step.module}.{name}", steps, step.module)

    def _uses(self, code: Code, number: int, step: Step) -> Iterator[Use]:
        at = site(code.owner, number)
        if step.form in ("from", "call"):
            for name in step.names:
                yield from self._taken(code, at, step.module, name)
            return
        target = self._covering(step.module)
        if target is not None and not self._is_inside(code, target):
            taken = "*" if step.form == "star" else None
            yield Use(at, "import", self.text(target), taken)
        if step.form in ("star", "attribute"):
            read = NAMES if step.form == "star" else step.names
            place = at if step.form == "star" else site(code.owner, number, "a")
            for name in read:
                yield from self._symbol(code, place, step.module, name)

    def _taken(self, code: Code, at: str, module: int, name: str) -> Iterator[Use]:
        """``from module import name``."""
        symbols = list(self._symbol(code, at, module, name))
        if symbols or self._named(module, name) is not None:
            yield from symbols
            return
        submodule = self._graph.children(module).get(name)
        taken: str | None = name
        if submodule is not None and self._exact(submodule) is not None:
            module, taken = submodule, None
        target = self._covering(module)
        if target is None or self._is_inside(code, target):
            return
        if taken is None or submodule is None or target.submodules:
            yield Use(at, "import", self.text(target), taken)

    def _symbol(self, code: Code, at: str, module: int, name: str) -> Iterator[Use]:
        target = self._named(module, name)
        if target is not None and code.module != module:
            yield Use(at, "symbol", self.text(target), name)

    def _named(self, module: int, name: str) -> Target | None:
        return self._first(one for one in self._graph.targets if one[:2] == (module, name))

    def _exact(self, module: int) -> Target | None:
        return self._first(one for one in self._graph.targets if one[:2] == (module, None))

    def _covering(self, module: int) -> Target | None:
        """The target that *module* is, or is under."""
        for one in self._graph.above(module):
            target = self._exact(one)
            if target is not None and (one == module or target.submodules):
                return target
        return None

    def _is_inside(self, code: Code, target: Target) -> bool:
        if code.module is None:
            return False
        return code.module == target.module or self._covering(code.module) is target

    @staticmethod
    def _first(found: Iterable[Target]) -> Target | None:
        return next(iter(found), None)
