"""What functions remember of an earlier test: docs/verdicts.md."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from pytest_ssot.model import Violation


def leave_out_remembered(violations: Iterable[Violation]) -> list[Violation]:
    """What of *violations* was reached."""
    return [violation for violation in violations if violation.remembered is None]


def list_remembered(violations: Iterable[Violation]) -> list[Violation]:
    """What of *violations* functions remember, and tests called that ran."""
    return [violation for violation in violations if violation.remembered and violation.tests]


def name_unlooked(
    unlooked: Mapping[tuple[str, int, str, str], str], relative_path: Callable[[str], str]
) -> tuple[tuple[str, str], ...]:
    """The functions that remember and whose later calls were not looked at, with why."""
    named = {
        (f"{relative_path(path)}:{line} {name}", why)
        for (path, line, name, _), why in unlooked.items()
    }
    return tuple(sorted(named))


def describe_unlooked(unlooked: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Tell, once for each reason, which functions those are."""
    by_reason: dict[str, list[str]] = {}
    for function, why in unlooked:
        by_reason.setdefault(why, []).append(function)
    for why, (first, *more) in by_reason.items():
        rest = f" and {len(more)} more" if more else ""
        yield f"later calls of what remembers what it reached ({first}{rest}): {why}"
