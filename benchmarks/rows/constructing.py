"""Objects of a class that only its factory may make."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from benchmarks.model import Cost, Limit, Pair, Row
from benchmarks.processes import output_of

_LOOPS = 200_000
_FORMS = {
    "factory": ("`Manager()`, guarded, in its factory", 1e-6),
    "elsewhere": ("`Manager()`, guarded, elsewhere, by one line", 1e-6),
    "subclass": ("a subclass of it, with an `__init__` of its own", 0.0),
}


def measure(form: str, folder: Path, rounds: int) -> list[Pair]:
    lines = output_of("constructing", form, str(rounds), folder=folder).splitlines()
    found = []
    for line in lines:
        wall, cpu, plain_wall, plain_cpu = map(float, line.split())
        found.append(Pair(Cost(wall, cpu), Cost(plain_wall, plain_cpu)))
    return found


ROWS = tuple(
    Row(
        name=f"constructing-{form}",
        what=f"{what}, {_LOOPS:,} times",
        against="without the plugin",
        unit="difference",
        limit=Limit(_LOOPS * each, noise=0.0 if each else 0.01),
        rounds=41,
        measure=partial(measure, form),
    )
    for form, (what, each) in _FORMS.items()
)
