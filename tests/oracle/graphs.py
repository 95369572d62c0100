"""Import graphs: modules, and tests that reach them; and how Hypothesis makes them.

A graph is plain data. Numbers point to modules, folders and fixtures, so that a graph
that fails shrinks to a small one. What could not run is never made: a call that comes
back to itself, a fixture that needs a narrower one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")
Draw = Callable[[st.SearchStrategy[T]], T]

#: Widest first: a fixture may use those with a smaller number, and each number has one scope.
SCOPES = ("session", "package", "module", "class", "function")
#: What each module has besides its functions, before it imports anything.
NAMES = ("X", "Y")
ANYWHERE = ("import", "as", "from", "dynamic", "dunder")


class Step(NamedTuple):
    """A statement that imports.

    ``form`` is one of ANYWHERE; "star" at the top of a module; "call", which imports
    the function ``names`` and calls it; "attribute", which imports the module and
    reads ``names`` off it. ``guard`` is "try", or "except": after another import failed.
    """

    form: str
    module: int
    names: tuple[str, ...] = ()
    guard: str = ""
    relative: bool = False


Steps = tuple[Step, ...]


class Module(NamedTuple):
    """``parent`` is a package; ``broken`` raises ImportError at its end, and its importers
    swallow that.
    """

    parent: int | None
    package: bool = False
    broken: bool = False
    body: Steps = ()
    functions: tuple[Steps, ...] = ()


class Target(NamedTuple):
    module: int
    name: str | None
    submodules: bool


class Fixture(NamedTuple):
    """``needs`` and ``asks`` are the numbers of fixtures that it takes as arguments and by
    ``getfixturevalue``; ``outer``: it takes the one of its own name that it overrides.
    """

    number: int
    autouse: bool
    outer: bool
    needs: tuple[int, ...]
    asks: tuple[int, ...]
    body: Steps
    after: Steps | None


Fixtures = tuple[Fixture, ...]


class Folder(NamedTuple):
    """``init`` and ``setup`` are of its ``__init__.py``; None: it has no such file."""

    parent: int | None
    critical: bool
    init: Steps | None
    setup: Steps
    conftest: Steps
    fixtures: Fixtures


class Test(NamedTuple):
    """``needs``, ``asks`` and ``marked`` are fixtures: arguments, asked for in the body,
    and by ``usefixtures``.
    """

    critical: bool
    needs: tuple[int, ...]
    asks: tuple[int, ...]
    marked: tuple[int, ...]
    body: Steps


class Class(NamedTuple):
    """``setup`` runs once, ``each`` before each test."""

    unittest: bool
    critical: bool
    fixtures: Fixtures
    setup: Steps
    each: Steps
    tests: tuple[Test, ...]


class File(NamedTuple):
    folder: int
    critical: bool
    body: Steps
    fixtures: Fixtures
    setup: Steps
    each: Steps
    tests: tuple[Test, ...]
    classes: tuple[Class, ...]


class Graph(NamedTuple):
    """``scopes`` has the scope of each fixture's number."""

    modules: tuple[Module, ...]
    targets: tuple[Target, ...]
    scopes: tuple[str, ...]
    folders: tuple[Folder, ...]
    files: tuple[File, ...]

    def children(self, module: int) -> dict[str, int]:
        """The submodules of *module*, by name."""
        return {f"m{n}": n for n, one in enumerate(self.modules) if one.parent == module}

    def above(self, module: int) -> list[int]:
        """*module* and the packages that it is in, innermost first."""
        return chain(module, [one.parent for one in self.modules])

    def folders_of(self, folder: int) -> list[int]:
        """*folder* and those that it is in, innermost first."""
        return chain(folder, [one.parent for one in self.folders])

    def is_broken(self, step: Step) -> bool:
        """Whether what *step* imports may raise."""
        children = self.children(step.module)
        named = (children[name] for name in step.names if name in children)
        return any(self.modules[one].broken for one in (step.module, *named))


def chain(first: int, parents: Sequence[int | None]) -> list[int]:
    found: list[int] = []
    at: int | None = first
    while at is not None:
        found.append(at)
        at = parents[at]
    return found


# -- how they are made -----------------------------------------------------------------


@st.composite
def graphs(draw: Draw[object]) -> Graph:
    making = _Making(draw)
    modules = making.modules()
    targets = tuple(making.targets())
    scopes = tuple(sorted(making.several(SCOPES, 4), key=SCOPES.index))
    return Graph(modules, targets, scopes, *making.tree(scopes))


class _Making:
    """Draws one graph: the modules first, then who imports them."""

    def __init__(self, draw: Draw[object]) -> None:
        self._draw = draw
        self._modules: list[Module] = []
        self._functions: list[tuple[int, str]] = []

    # -- small draws

    def number(self, most: int) -> int:
        found = self._draw(st.integers(0, most))
        assert isinstance(found, int)
        return found

    def chance(self, of: int) -> bool:
        """Once in *of*; never is the simplest."""
        return self.number(of - 1) == of - 1

    def one(self, among: Sequence[T]) -> T:
        return among[self.number(len(among) - 1)]

    def several(self, among: Sequence[T], most: int) -> list[T]:
        return [self.one(among) for _ in range(self.number(most))] if among else []

    # -- modules

    def modules(self) -> tuple[Module, ...]:
        for number in range(self.number(6) + 1):
            packages = [n for n, one in enumerate(self._modules) if one.package]
            parent = self.one([None, *packages, *packages])
            kind = self.one(["plain", "package", "package", "plain", "broken"])
            functions = self.number(2) if kind != "broken" else 0
            self._functions += [(number, f"f{one}") for one in range(functions)]
            self._modules.append(
                Module(parent, kind == "package", kind == "broken", (), ((),) * functions)
            )
        return tuple(self._filled())

    def _filled(self) -> Iterator[Module]:
        for number, module in enumerate(self._modules):
            body = self.steps(3, (*ANYWHERE, "star", "call"), self._functions)
            functions = []
            for name in range(len(module.functions)):
                earlier = self._functions[: self._functions.index((number, f"f{name}"))]
                functions.append(self.steps(2, (*ANYWHERE, "call"), earlier))
            yield module._replace(body=body, functions=tuple(functions))

    def steps(self, most: int, forms: Sequence[str], callable_: Sequence[tuple[int, str]]) -> Steps:
        return tuple(self._step(forms, callable_) for _ in range(self.number(most)))

    def _step(self, forms: Sequence[str], callable_: Sequence[tuple[int, str]]) -> Step:
        form = self.one(forms)
        guard = self.one(["", "", "try", "except"])
        relative = self.chance(3)
        if form == "call" and callable_:
            module, name = self.one(callable_)
            return Step("call", module, (name,), guard, relative)
        module = self.number(len(self._modules) - 1)
        children = [n for n, one in enumerate(self._modules) if one.parent == module]
        names: tuple[str, ...] = ()
        if form == "from":
            names = tuple(dict.fromkeys(self.one(self._names(children)) for _ in range(2)))
            broken = [f"m{n}" for n in children if self._modules[n].broken]
            # After the name that raises, no other is read.
            names = next(((name,) for name in names if name in broken), names)
        elif form == "attribute":
            # A module that raises leaves nothing to read from.
            names = () if self._modules[module].broken else (self.one(NAMES),)
            form = "attribute" if names else "import"
        elif form == "call":
            form = "import"
        return Step(form, module, names, guard, relative)

    @staticmethod
    def _names(children: Iterable[int]) -> list[str]:
        submodules = [f"m{n}" for n in children]
        return [*NAMES, *submodules, *submodules]

    def targets(self) -> Iterator[Target]:
        taken: set[int] = set()
        for _ in range(self.number(2) + 1):
            module = self.number(len(self._modules) - 1)
            name = self.one([None, None, *NAMES])
            # Which of two rules counts, one above the other, is a matter of its own.
            related = {module, *_above(self._modules, module)}
            related |= {n for n in range(len(self._modules)) if module in _above(self._modules, n)}
            # What is read from a module that raises depends on how far it came.
            if taken & related or (name and self._modules[module].broken):
                continue
            taken.add(module)
            surface = name is None and self._modules[module].package and self.chance(3)
            yield Target(module, name, not surface)

    # -- tests

    def tree(self, scopes: Sequence[str]) -> tuple[tuple[Folder, ...], tuple[File, ...]]:
        folders: list[Folder] = []
        visible: list[set[int]] = []
        for number in range(self.number(2) + 1):
            parent = self.number(number - 1) if number else None
            seen = visible[parent] if parent is not None else set()
            is_package = self.chance(3)
            init = self.test_steps(1) if is_package else None
            setup: Steps = ()
            conftest = self.test_steps(1)
            fixtures = self.fixtures(scopes, seen)
            visible.append(seen | {one.number for one in fixtures})
            folders.append(Folder(parent, self.chance(5), init, setup, conftest, fixtures))
        files = []
        for _ in range(self.number(2) + 1):
            folder = self.number(len(folders) - 1)
            files.append(self.file(folder, scopes, visible[folder]))
        return tuple(folders), tuple(files)

    def test_steps(self, most: int) -> Steps:
        return self.steps(most, (*ANYWHERE, "attribute", "call", "call"), self._functions)

    def fixtures(
        self, scopes: Sequence[str], seen: set[int], *, narrowest: bool = False
    ) -> Fixtures:
        made: dict[int, Fixture] = {}
        numbers = [n for n, one in enumerate(scopes) if one == "function" or not narrowest]
        for number in sorted(set(self.several(numbers, 3))):
            usable = sorted(n for n in {*seen, *made} if n < number)
            after = self.test_steps(1) if self.chance(3) else None
            made[number] = Fixture(
                number,
                autouse=self.chance(4),
                outer=number in seen and self.chance(2),
                needs=tuple(sorted(set(self.several(usable, 2)))),
                asks=tuple(sorted(set(self.several(usable, 1)))),
                body=self.test_steps(2),
                # Who a wide fixture's teardown belongs to is a matter of order.
                after=() if after is not None and scopes[number] != "function" else after,
            )
        return tuple(made.values())

    def file(self, folder: int, scopes: Sequence[str], seen: set[int]) -> File:
        fixtures = self.fixtures(scopes, seen)
        seen = seen | {one.number for one in fixtures}
        return File(
            folder,
            self.chance(5),
            self.test_steps(2),
            fixtures,
            setup=self.test_steps(1) if self.chance(3) else (),
            each=self.test_steps(1) if self.chance(3) else (),
            tests=tuple(self.test(seen) for _ in range(self.number(2) + 1)),
            classes=tuple(self.a_class(scopes, seen) for _ in range(self.number(1))),
        )

    def a_class(self, scopes: Sequence[str], seen: set[int]) -> Class:
        # pytest deprecates methods that are fixtures of a wider scope.
        fixtures = self.fixtures(scopes, seen, narrowest=True)
        seen = seen | {one.number for one in fixtures}
        return Class(
            self.chance(2),
            self.chance(3),
            fixtures,
            setup=self.test_steps(1) if self.chance(2) else (),
            each=self.test_steps(1) if self.chance(3) else (),
            tests=tuple(self.test(seen) for _ in range(self.number(1) + 1)),
        )

    def test(self, seen: set[int]) -> Test:
        usable = sorted(seen)
        return Test(
            self.chance(2),
            needs=tuple(sorted(set(self.several(usable, 2)))),
            asks=tuple(sorted(set(self.several(usable, 1)))),
            marked=tuple(sorted(set(self.several(usable, 1)))),
            body=self.test_steps(2),
        )


def _above(modules: Sequence[Module], number: int) -> list[int]:
    return chain(number, [one.parent for one in modules])[1:]
