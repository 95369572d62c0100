"""The lineage: which loaded modules carry evidence, and what importing them reaches."""

from __future__ import annotations

import sys
from heapq import heappop, heappush
from itertools import count

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_ssot.runtime.evidence.conditions import Conditions
    from pytest_ssot.runtime.evidence.evidence import Sightings
    from pytest_ssot.runtime.stack.frames import Way
    from pytest_ssot.runtime.stack.loads import Load
    from pytest_ssot.runtime.stack.served_names import ServedName

    #: The conditions of each step on a way, the innermost first.
    Around = tuple[Conditions, ...]
    #: What a way has passed: the last, and what it had passed before.
    Passed = tuple["Evidence", "Passed"] | None

from pytest_ssot.runtime.evidence.evidence import Evidence, keep_shortest
from pytest_ssot.runtime.stack.namespaces import SPEC, namespace_of


class Carrier(Evidence):
    """The evidence of a load of the module *name*; without a name, of what serves a lazy name.

    A load is told from others by its *spec*, and where it has none by what it has made, which is
    *held*. ``stands_for`` is what the module has put into its own place in ``sys.modules``.
    """

    __slots__ = ("_held", "_spec", "name", "stands_for")

    def __init__(self, name: str, spec: object, held: object) -> None:
        super().__init__()
        self.name = name
        self._spec = spec
        self._held = held
        self.stands_for: object = None

    def has_made(self, namespace: dict[str, object]) -> bool:
        """Whether *namespace* is of what that load has made."""
        return namespace is self._held if self._spec is None else self.is_by(namespace.get(SPEC))

    def is_by(self, spec: object) -> bool:
        """Whether that load went by *spec*."""
        return spec is not None and spec is self._spec

    def is_of(self, module: object) -> bool:
        """Whether *module* is what that load has made."""
        if self.stands_for is not None:
            return module is self.stands_for
        return self.has_made(namespace_of(module))


class Lineage:
    """The loaded modules whose loading reached something: they carry it to who imports them."""

    __slots__ = ("_carriers", "_files", "_served")

    def __init__(self) -> None:
        self._carriers: dict[str, list[Carrier]] = {}
        self._files: dict[str, list[Carrier]] = {}
        # By the identity of a module, which is held, and a name of it.
        self._served: dict[tuple[int, str], Carrier] = {}

    def __bool__(self) -> bool:
        return bool(self._carriers or self._served)

    def evidence_of(self, load: Load) -> Carrier:
        """Return the evidence of that *load* of a module, made if need be."""
        carriers = self._carriers.setdefault(load.name, [])
        for carrier in carriers:
            if carrier.has_made(load.namespace):
                return carrier
        spec = load.namespace.get(SPEC)
        carrier = Carrier(load.name, spec, load.namespace if spec is None else None)
        carriers.append(carrier)
        self._files.setdefault(load.path, []).append(carrier)
        return carrier

    def has_evidence(self, load: Load) -> bool:
        """Whether that *load* of a module has reached anything so far."""
        carriers = self._carriers.get(load.name, ())
        return any(one.has_made(load.namespace) and one for one in carriers)

    def evidence_of_name(self, served: ServedName) -> Carrier | None:
        """Return the evidence of a name that code answers for, made if need be.

        None for what is no module's.
        """
        if served.key is None:
            return None
        known = self._served.get(served.key)
        if known is None:
            known = self._served[served.key] = Carrier("", None, served.module)
        return known

    def find_name_carrier(self, module: object, name: str) -> Carrier | None:
        """Return the evidence of what answers for *name* in *module*, if there is any."""
        return self._served.get((id(module), name))

    def settle(self, name: str, spec: object) -> None:
        """Note what stands for the module *name* whose load, by *spec*, has ended."""
        module = sys.modules.get(name)
        if module is None or namespace_of(module).get(SPEC) is spec:
            return
        for carrier in self._carriers.get(name, ()):
            if carrier.is_by(spec):
                carrier.stands_for = module

    def carries(self, module: str) -> bool:
        """Whether importing *module* reaches evidence: its own, or a package's above it."""
        return next(self.find_carriers(module), None) is not None

    def find_carriers(self, module: str) -> Iterator[Carrier]:
        """Yield the evidence that importing *module* reaches: its own and its packages'."""
        while module:
            carrier = self._find_current(module)
            if carrier is not None:
                yield carrier
            module = module.rpartition(".")[0]

    def _find_current(self, name: str) -> Carrier | None:
        """Return the evidence of the module that goes by *name* now; of the last, if none does."""
        carriers = self._carriers.get(name)
        if not carriers:
            return None
        module = sys.modules.get(name)
        if module is None:
            return carriers[-1]
        return next((carrier for carrier in carriers if carrier.is_of(module)), None)

    def evidence_in_file(self, path: str) -> list[Carrier]:
        """Return the evidence of the modules that were loaded from *path*."""
        return self._files.get(path, [])

    def find_with_packages(self, evidence: Evidence) -> Iterator[Evidence]:
        """Yield *evidence*, and what the packages have that it is loaded with if a module's."""
        yield evidence
        if isinstance(evidence, Carrier):
            yield from self.find_carriers(evidence.name.rpartition(".")[0])

    def gather(self, start: Iterable[Evidence]) -> Sightings:
        """Find all that *start* reaches, under each conditions by the shortest way.

        Round a circle nothing is reached once more.
        """
        found: Sightings = {}
        order = count()
        queue: list[tuple[int, Way, int, Evidence, Around, Passed]] = []
        for evidence in start:
            heappush(queue, (0, (), next(order), evidence, (), None))
        done: set[tuple[int, Around]] = set()
        while queue:
            _, way, _, evidence, around, passed = heappop(queue)
            if (id(evidence), around) in done or (around and _has_passed(evidence, passed)):
                continue
            done.add((id(evidence), around))
            _add_all(found, evidence, way, around)
            here = evidence, passed
            for part, conditions in evidence.parts:
                inner = _add(conditions, around)
                heappush(queue, (len(way), way, next(order), part, inner, here))
            for (carrier, conditions), rest in list(evidence.uses.items()):
                for carried in self.find_with_packages(carrier):
                    inner = _add(conditions, around)
                    whole = way + rest
                    heappush(queue, (len(whole), whole, next(order), carried, inner, here))
        return found


def _has_passed(evidence: Evidence, passed: Passed) -> bool:
    while passed is not None:
        last, passed = passed
        if last is evidence:
            return True
    return False


def _add_all(found: Sightings, evidence: Evidence, way: Way, around: Around) -> None:
    """Add what *evidence* has itself, which is reached by *way* under what is *around*."""
    outer = tuple(condition for conditions in around for condition in conditions)
    for sighting, rest, conditions in list(evidence.sightings.values()):
        keep_shortest(found, (sighting, way + rest, conditions + outer))


def _add(conditions: Conditions, around: Around) -> Around:
    """Add *conditions* to what is *around* them, unless they are there: circles would not end."""
    return (conditions, *around) if conditions and conditions not in around else around
