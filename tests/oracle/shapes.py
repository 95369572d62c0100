"""Webs: modules of many shapes, what is lazy, what warns, and tests that reach them.

Where the graphs beside this (graphs.py) have every form of import, these have what could
make one test decide for another: circles that go on, registries, aliases, lazy names,
recorders and filters, files of one name. What functions remember is kept apart from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

from hypothesis import strategies as st

from tests.oracle.graphs import Draw

T = TypeVar("T")

FORMS = ("import", "from", "dynamic", "read")
#: Who answers for a lazy name: see writing_shapes.py.
SERVERS = ("getattr", "class", "place", "property", "attach")
#: What a lazy name is: a name with a rule, a submodule with one, a name out of a module with
#: one, a name out of another module, and a name that is warned of.
SERVED = ("name", "module", "other", "through", "warns")
#: What stands around a statement in code of tests; and in that of an application.
IN_TESTS = ("", "", "", "warns", "record", "ignore", "named")
IN_CODE = ("", "", "", "", "", "", "ignore", "record", "named")
KINDS = (
    *("plain", "plain", "plain", "old", "shim", "caller"),
    *("registry", "alias", "lazy", "lazy"),
)


class Act(NamedTuple):
    """A statement: what it does hangs on what its ``node`` is.

    ``form`` is one of FORMS, "call" (the function of a plain module or of a registry, which
    decorates), or "path": the file ``main.py`` with that number is loaded.
    """

    form: str
    node: int
    cover: str = ""


Acts = tuple[Act, ...]


class Shape(NamedTuple):
    """A module. ``ours``: it is first-party. ``serves`` is a plain one
    that has come before.

    ``warns``: what is old says so while it loads. ``when``: how often a lazy name is warned
    of, or made: "each" time, "once", or until it is "stored".
    """

    kind: str
    ours: bool
    mutes: bool
    warns: bool
    server: str
    served: str
    when: str
    serves: int
    body: Acts = ()
    function: Acts = ()


class Trial(NamedTuple):
    """A test. ``around`` it: "recwarn", or a mark, "named" or "blanket"."""

    around: str
    fixture: bool
    body: Acts


class Room(NamedTuple):
    """A folder with a conftest and one file of tests. ``filters``: its conftest names one."""

    filters: bool
    conftest: Acts
    scope: str
    fixture: Acts
    body: Acts
    trials: tuple[Trial, ...]


class Web(NamedTuple):
    """``named`` is the module of whose warnings named filters speak."""

    shapes: tuple[Shape, ...]
    mains: tuple[Acts, ...]
    rooms: tuple[Room, ...]
    named: int


@st.composite
def webs(draw: Draw[object]) -> Web:
    return _Weaving(draw).weave()


class _Weaving:
    """Draws one web: the modules first, then what each of them does."""

    def __init__(self, draw: Draw[object]) -> None:
        self._draw = draw
        self._shapes: list[Shape] = []

    def weave(self) -> Web:
        for number in range(self._number(5) + 2):
            self._shapes.append(self._shape(number))
        shapes = tuple(self._fill(n, one) for n, one in enumerate(self._shapes))
        # A file loads no file: it would load itself, again and again.
        mains = tuple(self._acts(2, IN_CODE, len(shapes)) for _ in range(2))
        rooms = tuple(self._room() for _ in range(self._number(1) + 1))
        return Web(shapes, mains, rooms, self._number(len(shapes) - 1))

    # -- small draws

    def _number(self, most: int) -> int:
        found = self._draw(st.integers(0, most))
        assert isinstance(found, int)
        return found

    def _chance(self, of: int) -> bool:
        return self._number(of - 1) == of - 1

    def _one(self, among: Sequence[T]) -> T:
        return among[self._number(len(among) - 1)]

    # -- modules

    def _shape(self, number: int) -> Shape:
        server, when = self._one(SERVERS), self._one(("each", "once", "stored"))
        served = self._one(SERVED if server in ("getattr", "class") else SERVED[:-1])
        if server == "property" or (served != "warns" and when == "once"):
            when = "each"
        plain = [n for n, one in enumerate(self._shapes) if one.kind in ("plain", "registry")]
        served = "other" if served == "through" and not plain else served
        return Shape(
            self._one(KINDS if number else KINDS[:6]),
            ours=not self._chance(3),
            mutes=self._chance(6),
            warns=self._chance(2),
            server=server,
            served=served,
            when=when,
            serves=self._one(plain) if plain else 0,
        )

    def _fill(self, number: int, shape: Shape) -> Shape:
        body: Acts = ()
        function: Acts = ()
        if shape.kind in ("plain", "registry"):
            body = self._acts(3, IN_CODE)
            # A function calls only those that have come before: none comes back to itself.
            function = self._acts(2, IN_CODE, number) if number else ()
        return shape._replace(body=body, function=function)

    def _acts(self, most: int, covers: Sequence[str], before: int | None = None) -> Acts:
        return tuple(self._act(covers, before) for _ in range(self._number(most)))

    def _act(self, covers: Sequence[str], before: int | None) -> Act:
        cover = self._one(covers)
        if before is None and self._chance(10):
            return Act("path", self._number(1), cover)
        node = self._number((len(self._shapes) if before is None else before) - 1)
        calls = self._shapes[node].kind in ("plain", "registry")
        return Act(self._one((*FORMS[:3], "call") if calls else FORMS), node, cover)

    # -- tests

    def _room(self) -> Room:
        return Room(
            self._chance(4),
            self._acts(1, IN_TESTS),
            self._one(("function", "module", "session")),
            self._acts(2, IN_TESTS),
            self._acts(1, IN_TESTS),
            tuple(self._trial() for _ in range(self._number(3) + 1)),
        )

    def _trial(self) -> Trial:
        around = self._one(("", "", "", "recwarn", "named", "blanket"))
        # Which of the two comes first is pytest's to say.
        fixture = self._chance(2) and around != "recwarn"
        return Trial(around, fixture, self._acts(3, IN_TESTS))
