"""A process that has loaded what every pytest run loads, has run nothing, and forks for each run.

What is run in a fork of it starts as ``python -m`` starts it, without the time that this takes.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import runpy
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

#: No plugin that is installed: where pytest rewrites those, it warns of one that is loaded.
_LOADED = ("execnet", "pdb", "pytest", "unittest", "xml.etree.ElementTree")
_ENDED = b"\n"


class Forker:
    """Asks such a process for runs, with *loaded* in it too; it ends with the ``with`` block."""

    def __init__(self, *loaded: str) -> None:
        self._loaded = loaded
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Forker:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None:
            self._process.communicate()

    def run(self, module: str, *args: str) -> tuple[int, str, str]:
        """Run ``python -m MODULE ARGS`` here, and return its exit code, output and errors."""
        if self._process is None:
            self._process = self._start()
        told, asked = self._process.stdout, self._process.stdin
        assert told is not None
        assert asked is not None
        with tempfile.TemporaryDirectory() as folder:
            out, err = (Path(folder, name) for name in ("out", "err"))
            request = [[str(out), str(err)], str(Path.cwd()), dict(os.environ), module, args]
            asked.write(json.dumps(request).encode() + _ENDED)
            asked.flush()
            code = int(told.readline())
            return code, out.read_text("utf-8"), err.read_text("utf-8")

    def _start(self) -> subprocess.Popen[bytes]:
        unsaid = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
        return subprocess.Popen(
            [sys.executable, __file__, *self._loaded],
            cwd=Path(__file__).parents[1],
            env={**unsaid, "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )


def _serve() -> None:
    """Fork for each request; in a fork, return by ending as what it runs does."""
    sys.path.pop(0)  # the folder of this file
    for name in (*_LOADED, *sys.argv[1:]):
        importlib.import_module(name)
    _load_plugins_of_pytest()
    interrupted = signal.signal(signal.SIGINT, signal.SIG_IGN)  # who asks ends this
    gc.collect()
    gc.freeze()  # a collection would copy all memory that a fork shares
    with os.fdopen(os.dup(0), "rb") as asked, os.fdopen(os.dup(1), "wb", 0) as told:
        for line in asked:
            request = json.loads(line)
            child = os.fork()
            if not child:
                signal.signal(signal.SIGINT, interrupted)
                break
            told.write(b"%d" % os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) + _ENDED)
        else:
            return
    _run(*request)


def _load_plugins_of_pytest() -> None:
    from _pytest.config import default_plugins

    for name in default_plugins:
        importlib.import_module(f"_pytest.{name}")


def _run(
    files: list[str], folder: str, environment: Mapping[str, str], module: str, args: list[str]
) -> None:
    for number, path in enumerate((os.devnull, *files)):
        opened = os.open(path, os.O_RDWR | os.O_CREAT)
        os.dup2(opened, number)
        os.close(opened)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    given = environment.get("PYTHONPATH", "").split(os.pathsep)
    sys.path[:0] = [folder, *filter(None, given)]
    importlib.invalidate_caches()
    sys.argv[1:] = args
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    _serve()
