"""The set that finds the rule for a dotted name, against trying every rule."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pytest_ssot.rules.lookup import Target, TargetIndex

DOTTED = st.lists(st.sampled_from("abc"), min_size=1, max_size=5).map(".".join)
TARGETS = st.dictionaries(DOTTED, st.booleans(), max_size=8)


def slowly(targets: dict[str, bool], dotted: str) -> str | None:
    """The longest target that covers *dotted*, by trying each."""
    covering = [
        target
        for target, submodules in targets.items()
        if dotted == target or (submodules and dotted.startswith(target + "."))
    ]
    return max(covering, key=len, default=None)


@given(TARGETS, DOTTED)
def test_the_most_specific_rule_wins(targets: dict[str, bool], dotted: str) -> None:
    index = TargetIndex(Target(f"rule {text}", text, sub) for text, sub in targets.items())
    found = index.find_module(dotted)
    assert (found.text if found else None) == slowly(targets, dotted)


def test_a_name_is_found_in_its_own_module_alone() -> None:
    index = TargetIndex([Target("one", "a.b:Old"), Target("two", "a.b")])
    found = index.find_name("a.b", "Old")
    assert found is not None
    assert found.rule == "one"
    assert index.find_name("a.b.c", "Old") is None
    assert index.find_name("a.b", "New") is None
