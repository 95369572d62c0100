"""Modules that wait for one that is still loading: what that comes to yet is theirs too.

``x`` imports ``y``, ``y`` imports ``x`` again, and others import ``y``: all of them have loaded
before ``x`` goes on. So has what a package loads while it is loading, for whoever imports that.
Nothing is recorded of them unless the module that they wait for reaches something.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import FrameType

    from pytest_ssot.runtime.stack.frames import Way

from pytest_ssot.runtime.stack.frames import find_way
from pytest_ssot.runtime.stack.loads import Load, find_loads, identify


class Edge:
    """An import, by a module that has the *way* to it, of one that loads or waits."""

    __slots__ = ("used", "user", "way")

    def __init__(self, user: Load, used: Load, way: Way) -> None:
        self.user = user
        self.used = used
        self.way = way


class _Circle:
    """The modules that wait for *first*: by their names, what importing each of them means."""

    def __init__(self, first: Load) -> None:
        self.first = first
        self.members: dict[str, Load] = {}
        self.edges: list[Edge] = []


class Circles:
    """The circles that are open: the first module of each is loading, and carries nothing yet."""

    def __init__(self) -> None:
        self.open: dict[int, _Circle] = {}

    def __bool__(self) -> bool:
        return bool(self.open)

    def note_circular_import(self, frame: FrameType, module: str) -> list[Load]:
        """Note that *frame* imports *module*, which is still loading.

        Returns the modules that have to be watched now: the first, and those that wait for it.
        """
        between: list[tuple[Load, Way]] = []
        for load in find_loads(frame):
            if load.name == module:
                circle = self._get_circle(load)
                for user, way in between:
                    _add(circle, user, circle.first, way)
                return [circle.first, *circle.members.values()]
            between.append((load, find_way(frame, until=load.frame)))
        return []

    def note_in_package(self, name: str, package: Load) -> Load:
        """Note that *package*, which is still loading, loads its module *name*.

        Returns what has to be watched for that.
        """
        circle = self._get_circle(package)
        circle.members.setdefault(name, circle.first)
        return circle.first

    def note_import(self, frame: FrameType, module: str) -> list[Load]:
        """Note that *frame* imports *module*, which may wait for another.

        Returns the modules that do so too from now on.
        """
        new: list[Load] = []
        for identity, circle in self.open.items():
            used = circle.members.get(module)
            for load in find_loads(frame) if used is not None else ():
                if identify(load.namespace) == identity:
                    break
                if load.name != module:
                    way = find_way(frame, until=load.frame)
                    new += _add(circle, load, used, way)
        return new

    def waits(self, module: str) -> bool:
        """Whether *module* waits for another, or another for it."""
        return any(
            module in circle.members or module == circle.first.name for circle in self.open.values()
        )

    def close(self, namespace: dict[str, object]) -> Iterable[Edge]:
        """End the circle of the module with that *namespace*; returns who imported whom in it."""
        circle = self.open.pop(identify(namespace), None)
        return () if circle is None else circle.edges

    def abandon(self, spec: object) -> list[str]:
        """End the circle of the module with that *spec*, which has loaded and reached nothing.

        Returns the modules that were watched for it.
        """
        circle = self.open.pop(id(spec), None)
        return [] if circle is None else [circle.first.name, *circle.members]

    def _get_circle(self, first: Load) -> _Circle:
        return self.open.setdefault(identify(first.namespace), _Circle(first.without_frame()))


def _add(circle: _Circle, user: Load, used: Load | None, way: Way) -> list[Load]:
    """Add an import to *circle*; returns its user if it has not been waiting so far."""
    if used is None:
        return []
    known = user.name in circle.members
    member = circle.members.setdefault(user.name, user.without_frame())
    circle.edges.append(Edge(member, used, way))
    return [] if known else [member]
