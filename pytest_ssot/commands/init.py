"""``pytest-ssot init``: finds what the project itself deprecates, and writes rules for it."""

from __future__ import annotations

import argparse
import datetime
import difflib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from pytest_ssot.commands import choose_proposals
from pytest_ssot.commands.project import find_root, load_project, show_progress
from pytest_ssot.commands.proposals import Counts, Proposal, check_section, make_proposals
from pytest_ssot.config.append import append_tables
from pytest_ssot.config.load import FILE
from pytest_ssot.config.mistakes import Wrong
from pytest_ssot.config.toml import parse_toml
from pytest_ssot.errors import UsageError
from pytest_ssot.files import write_atomically
from pytest_ssot.model import Site
from pytest_ssot.policy.run.inventory import take_inventory
from pytest_ssot.rules.configured import Configured
from pytest_ssot.rules.first_party import FirstParty
from pytest_ssot.rules.rule import Rule
from pytest_ssot.rules.ruleset import RuleSet
from pytest_ssot.source.deprecated.finding import Strength
from pytest_ssot.source.deprecated.survey import Survey, survey_files
from pytest_ssot.source.project.files import Files
from pytest_ssot.source.project.modules import Modules
from pytest_ssot.source.text.reading import decode_source, read_bytes

#: Of what is possible only, so many are listed unless all is asked for.
_LISTED = 10


def run(options: argparse.Namespace) -> int:
    """Write the rules, or show them with ``--diff``; returns 0, also where there are none."""
    root = find_root(options.root)
    project = load_project(root)
    text = _read_file(root / FILE)
    with show_progress("reading", options):
        offered = make_proposals(
            _survey_project(root, project), project, lambda rules: _count_uses(project, rules)
        )
    sound = [proposal for proposal in offered if not proposal.wrong]
    if options.diff or not choose_proposals.can_ask() or not sound:
        wanted: list[Proposal] | None
        wanted = [proposal for proposal in sound if proposal.strength > Strength.POSSIBLE]
    else:
        wanted = choose_proposals.choose_proposals(sound)
    if wanted is None:
        _tell_line(options, "nothing written")
        return 0
    changed = _append_proposals(text, wanted)
    if options.diff:
        _show_diff(text, changed)
    elif wanted:
        _write_file(root / FILE, changed)
    _tell_written(options, offered, wanted)
    return 0


def _survey_project(root: Path, project: Configured) -> Survey:
    settings = project.settings
    modules, ours = Modules(root), FirstParty(root, settings.first_party)
    files = {file.path: file.at for file in Files(root, exclude=settings.exclude)}
    known = {rule.deprecated: rule.use for rule in project.rules.rules}
    return survey_files(
        (
            file
            for file in files
            if ours.owns(str(root / file), next(iter(modules.list_names(file)), ""))
        ),
        modules.list_names,
        lambda path: decode_source(read_bytes(files[path])),
        settings.warnings,
        known,
    )


def _count_uses(project: Configured, rules: Sequence[Rule]) -> Counts:
    """In how many places and files each rule's target is used, by its id."""
    tried = project._replace(rules=RuleSet(rules), allowances=())
    found = take_inventory(tried, datetime.date.today(), cache=False).violations
    sites: dict[str, list[Site]] = {rule.id: [] for rule in rules}
    for violation in found:
        sites[violation.rule].append(violation.importer)
    return {name: (len(each), len({site.path for site in each})) for name, each in sites.items()}


def _read_file(path: Path) -> str:
    """The text of pyproject.toml, empty where there is none; raises UsageError if it is no TOML."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise UsageError(f"{FILE}: cannot be read: {error.strerror}") from None
    try:
        parse_toml(data)
    except Wrong as wrong:
        raise UsageError(f"{FILE}: {wrong.problem}; nothing is written") from None
    return data.decode("utf-8")


def _append_proposals(text: str, wanted: Sequence[Proposal]) -> str:
    """The file with what is wanted; raises UsageError rather than that it would be broken."""
    try:
        changed = append_tables(text, [proposal.entry for proposal in wanted])
    except Wrong as wrong:
        raise UsageError(f"{FILE}: {wrong.problem}; nothing is written") from None
    section = parse_toml(changed.encode("utf-8")).get("tool", {}).get("pytest-ssot", {})
    check_section(section)
    return changed


def _write_file(path: Path, text: str) -> None:
    """Write *text* to *path*; raises UsageError where the file is kept from being written."""
    path = path.resolve()  # a link stays one
    try:
        # To replace it would be possible, and is not what somebody wants who made it so.
        if path.exists() and not (os.access(path, os.W_OK) and path.stat().st_mode & 0o222):
            raise UsageError(f"{FILE}: is read-only; nothing is written")
        write_atomically(path, text)
    except OSError as error:
        raise UsageError(f"{FILE}: cannot be written: {error.strerror}") from None


def _show_diff(old: str, new: str) -> None:
    lines = difflib.unified_diff(
        old.splitlines(keepends=True), new.splitlines(keepends=True), FILE, FILE
    )
    for line in lines:
        print(line, end="" if line.endswith("\n") else "\n\\ No newline at end of file\n")


def _tell_written(
    options: argparse.Namespace, offered: Sequence[Proposal], wanted: Sequence[Proposal]
) -> None:
    done = "would be written" if options.diff else "written"
    if not offered:
        _tell_line(options, "nothing found that is deprecated and has no rule yet")
        return
    tables = {0: "nothing", 1: "1 table"}.get(len(wanted), f"{len(wanted)} tables")
    _tell_line(options, f"{FILE}: {tables} {done}")
    for proposal in wanted:
        _tell_line(options, f"  {proposal.title}  ({proposal.strength.word})")
    for proposal in offered:
        if proposal.wrong:
            _tell_line(options, f"not written: {proposal.title}: {proposal.wrong}")
    left = [proposal for proposal in offered if not proposal.wrong and proposal not in wanted]
    if left:
        _tell_line(
            options, f"not written, {len(left)} that may be deprecated; choose on a terminal:"
        )
    for proposal in left if options.verbose else left[:_LISTED]:
        _tell_line(options, f"  {proposal.title}  {proposal.entry.comments[0]}")
    if len(left) > _LISTED and not options.verbose:
        _tell_line(options, f"  and {len(left) - _LISTED} more: --verbose lists them")


def _tell_line(options: argparse.Namespace, line: str) -> None:
    if not options.quiet:
        print(line, file=sys.stderr)
