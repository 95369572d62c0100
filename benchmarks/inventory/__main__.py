"""``python -m benchmarks.inventory FOLDER``: counts uses in real projects twice, and compares."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tarfile
import tomllib
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.inventory import independent, ours

_DATA = Path(__file__).parent / "distributions.toml"
_HEAD = (
    *("distribution", "version", "files", "rules", "sites", "independent", "only ours"),
    *("only theirs", "explained"),
)


class Difference(NamedTuple):
    """A site that one of the two counts has; ``side`` is ``ours`` or ``theirs``."""

    side: str
    path: str
    line: int
    target: str
    name: str | None

    def __str__(self) -> str:
        return f"only {self.side}: {self.path}:{self.line}  {self.target} {self.name or ''}"


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    chosen = [one for one in _known() if not asked.only or one["name"] in asked.only]
    lines: list[tuple[str, ...]] = [_HEAD]
    unexplained = 0
    for one in chosen:
        print(f"{one['name']} {one['version']}", file=sys.stderr, flush=True)
        root = _unpacked(one, asked.folder.resolve())
        line, left = _compared(one, root)
        lines.append(line)
        unexplained += left
    print(f"LibCST {metadata.version('libcst')}")
    for cells in lines:
        print("| " + " | ".join(cells) + " |")
    return 1 if unexplained else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.inventory", description=__doc__)
    parser.add_argument("folder", type=Path, help="where source distributions are kept")
    names = ", ".join(one["name"] for one in _known())
    parser.add_argument("--only", action="append", metavar="NAME", help=f"one of: {names}")
    return parser


def _known() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads(_DATA.read_text(encoding="utf-8"))["distribution"]
    return found


def _unpacked(distribution: Mapping[str, Any], folder: Path) -> Path:
    """The folder of the source distribution, downloaded if it is not there."""
    root: Path = folder / distribution["folder"]
    if root.is_dir():
        return root
    downloads = folder / "downloads" / distribution["folder"]
    wanted = f"{distribution['name']}=={distribution['version']}"
    options = ["--quiet", "--no-deps", "--no-binary", ":all:", "--dest", str(downloads)]
    subprocess.run([sys.executable, "-m", "pip", "download", *options, wanted], check=True)
    [archive] = downloads.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    return root


def _rules(distribution: Mapping[str, Any]) -> dict[str, bool]:
    """Each target, and whether submodules count."""
    rules = {one["target"]: bool(one["submodules"]) for one in distribution["modules"]}
    for module, names in distribution["names"].items():
        rules.update({f"{module}:{name}": True for name in names})
    return rules


def _compared(distribution: Mapping[str, Any], root: Path) -> tuple[tuple[str, ...], int]:
    """The line of the table, and how many differences nothing explains."""
    rules = _rules(distribution)
    mine = ours.count(root, rules)
    theirs, refused = independent.count(root, rules)
    differences = _differences(mine.sites, theirs)
    explained = {
        (one["side"], one["path"], one["line"]): one["reason"]
        for one in distribution.get("explained", ())
    }
    left = 0
    for one in differences:
        reason = explained.get((one.side, one.path, one.line))
        left += reason is None
        print(f"{one}: {reason or 'NOT EXPLAINED'}")
    for path in sorted({*mine.unreadable, *refused}):
        said = mine.unreadable.get(path, "read")
        print(f"unreadable: {path}: {said}; LibCST: {refused.get(path, 'read, or not asked')}")
    sides = [str(sum(one.side == side for one in differences)) for side in ("ours", "theirs")]
    return (
        *(distribution["name"], distribution["version"], str(mine.files), str(len(rules))),
        *(str(len(mine.sites)), str(len(theirs)), *sides, str(len(differences) - left)),
    ), left


def _differences(mine: Sequence[ours.Site], theirs: Sequence[independent.Site]) -> list[Difference]:
    have = set(mine)
    may = {
        ours.Site(one.path, line, column, one.target, one.name)
        for one in theirs
        for line, column in one.places
    }
    found = [
        Difference("ours", one.path, one.line, one.target, one.name)
        for one in mine
        if one not in may
    ]
    found += [
        Difference("theirs", one.path, one.places[0][0], one.target, one.name)
        for one in theirs
        if not any(
            ours.Site(one.path, line, column, one.target, one.name) in have
            for line, column in one.places
        )
    ]
    return sorted(found)


if __name__ == "__main__":
    raise SystemExit(main())
