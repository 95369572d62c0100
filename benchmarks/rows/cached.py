"""Imports of a loaded module that no rule is about, by each form there is."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from benchmarks.model import Cost, Limit, Pair, Row
from benchmarks.processes import output_of

_FORMS = {
    "import": "cached `import x`",
    "from": "cached `from x import y`",
    "import_module": "cached importlib.import_module(x)",
}


def measure(form: str, folder: Path, rounds: int) -> list[Pair]:
    lines = output_of("cached", form, str(rounds), folder=folder).splitlines()
    found = []
    for line in lines:
        wall, cpu, plain_wall, plain_cpu = map(float, line.split())
        found.append(Pair(Cost(wall, cpu), Cost(plain_wall, plain_cpu)))
    return found


ROWS = tuple(
    Row(
        name=f"cached-{form}",
        what=f"{what}, 200,000 times",
        against="without the plugin",
        unit="ratio",
        limit=Limit(1.0, noise=0.01),
        rounds=161,
        measure=partial(measure, form),
    )
    for form, what in _FORMS.items()
)
