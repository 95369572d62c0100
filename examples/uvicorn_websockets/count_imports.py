"""A pytest plugin that counts, by simple means, what run.py holds pytest-ssot against.

It shares no code with pytest-ssot. It replaces ``builtins.__import__``, which every
import statement calls (cached or not), and ``importlib.import_module``, and it gives the
modules that hold deprecated names a class which notes who reads them. That costs every
import in the process twice its time, which is why pytest-ssot does it otherwise.

    pytest -p count_imports --count-rules=rules.toml --count-to=counted.json
"""

from __future__ import annotations

import builtins
import importlib
import importlib.util
import json
import sys
import tomllib
from collections import defaultdict
from pathlib import Path
from types import FrameType, ModuleType
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

SESSION = ""
OURS = ("uvicorn/", "tests/")


class Targets:
    """The deprecated modules, and the deprecated names by the module that has them."""

    def __init__(self, rules: Path) -> None:
        table = tomllib.loads(rules.read_text("utf-8"))["tool"]["pytest-ssot"]
        self.modules: set[str] = set()
        self.names: dict[str, set[str]] = defaultdict(set)
        for rule in table["rules"]:
            module, _, name = rule["deprecated"].partition(":")
            if name:
                self.names[module].add(name)
            else:
                self.modules.add(module)
                parent, _, last = module.rpartition(".")
                self.names[parent].add(last)

    def module(self, dotted: str) -> bool:
        return any(dotted == one or dotted.startswith(one + ".") for one in self.modules)

    def statement(self, module: str, names: Sequence[str]) -> bool:
        """Whether ``import module`` or ``from module import names`` says a target."""
        return self.module(module) or not self.names.get(module, set()).isdisjoint(names)


class Counter:
    """Which lines used a target, how, and which files or tests reached them."""

    def __init__(self, root: Path, targets: Targets) -> None:
        self.root = str(root) + "/"
        self.targets = targets
        self.lines: dict[str, dict[str, set[str]]] = {
            "import": defaultdict(set),
            "read": defaultdict(set),
        }
        self.lineage: set[str] = set()
        self.reached: set[str] = set()
        self.owner = SESSION
        self.original_import = builtins.__import__
        self.original_import_module = importlib.import_module
        self.watched: list[tuple[ModuleType, type[ModuleType]]] = []

    # What happens -------------------------------------------------------------------

    def note(self, how: str, frame: FrameType, what: str) -> None:
        path = frame.f_code.co_filename.removeprefix(self.root)
        if how == "read" and self.imports(path, what.replace(":", ".")):
            return  # a file that imports the module reads it by leave of that line
        if path.startswith(OURS):
            self.lines[how][f"{path}:{frame.f_lineno}"].add(what)
            self.reach(frame)

    def note_reader(self, frame: FrameType | None, module: str) -> None:
        """Note who reads a name for which a ``__getattr__`` imports *module*, at *frame*."""
        while frame is not None and frame.f_code.co_name not in ("__getattr__", "<module>"):
            frame = frame.f_back
        if frame is None or frame.f_code.co_name == "<module>":
            return
        reader = frame.f_back
        while reader is not None and reader.f_code.co_filename.startswith("<frozen "):
            reader = reader.f_back
        if reader is not None:
            path = reader.f_code.co_filename.removeprefix(self.root)
            if f"{path}:{reader.f_lineno}" not in self.lines["import"]:
                self.note("read", reader, module)

    def imports(self, path: str, module: str) -> bool:
        """Whether a statement in *path* was counted that imports *module*, or below it."""
        return any(
            what == module or what.startswith(module + ".")
            for line, whats in self.lines["import"].items()
            if line.startswith(f"{path}:")
            for what in whats
        )

    def reach(self, frame: FrameType | None) -> None:
        """Each module that is loading on this stack now carries the target to its importers."""
        self.reached.add(self.owner)
        while frame is not None:
            path = frame.f_code.co_filename.removeprefix(self.root)
            if frame.f_code.co_name == "<module>" and path.startswith(OURS):
                self.lineage.add(frame.f_globals["__name__"])
            frame = frame.f_back

    def carries(self, module: str) -> bool:
        """Whether importing it imports one that carries a target: it, or a package it is in."""
        return any(module == one or module.startswith(one + ".") for one in self.lineage)

    # The two ways to import -----------------------------------------------------------

    def import_(
        self,
        name: str,
        globals: Mapping[str, object] | None = None,
        locals: Mapping[str, object] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        frame = sys._getframe(1)
        module = name
        if level and globals is not None:
            package = globals.get("__package__")
            module = importlib.util.resolve_name("." * level + name, str(package))
        names = tuple(fromlist or ())
        if self.targets.statement(module, names):
            self.note("import", frame, " ".join((module, *names)))
            self.note_reader(frame, module)
        result = self.original_import(name, globals, locals, fromlist, level)
        self.watch()
        if any(map(self.carries, (module, *(f"{module}.{one}" for one in names)))):
            self.reach(frame)
        return result

    def import_module(self, name: str, package: str | None = None) -> ModuleType:
        frame = sys._getframe(1)
        module = importlib.util.resolve_name(name, package)
        if self.targets.module(module):
            self.note("import", frame, module)
        result = self.original_import_module(name, package)
        self.watch()
        if self.carries(module):
            self.reach(frame)
        return result

    # Names read off a module ------------------------------------------------------------

    def watch(self) -> None:
        for dotted, names in self.targets.names.items():
            module = sys.modules.get(dotted)
            if type(module) is ModuleType:
                self.watched.append((module, ModuleType))
                module.__class__ = self.reporting(names)

    def reporting(self, names: set[str]) -> type[ModuleType]:
        counter = self

        class Reporting(ModuleType):
            def __getattribute__(self, name: str) -> Any:
                if name in names:
                    counter.note("read", sys._getframe(1), f"{self.__name__}:{name}")
                return super().__getattribute__(name)

        return Reporting

    # On and off -------------------------------------------------------------------------

    def start(self) -> None:
        builtins.__import__ = self.import_
        importlib.import_module = self.import_module
        self.watch()

    def stop(self) -> None:
        builtins.__import__ = self.original_import
        importlib.import_module = self.original_import_module
        for module, was in self.watched:
            module.__class__ = was

    def to_json(self) -> dict[str, Any]:
        return {
            "lines": {
                how: {line: sorted(what) for line, what in sorted(lines.items())}
                for how, lines in self.lines.items()
            },
            "reached": sorted(self.reached),
        }


class CountImports:
    def __init__(self, counter: Counter, to: Path) -> None:
        self.counter = counter
        self.to = to

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        before, self.counter.owner = self.counter.owner, collector.nodeid
        try:
            return (yield)
        finally:
            self.counter.owner = before

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        self.counter.owner = item.nodeid
        try:
            return (yield)
        finally:
            self.counter.owner = SESSION

    def pytest_unconfigure(self) -> None:
        self.counter.stop()
        self.to.write_text(json.dumps(self.counter.to_json(), indent=1), "utf-8")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--count-rules", type=Path)
    parser.addoption("--count-to", type=Path)


def pytest_configure(config: pytest.Config) -> None:
    counter = Counter(config.rootpath, Targets(config.getoption("--count-rules")))
    counter.start()
    config.pluginmanager.register(CountImports(counter, config.getoption("--count-to")))
