"""Where ``--pdb`` opens for a test that only a violation failed: at the importer."""

from __future__ import annotations

import sys
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import pytest

from pytest_ssot.model import Site, Step, Violation


class Reached(Exception):
    """What a debugger is told that the importer raised."""


def raise_at_importer(violation: Violation, root: Path) -> pytest.ExceptionInfo[BaseException]:
    """An exception whose traceback is the way from the test to the importer.

    The frames that went this way are gone when a test is judged. Each is made
    again, at its line and with its module's globals, but without its locals.
    """
    error = Reached(f"deprecated: {violation.target}")
    code = _compile_at(violation.importer, root, "raise reached")
    inner: tuple[Any, ...] = (code, _find_globals(code.co_filename), {"reached": error})
    for step in reversed(violation.chain):
        code = _compile_at(step, root, "exec(*inner)")
        inner = (code, _find_globals(code.co_filename), {"inner": inner})
    try:
        exec(*inner)
    except Reached:
        trace = error.__traceback__
        error.__traceback__ = trace.tb_next if trace is not None else None  # all but this frame
    return pytest.ExceptionInfo.from_exception(error)


def _compile_at(place: Site | Step, root: Path, source: str) -> CodeType:
    """*source* as if it stood at *place*."""
    return compile(source, str(root / place.path), "exec").replace(
        co_firstlineno=place.line,
        co_name=place.function.rpartition(".")[2],
        co_qualname=place.function,
    )


def _find_globals(path: str) -> dict[str, Any]:
    """The globals of the module from the file *path*; next to nothing where it is gone."""
    for module in list(sys.modules.values()):
        if isinstance(module, ModuleType):
            # Past what a lazy module does when it is asked for an attribute: it loads.
            values: dict[str, Any] = object.__getattribute__(module, "__dict__")
            if values.get("__file__") == path:
                return values
    return {"__file__": path}
