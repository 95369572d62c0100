"""Projects built from a plan that says what is another of a symbol: a scan finds just that."""

from __future__ import annotations

import datetime
import tempfile
from pathlib import Path
from random import Random
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_ssot.policy.run.inventory import take_inventory
from pytest_ssot.rules.configured import load_configured
from tests.seeds import examples

CONFIG = '[[tool.pytest-ssot.single]]\nsymbol = "app.home:Manager"\nalso-from = ["app.m0"]\n'
#: What is found, by path: form and name.
Expected = set[tuple[str, str, str]]

#: Statements that are fine wherever they stand; ``{0}`` is the symbol as the module says it.
FINE = (
    *("def {1}():\n    local = {0}\n    return local()", "class {1}:\n    kind = {0}"),
    *("class {1}({0}):\n    x = 1", "class {1}({0}, Mixin):\n    pass", "{1} = {0}()"),
    *("class {1}:\n    def Manager(self): pass", "{1}: type[{0}]", "{1} = [{0}]"),
    *("if TYPE_CHECKING:\n    {1} = {0}", "def {1}(a: {0}):\n    def Manager(): pass"),
)
ALIASES = (
    *("{1} = {0}", "{1}: type = {0}", "if x:\n    {1} = {0}", "{1} = {0} if x else None"),
    *("try:\n    {1} = {0}\nexcept E:\n    pass", "with x:\n    {1} = (\n        {0}\n    )"),
)
SUBCLASSES = (
    *("class {1}({0}): pass", 'class {1}({0}):\n    """Text."""', "if x:\n    class {1}({0}): ..."),
    "def f{1}():\n    class {1}({0}):\n        __slots__ = ()",
)
AGAIN = (
    *("class Manager:\n    pass", "if x:\n    class Manager(Base): x = 1", "def Manager(): pass"),
    *("class Outer:\n    class Manager: pass", "Manager = type('Manager', (), {{}})"),
)


class Taken(NamedTuple):
    """Where a module has the symbol from (-1: its home) and by which of the names there."""

    module: int
    which: int
    how: str


class Plan(NamedTuple):
    taken: Taken
    local: str
    offered: bool
    fine: list[int]
    aliases: list[int]
    subclasses: list[int]
    again: list[int]
    seed: int


def plans(number: int) -> st.SearchStrategy[Plan]:
    taken = st.builds(
        Taken,
        st.integers(-1, number - 1),
        st.integers(0, 5),
        st.sampled_from(["absolute", "relative", "module", "function"]),
    )
    return st.builds(
        Plan,
        taken,
        st.sampled_from(["Manager", "M", "Local"]),
        st.booleans(),
        st.lists(st.integers(0, len(FINE) - 1), max_size=3),
        st.lists(st.integers(0, len(ALIASES) - 1), max_size=2),
        st.lists(st.integers(0, len(SUBCLASSES) - 1), max_size=2),
        st.lists(st.integers(0, len(AGAIN) - 1), max_size=1),
        st.integers(),
    )


class Module(NamedTuple):
    """What a module is, and the names in it that are the symbol.

    With each whether it is told of who takes it from there: of the others it is told here,
    or they may be taken.
    """

    text: str
    names: list[tuple[str, bool]]
    found: Expected


def written(number: int, plan: Plan, before: list[Module]) -> Module:
    path = f"app/m{number}.py"
    others = before[plan.taken.module].names if plan.taken.module >= 0 else []
    source = f"m{plan.taken.module}" if others else "home"
    name, is_open = others[plan.taken.which % len(others)] if others else ("Manager", False)
    first, symbol, offers = _first(plan, source, name)
    binds = plan.taken.how in ("absolute", "relative")
    found: Expected = set()
    names: list[tuple[str, bool]] = []
    if binds:
        is_told = is_open or (offers and number > 0)
        found |= {(path, "from", plan.local)} if is_told else set()
        names.append((plan.local, not is_told and number > 0))
    elif symbol is None and is_open:
        found.add((path, "from", name))
    pieces = [f"__all__ = ['a', '{plan.local}']"] if offers else []
    pieces += [FINE[one].format(symbol, f"fine{at}") for at, one in enumerate(plan.fine)]
    for at, one in enumerate(plan.aliases if symbol else ()):
        pieces.append(ALIASES[one].format(symbol, f"Alias{at}"))
        found.add((path, "alias", f"Alias{at}"))
        names.append((f"Alias{at}", False))
    for at, one in enumerate(plan.subclasses if symbol else ()):
        pieces.append(SUBCLASSES[one].format(symbol, f"Sub{at}"))
        found.add((path, "subclass", f"Sub{at}"))
    for one in plan.again if symbol != "Manager" else ():
        pieces.append(AGAIN[one].format())
        found.add((path, "definition", "Manager"))
    Random(plan.seed).shuffle(pieces)
    return Module("\n".join((first, *pieces, "")), names, found)


def _first(plan: Plan, source: str, name: str) -> tuple[str, str | None, bool]:
    """The import, how the module says the symbol from then on, and whether it is in __all__."""
    local = plan.local
    taken = name if name == local else f"{name} as {local}"
    if plan.taken.how == "absolute":
        return f"from app.{source} import {taken}", local, plan.offered
    if plan.taken.how == "relative":
        return f"from .{source} import {taken}", local, plan.offered
    if plan.taken.how == "module":
        return f"import app.{source} as source", f"source.{name}", False
    return f"def get():\n    from app.{source} import {name}", None, False


@settings(max_examples=examples(30))
@given(st.integers(1, 5).flatmap(lambda many: st.tuples(*map(plans, range(many)))))
def test_just_what_was_planned(chosen: tuple[Plan, ...]) -> None:
    modules: list[Module] = []
    for number, plan in enumerate(chosen):
        modules.append(written(number, plan, modules))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "app").mkdir()
        (root / "pyproject.toml").write_text(CONFIG)
        (root / "app/home.py").write_text("class Manager:\n    pass\n")
        for number, module in enumerate(modules):
            (root / f"app/m{number}.py").write_text(module.text)
        found = take_inventory(
            load_configured(root, {}, {}), datetime.date(2027, 1, 1), cache=False
        )
    told = {
        (one.importer.path, one.form.value if one.form else "", one.name or "")
        for one in found.violations
    }
    assert told == set().union(*(one.found for one in modules)), [one.text for one in modules]
