"""Where a relative import leads: ``from ..a import b``, and strings like ``"..a"``."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from collections.abc import Sequence


def resolve_relative(packages: Sequence[str], level: int, name: str) -> list[str]:
    """What *name* after *level* dots means in each of *packages*; without dots, itself.

    Left out is a package that the dots lead out of. A file may be in several packages, as it
    may go by several names.
    """
    if not level:
        return [name]
    found = []
    for package in packages:
        parts = package.split(".")
        if package and level <= len(parts):
            base = parts[: len(parts) - level + 1]
            found.append(".".join([*base, name] if name else base))
    return found


def split_dots(text: str) -> tuple[int, str]:
    """The number of dots that *text* begins with, and what follows them."""
    name = text.lstrip(".")
    return len(text) - len(name), name


def resolve_modules(node: ast.ImportFrom, packages: Sequence[str]) -> list[str]:
    """The modules that ``from … import`` may take from, in a file of *packages*."""
    return resolve_relative(packages, node.level, node.module or "")
