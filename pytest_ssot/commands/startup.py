"""``pytest-ssot startup``: imports modules in fresh interpreters, under the rules."""

from __future__ import annotations

import argparse
import datetime
import io
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain

from pytest_ssot.commands.project import find_baseline, find_root, load_project, show_progress
from pytest_ssot.errors import UsageError
from pytest_ssot.model import Verdict, Violation
from pytest_ssot.policy.baseline.load_baseline import load_baseline
from pytest_ssot.policy.run.tally import Tally
from pytest_ssot.policy.startup.import_modules import (
    TIMEOUT,
    JudgedStartups,
    Startup,
    check_module_name,
    find_import_path,
    import_modules,
    judge_startups,
)
from pytest_ssot.report.check_listing import NO_RULES
from pytest_ssot.report.startup_text import (
    describe_search,
    format_startup,
    startup_to_json,
    summarize_startups,
)
from pytest_ssot.rules.configured import Configured
from pytest_ssot.rules.first_party import FirstParty
from pytest_ssot.source.workers import count_processors


class _StartupOutcome:
    """What was imported, and what it comes to."""

    def __init__(
        self, project: Configured, startups: Sequence[Startup], judged: JudgedStartups
    ) -> None:
        self.project = project
        self.startups = startups
        self.judged = judged

    @cached_property
    def violations(self) -> list[Violation]:
        """Those of all modules, each once."""
        return _merge_violations(chain.from_iterable(self.judged.violations))

    @property
    def not_observed(self) -> list[str]:
        return sorted(set(chain.from_iterable(startup.not_observed for startup in self.startups)))

    @property
    def faults(self) -> list[str]:
        return sorted({fault for startup in self.startups for fault in startup.faults})

    @property
    def failed(self) -> bool:
        fails = any(violation.verdict is Verdict.FAILS for violation in self.violations)
        return (
            fails
            or bool(self.faults)
            or any(startup.error is not None for startup in self.startups)
        )


def run(options: argparse.Namespace) -> int:
    """Print what importing each module reaches; returns 1 if anything fails, or cannot be."""
    found = _start_modules(options)
    if options.output_format == "json" and isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # as files are written, whatever the screen is
    sys.stdout.write(
        _render_json(found) if options.output_format == "json" else _render_text(found, options)
    )
    for line in _list_besides(found, options):
        print(line, file=sys.stderr)
    return int(found.failed)


def _start_modules(options: argparse.Namespace) -> _StartupOutcome:
    modules = [check_module_name(fromkey) for fromkey in dict.fromkeys(options.modules)]
    project = load_project(find_root(options.root), {"baseline": options.baseline})
    path = find_baseline(project.settings, options.baseline)
    before = load_baseline(project, path, required=options.baseline is not None)
    with show_progress("importing", options):
        startups = import_modules(
            project,
            modules,
            path=find_import_path(project.settings.root),
            timeout=TIMEOUT if options.timeout is None else options.timeout,
            jobs=options.jobs or count_processors(),
        )
    result = judge_startups(project, startups, before, datetime.date.today())
    if result.mistakes:
        raise UsageError("\n".join(result.mistakes))
    return _StartupOutcome(project, startups, result)


def _render_text(found: _StartupOutcome, options: argparse.Namespace) -> str:
    by_id, settings = found.project.rules.by_id, found.project.settings
    ours = FirstParty(settings.root, settings.first_party)
    told = [
        line
        for startup, violations in zip(found.startups, found.judged.violations, strict=True)
        if not options.quiet or _has_failed(startup, violations)
        for line in format_startup(
            startup,
            violations,
            by_id,
            ours=lambda file: ours.owns(file, ""),
            verbose=options.verbose,
        )
    ]
    return "".join(f"{line}\n" for line in told)


def _has_failed(startup: Startup, violations: Sequence[Violation]) -> bool:
    return startup.error is not None or any(
        violation.verdict is Verdict.FAILS for violation in violations
    )


def _render_json(found: _StartupOutcome) -> str:
    from pytest_ssot.report.document import make_document
    from pytest_ssot.report.rendering import render

    rules = found.project.rules.all
    numbers = Counter(violation.rule for violation in found.violations)
    discovered = (name for startup in found.startups for name, _ in startup.discovered)
    data = make_document(
        found.violations,
        rules,
        {name: numbers[name] for name in (*(rule.id for rule in rules), *discovered)},
        (),
        found.not_observed,
        swept=_merge_violations(found.judged.swept),
        errors=found.faults,
    )
    data["startup"] = list(map(startup_to_json, found.startups, found.judged.violations))
    return render("json", data, found.project.settings.root)


def _list_besides(found: _StartupOutcome, options: argparse.Namespace) -> Iterator[str]:
    """What is told next to the modules."""
    if not (found.project.rules.all or options.quiet):
        yield NO_RULES
    for startup in found.startups:
        where = describe_search(startup, found.project.settings.root)
        if where is not None:
            yield f"{where}; PYTHONPATH adds other folders"
    yield from (f"error inside pytest-ssot: {fault}" for fault in found.faults)
    if not options.quiet:
        yield from (f"not observed: {sentence}" for sentence in found.not_observed)
        yield summarize_startups(found.startups, found.violations)


def _merge_violations(violations: Iterable[Violation]) -> list[Violation]:
    tally = Tally()
    for violation in violations:
        tally.add_violation(violation)
    return tally.list_violations()
