"""The lineage: which loaded modules carry evidence, and what importing them reaches."""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import count

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_ssot.runtime.evidence.conditions import Conditions
    from pytest_ssot.runtime.evidence.evidence import Sightings
    from pytest_ssot.runtime.stack.frames import Way

    #: The conditions of each step on a way, the innermost first.
    Around = tuple[Conditions, ...]

from pytest_ssot.runtime.evidence.evidence import Evidence, keep_shortest


class Lineage:
    """The loaded modules whose loading reached something: they carry it to who imports them."""

    __slots__ = ("_files", "_modules")

    def __init__(self) -> None:
        self._modules: dict[str, Evidence] = {}
        self._files: dict[str, list[Evidence]] = {}

    def __bool__(self) -> bool:
        return bool(self._modules)

    def evidence_of(self, module: str, path: str) -> Evidence:
        """Return the evidence of the module *module* from the file *path*, made if need be.

        Two modules may have one name in turn (every conftest is "conftest"):
        the name then means the later one, each file keeps its own.
        """
        known = self._modules.get(module)
        files = self._files.setdefault(path, [])
        if known is None or known not in files:
            known = self._modules[module] = Evidence()
            files.append(known)
        return known

    def carries(self, module: str) -> bool:
        """Whether importing *module* reaches evidence: its own, or a package's above it."""
        return next(self.find_carriers(module), None) is not None

    def find_carriers(self, module: str) -> Iterator[Evidence]:
        """Yield the evidence that importing *module* reaches: its own and its packages'."""
        while module:
            if module in self._modules:
                yield self._modules[module]
            module = module.rpartition(".")[0]

    def evidence_in_file(self, path: str) -> list[Evidence]:
        """Return the evidence of the modules that were loaded from *path*."""
        return self._files.get(path, [])

    def gather(self, start: Iterable[Evidence]) -> Sightings:
        """Find all that *start* reaches, under each conditions by the shortest way."""
        found: Sightings = {}
        order = count()
        queue: list[tuple[int, Way, int, Evidence, Around]] = []
        for evidence in start:
            heappush(queue, (0, (), next(order), evidence, ()))
        done: set[tuple[int, Around]] = set()
        while queue:
            _, way, _, evidence, around = heappop(queue)
            # What is reached under no conditions at all needs no other way.
            if (id(evidence), around) in done or (id(evidence), ()) in done:
                continue
            done.add((id(evidence), around))
            _add_all(found, evidence, way, around)
            for part, conditions in evidence.parts:
                heappush(queue, (len(way), way, next(order), part, _add(conditions, around)))
            for (module, conditions), rest in list(evidence.uses.items()):
                for carried in self.find_carriers(module):
                    inner = _add(conditions, around)
                    heappush(queue, (len(way + rest), way + rest, next(order), carried, inner))
        return found


def _add_all(found: Sightings, evidence: Evidence, way: Way, around: Around) -> None:
    """Add what *evidence* has itself, which is reached by *way* under what is *around*."""
    outer = tuple(condition for conditions in around for condition in conditions)
    for sighting, rest, conditions in list(evidence.sightings.values()):
        keep_shortest(found, (sighting, way + rest, conditions + outer))


def _add(conditions: Conditions, around: Around) -> Around:
    """Add *conditions* to what is *around* them, unless they are there: circles would not end."""
    return (conditions, *around) if conditions and conditions not in around else around
