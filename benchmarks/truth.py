"""``python -m benchmarks.truth FOLDER``: what ``check`` finds, against FOLDER/truth.json.

Each entry of that file has at least path, line, column, target and name. Files
that are not in it and cannot be read whole are told and not compared. Ends with
status 1 where anything is missing, or is too much.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

_Place = tuple[str, int, int, str, str]


class Compared(NamedTuple):
    """The uses that were found, those that were not, and those that are none."""

    found: int
    missing: list[_Place]
    extra: list[_Place]
    unreadable: list[str]


def compare(folder: Path) -> Compared:
    """What the command finds in *folder*, against the truth there."""
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "pytest_ssot", "check"),
            *("--root", str(folder), "--no-cache", "--output-format", "json"),
        ],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if ran.returncode not in (0, 1):
        raise SystemExit(ran.stderr)
    report = json.loads(ran.stdout)
    truth = {_place(one, one) for one in json.loads((folder / "truth.json").read_bytes())}
    unreadable = sorted(one["path"] for one in report["unreadable"])
    known = {path for path, *_ in truth}
    found = {_place(one, one["importer"]) for one in report["violations"]}
    judged = {one for one in found if one[0] in known or one[0] not in unreadable}
    return Compared(len(found), sorted(truth - found), sorted(judged - truth), unreadable)


def _place(use: dict[str, Any], site: dict[str, Any]) -> _Place:
    return site["path"], site["line"], site["column"], use["target"], use["name"] or ""


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    compared = compare(Path(sys.argv[1]).resolve())
    for label, places in (("missing", compared.missing), ("too much", compared.extra)):
        for path, line, column, target, name in places:
            print(f"{label}: {path}:{line}:{column}: {target} {name}")
    for path in compared.unreadable:
        print(f"unreadable: {path}")
    wrong = len(compared.missing) + len(compared.extra)
    print(f"{compared.found} uses found, {wrong} differences")
    return int(wrong > 0)


if __name__ == "__main__":
    raise SystemExit(main())
