"""``pytest-ssot init`` in whole projects."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from pytest_ssot.cli import main
from pytest_ssot.rules.configured import load_configured

#: The case that the tool began with.
CHAT = {
    "app/__init__.py": "",
    "app/ws/__init__.py": "from app.ws.manager import WebSocketManager\n",
    "app/ws/manager.py": """
        import warnings

        class WebSocketManager:
            def send(self): ...
            def close(self): ...

        UnifiedManager = WebSocketManager
        OldManager = WebSocketManager  # kept for backward compatibility

        def get_manager(): return WebSocketManager()

        def __getattr__(name):
            if name == "LegacyManager":
                warnings.warn("LegacyManager is deprecated", DeprecationWarning, stacklevel=2)
                return WebSocketManager
            raise AttributeError(name)
        """,
    "app/ws/factory.py": """
        import warnings
        from app.ws.manager import get_manager

        warnings.warn(
            f"{__name__} is deprecated. "
            "Use 'from app.ws.manager import get_manager' instead",
            DeprecationWarning,
            stacklevel=2,
        )

        def create_manager():
            return get_manager()

        async def create_later():
            return get_manager()
        """,
    "app/tools.py": """
        from typing_extensions import deprecated
        from app.ws.manager import get_manager

        @deprecated("Use get_manager() instead")
        def make_manager(): return get_manager()
        """,
    "app/bridge.py": """
        from app.ws.factory import create_manager

        def connect():
            from app.ws import factory
            return create_manager(), factory.create_manager()
        """,
    "tests/test_bridge.py": """
        from app.ws.manager import LegacyManager
        from app.bridge import connect

        def test_connect():
            from app.ws.factory import create_manager
            assert connect()
        """,
}
WRITTEN = """
# app/tools.py:4 is marked @deprecated: "Use get_manager() instead"
# not used
[[tool.pytest-ssot.rules]]
deprecated = "app.tools:make_manager"
use = "app.ws.manager:get_manager"

# app/ws/factory.py:4 warns: "app.ws.factory is deprecated. {0} instead"
# used 3 times in 2 files
[[tool.pytest-ssot.rules]]
deprecated = "app.ws.factory"
use = "app.ws.manager"
rename = { create_manager = "get_manager" }
manual = ["create_later"]

# app/ws/manager.py:14 warns in __getattr__: "LegacyManager is deprecated"
# used once
[[tool.pytest-ssot.rules]]
deprecated = "app.ws.manager:LegacyManager"
use = "app.ws.manager:WebSocketManager"

# app/ws/manager.py:8 assigns OldManager = WebSocketManager: "kept for backward compatibility"
# not used
[[tool.pytest-ssot.rules]]
deprecated = "app.ws.manager:OldManager"
use = "app.ws.manager:WebSocketManager"
""".replace("{0}", "Use 'from app.ws.manager import get_manager'")
DEPRECATED = {"old.py": "'''Deprecated: use new.'''\n", "new.py": ""}
RULE = '[[tool.pytest-ssot.rules]]\ndeprecated = "old"\nuse = "new"\n'


class Told:
    """What the command told, and how it ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err.splitlines()


class Folder:
    """A project on disk, the working folder."""

    def __init__(self, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.path = path
        self.file = path / "pyproject.toml"
        self._capsys = capsys

    def write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            path = self.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text).lstrip("\n"), "utf-8")

    def run(self, *arguments: str) -> Told:
        try:
            code = main(arguments)
        except SystemExit as exit_:
            code = int(str(exit_.code))
        return Told(code, *self._capsys.readouterr())

    def init(self, *arguments: str) -> Told:
        return self.run("init", *arguments)

    @property
    def text(self) -> str:
        return self.file.read_bytes().decode("utf-8")

    @property
    def rules(self) -> list[dict[str, Any]]:
        load_configured(self.path, {}, {})  # no mistakes
        found: list[dict[str, Any]] = tomllib.loads(self.text)["tool"]["pytest-ssot"]["rules"]
        return found


@pytest.fixture
def folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Folder:
    monkeypatch.chdir(tmp_path)
    return Folder(tmp_path, capsys)


def test_the_case_it_began_with(folder: Folder) -> None:
    folder.write(CHAT)
    before = '[project]\nname = "chat"  # of users\n'
    folder.write({"pyproject.toml": before})
    told = folder.init()
    assert told.code == 0
    assert told.out == ""
    assert folder.text == before + WRITTEN
    assert told.err[0] == "pyproject.toml: 4 tables written"
    assert told.err[-1].startswith("  app.ws.manager:UnifiedManager -> app.ws.manager:Web")
    assert len(folder.rules) == 4


def test_it_writes_what_the_documents_show() -> None:
    document = Path(__file__).parents[2] / "docs" / "init.md"
    shown = document.read_text("utf-8").partition("```toml\n")[2].partition("```")[0]
    assert shown in WRITTEN


def test_check_then_reports_the_sites(folder: Folder) -> None:
    folder.write(CHAT)
    folder.init()
    told = folder.run("check", "--no-cache")
    assert told.code == 1
    sites = sorted(line.split(" ")[0] for line in told.out.splitlines() if ".py:" in line)
    assert sites == [
        "app/bridge.py:1:0:",
        "app/bridge.py:4:4:",
        "tests/test_bridge.py:1:0:",
        "tests/test_bridge.py:5:4:",
    ]


def test_a_second_time_it_writes_nothing(folder: Folder) -> None:
    folder.write(CHAT)
    folder.init()
    before = folder.file.stat().st_mtime_ns, folder.text
    told = folder.init()
    assert told.code == 0
    assert told.err[0] == "pyproject.toml: nothing written"
    assert (folder.file.stat().st_mtime_ns, folder.text) == before


def test_a_rule_that_is_there_is_kept(folder: Folder) -> None:
    mine = '[[tool.pytest-ssot.rules]]\ndeprecated = "app.ws.factory"\nreason = "mine"\n'
    folder.write({**CHAT, "pyproject.toml": mine})
    folder.init()
    assert folder.text.startswith(mine)
    targets = [rule["deprecated"] for rule in folder.rules]
    assert targets.count("app.ws.factory") == 1
    assert len(targets) == 4


def test_an_id_that_is_taken(folder: Folder) -> None:
    mine = '[[tool.pytest-ssot.rules]]\ndeprecated = "other"\nid = "old"\n'
    folder.write({**DEPRECATED, "pyproject.toml": mine})
    folder.init()
    assert folder.rules[1] == {"deprecated": "old", "use": "new", "id": "old-2"}


def test_nothing_is_found(folder: Folder) -> None:
    folder.write({"app.py": "X = 1\n"})
    told = folder.init()
    assert told.code == 0
    assert told.err == ["nothing found that is deprecated and has no rule yet"]
    assert not folder.file.exists()


def test_a_file_that_is_not_there_is_made(folder: Folder) -> None:
    folder.write(DEPRECATED)
    assert folder.init().code == 0
    assert folder.text == f'# old.py:1 says: "Deprecated: use new."\n# not used\n{RULE}'


def test_the_difference_alone(folder: Folder) -> None:
    folder.write({**DEPRECATED, "pyproject.toml": "x = 1"})
    told = folder.init("--diff")
    assert told.code == 0
    assert told.out.splitlines() == [
        "--- pyproject.toml",
        "+++ pyproject.toml",
        "@@ -1 +1,7 @@",
        "-x = 1",
        "\\ No newline at end of file",
        "+x = 1",
        "+",
        '+# old.py:1 says: "Deprecated: use new."',
        "+# not used",
        *(f"+{line}" for line in RULE.splitlines()),
    ]
    assert told.err[0] == "pyproject.toml: 1 table would be written"
    assert folder.text == "x = 1"


def test_quiet(folder: Folder) -> None:
    folder.write(DEPRECATED)
    told = folder.init("--quiet")
    assert (told.code, told.out, told.err) == (0, "", [])
    assert folder.rules


def test_what_is_only_possible_is_listed(folder: Folder) -> None:
    aliases = "".join(f"class C{n}: ...\nAlias{n} = C{n}\n" for n in range(12))
    folder.write({"app.py": aliases})
    told = folder.init()
    assert told.err[1] == "not written, 12 that may be deprecated; choose on a terminal:"
    assert told.err[-1] == "  and 2 more: --verbose lists them"
    assert len(folder.init("--verbose").err) == 14
    assert not folder.file.exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[project]\nname = \n", "pyproject.toml: is no valid TOML: Invalid value (at line 2"),
        ("[tool.pytest-ssot]\nstrikt = true\n", "pytest-ssot: 1 mistake in the configuration"),
        ("tool = 3\n", "pyproject.toml: [tool] and [tool.pytest-ssot] must be tables"),
    ],
)
def test_a_file_that_is_wrong_is_left_alone(folder: Folder, text: str, words: str) -> None:
    folder.write({**DEPRECATED, "pyproject.toml": text})
    told = folder.init()
    assert told.code == 2
    assert told.err[0].startswith(words)
    assert folder.text == text


def test_a_file_that_is_no_utf8(folder: Folder) -> None:
    folder.write(DEPRECATED)
    folder.file.write_bytes(b"# \xff\n")
    told = folder.init()
    assert told.code == 2
    assert told.err == ["pyproject.toml: is not UTF-8 (at line 1); nothing is written"]


def test_a_read_only_file(folder: Folder) -> None:
    folder.write({**DEPRECATED, "pyproject.toml": "x = 1\n"})
    folder.file.chmod(0o444)
    told = folder.init()
    assert told.code == 2
    assert told.err == ["pyproject.toml: is read-only; nothing is written"]
    assert folder.text == "x = 1\n"


@pytest.mark.skipif(sys.platform == "win32", reason="needs a privilege there")
def test_a_link_stays_one(folder: Folder) -> None:
    folder.write({**DEPRECATED, "real/pyproject.toml": "x = 1\n"})
    folder.file.symlink_to("real/pyproject.toml")
    assert folder.init().code == 0
    assert folder.file.is_symlink()
    assert folder.rules


def test_excluded_and_foreign_code_is_not_looked_at(folder: Folder) -> None:
    settings = '[tool.pytest-ssot]\nfirst-party = ["app"]\nexclude = ["app/generated"]\n'
    gone = "'''Deprecated.'''\n"
    files = {"app/generated/old.py": gone, "lib/old.py": gone, "app/vendor/old.py": gone}
    folder.write({**files, "app/old.py": gone, "pyproject.toml": settings})
    folder.init()
    assert [rule["deprecated"] for rule in folder.rules] == ["app.old"]


def test_in_a_src_folder(folder: Folder) -> None:
    folder.write({"src/app/__init__.py": "", "src/app/old.py": "'''Deprecated: use .new.'''\n"})
    folder.write({"src/app/new.py": ""})
    folder.init()
    assert folder.rules == [{"deprecated": "app.old", "use": "app.new"}]


def test_files_that_cannot_be_read(folder: Folder) -> None:
    folder.write({**DEPRECATED, "broken.py": "def deprecated(:\n"})
    (folder.path / "binary.py").write_bytes(b"\xff deprecated \0")
    (folder.path / "crlf.py").write_bytes(
        b"\xef\xbb\xbf# Deprecated module: use new.\r\nimport os\r\n"
    )
    assert folder.init().code == 0
    assert [rule["deprecated"] for rule in folder.rules] == ["crlf", "old"]


def test_words_that_no_comment_can_hold(folder: Folder) -> None:
    folder.write(
        {"old.py": '"""Deprecated: use\x0c "new" \\x07\\x1b[0m\\u2028."""\n', "new.py": ""}
    )
    assert folder.init().code == 0
    assert folder.text.startswith('# old.py:1 says: "Deprecated: use "new" ??[0m .')
    assert folder.rules == [{"deprecated": "old", "use": "new"}]


TWO_MANAGERS = {
    "app/__init__.py": "from app.manager import Manager\n",
    "app/manager.py": "class Manager:\n    def send(self): ...\n    def close(self): ...\n",
    "app/copy.py": "class Manager:\n    def send(self): ...\n    def close(self): ...\n",
    "app/main.py": "from app.manager import Manager\nfrom app.copy import Manager as M\n",
}

terminal = pytest.mark.skipif(sys.platform == "win32", reason="no pseudo terminals there")


def typed(folder: Folder, text: str) -> Told:
    """Runs it on a terminal, where *text* is typed."""
    import pty

    controller, terminal = pty.openpty()
    command = [sys.executable, "-m", "pytest_ssot", "init"]
    with subprocess.Popen(
        command, cwd=folder.path, stdin=terminal, stdout=terminal, stderr=terminal
    ) as process:
        os.close(terminal)
        os.write(controller, text.encode())
        shown = b""
        while True:
            try:
                more = os.read(controller, 65536)
            except OSError:  # how Linux tells the end
                break
            if not more:
                break
            shown += more
        code = process.wait(60)
    os.close(controller)
    return Told(code, "", shown.decode())


@pytest.mark.process
@terminal
def test_enter_writes_what_is_sure(folder: Folder) -> None:
    folder.write(CHAT)
    told = typed(folder, "\n")
    assert told.code == 0
    assert folder.text == WRITTEN.lstrip("\n")
    shown = "\n".join(told.err)
    assert "   1 [x] app.tools:make_manager -> app.ws.manager:get_manager  (certain)" in shown
    assert "   5 [ ] app.ws.manager:UnifiedManager -> " in shown


@pytest.mark.process
@terminal
def test_numbers_switch(folder: Folder) -> None:
    folder.write(CHAT)
    told = typed(folder, "2-4, 5\n9\nx\n1\n5\n5\n\n")
    assert told.code == 0
    assert [rule["deprecated"] for rule in folder.rules] == ["app.ws.manager:UnifiedManager"]
    shown = "\n".join(told.err)
    assert "not understood: 9; there is 1 to 5" in shown
    assert "not understood: x; there is 1 to 5" in shown


@pytest.mark.process
@terminal
@pytest.mark.parametrize("keys", ["q\n", "\x04", "n\n\n"], ids=["q", "end of input", "none"])
def test_to_write_nothing(folder: Folder, keys: str) -> None:
    folder.write(CHAT)
    told = typed(folder, keys)
    assert told.code == 0
    assert not folder.file.exists()


def test_two_classes_that_nobody_uses_are_left_alone(folder: Folder) -> None:
    folder.write({**TWO_MANAGERS, "app/__init__.py": "", "app/main.py": ""})
    assert folder.init().err == ["nothing found that is deprecated and has no rule yet"]


@pytest.mark.process
@terminal
def test_the_most_used_of_two_classes_is_the_single_one(folder: Folder) -> None:
    folder.write(TWO_MANAGERS)
    assert typed(folder, "a\n\n").code == 0
    tables = tomllib.loads(folder.text)["tool"]["pytest-ssot"]
    assert tables == {"single": [{"symbol": "app.manager:Manager", "also-from": ["app"]}]}
    assert folder.text.startswith(
        "# app/manager.py:1 defines Manager, used 2 times in 2 files\n"
        "# app/copy.py:1 defines Manager, used once\n"
    )
    folder.init()
    assert tomllib.loads(folder.text)["tool"]["pytest-ssot"] == tables
