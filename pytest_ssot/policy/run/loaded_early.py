"""Targets that were loaded before the watch, with the importers that their source tells."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from importlib.util import decode_source
from pathlib import Path
from typing import Any

from pytest_ssot.files import relative
from pytest_ssot.rules.first_party import FirstParty
from pytest_ssot.rules.lookup import Target, TargetIndex
from pytest_ssot.runtime.imports.before_watch import EarlyTargets, LoadedModule
from pytest_ssot.syntax.imports import StatedImport, list_imports_run
from pytest_ssot.syntax.module import read_module

_SOURCES = (".py", ".pyw")


def find_loaded_early(early: EarlyTargets, index: TargetIndex, ours: FirstParty) -> list[str]:
    """``app.old (loaded before the watch; imported by app/early.py:3)``, for each target.

    A name in a module is told of only where a statement takes it: that the
    module was loaded says little.
    """
    told = []
    for targets, modules in early.noted:
        for target in targets:
            found = _Importers(target, modules, index, ours)
            if target.name is None or found.sites or found.unreadable:
                told.append(f"{target.text} (loaded before the watch{found})")
    return told


class _Importers:
    """Who imports *target* while it is itself imported, among *modules*.

    ``sites`` are the places of statements, ``unreadable`` the first-party files
    that may have one and do not tell. For a name only first-party modules are
    asked: whole libraries import from the module that it is in.
    """

    def __init__(
        self, target: Target, modules: Sequence[LoadedModule], index: TargetIndex, ours: FirstParty
    ) -> None:
        self._target = target
        self._index = index
        self._loaded = frozenset(module.name for module in modules)
        self._root = ours.root
        self.sites: set[tuple[str, int]] = set()
        self.unreadable: set[str] = set()
        for module in modules:
            if module.path and not self._is_inside(module.name) and not _is_stdlib(module.name):
                own = ours.owns(module.path, module.name)
                if own or target.name is None:
                    self._look_through(module, own)

    def __str__(self) -> str:
        """What follows ``loaded before the watch``, paths as seen from the root."""
        sites = [f"{path}:{line}" for path, line in sorted(self.sites)]
        told = f"; imported by {', '.join(sites)}" if sites else ""
        if self.unreadable:
            told += f"; perhaps by {', '.join(sorted(self.unreadable))}, which cannot be read"
        return told

    def _is_inside(self, module: str) -> bool:
        return module == self._target.module or self._is_target(module)

    def _is_target(self, module: str) -> bool:
        found = self._index.find_module(module)
        return found is not None and found.text == self._target.text

    def _look_through(self, module: LoadedModule, own: bool) -> None:
        path = relative(module.path, self._root)
        try:
            stated = list(_read_stated(module, self._target))
        except (SyntaxError, ValueError):
            self.unreadable |= {path} if own else set()
        else:
            self.sites |= {
                (path, statement.line) for statement in stated if self._is_use(statement)
            }

    def _is_use(self, stated: StatedImport) -> bool:
        """Whether the statement uses the target: ``docs/verdicts.md``, what counts as a use."""
        module, names, target = stated.module, stated.names, self._target
        if target.name is not None:
            return module == target.module and _takes_name(names or (), module, target.name)
        if names is None:
            return self._is_target(module)
        below = [(name, f"{module}.{name}") for name in names]
        if not self._is_target(module):
            return any(sub in self._loaded and self._is_target(sub) for _, sub in below)
        return any(
            self._index.find_name(module, name) is None
            and sub not in self._index.modules
            and (target.submodules or sub not in self._loaded)
            for name, sub in below
        )


def _read_stated(module: LoadedModule, target: Target) -> Iterable[StatedImport]:
    """The imports that *module* states, where it may mean *target* at all.

    SyntaxError or ValueError where it may, and does not tell.
    """
    data = _read_data(module)
    if module.path.endswith(_SOURCES):
        last = {target.module.rpartition(".")[2], target.name or ""} - {""}
        if not (b"import *" in data or any(_has_word(data, word) for word in last)):
            return ()
        source = read_module(decode_source(data), lambda: (module.package,))
        if source is None:
            raise ValueError("no source that parses")
        return list_imports_run(source)
    if all(word.encode() in data for word in target.module.split(".")):
        raise ValueError("compiled code")
    return ()


def _has_word(data: bytes, word: str) -> bool:
    return re.search(rb"(?<!\w)%b(?!\w)" % re.escape(word.encode()), data) is not None


def _read_data(module: LoadedModule) -> bytes:
    """The file's bytes; the loader's word for it where there is no such file (a zip)."""
    try:
        return Path(module.path).read_bytes()
    except OSError:
        if module.loader is None:
            return b""  # made by code, which names a file at will
    get: Any = getattr(module.loader, "get_source", None)
    try:
        text = None if get is None else get(module.name)
    except (ImportError, OSError):
        text = None
    if text is None:
        raise ValueError("no source")
    return bytes(text, "utf-8")


def _takes_name(names: tuple[str, ...], module: str, name: str) -> bool:
    if "*" not in names:
        return name in names
    public = getattr(sys.modules.get(module), "__all__", None)
    return name in public if public is not None else not name.startswith("_")


def _is_stdlib(module: str) -> bool:
    return module.partition(".")[0] in sys.stdlib_module_names
