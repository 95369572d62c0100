"""``python -m benchmarks.lazy_packages FOLDER``: what real packages serve lazily, in any order.

Installs well-known packages into an environment of its own, below FOLDER, and reaches what is
deprecated or lazy in each from a function of ours, by two tests: in both orders, each alone, and
dealt to two workers. Prints a table; ends with 1 if any run differs from the others, or names a
line that is not ours.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

_ROOT = Path(__file__).parents[1]
_REPORT = "report.json"


class Case(NamedTuple):
    """What *package* serves: the rule on it, if any, and the statement that asks for it.

    ``above`` stands at the top of our file.
    """

    package: str
    rule: str
    statement: str
    above: str = ""


_CASES = (
    Case("requests", "requests.packages", "from requests.packages import urllib3"),
    Case("requests", "requests.packages", "import requests.packages.urllib3.util"),
    Case("requests", "requests.packages", "import requests; requests.packages"),
    Case("celery", "celery:Celery", "from celery import Celery"),
    Case("celery", "celery.app", "from celery import Celery"),
    Case("celery", "celery.utils.log", "from celery.utils.log import get_task_logger"),
    Case(
        "lazy_loader",
        "colorsys",
        "it.rgb_to_hsv",
        "it = __import__('lazy_loader').load('colorsys')",
    ),
    Case("numpy", "numpy.core", "import numpy; numpy.core"),
    Case("numpy", "", "from numpy.core import multiarray"),
    Case("scipy", "scipy.linalg", "import scipy; scipy.linalg"),
    Case("scipy", "", "from scipy.linalg.basic import solve"),
    Case("SQLAlchemy", "sqlalchemy.ext.declarative", "from sqlalchemy.ext import declarative"),
    Case("six", "six.moves", "from six.moves import urllib"),
    Case("six", "six.moves", "import six; six.moves.urllib"),
    Case("six", "six.moves", "from six.moves.urllib.parse import urlparse"),
    Case("wrapt", "colorsys", "it.rgb_to_hsv", "it = __import__('wrapt').lazy_import('colorsys')"),
)
_WAYS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("forward", ("test_a.py", "test_b.py")),
    ("backward", ("test_b.py", "test_a.py")),
    ("a alone", ("test_a.py",)),
    ("b alone", ("test_b.py",)),
    ("workers", ("test_a.py", "test_b.py", "-n2", "--dist=loadfile")),
)


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _make_parser().parse_args(arguments)
    folder = asked.folder.resolve()
    python = _make_environment(folder / "environment")
    print("| package | version | rule | statement of ours | told | runs |")
    print("| --- | --- | --- | --- | --- | --- |")
    failed = False
    for number, case in enumerate(_CASES):
        if asked.only and case.package not in asked.only:
            continue
        told = _try(case, python, folder / f"project-{number}")
        agrees = all(one == told["forward"] for one in told.values())
        is_ours = bool(told["forward"]) and all("app/uses.py:" in one for one in told["forward"])
        failed |= not (agrees and is_ours)
        runs = "all the same" if agrees else "; ".join(f"{way}: {one}" for way, one in told.items())
        first = ", ".join(told["forward"]) or "nothing"
        version = _find_version(python, case.package)
        cells = (case.package, version, case.rule, f"`{case.statement}`", first, runs)
        print("| " + " | ".join(cells) + " |", flush=True)
    return 1 if failed else 0


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lazy_packages", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the environment and the projects are made")
    names = sorted({case.package for case in _CASES})
    parser.add_argument("--only", action="append", metavar="NAME", help=f"one of: {names}")
    return parser


def _make_environment(folder: Path) -> Path:
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
        names = sorted({case.package for case in _CASES})
        install = [str(python), "-m", "pip", "install", "--quiet", "-e", str(_ROOT)]
        install += ["pytest-xdist", *names]
        subprocess.run(install, check=True, stderr=subprocess.DEVNULL)
    return python


def _find_version(python: Path, package: str) -> str:
    code = f"from importlib.metadata import version; print(version({package!r}))"
    ran = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True)
    return ran.stdout.strip()


def _try(case: Case, python: Path, folder: Path) -> dict[str, list[str]]:
    """Run the project of *case* in each way; returns what its tests are told, by way."""
    (folder / "app").mkdir(parents=True, exist_ok=True)
    rule = f'[[tool.pytest-ssot.rules]]\ndeprecated = "{case.rule}"\n' if case.rule else ""
    lines = "\n".join(f"    {line.strip()}" for line in case.statement.split(";"))
    test = "from app.uses import reach\ndef test_it():\n    reach()\n"
    files = {
        "pyproject.toml": (
            '[tool.pytest.ini_options]\npythonpath = ["."]\n'
            f'[tool.pytest-ssot]\nmission-critical = ["test_*.py"]\nfirst-party = ["app"]\n{rule}'
        ),
        "app/__init__.py": "",
        "app/uses.py": f"{case.above}\ndef reach():\n{lines}\n",
        "test_a.py": test,
        "test_b.py": test,
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return {way: _run(python, folder, paths) for way, paths in _WAYS}


def _run(python: Path, folder: Path, arguments: Sequence[str]) -> list[str]:
    """Run the tests; returns verdict, target and importer of all that is not indirect."""
    report = folder / _REPORT
    report.unlink(missing_ok=True)
    command = [str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    subprocess.run(
        [*command, "--ssot-report", f"json:{report}", *arguments],
        cwd=folder,
        check=False,
        capture_output=True,
    )
    told = []
    for one in json.loads(report.read_bytes())["violations"]:
        importer = one["importer"]
        tests = {test.partition("::")[0] for test in one["tests"]}
        wanted = {argument for argument in arguments if argument.endswith(".py")}
        some = "" if tests == wanted else f" for {sorted(tests)} only"
        name = f":{one['name']}" if one["name"] else ""
        if one["verdict"] != "indirect":
            place = f"{importer['path']}:{importer['line']}"
            told.append(f"{one['verdict']} {one['target']}{name} {place}{some}")
    return sorted(told)


if __name__ == "__main__":
    sys.exit(main())
