"""The lineage: which loaded modules carry evidence, and what importing them reaches."""

from __future__ import annotations

from heapq import heappop, heappush

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pytest_ssot.runtime.evidence.evidence import Sightings
    from pytest_ssot.runtime.stack.frames import Way

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
        """Find all that *start* reaches, each with the shortest way to it."""
        found: Sightings = {}
        order = 0
        queue: list[tuple[int, Way, int, Evidence]] = []
        for evidence in start:
            order += 1
            heappush(queue, (0, (), order, evidence))
        done: set[int] = set()
        while queue:
            _, way, _, evidence = heappop(queue)
            if id(evidence) in done:
                continue
            done.add(id(evidence))
            for sighting, rest in list(evidence.sightings.values()):
                keep_shortest(found, sighting, way + rest)
            for part in evidence.parts:
                order += 1
                heappush(queue, (len(way), way, order, part))
            for module, rest in list(evidence.uses.items()):
                for carried in self.find_carriers(module):
                    order += 1
                    heappush(queue, (len(way + rest), way + rest, order, carried))
        return found
