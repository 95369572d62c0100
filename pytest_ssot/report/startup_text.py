"""What ``pytest-ssot startup`` tells: each module, and what importing it reaches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from pytest_ssot.model import Verdict, Violation
from pytest_ssot.policy.startup.import_modules import Startup
from pytest_ssot.report import check_listing
from pytest_ssot.report.violation_text import count_noun
from pytest_ssot.rules.ruleset import AnyRule

#: How much is shown of what a module printed that says nothing else of its end.
_FEW = 10


def format_startup(
    startup: Startup,
    violations: Sequence[Violation],
    rules: Mapping[str, AnyRule],
    *,
    ours: Callable[[str], bool],
    verbose: bool,
) -> Iterator[str]:
    """The module with its time and what it comes to, then each violation with its chain.

    Without *verbose* only what fails is listed, and the end of a traceback, from the last
    frame on whose file is *ours*, without those between.
    """
    yield f"{startup.module}  {_format_time(startup)}  {_describe_outcome(startup, violations)}"
    for violation in violations:
        if verbose or violation.verdict is Verdict.FAILS:
            yield check_listing.format_violation(violation, rules.get(violation.rule), runs=False)
            yield from (f"    {step}: in {step.function}" for step in violation.chain)
    if startup.error is not None:
        yield from (
            f"  {line}".rstrip() for line in _list_error_lines(startup, ours, verbose=verbose)
        )


def summarize_startups(startups: Sequence[Startup], violations: Iterable[Violation]) -> str:
    """``3 modules imported, 1 cannot be; 2 uses in 1 file fail, 5 known``."""
    failed = sum(startup.error is not None for startup in startups)
    told = f"{count_noun(len(startups) - failed, 'module')} imported"
    told += f", {failed} cannot be" if failed else ""
    return f"{told}; {check_listing.describe_totals(violations) or check_listing.NONE}"


def describe_failure(startup: Startup) -> str:
    """Why the module cannot be imported, with the whole traceback and the end of its output."""
    printed = startup.printed.splitlines()[-_FEW:]
    output = ["its last output:", *printed] if printed else []
    told = [f"{startup.module} cannot be imported: {startup.error}"]
    return "\n".join([*told, *startup.trace.splitlines(), *output])


def describe_search(startup: Startup, root: Path) -> str | None:
    """Where a module that was asked for was looked for in vain; None where it was found."""
    if not startup.missing or not f"{startup.module}.".startswith(f"{startup.missing}."):
        return None
    return f"{startup.missing}: there is no such module below {root}, or below src there"


def startup_to_json(startup: Startup, violations: Iterable[Violation]) -> dict[str, Any]:
    """The module's entry under ``startup`` in the document of ``docs/report.md``."""
    return {
        "module": startup.module,
        "seconds": None if startup.seconds is None else round(startup.seconds, 6),
        "error": startup.error,
        "importers": list(dict.fromkeys(str(violation.importer) for violation in violations)),
    }


def _format_time(startup: Startup) -> str:
    return "-" if startup.seconds is None else f"{startup.seconds:.3f} s"


def _describe_outcome(startup: Startup, violations: Iterable[Violation]) -> str:
    uses = check_listing.describe_totals(violations)
    if startup.error is None:
        return uses or check_listing.NONE
    return "; ".join(filter(None, [f"cannot be imported: {startup.error}", uses]))


def _list_error_lines(startup: Startup, ours: Callable[[str], bool], *, verbose: bool) -> list[str]:
    """The traceback, else what the module printed; of either the end, or all of it."""
    trace, printed = startup.trace.splitlines(), startup.printed.splitlines()
    if verbose:
        return [*trace, *(["it printed:"] if printed else []), *printed]
    if not trace:
        return printed[-_FEW:]
    places: list[int] = []
    for number, line in enumerate(trace):
        if line.endswith("(most recent call last):"):  # before: its cause, another thread
            places.clear()
        elif line.startswith('  File "'):
            places.append(number)
    if not places:
        return trace[:_FEW]
    told = trace[places[-1] :][:_FEW]
    own = [pair for pair in pairwise(places) if ours(trace[pair[0]].split('"')[1])]
    if own and not ours(told[0].split('"')[1]):
        first, after = own[-1]
        return trace[first:after] + told
    return told
