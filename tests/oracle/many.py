"""Many examples in one project, since a run of pytest costs much more than one."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.oracle.graphs import Draw, T

MOST = 24
#: Whether one more follows; to stop is the simplest.
MORE = st.sampled_from([False, *[True] * (4 * MOST)])


class Many(list[T]):
    """Shown by their number: a failure shows the files of the one that it is about."""

    def __repr__(self) -> str:
        return f"<{len(self)} of them>"


@st.composite
def many(draw: Draw[Any], example: st.SearchStrategy[T]) -> Many[T]:
    """Draw some; ``st.lists`` is too short."""
    found: Many[T] = Many()
    while not found or (len(found) < MOST and draw(MORE)):
        found.append(draw(example))
    return found
