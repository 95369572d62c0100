"""``python -m benchmarks``: measures the rows and prints them as a table."""

from __future__ import annotations

import argparse
import platform
import sys
import tempfile
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from benchmarks.model import Found, Row, holds, judge
from benchmarks.processes import Broken
from benchmarks.rows import ROWS

_HEAD = ("row", "what", "against", "plain", "measured", "middle half", "best", "wall", "limit", "")
_QUICK = 4


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    rows = [row for row in ROWS if _is_asked(row, asked.row)]
    if not rows:
        known = ", ".join(row.name for row in ROWS)
        print(f"no row is named {' or '.join(asked.row)}; there are: {known}", file=sys.stderr)
        return 2
    try:
        versions = _versions()
    except metadata.PackageNotFoundError as error:
        print(f"{error.name} is not installed here: there is nothing to measure", file=sys.stderr)
        return 1
    lines: list[Sequence[str]] = [_HEAD]
    for row in rows:
        rounds = asked.rounds or (max(3, row.rounds // _QUICK) if asked.quick else row.rounds)
        print(f"{row.name}: {rounds} pairs", file=sys.stderr, flush=True)
        try:
            found = _measured(row, rounds)
        except Broken as error:
            print(error, file=sys.stderr)
            return 1
        lines.append(_line(row, found))
    print(versions)
    print(_table(lines))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    known = ", ".join(row.name for row in ROWS)
    parser.add_argument(
        "--row", action="append", metavar="NAME", help=f"only this one, or those it begins: {known}"
    )
    parser.add_argument("--rounds", type=_number, metavar="N", help="make N pairs of each")
    parser.add_argument("--quick", action="store_true", help="a quarter of the pairs")
    return parser


def _number(text: str) -> int:
    if not (text.isdecimal() and int(text)):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of pairs")
    return int(text)


def _is_asked(row: Row, names: Sequence[str] | None) -> bool:
    return not names or any(row.name == name or row.name.startswith(f"{name}-") for name in names)


def _measured(row: Row, rounds: int) -> Found:
    with tempfile.TemporaryDirectory(prefix="ssot-benchmark-") as folder:
        return judge(row, row.measure(Path(folder).resolve(), rounds))


def _line(row: Row, found: Found) -> tuple[str, ...]:
    def shown(value: float) -> str:
        return f"{value:.3f} x" if row.unit == "ratio" else f"{1000 * value:+.1f} ms"

    limit, verdict = "", ""
    if row.limit is not None:
        limit = f"{row.limit.most:.2f} x" if row.unit == "ratio" else shown(row.limit.most)
        limit += " (noise)" if row.limit.noise else ""
        verdict = "held" if holds(row.limit, found) else "NOT HELD"
    return (
        row.name,
        row.what,
        row.against,
        f"{1000 * found.plain:.0f} ms",
        shown(found.cpu),
        f"{shown(found.low)} to {shown(found.high)}",
        shown(found.best),
        shown(found.wall),
        limit,
        verdict,
    )


def _versions() -> str:
    installed = ", ".join(f"{name} {metadata.version(name)}" for name in ("pytest", "pytest-ssot"))
    return f"Python {platform.python_version()}, {installed}, {platform.system()}"


def _table(lines: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    rows = ["| " + " | ".join(map(str.ljust, line, widths)) + " |" for line in lines]
    rule = "| " + " | ".join("-" * max(width, 3) for width in widths) + " |"
    return "\n".join([rows[0], rule, *rows[1:]])


if __name__ == "__main__":
    raise SystemExit(main())
