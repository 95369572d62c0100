"""The one table of options, from which TOML, ini, command line and settings are made."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, NamedTuple

from pytest_ssot.config import checks, names
from pytest_ssot.config.checks import Check
from pytest_ssot.config.report_formats import FORMATS


class Option(NamedTuple):
    """One option: its name as TOML spells it, and what its values may be.

    ``item`` checks a string, or each string of a list; with ``paths``, each is
    a path or glob under the root.
    """

    name: str
    type: Literal["strings", "bool", "choice", "string"]
    default: object
    help: str
    choices: tuple[str, ...] = ()
    metavar: str | None = None
    flag: bool = False
    item: Check = names.check_text
    paths: bool = False

    @property
    def attribute(self) -> str:
        return self.name.replace("-", "_")

    @property
    def ini(self) -> str:
        return f"ssot_{self.attribute}"

    @property
    def flag_name(self) -> str:
        return f"--ssot-{self.name}"

    @property
    def ini_type(self) -> Literal["args", "bool", "string"]:
        """What pytest's ``addini`` is told.

        ``getini`` raises ValueError or TypeError on what does not fit; hand the
        exception on as the raw value, and it is told with the other mistakes.
        (Taking all as strings would refuse the typed values of ``[tool.pytest]``.)
        """
        if self.type == "strings":
            return "args"
        return "bool" if self.type == "bool" else "string"

    def make_check(self, root: Path) -> Check:
        """The check of a whole value, in the project at ``root``."""
        if self.type == "strings":
            return checks.check_strings(checks.check_path_under(root) if self.paths else self.item)
        if self.type == "choice":
            return checks.check_choice_of(self.choices)
        return checks.check_boolean if self.type == "bool" else self.item


_WHAT_TO_DO = ("report", "fail", "ignore")

OPTIONS: tuple[Option, ...] = (
    Option(
        "first-party",
        "strings",
        (),
        "packages and folders that are ours; default: all under the root outside site-packages",
    ),
    Option(
        "exclude",
        "strings",
        (),
        "folders, files or globs that the static scan leaves out, besides what git ignores",
    ),
    Option(
        "mission-critical",
        "strings",
        (),
        "folders, files or globs whose tests are mission-critical, besides the markers",
        paths=True,
    ),
    Option(
        "markers",
        "strings",
        ("mission_critical",),
        "names of the markers that make a test mission-critical",
        item=names.check_identifier,
    ),
    Option(
        "warnings",
        "strings",
        ("DeprecationWarning", "PendingDeprecationWarning"),
        "warning categories, builtin or dotted, that tell of a deprecation; subclasses count",
        item=checks.check_category,
    ),
    Option(
        "discover",
        "bool",
        True,
        "make a rule of each module that warns of its own deprecation while it loads",
    ),
    Option(
        "indirect",
        "choice",
        "report",
        f"a third party's use of a target: {', '.join(_WHAT_TO_DO)}",
        choices=_WHAT_TO_DO,
    ),
    Option(
        "suppressed",
        "choice",
        "report",
        f"a deprecation that the code itself silences: {', '.join(_WHAT_TO_DO)}",
        choices=_WHAT_TO_DO,
    ),
    Option("subprocess", "bool", True, "watch child Python processes too"),
    Option(
        "baseline",
        "string",
        "ssot-baseline.json",
        "the file of known violations",
        metavar="PATH",
        flag=True,
    ),
    Option(
        "update-baseline",
        "bool",
        False,
        "remove from the baseline what is no longer there, at the end of the run; never add to it",
        flag=True,
    ),
    Option(
        "strict",
        "bool",
        False,
        "gate every test, and fail for what happens outside of tests",
        flag=True,
    ),
    Option(
        "scan",
        "bool",
        False,
        "add what the static scan finds as test items, one for each violating file and rule",
        flag=True,
    ),
    Option(
        "report",
        "strings",
        (),
        f"write a report at the end of the run; FORMAT is one of {', '.join(FORMATS)}",
        metavar="FORMAT[:PATH]",
        flag=True,
        item=checks.check_report,
    ),
    Option("chain", "bool", False, "show whole chains in the summary", flag=True),
)
