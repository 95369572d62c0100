"""Finds the plugins that a test file asks for: they concern the tests in that."""

from __future__ import annotations

import sys

from pytest_ssot.runtime.stack.namespaces import namespace_of


def find_asked_plugins(module: object) -> list[str]:
    """Find the names of the plugins that *module* asks for, and those that these ask for."""
    found: dict[str, None] = {}
    todo = [module]
    while todo:
        asked = namespace_of(todo.pop()).get("pytest_plugins", ())
        names = [asked] if isinstance(asked, str) else asked
        for name in names if isinstance(names, (list, tuple)) else ():
            if isinstance(name, str) and name not in found:
                found[name] = None
                todo.append(sys.modules.get(name))
    return list(found)
