"""What the source of a loaded module states: read where something was found in it, and then kept.

What parses source is imported with this: child processes rarely need it.
"""

from __future__ import annotations

import linecache
from functools import lru_cache
from typing import Any

from pytest_ssot.runtime.stack.frames import package_of
from pytest_ssot.syntax.module import Module, read_module


def read_source(path: str, namespace: dict[str, Any]) -> Module | None:
    """The source in *path* of a module with the names *namespace*.

    None where there is none, or none that parses.
    """
    linecache.checkcache(path)
    text = "".join(linecache.getlines(path, namespace))
    return _parse(text, package_of(namespace)) if text else None


@lru_cache(maxsize=8)
def _parse(text: str, package: str) -> Module | None:
    return read_module(text, lambda: (package,))
