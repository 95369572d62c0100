"""Lets a person choose which of the proposals to write."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence

from pytest_ssot.commands.proposals import Proposal
from pytest_ssot.source.deprecated.finding import Strength

_PROMPT = (
    "Numbers or ranges (2 5-7) to switch, a for all, n for none, enter to write {}, q to quit: "
)


def can_ask() -> bool:
    """Whether there is a person to ask."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))


def choose_proposals(offered: Sequence[Proposal]) -> list[Proposal] | None:
    """Those that the person wants; None to write nothing.

    At first all are marked but the merely possible ones.
    """
    marked = {n for n, proposal in enumerate(offered, 1) if proposal.strength > Strength.POSSIBLE}
    _show_offered(offered, marked, evidence=True)
    while True:
        print(_PROMPT.format(len(marked)), end="", file=sys.stderr, flush=True)
        line = sys.stdin.readline()
        answer = line.strip().lower()
        if not line or answer in ("q", "quit"):
            print(file=sys.stderr)
            return None
        if not answer:
            return [proposal for n, proposal in enumerate(offered, 1) if n in marked]
        switched = _parse_numbers(answer, len(offered))
        if answer in ("a", "n"):
            marked = set(range(1, len(offered) + 1)) if answer == "a" else set()
        elif switched is None:
            print(f"not understood: {answer}; there is 1 to {len(offered)}", file=sys.stderr)
            continue
        else:
            marked ^= switched
        _show_offered(offered, marked)


def _show_offered(offered: Sequence[Proposal], marked: set[int], *, evidence: bool = False) -> None:
    for number, proposal in enumerate(offered, 1):
        mark = "x" if number in marked else " "
        kind = "one class, one path: " if proposal.entry.name == "single" else ""
        print(
            f"{number:4} [{mark}] {kind}{proposal.title}  ({proposal.strength.word})",
            file=sys.stderr,
        )
        for comment in proposal.entry.comments if evidence else ():
            print(f"           {comment}", file=sys.stderr)


def _parse_numbers(answer: str, last: int) -> set[int] | None:
    """The numbers of ``2 5-7``; None where it is no such list, or leads past *last*."""
    found: set[int] = set()
    for part in re.split(r"[\s,]+", answer):
        bounds = re.fullmatch(r"(\d{1,6})(?:-(\d{1,6}))?", part)
        if bounds is None:
            return None
        first, end = int(bounds[1]), int(bounds[2] or bounds[1])
        if not 1 <= first <= end <= last:
            return None
        found |= set(range(first, end + 1))
    return found
