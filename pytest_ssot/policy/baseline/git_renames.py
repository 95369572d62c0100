"""Where git says that moved files went, so that their entries in the baseline go along."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path

from pytest_ssot.files import relative

#: What git hands to its hooks, and what would lead us to another repository than the root's.
_OF_HOOKS = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_INDEX_FILE",
    "GIT_LITERAL_PATHSPECS",
    "GIT_GLOB_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_ICASE_PATHSPECS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_WORK_TREE",
)
#: No program of the user's runs, and no rename is missed for want of looking.
_CONFIGURED = (
    *("-c", "core.fsmonitor=false"),
    *("-c", f"core.hooksPath={os.devnull}"),
    *("-c", "core.splitIndex=false"),  # its other part would be written next to the user's index
)
_RENAMES = ("--name-status", "--diff-filter=R", "-z", "--relative", "-M", "-l2000", "--no-ext-diff")
#: Renames of renames that are followed.
_DEEPEST = 20


def find_renames(root: Path, gone: Collection[str], baseline: Path) -> dict[str, str]:
    """The new paths of those of the files *gone* that were moved, by the old ones.

    From the commit that last touched the *baseline* to the files as they are
    now, committed or not. Paths are relative to *root*. Without git, a
    repository or its history nothing is known to have moved.
    """
    if not gone:
        return {}
    with contextlib.suppress(_Unknown, OSError), _open_repository(root) as git:
        since = _find_last_commit(git, "--", relative(str(baseline), root)) or "HEAD"
        history = _History(git, since)
        moved = {path: history.follow(path) for path in sorted(gone)}
        return {old: new for old, new in moved.items() if new is not None}
    return {}


class _Unknown(Exception):
    """Git has no answer."""


class _Git:
    """Git in the folder *root*, with an index and objects that are not the user's."""

    def __init__(self, root: Path, own: Path) -> None:
        self._root = root
        self._environment = {k: v for k, v in os.environ.items() if k not in _OF_HOOKS}
        self._environment |= {
            "GIT_LITERAL_PATHSPECS": "1",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_OPTIONAL_LOCKS": "0",
        }
        index, objects = self("rev-parse", "--git-path", "index", "--git-path", "objects").split(
            b"\n"
        )[:2]
        with contextlib.suppress(FileNotFoundError):  # nothing has been added yet
            shutil.copyfile(root / os.fsdecode(index), own / "index")
        (own / "objects").mkdir()
        self._environment |= {
            "GIT_INDEX_FILE": str(own / "index"),
            "GIT_OBJECT_DIRECTORY": str(own / "objects"),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": str((root / os.fsdecode(objects)).resolve()),
        }

    def __call__(self, *arguments: str) -> bytes:
        """What git prints; raises _Unknown where it fails."""
        try:
            ran = subprocess.run(
                ["git", *_CONFIGURED, *arguments],
                cwd=self._root,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                check=False,
            )
        except OSError:
            raise _Unknown from None
        if ran.returncode:
            raise _Unknown
        return ran.stdout


@contextlib.contextmanager
def _open_repository(root: Path) -> Iterator[_Git]:
    with tempfile.TemporaryDirectory(prefix="pytest-ssot-", ignore_cleanup_errors=True) as own:
        git = _Git(root, Path(own))
        # New files are none to a diff until they are added; one that cannot be is not ours.
        with contextlib.suppress(_Unknown):
            git("add", "--intent-to-add", "--ignore-errors", "--", ".")
        yield git


class _History:
    """What was renamed between the commit *since* and the files as they are now."""

    def __init__(self, git: _Git, since: str) -> None:
        self._git = git
        self._since = since
        self._until_now = _diff_renames(git, since)
        self._uncommitted: dict[str, str] | None = None

    def follow(self, path: str, depth: int = 0) -> str | None:
        """Where *path* is now, None if it is nowhere.

        What was renamed first and rewritten later is like its old self only in
        the commit that renamed it.
        """
        if path in self._until_now and not depth:
            return self._until_now[path]
        if self._uncommitted is None:
            self._uncommitted = _diff_renames(self._git, "HEAD")
        if path in self._uncommitted:
            return self._uncommitted[path]
        commit = _find_last_commit(
            self._git, "--no-renames", "--diff-filter=D", f"{self._since}..", "--", path
        )
        new = _diff_renames(self._git, f"{commit}^", commit).get(path) if commit else None
        if new is None or depth == _DEEPEST:
            return None
        return self.follow(new, depth + 1) or new


def _find_last_commit(git: _Git, *what: str) -> str:
    with contextlib.suppress(_Unknown):
        return git("log", "-1", "--format=%H", *what).decode().strip()
    return ""


def _diff_renames(git: _Git, *commits: str) -> dict[str, str]:
    fields = git("diff", *_RENAMES, *commits, "--", ".").split(b"\0")
    return {
        os.fsdecode(old): os.fsdecode(new)
        for old, new in zip(fields[1::3], fields[2::3], strict=False)
    }
