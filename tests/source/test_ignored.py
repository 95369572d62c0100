"""What git ignores is left out; the oracle is git."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from pytest_ssot.source.project.files import Files
from tests.seeds import examples

#: No file of the machine's or the user's has a say.
ISOLATED = {
    **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "HOME": os.devnull,
    "XDG_CONFIG_HOME": os.devnull,
}
NAMES = ["a", "b", "ab", "c d", "x.y"]
FILES = ["a.py", "b.py", "ab.py", "#.py", "!a.py", "a", "b", "a.txt", "x.pyi"]
FOLDERS = st.lists(st.sampled_from(NAMES), max_size=3).map("/".join)
PATHS = st.tuples(FOLDERS, st.sampled_from(FILES)).map(lambda two: "/".join(filter(None, two)))
GLOBS = ["*", "**", "?", "a*", "*.py", "*b.py", "a?py", "*.p*", "x.*", "[ab].py", "[!a]"]
ODD = ["[^b].*", "*.py[ic]", "*.[pq]y", "\\#.py", "\\!a.py", "\\a.py", "[]a]"]
SEGMENTS = st.sampled_from([*NAMES, *FILES, *GLOBS, *ODD])
PATTERNS = st.builds(
    "{}{}{}{}{}".format,
    st.sampled_from(["", "", "", "!"]),
    st.sampled_from(["", "", "/", "**/"]),
    st.lists(SEGMENTS, min_size=1, max_size=3).map("/".join),
    st.sampled_from(["", "", "/", "/**", "/*"]),
    st.sampled_from(["", "", "", " ", "  ", "\\ ", "\r", "\t"]),
)
LINES = PATTERNS | st.sampled_from(["", "a.py\\", "[a", "# a.py", "/", "!", "\ufeffa.py"])
IGNORES = st.lists(LINES, min_size=1, max_size=5).map("\n".join)


def git(folder: Path, *arguments: str) -> list[str]:
    ran = subprocess.run(
        ["git", *arguments], cwd=folder, env=ISOLATED, capture_output=True, check=True
    )
    return os.fsdecode(ran.stdout).split("\0")[:-1]


def write(path: Path, text: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())


def plant(root: Path, files: set[str]) -> None:
    """A name may be a file in one place of *files* and a folder in another: one of them stays."""
    for name in sorted(files):
        with contextlib.suppress(FileExistsError, NotADirectoryError, IsADirectoryError):
            write(root / name)


def seen_by_git(root: Path) -> set[str]:
    found = git(root, "ls-files", "-z", "-co", "--exclude-standard")
    return {one for one in found if one.endswith(".py") or "." not in one.rpartition("/")[2]}


def seen(root: Path, *paths: str) -> set[str]:
    return {entry.path for entry in Files(root, paths) if not entry.path.endswith(".pyi")}


@settings(max_examples=examples(8))
@given(
    files=st.sets(PATHS, min_size=1, max_size=8),
    ignores=st.dictionaries(FOLDERS, IGNORES, min_size=1, max_size=3),
    excluded=st.just("") | IGNORES,
)
@example({"a/a.py", "a/b/b.py"}, {"": "a/*\n!a/b"}, "")
@example({"a/a.py", "b/a.py"}, {"": "*\n!*/\n!a.py", "b": "*.py"}, "")
@example({"a/b/b.py", "a/b/a.py"}, {"": "b\n*b.py", "a": "!b"}, "")
@example({"a/a.py", "a/b/b.py"}, {"": "a/**/"}, "")
@example({"a/a.py", "a/b.py"}, {"": "a/**\n!a/a.py"}, "")
@example({"a.py", "b.py"}, {"": "!a.py"}, "*.py")
def test_the_walk_leaves_out_what_git_does(
    files: set[str], ignores: dict[str, str], excluded: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        git(root, "init", "-q")
        plant(root, files)
        for where, text in ignores.items():
            with contextlib.suppress(FileExistsError, NotADirectoryError):
                write(root / where / ".gitignore", text)
        write(root / ".git/info/exclude", excluded)
        expected = seen_by_git(root)
        assert seen(root) == expected
        for inner in [one for one in root.iterdir() if one.is_dir() and one.name != ".git"]:
            below = {one for one in expected if one.startswith(f"{inner.name}/")}
            assert below <= seen(root, inner.name)
            assert below <= {f"{inner.name}/{one}" for one in seen(inner)}
