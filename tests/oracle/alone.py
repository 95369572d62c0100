"""What each test of a web is told when it has a process to itself, by the web alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tests.oracle.shapes import Act, Acts, Shape, Trial, Web


class Around(NamedTuple):
    """A filter or a recorder: ``how`` it is (IN_TESTS), whose, and the statement it stands at."""

    how: str
    in_test: bool
    site: str


Arounds = tuple[Around, ...]


class Fact(NamedTuple):
    """A use at ``site`` of what ``node`` has; ``warns``: and it is warned of.

    ``rule``: it is a use, whatever becomes of the warning.
    """

    site: str
    ours: bool
    node: int
    rule: bool
    warns: bool
    arounds: Arounds


class Author(NamedTuple):
    """Whose statements these are: the name of the code, of tests or not, first-party or not."""

    owner: str
    in_test: bool
    ours: bool


class Hermit:
    """Answers for one web: verdict and site of all that a test reaches alone."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._found: set[Fact] = set()
        self._done: set[tuple[Author, Arounds, frozenset[str]]] = set()
        self._running: list[str] = []

    def tell(self, room: int, number: int) -> set[tuple[str, str]]:
        """What the test with that number of the room is told."""
        self._found, self._done = set(), set()
        here = self._web.rooms[room]
        trial = here.trials[number]
        outer: Arounds = (Around("named", True, f"r{room}"),) if here.filters else ()
        outer += _around(trial)
        self._run(Author(f"r{room}.conftest", True, True), here.conftest, outer)
        self._run(Author(f"r{room}", True, True), here.body, outer)
        if trial.fixture:
            self._run(Author(f"r{room}.fixture", True, True), here.fixture, outer)
        inner = (*outer, Around("warns", True, "recwarn")) if trial.around == "recwarn" else outer
        self._run(Author(f"r{room}.test{number}", True, True), trial.body, inner)
        return set(self._judge())

    # -- what runs

    def _run(self, author: Author, acts: Acts, arounds: Arounds) -> None:
        here = (author, arounds, frozenset(self._running))
        # Who waits in a circle for what is running has what that comes to, not once more.
        if author.owner in self._running or here in self._done:
            return
        self._done.add(here)
        self._running.append(author.owner)
        for number, act in enumerate(acts):
            site = f"{author.owner}/{number}"
            cover = (Around(act.cover, author.in_test, site),) if act.cover else ()
            self._act(author, site, act, (*arounds, *cover))
        self._running.pop()

    def _act(self, author: Author, site: str, act: Act, arounds: Arounds) -> None:
        if act.form == "path":
            self._run(Author(f"main{act.node}", False, True), self._web.mains[act.node], arounds)
            return
        shape = self._web.shapes[act.node]
        use = Fact(site, author.ours, act.node, True, False, arounds)
        match shape.kind:
            case "plain" | "registry":
                self._load(act.node, arounds)
                if act.form == "call":
                    code = Author(f"n{act.node}.f", False, shape.ours)
                    self._run(code, shape.function, arounds)
            case "old":
                self._found.add(use._replace(warns=shape.warns))
            case "shim":
                self._found.add(use._replace(rule=False, warns=True))
            case "caller":
                self._found.add(use._replace(rule=False, warns=True))
            case "alias" if act.form != "read":
                self._found.add(use)
            case "lazy" if act.form != "import":
                self._serve(shape, use)

    def _serve(self, shape: Shape, use: Fact) -> None:
        """A lazy name is read."""
        if shape.served == "through":
            self._load(shape.serves, use.arounds)
        elif shape.served == "warns":
            self._found.add(use._replace(rule=False, warns=True))
        elif shape.served == "other" and shape.ours and shape.server != "attach":
            self._found.add(use._replace(site=f"n{use.node}/s", ours=True))
        else:
            self._found.add(use)

    def _load(self, node: int, arounds: Arounds) -> None:
        """A module is imported by what is nobody's statement."""
        shape = self._web.shapes[node]
        if shape.kind in ("plain", "registry"):
            self._run(Author(f"n{node}", False, shape.ours), shape.body, arounds)

    # -- what becomes of it

    def _judge(self) -> Iterator[tuple[str, str]]:
        heard = {one: self._hear(one) for one in self._found}
        # Who expects what a rule's target says of itself expects the use as well.
        taken = {
            (one.node, around)
            for one, verdict in heard.items()
            if verdict == "expected"
            for around in _recorders(one.arounds)[:1]
        }
        worst: dict[str, str] = {}
        for one, verdict in heard.items():
            if one.rule:
                around = _recorders(one.arounds)
                expected = one.warns and any((one.node, each) in taken for each in around)
                verdict = "expected" if expected else "fails" if one.ours else "indirect"
            if one.site not in worst or _WEIGHT.index(verdict) < _WEIGHT.index(worst[one.site]):
                worst[one.site] = verdict
        yield from ((verdict, at) for at, verdict in worst.items() if verdict != "expected")

    def _hear(self, fact: Fact) -> str:
        """What becomes of the warning: what filters say comes first, then who records it."""
        for around in reversed(fact.arounds):
            if around.how == "warns":
                break
            if around.how == "ignore" or (around.how == "named" and fact.node == self._web.named):
                if around.how == "named" and around.in_test:
                    return "allowed"
                return "suppressed" if fact.ours else "indirect"
        recorders = _recorders(fact.arounds)
        if recorders and recorders[0].in_test:
            return "expected"
        if not fact.ours:
            return "indirect"
        return "suppressed" if recorders else "fails"


_WEIGHT = ("fails", "suppressed", "indirect", "allowed", "expected")


def _around(trial: Trial) -> Arounds:
    """The filter that a test's mark names; a blanket one is nobody's."""
    return (Around("named", True, "mark"),) if trial.around == "named" else ()


def _recorders(arounds: Arounds) -> list[Around]:
    """Innermost first."""
    return [one for one in reversed(arounds) if one.how in ("warns", "record")]
