"""Which files are looked at: in trees as people have them."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from pytest_ssot.errors import UsageError
from pytest_ssot.source.project.files import Files
from pytest_ssot.source.text.reading import read_bytes


def plant(root: Path, *files: str, **texts: str) -> None:
    for name in files:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(texts.get(path.name, ""))


def seen(root: Path, *paths: str, exclude: tuple[str, ...] = ()) -> list[str]:
    files = Files(root, paths, exclude)
    found = sorted(entry.path for entry in files)
    assert not files.missed
    return found


def test_source_stubs_and_what_may_be_a_script(tmp_path: Path) -> None:
    plant(tmp_path, "a.py", "b/c.pyi", "d.pyw", "tool", "b/Makefile", "x.pyc", "y.txt", ".z")
    found = {entry.path: entry.script for entry in Files(tmp_path)}
    assert found == {
        "a.py": False,
        "b/c.pyi": False,
        "d.pyw": False,
        "tool": True,
        "b/Makefile": True,
    }


def test_what_changes_with_the_content_is_told(tmp_path: Path) -> None:
    plant(tmp_path, "a.py")
    (before,) = Files(tmp_path)
    (tmp_path / "a.py").write_text("x")
    (after,) = Files(tmp_path)
    assert before.path == after.path
    assert before.key != after.key
    assert read_bytes(after.at) == b"x"


def test_folders_of_tools_and_environments_hold_nothing_of_the_project(tmp_path: Path) -> None:
    plant(tmp_path, "a.py", "__pycache__/b.py", "node_modules/x/c.py", ".git/hooks/d", ".tox/e.py")
    plant(tmp_path, "my env/pyvenv.cfg", "my env/lib/f.py", "env/lib/site-packages/g.py")
    assert seen(tmp_path) == ["a.py"]
    assert seen(tmp_path, "my env/lib") == ["my env/lib/f.py"]
    assert seen(tmp_path, "node_modules") == ["node_modules/x/c.py"]


def test_a_project_that_is_its_own_environment(tmp_path: Path) -> None:
    plant(tmp_path, "pyvenv.cfg", "a.py", "lib/python3/site-packages/b.py")
    assert seen(tmp_path) == ["a.py"]


def test_a_folder_that_is_named_like_a_file(tmp_path: Path) -> None:
    plant(tmp_path, "a.py/b.py", "c/d")
    assert seen(tmp_path) == ["a.py/b.py", "c/d"]


def test_links_lead_nowhere(tmp_path: Path) -> None:
    root = tmp_path / "root"
    plant(tmp_path, "outside/a.py", "root/b.py", "root/in/c.py")
    (root / "loop").symlink_to(root)
    (root / "in/up").symlink_to("..")
    (root / "away").symlink_to(tmp_path / "outside")
    (root / "away.py").symlink_to(tmp_path / "outside/a.py")
    (root / "same.py").symlink_to("b.py")
    (root / "dangling.py").symlink_to("nowhere")
    (root / "own.py").symlink_to("own.py")
    os.mkfifo(root / "pipe.py")
    os.mkfifo(root / "pipe")
    assert seen(root) == ["b.py", "in/c.py"]
    linked = tmp_path / "linked"
    linked.symlink_to(root)
    assert seen(linked) == ["b.py", "in/c.py"]
    assert seen(linked, "in/up/loop/in", "same.py", str(linked / "b.py")) == ["b.py", "in/c.py"]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("gone", "gone: No such file or directory"),
        ("..", "is not under the root"),
        ("../rooted/a.py", "is not under the root"),
        ("away.py", "is not under the root"),
        ("a.py/b", "a.py/b: Not a directory"),
        ("own.py", "own.py: Too many levels"),
        ("a\0b", "null"),
        ("pipe.py", "neither a file nor a folder"),
    ],
)
def test_a_path_that_cannot_be_meant_is_a_mistake(tmp_path: Path, path: str, words: str) -> None:
    root = tmp_path / "root"
    plant(tmp_path, "root/a.py", "rooted/a.py")
    (root / "away.py").symlink_to(tmp_path / "rooted/a.py")
    (root / "own.py").symlink_to("own.py")
    os.mkfifo(root / "pipe.py")
    with pytest.raises(UsageError, match=words):
        Files(root, [path])


def test_each_file_is_told_once_however_it_is_named(tmp_path: Path) -> None:
    plant(tmp_path, "a/b/c.py", "a/d.py", "e.py")
    assert seen(tmp_path, "a", "a/b", "a/b/c.py", "./a/../a/d.py", ".") == [
        "a/b/c.py",
        "a/d.py",
        "e.py",
    ]


def test_what_is_named_is_read_though_git_ignores_it(tmp_path: Path) -> None:
    ignored = "gen*\nx.py\n"
    plant(
        tmp_path, ".gitignore", "a.py", "gen/b.py", "gen/x.py", "gen.py", **{".gitignore": ignored}
    )
    assert seen(tmp_path) == ["a.py"]
    assert seen(tmp_path, "gen.py") == ["gen.py"]
    assert seen(tmp_path, "gen") == ["gen/b.py"]
    assert seen(tmp_path, ".", "gen", "gen/x.py") == ["a.py", "gen/b.py", "gen/x.py"]


def test_a_file_that_is_named_is_python_whatever_its_ending(tmp_path: Path) -> None:
    plant(tmp_path, "recipe.bzl", "tool")
    found = {entry.path: entry.script for entry in Files(tmp_path, ["recipe.bzl", "tool"])}
    assert found == {"recipe.bzl": False, "tool": False}


def test_exclude_holds_for_all(tmp_path: Path) -> None:
    plant(tmp_path, "a.py", "old/b.py", "old/c/d.py", "x/data/e.py", "x/f_pb2.py", "older.py")
    exclude = ("old/", "*/data", "*_pb2.py")
    assert seen(tmp_path, exclude=exclude) == ["a.py", "older.py"]
    assert seen(tmp_path, "a.py", "old", "old/c", "x/f_pb2.py", exclude=exclude) == ["a.py"]


def test_ignore_files_hold_above_the_root_within_a_repository_only(tmp_path: Path) -> None:
    names = ("a.py", "b.py", "c.py")
    plant(tmp_path, *(f"top/root/in/{name}" for name in names))
    plant(tmp_path, ".gitignore", **{".gitignore": "a.py"})
    plant(tmp_path, "top/.gitignore", **{".gitignore": "b.py"})
    plant(tmp_path, "top/root/.gitignore", **{".gitignore": "c.py"})
    root = tmp_path / "top/root"
    assert seen(root) == seen(root, "in") == ["in/a.py", "in/b.py"]
    (tmp_path / "top/.git").mkdir()
    assert seen(root) == seen(root, "in") == ["in/a.py"]


def test_a_repository_in_a_repository_begins_anew(tmp_path: Path) -> None:
    plant(tmp_path, ".gitignore", "a.py", "sub/a.py", "sub/b.py", **{".gitignore": "a.py"})
    plant(tmp_path, ".git/modules/sub/info/exclude", exclude="b.py")
    plant(tmp_path, "sub/.git", **{".git": "gitdir: ../.git/modules/sub\n"})
    assert seen(tmp_path) == seen(tmp_path, "sub") == ["sub/a.py"]


def test_a_worktree_has_the_exclude_of_its_repository(tmp_path: Path) -> None:
    plant(tmp_path, "main/.git/info/exclude", exclude="a.py")
    plant(tmp_path, "main/.git/worktrees/w/commondir", commondir="../..\n")
    plant(tmp_path, "w/a.py", "w/b.py")
    plant(tmp_path, "w/.git", **{".git": f"gitdir: {tmp_path}/main/.git/worktrees/w\n"})
    assert seen(tmp_path / "w") == ["b.py"]


def test_ignore_files_that_are_none(tmp_path: Path) -> None:
    plant(tmp_path, "a/.gitignore/x.py", "a/y.py", "b/z.py", "c/n.py", "patterns")
    (tmp_path / "patterns").write_text("*.py")
    (tmp_path / "b/.gitignore").symlink_to("../patterns")
    os.mkfifo(tmp_path / "c/.gitignore")
    assert seen(tmp_path) == ["a/.gitignore/x.py", "a/y.py", "b/z.py", "c/n.py", "patterns"]
    (tmp_path / "c/.gitignore").unlink()
    (tmp_path / "c/.gitignore").write_bytes(b"\xef\xbb\xbf*.p\xff\r\n[\nn.py\\\nn.py\r\n\0")
    assert seen(tmp_path, "c") == []


def test_names_that_are_no_text_are_told_and_read(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/caf\xe9"
    os.mkdir(folder)
    with open(folder + b"/n\xe9.py", "wb") as stream:
        stream.write(b"x")
    plant(tmp_path, "né.py")
    found = {entry.path: entry for entry in Files(tmp_path)}
    assert sorted(found) == ["caf\\xe9/n\\xe9.py", "né.py"]
    json.dumps(sorted(found), ensure_ascii=False).encode()
    assert read_bytes(found["caf\\xe9/n\\xe9.py"].at) == b"x"
    given = os.fsdecode(folder)
    assert seen(tmp_path, given) == seen(tmp_path, os.path.join(given, os.listdir(given)[0]))
    with pytest.raises(UsageError, match=r"gone\\xe9: No such file"):
        Files(tmp_path, ["gone\udce9"])


def test_what_vanishes_on_the_way_is_told(tmp_path: Path) -> None:
    plant(tmp_path, "a.py", "b/c.py", "d.py")
    files = Files(tmp_path, ["a.py", "b"])
    (tmp_path / "a.py").unlink()
    (tmp_path / "b/c.py").unlink()
    (tmp_path / "b").rmdir()
    for _ in range(2):
        assert list(files) == []
        assert files.missed == [("a.py", "is gone"), ("b", "is gone")]
    whole = Files(tmp_path / "gone")
    assert list(whole) == []
    assert whole.missed == [(".", "is gone")]


def test_a_folder_without_permission_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(tmp_path, "a.py", "b/c.py")
    really = os.scandir

    def refused(path: str) -> object:
        """What a folder with mode 0 does to all but the superuser."""
        if path.endswith("/b"):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return really(path)

    monkeypatch.setattr(os, "scandir", refused)
    files = Files(tmp_path)
    assert [entry.path for entry in files] == ["a.py"]
    assert files.missed == [("b", "may not be read: no permission")]
