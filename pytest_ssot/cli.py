"""The ``pytest-ssot`` command: its arguments and exit codes."""

from __future__ import annotations

import argparse
import errno
import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_ssot.config.report_formats import RENDERED
from pytest_ssot.errors import UsageError

#: A usage error, as argparse has it too.
_USAGE = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code, 2 for a usage error."""
    for name in ("stdout", "stderr"):  # None where it was closed; a print to None goes to stdout
        if getattr(sys, name) is None:
            setattr(sys, name, io.StringIO())
    parser = _make_parser()
    options = parser.parse_args(arguments)
    if options.run is None:
        parser.print_help()
        return 0
    if isinstance(sys.stdout, io.TextIOWrapper):  # source and paths hold what no screen may know
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        code: int = options.run(options)
        sys.stdout.flush()
    except (UsageError, ChildProcessError) as error:  # the latter: a file that crashes Python
        print(error, file=sys.stderr)
        return _USAGE
    except BrokenPipeError:  # whoever read it has seen enough: head, less
        sys.stdout = None  # or the interpreter would flush it
        return 1
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        sys.stdout = None
        print(f"the output cannot be written: {error.strerror}", file=sys.stderr)
        return _USAGE
    except KeyboardInterrupt:
        return 130
    return code


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="pytest-ssot",
        description="Single-source-of-truth imports, enforced at test time. "
        "The gate is a pytest plugin: run pytest, see its --ssot-… options.",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="tell the version and end")
    parser.set_defaults(run=None)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", prog=parser.prog)
    _add_check(commands)
    _add_init(commands)
    _add_baseline(commands)
    _add_explain(commands)
    _add_startup(commands)
    return parser


class _Version(argparse.Action):
    """Looked up only when it is asked for: that reads the installed distribution's metadata."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        parser.exit(message=f"{parser.prog} {version('pytest-ssot')}\n")


if TYPE_CHECKING:
    _Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def _add_check(commands: _Commands) -> None:
    parser = _add_command(commands, "check", "find every use in source, without running it")
    parser.add_argument("paths", nargs="*", metavar="PATH", help="default: all under the root")
    parser.add_argument(
        "--output-format",
        choices=("text", *RENDERED),
        default="text",
        help="what standard output gets (default: text)",
    )
    _add_runs(parser, "tell which sites that run executed, and what only it saw")
    _add_baseline_path(parser)
    parser.add_argument("--no-cache", action="store_true", help="read every file anew")
    parser.set_defaults(run=_run_check)


def _run_check(options: argparse.Namespace) -> int:
    from pytest_ssot.commands import check

    return check.run(options)


def _add_init(commands: _Commands) -> None:
    parser = _add_command(commands, "init", "write rules for what the project itself deprecates")
    parser.add_argument("--diff", action="store_true", help="show what it would write, as a diff")
    parser.set_defaults(run=_run_init)


def _run_init(options: argparse.Namespace) -> int:
    from pytest_ssot.commands import init

    return init.run(options)


def _add_baseline(commands: _Commands) -> None:
    parser = _add_command(commands, "baseline", "write the file of known violations, or shrink it")
    change = parser.add_mutually_exclusive_group()
    change.add_argument("--update", action="store_true", help="remove and lower what is gone")
    change.add_argument(
        "--add",
        action="append",
        metavar="RULE|PATH",
        help="add what is new of a rule, or in a file or folder; may be given several times",
    )
    parser.add_argument("--reason", metavar="TEXT", help="why it is added; --add needs it")
    parser.add_argument("--owner", metavar="TEXT", help="who moves what is added")
    parser.add_argument(
        "--until", type=_parse_day, metavar="YYYY-MM-DD", help="the last day that it is excused"
    )
    _add_runs(parser, "take what only that run saw too")
    _add_baseline_path(parser)
    parser.set_defaults(run=_run_baseline)


def _run_baseline(options: argparse.Namespace) -> int:
    from pytest_ssot.commands import baseline

    return baseline.run(options)


def _add_explain(commands: _Commands) -> None:
    parser = _add_command(commands, "explain", "tell of a rule, a path or a line all that is known")
    parser.add_argument(
        "what",
        metavar="RULE|PATH[:LINE[:COLUMN]]",
        help="a rule's id or target: the rule, its sites and its state; a file or a folder, as "
        "seen from here or from the root: its violations; a line: why it is a violation, and its "
        "fix. A name that is a rule and a path means the rule, unless it has a / or a line",
    )
    _add_runs(parser, "tell which tests of that run executed a site")
    _add_baseline_path(parser)
    parser.add_argument("--no-cache", action="store_true", help="read every file anew")
    parser.set_defaults(run=_run_explain, paths=())


def _run_explain(options: argparse.Namespace) -> int:
    from pytest_ssot.commands import explain

    return explain.run(options)


def _add_startup(commands: _Commands) -> None:
    parser = _add_command(
        commands, "startup", "import modules in fresh interpreters, under the rules"
    )
    parser.add_argument("modules", nargs="+", metavar="MODULE", help="a dotted name: app.main")
    parser.add_argument(
        "--output-format",
        choices=("text", "json"),
        default="text",
        help="what standard output gets (default: text)",
    )
    parser.add_argument(
        "--jobs",
        type=_parse_number,
        metavar="N",
        help="how many run at a time; default: one for each processor",
    )
    parser.add_argument(
        "--timeout",
        type=_parse_seconds,
        metavar="SECONDS",
        help="how long an import may take (default: 60)",
    )
    _add_baseline_path(parser)
    parser.set_defaults(run=_run_startup)


def _run_startup(options: argparse.Namespace) -> int:
    from pytest_ssot.commands import startup

    return startup.run(options)


def _add_runs(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument(
        "--run",
        action="append",
        type=Path,
        default=[],
        dest="runs",
        metavar="REPORT.json",
        help=f"{what}; may be given several times",
    )


def _add_baseline_path(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--baseline", metavar="PATH", help="the file of known violations")


def _parse_day(text: str) -> object:
    from pytest_ssot.config.checks import check_date
    from pytest_ssot.config.mistakes import Wrong

    try:
        return check_date(text)
    except Wrong as wrong:
        raise argparse.ArgumentTypeError(wrong.problem) from None


def _parse_number(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"must be a number from 1 on, not {text!r}")
    return int(text)


def _parse_seconds(text: str) -> float:
    from pytest_ssot.policy.startup.import_modules import (
        check_time_limit,  # what tests may say, too
    )

    try:
        return check_time_limit(float(text))
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a number of seconds, not {text!r}") from None
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _add_command(commands: _Commands, name: str, what: str) -> argparse.ArgumentParser:
    """The parser of one command, with what all of them take."""
    parser = commands.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}.")
    parser.add_argument(
        "--root",
        type=Path,
        metavar="PATH",
        help="the project's folder; default: the nearest one above with a [tool.pytest-ssot], "
        "else with a pyproject.toml, else this one",
    )
    loudness = parser.add_mutually_exclusive_group()
    loudness.add_argument("-q", "--quiet", action="store_true", help="tell only what fails")
    loudness.add_argument("-v", "--verbose", action="store_true", help="tell all of it")
    return parser
